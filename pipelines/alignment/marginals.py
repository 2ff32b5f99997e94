"""Probabilities of links and of paragraphs alone, over all alignments in order.

A linear-chain conditional random field over the path through two texts (Lafferty and others 2001): the more
the links of an alignment and the paragraphs that it leaves alone weigh, the likelier it is. What the texts
tell of a paragraph is so weighed with what its neighbours tell.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.alignment.paragraph_runs import Weighed

Matrix = NDArray[np.float64]
Size = tuple[int, int]

LINKS = (*(((1, 1),), ((2, 1), (1, 2)), ((3, 1), (1, 3))), *(((4, 1), (1, 4)), ((2, 2),), ((3, 2), (2, 3))))
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


def known_links(texts: Weighed) -> dict[Size, Matrix]:
    """Return the log-odds of the links that were weighed, NEVER for the rest of their size."""
    n, m, logits = texts.n, texts.m, texts.logits
    short_links = {(1, 1): logits[:n, :m], (2, 1): logits[n:, :m], (1, 2): logits[:n, m:]}
    log_odds_of = {
        size: np.clip(x.astype(np.float64), -_MOST, _MOST) for size, x in short_links.items() if x.size
    }
    for (down, right), places, log_odds in texts.runs:
        log_odds_of[down, right] = np.full((n - down + 1, m - right + 1), NEVER)
        log_odds_of[down, right][places] = np.clip(log_odds, -_MOST, _MOST)
    return log_odds_of


def alone_features(texts: Weighed) -> tuple[Matrix, Matrix]:
    """Return ALONE_NAMES of the paragraphs of a and of b."""
    single = np.clip(texts.logits[: texts.n, : texts.m], -_MOST, _MOST)
    sides = zip((single.max(axis=1), single.max(axis=0)), texts.letters, strict=True)
    a, b = (
        np.stack(
            [np.ones(len(best)), np.log1p(letters) - _LETTERS, np.maximum(best, 0), np.minimum(best, 0)],
            axis=1,
        ).astype(np.float64)
        for best, letters in sides
    )
    return a, b


def marginals(texts: Weighed, weights: PathWeights) -> Marginals:
    """Weigh all alignments of two texts; the time grows with the product of their lengths."""
    gains = {}
    for size, log_odds in known_links(texts).items():
        kind = CLASS[size]
        gains[size] = np.where(log_odds > NEVER, weights.slope[kind] * log_odds + weights.bias[kind], NEVER)
    a, b = (features @ np.array(weights.alone) for features in alone_features(texts))
    return of_gains(gains, a, b)


def of_gains(gains: Mapping[Size, Matrix], alone_a: Matrix, alone_b: Matrix) -> Marginals:
    """Sum over all paths, by diagonals: forward, and backward as forward through the texts turned round.

    Between two links, paragraphs of a that are alone come before those of b, so that no alignment is counted
    twice. So there are two sums at each place: of all paths, and of those after which a paragraph that is
    alone may stand on the side that comes first, which is a forward and b backward.
    """
    n, m = len(alone_a), len(alone_b)
    sums, margin = _sums(gains, alone_a, alone_b)
    i, j = np.indices((n + 1, m + 1))
    forward, free = (sums[margin + i + j, which, 0, margin + i] for which in (0, 1))
    backward, b_left = (sums[margin + n + m - i - j, which, 1, margin + n - i] for which in (0, 1))
    evidence = float(backward[0, 0])
    links_found = {
        (down, right): _probabilities(
            forward[: n - down + 1, : m - right + 1] + gain + backward[down:, right:] - evidence
        )
        for (down, right), gain in gains.items()
    }
    of_a = free[:-1] + alone_a[:, None] + backward[1:] - evidence
    of_b = forward[:, :-1] + alone_b[None, :] + b_left[:, 1:] - evidence
    return Marginals(
        links_found, (_probabilities(_log_sum(of_a.T)), _probabilities(_log_sum(of_b))), evidence
    )


def _sums(gains: Mapping[Size, Matrix], alone_a: Matrix, alone_b: Matrix) -> tuple[Matrix, int]:
    """Return the logarithms of the sums of paths up to each place, and how many places are before the first.

    Their axes are the diagonal, the sum (all, or those after which either side may be alone), the direction
    and the row.
    """
    n, m = len(alone_a), len(alone_b)
    down, both = np.array([(size[0], sum(size)) for size in gains]).T
    margin = int(both.max())
    sums = np.full((n + m + 1 + margin, 2, 2, n + 1 + margin), NEVER)
    sums[margin, :, :, margin] = 0
    steps = _by_diagonal(gains, alone_a, alone_b)
    # of each step, how far back it begins: in diagonals and rows, of either direction and of either sum
    back = np.array([[*both, 1, 1]] * 2)
    up = np.array([[*down, 1, 0], [*down, 0, 1]])
    of_some = np.array([[0] * len(gains) + [1, 0]])
    way, wide = np.array([[0], [1]]), n + 1 + margin
    begins = (((margin - back) * 2 + of_some) * 2 + way) * wide + margin - up
    at = begins[:, :, None] + np.arange(n + 1)
    steps_so_far = np.empty(steps.shape[1:])
    some_and_all = np.empty((2, 2, n + 1))
    flat = sums.reshape(-1)
    for d in range(1, n + m + 1):
        flat[4 * wide * d :].take(at, out=steps_so_far, mode="clip")
        steps_so_far += steps[d]
        most = steps_so_far.max(axis=1)
        steps_so_far -= most[:, None]
        np.exp(steps_so_far, out=steps_so_far)
        steps_so_far[:, :-1].sum(axis=1, out=some_and_all[1])
        np.add(some_and_all[1], steps_so_far[:, -1], out=some_and_all[0])
        np.maximum(some_and_all, _LEAST, out=some_and_all)
        np.log(some_and_all, out=some_and_all)
        some_and_all += most
        sums[margin + d, :, :, margin:] = some_and_all
    return sums, margin


def _by_diagonal(gains: Mapping[Size, Matrix], alone_a: Matrix, alone_b: Matrix) -> Matrix:
    """Return the gains of all steps, by the diagonal i + j and the row i where they end.

    The axes are diagonal, direction, step and row. The last step of either direction is the one after which
    the other side is not alone: a paragraph of b forward, of a backward.
    """
    n, m = len(alone_a), len(alone_b)
    gained = np.full((n + m + 1, 2, len(gains) + 2, n + 1), NEVER)
    i, j = np.indices((n + 1, m + 1))
    diagonal = i + j
    for place, ((down, right), gain) in enumerate(gains.items()):
        gained[diagonal[down:, right:], 0, place, i[down:, right:]] = gain
        gained[
            (n + m - diagonal)[: -down or None, : -right or None],
            1,
            place,
            n - i[: -down or None, : -right or None],
        ] = gain
    gained[:, 0, -2, 1:] = alone_a
    gained[diagonal[:, 1:], 0, -1, i[:, 1:]] = alone_b
    gained[(n + m - diagonal)[:, :-1], 1, -2, n - i[:, :-1]] = alone_b
    gained[:, 1, -1, 1:] = alone_a[::-1]
    return gained


def _log_sum(values: Matrix) -> Matrix:
    most = values.max(axis=0)
    return np.asarray(most + np.log(np.exp(values - most).sum(axis=0)))


def _probabilities(log: Matrix) -> Matrix:
    return np.asarray(np.exp(np.minimum(log, 0.0)))
