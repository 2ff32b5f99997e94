"""Rarity of n-grams, anchors and meanings among the articles of one outlet and language."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from zlib import crc32

import numpy as np

from pipelines.similarity.background import NOTHING, Background
from pipelines.similarity.document import ArticleReading
from pipelines.similarity.vectors import Vectors

Key = TypeVar("Key", str, int)


_PRIOR = 40.0
"""Weight of the background in articles: little beside a full week, much beside an empty one."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Articles that may be partners of others, each with unit vectors of TF-IDF."""

    readings: Sequence[ArticleReading]
    ngrams: Vectors
    anchors: tuple[dict[str, float], ...]
    meanings: tuple[dict[int, float], ...]
    anchor_vectors: Vectors
    meaning_vectors: Vectors
    rarity: Mapping[str, float]
    """Rarity of each anchor: the logarithm of how many articles there are for each one with it."""
    rarity_of_meanings: Mapping[int, float]

    @property
    def signals(self) -> tuple[Vectors, Vectors, Vectors]:
        return self.ngrams, self.anchor_vectors, self.meaning_vectors


def pool(readings: Sequence[ArticleReading], background: Background | None = None) -> Pool:
    """Make a pool of articles in one language: an ending common in one language is rare in another."""
    background = background or NOTHING
    prior = _PRIOR if background is not NOTHING else 0.0
    anchors, rarity = _weighted(
        [
            Counter(anchor.key for anchor in (*reading.anchors, *reading.digits, *reading.places))
            for reading in readings
        ],
        background.anchors,
        prior,
    )
    meanings, rarity_of_meanings = _weighted(
        [reading.meanings for reading in readings], background.meanings, prior
    )
    return Pool(
        readings,
        _ngrams(readings, background, prior),
        anchors,
        meanings,
        Vectors.of([{crc32(key.encode()): value for key, value in reading.items()} for reading in anchors]),
        Vectors.of(meanings),
        rarity,
        rarity_of_meanings,
    )


def _ngrams(readings: Sequence[ArticleReading], background: Background, prior: float) -> Vectors:
    """Return vectors of n-grams without the common ones of the language, three in five."""
    rare_grams = [background.rare(reading.ngrams) for reading in readings]
    keys = [reading.ngrams[rare] for reading, rare in zip(readings, rare_grams, strict=True)]
    counts = [reading.counts[rare] for reading, rare in zip(readings, rare_grams, strict=True)]
    vectors = Vectors.from_keys(keys, counts)
    # squared, because thousands of common syllables are shared by chance
    rarity = np.log((len(readings) + prior + 1) / (vectors.frequency + 0.5)) ** 2 + 0.02
    return vectors.weighted(np.sqrt(vectors.weights) * rarity[vectors.ids])


def _weighted(
    occurrences: Sequence[Mapping[Key, int]], shares: Mapping[Key, float], prior: float
) -> tuple[tuple[dict[Key, float], ...], dict[Key, float]]:
    documents_with = Counter(key for counts in occurrences for key in counts)
    documents = len(occurrences) + prior + 1
    rarity = {
        key: math.log(documents / (times + prior * shares.get(key, 0.0) + 0.5)) + 0.05
        for key, times in documents_with.items()
    }
    weights = []
    for counts in occurrences:
        raw = {key: math.sqrt(times) * rarity[key] for key, times in counts.items()}
        norm = math.sqrt(sum(value * value for value in raw.values())) or 1.0
        weights.append({key: value / norm for key, value in raw.items()})
    return tuple(weights), rarity
