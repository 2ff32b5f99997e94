"""Decisions about what a page only says: its language, its authors, its identity, and its story."""
