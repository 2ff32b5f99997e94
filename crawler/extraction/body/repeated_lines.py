"""Lines at the same place in many articles of an outlet, which are no part of the text.

A report for the person who maintains an outlet's rules; such lines do not make a new version either
(docs/decisions/0004).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from crawler.extraction.document.text import for_comparison, one_line

Place = Literal["start", "end"]

ZONE = 5
"""Blocks at each end that count as one place: an additional lead or promo line moves a line a little."""
LEAST = 20
"""Articles below which no line is reported."""
SHARE = 1 / 3


@dataclass(frozen=True, slots=True)
class RepeatedLine:
    text: str
    """One of the spellings that differ only in punctuation and case."""
    place: Place
    articles: int
    of: int
    """Number of articles read."""


def repeated_lines(
    articles: Iterable[Sequence[str]], *, least: int = LEAST, share: float = SHARE
) -> list[RepeatedLine]:
    """Return the lines that more than `share` of the articles have at one place, most frequent first.

    An article is the list of its lines in order; all are of one outlet and one language. The order of the
    articles has no effect.
    """
    counted: Counter[tuple[Place, str]] = Counter()
    spelled: dict[str, str] = {}
    total = 0
    for lines in articles:
        total += 1
        folded = [for_comparison(line) for line in lines]
        for key, line in zip(folded, lines, strict=True):
            spelled[key] = max(spelled.get(key, line), line)
        places: tuple[tuple[Place, list[str]], ...] = (("start", folded[:ZONE]), ("end", folded[-ZONE:]))
        counted.update({(place, key) for place, keys in places for key in keys if key})
    if total < least:
        return []
    best: dict[str, RepeatedLine] = {}
    for (place, key), count in sorted(counted.items()):
        if count > share * total and (key not in best or count > best[key].articles):
            best[key] = RepeatedLine(one_line(spelled[key]), place, count, total)
    return sorted(best.values(), key=lambda line: (-line.articles, line.text))
