"""The frozen types that stages hand on; saving, loading, derivation."""
