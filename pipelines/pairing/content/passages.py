"""Agreement of two texts passage by passage, which tells a translation from another report.

Two press releases of one congress, or the reports of two days, have the same names, numbers and topic. They
differ in how much of each text has a place in the other, in the numbers there, and in the days they name. A
translation with a changed figure has one number of ten otherwise; the report of another day has most.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from pipelines.alignment.links import ParagraphLink, find_links
from pipelines.alignment.paragraphs import Paragraphs, from_readings
from pipelines.alignment.weights import Weighting
from pipelines.pairing.content.days import Days, dates_named_by_weekday
from pipelines.pairing.content.figures import rounded_alike
from pipelines.similarity.document import ArticleReading, read_parts, text_of
from pipelines.similarity.units import converted

_SEAM = re.compile(r"(?<=[.!?…])\s+|\n+")
_LEAST = 60
_MOST = 20
"""Least letters of a passage, and most passages of a text: the time grows with their square."""
_KEPT = 64


AGREEMENT = (
    *("covered more", "covered less", "contrary passages", "dense contrary", "all through"),
    *("replaced share", "begins late", "days contrary", "days apart"),
)
_DENSE = 150
"""Letters for each contrary number from which a text is a report of numbers."""
_WELL_COVERED = 0.6


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement of two texts.

    A number is compared with those of the linked passage. A number that the other text has elsewhere
    contradicts nothing, as rows of lists are easily linked to the wrong row; nor does one in another unit.
    """

    covered: tuple[float, float] = (0.0, 0.0)
    """Share of the letters of each text in passages that the other has too."""
    shared: int = 0
    contrary: int = 0
    """Numbers that both have, and those that each has in place of another's; each counts once."""
    replaced: int = 0
    """Numbers that one text has and the other lacks, on the side that has fewer of them."""
    begins: float = 1.0
    """Place in the other text, from 0 to 1, where the first linked passage of either stands.

    A brief on a story has its place at the story's beginning; what is background there is another story.
    """
    letters: int = 0
    """Letters of the shorter text."""
    days_contrary: bool = False
    """True if the day of a headline is none of the other text's days."""
    days_apart: bool = False
    """True if both texts name days, and none in common."""

    @property
    def contrary_share(self) -> float:
        """Share of the numbers in linked passages that each text has in place of another's."""
        return self.contrary / max(1, self.contrary + self.shared)

    def signals(self) -> tuple[float, ...]:
        """Return the values of AGREEMENT."""
        density = min(1.0, self.contrary * _DENSE / max(1, self.letters))
        well_covered = max(0.0, min(self.covered) - _WELL_COVERED)
        return (
            max(self.covered),
            min(self.covered),
            self.contrary / (self.contrary + self.shared + 1),
            self.contrary_share * density,
            well_covered * (1 - self.contrary_share),
            self.replaced / (self.replaced + self.shared + 1),
            self.begins,
            float(self.days_contrary),
            float(self.days_apart),
        )


NO_AGREEMENT = Agreement()


def ends(text: str) -> list[int]:
    """Return the ends of a text's passages.

    A passage is so many sentences that it is long enough to differ from others.
    """
    least, seams, start = max(_LEAST, len(text) // _MOST), list[int](), 0
    for seam in _SEAM.finditer(text):
        if seam.end() - start >= least:
            seams.append(seam.end())
            start = seam.end()
    if seams and len(text) - start < _LEAST:
        seams.pop()
    return [*seams, len(text)]


def passages(article: ArticleReading) -> Paragraphs | None:
    """Cut an article into passages; None if it has no words."""
    parts = read_parts(article, ends(text_of(article.document))) if article.letters else ()
    return from_readings(parts, article.document.language) if parts else None


def agreement(
    text_a: Paragraphs | None, text_b: Paragraphs | None, weighting: Weighting | None = None
) -> Agreement:
    if text_a is None or text_b is None:
        return NO_AGREEMENT
    links = find_links(text_a, text_b, weighting)
    compared = _compared_numbers(text_a, text_b, links)
    covered = (
        _share(text_a, (i for link in links for i in link.a)),
        _share(text_b, (j for link in links for j in link.b)),
    )
    begins = max(
        min((i / text_a.singles for link in links for i in link.a), default=1.0),
        min((j / text_b.singles for link in links for j in link.b), default=1.0),
    )
    return Agreement(covered, *compared, round(begins, 4))


def _compared_numbers(
    text_a: Paragraphs, text_b: Paragraphs, links: Sequence[ParagraphLink]
) -> tuple[int, int, int]:
    """Count the shared numbers of linked passages, the contrary ones, and those that are replaced."""
    all_a, all_b = _numbers(text_a, range(text_a.singles)), _numbers(text_b, range(text_b.singles))
    shared, instead_a, instead_b = set[str](), set[str](), set[str]()
    alone_a, alone_b = set[str](), set[str]()
    for link in links:
        numbers_a, numbers_b = _numbers(text_a, link.a), _numbers(text_b, link.b)
        shared |= numbers_a & numbers_b
        only_a, only_b = numbers_a - all_b, numbers_b - all_a
        if only_a and only_b:
            same = same_amounts(only_a, only_b, _text(text_a, link.a), _text(text_b, link.b))
            only_a, only_b, shared = only_a - same, only_b - same, shared | same
        if only_a and only_b:
            instead_a |= only_a
            instead_b |= only_b
        alone_a |= only_a
        alone_b |= only_b
    return len(shared), min(len(instead_a), len(instead_b)), min(len(alone_a), len(alone_b))


class Passages:
    """Passages and days of articles, read when needed; the last few are kept, half a megabyte each."""

    def __init__(self, weighting: Weighting | None, keep: int = _KEPT) -> None:
        self._weighting, self._keep = weighting, keep
        self._cut: dict[str, tuple[Paragraphs | None, Days]] = {}

    def agreement(self, a: ArticleReading, b: ArticleReading) -> Agreement:
        (passages_a, days_a), (passages_b, days_b) = self._read(a), self._read(b)
        return replace(
            agreement(passages_a, passages_b, self._weighting),
            letters=min(a.letters, b.letters),
            days_contrary=days_a.contrary(days_b),
            days_apart=days_a.apart(days_b),
        )

    def _read(self, article: ArticleReading) -> tuple[Paragraphs | None, Days]:
        article_id = article.document.article_id
        if article_id not in self._cut:
            self._cut[article_id] = passages(article), Days.of(article)
            if len(self._cut) > self._keep:
                del self._cut[next(iter(self._cut))]
        return self._cut[article_id]


def _numbers(paragraphs: Paragraphs, places: Iterable[int]) -> set[str]:
    return {x.key for i in places for x in paragraphs.readings[i].anchors if x.key[0].isdigit()}


def differing_figures(a: ArticleReading, b: ArticleReading) -> Iterator[tuple[str, str]]:
    """Yield, for each place that both texts have, the numbers that each has there and the other nowhere."""
    passages_a, passages_b = passages(a), passages(b)
    if passages_a is None or passages_b is None:
        return
    all_a, all_b = (
        _numbers(passages_a, range(passages_a.singles)),
        _numbers(passages_b, range(passages_b.singles)),
    )
    # `20 листопада` is no other figure than `Thursday`
    all_a |= dates_named_by_weekday(b, a)
    all_b |= dates_named_by_weekday(a, b)
    for link in find_links(passages_a, passages_b):
        only_a, only_b = _numbers(passages_a, link.a) - all_b, _numbers(passages_b, link.b) - all_a
        same = same_amounts(only_a, only_b, _text(passages_a, link.a), _text(passages_b, link.b))
        if only_a - same and only_b - same:
            yield _printed(passages_a, link.a, only_a - same), _printed(passages_b, link.b, only_b - same)


def _printed(paragraphs: Paragraphs, places: Iterable[int], keys: set[str]) -> str:
    texts = list[str]()
    for place in places:
        texts += [x.text for x in paragraphs.readings[place].anchors if x.key in keys]
    return ", ".join(dict.fromkeys(texts))


def same_amounts(keys_a: set[str], keys_b: set[str], text_a: str, text_b: str) -> set[str]:
    """Return the numbers of both that are one amount, rounded or in another unit."""
    same = rounded_alike(keys_a, keys_b)
    for amount, partner in converted(text_a, text_b):
        if amount.key in keys_a and partner.key in keys_b:
            same |= {amount.key, partner.key}
    return same


def _text(paragraphs: Paragraphs, places: Iterable[int]) -> str:
    return "\n".join(paragraphs.readings[i].text for i in places)


def _share(paragraphs: Paragraphs, places: Iterable[int]) -> float:
    letters = paragraphs.letters[: paragraphs.singles]
    return round(float(letters[list(places)].sum() / max(1.0, letters.sum())), 4)
