"""The lists that announce new articles."""
