"""Stage lay down: where posts, bases and batteries stand."""
