"""Runs of paragraphs that one paragraph of the other side stands for, or that are cut in another way.

Three and four paragraphs with one, two with two, three with two. There are too many such links to weigh them
all, so only those are weighed whose lengths agree and that are more alike than any part of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from pipelines.alignment.signals import Compared

    Matrix = NDArray[np.float32]
    Places = tuple[NDArray[np.int64], NDArray[np.int64]]
    Size = tuple[int, int]

SIZES = ((3, 1), (1, 3), (4, 1), (1, 4), (2, 2), (3, 2), (2, 3))
"""Paragraphs of a and of b that such a link takes."""
RUN_NAMES = (
    *("ngrams", "anchors", "meanings"),
    *("together over a part", "ngrams over a part", "length over a part"),
    *("lead of the least part", "lead of the mean part", "least part", "mean part"),
    *("shared numbers", "contrary numbers"),
    *("length", "short", "by whole run", "likeliest inside", "by two", "by four"),
    *("likeliest of a part elsewhere", "mean of parts elsewhere", "least end", "least growth", "shorter by"),
)
_APART = 0.6
"""Difference of the logarithms of the lengths from which a link is not weighed."""
_NEAR_BEST = 0.85
"""Share of the best likeness in its row and in its column that a link must have to be weighed."""

_WHOLE = 0.75
"""Share of the likeness of a part that the whole link must have: a short paragraph more may lessen it."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """Log-odds of the links of two texts, before the order of the paragraphs counts."""

    logits: Matrix
    """Of all units; the first rows and columns are single paragraphs."""
    n: int
    m: int
    letters: tuple[Matrix, Matrix]
    """Letters of the paragraphs of a, and of b as long as they would be in the language of a."""
    runs: tuple[tuple[Size, Places, Matrix], ...]
    """Of the links of longer runs that are worth weighing: size, first paragraphs, and log-odds."""
    had: tuple[Matrix, Matrix]
    """As in Compared."""


class Windows:
    """Sums over all windows of a size, each computed once."""

    def __init__(self, compared: Compared) -> None:
        self._compared = compared
        self._sums = [_summed(products) for products in (*compared.products, compared.numbers)]
        one, other = compared.one, compared.other
        self._letters = [
            np.concatenate([[0.0], np.cumsum(side.letters[: side.singles], dtype=np.float64)])
            for side in (one, other)
        ]
        self._known: dict[Size, tuple[Matrix, ...]] = {}
        self._apart: dict[Size, Matrix] = {}

    def likeness(self, size: Size) -> tuple[Matrix, ...]:
        """Return the cosines of n-grams, anchors and meanings, and the weighted sum of all three."""
        if size not in self._known:
            down, right = size
            one, other = self._compared.one, self._compared.other
            cosines = [
                self._window(place, size)
                / np.maximum(ours.run_norms[down - 1][:, None] * theirs.run_norms[right - 1][None, :], 1e-9)
                for place, (ours, theirs) in enumerate(zip(one.signals, other.signals, strict=True))
            ]
            ngrams, anchors, meanings = cosines
            self._known[size] = (*cosines, 3 * ngrams + anchors + meanings)
        return self._known[size]

    def numbers(self, size: Size) -> Matrix:
        return self._window(3, size)

    def letters(self, size: Size) -> tuple[Matrix, Matrix]:
        """Return the letters of the runs of a, as a column, and of those of b, as a row."""
        a, b = (own[length:] - own[:-length] for own, length in zip(self._letters, size, strict=True))
        return a[:, None], b[None, :]

    def ratio(self, size: Size) -> Matrix:
        """Return the logarithm of the ratio of lengths, 0 where they are as expected."""
        if size not in self._apart:
            a, b = self.letters(size)
            ratio = np.log(1 + a) - np.log(1 + b) - self._compared.expected
            self._apart[size] = np.asarray(ratio, dtype=np.float32)
        return self._apart[size]

    def _window(self, place: int, size: Size) -> Matrix:
        down, right = size
        sums = self._sums[place]
        whole = sums[down:, right:] - sums[:-down, right:] - sums[down:, :-right] + sums[:-down, :-right]
        return np.asarray(whole, dtype=np.float32)


def _summed(products: Matrix) -> NDArray[np.float64]:
    sums = np.zeros((products.shape[0] + 1, products.shape[1] + 1))
    sums[1:, 1:] = products.cumsum(axis=0, dtype=np.float64).cumsum(axis=1)
    return sums


def weighable(compared: Compared, logits: Matrix) -> Iterator[tuple[Size, Places, NDArray[np.float32]]]:
    """Yield each size with the places of its links that are worth weighing, and their features.

    `logits` are those of all units of the two texts; the features have the columns of RUN_NAMES.
    """
    n, m = compared.one.singles, compared.other.singles
    windows = Windows(compared)
    for size in SIZES:
        if size[0] <= n and size[1] <= m:
            i, j = _places(windows, size)
            if len(i):
                yield size, (i, j), _features(windows, compared, logits, size, i, j)


def _parts(size: Size) -> list[tuple[Size, tuple[int, int]]]:
    """Return the links that lack one paragraph at an end: their size, and the offset of their start."""
    down, right = size
    parts = []
    if down > 1:
        parts += [((down - 1, right), (0, 0)), ((down - 1, right), (1, 0))]
    if right > 1:
        parts += [((down, right - 1), (0, 0)), ((down, right - 1), (0, 1))]
    return parts


def _places(windows: Windows, size: Size) -> Places:
    together = windows.likeness(size)[3]
    good = np.abs(windows.ratio(size)) < _APART
    height, width = together.shape
    if not good.any():
        return (none := np.empty(0, dtype=np.int64)), none
    for part, (down, right) in _parts(size):
        own = windows.likeness(part)[3]
        good &= together > _WHOLE * own[down : down + height, right : right + width]
    good &= together >= _NEAR_BEST * together.max(axis=0, keepdims=True)
    good &= together >= _NEAR_BEST * together.max(axis=1, keepdims=True)
    i, j = np.nonzero(good)
    return i, j


def _features(  # noqa: PLR0917
    windows: Windows,
    compared: Compared,
    logits: Matrix,
    size: Size,
    i: NDArray[np.int64],
    j: NDArray[np.int64],
) -> NDArray[np.float32]:
    down, right = size
    n, m = compared.one.singles, compared.other.singles
    ngrams, anchors, meanings, together = (each[i, j] for each in windows.likeness(size))
    signed = windows.ratio(size)[i, j]
    length = np.abs(signed)
    of_parts = [
        (windows.likeness(part), windows.ratio(part), i + ahead, j + aside)
        for part, (ahead, aside) in _parts(size)
    ]
    parts = np.stack([likeness[3][x, y] for likeness, _, x, y in of_parts])
    best_ngrams = np.max([likeness[0][x, y] for likeness, _, x, y in of_parts], axis=0)
    nearest = np.min([np.abs(ratio[x, y]) for _, ratio, x, y in of_parts], axis=0)
    single = windows.likeness((1, 1))[3]
    sides = (single, i, j, down, right), (single.T, j, i, right, down)
    inside, outside = (np.concatenate(x) for x in zip(*(_leads(*side) for side in sides), strict=True))
    lead = inside - outside
    plain = logits[:n, :m]
    sides = (plain, i, j, down, right), (plain.T, j, i, right, down)
    likely, by_chance = (np.concatenate(x) for x in zip(*(_leads(*side) for side in sides), strict=True))
    elsewhere = np.clip(by_chance, -8, 8)
    known = np.maximum(likely.max(axis=0), -30.0)
    for x in range(down):
        for y in range(right):
            if x + 1 < down:
                known = np.maximum(known, logits[n + i + x, j + y])
            if y + 1 < right:
                known = np.maximum(known, logits[i + x, m + j + y])
    ours, theirs = (
        _sums_of_runs(side.numbers.norms[: side.singles], length_of)
        for side, length_of in ((compared.one, down), (compared.other, right))
    )
    fewer = np.minimum(ours[i], theirs[j])
    shared = np.minimum(windows.numbers(size)[i, j], fewer)
    letters_a, letters_b = windows.letters(size)
    short = np.log(1 + np.minimum(letters_a[i, 0], letters_b[0, j]))
    layers = (
        *(ngrams, anchors, meanings),
        *(together - parts.max(axis=0), ngrams - best_ngrams, length - nearest),
        *(lead.min(axis=0), lead.mean(axis=0), inside.min(axis=0), inside.mean(axis=0)),
        *(np.log1p(shared), np.log1p(fewer - shared)),
        *(length, short, short * ngrams, known),
        np.full(len(i), float(down > 1 and right > 1)),
        np.full(len(i), float(max(size) == 4)),
        *(elsewhere.max(axis=0), elsewhere.mean(axis=0)),
        np.minimum(lead[0], lead[down - 1]) if down > right else np.minimum(lead[down], lead[-1]),
        ((together - parts) / together).min(axis=0),
        signed * (1 if down > right else -1),
    )
    return np.stack(layers, axis=-1).astype(np.float32)


def _leads(
    values: Matrix, i: NDArray[np.int64], j: NDArray[np.int64], down: int, right: int
) -> tuple[Matrix, Matrix]:
    """Return the best value of each paragraph of the runs within the link, and outside of it.

    A row for each paragraph of a run, a column for each link.
    """
    columns = np.arange(values.shape[1])[None, None, :]
    within = (columns >= j[None, :, None]) & (columns < j[None, :, None] + right)
    rows = values[i[None, :] + np.arange(down)[:, None]]
    return (
        np.where(within, rows, -np.inf).max(axis=2),
        np.where(within, -np.inf, rows).max(axis=2, initial=-30.0),
    )


def _sums_of_runs(counts: Matrix, length: int) -> Matrix:
    sums = np.concatenate([[0.0], np.cumsum(counts)])
    return np.asarray(sums[length:] - sums[:-length], dtype=np.float32)
