"""The shortlist: candidates that are each other's best, whose passages are worth comparing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from pipelines.pairing.content.candidates import Compared
from pipelines.pairing.content.features import features

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from pipelines.pairing.content.rarity import Pool
    from pipelines.pairing.content.traces import Rare
    from pipelines.pairing.content.weights import Weights
    from pipelines.similarity.document import ArticleReading, Trace

_WINDOW = timedelta(days=4)
"""A translation is published within four days; a narrower window lost one in ten."""
WORTH = 0.005
"""Probability from which the passages are compared."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pair whose passages are worth comparing."""

    one: Pool
    i: int
    other: Pool
    j: int
    likely: float
    """Probability before the passages are compared; so is the rival's."""
    rival: float
    mutual: bool
    asked: bool
    traces: tuple[Trace, ...]

    @property
    def sides(self) -> tuple[ArticleReading, ArticleReading]:
        return self.one.readings[self.i], self.other.readings[self.j]

    @property
    def ids(self) -> tuple[str, str]:
        a, b = self.sides
        return a.document.article_id, b.document.article_id


def shortlist(
    one: Pool,
    other: Pool,
    weights: Weights,
    wanted: set[tuple[str, str]],
    rare: Rare,
    *,
    due: Callable[[str, str], bool],
) -> Iterator[Candidate]:
    languages = f"{one.readings[0].document.language}-{other.readings[0].document.language}"
    compared = Compared.of(one, other, _may_be(one.readings, other.readings))
    asked = _places(one, other, wanted)
    asked |= {pair for pair in rare.pairs(one.readings, other.readings) if compared.allowed[pair]}
    pairs = sorted({*compared.candidates(), *asked})
    if not pairs:
        return
    likely = weights.probabilities(features(compared, pairs, weights.expected[languages]))
    best_of_a, best_of_b = _ranked(pairs, likely, side=0), _ranked(pairs, likely, side=1)
    for n, (i, j) in enumerate(pairs):
        mutual = best_of_a[i][0] == n and best_of_b[j][0] == n
        ids = one.readings[i].document.article_id, other.readings[j].document.article_id
        if ((i, j) in asked or (mutual and likely[n] >= WORTH)) and due(*ids):
            others = (k for k in (*best_of_a[i][:2], *best_of_b[j][:2]) if k != n)
            rival = max((float(likely[k]) for k in others), default=0.0)
            traces = rare.shared(*ids) if compared.allowed[i, j] else ()
            yield Candidate(one, i, other, j, float(likely[n]), rival, mutual, (i, j) in asked, traces)


def story_by_story(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Sort candidates by story, so that few texts are kept in passages at once."""
    first: dict[str, int] = {}
    for number, each in enumerate(candidates):
        a, b = each.ids
        place = first.get(a, first.get(b, number))
        first.setdefault(a, place)
        first.setdefault(b, place)
    return sorted(candidates, key=lambda each: min(first[x] for x in each.ids))


def _places(one: Pool, other: Pool, wanted: set[tuple[str, str]]) -> set[tuple[int, int]]:
    """Return the index pairs of the wanted pairs that are in these two pools."""
    ours = {each.document.article_id: i for i, each in enumerate(one.readings)}
    theirs = {each.document.article_id: j for j, each in enumerate(other.readings)}
    places = {(ours[a], theirs[b]) for a, b in wanted if a in ours and b in theirs}
    return places | {(ours[b], theirs[a]) for a, b in wanted if b in ours and a in theirs}


def _may_be(ours: Sequence[ArticleReading], theirs: Sequence[ArticleReading]) -> NDArray[np.bool_]:
    """Return a mask of the pairs published within the window; an unknown time excludes nothing."""
    a = np.array([_seconds(each) for each in ours])[:, None]
    b = np.array([_seconds(each) for each in theirs])[None, :]
    apart = np.abs(a - b)
    return np.asarray(np.isnan(apart) | (apart <= _WINDOW.total_seconds()), dtype=np.bool_)


def _seconds(reading: ArticleReading) -> float:
    return reading.document.at.timestamp() if reading.document.at is not None else math.nan


def _ranked(pairs: list[tuple[int, int]], likely: NDArray[np.float64], *, side: int) -> dict[int, list[int]]:
    """Return the candidates of each article of one side, the likeliest first."""
    ranked: dict[int, list[int]] = {}
    for n in np.argsort(-likely, kind="stable"):
        ranked.setdefault(pairs[n][side], []).append(int(n))
    return ranked
