"""Probabilities of links and of paragraphs alone, over all alignments in order.

A linear-chain conditional random field over the path through two texts (Lafferty and others 2001): the more
the links of an alignment and the paragraphs that it leaves alone weigh, the likelier it is. What the texts
tell of a paragraph is so weighed with what its neighbours tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from pipelines.alignment.paragraph_runs import Weighed

    Matrix = NDArray[np.float64]
    Size = tuple[int, int]

LINKS = (
    *(((1, 1),), ((2, 1), (1, 2)), ((3, 1), (1, 3))),
    *(((4, 1), (1, 4)), ((2, 2),), ((3, 2), (2, 3))),
)
"""Sizes of links that have their weights in common."""
CLASS = {size: place for place, sizes in enumerate(LINKS) for size in sizes}
ALONE_NAMES = ("alone", "letters", "like some", "like none")
_MOST = 12.0
"""Log-odds at which a link is cut off, so that no single one decides."""
NEVER = -1e9
_LEAST = 1e-300
_LETTERS = 5.0
"""Logarithm of the letters of a common paragraph."""


@dataclass(frozen=True, slots=True)
class PathWeights:
    slope: tuple[float, ...] = (1.0,) * len(LINKS)
    """Worth of the log-odds of a link, by LINKS."""
    bias: tuple[float, ...] = (0.0, 1.0, 1.5, 1.5, 1.0, 1.5)
    alone: tuple[float, ...] = (-2.0, 0.0, 0.0, 0.0)
    """Weights of the features ALONE_NAMES."""


@dataclass(frozen=True, slots=True)
class Marginals:
    links: dict[Size, Matrix]
    """Probability of each link, by its size, its first paragraph of a and of b."""
    alone: tuple[Matrix, Matrix]
    """Probability that a paragraph has no link in order."""
    evidence: float
    """Logarithm of the sum over all alignments."""


def known_links(each: Weighed) -> dict[Size, Matrix]:
    """Return the log-odds of the links that were weighed, NEVER for the rest of their size."""
    n, m, logits = each.n, each.m, each.logits
    found = {(1, 1): logits[:n, :m], (2, 1): logits[n:, :m], (1, 2): logits[:n, m:]}
    known = {size: np.clip(x.astype(np.float64), -_MOST, _MOST) for size, x in found.items() if x.size}
    for (down, right), places, log_odds in each.runs:
        known[down, right] = np.full((n - down + 1, m - right + 1), NEVER)
        known[down, right][places] = np.clip(log_odds, -_MOST, _MOST)
    return known


def alone_features(each: Weighed) -> tuple[Matrix, Matrix]:
    """Return ALONE_NAMES of the paragraphs of a and of b."""
    single = np.clip(each.logits[: each.n, : each.m], -_MOST, _MOST)
    sides = zip((single.max(axis=1), single.max(axis=0)), each.letters, strict=True)
    a, b = (
        np.stack(
            [np.ones(len(best)), np.log1p(letters) - _LETTERS, np.maximum(best, 0), np.minimum(best, 0)],
            axis=1,
        ).astype(np.float64)
        for best, letters in sides
    )
    return a, b


def marginals(each: Weighed, weights: PathWeights) -> Marginals:
    """Weigh all alignments of two texts; the time grows with the product of their lengths."""
    gains = {}
    for size, known in known_links(each).items():
        kind = CLASS[size]
        gains[size] = np.where(known > NEVER, weights.slope[kind] * known + weights.bias[kind], NEVER)
    a, b = (features @ np.array(weights.alone) for features in alone_features(each))
    return of_gains(gains, a, b)


def of_gains(gains: Mapping[Size, Matrix], alone_a: Matrix, alone_b: Matrix) -> Marginals:
    """Sum over all paths, forward and backward, by diagonals.

    Between two links, paragraphs of a that are alone come before those of b, so that no alignment is counted
    twice: `free` are the sums of paths after which one of a may be alone, `told` of all.
    """
    n, m = len(alone_a), len(alone_b)
    sizes = np.array(list(gains))
    down, both = sizes[:, 0, None], sizes.sum(axis=1)[:, None]
    begun, ended = _by_diagonal(gains, n, m)
    rows, margin = np.arange(n + 1), int(both.max())
    # of the paragraph of b that ends at, and that begins at, each diagonal and row
    j = np.arange(n + m + 1)[:, None] - rows[None, :]
    inside = (j >= 0) & (j <= m)
    ends_b = np.where(inside, np.append(NEVER, alone_b)[np.where(inside, j, 0)], NEVER)
    begins_b = np.where(inside, np.append(alone_b, NEVER)[np.where(inside, j, m)], NEVER)
    ends_a, begins_a = np.append(NEVER, alone_a), np.append(alone_a, NEVER)
    told, free = (np.full((n + m + 1 + margin, n + 1 + margin), NEVER) for _ in range(2))
    told[margin, margin] = free[margin, margin] = 0
    at, columns = margin - both, margin + rows[None, :] - down
    steps = np.empty((len(sizes) + 2, n + 1))
    for d in range(1, n + m + 1):
        np.add(told[at + d, columns], ended[:, d], out=steps[:-2])
        np.add(free[margin + d - 1, margin - 1 : margin + n], ends_a, out=steps[-2])
        np.add(told[margin + d - 1, margin:], ends_b[d], out=steps[-1])
        free[margin + d, margin:], told[margin + d, margin:] = _log_sums(steps)
    # what may follow: after any step, and after a paragraph of b that is alone
    any_left, b_left = (np.full_like(told, NEVER) for _ in range(2))
    any_left[n + m, n] = b_left[n + m, n] = 0
    columns = rows[None, :] + down
    for d in range(n + m - 1, -1, -1):
        np.add(any_left[d + both, columns], begun[:, d], out=steps[:-2])
        np.add(b_left[d + 1, : n + 1], begins_b[d], out=steps[-2])
        np.add(any_left[d + 1, 1 : n + 2], begins_a, out=steps[-1])
        b_left[d, : n + 1], any_left[d, : n + 1] = _log_sums(steps)
    whole = float(any_left[0, 0])

    def before(table: Matrix, shape: tuple[int, ...]) -> Matrix:
        i, j = np.indices(shape)
        return np.asarray(table[margin + i + j, margin + i])

    def after(table: Matrix, shape: tuple[int, ...], size: Size) -> Matrix:
        i, j = np.indices(shape)
        return np.asarray(table[i + j + size[0] + size[1], i + size[0]])

    links_found = {
        size: _probabilities(before(told, gain.shape) + gain + after(any_left, gain.shape, size) - whole)
        for size, gain in gains.items()
    }
    of_a = before(free, (n, m + 1)) + alone_a[:, None] + after(any_left, (n, m + 1), (1, 0)) - whole
    of_b = before(told, (n + 1, m)) + alone_b[None, :] + after(b_left, (n + 1, m), (0, 1)) - whole
    return Marginals(links_found, (_probabilities(_log_sum(of_a.T)), _probabilities(_log_sum(of_b))), whole)


def _by_diagonal(gains: Mapping[Size, Matrix], n: int, m: int) -> tuple[Matrix, Matrix]:
    """Return the gains by size, by diagonal i + j and by row i, where a link begins and where it ends."""
    begun, ended = (np.full((len(gains), n + m + 1, n + 1), NEVER) for _ in range(2))
    for place, ((down, right), gain) in enumerate(gains.items()):
        i, j = np.indices(gain.shape)
        begun[place, i + j, i] = gain
        ended[place, i + down + j + right, i + down] = gain
    return begun, ended


def _log_sums(steps: Matrix) -> tuple[Matrix, Matrix]:
    """Return the logarithm of the sums of all steps but the last, and of all."""
    most = steps.max(axis=0)
    powers = np.exp(steps - most)
    without = powers[:-1].sum(axis=0)
    return most + np.log(np.maximum(without, _LEAST)), most + np.log(without + powers[-1])


def _log_sum(values: Matrix) -> Matrix:
    most = values.max(axis=0)
    return np.asarray(most + np.log(np.exp(values - most).sum(axis=0)))


def _probabilities(log: Matrix) -> Matrix:
    return np.asarray(np.exp(np.minimum(log, 0.0)))
