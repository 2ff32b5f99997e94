"""The best path through two texts from start to end, paragraph by paragraph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

STEPS = ((1, 0), (0, 1), (1, 1), (2, 1), (1, 2))
"""Paragraphs of a and of b that one step takes."""
_NEVER = np.float32(-1e9)


def best_path(singles: Matrix, two_of_a: Matrix, two_of_b: Matrix) -> list[tuple[int, int, int, int]]:
    """Return the links whose gains have the largest sum, in order.

    A link is (first paragraph of a, how many, first of b, how many). `singles` has the gain of paragraph i
    with j, `two_of_a` that of i and i + 1 with j, `two_of_b` that of i with j and j + 1. A paragraph without
    a link gains nothing, so no link has a gain below 0. The time grows with the product of the two lengths.
    """
    n, m = singles.shape
    gains = [
        _by_diagonal(gain, n, m, down, right)
        for gain, (down, right) in zip((singles, two_of_a, two_of_b), STEPS[2:], strict=True)
    ]
    taken = np.zeros((n + m + 1, n + 1), dtype=np.int8)
    never = np.full(n + 1, _NEVER, dtype=np.float32)
    last = never.copy()  # the best sum at each place of the last diagonal, by row
    last[0] = 0
    before, earlier = never, never
    options = np.full((len(STEPS), n + 1), _NEVER, dtype=np.float32)
    # places beyond the end of b get sums too, but no path leads back from there
    for diagonal in range(1, n + m + 1):
        one, of_a, of_b = (gain[diagonal] for gain in gains)
        options[0, 1:] = last[:-1]
        options[1] = last
        np.add(before[:-1], one[1:], out=options[2, 1:])
        np.add(earlier[:-2], of_a[2:], out=options[3, 2:])
        np.add(earlier[:-1], of_b[1:], out=options[4, 1:])
        taken[diagonal] = options.argmax(axis=0)
        last, before, earlier = options.max(axis=0), last, before
    links = []
    i_at, j_at = n, m
    while i_at or j_at:
        down, right = STEPS[taken[i_at + j_at, i_at]]
        i_at, j_at = i_at - down, j_at - right
        if down and right:
            links.append((i_at, down, j_at, right))
    return links[::-1]


def _by_diagonal(gain: Matrix, n: int, m: int, down: int, right: int) -> Matrix:
    """Return gains by the diagonal i + j and the row i where a step ends; _NEVER where there is none."""
    turned = np.full((n + m + 1, n + 1), _NEVER, dtype=np.float32)
    i, j = np.indices(gain.shape)
    turned[i + down + j + right, i + down] = gain
    return turned
