"""Lines that say that the rest of a text is for those who pay or register, in three languages: walls.toml."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from crawler.extraction.boilerplate import fold, load, reads_as_said, with_parts, without_bullets
from crawler.extraction.text import one_line

if TYPE_CHECKING:
    from crawler.extraction.outline import Outline

_WORDS = (
    "чита", "Чита", "ередплат", "ідпис", "одпис", "оступ", "имит", "іміт", "езкоштовн", "есплатн", "алишил",
    "сталось", "крито", "член", "часни", "родовж", "родолж", "тариф", "преміум", "премиум", "месяц", "місяц",
    " read", "Read", " member", "Member", "ubscri", "nlock", "article", "trial", "egist", "og in", "ontinu",
    "hoose", "limit", "друков", "печатн", "паперов", "бумажн", "номер", "lock", "локув", "локир", " 18",
    "eview", "ancel", " print", "доступ", "латн", "крит", "onfirm", "erify",
)  # fmt: skip
"""What each has in it, quickly told."""
_CYRILLIC = re.compile("[а-я]")
_TAGS = {"p", "div", "span", "h2", "h3", "h4", "a", "b", "strong", "em", "button"}
_END = "\x00"
"""In no text, for a page is read without control characters."""


def wall_line(page: Outline) -> str | None:
    """The first; to look for its words in all lines at once takes a tenth of looking at each."""
    lines = dict.fromkeys(
        own for tag, own in zip(page.tags, page.texts, strict=True) if 12 < len(own) < 300 and tag in _TAGS
    )
    joined = _END.join(lines)
    starts: set[int] = set()
    for word in _WORDS:
        at = joined.find(word)
        while at >= 0:
            starts.add(joined.rfind(_END, 0, at) + 1)
            at = joined.find(word, at + 1)
    for start in sorted(starts):
        end = joined.find(_END, start)
        line = one_line(joined[start : end if end >= 0 else None])
        if is_of_a_wall(line):
            return line
    return None


def is_of_a_wall(line: str) -> bool:
    folded = fold(without_bullets(line))
    languages = ("uk", "ru") if _CYRILLIC.search(folded) else ("en",)
    return any(_pattern(name).search(folded) for name in languages) and not reads_as_said(folded)


@cache
def _pattern(language: str) -> re.Pattern[str]:
    file = load("walls.toml")
    return re.compile("|".join(with_parts(pattern, file["parts"]) for pattern in file["walls"][language]))
