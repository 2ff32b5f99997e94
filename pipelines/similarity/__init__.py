"""Similarity of two texts; knows nothing of stories or archives."""
