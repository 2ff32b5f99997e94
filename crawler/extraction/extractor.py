"""The name under which a row says what read it."""

from __future__ import annotations

from importlib.metadata import version

EXTRACTOR = f"trafilatura {version('trafilatura')} + triptych 8"
"""Raise the last number when the same page may read differently: `scrapy reextract` goes by it."""
