"""How a test is met, and what follows from it."""
