"""Comparison of two versions of an article by words: a moved line break is no change.

The words of some texts cannot be compared in a reasonable time. Then paragraphs are compared first, then the
words of those that differ; whatever exceeds the limit is reported as removed and added.
"""

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain

from archive.format.records import FEED

Code = tuple[bool, int, int, int, int]
"""Like difflib's opcodes: the same or not, from and to in the old text, from and to in the new one."""

# a word with its spaces is one piece, so that the joined pieces are the text
_WORDS = re.compile(r"\S+\s*|\s+")
_LINES = re.compile(r"[^\n]*\n\s*|[^\n]+")
_SENTENCE_END = re.compile(r"[.!?…][»”\"')\]]*$")
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
        """Number of words removed from headline and body."""
        return _count(self, "removed")

    @property
    def added(self) -> int:
        return _count(self, "added")

    def __str__(self) -> str:
        """Format as plain text: [-removed-] {+added+}."""
        marks = {"same": ("", ""), "removed": ("[-", "-]"), "added": ("{+", "+}")}
        texts = []
        for part in (self.headline, self.body):
            pieces = []
            for change in part:
                before, after = marks[change.kind]
                pieces.append(f"{before}{change.text}{after}")
            texts.append("".join(pieces))
        return "\n\n".join(texts)


def is_edit(before: Mapping[str, object], after: Mapping[str, object]) -> bool:
    """Tell if the outlet changed the text between two rows of `versions` with `text_from`.

    The texts of a page and of its feed differ without an edit.
    """
    return (before["text_from"] == FEED) == (after["text_from"] == FEED)


def compare(before: Mapping[str, str], after: Mapping[str, str], work: "Work | None" = None) -> Diff:
    """Compare two rows of `versions` with headline and body."""
    work = work or Work()
    headline = tuple(_changes(before["headline"], after["headline"], work))
    return Diff(headline, tuple(_changes(before["body"], after["body"], work)))


@dataclass(slots=True)
class Work:
    """Number of word comparisons that one diff may make; difflib needs n³ if all words are equal."""

    limit: int = LIMIT
    done: int = 0

    def allows(self, comparisons: int) -> bool:
        """Count them if they are within the limit."""
        if self.done + comparisons > self.limit:
            return False
        self.done += comparisons
        return True


class _Exceeded(Exception):
    """Raised if a comparison of complete texts by words exceeds the limit; never leaves this module."""


class _Matcher(difflib.SequenceMatcher[str]):
    """Counts its comparisons; over the limit it raises _Exceeded, or finds no further matches."""

    def __init__(self, old: list[str], new: list[str], work: Work, *, is_strict: bool) -> None:
        super().__init__(None, old, new, autojunk=False)
        self._work, self._is_strict = work, is_strict
        places = Counter(new)
        # each word of the old text is compared with each place of the same word in the new one
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
    # half of the limit, so that the other half remains for the paragraphs
    half = Work(max(0, (work.limit - work.done) // 2))
    try:
        codes = _matched(old, new, half, is_strict=True)
    except _Exceeded:
        work.done += half.done
        codes = _by_paragraphs(before, after, work)
    else:
        work.done += half.done
    for is_same, a, b, c, d in _at_borders(codes, old, new):
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
    """Match paragraphs, then the words of those that differ, within the limit; positions are in words."""
    old, new = _LINES.findall(before), _LINES.findall(after)
    old_words, new_words = list(map(_WORDS.findall, old)), list(map(_WORDS.findall, new))
    # the number of words before each paragraph
    old_starts = [0, *accumulate(map(len, old_words))]
    new_starts = [0, *accumulate(map(len, new_words))]
    codes: list[Code] = []
    for is_same, a, b, c, d in _trimmed(old, new, work):
        if is_same:
            codes.append((True, old_starts[a], old_starts[b], new_starts[c], new_starts[d]))
            continue
        old_part, new_part = [*chain(*old_words[a:b])], [*chain(*new_words[c:d])]
        for code in _trimmed(old_part, new_part, work):
            codes.append(_shifted(code, old_starts[a], new_starts[c]))
    return _merged(codes)


def _at_borders(codes: Iterable[Code], old: Sequence[str], new: Sequence[str]) -> Iterator[Code]:
    """Shift what was only removed, or only added, to begin and end with a sentence where it may.

    A paragraph was removed before another that also begins with «С»: «С другой …» went, not «другой … С».
    """
    moved = list(codes)
    if not moved or not moved[0][0]:
        moved.insert(0, (True, 0, 0, 0, 0))
    if not moved[-1][0]:
        moved.append((True, len(old), len(old), len(new), len(new)))
    for n in range(1, len(moved) - 1, 2):  # every other is the same
        _, a, b, c, d = moved[n]
        if a < b and c < d:
            continue
        words, first, last = (old, a, b) if a < b else (new, c, d)
        _, before, _, new_before, _ = moved[n - 1]
        _, _, after, _, new_after = moved[n + 1]
        # something stays between two changes
        by = _shift(words, first, last, a - before - (n > 1), after - b - (n < len(moved) - 2))
        moved[n - 1] = (True, before, a + by, new_before, c + by)
        moved[n] = (False, a + by, b + by, c + by, d + by)
        moved[n + 1] = (True, b + by, after, d + by, new_after)
    return (x for x in moved if (x[1], x[3]) != (x[2], x[4]))


def _shift(words: Sequence[str], first: int, last: int, most_left: int, most_right: int) -> int:
    """By how many words a passage moves to the best borders among the places where it is the same change."""
    best, most = 0, _borders(words, first, last)
    for step, limit in ((-1, most_left), (1, most_right)):
        at, end = first, last
        for _ in range(limit):
            # the word that enters is the one that leaves
            if words[min(at, at + step)].strip() != words[min(end, end + step)].strip():
                break
            at, end = at + step, end + step
            if (borders := _borders(words, at, end)) > most:
                best, most = at - first, borders
    return best


def _borders(words: Sequence[str], *places: int) -> int:
    """Count 2 for each place that is between two paragraphs, 1 for one between sentences."""
    borders = 0
    for place in places:
        if place in {0, len(words)} or "\n" in words[place - 1]:
            borders += 2
        elif _SENTENCE_END.search(words[place - 1].rstrip()):
            borders += 1
    return borders


def _shifted(code: Code, old: int, new: int) -> Code:
    is_same, a, b, c, d = code
    return is_same, a + old, b + old, c + new, d + new


def _trimmed(old: list[str], new: list[str], work: Work) -> list[Code]:
    """Match texts without their common beginning and end, which cost one comparison a piece."""
    pairs = ([x.strip() for x in old], [x.strip() for x in new])
    least = min(map(len, pairs))
    first = _common(pairs[0][:least], pairs[1][:least])
    last = _common(pairs[0][::-1][: least - first], pairs[1][::-1][: least - first])
    a, b = len(old) - last, len(new) - last
    middle = [_shifted(code, first, first) for code in _matched(old[first:a], new[first:b], work)]
    return [(True, 0, first, 0, first), *middle, (True, a, len(old), b, len(new))]


def _common(old: list[str], new: list[str]) -> int:
    """Length of the common beginning of two lists of one length."""
    for number, (x, y) in enumerate(zip(old, new, strict=True)):
        if x != y:
            return number
    return len(old)


def _merged(codes: Iterable[Code]) -> list[Code]:
    """Merge successive codes of one kind, and leave out empty ones."""
    merged: list[Code] = []
    for same, a, b, c, d in codes:
        if (a, c) == (b, d):
            continue
        if merged and merged[-1][0] == same:
            _, first, _, third, _ = merged.pop()
            merged.append((same, first, b, third, d))
        else:
            merged.append((same, a, b, c, d))
    return merged


def _count(diff: Diff, kind: str) -> int:
    return sum(len(x.text.split()) for x in (*diff.headline, *diff.body) if x.kind == kind)
