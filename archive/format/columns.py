"""A column of a table as its record declares it: type, meaning, who decides it, what follows from a change.

No pyarrow here: looking at an archive needs none. archive/format/schema.py makes the Parquet schema of it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import Enum

SCHEMA_VERSION = 7
"""Of all tables. Change a column, and it changes too, with a step in archive/operations/migrate.py."""


class By(Enum):
    """The part of the program that decides the value of a column."""

    FETCH = "fetch"
    """The request and its answer, and what the outlet's declaration makes of the address."""
    PAGE = "page"
    """Extraction, from what the page states."""
    PIPELINE = "pipeline"
    """A stage, from what was extracted; pairing and aligning, from several articles."""
    ARCHIVE = "archive"
    """The archive, from what it holds."""


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    form: str
    """The type as an annotation of Python: `str | None`, `tuple[TextBlock, ...]`."""
    by: By
    meaning: str
    makes_version: bool = False
    """A page with another value is another version of its article."""
    kept: bool = False
    """The cache `state.sqlite` has the value of each article's latest version."""
    repeats: bool = False
    """Many rows have the same value: worth a dictionary in Parquet."""
    bits: int = 32
    """Of a whole number."""

    @property
    def base(self) -> str:
        """The form without `| None`."""
        return self.form.removesuffix(" | None")

    @property
    def optional(self) -> bool:
        return self.form.endswith(" | None")


def column(
    by: By,
    meaning: str,
    *,
    makes_version: bool = False,
    kept: bool = False,
    repeats: bool = False,
    bits: int = 32,
) -> dict[str, object]:
    """Metadata of a dataclass's field; its name and form are those of the field."""
    return {
        "by": by,
        "meaning": meaning,
        "makes_version": makes_version,
        "kept": kept,
        "repeats": repeats,
        "bits": bits,
    }


def columns_of(record: type) -> tuple[Column, ...]:
    """Columns of a dataclass whose fields are all declared with `column`, in their order."""
    return tuple(Column(field.name, str(field.type), **field.metadata) for field in fields(record))
