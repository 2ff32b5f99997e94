"""Cosines of each article of one pool with each of another, all at once, by an inverted index."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Vectors:
    """Sparse vectors, one after the other; an id is an index into `keys`."""

    keys: NDArray[np.uint32]
    """Every key of any vector, sorted."""
    frequency: NDArray[np.int64]
    """Number of vectors with each key."""
    starts: NDArray[np.int64]
    """Start of each vector in `ids` and `weights`, then the end of the last one."""
    ids: NDArray[np.int32]
    weights: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.starts) - 1

    @classmethod
    def from_keys(cls, keys: Sequence[NDArray[np.uint32]], weights: Sequence[NDArray[np.float32]]) -> Vectors:
        every = np.concatenate([*keys, np.empty(0, np.uint32)])
        known, ids, frequency = np.unique(every, return_inverse=True, return_counts=True)
        starts = np.concatenate([[0], np.cumsum([len(each) for each in keys], dtype=np.int64)])
        return cls(
            known,
            frequency,
            starts.astype(np.int64),
            ids.astype(np.int32),
            np.concatenate([*weights, np.empty(0, np.float32)]),
        )

    @classmethod
    def of(cls, mappings: Sequence[Mapping[int, float]]) -> Vectors:
        return cls.from_keys(
            [np.fromiter(each.keys(), np.uint32, len(each)) for each in mappings],
            [np.fromiter(each.values(), np.float32, len(each)) for each in mappings],
        )

    def weighted(self, weights: NDArray[np.float64]) -> Vectors:
        """Return vectors with the same keys and these weights, each of length 1."""
        owners = self.owners()
        norms = np.sqrt(np.bincount(owners, weights * weights, len(self)))
        return replace(self, weights=(weights / np.maximum(norms, 1e-9)[owners]).astype(np.float32))

    def owners(self) -> NDArray[np.int32]:
        return np.repeat(np.arange(len(self), dtype=np.int32), np.diff(self.starts))


def cosines(one: Vectors, other: Vectors) -> NDArray[np.float32]:
    """Return the cosine of each vector with each, one row for each of `one`."""
    found = np.zeros((len(one), len(other)), dtype=np.float32)
    if not len(one.keys) or not len(other.keys):
        return found
    # places of the owners of each key in `other`, key after key
    by_key = np.argsort(other.ids, kind="stable")
    owners, theirs = other.owners()[by_key], other.weights[by_key]
    begins = np.concatenate([[0], np.cumsum(other.frequency)])
    at = np.minimum(np.searchsorted(other.keys, one.keys), len(other.keys) - 1)
    same = other.keys[at] == one.keys
    spans_of, begin_of = np.where(same, other.frequency[at], 0), begins[at]
    for i in range(len(one)):
        own = slice(one.starts[i], one.starts[i + 1])
        spans = spans_of[one.ids[own]]
        held = spans > 0
        spans, low, weights = spans[held], begin_of[one.ids[own]][held], one.weights[own][held]
        # low, low + 1 … of each key, in one array
        places = np.repeat(low - np.cumsum(spans) + spans, spans) + np.arange(spans.sum())
        found[i] = np.bincount(owners[places], theirs[places] * np.repeat(weights, spans), len(other))
    return found
