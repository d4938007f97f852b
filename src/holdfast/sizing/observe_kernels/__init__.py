"""Compiled parts of observation over draws."""
