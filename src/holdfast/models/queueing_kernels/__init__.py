"""Kernels of queueing."""
