"""Reextraction: today's extractor on the stored pages."""
