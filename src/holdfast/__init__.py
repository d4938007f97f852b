"""Holdfast: plan, stress-test and monitor a post-ceasefire security force."""

__version__ = "0.1.0"
