"""What each page of the viewer has around it: one file that loads nothing and runs nothing."""

from __future__ import annotations

import re
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from archive.viewer.story import Only

# whatever an outlet wrote is text here; should that fail, nothing may be loaded or run
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
NAMES = {"uk": "Ukrainian", "en": "English", "ru": "Russian"}


def framed(title: str, body: str) -> str:
    """`body` is HTML, `title` is not."""
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="referrer" content="no-referrer"><meta name="viewport" content="width=device-width">
<title>{escape(title)}</title><style>{_style()}</style></head><body>
{body}</body></html>
"""


@cache
def _style() -> str:
    return Path(__file__).with_name("style.css").read_text("utf-8")


def linked(url: str, text: str) -> str:
    """Only http and https lead anywhere: an archive may hold what a page called its address."""
    if not url.lower().startswith(("http://", "https://")):
        return escape(text)
    return f'<a href="{escape(url)}" rel="noreferrer noopener nofollow">{escape(text)}</a>'


def moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at is not None else "no date"


def lag(seconds: float) -> str:
    """`+1 h 15 min`, as a reader says it."""
    minutes = round(seconds / 60)
    days, hours, minutes = minutes // 1440, minutes % 1440 // 60, minutes % 60
    parts = [(days, "d"), (hours, "h"), (minutes, "min")]
    shown = [f"{count} {unit}" for count, unit in parts if count]
    return "+" + " ".join(shown[:2]) if shown else "at once"


# The text of a paragraph as HTML, with what other languages do not have marked.


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
