"""Values to filter rows by: one that no row has is an error with a suggestion, not an empty result."""

import difflib
from collections.abc import Callable, Iterable, Sequence

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from archive.exceptions import ArticleNotFound, UnknownValue
from archive.format.languages import CODE_OF, LANGUAGES
from archive.format.schema import MEMBERSHIPS
from archive.format.snapshot import Snapshot
from archive.read.scan import RowSet
from archive.storage.interface import Storage

_INTENDED = {"gb": "en", "us": "en"} | {name: code for name, code in CODE_OF.items() if name != code}
"""The language that is meant by the code of a country or of ISO 639-2."""
_MOST_NAMED = 40
FULL_ID = 32
"""Digits of an id; fewer are the start of one."""


def check(column: str, values: str | Sequence[str] | None, existing: Callable[[], Iterable[str]]) -> None:
    """Raise UnknownValue for the first value that no row has in a column.

    `existing` reads what rows have; a language that every archive may have is not read for.
    """
    chosen = [values] if isinstance(values, str) else list(values or ())
    if column == "language":
        chosen = [x for x in chosen if x not in LANGUAGES]
    if not chosen:
        return
    names = sorted(existing())
    for value in chosen:
        if value not in names:
            raise unknown(column, value, names)


def unknown(column: str, value: str, existing: Sequence[str], rows: str = "row") -> UnknownValue:
    """Make the error for a value that none of the `rows` has, with the nearest of those that exist."""
    near = nearest(value, existing)
    names = ", ".join(existing[:_MOST_NAMED]) + (", …" if len(existing) > _MOST_NAMED else "")
    hint = f"; did you mean {near}?" if near else "."
    choices = f"There are: {names}." if existing else "None has any; `triptych ls` counts the rows."
    return UnknownValue(f"No {rows} has {column} {value}{hint} {choices}", column, value, near)


def nearest(value: str, existing: Sequence[str]) -> str | None:
    """Return the value that was probably meant, or None."""
    intended = _INTENDED.get(value.lower(), "")
    if intended in existing:
        return intended
    close = difflib.get_close_matches(value.lower(), existing, 1, 0.6)
    containing = [name for name in existing if len(value) > 2 and value.lower() in name.lower()]
    return next(iter((*close, *sorted(containing, key=len))), None)


def whole_id(rows: RowSet, column: str, start: str) -> str:
    """Return the id that begins so. Raises ArticleNotFound where none does, or several do."""
    if not start:
        raise ArticleNotFound("An empty id leads to nothing.")
    ids = rows.where(pc.starts_with(ds.field(column), start)).to_arrow()[column].unique().to_pylist()
    noun = "story" if column == "story_id" else "article"
    if not ids:
        raise ArticleNotFound(f"No {noun} has an id that begins with {start!r}.")
    if len(ids) > 1:
        raise ArticleNotFound(f"{len(ids)} ids begin with {start!r}; give more of it.")
    return str(ids[0])


# Successors of a story: no other story gets its id, and the log of memberships has all its articles.


def successors(storage: Storage, head: Snapshot, story_id: str) -> tuple[str, ...]:
    """Find the stories that now hold the articles which were ever in this one.

    Itself while nothing has moved, one where it was merged into an older story, several where it was taken
    apart, none where it never was.
    """
    files = storage.present(head.stored("memberships"))
    members = RowSet(files, MEMBERSHIPS, ds.field("story_id") == story_id, ["article_id"]).to_arrow()
    once = members["article_id"].unique()
    if not len(once):
        return ()
    rows = RowSet(files, MEMBERSHIPS, ds.field("article_id").isin(pa.array(once))).to_pylist()
    now = {row["article_id"]: row["story_id"] for row in sorted(rows, key=lambda row: row["commit_seq"])}
    return tuple(sorted(set(now.values())))
