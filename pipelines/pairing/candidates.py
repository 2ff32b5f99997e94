"""Which pairs of articles are worth scoring: a few for each article, found by its rarest n-grams."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from pipelines.pairing.rarity import Pool

_KEYS = 250
"""Rarest n-grams of an article by which its partners are looked for."""
_EACH = 16
"""Candidates of an article in another language; the partner is among them for 99 in 100."""


def candidates(one: Pool, other: Pool, allowed: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Index pairs, each side's best of the other; `allowed` says of each pair whether it may be one."""
    if not one.readings or not other.readings:
        return []
    forth = set(_nearest(one, other, allowed))
    back = {(i, j) for j, i in _nearest(other, one, allowed.T)}
    return sorted(forth | back)


def _nearest(one: Pool, other: Pool, allowed: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    sizes = [len(each.ngrams) for each in other.readings]
    keys = np.concatenate([each.ngrams for each in other.readings])
    by_key = np.argsort(keys, kind="stable")
    keys = keys[by_key]
    owners = np.repeat(np.arange(len(sizes)), sizes)[by_key]
    weights = np.concatenate(other.ngrams)[by_key]
    for i, reading in enumerate(one.readings):
        low, high = (
            np.searchsorted(keys, reading.ngrams, "left"),
            np.searchsorted(keys, reading.ngrams, "right"),
        )
        held = np.flatnonzero(high > low)
        rarest = held[
            np.argsort(-one.ngrams[i][held] / np.sqrt(high[held] - low[held]), kind="stable")[:_KEYS]
        ]
        spans = high[rarest] - low[rarest]
        # The places low, low + 1 … high - 1 of each key, in one array.
        places = np.repeat(low[rarest] - np.r_[0, np.cumsum(spans)[:-1]][: len(spans)], spans) + np.arange(
            spans.sum()
        )
        shared = weights[places] * np.repeat(one.ngrams[i][rarest], spans)
        scores = np.where(allowed[i], np.bincount(owners[places], shared, len(sizes)), 0.0)
        for j in np.argsort(-scores, kind="stable")[:_EACH]:
            if scores[j] > 0:
                yield i, int(j)
