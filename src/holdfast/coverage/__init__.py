"""Stage cover: what the force sees, reaches and protects along the line."""
