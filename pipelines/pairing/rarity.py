"""What is rare among the articles of one outlet and language, and so tells one of them from another."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from pipelines.pairing.background import NOTHING, Background

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from pipelines.pairing.reading import Reading

Key = TypeVar("Key", str, int)


_PRIOR = 40.0
"""Articles of the background that count beside those at hand: little in a full week, much in an empty one."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Articles that may be partners of others; each with unit vectors of TF-IDF."""

    readings: Sequence[Reading]
    ngrams: tuple[NDArray[np.float32], ...]
    """One value for each n-gram of the reading, in its order."""
    anchors: tuple[dict[str, float], ...]
    meanings: tuple[dict[int, float], ...]


def pool(readings: Sequence[Reading], background: Background | None = None) -> Pool:
    """Rarity is counted per language: what is a common ending in one is a rare one in another."""
    background = background or NOTHING
    prior = _PRIOR if background is not NOTHING else 0.0
    known, frequency = np.unique(_all_ngrams(readings), return_counts=True)
    seen = frequency + prior * background.ngram_shares(known)
    # Squared: common syllables are shared by chance, and there are thousands of them.
    rarity = np.log((len(readings) + prior + 1) / (seen + 0.5)) ** 2 + 0.02
    vectors = []
    for each in readings:
        weight = np.sqrt(each.counts) * rarity[np.searchsorted(known, each.ngrams)]
        vectors.append((weight / max(1e-9, float(np.linalg.norm(weight)))).astype(np.float32))
    anchors = [Counter(anchor.key for anchor in each.anchors) for each in readings]
    return Pool(
        readings,
        tuple(vectors),
        _weighted(anchors, background.anchors, prior),
        _weighted([each.meanings for each in readings], background.meanings, prior),
    )


def ngram_cosine(one: Pool, i: int, other: Pool, j: int) -> float:
    a, b = one.readings[i].ngrams, other.readings[j].ngrams
    at = np.searchsorted(b, a)
    at[at == len(b)] = 0
    hit = b[at] == a
    return float(one.ngrams[i][hit] @ other.ngrams[j][at[hit]])


def cosine(a: Mapping[Key, float], b: Mapping[Key, float]) -> float:
    return sum(value * b[key] for key, value in a.items() if key in b)


def _all_ngrams(readings: Sequence[Reading]) -> NDArray[np.uint32]:
    return np.concatenate([each.ngrams for each in readings]) if readings else np.empty(0, dtype=np.uint32)


def _weighted(
    occurrences: Sequence[Mapping[Key, int]], shares: Mapping[Key, float], prior: float
) -> tuple[dict[Key, float], ...]:
    seen = Counter(key for each in occurrences for key in each)
    documents = len(occurrences) + prior + 1
    rarity = {
        key: math.log(documents / (times + prior * shares.get(key, 0.0) + 0.5)) + 0.05
        for key, times in seen.items()
    }
    weights = []
    for each in occurrences:
        raw = {key: math.sqrt(times) * rarity[key] for key, times in each.items()}
        norm = math.sqrt(sum(value * value for value in raw.values())) or 1.0
        weights.append({key: value / norm for key, value in raw.items()})
    return tuple(weights)
