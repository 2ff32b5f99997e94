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


@dataclass(frozen=True, slots=True)
class Weighting:
    mean: NDArray[np.float32]
    scale: NDArray[np.float32]
    weight: NDArray[np.float32]
    bias: float
    in_order: tuple[float, float] = (0.0, 0.0)
    """What the log-odds gain where the order agrees: of one paragraph with one, and where two are in it."""
    elsewhere: float = 0.0
    """Log-odds from which on paragraphs out of order are taken for the same: there, chance has more room."""

    def logits(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Of an array whose last axis is NAMES."""
        scores = (rows - self.mean) / self.scale @ self.weight + self.bias
        return np.clip(scores, -30, 30).astype(np.float32)


@cache
def shipped_weighting() -> Weighting:
    stored = json.loads(FILE.read_text(encoding="utf-8"))
    if tuple(stored["features"]) != NAMES:
        raise ValueError(f"weights.json is for features {stored['features']}, the code has {NAMES}: refit")
    mean, scale, weight = (np.array(stored[name], dtype=np.float32) for name in ("mean", "scale", "weight"))
    return Weighting(
        mean, scale, weight, float(stored["bias"]), tuple(stored["in_order"]), float(stored["elsewhere"])
    )
