"""Stage deploy: when it is in place, over real roads, rails, ports and airfields."""
