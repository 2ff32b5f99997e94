"""Digest of the side file: the columns that filter, sort and count stories, made by who fills it.

A server that starts takes them as they are: it would need seconds and hundreds of bytes an article to make
them from rows.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from archive.viewer.search.answers import STORED_FLAGS, Bools, Bytes, Floats, Ints

LONGEST_ID = 64
VALUES = ("outlet", "language", "section", "author")
CHANGE = np.dtype(
    [
        *(("at", "f8"), ("after", "f8"), ("id", f"S{LONGEST_ID}")),
        *(("story", "i4"), ("version", "i4"), ("before", "i4"), ("reaction", "i4")),
    ]
)
"""An edit or a takedown, of version 0; times in seconds since 1970; what other languages did after."""
ORDERED = ("time", "lag", "difference", "edits")
"""Orders that do not depend on a question."""


@dataclass(frozen=True, slots=True)
class Digest:
    """Columns of all stories, in the order of their ids."""

    made: str
    """Another with every digest."""
    ids: Bytes
    first: Floats
    """First publication, seconds since 1970; NaN where no article has a date."""
    lag: Floats
    omitted: Floats
    """Greatest share of one language's text that another surely has not; NaN where nothing is compared."""
    edits: Ints
    flags: Mapping[str, Bools]
    names: Mapping[str, tuple[str, ...]]
    """Values of outlet, language, section and author; their place is the code in `values`."""
    values: Mapping[str, tuple[Ints, Ints]]
    """By column: stories and the codes of their articles' values, each pair once."""
    outlets: Mapping[str, int]
    """Articles by outlet."""
    articles: int
    orders: Mapping[str, Ints]
    """The stories in each order; at the end of each those without what it asks for."""
    changes: np.ndarray[Any, Any]
    """Rows of CHANGE, the latest first; story -1 where there is none."""

    def number(self, story_id: str) -> int | None:
        """Return the place of a story; None where there is none of this id."""
        encoded = story_id.encode("utf-8", "replace")
        place = int(np.searchsorted(self.ids, encoded)) if len(self.ids) else 0
        return place if place < len(self.ids) and self.ids[place] == encoded else None

    def numbers(self, story_ids: Sequence[str]) -> Ints:
        """Return the places of stories, -1 for each that there is none of."""
        if not story_ids or not len(self.ids):
            return np.full(len(story_ids), -1, np.int32)
        encoded = np.array([x.encode("utf-8", "replace") for x in story_ids])
        places = np.minimum(np.searchsorted(self.ids, encoded), len(self.ids) - 1)
        return np.where(self.ids[places] == encoded, places, -1).astype(np.int32)

    def starting_with(self, start: str) -> list[str]:
        """Return at most two ids of stories that begin so, which are hexadecimal digits."""
        first, last = np.searchsorted(self.ids, [start.encode(), f"{start}g".encode()]).tolist()
        return [self.id(n) for n in range(first, min(last, first + 2))]

    def id(self, number: int) -> str:
        return bytes(self.ids[number]).decode("utf-8", "replace")


NO_TEXT = (-1, -1)
"""In `docs`: no story, and no cell."""


def read(connection: sqlite3.Connection, previous: Digest | None = None) -> tuple[Digest, Ints]:
    """Read the digest, and the story and the cell of each text that has been read, -1 where it is of none.

    `previous`: one that was read before; it is returned where nothing has changed. Raises
    sqlite3.DatabaseError where there is none.
    """
    # all at once: SQLite would read each blob that it compares a name with
    parts: dict[str, bytes] = dict(connection.execute("SELECT name, data FROM digest").fetchall())
    try:
        docs = np.frombuffer(parts["docs"], np.int32).reshape(-1, 2)
        header = json.loads(parts["told"])
        if previous is not None and previous.made == header["made"]:
            return previous, docs
        values = {
            name: (
                np.frombuffer(parts[f"{name} stories"], np.int32),
                np.frombuffer(parts[f"{name} codes"], np.int32),
            )
            for name in VALUES
        }
        first, lag, omitted = (np.frombuffer(parts[x], np.float64) for x in ("first", "lag", "omitted"))
        counts = np.frombuffer(parts["outlet counts"], np.int32)
        names = {name: tuple(values_of_name) for name, values_of_name in header["names"].items()}
        of_outlet = np.bincount(values["outlet"][1], counts, len(names["outlet"]))
        outlets = {x: int(n) for x, n in zip(names["outlet"], of_outlet, strict=True) if n}
        flags = {x: np.frombuffer(parts[f"flag {x}"], np.bool_) for x in STORED_FLAGS}
        is_single = np.bincount(values["language"][0], minlength=len(first)) == 1
        digest = Digest(
            header["made"],
            np.frombuffer(parts["ids"], f"S{int(header['width'])}"),
            *(first, lag, omitted),
            np.frombuffer(parts["edits"], np.int32),
            {"single": is_single, **flags},
            names,
            values,
            outlets,
            int(counts.sum()),
            {x: np.frombuffer(parts[f"order {x}"], np.int32) for x in ORDERED},
            np.frombuffer(parts["changes"], CHANGE),
        )
        return digest, docs
    except (LookupError, ValueError, TypeError) as error:
        raise sqlite3.DatabaseError(f"it has no digest: {error}") from error
