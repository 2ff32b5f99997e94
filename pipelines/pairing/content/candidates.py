"""Candidates: the pairs of articles worth scoring, a few of the most similar ones for each article."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipelines.similarity.vectors import cosines

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipelines.pairing.content.rarity import Pool

_BY_SOUND = 6
_BY_FACTS = 4
_BY_ALL = 3
"""Candidates of an article in another language by n-grams, by anchors with meanings, and by all together."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Two pools, with each article of one compared with each of the other."""

    one: Pool
    other: Pool
    signals: tuple[NDArray[np.float32], ...]
    """Cosines of n-grams, anchors and meanings, and the weighted sum of all three; one row per article of
    `one`."""
    allowed: NDArray[np.bool_]
    """Pairs that their dates allow."""

    @classmethod
    def of(cls, one: Pool, other: Pool, allowed: NDArray[np.bool_] | None = None) -> Compared:
        ngrams, anchors, meanings = (cosines(a, b) for a, b in zip(one.signals, other.signals, strict=True))
        signals = ngrams, anchors, meanings, 3 * ngrams + anchors + meanings
        if allowed is None:
            allowed = np.ones((len(one.readings), len(other.readings)), dtype=np.bool_)
        return cls(one, other, signals, allowed)

    def candidates(self) -> list[tuple[int, int]]:
        """Return index pairs: the best of the other side for each article of both sides."""
        ngrams, anchors, meanings, together = self.signals
        found: set[tuple[int, int]] = set()
        for scores, most in ((ngrams, _BY_SOUND), (anchors + meanings, _BY_FACTS), (together, _BY_ALL)):
            masked = np.where(self.allowed, scores, 0)
            found |= set(_nearest(masked, most))
            found |= {(i, j) for j, i in _nearest(masked.T, most)}
        return sorted(found)


def highest(scores: NDArray[np.float32], most: int) -> NDArray[np.int64]:
    """Return the column numbers of the highest values of each row, at most `most`, in no order."""
    if scores.shape[1] <= most:
        return np.tile(np.arange(scores.shape[1]), (len(scores), 1))
    return np.argpartition(scores, -most, axis=1)[:, -most:]


def _nearest(scores: NDArray[np.float32], most: int) -> list[tuple[int, int]]:
    best = highest(scores, most)
    rows, columns = np.nonzero(np.take_along_axis(scores, best, axis=1) > 0)
    return list(zip(rows.tolist(), best[rows, columns].tolist(), strict=True))
