"""Marks: what linked paragraphs of two texts say otherwise."""
