"""Words in the texts that have been read: which texts match, how well, and where in them the words stand."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import zstandard

from archive.format.languages import SEARCHED_LANGUAGES
from archive.viewer.search.answers import Bools, Floats, Ints, Longs
from archive.viewer.search.beginnings import LENGTHS, docs_beginning
from archive.viewer.search.side_file import connect_texts
from archive.viewer.search.word_forms import Choice, Term, choices, expression, further_keys, keys, snippet

_MOST_FORMS = 2000
"""Forms of a word that are marked."""


class MatchedTexts:
    """The files of texts, asked side by side; a text that no article has is none of its answers."""

    def __init__(self, connection: sqlite3.Connection, story_of_doc: Ints) -> None:
        """`story_of_doc`: -1 of a text that no article has. Raises sqlite3.DatabaseError."""
        self._sql = connection
        self._shards = connect_texts(connection)
        self._story_of_doc = story_of_doc
        self._threads = ThreadPoolExecutor(len(self._shards)) if len(self._shards) > 1 else None
        self.read = int((story_of_doc >= 0).sum())
        self.keys_of = lru_cache(1000)(self._keys_of)

    def close(self) -> None:
        if self._threads is not None:
            self._threads.shutdown()
        for shard in self._shards:
            shard.close()

    def matching(self, text: str) -> Longs | None:
        """Find the texts that match; None where the question is empty, or FTS5 has no room for it."""
        if not self.read:  # lemmas take a second to load, which filling would wait for
            return np.zeros(0, np.int64)
        question = choices(text)
        if all(choice[0].is_excluded for choice in question):
            return None
        is_match = np.ones(len(self._story_of_doc), np.bool_)
        indexed: list[Choice] = []
        for choice in question:
            if not any(map(_is_beginning, choice)):
                indexed.append(choice)
                continue
            has_one = np.zeros(len(is_match), np.bool_)
            for term in choice:
                docs = self._beginning(term.words[0]) if _is_beginning(term) else self._indexed([(term,)])
                if docs is None:
                    return None
                has_one |= self._is_one_of(docs)
            is_match &= has_one ^ choice[0].is_excluded
        for query, is_unwanted in _queries(indexed):
            docs = self._indexed(query)
            if docs is None:
                return None
            is_match &= self._is_one_of(docs) ^ is_unwanted
        return np.flatnonzero(is_match & (self._story_of_doc >= 0))

    def _beginning(self, start: str) -> Longs:
        docs = []
        for n, docs_of_shard in enumerate(self._each(lambda shard: docs_beginning(shard, start))):
            docs.append(docs_of_shard * len(self._shards) + n)
        return np.concatenate(docs)

    def _is_one_of(self, docs: Longs) -> Bools:
        mask = np.zeros(len(self._story_of_doc), np.bool_)
        mask[docs[docs < len(mask)]] = True  # others were read since
        return mask

    def _indexed(self, question: Sequence[Choice]) -> Longs | None:
        """Find texts in the index of words; None where it has no room for the question."""
        query_text = expression(question, self.keys_of)
        # as one text: a tenth of the time of a row of Python each
        query = "SELECT group_concat(rowid) FROM text WHERE text MATCH ?"
        try:
            rows_of_shards = self._each(lambda shard: shard.execute(query, (query_text,)).fetchone()[0])
        except sqlite3.OperationalError:  # a question that FTS5 has no room for
            return None
        docs = [
            np.fromstring(numbers, np.int64, sep=",") * len(self._shards) + n
            for n, numbers in enumerate(rows_of_shards)
            if numbers
        ]
        return np.concatenate([np.zeros(0, np.int64), *docs])

    def ranks(self, text: str) -> tuple[Longs, Floats]:
        """Compute how well each text matches what `matching` has found texts for: greatest is best."""
        query_text = expression(choices(text), self.keys_of)
        query = "SELECT rowid, -bm25(text, 6.0, 1.0) FROM text WHERE text MATCH ?"
        docs, ranks = [np.zeros(0, np.int64)], [np.zeros(0)]
        for n, rows in enumerate(self._each(lambda shard: shard.execute(query, (query_text,)).fetchall())):
            columns = np.array(rows, np.float64).reshape(-1, 2)
            docs.append(columns[:, 0].astype(np.int64) * len(self._shards) + n)
            ranks.append(columns[:, 1])
        return np.concatenate(docs), np.concatenate(ranks)

    def _each(self, ask: Callable[[sqlite3.Connection], Any]) -> list[Any]:
        return list(self._threads.map(ask, self._shards) if self._threads else map(ask, self._shards))

    def _keys_of(self, word: str) -> frozenset[str]:
        languages = [*SEARCHED_LANGUAGES, ""]
        query = f"SELECT key FROM word WHERE word = ? AND language IN ({', '.join('?' * len(languages))})"
        of_archive = frozenset(x for (x,) in self._sql.execute(query, (word, *languages)))
        possible = (of_archive or keys(word)) | further_keys(word)
        # a phrase is written once for each combination
        used = "SELECT 1 FROM word WHERE key = ? LIMIT 1"
        return frozenset(x for x in possible if self._sql.execute(used, (x,)).fetchone()) or possible

    def is_hit(self, text: str) -> Callable[[str], bool]:
        """Make a test for the words of a text that a question asks for, in any of their forms."""
        included = [term for choice in choices(text) for term in choice if not term.is_excluded]
        full_words = [x for term in included for x in (term.words[:-1] if term.is_prefix else term.words)]
        keys = {key for word in full_words for key in self.keys_of(word)}
        query = "SELECT word FROM word WHERE key = ? LIMIT ?"
        rows = (self._sql.execute(query, (key, _MOST_FORMS)) for key in keys)
        forms = {word for form_rows in rows for (word,) in form_rows} | set(full_words)
        starts = tuple(x.words[-1] for x in included if x.is_prefix)
        return lambda word: word in forms or (bool(starts) and word.startswith(starts))

    def snippets(
        self, text: str, doc_of: Mapping[str, int | None], docs: Longs
    ) -> dict[str, tuple[tuple[str, bool], ...]]:
        """Cut what stands around the words of a question out of those of some texts that are in `docs`."""
        doc_numbers = np.array([x or 0 for x in doc_of.values()], np.int64)
        matching = set(doc_numbers[np.isin(doc_numbers, docs)].tolist())
        is_hit = self.is_hit(text)
        unpacker = zstandard.ZstdDecompressor()
        cut = {}
        for article_id, doc in doc_of.items():
            if doc in matching and doc is not None:
                number, shard = divmod(doc, len(self._shards))
                row = self._shards[shard].execute("SELECT text FROM doc WHERE no = ?", (number,)).fetchone()
                if row:
                    packed = unpacker.decompress(row[0], max_output_size=4 << 20).decode()
                    headline, _, body = packed.partition("\n")
                    cut[article_id] = snippet(body, is_hit) or snippet(headline, is_hit)
        return cut


def _is_beginning(term: Term) -> bool:
    """Tell whether the index of beginnings has a term."""
    return term.is_prefix and len(term.words) == 1 and len(term.words[0]) <= LENGTHS[-1]


def _queries(indexed: Sequence[Choice]) -> Iterator[tuple[Sequence[Choice], bool]]:
    """Write choices as questions to the index of words; True: of texts that are unwanted.

    By unwanted words alone it finds nothing.
    """
    if not all(choice[0].is_excluded for choice in indexed):
        yield indexed, False
        return
    for (term,) in indexed:
        yield [(replace(term, is_excluded=False),)], True
