"""Which pairs of articles are worth scoring: a few for each article, found by its rarest n-grams."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from pipelines.pairing.rarity import Pool

_KEYS = 250
"""Rarest n-grams of an article by which its partners are looked for."""
_BY_SOUND = 12
_BY_FACTS = 8
"""Candidates of an article in another language, by n-grams and by anchors with meanings."""

Vector = tuple["NDArray[np.uint32]", "NDArray[np.float32]"]
"""Sorted keys, and the weight of each."""


def candidates(one: Pool, other: Pool, allowed: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Index pairs, each side's best of the other; `allowed` says of each pair whether it may be one."""
    if not one.readings or not other.readings:
        return []
    found: set[tuple[int, int]] = set()
    for of, most in ((_sounds, _BY_SOUND), (_facts, _BY_FACTS)):
        ours, theirs = of(one), of(other)
        found |= set(_nearest(ours, theirs, allowed, most))
        found |= {(i, j) for j, i in _nearest(theirs, ours, allowed.T, most)}
    return sorted(found)


def _sounds(pool: Pool) -> list[Vector]:
    return [(reading.ngrams, weights) for reading, weights in zip(pool.readings, pool.ngrams, strict=True)]


def _facts(pool: Pool) -> list[Vector]:
    vectors = []
    for anchors, meanings in zip(pool.anchors, pool.meanings, strict=True):
        keyed = {crc32(key.encode()): value for key, value in anchors.items()} | meanings
        keys = np.array(list(keyed), dtype=np.uint32)
        order = np.argsort(keys)
        vectors.append((keys[order], np.array(list(keyed.values()), dtype=np.float32)[order]))
    return vectors


def _nearest(
    ours: Sequence[Vector], theirs: Sequence[Vector], allowed: NDArray[np.bool_], most: int
) -> Iterator[tuple[int, int]]:
    sizes = [len(keys) for keys, _ in theirs]
    keys = np.concatenate([keys for keys, _ in theirs])
    by_key = np.argsort(keys, kind="stable")
    keys = keys[by_key]
    owners = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)[by_key]
    weights = np.concatenate([weights for _, weights in theirs])[by_key]
    for i, (own, weight) in enumerate(ours):
        low, high = np.searchsorted(keys, own, "left"), np.searchsorted(keys, own, "right")
        held = np.flatnonzero(high > low)
        rarest = held[np.argsort(-weight[held] / np.sqrt(high[held] - low[held]), kind="stable")[:_KEYS]]
        spans = high[rarest] - low[rarest]
        # The places low, low + 1 … high - 1 of each key, in one array.
        places = np.repeat(low[rarest] - np.r_[0, np.cumsum(spans)[:-1]][: len(spans)], spans) + np.arange(
            spans.sum()
        )
        shared = weights[places] * np.repeat(weight[rarest], spans)
        scores = np.where(allowed[i], np.bincount(owners[places], shared, len(sizes)), 0.0)
        for j in np.argsort(-scores, kind="stable")[:most]:
            if scores[j] > 0:
                yield i, int(j)
