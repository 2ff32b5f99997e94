"""Pairing: the articles that are one story in several languages."""
