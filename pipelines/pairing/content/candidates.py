"""Candidates: the pairs of articles worth scoring, a few of the most similar ones for each article."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archive.format.languages import TRANSLATED_WITHIN
from pipelines.pairing.content.rarity import Pool
from pipelines.similarity.document import ArticleReading
from pipelines.similarity.vectors import cosines

_BY_SOUND = 6
_BY_FACTS = 4
_BY_ALL = 3
"""Candidates of an article in another language by n-grams, by anchors with meanings, and by all together."""

WINDOW = TRANSLATED_WITHIN
_SOON = 0.8
_HOURS = 6.0
"""Share of translations that follow soon, and their mean lag; the rest comes at any time of the window."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Two pools, with each article of one compared with each of the other."""

    pool_a: Pool
    pool_b: Pool
    signals: tuple[NDArray[np.float32], ...]
    """Cosines of n-grams, anchors and meanings, and the weighted sum of all three; one row per article of
    `pool_a`."""
    allowed: NDArray[np.bool_]
    """Pairs that their dates allow."""

    @classmethod
    def of(cls, pool_a: Pool, pool_b: Pool, allowed: NDArray[np.bool_] | None = None) -> "Compared":
        ngrams, anchors, meanings = (
            cosines(a, b) for a, b in zip(pool_a.signals, pool_b.signals, strict=True)
        )
        signals = ngrams, anchors, meanings, 3 * ngrams + anchors + meanings
        if allowed is None:
            allowed = np.ones((len(pool_a.readings), len(pool_b.readings)), dtype=np.bool_)
        return cls(pool_a, pool_b, signals, allowed)

    def candidates(self) -> list[tuple[int, int]]:
        """Return index pairs: the best of the other side for each article of both sides."""
        ngrams, anchors, meanings, together = self.signals
        pairs: set[tuple[int, int]] = set()
        for scores, most in ((ngrams, _BY_SOUND), (anchors + meanings, _BY_FACTS), (together, _BY_ALL)):
            masked = scores * self.allowed
            pairs |= set(_nearest(masked, most))
            pairs |= {(i, j) for j, i in _nearest(masked.T, most)}
        return sorted(pairs)


def highest(scores: NDArray[np.float32], most: int) -> NDArray[np.int64]:
    """Return the column numbers of the highest values of each row, at most `most`, in no order."""
    if scores.shape[1] <= most:
        return np.tile(np.arange(scores.shape[1]), (len(scores), 1))
    return np.argpartition(scores, -most, axis=1)[:, -most:]


def _nearest(scores: NDArray[np.float32], most: int) -> list[tuple[int, int]]:
    best = highest(scores, most)
    rows, columns = np.nonzero(np.take_along_axis(scores, best, axis=1) > 0)
    return list(zip(rows.tolist(), best[rows, columns].tolist(), strict=True))


def lags(
    texts_a: Sequence[ArticleReading], texts_b: Sequence[ArticleReading]
) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
    """Return which pairs the dates allow, and what the lag of each adds to its log-odds.

    What is added is the likelihood of the lag over its mean among the candidates of both articles, so it is 0
    where all are of one time. The mean is at least what any time in the window would have: the right
    partner may be absent, and a lone candidate of another day is no likelier for being alone. An unknown time
    excludes nothing and adds nothing.
    """
    a = np.array([_hours(reading) for reading in texts_a], dtype=np.float64)[:, None]
    b = np.array([_hours(reading) for reading in texts_b], dtype=np.float64)[None, :]
    apart = np.abs(a - b)
    unknown, within = np.isnan(apart), apart <= WINDOW.total_seconds() / 3600
    width = WINDOW.total_seconds() / 3600
    soon = _SOON / (2 * _HOURS) * np.exp(-np.where(within, apart, width) / _HOURS)
    likelihood = np.where(within, soon + (1 - _SOON) / (2 * width), 0.0)
    mean_a, mean_b = (
        likelihood.sum(axis=axis, keepdims=True) / np.maximum(within.sum(axis=axis, keepdims=True), 1)
        for axis in (1, 0)
    )
    any_time = 1 / (2 * width)
    usual = np.sqrt(np.maximum(mean_a, any_time) * np.maximum(mean_b, any_time))
    added = np.where(within, np.log(np.maximum(likelihood, 1e-9) / usual), 0.0)
    return unknown | within, added.astype(np.float32)


def _hours(reading: ArticleReading) -> float:
    return reading.document.at.timestamp() / 3600 if reading.document.at is not None else math.nan
