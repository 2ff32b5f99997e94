"""The likeness of two texts, whatever they are about."""
