"""Paragraphs of two variants that say the same."""
