"""Stage stress: which option holds better when tested."""
