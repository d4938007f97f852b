"""The version of Holdfast, said once."""

__version__ = "0.1.0"
