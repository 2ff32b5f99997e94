"""A page's text on a terminal: what a terminal would obey is not passed on."""

from __future__ import annotations

import unicodedata


def visible(text: str) -> str:
    """Each control and format character as a replacement character."""
    return "".join("�" if unicodedata.category(letter) in ("Cc", "Cf") else letter for letter in text)
