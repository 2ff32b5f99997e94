"""Runs of paragraphs that one paragraph of the other side stands for, or that are cut in another way.

Three and four paragraphs with one, two with two, three with two. There are too many such links to weigh them
all, so only those are weighed whose lengths agree and that are more alike than any part of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.alignment.paragraphs import RUN
from pipelines.alignment.signals import Compared

Matrix = NDArray[np.float32]
Mask = NDArray[np.bool_]
Numbers = NDArray[np.int64]
Places = tuple[Numbers, Numbers]
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
_SHORT = ((1, 1), (2, 1), (1, 2))
"""Sizes that the parts of such links have besides."""
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
    compared: Compared


class Windows:
    """Likeness of all windows, by the place of their size in `sizes` and their first paragraphs."""

    def __init__(self, compared: Compared) -> None:
        text_a, text_b = compared.text_a, compared.text_b
        n, m = text_a.singles, text_b.singles
        self.sizes = [size for size in (*_SHORT, *SIZES) if size[0] <= n and size[1] <= m]
        self.place = {size: place for place, size in enumerate(self.sizes)}
        self.letters = _running(text_a.letters[:n]), _running(text_b.letters[:m])
        """Letters of a and of b before each paragraph, and at their end."""
        self.likeness = np.zeros((4, len(self.sizes), n, m), dtype=np.float32)
        """Cosines of n-grams, anchors and meanings, and the weighted sum of all three."""
        self.numbers, self.ratio = (np.zeros((len(self.sizes), n, m), dtype=np.float32) for _ in range(2))
        """Count of shared numbers; logarithm of the ratio of lengths, 0 where they are as expected."""
        layers = np.stack([_summed(products) for products in (*compared.products, compared.numbers)])
        logs = [
            [np.log(1 + (sums[run:] - sums[:-run])) for run in range(1, min(RUN, len(sums) - 1) + 1)]
            for sums in self.letters
        ]
        norms_a, norms_b = (
            [np.stack(of_run) for of_run in zip(*(signal.run_norms for signal in text.signals), strict=True)]
            for text in (text_a, text_b)
        )
        for place, (down, right) in enumerate(self.sizes):
            inside = np.s_[: n - down + 1, : m - right + 1]
            whole_features = (
                layers[:, down:, right:]
                - layers[:, :-down, right:]
                - layers[:, down:, :-right]
                + layers[:, :-down, :-right]
            ).astype(np.float32)
            norms = norms_a[down - 1][:, :, None] * norms_b[right - 1][:, None]
            np.divide(whole_features[:3], np.maximum(norms, 1e-9), out=self.likeness[:3, place][:, *inside])
            self.numbers[place][inside] = whole_features[3]
            self.ratio[place][inside] = (
                logs[0][down - 1][:, None] - logs[1][right - 1][None, :] - compared.expected
            )
        ngrams, anchors, meanings, together = self.likeness
        np.multiply(ngrams, np.float32(3), out=together)
        together += anchors
        together += meanings


def _summed(products: Matrix) -> NDArray[np.float64]:
    sums = np.zeros((products.shape[0] + 1, products.shape[1] + 1))
    sums[1:, 1:] = products.cumsum(axis=0, dtype=np.float64).cumsum(axis=1)
    return sums


def _running(values: Matrix) -> NDArray[np.float64]:
    return np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])


def weighable(compared: Compared, logits: Matrix) -> Iterator[tuple[Size, Places, NDArray[np.float32]]]:
    """Yield each size with the places of its links that are worth weighing, and their features.

    `logits` are those of all units of the two texts; the features have the columns of RUN_NAMES.
    """
    windows = Windows(compared)
    places_of = [(size, _places(windows, size)) for size in SIZES if size in windows.place]
    places_of = [(size, places) for size, places in places_of if len(places[0])]
    if not places_of:
        return
    rows, start = _features(windows, compared, logits, places_of), 0
    for size, places in places_of:
        end = start + len(places[0])
        yield size, places, rows[start:end]
        start = end


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
    place = windows.place[size]
    height, width = (
        paragraphs - length + 1 for paragraphs, length in zip(windows.ratio.shape[1:], size, strict=True)
    )
    together = windows.likeness[3, place, :height, :width]
    good = np.abs(windows.ratio[place, :height, :width]) < _APART
    if not good.any():
        return (none := np.empty(0, dtype=np.int64)), none
    for part, (down, right) in _parts(size):
        likeness = windows.likeness[3, windows.place[part]]
        good &= together > _WHOLE * likeness[down : down + height, right : right + width]
    good &= together >= _NEAR_BEST * together.max(axis=0, keepdims=True)
    good &= together >= _NEAR_BEST * together.max(axis=1, keepdims=True)
    i, j = np.nonzero(good)
    return i, j


def _features(
    windows: Windows, compared: Compared, logits: Matrix, places_by_size: Sequence[tuple[Size, Places]]
) -> NDArray[np.float32]:
    """Return the features of the links of all sizes, one size after the other, in one pass."""
    n, m = compared.text_a.singles, compared.text_b.singles
    counts = [len(places[0]) for _, places in places_by_size]
    i, j = (np.concatenate([places[side] for _, places in places_by_size]) for side in (0, 1))
    of_size = np.repeat([windows.place[size] for size, _ in places_by_size], counts)
    down, right = np.repeat(np.array([size for size, _ in places_by_size]), counts, axis=0).T
    ngrams, anchors, meanings, together = windows.likeness[:, of_size, i, j]
    signed = windows.ratio[of_size, i, j]
    length = np.abs(signed)
    # where a link has two parts, each stands here twice
    parts_of = [
        [(windows.place[part], *at) for part, at in 2 * _parts(size)][:4] for size, _ in places_by_size
    ]
    part, ahead, aside = np.repeat(np.array(parts_of), counts, axis=0).T
    ngrams_of_parts, _, _, parts = windows.likeness[:, part, i + ahead, j + aside]
    nearest = np.abs(windows.ratio[part, i + ahead, j + aside]).min(axis=0)
    links = i, j, down, right
    has, inside, outside = _leads(windows.likeness[3, 0], *links)
    lead = inside - outside
    _, likely, by_chance = _leads(logits[:n, :m], *links)
    elsewhere = np.clip(by_chance, -8, 8)
    best_part = np.maximum(
        likely.max(axis=0, where=has, initial=-30.0), _likeliest_doubles(logits, n, m, *links)
    )
    own_weights, other_weights = (
        sums[first + many] - sums[first]
        for sums, first, many in (
            (_running(compared.text_a.numbers.norms[:n]), i, down),
            (_running(compared.text_b.numbers.norms[:m]), j, right),
        )
    )
    fewer = np.minimum(own_weights, other_weights).astype(np.float32)
    shared = np.minimum(windows.numbers[of_size, i, j], fewer)
    letters_a, letters_b = (
        sums[first + many] - sums[first]
        for sums, first, many in zip(windows.letters, (i, j), (down, right), strict=True)
    )
    short = np.log(1 + np.minimum(letters_a, letters_b))
    rows, more_of_a = np.arange(len(i)), down > right
    first, last = np.where(more_of_a, 0, RUN), np.where(more_of_a, down - 1, RUN + right - 1)
    layers = (
        *(ngrams, anchors, meanings),
        *(together - parts.max(axis=0), ngrams - ngrams_of_parts.max(axis=0), length - nearest),
        *(_least(lead, has), _mean(lead, has), _least(inside, has), _mean(inside, has)),
        *(np.log1p(shared), np.log1p(fewer - shared)),
        *(length, short, short * ngrams, best_part),
        *((down > 1) & (right > 1), np.maximum(down, right) == RUN),
        *(elsewhere.max(axis=0, where=has, initial=-np.inf), _mean(elsewhere, has)),
        np.minimum(lead[first, rows], lead[last, rows]),
        ((together - parts) / together).min(axis=0),
        np.where(more_of_a, signed, -signed),
    )
    return np.stack(layers, axis=-1).astype(np.float32)


def _leads(
    values: Matrix, i: Numbers, j: Numbers, down: Numbers, right: Numbers
) -> tuple[Mask, Matrix, Matrix]:
    """Return the best value of each paragraph of the runs within the link, and outside of it.

    A row for each of RUN paragraphs of a, then of b, and a column for each link; the mask tells the
    paragraphs that a link has.
    """
    n, m = values.shape
    steps = np.arange(RUN)[:, None]
    rows, columns = np.minimum(i + steps, n - 1), np.minimum(j + steps, m - 1)
    of_a, of_b = steps < down, steps < right
    block = np.where(of_a[:, None] & of_b[None], values[rows[:, None], columns[None]], np.float32(-np.inf))
    outside = (
        *(_best_before(values)[rows, j], _best_before(values[:, ::-1])[rows, m - j - right]),
        *(_best_before(values.T)[columns, i], _best_before(values.T[:, ::-1])[columns, n - i - down]),
    )
    return (
        np.concatenate([of_a, of_b]),
        np.concatenate([block.max(axis=1), block.max(axis=0)]),
        np.concatenate([np.maximum(*outside[:2]), np.maximum(*outside[2:])]),
    )


def _best_before(values: Matrix) -> Matrix:
    """Return the best of the values of a row before each column, and at its end; -30 if they are less."""
    best = np.full((values.shape[0], values.shape[1] + 1), -30.0, dtype=np.float32)
    np.maximum.accumulate(values, axis=1, out=best[:, 1:])
    return np.maximum(best, np.float32(-30.0), out=best)


def _likeliest_doubles(  # noqa: PLR0917
    logits: Matrix, n: int, m: int, i: Numbers, j: Numbers, down: Numbers, right: Numbers
) -> Matrix:
    """Return the best log-odds, within each link, of two neighbours with a paragraph of the other side."""
    x, y = (steps.reshape(-1, 1) for steps in np.indices((RUN, RUN)))
    best = np.full(len(i), -30.0, dtype=np.float32)
    for more_x, more_y, at in ((1, 0, n), (0, 1, m)):
        inside = (x + more_x < down) & (y + more_y < right)
        rows = np.where(inside, i + x + at * more_x, 0)
        columns = np.where(inside, j + y + at * more_y, 0)
        likeliest = logits[rows, columns].max(axis=0, where=inside, initial=-30.0)
        np.maximum(best, likeliest, out=best)
    return best


def _least(values: Matrix, has: Mask) -> Matrix:
    return np.asarray(values.min(axis=0, where=has, initial=np.inf))


def _mean(values: Matrix, has: Mask) -> Matrix:
    return np.asarray(values.sum(axis=0, where=has) / has.sum(axis=0), dtype=np.float32)
