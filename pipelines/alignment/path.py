"""The best path through two texts from start to end, paragraph by paragraph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]
    Size = tuple[int, int]

_ALONE = ((1, 0), (0, 1))
_NEVER = np.float32(-1e9)


def best_path(gains: Mapping[Size, Matrix]) -> list[tuple[int, int, int, int]]:
    """Return the links whose gains have the largest sum, in order.

    A link is (first paragraph of a, how many, first of b, how many). `gains` has, for each number of
    paragraphs of a and of b that a link may take, the gain of the link from paragraph i of a and j of b on;
    (1, 1) must be there. A paragraph without a link gains nothing, so no link has a gain below 0. The time
    grows with the product of the two lengths.
    """
    n, m = gains[1, 1].shape
    # a size that gains nowhere costs no step
    sizes = [size for size, gain in gains.items() if gain.size and gain.max() > 0]
    steps = (*_ALONE, *sizes)
    by_diagonal = [_by_diagonal(gains[size], n, m, *size) for size in sizes]
    steps_taken = np.zeros((n + m + 1, n + 1), dtype=np.int8)
    never = np.full(n + 1, _NEVER, dtype=np.float32)
    # the best sum at each place of the last diagonals, by row; the last one first
    last = [never] * max(down + right for down, right in steps)
    last[0] = never.copy()
    last[0][0] = 0
    options = np.full((len(steps), n + 1), _NEVER, dtype=np.float32)
    # places beyond the end of b get sums too, but no path leads back from there
    for diagonal in range(1, n + m + 1):
        options[0, 1:] = last[0][:-1]
        options[1] = last[0]
        for place, ((down, right), gain) in enumerate(zip(sizes, by_diagonal, strict=True), len(_ALONE)):
            before = last[down + right - 1]
            np.add(before[: n + 1 - down], gain[diagonal, down:], out=options[place, down:])
        steps_taken[diagonal] = options.argmax(axis=0)
        last = [options.max(axis=0), *last[:-1]]
    links = []
    i_at, j_at = n, m
    while i_at or j_at:
        down, right = steps[steps_taken[i_at + j_at, i_at]]
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
