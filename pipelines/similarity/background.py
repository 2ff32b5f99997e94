"""Statistics of the news in each language: common words and names, and the lengths of texts.

They tell what is rare where only a few articles are at hand. `benchmarks/pairing.py --fit` counts
background.npz and lengths.json on the stories that the weights are fitted on. background.npz holds shares of
articles for hashes of n-grams and for the sounds of names; it holds no text.
"""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FILE = Path(__file__).parent / "background.npz"
LENGTHS_FILE = Path(__file__).parent / "lengths.json"


@dataclass(frozen=True, slots=True)
class Background:
    """Statistics of a language: its common n-grams, and the share of articles with an anchor or a meaning."""

    ngrams: NDArray[np.uint32] = field(default_factory=lambda: np.empty(0, dtype=np.uint32))
    """Hashes, sorted; n-grams that at least one article in twelve has."""
    anchors: Mapping[str, float] = field(default_factory=dict)
    meanings: Mapping[int, float] = field(default_factory=dict)

    def rare(self, keys: NDArray[np.uint32]) -> NDArray[np.bool_]:
        """Return a mask of the n-grams that are not common."""
        if not len(self.ngrams):
            return np.ones(len(keys), dtype=np.bool_)
        at = np.minimum(np.searchsorted(self.ngrams, keys), len(self.ngrams) - 1)
        return np.asarray(self.ngrams[at] != keys, dtype=np.bool_)


NOTHING = Background()


@cache
def shipped_background(language: str) -> Background:
    """Return the background of a language; NOTHING for one that no fit has counted."""
    with np.load(FILE, allow_pickle=False) as stored:
        if f"{language} ngrams" not in stored:
            return NOTHING
        return Background(
            stored[f"{language} ngrams"],
            _mapping(stored[f"{language} anchors"], stored[f"{language} anchor shares"]),
            _mapping(stored[f"{language} meanings"], stored[f"{language} meaning shares"]),
        )


@cache
def shipped_lengths() -> Mapping[str, float]:
    """Return the logarithm of the length ratio of each language pair: `uk-en` is uk to en; 0 for others."""
    lengths: dict[str, float] = defaultdict(float, json.loads(LENGTHS_FILE.read_text(encoding="utf-8")))
    return lengths


def expected_ratio(language_a: str, language_b: str) -> float:
    """Return the logarithm of the ratio of text lengths, a to b; 0 where none was counted."""
    lengths = shipped_lengths()
    back = f"{language_b}-{language_a}"
    return -lengths[back] if back in lengths else lengths[f"{language_a}-{language_b}"]


def _mapping(keys: NDArray[np.generic], shares: NDArray[np.float32]) -> dict[Any, float]:
    return dict(zip(keys.tolist(), shares.tolist(), strict=True))
