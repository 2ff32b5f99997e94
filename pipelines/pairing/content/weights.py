"""Weights that turn features into a probability. Nothing is learned or fetched at run time.

`benchmarks/pairing.py --fit` writes weights.json, which names its data; the same data gives the same file.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipelines.alignment.weights import Weighting
from pipelines.pairing.content.features import NAMES, Expected
from pipelines.pairing.content.shortlist import SIGNALS
from pipelines.similarity.background import Background, shipped_background, shipped_lengths
from pipelines.similarity.lexicon import LANGUAGES
from pipelines.similarity.weighing import standardised, with_products

FILE = Path(__file__).parent / "weights.json"
CROSSED = (
    *("ngrams", "anchors", "meanings", "together", "together over best other"),
    *("numbers", "both have numbers", "shared numbers", "contrary numbers", "order", "length", "short"),
)
"""Features whose products with each other count too: length changes what they mean."""
_CROSSED = [NAMES.index(name) for name in CROSSED]


@dataclass(frozen=True, slots=True)
class Weights:
    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    """Mean and scale of each feature, among the candidates of the fit."""
    weight: NDArray[np.float64]
    """Weight of each feature, then of each product."""
    bias: float
    expected: Mapping[str, Expected]
    """Expected values of each language pair, `uk-en`."""
    backgrounds: Mapping[str, Background]
    """Background of each language."""
    calibration: tuple[float, ...] = (1.0, *(0.0,) * (len(SIGNALS) - 1))
    """Weight of each of SIGNALS."""
    passages: Weighting | None = None
    """Weights that link passages; None for the shipped weights of paragraphs."""

    def published(self, signals: Sequence[float]) -> float:
        """Return the published probability of a pair, from the values of SIGNALS.

        Most candidates are wrong, while pairs that are each other's best are mostly right. For these, the
        features alone give too little in the middle, and too much where texts are short, a rival is near or
        only the topic is the same.
        """
        return sigmoid(float(np.dot(self.calibration, signals)))

    def probabilities(self, rows: NDArray[np.float64], lag: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probability of each row of features; the lag is added as it is, not fitted."""
        scores = crossed(rows, self.mean, self.scale) @ self.weight + self.bias + lag
        return np.asarray(1 / (1 + np.exp(-np.clip(scores, -40, 40))), dtype=np.float64)


def crossed(
    rows: NDArray[np.float64], mean: NDArray[np.float64], scale: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the standardised features, then the products of those in CROSSED."""
    return with_products(standardised(rows, mean, scale), _CROSSED)


@cache
def shipped_weights() -> Weights:
    stored = json.loads(FILE.read_text(encoding="utf-8"))
    for name, names in (("features", NAMES), ("crossed", CROSSED), ("signals", SIGNALS)):
        if tuple(stored[name]) != names:
            raise ValueError(f"weights.json is for {name} {stored[name]}, the code has {names}: refit")
    return Weights(
        mean=np.array(stored["mean"], dtype=np.float64),
        scale=np.array(stored["scale"], dtype=np.float64),
        weight=np.array(stored["weight"], dtype=np.float64),
        bias=float(stored["bias"]),
        expected=_expected(stored["rivals"]),
        backgrounds={language: shipped_background(language) for language in LANGUAGES},
        calibration=tuple(stored["calibration"]),
    )


def _expected(rivals: Mapping[str, Sequence[float]]) -> dict[str, Expected]:
    """Return what is expected of each pair of languages; of one without a fit, the mean of the others."""
    usual = np.mean(list(rivals.values()), axis=0).tolist()
    expected: dict[str, Expected] = {}
    for a, b in combinations(LANGUAGES, 2):
        languages = f"{a}-{b}"
        expected[languages] = Expected(shipped_lengths()[languages], tuple(rivals.get(languages, usual)))
    return expected


def sigmoid(score: float) -> float:
    return 1 / (1 + math.exp(-min(max(score, -40.0), 40.0)))
