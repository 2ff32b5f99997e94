"""Comparison of two versions of an article by words: a moved line break is no change.

A text may be made so that its words cannot be compared in a reasonable time. Then its paragraphs are compared
first, then the words of those that differ; what is over the limit is told as removed and added.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from dataclasses import dataclass
from itertools import accumulate, chain
from typing import TYPE_CHECKING

from archive.format.records import FEED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    Code = tuple[bool, int, int, int, int]
    """As difflib's opcodes: the same or not, from and to in the old text, from and to in the new one."""

# a word with its spaces is one piece, so that the pieces put together are the text
_WORDS = re.compile(r"\S+\s*|\s+")
_LINES = re.compile(r"[^\n]*\n\s*|[^\n]+")
LIMIT = 8_000_000
"""Comparisons, about a second."""


@dataclass(frozen=True, slots=True)
class Change:
    kind: str
    """`same`, `removed` or `added`."""
    text: str


@dataclass(frozen=True, slots=True)
class Diff:
    headline: tuple[Change, ...]
    body: tuple[Change, ...]

    @property
    def removed(self) -> int:
        """Number of words that headline and body have lost."""
        return _count(self, "removed")

    @property
    def added(self) -> int:
        return _count(self, "added")

    def __str__(self) -> str:
        """Format as plain text: [-gone-] {+new+}."""
        marks = {"same": ("", ""), "removed": ("[-", "-]"), "added": ("{+", "+}")}
        parts = [
            "".join(f"{marks[x.kind][0]}{x.text}{marks[x.kind][1]}" for x in part)
            for part in (self.headline, self.body)
        ]
        return "\n\n".join(parts)


def is_edit(before: Mapping[str, object], after: Mapping[str, object]) -> bool:
    """Return whether the outlet changed the text between two rows of `versions`, which have `text_from`.

    The page's text differs from its feed's in what each of them leaves out.
    """
    return (before["text_from"] == FEED) == (after["text_from"] == FEED)


def compare(before: Mapping[str, str], after: Mapping[str, str], work: Work | None = None) -> Diff:
    """Compare two rows of `versions`, which have headline and body."""
    work = work or Work()
    parts = (tuple(_changes(before[name], after[name], work)) for name in ("headline", "body"))
    return Diff(*parts)


@dataclass(slots=True)
class Work:
    """Comparisons of words that one diff may cost; difflib needs n³ of them where all words are alike."""

    limit: int = LIMIT
    done: int = 0

    def allows(self, comparisons: int) -> bool:
        """Count them if they are within the limit."""
        if self.done + comparisons > self.limit:
            return False
        self.done += comparisons
        return True


class _Exceeded(Exception):
    """Raised where a comparison of whole texts by words is over the limit; never leaves this module."""


class _Matcher(difflib.SequenceMatcher[str]):
    """Counts its comparisons; over the limit it raises _Exceeded, or finds no more that is the same."""

    def __init__(self, old: list[str], new: list[str], work: Work, *, is_strict: bool) -> None:
        super().__init__(None, old, new, autojunk=False)
        self._work, self._is_strict = work, is_strict
        places = Counter(new)
        # up to each word of the old text: it is compared with each place of the same word in the new one
        self._costs = [0, *accumulate(1 + places[word] for word in old)]

    def find_longest_match(
        self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None
    ) -> difflib.Match:
        ahi = len(self._costs) - 1 if ahi is None else ahi
        if self._work.allows(self._costs[ahi] - self._costs[alo]):
            return super().find_longest_match(alo, ahi, blo, bhi)
        if self._is_strict:
            raise _Exceeded
        return difflib.Match(alo, blo, 0)


def _changes(before: str, after: str, work: Work) -> Iterator[Change]:
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    # half of the limit, so that something is left for the paragraphs
    whole = Work(max(0, (work.limit - work.done) // 2))
    try:
        codes = _matched(old, new, whole, is_strict=True)
    except _Exceeded:
        work.done += whole.done
        codes = _by_paragraphs(before, after, work)
    else:
        work.done += whole.done
    for is_same, a, b, c, d in codes:
        if is_same:
            yield Change("same", "".join(new[c:d]))
            continue
        if a < b:
            yield Change("removed", "".join(old[a:b]))
        if c < d:
            yield Change("added", "".join(new[c:d]))


def _matched(old: list[str], new: list[str], work: Work, *, is_strict: bool = False) -> list[Code]:
    matcher = _Matcher([x.strip() for x in old], [x.strip() for x in new], work, is_strict=is_strict)
    return [(kind == "equal", a, b, c, d) for kind, a, b, c, d in matcher.get_opcodes()]


def _by_paragraphs(before: str, after: str, work: Work) -> list[Code]:
    """Paragraphs first, then the words of those that differ, as far as the limit goes; in words."""
    old, new = (_LINES.findall(text) for text in (before, after))
    words = [[_WORDS.findall(line) for line in lines] for lines in (old, new)]
    # the number of words before each paragraph
    starts = [[0, *accumulate(map(len, lines))] for lines in words]
    found: list[Code] = []
    for is_same, a, b, c, d in _trimmed(old, new, work):
        place = starts[0][a], starts[0][b], starts[1][c], starts[1][d]
        if is_same:
            found.append((True, *place))
            continue
        ours, theirs = ([*chain(*lines[x:y])] for lines, x, y in ((words[0], a, b), (words[1], c, d)))
        found += (
            (same, e + place[0], f + place[0], g + place[2], h + place[2])
            for same, e, f, g, h in _trimmed(ours, theirs, work)
        )
    return _joined(found)


def _trimmed(old: list[str], new: list[str], work: Work) -> list[Code]:
    """Match what is left without the common beginning and end, which cost one comparison each."""
    pairs = ([x.strip() for x in old], [x.strip() for x in new])
    least = min(map(len, pairs))
    first = next((n for n in range(least) if pairs[0][n] != pairs[1][n]), least)
    last = next((n for n in range(least - first) if pairs[0][-1 - n] != pairs[1][-1 - n]), least - first)
    a, b = len(old) - last, len(new) - last
    middle = [
        (same, c + first, d + first, e + first, f + first)
        for same, c, d, e, f in _matched(old[first:a], new[first:b], work)
    ]
    return [(True, 0, first, 0, first), *middle, (True, a, len(old), b, len(new))]


def _joined(codes: Iterable[Code]) -> list[Code]:
    """Codes of one kind that follow one another are one; the empty ones are left out."""
    found: list[Code] = []
    for same, a, b, c, d in codes:
        if (a, c) == (b, d):
            continue
        if found and found[-1][0] == same:
            _, first, _, third, _ = found.pop()
            found.append((same, first, b, third, d))
        else:
            found.append((same, a, b, c, d))
    return found


def _count(diff: Diff, kind: str) -> int:
    changes = (change for part in (diff.headline, diff.body) for change in part)
    return sum(len(change.text.split()) for change in changes if change.kind == kind)
