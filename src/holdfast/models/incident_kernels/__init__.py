"""Compiled parts of the incident model."""
