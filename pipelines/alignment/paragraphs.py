"""The paragraphs of one variant, prepared for alignment.

A unit is one paragraph, or two that follow each other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.similarity.background import Background, shipped_background
from pipelines.similarity.document import PartReading, ngrams_of_parts, read_part

Matrix = NDArray[np.float32]

_PRIOR = 40.0
"""Weight of the background, in articles, beside the paragraphs themselves; the same as in pairing."""
_COMMON = 0.25
"""Assumed share of articles with an n-gram, for the n-grams that the background lists as common."""
READ = 4_000
"""Characters of a paragraph that are read."""
RUN = 4
"""Paragraphs that one of the other side may stand for."""
MOST = 400
"""Paragraphs of a text that are compared; the time grows with the product of the two numbers."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One kind of property that paragraphs can share: a column for each key, a row for each paragraph."""

    keys: NDArray[np.generic]
    """Keys of the columns, sorted."""
    weights: Matrix
    norms: Matrix
    """Norm of each unit, in the order of `Paragraphs`; a unit of two is the sum of their rows."""
    run_norms: tuple[Matrix, ...] = ()
    """Norms of runs of one, two, … RUN paragraphs that follow each other, by their first."""


@dataclass(frozen=True, slots=True)
class Paragraphs:
    """All units of a text: first the n single paragraphs, then the n - 1 units of two neighbours."""

    language: str
    readings: tuple[PartReading, ...]
    signals: tuple[Signal, Signal, Signal]
    """N-grams, anchors and meanings."""
    numbers: Signal
    """Numbers and dates that occur, each with weight 1; the norm is their count."""
    letters: Matrix

    @property
    def singles(self) -> int:
        return len(self.readings)


def prepared(texts: Sequence[str], language: str) -> Paragraphs:
    """Prepare at most MOST texts, none of them empty, in uk, ru or en."""
    return from_readings(tuple(read_part(text[:READ], language) for text in texts), language)


def from_readings(readings: tuple[PartReading, ...], language: str) -> Paragraphs:
    """Prepare texts that were read already, at least one."""
    background = shipped_background(language)
    anchors: list[Mapping[Any, float]] = []
    numbers: list[Mapping[Any, float]] = []
    for reading in readings:
        counted: dict[Any, float] = {}
        for anchor in reading.anchors:
            counted[anchor.key] = counted.get(anchor.key, 0.0) + 1.0
        anchors.append(counted)
        numbers.append({key: 1.0 for key in counted if str(key)[0].isdigit()})
    meanings: list[Mapping[Any, float]] = [reading.meanings for reading in readings]
    letters = np.array([len(reading.folded) for reading in readings], dtype=np.float32)
    return Paragraphs(
        language,
        readings,
        (
            _ngrams(readings, background),
            _named(anchors, background.anchors),
            _named(meanings, background.meanings),
        ),
        _counted(*_dense(numbers)),
        np.concatenate([letters, letters[:-1] + letters[1:]]),
    )


def _ngrams(readings: Sequence[PartReading], background: Background) -> Signal:
    keys, (columns, rows), counts = ngrams_of_parts(readings)
    common = np.where(background.rare(keys), np.float32(0), np.float32(_COMMON))
    # squared, because thousands of common syllables are shared by chance
    rarity = _rarity(np.bincount(columns), len(readings), common) ** 2 + 0.02
    weights = np.zeros((len(readings), len(keys)), dtype=np.float32)
    weights[rows, columns] = np.sqrt(counts) * rarity.astype(np.float32)[columns]
    return _signal(keys, weights)


def _named(occurrences: Sequence[Mapping[Any, float]], shares: Mapping[Any, float]) -> Signal:
    keys, counts = _dense(occurrences)
    shares_of_keys = np.array([shares.get(key, 0.0) for key in keys.tolist()], dtype=np.float32)
    rarity = _rarity((counts > 0).sum(axis=0), len(counts), shares_of_keys) + 0.05
    return _signal(keys, np.sqrt(counts) * rarity.astype(np.float32))


def _dense(occurrences: Sequence[Mapping[Any, float]]) -> tuple[NDArray[np.generic], Matrix]:
    names = sorted({key for occurrence in occurrences for key in occurrence})
    column = {key: n for n, key in enumerate(names)}
    counts = np.zeros((len(occurrences), len(names)), dtype=np.float32)
    for row, occurrence in enumerate(occurrences):
        for key, times in occurrence.items():
            counts[row, column[key]] = times
    return np.array(names, dtype=object), counts


def _rarity(having: NDArray[np.int64], paragraphs: int, shares: Matrix) -> Matrix:
    """Return how rare each key is that so many of the paragraphs have, and such shares of all articles."""
    documents = having + _PRIOR * shares
    return np.asarray(np.log((paragraphs + _PRIOR + 1) / (documents + 0.5)), dtype=np.float32)


def _signal(keys: NDArray[np.generic], weights: Matrix) -> Signal:
    # products of paragraphs with the next, the one after it, …, whose sums are the norms of runs
    apart = [np.einsum("ij,ij->i", weights[: len(weights) - d], weights[d:]) for d in range(RUN)]
    squares = [apart[0]]
    for run in range(2, min(RUN, len(weights)) + 1):
        wider = squares[-1][:-1] + apart[0][run - 1 :]
        for d in range(1, run):
            wider = wider + 2 * apart[d][run - 1 - d :]
        squares.append(wider)
    norms = tuple(np.sqrt(np.maximum(square, 0)) for square in squares)
    return Signal(keys, weights, np.concatenate(norms[:2]), norms)


def _counted(keys: NDArray[np.generic], weights: Matrix) -> Signal:
    both = np.maximum(weights[:-1], weights[1:])
    return Signal(keys, weights, np.concatenate([weights.sum(axis=1), both.sum(axis=1)]))
