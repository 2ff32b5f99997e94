"""Comparison of two articles by their texts."""
