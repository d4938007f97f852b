"""Stage generate: who can supply it, in which month, and what is left to ask of the backstop."""
