"""Kernels of the whole force."""
