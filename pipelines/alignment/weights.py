"""Weights that turn features into a probability; `benchmarks/alignment.py --fit` writes weights.json."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.alignment.marginals import ALONE_NAMES, PathWeights
from pipelines.alignment.omissions import OMISSION_NAMES
from pipelines.alignment.paragraph_runs import RUN_NAMES
from pipelines.alignment.signals import NAMES
from pipelines.similarity.weighing import standardised, with_products

FILE = Path(__file__).parent / "weights.json"
CROSSED = (
    *("ngrams", "anchors", "meanings", "shared numbers", "contrary numbers", "length", "short"),
    *("together over others of a", "together over others of b"),
)
"""Features whose products with each other count too: length changes what they mean."""
_CROSSED = [NAMES.index(name) for name in CROSSED]


@dataclass(frozen=True, slots=True)
class Quadratic:
    """Weights of features, of all their products, and the bias."""

    mean: NDArray[np.float32]
    scale: NDArray[np.float32]
    weight: NDArray[np.float32]
    bias: float

    def logits(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the log-odds of rows of features."""
        scores = with_products(standardised(rows, self.mean, self.scale)) @ self.weight + self.bias
        return np.asarray(np.clip(scores, -30, 30), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Weighting:
    mean: NDArray[np.float32]
    scale: NDArray[np.float32]
    weight: NDArray[np.float32]
    products: NDArray[np.float32]
    """Weights of the products of CROSSED, in the upper triangle."""
    bias: float
    path: PathWeights = field(default_factory=PathWeights)
    """Of the links in order."""
    elsewhere: float = 0.0
    """Least log-odds of a link out of order; it is stricter, as chance hits are more likely there."""
    runs: Quadratic | None = None
    """Of the features RUN_NAMES; None while the others are fitted: no longer runs are linked."""
    omissions: Quadratic | None = None
    """Of the features OMISSION_NAMES; None while the others are fitted."""

    def logits(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the log-odds of an array of features, whose last axis is NAMES."""
        plain = standardised(rows, self.mean, self.scale)
        some = plain[..., _CROSSED]
        scores = plain @ self.weight + ((some @ self.products) * some).sum(axis=-1) + self.bias
        return np.asarray(np.clip(scores, -30, 30), dtype=np.float32)


@cache
def shipped_version() -> int:
    """Return the version of the weights and marks that are shipped: earlier alignments are made anew."""
    return int(json.loads(FILE.read_text(encoding="utf-8"))["version"])


@cache
def shipped_weighting() -> Weighting:
    stored = json.loads(FILE.read_text(encoding="utf-8"))
    runs = stored["runs"]
    omissions = stored["omissions"]
    path = stored["path"]
    parts = (x["features"] for x in (stored, runs, path, omissions))
    names = [*stored["crossed"], *(name for part in parts for name in part)]
    if names != [*CROSSED, *NAMES, *RUN_NAMES, *ALONE_NAMES, *OMISSION_NAMES]:
        raise ValueError(f"weights.json is for the features {names}, the code has others: refit")
    mean, scale, weight = (np.array(stored[name], dtype=np.float32) for name in ("mean", "scale", "weight"))
    products = np.zeros((len(CROSSED), len(CROSSED)), dtype=np.float32)
    products[np.triu_indices(len(CROSSED))] = stored["products"]
    return Weighting(
        mean,
        scale,
        weight,
        products,
        float(stored["bias"]),
        PathWeights(*(tuple(path[name]) for name in ("slope", "bias", "alone"))),
        float(stored["elsewhere"]),
        _quadratic(runs),
        _quadratic(omissions),
    )


def _quadratic(stored: Mapping[str, Any]) -> Quadratic:
    mean, scale, weight = (np.array(stored[name], dtype=np.float32) for name in ("mean", "scale", "weight"))
    return Quadratic(mean, scale, weight, float(stored["bias"]))
