"""Agreement of two texts passage by passage, which tells a translation from another report.

Two press releases of one congress, or the reports of two days, have the same names, numbers and topic. They
differ in how much of each text has a place in the other, and in the numbers there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.alignment.links import find_links
from pipelines.alignment.paragraphs import from_readings
from pipelines.similarity.document import read_parts, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipelines.alignment.paragraphs import Paragraphs
    from pipelines.alignment.weights import Weighting
    from pipelines.similarity.document import ArticleReading

_SEAM = re.compile(r"(?<=[.!?…])\s+|\n+")
_LEAST = 60
_MOST = 20
"""Least letters of a passage, and most passages of a text: the time grows with their square."""
_KEPT = 64


AGREEMENT = ("covered more", "covered less", "contrary passages", "replaced numbers", "begins late")


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement of two texts.

    A number is compared with those of the linked passage. A number that the other text has elsewhere
    contradicts nothing, as rows of lists are easily linked to the wrong row.
    """

    covered: tuple[float, float] = (0.0, 0.0)
    """Share of the letters of each text in passages that the other has too."""
    shared: int = 0
    contrary: int = 0
    """Numbers that both have, and those that each has in place of another's."""
    replaced: int = 0
    """Numbers that one text has and the other lacks, on the side that has fewer of them."""
    begins: float = 1.0
    """Place in the other text, from 0 to 1, where the first linked passage of either stands.

    A brief on a story has its place at the story's beginning; what is background there is another story.
    """

    def signals(self) -> tuple[float, ...]:
        """Return the values of AGREEMENT."""
        contrary = self.contrary / (self.contrary + self.shared + 1)
        return max(self.covered), min(self.covered), contrary, min(self.replaced, 20) / 20, self.begins


def ends(text: str) -> list[int]:
    """Return the ends of a text's passages.

    A passage is so many sentences that it is long enough to differ from others.
    """
    least, found, start = max(_LEAST, len(text) // _MOST), list[int](), 0
    for seam in _SEAM.finditer(text):
        if seam.end() - start >= least:
            found.append(seam.end())
            start = seam.end()
    if found and len(text) - start < _LEAST:
        found.pop()
    return [*found, len(text)]


def passages(article: ArticleReading) -> Paragraphs | None:
    """Cut an article into passages; None if it has no words."""
    parts = read_parts(article, ends(text_of(article.document))) if article.letters else ()
    return from_readings(parts, article.document.language) if parts else None


def agreement(
    one: Paragraphs | None, other: Paragraphs | None, weighting: Weighting | None = None
) -> Agreement:
    if one is None or other is None:
        return Agreement()
    links = find_links(one, other, weighting)
    all_ours, all_theirs = (_numbers(each, range(each.singles)) for each in (one, other))
    shared = contrary = only_a = only_b = 0
    for link in links:
        ours, theirs = _numbers(one, link.a), _numbers(other, link.b)
        ours_alone, theirs_alone = len(ours - all_theirs), len(theirs - all_ours)
        shared, contrary = shared + len(ours & theirs), contrary + min(ours_alone, theirs_alone)
        only_a, only_b = only_a + ours_alone, only_b + theirs_alone
    covered = (
        _share(one, (i for link in links for i in link.a)),
        _share(other, (j for link in links for j in link.b)),
    )
    begins = max(
        min((i / one.singles for link in links for i in link.a), default=1.0),
        min((j / other.singles for link in links for j in link.b), default=1.0),
    )
    return Agreement(covered, shared, contrary, min(only_a, only_b), round(begins, 4))


class Passages:
    """Passages of articles, cut when a pair needs them; the last few are kept, half a megabyte each."""

    def __init__(self, weighting: Weighting | None) -> None:
        self._weighting = weighting
        self._cut: dict[str, Paragraphs | None] = {}

    def agreement(self, a: ArticleReading, b: ArticleReading) -> Agreement:
        return agreement(self._passages(a), self._passages(b), self._weighting)

    def _passages(self, article: ArticleReading) -> Paragraphs | None:
        article_id = article.document.article_id
        if article_id not in self._cut:
            self._cut[article_id] = passages(article)
            if len(self._cut) > _KEPT:
                del self._cut[next(iter(self._cut))]
        return self._cut[article_id]


def _numbers(paragraphs: Paragraphs, places: Iterable[int]) -> set[str]:
    return {x.key for i in places for x in paragraphs.readings[i].anchors if x.key[0].isdigit()}


def _share(paragraphs: Paragraphs, places: Iterable[int]) -> float:
    letters = paragraphs.letters[: paragraphs.singles]
    return round(float(letters[list(places)].sum() / max(1.0, letters.sum())), 4)
