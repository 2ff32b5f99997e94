"""Fit the weights of the path through two texts; used by benchmarks/alignment_fit.py.

The conditional likelihood of the right alignments, by BFGS on its exact gradient: what the right one has,
less what all have in the mean.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from benchmarks.alignment_sets import Case
from pipelines.alignment.marginals import (
    CLASS,
    LINKS,
    NEVER,
    PathWeights,
    alone_features,
    known_links,
    marginals,
)
from pipelines.alignment.paragraph_runs import Weighed

Vector = NDArray[np.float64]
Step = tuple[tuple[int, int], int, int]

_ROUNDS = 30
_ENOUGH = 1e-5
"""Gain of a round, a text, at which it ends."""
_RIDGE = 0.1


def fit_path(known: Sequence[tuple[Case, Weighed]]) -> PathWeights:
    """Fit on the texts whose links were all weighed; moved paragraphs count as alone."""
    texts = [(each, path) for case, each in known if (path := _right_path(case, each)) is not None]
    start = _vector(PathWeights())

    def cost(tried: Vector) -> tuple[float, Vector]:
        value, slope = -_RIDGE / 2 * float(((tried - start) ** 2).sum()), -_RIDGE * (tried - start)
        weights = _weights(tried)
        for each, path in texts:
            more, steeper = _likelihood(each, path, weights)
            value, slope = value + more, slope + steeper
        return -value / len(texts), -slope / len(texts)

    return _weights(np.round(_least(cost, start), 4))


def _vector(weights: PathWeights) -> Vector:
    return np.array([*weights.slope, *weights.bias, *weights.alone])


def _weights(values: Vector) -> PathWeights:
    kinds = len(LINKS)
    slope, bias, alone = (tuple(map(float, x)) for x in np.split(values, [kinds, 2 * kinds]))
    return PathWeights(slope, bias, alone)


def _right_path(case: Case, each: Weighed) -> list[Step] | None:
    known = known_links(each)
    path: list[Step] = []
    for a, b in sorted(case.links - case.moved):
        size = len(a), len(b)
        broken = a[-1] - a[0] >= len(a) or b[-1] - b[0] >= len(b)
        if broken or size not in known or known[size][a[0], b[0]] <= NEVER:
            return None
        path.append((size, a[0], b[0]))
    crossed = any(then[2] < step[2] + step[0][1] for step, then in pairwise(path))
    return None if crossed else path


def _likelihood(each: Weighed, path: Sequence[Step], weights: PathWeights) -> tuple[float, Vector]:
    """Return the logarithm of the likelihood of a path, and its gradient."""
    found, known, kinds = marginals(each, weights), known_links(each), len(LINKS)
    gradient = np.zeros(2 * kinds + len(weights.alone))
    for size, chance in found.links.items():
        gradient[CLASS[size]] -= float((chance * known[size]).sum())
        gradient[kinds + CLASS[size]] -= float(chance.sum())
    left = [np.ones(each.n), np.ones(each.m)]
    for size, i, j in path:
        gradient[CLASS[size]] += float(known[size][i, j])
        gradient[kinds + CLASS[size]] += 1
        left[0][i : i + size[0]] = left[1][j : j + size[1]] = 0
    value = sum(
        weights.slope[CLASS[size]] * float(known[size][i, j]) + weights.bias[CLASS[size]]
        for size, i, j in path
    )
    for features, alone, chance in zip(alone_features(each), left, found.alone, strict=True):
        gradient[2 * kinds :] += features.T @ (alone - chance)
        value += float(alone @ features @ np.array(weights.alone))
    return value - found.evidence, gradient


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
