"""Paywalls: lines that offer the rest of a text for money or registration, from paywalls.toml.

And who may read an article, as its page states it.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from crawler.extraction.body.boilerplate import fold, load, reads_as_said, with_parts, without_bullets
from crawler.extraction.document.outline import Outline
from crawler.extraction.document.text import one_line
from crawler.extraction.fields.linked_data import LinkedData
from crawler.extraction.fields.metadata import Metadata

_WORDS = (
    "чита", "Чита", "ередплат", "ідпис", "одпис", "оступ", "имит", "іміт", "езкоштовн", "есплатн", "алишил",
    "сталось", "крито", "член", "часни", "родовж", "родолж", "тариф", "преміум", "премиум", "месяц", "місяц",
    " read", "Read", " member", "Member", "ubscri", "nlock", "article", "trial", "egist", "og in", "ontinu",
    "hoose", "limit", "друков", "печатн", "паперов", "бумажн", "номер", "lock", "локув", "локир", " 18",
    "eview", "ancel", "олный текст", "овний текст", " print", "доступ", "латн", "крит", "onfirm", "erify",
    "твердьте", "твердите",
)  # fmt: skip
"""Parts of such lines, for a fast check before the patterns."""
_CYRILLIC, _UKRAINIAN, _RUSSIAN = re.compile("[а-я]"), re.compile("[іїєґ]"), re.compile("[ыэъ]")
_TAGS = {"p", "div", "span", "h2", "h3", "h4", "a", "b", "strong", "em", "button"}
_END = "\x00"
"""Separator that no text has, as control characters are removed from pages."""


@dataclass(frozen=True, slots=True)
class Wall:
    line: str
    overlay: bool
    """True for a notice over the page (ad blockers, age): the text may be there all the same."""


def wall_line(page: Outline) -> Wall | None:
    """Return the first wall, or else an overlay.

    A search in all lines at once takes a tenth of the time of a search in each.
    """
    tags, texts = page.tags, page.texts
    lines = [texts[i] for i in page.written if 12 < len(texts[i]) < 300 and tags[i] in _TAGS]
    text = _END.join(dict.fromkeys(lines))
    starts: set[int] = set()
    for word in _WORDS:
        at = text.find(word)
        while at >= 0:
            starts.add(text.rfind(_END, 0, at) + 1)
            at = text.find(word, at + 1)
    overlay = None
    for start in sorted(starts):
        end = text.find(_END, start)
        wall = wall_of(text[start : end if end >= 0 else None])
        if wall is not None and not wall.overlay:
            return wall
        overlay = overlay or wall
    return overlay


def read_access(data: LinkedData, metadata: Metadata, kind: str) -> Literal["free", "partial", "paid"] | None:
    """Return who may read an article, as its page states it; None where it says nothing.

    `partial`: a part is kept back. That is what `hasPart` says, and the tier `metered`; and what a wall shows
    that cuts the text, whatever is stated. Sources: schema.org and Google's "paywalled content" for
    `isAccessibleForFree`, Open Graph of Facebook for `article:content_tier`.
    """
    tier = metadata.names.get("article:content_tier", "").lower()
    if data.free is False or tier in {"locked", "premium"}:
        return "partial" if data.paid_part else "paid"
    if data.paid_part or tier == "metered" or kind == "paywalled":
        return "partial"
    return "free" if data.free or tier == "free" else None


@lru_cache(maxsize=256)  # the menus of an outlet are the same on all its pages
def wall_of(line: str) -> Wall | None:
    line = one_line(line)
    folded = fold(without_bullets(line))
    languages = _languages(folded)
    for section in ("walls", "overlays"):
        if any(_pattern(section, name).search(folded) for name in languages):
            return None if reads_as_said(folded) else Wall(line, section == "overlays")
    return None


def _languages(folded: str) -> tuple[str, ...]:
    """Return the languages whose patterns apply, by letters that only one has; most short lines have none."""
    if not _CYRILLIC.search(folded):
        return ("en",)
    ukrainian, russian = _UKRAINIAN.search(folded), _RUSSIAN.search(folded)
    if (ukrainian is None) == (russian is None):
        return ("uk", "ru")
    return ("uk",) if ukrainian else ("ru",)


@cache
def _pattern(section: str, language: str) -> re.Pattern[str]:
    file = load(__package__, "paywalls.toml")
    return re.compile("|".join(with_parts(pattern, file["parts"]) for pattern in file[section][language]))
