"""The scenario: schema, loading, values with uncertainty and source, evidence, cases."""
