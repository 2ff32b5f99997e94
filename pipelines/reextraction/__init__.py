"""Stored pages, read anew by today's extractor."""
