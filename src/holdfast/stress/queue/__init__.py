"""The queue of pending events."""
