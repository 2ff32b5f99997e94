"""Conditions of Arrow, made of what a reader chooses rows by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.dataset as ds

from archive.read.scan import Moment, to_utc

if TYPE_CHECKING:
    from collections.abc import Sequence


def among(column: str, values: str | Sequence[str] | None) -> ds.Expression | None:
    if values is None:
        return None
    return ds.field(column).isin([values] if isinstance(values, str) else list(values))


def between(column: str, bounds: tuple[Moment | None, Moment | None] | None) -> ds.Expression | None:
    if bounds is None:
        return None
    if not isinstance(bounds, tuple | list) or len(bounds) != 2:
        raise ValueError(f'{bounds!r}: expected from and to, such as ("2026-03-01", None)')
    start, end = bounds
    return all_of(
        ds.field(column) >= pa.scalar(to_utc(start)) if start is not None else None,
        ds.field(column) < pa.scalar(to_utc(end)) if end is not None else None,
    )


def all_of(*conditions: ds.Expression | None) -> ds.Expression | None:
    """Join conditions; what is None asks for nothing."""
    joint = None
    for condition in conditions:
        if condition is not None:
            joint = condition if joint is None else joint & condition
    return joint
