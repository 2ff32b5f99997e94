"""Features in standard deviations, and their products: what fitted weights are multiplied with."""

from collections.abc import Sequence
from functools import cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

FAR = 4.0
"""Standard deviations at which features are cut off: a text unlike those of the fit does no harm."""
_Number = TypeVar("_Number", np.float32, np.float64)


def standardised(rows: NDArray[_Number], mean: NDArray[_Number], scale: NDArray[_Number]) -> NDArray[_Number]:
    plain: NDArray[_Number] = np.clip((rows - mean) / scale, -FAR, FAR).astype(mean.dtype, copy=False)
    return plain


def with_products(plain: NDArray[_Number], columns: Sequence[int] | None = None) -> NDArray[_Number]:
    """Return standardised features with the products of each two of these columns, and their squares."""
    some = plain if columns is None else plain[:, columns]
    left, right = _pairs_of(some.shape[1])
    return np.concatenate([plain, some[:, left] * some[:, right]], axis=1)


@cache
def _pairs_of(columns: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    left, right = np.triu_indices(columns)
    return left, right
