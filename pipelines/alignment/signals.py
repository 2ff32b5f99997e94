"""Features: the similarity of each unit of one variant to each of the other, as numbers to weight."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.alignment.paragraphs import Paragraphs, Signal

Matrix = NDArray[np.float32]
Columns = tuple[NDArray[np.intp], NDArray[np.intp]]

NAMES = (
    *("ngrams", "anchors", "meanings"),
    *("ngrams over others of a", "ngrams over others of b"),
    *("shared numbers", "contrary numbers", "numbers of one"),
    *("length", "short", "short ngrams", "short length"),
    *("two of a", "two of b", "less alike than a part"),
    *("lesser part", "lesser part over others", "lesser part in meaning", "length over a part"),
    *("together over others of a", "together over others of b", "short meanings", "short anchors"),
    *("lesser part together", "lesser part together over others", "together less than a part"),
)


@dataclass(frozen=True, slots=True)
class Compared:
    """Two texts, and the scalar products of each paragraph of one with each of the other."""

    text_a: Paragraphs
    text_b: Paragraphs
    expected: float
    """Logarithm of the ratio of text lengths, first language to second."""
    products: tuple[Matrix, Matrix, Matrix]
    """N-grams, anchors and meanings."""
    numbers: Matrix
    """Count of the shared numbers."""
    had: tuple[Matrix, Matrix]
    """Of each paragraph of a, and of b: weight of its anchors in the other text, and of its further ones."""
    in_common: tuple[Columns, Columns]
    """Columns of anchors and of meanings that both texts have, of a and of b."""

    @classmethod
    def of(cls, text_a: Paragraphs, text_b: Paragraphs, expected: float) -> "Compared":
        (ngrams, _), (anchors, shared), (meanings, shared_meanings), (numbers, _) = (
            _products(signal_a, signal_b)
            for signal_a, signal_b in zip(
                (*text_a.signals, text_a.numbers), (*text_b.signals, text_b.numbers), strict=True
            )
        )
        had = _had(text_a.signals[1], shared[0]), _had(text_b.signals[1], shared[1])
        return cls(
            text_a, text_b, expected, (ngrams, anchors, meanings), numbers, had, (shared, shared_meanings)
        )


def features(compared: Compared) -> NDArray[np.float32]:
    """Return an array of shape (units of a, units of b, NAMES).

    Values of two paragraphs with two paragraphs are not used.
    """
    text_a, text_b, expected = compared.text_a, compared.text_b, compared.expected
    n, m = text_a.singles, text_b.singles
    ngrams, anchors, meanings = (
        _cosines(norms_a, norms_b, products)
        for norms_a, norms_b, products in zip(text_a.signals, text_b.signals, compared.products, strict=True)
    )
    shared = _of_units(compared.numbers)
    norms_a, norms_b = text_a.numbers.norms[:, None], text_b.numbers.norms[None, :]
    shared = np.minimum(shared, np.minimum(norms_a, norms_b))
    ratio = np.log((1 + text_a.letters)[:, None] / (1 + text_b.letters)[None, :]) - expected
    length = np.abs(ratio)
    short = np.log(1 + np.minimum(text_a.letters[:, None], text_b.letters[None, :]))
    double_a = np.zeros_like(ngrams)
    double_a[n:, :] = 1
    double_b = np.zeros_like(ngrams)
    double_b[:, m:] = 1
    over_a, over_b = _over_others(ngrams, n, m)
    together = 3 * ngrams + anchors + meanings
    whole_a, whole_b = _over_others(together, n, m)
    layers = (
        *(ngrams, anchors, meanings, over_a, over_b),
        np.log1p(shared),
        np.log1p(np.minimum(norms_a, norms_b) - shared),
        np.log1p(np.abs(norms_a - norms_b)),
        *(length, short, short * ngrams, short * length),
        *(double_a, double_b, ngrams - _of_parts(ngrams, ngrams, n, m, np.maximum)),
        _lesser_part(ngrams, ngrams, n, m),
        _lesser_part(over_a, over_b, n, m),
        _lesser_part(meanings, meanings, n, m),
        length - _of_parts(length, length, n, m, np.minimum),
        *(whole_a, whole_b, short * meanings, short * anchors),
        _lesser_part(together, together, n, m),
        _lesser_part(whole_a, whole_b, n, m),
        together - _of_parts(together, together, n, m, np.maximum),
    )
    stacked = np.empty((*ngrams.shape, len(NAMES)), dtype=np.float32)
    for place, layer in enumerate(layers):
        stacked[..., place] = layer
    return stacked


def _products(signal_a: Signal, signal_b: Signal) -> tuple[Matrix, Columns]:
    """Return the scalar products, and the columns that both have, of one and of other."""
    _, columns_a, columns_b = np.intersect1d(
        signal_a.keys, signal_b.keys, assume_unique=True, return_indices=True
    )
    return np.asarray(signal_a.weights[:, columns_a] @ signal_b.weights[:, columns_b].T, dtype=np.float32), (
        columns_a,
        columns_b,
    )


def _had(signal: Signal, shared: NDArray[np.intp]) -> Matrix:
    weight_shared = signal.weights[:, shared].sum(axis=1)
    weight_alone = np.maximum(signal.weights.sum(axis=1) - weight_shared, 0)
    return np.stack([weight_shared, weight_alone], axis=1)


def _of_units(single: Matrix) -> Matrix:
    """Return the products of all units, of two paragraphs the sums."""
    rows = np.concatenate([single, single[:-1] + single[1:]])
    return np.concatenate([rows, rows[:, :-1] + rows[:, 1:]], axis=1)


def _cosines(signal_a: Signal, signal_b: Signal, products: Matrix) -> Matrix:
    norms = signal_a.norms[:, None] * signal_b.norms[None, :]
    return np.asarray(_of_units(products) / np.maximum(norms, 1e-9), dtype=np.float32)


def _over_others(similarity: Matrix, n: int, m: int) -> tuple[Matrix, Matrix]:
    """Return the lead over the best other unit of the other side, seen from either side."""
    return similarity - _best_other(similarity, m), similarity - _best_other(similarity.T, n).T


def _best_other(similarity: Matrix, singles: int) -> Matrix:
    """Return, for each cell, the best value in its row among single paragraphs outside its column's unit."""
    single = similarity[:, :singles]
    # best of the columns before each one, and from each one on
    before = np.full((len(single), singles + 1), -np.inf, dtype=np.float32)
    after = before.copy()
    np.maximum.accumulate(single, axis=1, out=before[:, 1:])
    np.maximum.accumulate(single[:, ::-1], axis=1, out=after[:, -2::-1])
    best = np.empty_like(similarity)
    np.maximum(before[:, :-1], after[:, 1:], out=best[:, :singles])
    np.maximum(before[:, : singles - 1], after[:, 2:], out=best[:, singles:])
    best[best == -np.inf] = 0
    return best


def _lesser_part(of_a: Matrix, of_b: Matrix, n: int, m: int) -> Matrix:
    """Return the value of the less similar of the two paragraphs; 0 for single ones."""
    lesser = _of_parts(of_a, of_b, n, m, np.minimum)
    lesser[:n, :m] = 0
    return lesser


def _of_parts(of_a: Matrix, of_b: Matrix, n: int, m: int, take: np.ufunc) -> Matrix:
    """Combine the values of the two paragraphs by `take`: two of a from `of_a`, two of b from `of_b`."""
    parts = of_a.copy()
    parts[n:, :] = take(of_a[: n - 1, :], of_a[1:n, :])
    parts[:n, m:] = take(of_b[:n, : m - 1], of_b[:n, 1:m])
    return parts
