"""The lists in which new articles are announced."""
