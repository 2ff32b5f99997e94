"""Pairs that no link declares, by what the texts say: a probability, and what it rests on.

Nothing is learned or fetched at run time. weights.json is fitted by `benchmarks/pairing.py --fit`, which also
says on what; with the same data it gives the same weights.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from pipelines.pairing.candidates import candidates
from pipelines.pairing.features import NAMES, features
from pipelines.pairing.rarity import Pool, pool
from pipelines.pairing.reading import Document, Reading, read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

LANGUAGES = ("uk", "ru", "en")
"""Those that folding and the lexicon know; the order in which a pair is compared."""
FEWEST = 20
"""Articles of a language below which nobody can say what is rare, and content stays silent."""
_WINDOW = timedelta(days=4)
"""A translation is out within four days; a narrower window lost one in ten."""
_SHORT = 400

Tier = Literal["auto", "probable", "review"]


@dataclass(frozen=True, slots=True)
class Match:
    """Two articles that are each other's best; `a_id` is the smaller id."""

    a_id: str
    b_id: str
    probability: float
    tier: Tier
    runner_up: float
    """Probability of the best other candidate of either."""
    shared: tuple[tuple[str, str], ...]
    """Numbers and names that both have, as each prints them, rarest first, at most twenty."""


@dataclass(frozen=True, slots=True)
class Weights:
    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    weight: NDArray[np.float64]
    bias: float
    length: dict[str, float]
    """Per language pair (`uk-en`): logarithm of how much longer the first is."""

    def probabilities(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        scores = (rows - self.mean) / self.scale @ self.weight + self.bias
        return np.asarray(1 / (1 + np.exp(-np.clip(scores, -40, 40))), dtype=np.float64)


@cache
def shipped_weights() -> Weights:
    stored = json.loads((Path(__file__).parent / "weights.json").read_text(encoding="utf-8"))
    if tuple(stored["features"]) != NAMES:
        raise ValueError(f"weights.json is for features {stored['features']}, the code has {NAMES}: refit")
    return Weights(
        mean=np.array(stored["mean"], dtype=np.float64),
        scale=np.array(stored["scale"], dtype=np.float64),
        weight=np.array(stored["weight"], dtype=np.float64),
        bias=float(stored["bias"]),
        length=dict(stored["length"]),
    )


def match(documents: Sequence[Document], weights: Weights | None = None) -> tuple[Match, ...]:
    """Best pairs with a probability of at least .1, of one block of articles: an outlet's, some weeks'.

    Rarity is counted within the block, so a block should hold a few hundred articles of each language; of an
    outlet and language with fewer than 20 none is paired. Other languages than uk, ru and en are left out.
    Time and memory grow with the block, so an archive is given in overlapping weeks.
    """
    weights = weights or shipped_weights()
    found: list[Match] = []
    for outlet in sorted({each.outlet for each in documents}):
        by_language: dict[str, list[Reading]] = {language: [] for language in LANGUAGES}
        for document in sorted(documents, key=lambda each: each.article_id):
            if document.outlet == outlet and document.language in by_language:
                by_language[document.language].append(read(document))
        pools = {code: pool(readings) for code, readings in by_language.items() if len(readings) >= FEWEST}
        for a, b in combinations([code for code in LANGUAGES if code in pools], 2):
            found += _match(pools[a], pools[b], weights, f"{a}-{b}")
    return tuple(sorted(found, key=lambda each: (each.a_id, each.b_id)))


def _match(one: Pool, other: Pool, weights: Weights, languages: str) -> list[Match]:
    pairs = candidates(one, other, _may_be(one.readings, other.readings))
    if not pairs:
        return []
    likely = weights.probabilities(features(one, other, pairs, weights.length.get(languages, 0.0)))
    best_of_a, best_of_b = _ranked(pairs, likely, side=0), _ranked(pairs, likely, side=1)
    found = []
    for n, (i, j) in enumerate(pairs):
        if likely[n] < 0.1 or best_of_a[i][0] != n or best_of_b[j][0] != n:
            continue
        a, b = one.readings[i], other.readings[j]
        rivals = [likely[k] for k in (*best_of_a[i][1:2], *best_of_b[j][1:2])]
        a_id, b_id = a.document.article_id, b.document.article_id
        shared = _shared(one, i, other, j)
        found.append(
            Match(
                a_id=min(a_id, b_id),
                b_id=max(a_id, b_id),
                probability=round(float(likely[n]), 4),
                tier=_tier(float(likely[n]), a, b),
                runner_up=round(float(max(rivals, default=0.0)), 4),
                shared=shared if a_id < b_id else tuple((y, x) for x, y in shared),
            )
        )
    return found


def _may_be(ours: Sequence[Reading], theirs: Sequence[Reading]) -> NDArray[np.bool_]:
    """Published within the window; where a time is unknown, nothing speaks against it."""
    a = np.array([_seconds(each) for each in ours])[:, None]
    b = np.array([_seconds(each) for each in theirs])[None, :]
    apart = np.abs(a - b)
    return np.asarray(np.isnan(apart) | (apart <= _WINDOW.total_seconds()), dtype=np.bool_)


def _seconds(reading: Reading) -> float:
    return reading.document.at.timestamp() if reading.document.at is not None else math.nan


def _ranked(pairs: list[tuple[int, int]], likely: NDArray[np.float64], *, side: int) -> dict[int, list[int]]:
    """Of each article of one side its candidates, the likeliest first."""
    ranked: dict[int, list[int]] = {}
    for n in np.argsort(-likely, kind="stable"):
        ranked.setdefault(pairs[n][side], []).append(int(n))
    return ranked


def _tier(probability: float, a: Reading, b: Reading) -> Tier:
    sure = 0.97 if min(a.letters, b.letters) < _SHORT else 0.9
    return "auto" if probability >= sure else "probable" if probability >= 0.5 else "review"


def _shared(one: Pool, i: int, other: Pool, j: int) -> tuple[tuple[str, str], ...]:
    ours = {anchor.key: anchor.text for anchor in one.readings[i].anchors}
    theirs = {anchor.key: anchor.text for anchor in other.readings[j].anchors}
    strength = {key: one.anchors[i][key] * other.anchors[j][key] for key in ours.keys() & theirs.keys()}
    rarest = sorted(strength, key=lambda key: (-strength[key], key))[:20]
    return tuple((ours[key], theirs[key]) for key in rarest)
