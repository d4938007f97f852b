"""Compiled loops of the hold task where the line can be bypassed."""
