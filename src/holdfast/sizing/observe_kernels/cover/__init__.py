"""Compiled parts of what static layouts see."""
