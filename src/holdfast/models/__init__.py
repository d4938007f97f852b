"""What several stages share: sensing, travel, reach, covering, queueing, incidents, rotation."""
