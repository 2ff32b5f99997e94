"""Texts by the first letters of their words, which the index of words would find word by word."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from archive.viewer.search.answers import Longs

LENGTHS = (3, 6)
"""Letters: of a longer beginning few words begin so."""
_BITS = 14
"""Of the numbers of texts in one row, which is written again with each of them."""
_WIDEST = 40
"""Bits of the number of a text."""

_ADD = (
    "INSERT INTO beginning VALUES (?, ?, ?, ?)"
    " ON CONFLICT DO UPDATE SET docs = CAST(docs || excluded.docs AS BLOB)"
)


class NewBeginnings:
    """Beginnings of the words of texts that are being read."""

    def __init__(self) -> None:
        self._words: list[str] = []
        self._sizes: list[tuple[int, int]] = []
        """Of each text its number, and how many of the words are its own."""

    def add(self, number: int, words: Iterable[str]) -> None:
        distinct = set(words)
        self._words += distinct
        self._sizes.append((number, len(distinct)))

    def write(self, connection: sqlite3.Connection) -> None:
        """Write what was added, in a transaction of the caller's."""
        numbers, sizes = np.array(self._sizes, np.int64).reshape(-1, 2).T
        words = pa.array(self._words, pa.string()).dictionary_encode()
        docs, codes = np.repeat(numbers, sizes), words.indices.to_numpy()
        for length in LENGTHS:
            # each word is cut once, whatever number of texts has it
            starts = pc.utf8_slice_codeunits(words.dictionary, 0, length).dictionary_encode()
            connection.executemany(_ADD, _rows(length, starts, codes, docs))
        self._words.clear()
        self._sizes.clear()


def _rows(
    length: int, starts: pa.DictionaryArray, codes: Longs, docs: Longs
) -> list[tuple[int, str, int, bytes]]:
    """List the rows of the table in its order; `codes`: a word of each of `docs`."""
    names = starts.dictionary.to_pylist()
    pairs = starts.indices.to_numpy().astype(np.int64)[codes] << _WIDEST | docs
    pairs.sort(kind="stable")  # of what is nearly in order: a tenth of the time of np.unique
    pairs = pairs[np.diff(pairs, prepend=-1) > 0]
    places = (pairs & ((1 << _BITS) - 1)).astype(np.uint16).tobytes()
    begins = np.flatnonzero(np.diff(pairs >> _BITS, prepend=-1))
    ends = np.append(begins, len(pairs))[1:].tolist()  # none of texts without a word
    parts = ((pairs[begins] & ((1 << _WIDEST) - 1)) >> _BITS).tolist()
    names_of_rows = [names[x] for x in (pairs[begins] >> _WIDEST).tolist()]
    rows = zip(names_of_rows, parts, begins.tolist(), ends, strict=True)
    return sorted((length, name, part, places[2 * begin : 2 * end]) for name, part, begin, end in rows)


def docs_beginning(connection: sqlite3.Connection, start: str) -> Longs:
    """Find the texts of a file that have a word that begins so; some may come more than once."""
    length = min(x for x in LENGTHS if x >= len(start))
    rows = connection.execute(
        "SELECT part, docs FROM beginning WHERE length = ? AND start >= ? AND start < ?",
        (length, start, f"{start}\U0010ffff"),
    )
    docs_of_part: dict[int, list[bytes]] = defaultdict(list)
    for part, places in rows:
        docs_of_part[part].append(places)
    docs = [np.zeros(0, np.int64)]
    for part, places_of_part in docs_of_part.items():
        docs.append(np.frombuffer(b"".join(places_of_part), np.uint16) + np.int64(part << _BITS))
    return np.concatenate(docs)
