"""What the challenger expects and chooses."""
