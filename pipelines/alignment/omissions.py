"""The certainty that one side alone says a paragraph.

Whoever publishes that a translation leaves something out must not be wrong. So each paragraph without a link
gets the probability that the other side says it nowhere, and the place where it comes nearest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from pipelines.alignment.paragraph_runs import Weighed

    Matrix = NDArray[np.float32]
    Link = tuple[tuple[int, ...], tuple[int, ...]]

OMISSION_NAMES = (
    "like one",
    "like two",
    "like a run",
    "letters",
    "letters beside",
    "like what is beside",
    "like one that is free",
    "free in its gap",
)
SURE = 0.85
"""Probability below which an omission is doubtful."""
_FAR = 10.0
"""Log-odds at which the likeness to a place is cut off."""


@dataclass(frozen=True, slots=True)
class Lone:
    """A paragraph that has no link."""

    confidence: float
    """Probability that the other side says it nowhere."""
    nearest: int
    """Paragraph of the other side that it is likest to."""


@dataclass(frozen=True, slots=True)
class Side:
    """The paragraphs of one side without a link, their features, and the paragraphs they are likest to."""

    places: list[int]
    features: NDArray[np.float32]
    nearest: list[int]


def sides(each: Weighed, in_order: Sequence[Link], moved: Sequence[Link]) -> tuple[Side, Side]:
    """Return the paragraphs of a and of b without a link; a link is its paragraphs of a and of b."""
    n, m, logits = each.n, each.m, each.logits
    best_of_a, best_of_b = np.full(n, -_FAR), np.full(m, -_FAR)
    for (down, right), (i, j), known in each.runs:
        for x in range(down):
            np.maximum.at(best_of_a, i + x, known)
        for y in range(right):
            np.maximum.at(best_of_b, j + y, known)
    turned = [(b, a) for a, b in in_order]
    taken_a = {i for a, _ in (*in_order, *moved) for i in a}
    taken_b = {j for _, b in (*in_order, *moved) for j in b}
    letters_a, letters_b = each.letters
    return (
        _side(logits, n, m, best_of_a, in_order, (letters_a, letters_b), (taken_a, taken_b)),
        _side(logits.T, m, n, best_of_b, turned, (letters_b, letters_a), (taken_b, taken_a)),
    )


def _side(  # noqa: PLR0917
    logits: Matrix,
    n: int,
    m: int,
    of_runs: NDArray[np.float64],
    links: Sequence[Link],
    letters: tuple[Matrix, Matrix],
    taken: tuple[set[int], set[int]],
) -> Side:
    ours, theirs = letters
    surplus = np.full(n, -1.0)
    for own, other in links:
        # letters of the other side that nobody accounts for may be this paragraph's
        more = float(theirs[list(other)].sum() - ours[list(own)].sum())
        for beside in (own[0] - 1, own[-1] + 1):
            if 0 <= beside < n:
                surplus[beside] = max(surplus[beside], more / float(ours[beside] + 1))
    places = [i for i in range(n) if i not in taken[0]]
    free = [j for j in range(m) if j not in taken[1]]
    ends = sorted((own[0], other[0], other[-1]) for own, other in links)
    rows, nearest = [], []
    for i in places:
        single = logits[i, :m]
        doubles = [logits[i, m:], *(logits[n + x, :m] for x in (i - 1, i) if 0 <= x < n - 1)]
        best = int(single.argmax())
        nearest.append(best)
        rows.append(
            (
                np.clip(single[best], -_FAR, _FAR),
                np.clip(max((float(x.max()) for x in doubles if x.size), default=-_FAR), -_FAR, _FAR),
                np.clip(of_runs[i], -_FAR, _FAR),
                np.log1p(ours[i]),
                np.clip(surplus[i], -1, 2),
                float(any(i in {own[0] - 1, own[-1] + 1} and best in other for own, other in links)),
                np.clip(single[free].max(initial=-_FAR), -_FAR, _FAR),
                _free_in_gap(i, free, ends, m),
            )
        )
    return Side(places, np.array(rows, dtype=np.float32).reshape(-1, len(OMISSION_NAMES)), nearest)


def _free_in_gap(i: int, free: Sequence[int], ends: Sequence[tuple[int, int, int]], m: int) -> float:
    """Return how many paragraphs of the other side are free where this one would stand in order."""
    after = max((last for first, _, last in ends if first < i), default=-1)
    before = min((first for own, first, _ in ends if own > i), default=m)
    return float(np.log1p(sum(1 for j in free if after < j < before)))


def lone_paragraphs(side: Side, log_odds: Callable[[Matrix], Matrix]) -> dict[int, Lone]:
    """Return the paragraphs of a side without a link; `log_odds` weighs rows of OMISSION_NAMES."""
    if not side.places:
        return {}
    sure = 1 / (1 + np.exp(-log_odds(side.features)))
    return {
        place: Lone(round(float(p), 4), near)
        for place, p, near in zip(side.places, sure, side.nearest, strict=True)
    }
