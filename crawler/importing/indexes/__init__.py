"""Captures of an outlet, out of web archives that have an index of them."""
