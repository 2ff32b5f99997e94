"""From signals to a probability; weights.json is fitted by `benchmarks/alignment.py --fit`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pipelines.alignment.signals import NAMES

if TYPE_CHECKING:
    from numpy.typing import NDArray

FILE = Path(__file__).parent / "weights.json"
CROSSED = (
    *("ngrams", "anchors", "meanings", "shared numbers", "contrary numbers", "length", "short"),
    *("together over others of a", "together over others of b"),
)
"""Features of which the products with each other count too: much for a line is little for a paragraph."""
_CROSSED = [NAMES.index(name) for name in CROSSED]
_FAR = 4.0
"""Standard deviations beyond which a feature says no more; a text unlike those of the fit stays harmless."""


@dataclass(frozen=True, slots=True)
class Weighting:
    mean: NDArray[np.float32]
    scale: NDArray[np.float32]
    weight: NDArray[np.float32]
    products: NDArray[np.float32]
    """Of each of CROSSED with each, in the upper triangle."""
    bias: float
    in_order: tuple[float, float] = (0.0, 0.0)
    """What the log-odds gain where the order agrees: of one paragraph with one, and where two are in it."""
    elsewhere: float = 0.0
    """Log-odds from which on paragraphs out of order are taken for the same: there, chance has more room."""

    def logits(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Of an array whose last axis is NAMES."""
        plain = standardised(rows, self.mean, self.scale)
        some = plain[..., _CROSSED]
        scores = plain @ self.weight + ((some @ self.products) * some).sum(axis=-1) + self.bias
        return np.asarray(np.clip(scores, -30, 30), dtype=np.float32)


def standardised(
    rows: NDArray[np.float32], mean: NDArray[np.float32], scale: NDArray[np.float32]
) -> NDArray[np.float32]:
    return np.asarray(np.clip((rows - mean) / scale, -_FAR, _FAR), dtype=np.float32)


@cache
def shipped_weighting() -> Weighting:
    stored = json.loads(FILE.read_text(encoding="utf-8"))
    if (tuple(stored["features"]), tuple(stored["crossed"])) != (NAMES, CROSSED):
        raise ValueError(f"weights.json is for features {stored['features']}, the code has {NAMES}: refit")
    mean, scale, weight = (np.array(stored[name], dtype=np.float32) for name in ("mean", "scale", "weight"))
    products = np.zeros((len(CROSSED), len(CROSSED)), dtype=np.float32)
    products[np.triu_indices(len(CROSSED))] = stored["products"]
    return Weighting(
        mean,
        scale,
        weight,
        products,
        float(stored["bias"]),
        tuple(stored["in_order"]),
        float(stored["elsewhere"]),
    )
