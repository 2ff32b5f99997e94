"""What is common in the news of each language anyway: so that a few articles are enough to tell what is rare.

background.npz is counted by `benchmarks/pairing.py --fit`, on the stories that the weights are fitted on. It
holds shares of articles, of hashes of n-grams and of sounds of names, and no text.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from pipelines.pairing.reading import Reading

Key = TypeVar("Key", str, int)
_LEAST = 0.08
"""Share of the articles from which on an n-gram counts as common."""
FILE = Path(__file__).parent / "background.npz"


@dataclass(frozen=True, slots=True)
class Background:
    """Of one language: its common n-grams, and the share of articles that has an anchor, a meaning."""

    ngrams: NDArray[np.uint32] = field(default_factory=lambda: np.empty(0, dtype=np.uint32))
    """Sorted; those of at least one article in twelve."""
    anchors: Mapping[str, float] = field(default_factory=dict)
    meanings: Mapping[int, float] = field(default_factory=dict)

    def rare(self, keys: NDArray[np.uint32]) -> NDArray[np.bool_]:
        """Which of these n-grams are not common."""
        if not len(self.ngrams):
            return np.ones(len(keys), dtype=np.bool_)
        at = np.minimum(np.searchsorted(self.ngrams, keys), len(self.ngrams) - 1)
        return np.asarray(self.ngrams[at] != keys, dtype=np.bool_)


NOTHING = Background()


def count(readings: Sequence[Reading]) -> Background:
    """Of the articles of one language."""
    keys, times = np.unique(np.concatenate([each.ngrams for each in readings]), return_counts=True)
    return Background(
        keys[times >= _LEAST * len(readings)],
        _shares([{anchor.key for anchor in each.anchors} for each in readings]),
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


@cache
def shipped_background(language: str) -> Background:
    with np.load(FILE, allow_pickle=False) as stored:
        return Background(
            stored[f"{language} ngrams"],
            _mapping(stored[f"{language} anchors"], stored[f"{language} anchor shares"]),
            _mapping(stored[f"{language} meanings"], stored[f"{language} meaning shares"]),
        )


def _mapping(keys: NDArray[np.generic], shares: NDArray[np.float32]) -> dict[Any, float]:
    return dict(zip(keys.tolist(), shares.tolist(), strict=True))
