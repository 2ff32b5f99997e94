"""A column of a table as its record declares it: type, meaning, origin, and the effect of a change.

No pyarrow here: some commands do without. archive/format/schema.py makes the Parquet schema.
"""

from collections.abc import Callable
from dataclasses import MISSING, dataclass, field, fields
from enum import Enum
from functools import partial
from typing import Any, TypeVar, dataclass_transform

SCHEMA_VERSION = 12
"""Of all tables. If a column changes it changes too, with a step in archive/operations/migrate.py."""

T = TypeVar("T")


class By(Enum):
    """The part of the program that decides the value of a column."""

    FETCH = "fetch"
    """The request and its answer, and the outlet's declaration."""
    PAGE = "page"
    """Extraction, from the page."""
    PIPELINE = "pipeline"
    """A stage, from the extracted fields; pairing and aligning, from several articles."""
    ARCHIVE = "archive"
    """The archive, from its content."""


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    form: str
    """The type as an annotation of Python: `str | None`, `tuple[TextBlock, ...]`."""
    by: By
    meaning: str
    makes_version: bool = False
    """A page with another value makes a new version of its article."""
    cached: bool = False
    """The cache `state.sqlite` has its value for the latest version of each article."""
    repeats: bool = False
    """Many rows have the same value: Parquet uses a dictionary."""
    bits: int = 32
    """Of a whole number."""

    @property
    def base(self) -> str:
        """The form without `| None`."""
        return self.form.removesuffix(" | None")

    @property
    def optional(self) -> bool:
        return self.form.endswith(" | None")


def _column(by: By, meaning: str, *, default: Any = MISSING, **effects: bool | int) -> Any:
    """A field of a record, which has the name and the type of its column."""
    return field(default=default, metadata={"by": by, "meaning": meaning, **effects})


from_fetch, from_page = partial(_column, By.FETCH), partial(_column, By.PAGE)
from_pipeline, from_archive = partial(_column, By.PIPELINE), partial(_column, By.ARCHIVE)


@dataclass_transform(
    frozen_default=True, field_specifiers=(from_fetch, from_page, from_pipeline, from_archive)
)
def record(*, kw_only: bool = False) -> Callable[[type[T]], type[T]]:
    """Make a dataclass whose fields are columns of a table, in their order."""
    return dataclass(frozen=True, slots=True, kw_only=kw_only)


def columns_of(kind: type) -> tuple[Column, ...]:
    """Columns of a `record`, in order."""
    return tuple(Column(x.name, str(x.type), **x.metadata) for x in fields(kind))
