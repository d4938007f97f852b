"""Errors, array checks, random streams, provenance, kernels: what everything else stands on."""
