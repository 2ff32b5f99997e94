"""Choice of the rows of an export: outlets, languages, a moment; a sample balanced by outlet and month."""

import hashlib
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from archive.read.archive import Archive
from archive.read.scan import Moment, RowSet, one_of
from archive.read.values import unknown

OF_ARTICLES = ("articles", "versions", "observations")
"""Tables whose rows have the id of an article."""
_OF_STORIES = ("stories", "alignments")
NO_ARTICLES = "no article is archived yet; `triptych crawl OUTLET` archives some."
_UNDATED = "undated"
"""In place of a month, and after all of them."""


@dataclass(frozen=True, slots=True)
class Choice:
    language: tuple[str, ...] = ()
    outlet: tuple[str, ...] = ()
    as_of: Moment | None = None
    sample: int | None = None
    """Number of stories; of the articles, those of these stories."""
    seed: int = 0

    @property
    def is_everything(self) -> bool:
        return not (self.language or self.outlet or self.sample)

    def check(self, archive: Archive, table: str) -> None:
        """Raise ValueError if a table has no such column, or no row of a chosen language or outlet."""
        archive.table(table, language=() if self.language else None, outlet=() if self.outlet else None)
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
        if table in OF_ARTICLES:
            return rows.where(one_of("article_id", self.articles(archive)))
        if table in _OF_STORIES:
            return rows.where(one_of("story_id", self.stories(archive)))
        raise ValueError(f"a sample of stories cannot be taken of {table}, whose rows are about two articles")

    def articles(self, archive: Archive) -> list[str]:
        """Ids of the chosen articles."""
        rows = self.article_rows(archive, ["article_id", "story_id"])
        if self.sample is not None:
            rows = rows.where(one_of("story_id", self.stories(archive)))
        ids: list[str] = rows.to_arrow()["article_id"].to_pylist()
        return ids

    def stories(self, archive: Archive, *, in_several: bool = False) -> list[str]:
        """Ids of the sample's stories, balanced by outlet and by month of the first publication.

        `in_several`: only of those in at least two of the chosen languages.
        """
        first: dict[str, tuple[str, str]] = {}
        languages: dict[str, set[str]] = {}
        columns = ["story_id", "outlet", "language", "published_at"]
        for row in self.article_rows(archive, columns).to_pylist():
            at = row["published_at"]
            month = f"{at:%Y-%m}" if at else _UNDATED
            kind = (month, row["outlet"])
            story_id = row["story_id"]
            first[story_id] = min(first.get(story_id, kind), kind)
            languages.setdefault(story_id, set()).add(row["language"])
        keyed = []
        for story_id, kind in first.items():
            if len(languages[story_id]) > 1 or not in_several:
                keyed.append((story_id, kind))
        if self.sample is None:
            return sorted(first)
        return balanced(keyed, self.sample, self.seed)

    def article_rows(self, archive: Archive, columns: Sequence[str]) -> RowSet:
        """The articles of the chosen languages and outlets, without regard to the sample."""
        return archive.articles(
            language=self.language or None, outlet=self.outlet or None, as_of=self.as_of, columns=columns
        )


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
