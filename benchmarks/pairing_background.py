"""Counting what is common in the news of each language, for background.npz; see benchmarks/pairing.py."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pipelines.similarity.background import FILE, Background
from pipelines.similarity.document import ArticleReading

Key = TypeVar("Key", str, int)
LEAST = 0.08
"""Share of the articles from which on an n-gram counts as common."""


def count(readings: Sequence[ArticleReading]) -> Background:
    """Of the articles of one language."""
    keys, times = np.unique(np.concatenate([each.ngrams for each in readings]), return_counts=True)
    return Background(
        keys[times >= LEAST * len(readings)],
        _shares([{anchor.key for anchor in (*each.anchors, *each.places)} for each in readings]),
        _shares([set(each.meanings) for each in readings]),
    )


def _shares(sets: Sequence[set[Key]]) -> dict[Key, float]:
    seen = Counter(key for each in sets for key in each)
    return {
        key: round(times / len(sets), 4) for key, times in sorted(seen.items()) if times >= 0.01 * len(sets)
    }


def save(backgrounds: Mapping[str, Background]) -> None:
    arrays: dict[str, NDArray[np.generic]] = {}
    for language, each in sorted(backgrounds.items()):
        arrays[f"{language} ngrams"] = each.ngrams
        arrays[f"{language} anchors"] = np.array(list(each.anchors), dtype=np.str_)
        arrays[f"{language} anchor shares"] = np.array(list(each.anchors.values()), dtype=np.float32)
        arrays[f"{language} meanings"] = np.array(list(each.meanings), dtype=np.uint16)
        arrays[f"{language} meaning shares"] = np.array(list(each.meanings.values()), dtype=np.float32)
    np.savez_compressed(FILE, allow_pickle=False, **arrays)
