"""Likeness of two articles of different outlets: numbers that fitted weights turn into a probability.

Newsrooms tell one event in their own words, so what counts is what they cannot change: names, numbers, days
and what is counted. Each signal is also given relative to the fifth best of the later article in that
language, which makes pairs of one language and of two comparable.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipelines.pairing.content.rarity import Pool, pool
from pipelines.similarity.background import shipped_background
from pipelines.similarity.document import ArticleReading
from pipelines.similarity.lexicon import LANGUAGES
from pipelines.similarity.vectors import Vectors, cosines
from pipelines.similarity.weighing import standardised

Matrix = NDArray[np.float32]

FILE = Path(__file__).parent / "weights.json"
MOST = 8
"""Most candidates of an article in each language."""
HOURS = 72.0
"""Most hours between two reports of one event."""
_FIFTH = 5
_LEAST = 0.01
_LEAD = 400
"""Characters of headline and lead."""
_ROWS = 500
"""Articles that are compared with all others at once."""


@dataclass(frozen=True, slots=True)
class EventWeights:
    names: tuple[str, ...]
    """Names of the columns that it weighs."""
    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    weight: NDArray[np.float64]
    bias: float

    def probabilities(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probability of each row, whose columns are `names`."""
        logits = standardised(rows, self.mean, self.scale) @ self.weight + self.bias
        return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))))


@cache
def shipped_event_weights(part: str = "likeness") -> EventWeights:
    """Read the weights of `likeness` or of `evidence`; `benchmarks/events.py --fit` writes them."""
    stored = json.loads(FILE.read_text(encoding="utf-8"))[part]
    mean, scale, weight = (np.array(stored[name]) for name in ("mean", "scale", "weight"))
    return EventWeights(tuple(stored["features"]), mean, scale, weight, float(stored["bias"]))


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two articles that are worth weighing, by their place among all, the later one first."""

    i: int
    j: int
    pool_a: Pool
    row_a: int
    pool_b: Pool
    row_b: int
    """The articles of one language that each is compared among, and its place there."""
    features: NDArray[np.float64]

    @property
    def readings(self) -> tuple[ArticleReading, ArticleReading]:
        return self.pool_a.readings[self.row_a], self.pool_b.readings[self.row_b]


def likenesses(
    readings: Sequence[ArticleReading], core: Collection[int], *, most: int = MOST
) -> Iterator[Likeness]:
    """Yield the candidates of the articles `core`, with their features; all have a time.

    Candidates of an article are the `most` likest of each language that another outlet published in the HOURS
    before it. So two articles are weighed once, if the later one is core. Time grows with the number of core
    articles times that of all.
    """
    places: dict[str, list[int]] = {}
    for n, reading in enumerate(readings):
        places.setdefault(reading.document.language, []).append(n)
    pools: dict[str, Pool] = {}
    for code in LANGUAGES:
        if code in places:
            pools[code] = pool([readings[n] for n in places[code]], shipped_background(code))
    for code_a, code_b in product(pools, pools):
        numbers_of_core = [x for x, n in enumerate(places[code_a]) if n in core]
        for start in range(0, len(numbers_of_core), _ROWS):
            rows = numbers_of_core[start : start + _ROWS]
            signals = _signals(pools[code_a], rows, pools[code_b])
            numbers = [places[code_a][x] for x in rows]
            for row, column, features in _nearest(readings, numbers, places[code_b], signals, most):
                i, j = numbers[row], places[code_b][column]
                yield Likeness(i, j, pools[code_a], rows[row], pools[code_b], column, features)


def _signals(pool_a: Pool, rows: Sequence[int], pool_b: Pool) -> tuple[Matrix, ...]:
    ngrams, anchors, meanings = (
        cosines(_of_rows(a, rows), b) for a, b in zip(pool_a.signals, pool_b.signals, strict=True)
    )
    return ngrams, anchors, meanings, 3 * ngrams + anchors + meanings


def _nearest(
    readings: Sequence[ArticleReading],
    rows: Sequence[int],
    columns: Sequence[int],
    signals: tuple[Matrix, ...],
    most: int,
) -> Iterator[tuple[int, int, NDArray[np.float64]]]:
    """Yield the nearest columns of each row, with the features of both."""
    allowed = _allowed([readings[i] for i in rows], [readings[j] for j in columns])
    signals = tuple(np.where(allowed, signal, 0) for signal in signals)
    fifths = [_fifth(signal) for signal in signals]
    together = signals[-1]
    for row, nearest in enumerate(np.argsort(-together, axis=1)[:, :most]):
        for column in nearest:
            if together[row, column] <= 0:
                break
            i, j = rows[row], columns[column]
            likeness = [float(signal[row, column]) for signal in signals]
            over = [
                float(np.log((value + _LEAST) / (fifth[row] + _LEAST)))
                for value, fifth in zip(likeness, fifths, strict=True)
            ]
            yield row, int(column), np.array([*likeness, *over, *_facts(readings[i], readings[j])])


def _of_rows(vectors: Vectors, rows: Sequence[int]) -> Vectors:
    spans = [slice(vectors.starts[x], vectors.starts[x + 1]) for x in rows]
    lengths = [span.stop - span.start for span in spans]
    return Vectors(
        vectors.keys,
        vectors.frequency,
        np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int64),
        np.concatenate([*(vectors.ids[span] for span in spans), np.empty(0, np.int32)]),
        np.concatenate([*(vectors.weights[span] for span in spans), np.empty(0, np.float32)]),
    )


def _allowed(newer: Sequence[ArticleReading], earlier: Sequence[ArticleReading]) -> NDArray[np.bool_]:
    """Return a mask of the pairs of two outlets whose earlier article is at most HOURS older."""
    documents = [reading.document for reading in (*newer, *earlier)]
    _, outlets = np.unique([document.outlet for document in documents], return_inverse=True)
    ids = np.array([document.article_id for document in documents])
    is_another = np.not_equal.outer(outlets[: len(newer)], outlets[len(newer) :])
    after = np.subtract.outer([*map(_hours, newer)], [*map(_hours, earlier)])
    # of two at one time the greater id counts as the later
    later = (after > 0) | ((after == 0) & (ids[: len(newer), None] > ids[None, len(newer) :]))
    return np.asarray(is_another & later & (after <= HOURS), dtype=np.bool_)


def _hours(reading: ArticleReading) -> float:
    assert reading.document.at is not None
    return reading.document.at.timestamp() / 3600


def _fifth(scores: Matrix) -> Matrix:
    place = scores.shape[1] - min(_FIFTH, scores.shape[1])
    return np.asarray(np.partition(scores, place, axis=1)[:, place], dtype=np.float32)


def keys_of(reading: ArticleReading) -> set[str]:
    return {x.key for x in reading.anchors}


def counted_in_both(a: ArticleReading, b: ArticleReading) -> tuple[int, int]:
    """Return how many things both articles count with a number in common, and how many without."""
    both = a.counted.keys() & b.counted.keys()
    alike = sum(1 for thing in both if a.counted[thing] & b.counted[thing])
    return alike, len(both) - alike


def _keys_of_lead(reading: ArticleReading) -> set[str]:
    return {x.key for x in reading.anchors if x.position * len(reading.document.body) <= _LEAD}


def _facts(a: ArticleReading, b: ArticleReading) -> tuple[float, ...]:
    shared = keys_of(a) & keys_of(b)
    numbers = {key for key in shared if key[0].isdigit()}
    alike, otherwise = counted_in_both(a, b)
    return (
        float(np.log1p(len(shared - numbers))),
        float(np.log1p(len(numbers))),
        float(np.log1p(len(_keys_of_lead(a) & _keys_of_lead(b)))),
        float(np.log1p(alike)),
        float(np.log1p(otherwise)),
        (_hours(a) - _hours(b)) / 24,
        float(np.log1p(min(a.letters, b.letters))),
    )
