"""Language of a text."""
