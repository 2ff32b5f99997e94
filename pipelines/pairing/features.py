"""How alike two articles are, as numbers that a fitted weighting turns into a probability.

Finding the partner is easy; telling that there is none is the work. So most numbers say how much better a
candidate is than the others of the same article, not how good it is.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipelines.pairing.rarity import cosine, ngram_cosine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from pipelines.pairing.rarity import Pool
    from pipelines.pairing.reading import Reading

    Scores = dict[tuple[int, int], float]

SIGNALS = ("ngrams", "anchors", "meanings")
_OF_EACH = ("", " over others of a", " over others of b", " over best other", " times best other")
NAMES = (
    *(f"{signal}{how}" for signal in SIGNALS for how in _OF_EACH),
    *("numbers", "numbers only in a", "numbers only in b", "both have numbers"),
    *("shared numbers", "contrary numbers", "contrary numbers of all"),
    *("order", "drift", "length", "short", "short ngrams"),
)
_LEAST = 0.01


@dataclass(frozen=True, slots=True)
class Expected:
    """Of a language pair."""

    length: float = 0.0
    """Logarithm of how much longer a text is in the first language than in the second."""
    rivals: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Per signal: how alike an article and the nearest one that is no translation are, in the median.

    So that where nothing else is at hand, the only article is not taken for the best of many.
    """


def features(
    one: Pool, other: Pool, pairs: Sequence[tuple[int, int]], expected: Expected
) -> NDArray[np.float64]:
    """One row a pair, in the order of NAMES."""
    signals = (
        {(i, j): ngram_cosine(one, i, other, j) for i, j in pairs},
        {(i, j): cosine(one.anchors[i], other.anchors[j]) for i, j in pairs},
        {(i, j): cosine(one.meanings[i], other.meanings[j]) for i, j in pairs},
    )
    compared = [_compared(scores, rival) for scores, rival in zip(signals, expected.rivals, strict=True)]
    rows = []
    for i, j in pairs:
        a, b = one.readings[i], other.readings[j]
        ratio = math.log((1 + a.letters) / (1 + b.letters))
        short = math.log(1 + min(a.letters, b.letters))
        rows.append(
            [value for rows_of in compared for value in rows_of[i, j]]
            + [*_numbers(one.anchors[i], other.anchors[j]), *_order(a, b)]
            + [abs(ratio - expected.length), short, short * signals[0][i, j]]
        )
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(NAMES))


def _compared(scores: Scores, rival: float) -> dict[tuple[int, int], list[float]]:
    """The score itself, and against the four next best of either side."""
    of_a: dict[int, list[float]] = {}
    of_b: dict[int, list[float]] = {}
    for (i, j), score in scores.items():
        of_a.setdefault(i, []).append(score)
        of_b.setdefault(j, []).append(score)
    rows = {}
    for (i, j), score in scores.items():
        a, b = _others(of_a[i], score, rival), _others(of_b[j], score, rival)
        best = max([*a, *b], default=0.0)
        rows[i, j] = [
            score,
            score - sum(a) / max(1, len(a)),
            score - sum(b) / max(1, len(b)),
            score - best,
            math.log((score + _LEAST) / (best + _LEAST)),
        ]
    return rows


def _others(scores: list[float], own: float, rival: float) -> list[float]:
    rest = scores.copy()
    rest.remove(own)
    return sorted([*rest, rival, rival * 0.9, rival * 0.8, rival * 0.7], reverse=True)[:4]


def _numbers(a: Mapping[str, float], b: Mapping[str, float]) -> tuple[float, ...]:
    """Cosine of the numbers, the share of each side's that the other has not, whether both have any.

    Then how many both have, how many each has that the other has not, and what share of all these are: a
    daily report is the same text with other numbers, a text cut short only lacks some.
    """
    ours = {key: value for key, value in a.items() if key[0].isdigit()}
    theirs = {key: value for key, value in b.items() if key[0].isdigit()}
    if not ours or not theirs:
        return 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    shared = len(ours.keys() & theirs.keys())
    contrary = min(len(ours), len(theirs)) - shared
    norm = math.sqrt(sum(v * v for v in ours.values()) * sum(v * v for v in theirs.values()))
    return (
        cosine(ours, theirs) / norm,
        sum(value for key, value in ours.items() if key not in theirs) / sum(ours.values()),
        sum(value for key, value in theirs.items() if key not in ours) / sum(theirs.values()),
        1.0,
        math.log1p(shared),
        math.log1p(contrary),
        contrary / (contrary + shared + 1),
    )


def _order(one: Reading, other: Reading) -> tuple[float, float]:
    """Share of the shared anchors that stand in the same order, and how far they drift apart, both 0 to 1.

    Of anchors that occur once on each side; a guess in the middle where there are fewer than three.
    """
    a, b = _once(one), _once(other)
    shared = sorted(a.keys() & b.keys(), key=lambda key: (a[key], key))
    if len(shared) < 3:
        return 0.5, 0.3
    return in_order(one, other)[0] / len(shared), sum(abs(a[key] - b[key]) for key in shared) / len(shared)


def in_order(one: Reading, other: Reading) -> tuple[int, int]:
    """How many of the anchors that occur once on each side stand in the same order, and of how many."""
    a, b = _once(one), _once(other)
    tails: list[float] = []
    shared = sorted(a.keys() & b.keys(), key=lambda key: (a[key], key))
    for key in shared:
        at = bisect_left(tails, b[key])
        tails[at : at + 1] = [b[key]]
    return len(tails), len(shared)


def _once(reading: Reading) -> dict[str, float]:
    times = Counter(anchor.key for anchor in reading.anchors)
    return {anchor.key: anchor.position for anchor in reading.anchors if times[anchor.key] == 1}
