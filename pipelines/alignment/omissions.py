"""The certainty that one side alone says a paragraph.

Whoever publishes that a translation leaves something out must not be wrong. So each paragraph without a sure
link gets the probability that the other side says it nowhere, and the place where it comes nearest.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipelines.alignment.contents import CONTENT_NAMES, Link, Matrix, contents
from pipelines.alignment.marginals import Marginals
from pipelines.alignment.marks.quantities import Quantity, agree, quantities, rounded
from pipelines.alignment.paragraph_runs import Weighed
from pipelines.alignment.paragraphs import Paragraphs
from pipelines.similarity.document import PartReading

OMISSION_NAMES = (
    "like one",
    "like two",
    "like a run",
    "letters",
    "letters beside",
    "like what is beside",
    "like one that is free",
    "free in its gap",
    "alone",
    "likeliest link",
    "links beside",
    "links of the text",
    "share alone",
    "anchors had",
    "anchors lacked",
    *CONTENT_NAMES,
)
SURE = 0.85
"""Probability below which an omission is doubtful."""
DOUBTFUL, _SURE_IF_SHORT = 0.84, 0.98
_SHORT = 60
"""Letters below which a paragraph has little that a person could search for in the other text."""
_MOST_ALONE = 0.5
"""Share of the paragraphs without a sure link from which the first one is retold rather than left out."""
_ROUNDED_FROM = 100
_FOLLOWED = 0.1
"""Share of its paragraphs that a text has alone, at most, if the other one follows it from end to end."""
_ALIKE, _HELD = 0.4, 0.8
"""Shares of the length of a paragraph that is another, and of one that is held by another, at least."""
_ACRONYM = re.compile(r"\b[A-Z]{3,}\b")
_FAR = 10.0
"""Log-odds at which the likeness to a place is cut off."""


@dataclass(frozen=True, slots=True)
class Lone:
    """A paragraph that has no sure link."""

    confidence: float
    """Probability that the other side says it nowhere."""
    nearest: int
    """Paragraph of the other side that it is likest to."""


@dataclass(frozen=True, slots=True)
class Side:
    """The paragraphs of one side without a sure link, their features, and those they are likest to."""

    places: list[int]
    features: NDArray[np.float32]
    nearest: list[int]


def sides(
    texts: Weighed, in_order: Sequence[Link], out_of_order: Sequence[Link], chances: Marginals
) -> tuple[Side, Side]:
    """Return the paragraphs of a and of b outside of these links; a link is its paragraphs of a and of b."""
    n, m, logits = texts.n, texts.m, texts.logits
    best_of_a, best_of_b = np.full(n, -_FAR), np.full(m, -_FAR)
    for (down, right), (i, j), log_odds in texts.runs:
        for x in range(down):
            np.maximum.at(best_of_a, i + x, log_odds)
        for y in range(right):
            np.maximum.at(best_of_b, j + y, log_odds)
    turned: list[Link] = []
    for a, b in in_order:
        turned.append((b, a))
    taken_a = {i for a, _ in (*in_order, *out_of_order) for i in a}
    taken_b = {j for _, b in (*in_order, *out_of_order) for j in b}
    letters_a, letters_b = texts.letters
    known_a, known_b = _of_path(texts, in_order, chances)
    contents_a, contents_b = contents(texts, in_order, out_of_order)
    known_a, known_b = np.hstack([known_a, contents_a]), np.hstack([known_b, contents_b])
    return (
        _side(logits, n, m, best_of_a, in_order, (letters_a, letters_b), (taken_a, taken_b), known_a),
        _side(logits.T, m, n, best_of_b, turned, (letters_b, letters_a), (taken_b, taken_a), known_b),
    )


def _of_path(texts: Weighed, links: Sequence[Link], chances: Marginals) -> tuple[Matrix, Matrix]:
    """Return what all alignments tell of each paragraph of a and of b, and of the texts."""
    n, m = texts.n, texts.m
    best_of_a, best_of_b = np.zeros(n), np.zeros(m)
    for (down, right), chance in chances.links.items():
        for best_of, run, best in (
            (best_of_a, down, chance.max(axis=1)),
            (best_of_b, right, chance.max(axis=0)),
        ):
            for x in range(run):
                places = best_of[x : x + len(best)]
                np.maximum(places, best, out=places)
    beside_a, beside_b = np.ones(n), np.ones(m)
    for a, b in links:
        chance = chances.links[len(a), len(b)][a[0], b[0]]
        for paragraphs, least_beside in ((a, beside_a), (b, beside_b)):
            for place in (paragraphs[0] - 1, paragraphs[-1] + 1):
                if 0 <= place < len(least_beside):
                    least_beside[place] = min(least_beside[place], chance)
    single = [float(texts.logits[a[0], b[0]]) for a, b in links if len(a) == len(b) == 1]
    of_text = float(np.clip(np.mean(single), -_FAR, _FAR)) if single else 0.0
    sides = (
        (chances.alone[0], best_of_a, beside_a, texts.compared.had[0], sum(len(a) for a, _ in links)),
        (chances.alone[1], best_of_b, beside_b, texts.compared.had[1], sum(len(b) for _, b in links)),
    )
    rows_a, rows_b = (
        np.column_stack(
            [
                _log_odds(alone),
                _log_odds(best),
                _log_odds(least_beside),
                np.full(len(alone), of_text),
                np.full(len(alone), 1 - linked / len(alone)),
                np.log1p(had),
            ]
        )
        for alone, best, least_beside, had, linked in sides
    )
    return rows_a, rows_b


def _log_odds(chances: Matrix) -> Matrix:
    some = np.clip(chances, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(some / (1 - some)))


def _side(  # noqa: PLR0917
    logits: Matrix,
    n: int,
    m: int,
    of_runs: NDArray[np.float64],
    links: Sequence[Link],
    letters: tuple[Matrix, Matrix],
    linked_places: tuple[set[int], set[int]],
    of_path: Matrix,
) -> Side:
    places = [i for i in range(n) if i not in linked_places[0]]
    free = [j for j in range(m) if j not in linked_places[1]]
    single, of_two = logits[:n, :m], logits[:n, m:].max(axis=1, initial=-_FAR)
    pairs = logits[n:, :m].max(axis=1, initial=-_FAR)
    for units in (of_two[:-1], of_two[1:]):
        np.maximum(units, pairs, out=units)
    nearest = single.argmax(axis=1)
    is_beside, after, before = np.zeros(n), np.zeros(n, dtype=np.intp), np.full(n, m)
    for linked, partners in links:
        for place in (linked[0] - 1, linked[-1] + 1):
            if 0 <= place < n and nearest[place] in partners:
                is_beside[place] = 1
        np.maximum(after[linked[0] :], partners[-1] + 1, out=after[linked[0] :])
        np.minimum(before[: linked[0]], partners[0], out=before[: linked[0]])
    free_before = np.searchsorted(free, np.arange(m + 1))
    columns = (
        np.clip(single.max(axis=1), -_FAR, _FAR),
        np.clip(of_two, -_FAR, _FAR),
        np.clip(of_runs, -_FAR, _FAR),
        np.log1p(letters[0]),
        np.clip(_surplus(n, links, letters), -1, 2),
        is_beside,
        np.clip(single[:, free].max(axis=1, initial=-_FAR), -_FAR, _FAR),
        np.log1p(np.maximum(free_before[before] - free_before[after], 0)),
        of_path,
    )
    return Side(places, np.column_stack(columns)[places].astype(np.float32), nearest[places].tolist())


def _surplus(n: int, links: Sequence[Link], letters: tuple[Matrix, Matrix]) -> Matrix:
    """Return the letters of links beside each paragraph that nobody accounts for and may be its own."""
    letters_a, letters_b = letters
    surplus = np.full(n, -1.0)
    for a, b in links:
        more = float(letters_b[list(b)].sum() - letters_a[list(a)].sum())
        for place in (a[0] - 1, a[-1] + 1):
            if 0 <= place < n:
                surplus[place] = max(surplus[place], more / float(letters_a[place] + 1))
    return surplus


def lone_paragraphs(
    side: Side, text: Paragraphs, opposite: Paragraphs, log_odds: Callable[[Matrix], Matrix]
) -> dict[int, Lone]:
    """Return the paragraphs of a side without a sure link; `log_odds` weighs rows of OMISSION_NAMES."""
    if not side.places:
        return {}
    lone: dict[int, Lone] = {}
    shares_alone = side.features[:, OMISSION_NAMES.index("share alone")]
    sure = 1 / (1 + np.exp(-log_odds(side.features)))
    for place, p, share_alone, near in zip(side.places, sure, shares_alone, side.nearest, strict=True):
        is_sure = p >= (_SURE_IF_SHORT if text.letters[place] < _SHORT else SURE)
        # the first paragraph tells what the story is about, and so does the other text
        is_sure = is_sure and (place > 0 or share_alone < _MOST_ALONE)
        is_sure = is_sure and not (_is_traced(text, place, opposite) or _is_rounded(text, place, opposite))
        lone[place] = Lone(round(float(p if is_sure else min(p, DOUBTFUL)), 4), near)
    return lone


def doubt_counterparts(
    lone: tuple[dict[int, Lone], dict[int, Lone]],
    in_order: Sequence[Link],
    doubtful: Sequence[Link],
    letters: tuple[Matrix, Matrix],
) -> None:
    """Doubt what probably has a counterpart, in texts that follow each other from end to end.

    That is a paragraph at a place where the other text has one without a link too, of a like length, and one
    beside a doubtful link whose other side is longer by as much. In retold news, both stand at such places
    by chance.
    """
    gaps = defaultdict[int, tuple[list[int], list[int]]](lambda: ([], []))
    for side in (0, 1):
        if len(lone[side]) > _FOLLOWED * len(letters[side]):
            return
        begins = list[int]()
        for link in in_order:
            begins.append(link[side][0])
        for place in sorted(lone[side]):
            gaps[bisect_left(begins, place)][side].append(place)
    for places in gaps.values():
        for i, j in zip(*places, strict=True) if len(places[0]) == len(places[1]) else ():
            if _ALIKE < float(letters[0][i] + 1) / float(letters[1][j] + 1) < 1 / _ALIKE:
                _doubt(lone[0], i)
                _doubt(lone[1], j)
    for a, b in doubtful:
        more_of_a = float(letters[0][list(a)].sum() - letters[1][list(b)].sum())
        for side, linked, longer in ((0, a, -more_of_a), (1, b, more_of_a)):
            for place in (linked[0] - 1, linked[-1] + 1):
                if place in lone[side] and longer >= _HELD * letters[side][place]:
                    _doubt(lone[side], place)


def _doubt(lone: dict[int, Lone], place: int) -> None:
    lone[place] = replace(lone[place], confidence=min(lone[place].confidence, DOUBTFUL))


def _is_rounded(text: Paragraphs, place: int, opposite: Paragraphs) -> bool:
    """Tell if the other text rounds a number of the paragraph: 2,870 runners are almost three thousand."""
    large: list[Quantity] = []
    for number in quantities(text.readings[place].text, text.language):
        if number.value is not None and number.value >= _ROUNDED_FROM:
            large.append(number)
    for reading in opposite.readings if large else ():
        for other_number in quantities(reading.text, opposite.language):
            for number in large:
                # a year agrees with its last two digits; 1870 may be a count
                is_like = rounded if number.kind == "year" else agree
                if number.value != other_number.value and is_like(number, other_number):
                    return True
    return False


def _is_traced(text: Paragraphs, place: int, opposite: Paragraphs) -> bool:
    """Tell if the other text has a number or an acronym that no further paragraph of this text has."""
    own = _traces(text.readings[place])
    for n, reading in enumerate(text.readings):
        if own and n != place:
            own -= _traces(reading)
    return bool(own) and any(not own.isdisjoint(_traces(reading)) for reading in opposite.readings)


def _traces(reading: PartReading) -> set[str]:
    numbers = {x.key for x in reading.anchors if x.key[0].isdigit() and "/" not in x.key}
    return numbers.union(_ACRONYM.findall(reading.text))
