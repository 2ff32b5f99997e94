"""Facts about the news of each language: common words and names, and how long its texts are.

With them a few articles are enough to tell what is rare. background.npz and lengths.json are counted by
`benchmarks/pairing.py --fit`, on the stories that the weights are fitted on. The first holds shares of
articles, of hashes of n-grams and of sounds of names, and no text.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

FILE = Path(__file__).parent / "background.npz"
LENGTHS_FILE = Path(__file__).parent / "lengths.json"


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


@cache
def shipped_background(language: str) -> Background:
    with np.load(FILE, allow_pickle=False) as stored:
        return Background(
            stored[f"{language} ngrams"],
            _mapping(stored[f"{language} anchors"], stored[f"{language} anchor shares"]),
            _mapping(stored[f"{language} meanings"], stored[f"{language} meaning shares"]),
        )


@cache
def shipped_lengths() -> Mapping[str, float]:
    """Of a language pair, `uk-en`: the logarithm of how much longer a text is in the first language."""
    lengths: dict[str, float] = json.loads(LENGTHS_FILE.read_text(encoding="utf-8"))
    return lengths


def _mapping(keys: NDArray[np.generic], shares: NDArray[np.float32]) -> dict[Any, float]:
    return dict(zip(keys.tolist(), shares.tolist(), strict=True))
