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
    """Number of articles, or stories, in all."""
    seed: int = 0
    whole_stories: bool = False
    """A sample of articles includes the other chosen articles of their stories."""

    @property
    def is_everything(self) -> bool:
        return not (self.language or self.outlet or self.sample)

    def check(self, archive: Archive, table: str) -> None:
        """Raise ValueError if a table has no row of a chosen language or outlet."""
        for name, values in (("language", self.language), ("outlet", self.outlet)):
            if values:
                column = archive.table(table, as_of=self.as_of, columns=[name]).to_arrow().column(name)
                existing = sorted(x for x in column.unique().to_pylist() if x)
                for value in values:
                    if value not in existing:
                        raise unknown(name, value, existing, f"row of {table}")

    def rows(self, archive: Archive, table: str) -> RowSet:
        """The chosen rows of a table. ValueError if it has no column to choose by."""
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
        """Ids of the chosen articles; a sample is balanced by outlet and language."""
        table = archive.articles(
            language=self.language or None,
            outlet=self.outlet or None,
            as_of=self.as_of,
            columns=["article_id", "outlet", "language", "story_id"],
        ).to_arrow()
        ids, outlets, languages, story_ids = (table[x].to_pylist() for x in table.column_names)
        sample = self._sampled(zip(ids, zip(outlets, languages, strict=True), strict=True))
        if not self.whole_stories:
            return sample
        story_of = dict(zip(ids, story_ids, strict=True))
        stories = set(map(story_of.__getitem__, sample))
        return [x for x, story_id in story_of.items() if story_id in stories]

    def stories(self, archive: Archive, *, in_several: bool = False) -> list[str]:
        """Ids of a sample of stories, balanced by outlet and by the languages of each story.

        `in_several`: only of those in at least two of the chosen languages.
        """
        table = archive.stories(
            outlet=self.outlet or None, as_of=self.as_of, columns=["story_id", "outlet", "languages"]
        )
        keyed = []
        for row in table.to_pylist():
            languages = tuple(x for x in row["languages"] if not self.language or x in self.language)
            if len(set(languages)) > 1 or not in_several:
                keyed.append((row["story_id"], (row["outlet"], languages)))
        return self._sampled(keyed)

    def _sampled(self, keyed: Iterable[tuple[str, tuple[object, ...]]]) -> list[str]:
        if self.sample is None:
            return [x for x, _ in keyed]
        return balanced(keyed, self.sample, self.seed)


def among(column: str, ids: Sequence[str]) -> ds.Expression:
    """Condition that a column has one of these values, if any."""
    return ds.field(column).isin(pa.array(ids, pa.string()))


def balanced(keyed: Iterable[tuple[str, Hashable]], number: int, seed: int) -> list[str]:
    """Choose `number` ids in all, the same number of each kind, and more if another kind is too small.

    A seed gives each id a fixed rank: as an archive grows, most of a sample stays.
    """
    kinds: dict[Hashable, list[str]] = defaultdict(list)
    for name, kind in keyed:
        kinds[kind].append(name)
    sample: list[str] = []
    smallest_first = sorted(kinds.items(), key=lambda x: (len(x[1]), _rank(str(x[0]), seed)))
    for position, (_, ids) in enumerate(smallest_first):
        share = (number - len(sample)) // (len(kinds) - position)
        sample += sorted(ids, key=lambda x: _rank(x, seed))[:share]
    return sorted(sample)


def _rank(name: str, seed: int) -> bytes:
    return hashlib.blake2b(f"{seed}:{name}".encode(), digest_size=12).digest()
