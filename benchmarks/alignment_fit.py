"""Fit alignment weights on texts whose links are known; used by benchmarks/alignment.py."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from pipelines.alignment.links import linked
from pipelines.alignment.signals import NAMES, features
from pipelines.alignment.weights import CROSSED, Weighting, standardised
from pipelines.similarity.background import shipped_lengths

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from benchmarks.alignment_sets import Case, Link
    from pipelines.alignment.paragraphs import Paragraphs

    Read = tuple[Case, Paragraphs, Paragraphs]

ALL = range(len(NAMES))
GRAMS = [
    n
    for n, name in enumerate(NAMES)
    if "ngrams" in name or name in {"two of a", "two of b", "less alike than a part"}
]
_PLACES = [NAMES.index(name) for name in CROSSED]
_UPPER = np.triu_indices(len(CROSSED))
_PORTION = 50_000


def fit(groups: Sequence[Read], columns: Sequence[int] = ALL, like: Weighting | None = None) -> Weighting:
    """Logistic regression by Newton's method; links against all other cells, so the bias is that of life.

    Products of features are taken in where all are asked for. What order is worth is taken from `like`, or
    else tried out.
    """
    x, y = _cells(groups)
    # as stored, so that what is measured is what is shipped
    mean, scale = (np.round(part, 5).astype(np.float32) for part in (x.mean(axis=0), x.std(axis=0) + 1e-4))
    plain = standardised(x, mean, scale)
    chosen, crossed = list(columns), len(columns) == len(NAMES)
    w = _newton(plain, y, chosen, crossed=crossed)
    weight = np.zeros(len(NAMES), dtype=np.float32)
    weight[chosen] = np.round(w[: len(chosen)], 5)
    products = np.zeros((len(CROSSED), len(CROSSED)), dtype=np.float32)
    if crossed:
        products[_UPPER] = np.round(w[len(chosen) : -1], 5)
    fitted = Weighting(mean, scale, weight, products, round(float(w[-1]), 5))
    if like is not None:
        return replace(fitted, in_order=like.in_order, elsewhere=like.elsewhere)
    return _in_order(fitted, groups)


def _cells(groups: Sequence[Read]) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    rows, right = [], []
    for each, one, other in groups:
        table = features(one, other, length(each.languages))
        n, m = one.singles, other.singles
        truth = np.zeros(table.shape[:2], dtype=bool)
        for a, b in each.links:
            if len(a) <= 2 and len(b) <= 2 and len(a) + len(b) <= 3 and connected(a) and connected(b):
                truth[a[0] + (n if len(a) == 2 else 0), b[0] + (m if len(b) == 2 else 0)] = True
        wanted = np.ones_like(truth)
        wanted[n:, m:] = False
        rows.append(table[wanted])
        right.append(truth[wanted])
    return np.concatenate(rows), np.concatenate(right).astype(np.float64)


def _newton(
    plain: NDArray[np.float32], y: NDArray[np.float64], chosen: list[int], *, crossed: bool
) -> NDArray[np.float64]:
    """Weights of the chosen features, of the products, and the bias; an L2 penalty of 3."""

    def portions() -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]]:
        for start in range(0, len(plain), _PORTION):
            part = plain[start : start + _PORTION].astype(np.float64)
            some = part[:, _PLACES]
            pairs = [some[:, a] * some[:, b] for a, b in zip(*_UPPER, strict=True)] if crossed else []
            yield (
                np.column_stack([part[:, chosen], *pairs, np.ones(len(part))]),
                y[start : start + _PORTION],
            )

    width = len(chosen) + (len(_UPPER[0]) if crossed else 0) + 1
    w, ridge = np.zeros(width), np.diag([*(3.0,) * (width - 1), 0.0])
    for _ in range(25):
        curve, slope = ridge.copy(), -ridge @ w
        for z, truth in portions():
            p = 1 / (1 + np.exp(-np.clip(z @ w, -30, 30)))
            curve += (z * (p * (1 - p))[:, None]).T @ z
            slope += z.T @ (truth - p)
        step = np.linalg.solve(curve, slope)
        w += step
        if np.abs(step).max() < 1e-8:
            break
    return w


def _in_order(weighting: Weighting, groups: Sequence[Read]) -> Weighting:
    """Fit the worth of the order: the best F1 of links and of unlinked paragraphs, on these texts."""
    known = [
        (each, weighting.logits(features(one, other, length(each.languages))), one.singles, other.singles)
        for each, one, other in groups
    ]

    def worth(tried: Weighting) -> float:
        count: Counter[str] = Counter()
        for each, logits, n, m in known:
            score(count, each, {(x.a, x.b) for x in linked(logits, n, m, tried)})
        return f1(count, "links") + f1(count, "omitted")

    best = replace(weighting, elsewhere=99.0)
    for single in (2.0, 3.0, 4.0):
        for double in (2.0, 2.5, 3.0):
            best = max(best, replace(best, in_order=(single, single + double)), key=worth)
    return max((replace(best, elsewhere=float(x)) for x in range(-2, 3)), key=worth)


def score(count: Counter[str], each: Case, found: set[Link]) -> None:
    """Adds what was found of one case: said, true and right, of `links` and `omitted`; moved links found."""
    lone, said = alone(each, each.links), alone(each, found)
    count += Counter(
        {
            "links said": len(found),
            "links true": len(each.links),
            "links right": len(found & each.links),
            "omitted said": len(said),
            "omitted true": len(lone),
            "omitted right": len(said & lone),
            "moved true": len(each.moved),
            "moved right": len(found & each.moved),
        }
    )


def f1(count: Counter[str], what: str) -> float:
    return 2 * count[f"{what} right"] / max(1, count[f"{what} said"] + count[f"{what} true"])


def alone(each: Case, links: frozenset[Link] | set[Link]) -> set[tuple[int, int]]:
    taken = {(side, n) for link in links for side in (0, 1) for n in link[side]}
    return {(side, n) for side in (0, 1) for n in range(len(each.texts[side]))} - taken


def connected(numbers: tuple[int, ...]) -> bool:
    return numbers[-1] - numbers[0] == len(numbers) - 1


def length(languages: tuple[str, str]) -> float:
    return shipped_lengths()["-".join(languages)]


def stored(weighting: Weighting, data: Path) -> str:
    """As weights.json has it."""
    document = {
        "version": 3,
        "features": list(NAMES),
        **{
            name: [round(float(x), 5) for x in getattr(weighting, name)]
            for name in ("mean", "scale", "weight")
        },
        "crossed": list(CROSSED),
        "products": [round(float(x), 5) for x in weighting.products[_UPPER]],
        "bias": weighting.bias,
        "in_order": list(weighting.in_order),
        "elsewhere": weighting.elsewhere,
        "data_sha256": hashlib.sha256(data.read_bytes()).hexdigest(),
    }
    return json.dumps(document, indent=1) + "\n"
