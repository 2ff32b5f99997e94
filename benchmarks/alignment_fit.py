"""Fit alignment weights on texts whose links are known; used by benchmarks/alignment.py."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.alignment_sets import Case, Link
from benchmarks.invented_news import part_by_hash
from pipelines.alignment.links import linked, outside_sure_links, weighed
from pipelines.alignment.marginals import (
    ALONE_NAMES,
    CLASS,
    LINKS,
    NEVER,
    PathWeights,
    alone_features,
    known_links,
    marginals,
)
from pipelines.alignment.omissions import OMISSION_NAMES
from pipelines.alignment.paragraph_runs import RUN_NAMES, Weighed, weighable
from pipelines.alignment.paragraphs import Paragraphs
from pipelines.alignment.signals import NAMES, Compared, features
from pipelines.alignment.weights import CROSSED, Quadratic, Weighting, shipped_version
from pipelines.similarity.background import shipped_lengths
from pipelines.similarity.weighing import standardised, with_products

Read = tuple[Case, Paragraphs, Paragraphs]
Vector = NDArray[np.float64]
Step = tuple[tuple[int, int], int, int]

ALL = range(len(NAMES))
GRAMS = [
    n
    for n, name in enumerate(NAMES)
    if "ngrams" in name or name in {"two of a", "two of b", "less alike than a part"}
]
_PLACES = [NAMES.index(name) for name in CROSSED]
_UPPER = np.triu_indices(len(CROSSED))
_PORTION = 50_000
_ROUNDS = 30
_ENOUGH = 1e-5
"""Gain of a round, a text, at which the fit of the path ends."""
_RIDGE = 0.1
RETOLD_COUNTS = 4.0
CROSS_EVERY = 4
"""Of the texts of one half, one in so many is enough to link the other half."""
HARD, EASY = 4, 20
"""Cells of each row and column that are most alike are all fitted on, one in EASY of the rest."""
_TRIED_ON = 600
"""Texts, at least, on which the weights of the path are fitted."""


def fit(
    groups: Sequence[Read],
    columns: Sequence[int] = ALL,
    *,
    omissions: bool = True,
    for_omissions: Sequence[Read] = (),
) -> Weighting:
    """Logistic regression by Newton's method: first of short links, then of runs, then of the path.

    Products of features are taken in, and runs and omissions are fitted, where all columns are asked for.
    `for_omissions` are further texts for the last of them.
    """
    x, y, times = _cells(groups)
    mean, scale = _rounded_moments(x)
    plain = standardised(x, mean, scale)
    chosen, crossed = list(columns), len(columns) == len(NAMES)
    w = _newton(plain, y, times, lambda part: _terms(part, chosen, crossed=crossed), ridge=3.0)
    weight = np.zeros(len(NAMES), dtype=np.float32)
    weight[chosen] = np.round(w[: len(chosen)], 5)
    products = np.zeros((len(CROSSED), len(CROSSED)), dtype=np.float32)
    if crossed:
        products[_UPPER] = np.round(w[len(chosen) : -1], 5)
    fitted = Weighting(mean, scale, weight, products, round(float(w[-1]), 5))
    # the path is fitted on texts that the weights of runs have not seen
    aside = [group for group in groups if part_by_hash(group[0].story_id, 1, 3) == 0]
    if not crossed:
        return _with_path(fitted, aside)
    rest = [group for group in groups if part_by_hash(group[0].story_id, 1, 3) != 0]
    pathed = _with_path(replace(fitted, runs=_fit_runs(fitted, rest)), aside)
    with_runs = replace(pathed, runs=_fit_runs(fitted, groups))
    return replace(with_runs, omissions=_fit_omissions(groups, for_omissions)) if omissions else with_runs


def _rounded_moments(x: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    # as stored, so that what is measured is what is shipped
    return np.round(x.mean(axis=0), 5).astype(np.float32), np.round(x.std(axis=0) + 1e-4, 5).astype(
        np.float32
    )


def _cells(groups: Sequence[Read]) -> tuple[NDArray[np.float32], NDArray[np.float64], NDArray[np.float64]]:
    """Links and all other cells; of those that are like nothing one in EASY, which counts so often."""
    rows, right, times = [], [], []
    for case, text_a, text_b in groups:
        table = features(Compared.of(text_a, text_b, length(case.languages)))
        n, m = text_a.singles, text_b.singles
        truth = np.zeros(table.shape[:2], dtype=bool)
        for a, b in case.links:
            if len(a) <= 2 and len(b) <= 2 and len(a) + len(b) <= 3 and connected(a) and connected(b):
                truth[a[0] + (n if len(a) == 2 else 0), b[0] + (m if len(b) == 2 else 0)] = True
        is_counted = np.ones_like(truth)
        is_counted[n:, m:] = False
        together = table[..., :3] @ np.array([3, 1, 1], dtype=np.float32)
        hard = truth.copy()
        for likeness, cells in ((together, hard), (together.T, hard.T)):
            best = np.argsort(-likeness, axis=1)[:, :HARD]
            np.put_along_axis(cells, best, values=True, axis=1)
        easy = np.zeros(hard.size, dtype=bool)
        easy[::EASY] = True
        easy = easy.reshape(hard.shape) & ~hard
        is_chosen = is_counted & (hard | easy)
        rows.append(table[is_chosen])
        right.append(truth[is_chosen])
        times.append(np.where(easy[is_chosen], float(EASY), 1.0))
    return np.concatenate(rows), np.concatenate(right).astype(np.float64), np.concatenate(times)


def _terms(part: NDArray[np.float32], chosen: list[int], *, crossed: bool) -> NDArray[np.float64]:
    some = part[:, _PLACES]
    pairs = [some[:, a] * some[:, b] for a, b in zip(*_UPPER, strict=True)] if crossed else []
    return np.column_stack([part[:, chosen], *pairs]).astype(np.float64)


def _fit_omissions(groups: Sequence[Read], further: Sequence[Read]) -> Quadratic:
    """Of the paragraphs that get no sure link: is it right that they have none.

    Each text is linked by weights that have not seen its story: else its links would be too sure. Retold
    texts are few, and count several times.
    """
    rows, right, times = [], [], []
    for side in (0, 1):
        tuned = [case for case in groups if part_by_hash(case[0].story_id, 3) != side]
        fitted = fit(tuned[::CROSS_EVERY], omissions=False)
        for case, text_a, text_b in (*groups, *further):
            if part_by_hash(case.story_id, 3) == side:
                texts = weighed(text_a, text_b, fitted)
                chances = marginals(texts, fitted.path)
                lone = alone(case, case.links)
                sides = outside_sure_links(texts, linked(texts, fitted, chances), chances)
                for place, outside in enumerate(sides):
                    rows.append(outside.features)
                    right += [(place, n) in lone for n in outside.places]
                    times += [RETOLD_COUNTS if case.retold else 1.0] * len(outside.places)
    return _quadratic(np.concatenate(rows), np.array(right, dtype=np.float64), np.array(times), ridge=60.0)


def _quadratic(
    x: NDArray[np.float32],
    y: NDArray[np.float64],
    times: NDArray[np.float64] | None = None,
    ridge: float = 20.0,
) -> Quadratic:
    mean, scale = _rounded_moments(x)
    often = np.ones(len(y)) if times is None else times
    w = _newton(standardised(x, mean, scale), y, often, with_products, ridge=ridge)
    return Quadratic(mean, scale, np.round(w[:-1], 5).astype(np.float32), round(float(w[-1]), 5))


def _fit_runs(fitted: Weighting, groups: Sequence[Read]) -> Quadratic:
    rows, right = [], []
    for case, text_a, text_b in groups:
        compared = Compared.of(text_a, text_b, length(case.languages))
        links = {(len(a), len(b), a[0], b[0]) for a, b in case.links if connected(a) and connected(b)}
        for size, (i, j), rows_of_size in weighable(compared, fitted.logits(features(compared))):
            rows.append(rows_of_size)
            right += [(*size, *place) in links for place in zip(i.tolist(), j.tolist(), strict=True)]
    return _quadratic(np.concatenate(rows), np.array(right, dtype=np.float64))


def _newton(
    plain: NDArray[np.float32],
    y: NDArray[np.float64],
    times: NDArray[np.float64],
    terms: Callable[[NDArray[np.float32]], NDArray[np.floating]],
    *,
    ridge: float,
) -> NDArray[np.float64]:
    """Weights of the terms of standardised features, and the bias last; `ridge` is an L2 penalty."""

    def portions() -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]]:
        for start in range(0, len(plain), _PORTION):
            end = start + _PORTION
            z = np.column_stack([terms(plain[start:end]), np.ones(len(plain[start:end]))])
            yield z.astype(np.float64), y[start:end], times[start:end]

    width = terms(plain[:1]).shape[1] + 1
    w, penalty = np.zeros(width), np.diag([*(ridge,) * (width - 1), 0.0])
    for _ in range(25):
        curve, slope = penalty.copy(), -penalty @ w
        for z, truth, often in portions():
            p = 1 / (1 + np.exp(-np.clip(z @ w, -30, 30)))
            curve += (z * (often * p * (1 - p))[:, None]).T @ z
            slope += z.T @ (often * (truth - p))
        step = np.linalg.solve(curve, slope)
        w += step
        if np.abs(step).max() < 1e-5:
            break
    return w


def _with_path(weighting: Weighting, groups: Sequence[Read]) -> Weighting:
    """Fit the weights of the path, then the least log-odds of moved links, by the F1 of what is found."""
    some = groups[:: max(1, len(groups) // _TRIED_ON)]
    weighed_cases = [(case, weighed(text_a, text_b, weighting)) for case, text_a, text_b in some]
    best = replace(weighting, path=fit_path(weighed_cases))
    chances = [marginals(case, best.path) for _, case in weighed_cases]

    def worth(tried: Weighting) -> float:
        count: Counter[str] = Counter()
        for (case, texts), chance in zip(weighed_cases, chances, strict=True):
            score(count, case, {(x.a, x.b) for x in linked(texts, tried, chance)})
        return f1(count, "links") + f1(count, "omitted")

    return max((replace(best, elsewhere=float(x)) for x in range(-1, 5)), key=worth)


def fit_path(cases: Sequence[tuple[Case, Weighed]]) -> PathWeights:
    """Fit on the texts whose links were all weighed; moved paragraphs count as alone.

    The conditional likelihood of the right alignments, by BFGS on its exact gradient: what the right one has,
    less what all have in the mean.
    """
    texts = [(text, path) for case, text in cases if (path := _right_path(case, text)) is not None]
    start = _vector(PathWeights())

    def cost(tried: Vector) -> tuple[float, Vector]:
        value, slope = -_RIDGE / 2 * float(((tried - start) ** 2).sum()), -_RIDGE * (tried - start)
        weights = _weights(tried)
        for text, path in texts:
            more, steeper = _likelihood(text, path, weights)
            value, slope = value + more, slope + steeper
        return -value / len(texts), -slope / len(texts)

    return _weights(np.round(_least(cost, start), 4))


def _vector(weights: PathWeights) -> Vector:
    return np.array([*weights.slope, *weights.bias, *weights.alone])


def _weights(values: Vector) -> PathWeights:
    kinds = len(LINKS)
    slope, bias, alone = (tuple(map(float, x)) for x in np.split(values, [kinds, 2 * kinds]))
    return PathWeights(slope, bias, alone)


def _right_path(case: Case, texts: Weighed) -> list[Step] | None:
    logits = known_links(texts)
    path: list[Step] = []
    for a, b in sorted(case.links - case.moved):
        size = len(a), len(b)
        broken = a[-1] - a[0] >= len(a) or b[-1] - b[0] >= len(b)
        if broken or size not in logits or logits[size][a[0], b[0]] <= NEVER:
            return None
        path.append((size, a[0], b[0]))
    crossed = any(then[2] < step[2] + step[0][1] for step, then in pairwise(path))
    return None if crossed else path


def _likelihood(texts: Weighed, path: Sequence[Step], weights: PathWeights) -> tuple[float, Vector]:
    """Return the logarithm of the likelihood of a path, and its gradient."""
    chances, logits, kinds = marginals(texts, weights), known_links(texts), len(LINKS)
    gradient = np.zeros(2 * kinds + len(weights.alone))
    for size, chance in chances.links.items():
        gradient[CLASS[size]] -= float((chance * logits[size]).sum())
        gradient[kinds + CLASS[size]] -= float(chance.sum())
    unlinked = [np.ones(texts.n), np.ones(texts.m)]
    for size, i, j in path:
        gradient[CLASS[size]] += float(logits[size][i, j])
        gradient[kinds + CLASS[size]] += 1
        unlinked[0][i : i + size[0]] = unlinked[1][j : j + size[1]] = 0
    value = sum(
        weights.slope[CLASS[size]] * float(logits[size][i, j]) + weights.bias[CLASS[size]]
        for size, i, j in path
    )
    for of_side, lone, chance in zip(alone_features(texts), unlinked, chances.alone, strict=True):
        gradient[2 * kinds :] += of_side.T @ (lone - chance)
        value += float(lone @ of_side @ np.array(weights.alone))
    return value - chances.evidence, gradient


def _least(cost: Callable[[Vector], tuple[float, Vector]], at: Vector) -> Vector:
    """Minimise by BFGS with a halving step."""
    value, slope = cost(at)
    inverse = np.eye(len(at)) / max(1.0, float(np.linalg.norm(slope)))
    for turn in range(_ROUNDS):
        direction, length = -inverse @ slope, 1.0
        while True:
            new_value, new_slope = cost(at + length * direction)
            if new_value <= value + 1e-4 * length * float(direction @ slope) or length < 1e-3:
                break
            length /= 2
        step, change, gain = length * direction, new_slope - slope, value - new_value
        at, value, slope = at + step, new_value, new_slope
        bent = float(step @ change)
        if turn == 0:
            inverse = np.eye(len(at)) * bent / float(change @ change)
        if bent > 1e-10:
            turned = np.eye(len(at)) - np.outer(step, change) / bent
            inverse = turned @ inverse @ turned.T + np.outer(step, step) / bent
        if gain < _ENOUGH:
            break
    return at


def score(count: Counter[str], case: Case, links: set[Link]) -> None:
    """Adds what was found of one case: said, true and right, of `links` and `omitted`; moved links found."""
    lone, reported = alone(case, case.links), alone(case, links)
    count += Counter(
        {
            "links said": len(links),
            "links true": len(case.links),
            "links right": len(links & case.links),
            "omitted said": len(reported),
            "omitted true": len(lone),
            "omitted right": len(reported & lone),
            "moved true": len(case.moved),
            "moved right": len(links & case.moved),
        }
    )
    for name, paragraphs in case.runs():
        count[f"{name} paragraphs"] += len(paragraphs)
        count[f"{name} omitted"] += len(paragraphs & reported)


def f1(count: Counter[str], what: str) -> float:
    return 2 * count[f"{what} right"] / max(1, count[f"{what} said"] + count[f"{what} true"])


def alone(case: Case, links: frozenset[Link] | set[Link]) -> set[tuple[int, int]]:
    linked_places = {(side, n) for link in links for side in (0, 1) for n in link[side]}
    return {(side, n) for side in (0, 1) for n in range(len(case.texts[side]))} - linked_places


def connected(numbers: tuple[int, ...]) -> bool:
    return numbers[-1] - numbers[0] == len(numbers) - 1


def length(languages: tuple[str, str]) -> float:
    return shipped_lengths()["-".join(languages)]


def stored(weighting: Weighting, data: Path, retold: Sequence[Path]) -> str:
    """As weights.json has it."""

    def numbers(values: NDArray[np.float32]) -> list[float]:
        return [round(float(x), 5) for x in values]

    def quadratic(names: Sequence[str], of: Quadratic | None) -> dict[str, object]:
        assert of is not None
        return {
            "features": list(names),
            **{name: numbers(getattr(of, name)) for name in ("mean", "scale", "weight")},
            "bias": of.bias,
        }

    document = {
        "version": shipped_version(),
        "features": list(NAMES),
        **{name: numbers(getattr(weighting, name)) for name in ("mean", "scale", "weight")},
        "crossed": list(CROSSED),
        "products": numbers(weighting.products[_UPPER]),
        "bias": weighting.bias,
        "elsewhere": weighting.elsewhere,
        "runs": quadratic(RUN_NAMES, weighting.runs),
        "path": {
            "features": list(ALONE_NAMES),
            **{name: list(getattr(weighting.path, name)) for name in ("slope", "bias", "alone")},
        },
        "omissions": quadratic(OMISSION_NAMES, weighting.omissions),
        "data_sha256": hashlib.sha256(data.read_bytes()).hexdigest(),
        "retold_sha256": hashlib.sha256(b"".join(x.read_bytes() for x in retold)).hexdigest(),
    }
    return json.dumps(document, indent=1) + "\n"
