"""Texts by the first letters of their words, which the index of words would find word by word."""

import sqlite3
from array import array
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np

Ints = np.ndarray[Any, np.dtype[np.int64]]

LENGTH = 3
"""Letters: of a longer beginning few words begin so."""
_BITS = 14
"""Of the numbers of texts in one row, which is written again with each of them."""


_ADD = (
    "INSERT INTO beginning VALUES (?, ?, ?)"
    " ON CONFLICT DO UPDATE SET docs = CAST(docs || excluded.docs AS BLOB)"
)


class NewBeginnings:
    """Beginnings of the words of texts that are being read."""

    def __init__(self) -> None:
        self._docs: dict[tuple[str, int], array[int]] = defaultdict(lambda: array("H"))

    def add(self, number: int, words: Iterable[str]) -> None:
        part, place = number >> _BITS, number & ((1 << _BITS) - 1)
        for start in {x[:LENGTH] for x in words}:
            self._docs[start, part].append(place)

    def write(self, connection: sqlite3.Connection) -> None:
        """Write what was added, in a transaction of the caller's."""
        for (start, part), docs in sorted(self._docs.items()):
            connection.execute(_ADD, (start, part, docs.tobytes()))
        self._docs.clear()


def docs_beginning(connection: sqlite3.Connection, start: str) -> Ints:
    """Find the texts of a file that have a word that begins so; some may come more than once."""
    rows = connection.execute(
        "SELECT part, docs FROM beginning WHERE start >= ? AND start < ?", (start, f"{start}\U0010ffff")
    )
    docs = [np.zeros(0, np.int64)]
    for part, places in rows:
        docs.append(np.frombuffer(places, np.uint16) + np.int64(part << _BITS))
    return np.concatenate(docs)
