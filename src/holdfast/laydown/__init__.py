"""Laydown: where posts, bases and batteries stand at full capability."""
