"""Alignment: the paragraphs of two variants that say the same."""
