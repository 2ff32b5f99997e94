"""Cosines of each article of one pool with each of another, all at once, by an inverted index."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
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
    def from_keys(
        cls, keys: Sequence[NDArray[np.uint32]], weights: Sequence[NDArray[np.float32]]
    ) -> "Vectors":
        every = np.concatenate([*keys, np.empty(0, np.uint32)])
        distinct_keys, ids, frequency = np.unique(every, return_inverse=True, return_counts=True)
        starts = np.concatenate([[0], np.cumsum([len(part) for part in keys], dtype=np.int64)])
        return cls(
            distinct_keys,
            frequency,
            starts.astype(np.int64),
            ids.astype(np.int32),
            np.concatenate([*weights, np.empty(0, np.float32)]),
        )

    @classmethod
    def of(cls, mappings: Sequence[Mapping[int, float]]) -> "Vectors":
        return cls.from_keys(
            [np.fromiter(mapping.keys(), np.uint32, len(mapping)) for mapping in mappings],
            [np.fromiter(mapping.values(), np.float32, len(mapping)) for mapping in mappings],
        )

    def weighted(self, weights: NDArray[np.float64]) -> "Vectors":
        """Return vectors with the same keys and these weights, each of length 1."""
        owners = self.owners()
        norms = np.sqrt(np.bincount(owners, weights * weights, len(self)))
        return replace(self, weights=(weights / np.maximum(norms, 1e-9)[owners]).astype(np.float32))

    def owners(self) -> NDArray[np.int32]:
        return np.repeat(np.arange(len(self), dtype=np.int32), np.diff(self.starts))


def cosines(rows: Vectors, columns: Vectors) -> NDArray[np.float32]:
    """Return the cosine of each vector with each, one row for each of `rows`."""
    similarities = np.zeros((len(rows), len(columns)), dtype=np.float32)
    if not len(rows.keys) or not len(columns.keys):
        return similarities
    # places of the owners of each key in `other`, key after key
    by_key = np.argsort(columns.ids, kind="stable")
    owners, paired = columns.owners()[by_key].astype(np.intp), columns.weights[by_key]
    begins = np.concatenate([[0], np.cumsum(columns.frequency)])
    at = np.minimum(np.searchsorted(columns.keys, rows.keys), len(columns.keys) - 1)
    same = columns.keys[at] == rows.keys
    spans_of, begin_of = np.where(same, columns.frequency[at], 0), begins[at]
    totals = np.bincount(rows.owners(), spans_of[rows.ids], len(rows)).astype(np.int64)
    numbers = np.arange(totals.max(initial=0))
    for i in range(len(rows)):
        row = slice(rows.starts[i], rows.starts[i + 1])
        spans = spans_of[rows.ids[row]]
        # low, low + 1 … of each key, in one array
        places = np.repeat(begin_of[rows.ids[row]] - np.cumsum(spans) + spans, spans)
        places += numbers[: totals[i]]
        products = paired[places]
        products *= np.repeat(rows.weights[row], spans)
        similarities[i] = np.bincount(owners[places], products, len(columns))
    return similarities
