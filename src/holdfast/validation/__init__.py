"""Validation: what the models predict of past missions, beside what was deployed and beside simple rules."""
