"""Outlets as data."""
