"""Persons and organisations in a printed byline."""
