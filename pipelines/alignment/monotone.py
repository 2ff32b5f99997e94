"""The best way through two texts from start to end, paragraph by paragraph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

STEPS = ((1, 0), (0, 1), (1, 1), (2, 1), (1, 2))
"""Paragraphs of either side that one step takes."""
_NEVER = np.float32(-1e9)


def best_path(singles: Matrix, two_of_a: Matrix, two_of_b: Matrix) -> list[tuple[int, int, int, int]]:
    """Links (first of a, how many, first of b, how many) in order, whose gains sum to the most.

    A gain is that of paragraph i with j; of i and i + 1 with j; of i with j and j + 1. What is in no link
    gains nothing, so no link has a gain below 0. Time grows with the product of the two lengths.
    """
    n, m = singles.shape
    total = np.full((n + 3, m + 3), _NEVER, dtype=np.float32)
    total[2, 2] = 0  # two rows and columns of padding
    taken = np.zeros((n + 1, m + 1), dtype=np.int8)
    gains = (None, None, singles, two_of_a, two_of_b)
    for diagonal in range(1, n + m + 1):
        i = np.arange(max(0, diagonal - m), min(n, diagonal) + 1)
        j = diagonal - i
        options = np.full((len(STEPS), len(i)), _NEVER, dtype=np.float32)
        for step, ((down, right), gain) in enumerate(zip(STEPS, gains, strict=True)):
            options[step] = total[i + 2 - down, j + 2 - right]
            if gain is not None:
                fits = (i >= down) & (j >= right)
                options[step, fits] += gain[i[fits] - down, j[fits] - right]
        chosen = options.argmax(axis=0)
        total[i + 2, j + 2] = options[chosen, np.arange(len(i))]
        taken[i, j] = chosen
    links = []
    i_at, j_at = n, m
    while i_at or j_at:
        down, right = STEPS[taken[i_at, j_at]]
        i_at, j_at = i_at - down, j_at - right
        if down and right:
            links.append((i_at, down, j_at, right))
    return links[::-1]
