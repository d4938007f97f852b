"""Kernels of covering programs."""
