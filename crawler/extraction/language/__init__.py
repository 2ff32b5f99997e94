"""The language that a text is in."""
