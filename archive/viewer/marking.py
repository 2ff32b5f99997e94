"""The text of a paragraph as HTML, with what other languages do not have marked."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive.viewer.story import Only

NAMES = {"uk": "Ukrainian", "en": "English", "ru": "Russian"}


def name_of(language: str) -> str:
    return NAMES.get(language, language if language != "?" else "unknown language")


def marked(text: str, only: Sequence[Only]) -> str:
    """Each as a whole word or number: 5 is not marked in 15."""
    by_text = {x.text: x for x in only if x.text}
    if not by_text:
        return escape(text)
    longest_first = "|".join(re.escape(x) for x in sorted(by_text, key=len, reverse=True))
    pieces = re.split(rf"(?<!\w)({longest_first})(?!\w)", text)
    return "".join(_mark(piece, by_text[piece]) if n % 2 else escape(piece) for n, piece in enumerate(pieces))


def _mark(text: str, only: Only) -> str:
    missing = " or ".join(name_of(x) for x in only.missing)
    return f'<mark title="not in {escape(missing)}">{escape(text)}</mark>'
