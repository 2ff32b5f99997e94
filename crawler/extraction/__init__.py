"""Extraction: from a fetched page to an article."""
