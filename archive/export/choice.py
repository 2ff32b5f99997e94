"""Choice of the rows of an export: outlets, languages, a moment; a sample balanced by outlet and language."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.dataset as ds

from archive.read.values import unknown

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from archive.read.archive import Archive
    from archive.read.scan import Moment, RowSet

_OF_ARTICLES = ("articles", "versions", "observations")
_OF_STORIES = ("stories", "alignments")


@dataclass(frozen=True, slots=True)
class Choice:
    language: tuple[str, ...] = ()
    outlet: tuple[str, ...] = ()
    as_of: Moment | None = None
    sample: int | None = None
    """So many articles, or stories, in all."""
    seed: int = 0
    whole_stories: bool = False
    """A sample of articles takes along the others of their stories that are chosen."""

    @property
    def is_everything(self) -> bool:
        return not (self.language or self.outlet or self.sample)

    def check(self, archive: Archive, table: str) -> None:
        """Raise ValueError, a sentence, where a table has no row of a language or outlet that is chosen."""
        for column, chosen in (("language", self.language), ("outlet", self.outlet)):
            if chosen:
                stored = archive.table(table, as_of=self.as_of, columns=[column]).to_arrow()[column]
                existing = sorted(x for x in stored.unique().to_pylist() if x)
                for value in chosen:
                    if value not in existing:
                        raise unknown(column, value, existing, f"row of {table}")

    def rows(self, archive: Archive, table: str) -> RowSet:
        """The rows of a table that are chosen. ValueError where it has nothing to choose them by."""
        rows = archive.table(
            table, language=self.language or None, outlet=self.outlet or None, as_of=self.as_of
        )
        if self.sample is None:
            return rows
        if table in _OF_ARTICLES:
            return rows.where(among("article_id", self.articles(archive)))
        if table in _OF_STORIES:
            return rows.where(among("story_id", self.stories(archive)))
        raise ValueError(f"a sample is of articles or of stories, and a row of {table} is of two articles")

    def articles(self, archive: Archive) -> list[str]:
        """Ids of the articles that are chosen, balanced by outlet and language where it is a sample."""
        table = archive.articles(
            language=self.language or None,
            outlet=self.outlet or None,
            as_of=self.as_of,
            columns=["article_id", "outlet", "language", "story_id"],
        ).to_arrow()
        ids, outlets, languages, homes = (table[x].to_pylist() for x in table.column_names)
        chosen = self._sampled(zip(ids, zip(outlets, languages, strict=True), strict=True))
        if not self.whole_stories:
            return chosen
        those = set(chosen)
        stories = {home for x, home in zip(ids, homes, strict=True) if x in those}
        return [x for x, home in zip(ids, homes, strict=True) if home in stories]

    def stories(self, archive: Archive, *, in_several: bool = False) -> list[str]:
        """Ids of a sample of stories, balanced by outlet and by the languages that each of them has.

        `in_several`: of those alone that have two of the languages that are chosen.
        """
        table = archive.stories(
            outlet=self.outlet or None, as_of=self.as_of, columns=["story_id", "outlet", "languages"]
        )
        found = []
        for row in table.to_pylist():
            languages = tuple(x for x in row["languages"] if not self.language or x in self.language)
            if len(set(languages)) > 1 or not in_several:
                found.append((row["story_id"], (row["outlet"], languages)))
        return self._sampled(found)

    def _sampled(self, keyed: Iterable[tuple[str, tuple[object, ...]]]) -> list[str]:
        if self.sample is None:
            return [x for x, _ in keyed]
        return balanced(keyed, self.sample, self.seed)


def among(column: str, ids: Sequence[str]) -> ds.Expression:
    """Condition that a column has one of these values; of none of them where they are none."""
    return ds.field(column).isin(pa.array(ids, pa.string()))


def balanced(keyed: Iterable[tuple[str, Hashable]], number: int, seed: int) -> list[str]:
    """Take as many of each kind as can be, `number` in all; what a small kind lacks the others give.

    A seed gives each id its place in line: as an archive grows, most of a sample stays.
    """
    kinds: dict[Hashable, list[str]] = defaultdict(list)
    for found, kind in keyed:
        kinds[kind].append(found)
    taken: list[str] = []
    left = number
    for n, (_, ids) in enumerate(
        sorted(kinds.items(), key=lambda x: (len(x[1]), _place(str(x[0]), seed))), -len(kinds)
    ):
        share = min(len(ids), left // -n)
        taken += sorted(ids, key=lambda x: _place(x, seed))[:share]
        left -= share
    return sorted(taken)


def _place(name: str, seed: int) -> bytes:
    return hashlib.blake2b(f"{seed}:{name}".encode(), digest_size=12).digest()
