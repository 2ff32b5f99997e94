"""Fit pairing weights on stories, corrected on stories they have not seen; used by benchmarks/pairing.py."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.pairing_background import save
from benchmarks.pairing_sets import cut, half_of, know, paragraphs, trials
from pipelines.alignment.weights import shipped_weighting
from pipelines.pairing.content.features import NAMES
from pipelines.pairing.content.match import tier
from pipelines.pairing.content.passages import Agreement, agreement
from pipelines.pairing.content.shortlist import WORTH
from pipelines.pairing.content.weights import CROSSED, FILE, Weights, calibrating, crossed, logit
from pipelines.similarity.background import LENGTHS_FILE, shipped_background

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from benchmarks.pairing_sets import Known, Row, Trial
    from pipelines.alignment.weights import Weighting


def fit(seen: list[Trial], known: Known) -> Weights:
    """Logistic regression with an L2 penalty of 10 on standardised features and their products."""
    rows, truth = np.vstack([each.rows for each in seen]), np.concatenate([each.truth for each in seen])
    mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    design = crossed(rows, mean, scale)
    spread = design.std(axis=0) + 1e-9
    weight = newton(
        np.c_[design / spread, np.ones(len(rows))],
        truth,
        np.r_[np.full(design.shape[1], 10.0), 1e-9],
    )
    return Weights(
        mean, scale, weight[:-1] / spread, float(weight[-1]), known.expected, known.backgrounds,
        passages=known.passages,
    )  # fmt: skip


def newton(
    design: NDArray[np.float64], truth: NDArray[np.float64], penalty: NDArray[np.float64]
) -> NDArray[np.float64]:
    weight = np.zeros(design.shape[1])
    for _ in range(50):
        likely = 1 / (1 + np.exp(-np.clip(design @ weight, -40, 40)))
        slope = design.T @ (likely - truth) + penalty * weight
        curve = (design * (likely * (1 - likely))[:, None]).T @ design + np.diag(penalty)
        step = np.linalg.solve(curve, slope)
        weight -= step
        if np.abs(step).max() < 1e-9:
            break
    return weight


@dataclass(frozen=True)
class Best:
    """A pair that is mutually best, and worth a look: probability before calibration, and its rival's."""

    place: tuple[int, int]
    likely: float
    rival: float
    letters: int
    agreed: Agreement
    right: bool


_AGREED: dict[tuple[str, str, int], Agreement] = {}


def mutual(each: Trial, weights: Weights) -> list[Best]:
    likely = weights.probabilities(each.rows) if len(each.rows) else np.empty(0)
    ranked: tuple[dict[int, list[int]], dict[int, list[int]]] = (defaultdict(list), defaultdict(list))
    for n in np.argsort(-likely, kind="stable"):
        for side in (0, 1):
            ranked[side][each.pairs[n][side]].append(int(n))
    found = []
    for n, (i, j) in enumerate(each.pairs):
        if ranked[0][i][0] == n and ranked[1][j][0] == n and likely[n] >= WORTH:
            rival = max([likely[k] for k in (*ranked[0][i][1:2], *ranked[1][j][1:2])], default=0.0)
            a, b = each.sides[0][i], each.sides[1][j]
            key = a.document.article_id, b.document.article_id, id(weights.passages)
            if key not in _AGREED:
                _AGREED[key] = agreement(cut(a), cut(b), weights.passages)
            letters = min(a.letters, b.letters)
            found.append(
                Best((i, j), float(likely[n]), float(rival), letters, _AGREED[key], bool(each.truth[n]))
            )
    return found


def calibrate(seen: list[tuple[Trial, Weights]]) -> tuple[float, ...]:
    """On pairs whose weights have not seen them; else it would find nothing to correct. L2 penalty of 10."""
    found = [one for each, weights in seen for one in mutual(each, weights)]
    design = np.array([
        calibrating(logit(x.likely), logit(x.rival), x.letters, x.agreed) for x in found
    ])  # fmt: skip
    mean, scale = design.mean(axis=0), design.std(axis=0)
    mean[-1], scale[-1] = 0.0, 1.0
    penalty = np.r_[np.full(design.shape[1] - 1, 10.0), 1e-9]
    weight = newton((design - mean) / scale, np.array([x.right for x in found], dtype=float), penalty) / scale
    weight[-1] -= weight @ mean
    return tuple(round(float(x), 6) for x in weight)


def judged(each: Trial, weights: Weights) -> tuple[list[Best], NDArray[np.float64], NDArray[np.bool_]]:
    """The pairs that are mutually best, their probability, and whether it makes them `auto`."""
    found = mutual(each, weights)
    likely = np.array([weights.published(x.likely, x.rival, x.letters, x.agreed) for x in found])
    sure = [tier(p, x.letters) == "auto" for p, x in zip(likely, found, strict=True)]
    return found, likely, np.array(sure, dtype=np.bool_)


@dataclass(frozen=True)
class Fitted:
    """Of each half of the stories: its rows, and weights that have seen none of it."""

    parts: tuple[list[Row], list[Row]]
    halves: tuple[list[Trial], list[Trial]]
    weights: tuple[Weights, Weights]
    unseen: list[tuple[Trial, Weights]]
    """Without the correction, which is fitted on them."""

    @property
    def tested(self) -> list[tuple[Trial, Weights]]:
        return [(each, self.weights[half]) for half in (0, 1) for each in self.halves[half]]


def cross_fit(rows: list[Row], data: Path) -> Fitted:
    parts = [[row for row in rows if half_of(row.story_id) == half] for half in (0, 1)]
    # what is known of a half beforehand is counted on the other one
    known = [know(part, paragraphs(data, part)) for part in reversed(parts)]
    halves = [trials(parts[half], known[half]) for half in (0, 1)]
    fitted = [fit(halves[half], known[half]) for half in (0, 1)]
    unseen = [[(each, fitted[1 - half]) for each in halves[half]] for half in (0, 1)]
    # what corrects the probabilities of a half, from the other half as well
    one, other = (replace(fitted[1 - half], calibration=calibrate(unseen[1 - half])) for half in (0, 1))
    return Fitted((parts[0], parts[1]), (halves[0], halves[1]), (one, other), [*unseen[0], *unseen[1]])


def fit_all(rows: list[Row], fitted: Fitted, told: Weighting | None = None) -> tuple[Weights, Known, int]:
    """Fit the weights to ship, and count their pairs; `told`: weights for passages, if not as shipped.

    Both halves and their pools together, so that rarity is also seen in larger ones.
    """
    known = know(rows, told or shipped_weighting())
    sets = [*fitted.halves[0], *fitted.halves[1], *trials(rows, known)]
    weights = replace(fit(sets, known), calibration=calibrate(fitted.unseen))
    return weights, known, sum(len(each.pairs) for each in sets)


def stored(weights: Weights, data: Path, pairs: int) -> str:
    """As weights.json has it."""
    told = {
        "version": 6,
        "data_sha256": hashlib.sha256(data.read_bytes()).hexdigest(),
        "pairs": pairs,
        "features": list(NAMES),
        "crossed": list(CROSSED),
        **{
            name: [round(float(x), 6) for x in getattr(weights, name)] for name in ("mean", "scale", "weight")
        },
        "bias": round(weights.bias, 6),
        "calibration": list(weights.calibration),
        "rivals": {languages: list(each.rivals) for languages, each in weights.expected.items()},
    }
    return json.dumps(told, indent=1) + "\n"


def lengths(weights: Weights) -> str:
    """As lengths.json has it."""
    told = {languages: each.length for languages, each in weights.expected.items()}
    return json.dumps(told, indent=1) + "\n"


def write(weights: Weights, known: Known, data: Path, pairs: int) -> None:
    FILE.write_text(stored(weights, data, pairs), encoding="utf-8")
    LENGTHS_FILE.write_text(lengths(weights), encoding="utf-8")
    save(known.backgrounds)


def differs(weights: Weights, known: Known, data: Path, pairs: int) -> list[str]:
    """Name the shipped files that would come out different."""
    found = [] if stored(weights, data, pairs) == FILE.read_text("utf-8") else [FILE.name]
    found += [] if lengths(weights) == LENGTHS_FILE.read_text("utf-8") else [LENGTHS_FILE.name]
    for language, each in known.backgrounds.items():
        shipped = shipped_background(language)
        same = (
            np.array_equal(each.ngrams, shipped.ngrams)
            and {key: float(np.float32(x)) for key, x in each.anchors.items()} == dict(shipped.anchors)
            and {key: float(np.float32(x)) for key, x in each.meanings.items()} == dict(shipped.meanings)
        )
        found += [] if same else [f"background.npz ({language})"]
    return found
