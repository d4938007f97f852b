"""Many cases, paired: compare options over the same futures."""
