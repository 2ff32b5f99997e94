"""The reading side of the API: no locks, and every answer from one snapshot."""

import hashlib
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from copy import copy
from dataclasses import replace
from datetime import datetime
from functools import partial
from html import escape
from itertools import pairwise
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds

from archive.exceptions import ArchiveDamaged, ArticleNotFound, PageNotKept, SnapshotNotFound
from archive.format.log_entry import LogEntry
from archive.format.records import OUTCOMES, SEPARATED
from archive.format.schema import DECISIONS, DELETION, PUBLIC, STORED
from archive.format.snapshot import Snapshot
from archive.opening import Place, open_existing
from archive.pages import warc_files
from archive.pages.warc_record import RawPage
from archive.read import locations, sql, values
from archive.read.deletions import VISIT, Deletions
from archive.read.diff import Diff, compare, is_edit
from archive.read.one_sided import OneSided, one_sided
from archive.read.scan import Moment, RowSet, all_of, among, between, one_of, to_utc
from archive.read.sql import SqlRows
from archive.read.time_travel import Past
from archive.state import replay
from archive.state.debts import Debts
from archive.storage import path_guard
from archive.tables import data_file_reader, views
from archive.tables.parquet_files import translated_errors

_SCHEMAS = {table: STORED[parts[-1]] for table, parts in PUBLIC.items()}


class Archive:
    """An archive at the time of opening; open it again to see later commits.

    `as_of` is transaction time: the rows committed by then. A date means 00:00 UTC.
    """

    def __init__(self, root: Place) -> None:
        self.storage, self._log, self.snapshot = open_existing(root)
        self._values: dict[tuple[int, str], frozenset[str]] = {}

    def __repr__(self) -> str:
        state, at = self.snapshot, f"{self.snapshot.committed_at:%Y-%m-%d %H:%M} UTC"
        counts = f"{state.rows('articles')} articles, {state.rows('stories')} stories"
        return f"<Archive {self.storage.name!r}: {counts}; snapshot {state.id} of {at}>"

    def _repr_html_(self) -> str:
        """Show a notebook the rows of each table."""
        page = f"<table><caption>{escape(self.storage.name)}, snapshot {self.snapshot.id}</caption>"
        for table, parts in PUBLIC.items():
            page += f"<tr><td>{table}</td><td>{sum(map(self.snapshot.rows, parts)):,}</td></tr>"
        return f"{page}</table>"

    @property
    def root(self) -> Path:
        return self.storage.layout.root

    def manifest_sha256(self) -> str | None:
        """Hash the manifest of the snapshot, which has the hashes of its files; None if it is folded."""
        try:
            return hashlib.sha256(self.storage.layout.manifest(self.snapshot.id).read_bytes()).hexdigest()
        except OSError:
            return None

    def articles(
        self,
        *,
        language: str | Sequence[str] | None = None,
        outlet: str | Sequence[str] | None = None,
        published: tuple[Moment | None, Moment | None] | None = None,
        syndicated: bool | None = None,
        gone: bool | None = None,
        as_of: Moment | None = None,
        columns: Sequence[str] | None = None,
    ) -> RowSet:
        """The latest version of each article. `published` is from (included) and to (excluded).

        `syndicated`: True for copies only, whose pages name an original of another outlet; False for the
        others. `gone`: True only for articles that their outlet removed; False for the others. The columns
        `gone` and `gone_reason` are joined from observations, and no `where` may name them.
        Raises UnknownValue for a language or an outlet that no article has.
        """
        self._check(language, outlet)
        where = all_of(
            among("language", language),
            among("outlet", outlet),
            between("published_at", published),
            _is(syndicated, lambda: ds.field("syndicated_from").is_valid()),
            _is(gone, lambda: self._are_gone(as_of)),
        )
        return self._rows("articles", where, as_of, columns)

    def _check(self, language: str | Sequence[str] | None, outlet: str | Sequence[str] | None) -> None:
        values.check("language", language, lambda: self._existing("language", "versions"))
        values.check("outlet", outlet, lambda: self._existing("outlet", "articles", "observations"))

    def _existing(self, column: str, *tables: str) -> frozenset[str]:
        """Values of a column in some tables of the snapshot; read once."""
        key = self.snapshot.id, column
        if key not in self._values:
            existing: set[str] = set()
            for table in tables:
                for rows in self._rows(table, None, None, [column]).tables():
                    existing.update(rows[column].unique().drop_null().to_pylist())
            self._values[key] = frozenset(existing)
        return self._values[key]

    def _whole(self, column: str, start: str | None) -> str | None:
        """Complete an id that may be the start of one; a whole id is not looked up."""
        if start is None or len(start) >= values.FULL_ID:
            return start
        return values.whole_id(self._rows("articles", None, None, [column]), column, start)

    def _are_gone(self, as_of: Moment | None) -> ds.Expression:
        rows = self._ever_gone(as_of).to_table(filter=ds.field("gone").is_valid())
        return ds.field("article_id").isin(rows["article_id"].combine_chunks())

    def _ever_gone(self, as_of: Moment | None) -> ds.Dataset:
        """Columns that are joined to the articles that ever were removed, with their ids."""
        ever = one_of("article_id", self._deletions(as_of).articles())
        rows = self._rows("articles", ever, as_of, ["article_id", *DELETION.names])
        return ds.InMemoryDataset(rows.to_arrow())

    def _deletions(self, as_of: Moment | None) -> Deletions:
        # read lazily: the files of a store must be downloaded first
        return Deletions(
            lambda: self.observations(as_of=as_of, columns=VISIT).where(ds.field("gone")).to_arrow()
        )

    def versions(
        self,
        article_id: str | None = None,
        *,
        as_of: Moment | None = None,
        columns: Sequence[str] | None = None,
    ) -> RowSet:
        """All versions, or those of one article, by its id or the start of it."""
        article_id = self._whole("article_id", article_id)
        rows = self._rows("versions", among("article_id", article_id), as_of, columns)
        return rows if article_id is None else rows.seek()

    def observations(
        self,
        article_id: str | None = None,
        *,
        url: str | None = None,
        outcome: str | Sequence[str] | None = None,
        run_id: str | None = None,
        as_of: Moment | None = None,
        columns: Sequence[str] | None = None,
    ) -> RowSet:
        """All observations; `url` matches the final and the requested address.

        Raises UnknownValue for an outcome that does not exist.
        """
        values.check("outcome", outcome, lambda: OUTCOMES)
        article_id = self._whole("article_id", article_id)
        where = all_of(
            among("article_id", article_id),
            among("outcome", outcome),
            among("run_id", run_id),
            None if url is None else (ds.field("url") == url) | (ds.field("requested_url") == url),
        )
        rows = self._rows("observations", where, as_of, columns)
        return rows if article_id is None and url is None else rows.seek()

    @contextmanager
    def debts(self) -> Iterator[Debts | None]:
        """Debts of each outlet, from this machine's cache; None if that is missing or behind."""
        cache = replay.cache_at(self.storage.layout, self.snapshot)
        if cache is None:
            yield None
            return
        with closing(cache):
            try:
                yield Debts(cache)
            except sqlite3.Error as error:
                raise ArchiveDamaged(
                    f"{self.storage.layout.state} cannot be read ({error}): run `triptych archive repair "
                    "--rebuild`."
                ) from error

    def stories(
        self,
        story_id: str | None = None,
        *,
        outlet: str | Sequence[str] | None = None,
        as_of: Moment | None = None,
        columns: Sequence[str] | None = None,
    ) -> RowSet:
        """Stories, one row each. An id that was merged into an older story leads to that one.

        The start of an id is enough. Raises UnknownValue for an outlet that no article has.
        """
        self._check(None, outlet)
        story_id = self._whole("story_id", story_id)
        if story_id and as_of is None and locations.article_ids(self.storage, self.snapshot, story_id):
            where = all_of(among("story_id", story_id), among("outlet", outlet))
            rows = self._rows("stories", where, None, columns).seek()
            return locations.narrowed(self.storage, self.snapshot, rows, "stories", story_id)
        successors = self.successors(story_id) if story_id and as_of is None else ()
        ids = successors if successors and story_id not in successors else story_id
        where = all_of(among("story_id", ids), among("outlet", outlet))
        rows = self._rows("stories", where, as_of, columns)
        return rows if story_id is None else rows.seek()

    def successors(self, story_id: str) -> tuple[str, ...]:
        """Find the stories that now have the articles which were ever in this one: itself, or others."""
        return values.successors(self.storage, self.snapshot, story_id)

    def pairs(self, *, as_of: Moment | None = None, columns: Sequence[str] | None = None) -> RowSet:
        """Articles that are one story in two languages, with the evidence."""
        return self._rows("pairs", None, as_of, columns)

    def judged(self) -> frozenset[tuple[str, str]]:
        """Ids of every two articles that a person has judged to be a pair or none, the smaller first."""
        files = self.storage.present(self.snapshot.stored("decisions"))
        where = one_of("evidence", ["label", SEPARATED])
        rows = RowSet(files, DECISIONS, where, ["article_id_a", "article_id_b"]).to_pylist()
        return frozenset((row["article_id_a"], row["article_id_b"]) for row in rows)

    def refusals(self, *, as_of: Moment | None = None, columns: Sequence[str] | None = None) -> RowSet:
        """Pairs by some evidence that pairing refused; a new row if the reason changes."""
        return self._rows("refusals", None, as_of, columns)

    def alignments(
        self,
        story_id: str | None = None,
        *,
        as_of: Moment | None = None,
        columns: Sequence[str] | None = None,
    ) -> RowSet:
        """Paragraphs of a story's variants with the same content, and those that only one of them has."""
        story_id = self._whole("story_id", story_id)
        rows = self._rows("alignments", among("story_id", story_id), as_of, columns)
        return rows if story_id is None else rows.seek()

    def only_in(self, story_id: str, *, as_of: Moment | None = None) -> list[OneSided]:
        """Paragraphs that one language of a story has and another has not, by language: uk, en, ru.

        The start of an id is enough. Raises ArticleNotFound where there is no such story.

        Examples:
            >>> [(x.language, x.lacking, x.doubtful) for x in a.only_in(story_id)]
            [('uk', 'en', False), ('ru', 'en', True)]
        """
        versions = self.versions(as_of=as_of, columns=["article_id", "version", "blocks"])
        article_ids = locations.article_ids(self.storage, self.snapshot, story_id) if as_of is None else []
        if article_ids:
            versions = versions.seek(one_of("article_id", article_ids))
            versions = locations.narrowed(self.storage, self.snapshot, versions, "versions", story_id)
        else:
            story_id = values.whole_id(self.stories(as_of=as_of, columns=["story_id"]), "story_id", story_id)
        return one_sided(self.alignments(story_id, as_of=as_of), versions)

    def same_event(self, *, as_of: Moment | None = None, columns: Sequence[str] | None = None) -> RowSet:
        """Articles of two outlets that seem to report one event; the last row of two articles holds."""
        return self._rows("same_event", None, as_of, columns)

    def table(
        self,
        name: str,
        *,
        language: str | Sequence[str] | None = None,
        outlet: str | Sequence[str] | None = None,
        as_of: Moment | None = None,
        columns: Sequence[str] | None = None,
    ) -> RowSet:
        """Rows of a table by its name; ValueError if it has no such column, or no row with that value."""
        if name not in PUBLIC:
            raise ValueError(f"no table {name!r}; there are: {', '.join(PUBLIC)}")
        chosen = {"language": language, "outlet": outlet}
        if missing := [x for x in chosen if chosen[x] is not None and x not in _SCHEMAS[name].names]:
            raise ValueError(f"{name} has no column {missing[0]!r} to choose rows by")
        self._check(language, outlet)
        where = all_of(among("language", language), among("outlet", outlet))
        return self._rows(name, where, as_of, columns)

    def sql(
        self,
        question: str,
        parameters: Sequence[object] | Mapping[str, object] = (),
        *,
        as_of: Moment | None = None,
        memory: str = sql.MEMORY,
        seconds: float | None = None,
    ) -> SqlRows:
        """Answer a question in SQL over the tables and views of docs/reference/sql.md; needs DuckDB.

        `parameters`: values for `$1` or `$name`; `seconds`: time for an answer. Raises QuestionError, and as
        reading the tables does.

        Examples:
            >>> a.sql("SELECT outlet, count(*) AS n FROM articles GROUP BY ALL ORDER BY ALL").to_pylist()
            [{'outlet': 'courier', 'n': 6}, {'outlet': 'herald', 'n': 3}]
        """
        tables = {name: partial(self._dataset, name, as_of) for name in _SCHEMAS}
        tables[sql.OF_DELETIONS] = partial(self._ever_gone, as_of)
        return sql.ask(tables, question, parameters, memory, seconds)

    def _dataset(self, name: str, as_of: Moment | None) -> ds.Dataset:
        return self._rows(name, None, as_of, None).dataset()

    def at(self, snapshot_id: int) -> "Archive":
        """Return this archive at an earlier snapshot. Raises SnapshotNotFound if that is folded."""
        earlier = copy(self)
        earlier.snapshot = self._log.read(snapshot_id)
        return earlier

    def of_files(self, paths: Collection[str]) -> "Archive":
        """Return this archive with the rows of some of its data files alone."""
        narrowed = copy(self)
        files = tuple(x for x in self.snapshot.files if x.path in paths)
        narrowed.snapshot, narrowed._values = replace(self.snapshot, files=files), {}
        return narrowed

    def snapshots(self) -> list[Snapshot]:
        """Every snapshot with a manifest, oldest first: the first, and those of a day, or a hundred."""
        return self._log.read_all()

    def history(self) -> Iterator[LogEntry]:
        """Entries of the log: every snapshot, and runs that found nothing new, latest first."""
        return self._log.entries()

    def last_counter(self, name: str) -> int | None:
        """Value of a counter in the latest snapshot that has it, or None."""
        for entry in self._log.entries(rows=False):
            if (count := entry.summary.get(name)) is not None:
                return count
        return None

    def path(self, table: str, as_of: Moment | None = None) -> Path:
        """A folder that never changes, for `pd.read_parquet`, Polars, DuckDB, Spark.

        If there is no view of that moment (it lasts a day, and needs hard links) the folder is in this
        machine's cache. Raises SnapshotNotFound if files of that moment have been collected;
        `articles(as_of=…)` and the other methods read every moment.
        """
        if table not in PUBLIC:
            raise ValueError(f"no table {table!r}; there are: {', '.join(PUBLIC)}")
        snapshot = self.snapshot if as_of is None else self._snapshot_at(as_of)
        folder = self.storage.layout.view(snapshot.id) / table
        if self.storage.is_shared:  # a reader may write into this machine's folder
            views.build(self.storage, snapshot)
        if folder.is_dir():
            path_guard.check_view(folder)
            with translated_errors():
                data_file_reader.check(path_guard.files(folder, ".parquet"))
            return folder.resolve()
        return views.folder_without_links(self.storage, snapshot, table)

    def diff(self, article_id: str, v1: int, v2: int) -> Diff:
        """Compare two versions word by word.

        Examples:
            >>> print(a.diff(article_id, 1, 2))
            Бібліотека працюватиме [-вночі-]{+до ранку+}
            <BLANKLINE>
            Читальня буде [-відкрита -]до [-23:00.-]{+06:00.+}
        """
        columns = ["version", "valid_from", "headline", "body"]
        rows = self.versions(article_id, columns=columns).to_pylist()
        before, after = (self._version(rows, article_id, "version", number) for number in (v1, v2))
        return compare(before, after)

    def _version(
        self, rows: Sequence[dict[str, Any]], article_id: str, column: str, value: int | None
    ) -> dict[str, Any]:
        """Choose the version of an article with this value in a column. Raises ArticleNotFound."""
        if not rows:
            raise ArticleNotFound(f"There is no article {article_id} in {self.root}.")
        for row in rows:
            if row[column] == value:
                return row
        latest = max(row["version"] for row in rows)
        raise ArticleNotFound(f"Article {article_id} has versions 1 to {latest}, not {value}.")

    def last_edit(self, article_id: str) -> tuple[int, int] | None:
        """Return the numbers of the last two versions between which the outlet changed the text.

        None if there are none: a page's text that replaces its feed's is no edit.
        """
        rows = self.versions(article_id, columns=["version", "valid_from", "text_from"]).to_pylist()
        rows.sort(key=itemgetter("valid_from", "version"), reverse=True)
        for after, before in pairwise(rows):
            if is_edit(before, after):
                return before["version"], after["version"]
        return None

    def raw(self, article_id: str, version: int | None = None) -> RawPage:
        """Read the page of a version, or of the latest; one seek.

        Raises ArticleNotFound, PageNotKept, or ArchiveDamaged if there is another page in its place.
        """
        return self._raw(article_id, version)[0]

    def warc_record(self, article_id: str, version: int | None = None) -> bytes:
        """Read the WARC record of that page as stored, a gzip member. Raises as `raw` does."""
        return self._raw(article_id, version)[1]

    def _raw(self, article_id: str, version: int | None) -> tuple[RawPage, bytes]:
        columns = ["version", "valid_to", "raw_file", "raw_offset", "raw_length"]
        rows = self.versions(article_id, columns=columns).to_pylist()
        column = "valid_to" if version is None else "version"  # of the latest version it is empty
        row = self._version(rows, article_id, column, version)
        if row["raw_file"] is None:
            raise PageNotKept(
                f"The page of article {article_id}, version {row['version']}, was not stored: "
                "the text came from a feed, KEEP_RAW was none, or a power cut lost the page."
            )
        return warc_files.read_with_record(
            self.storage, warc_files.Pointer(row["raw_file"], row["raw_offset"], row["raw_length"])
        )

    def _rows(
        self, name: str, where: ds.Expression | None, as_of: Moment | None, columns: Sequence[str] | None
    ) -> RowSet:
        files = self.storage.present(self.snapshot.stored(*PUBLIC[name]))
        joined = self._deletions(as_of) if name == "articles" else None
        if as_of is None:
            return RowSet(files, _SCHEMAS[name], where, columns, joined=joined)
        self._not_before_the_first(as_of)
        past = Past(self.storage, self.snapshot, to_utc(as_of), self._last_by)
        return RowSet(files, _SCHEMAS[name], where, columns, derive=getattr(past, name), joined=joined)

    def _not_before_the_first(self, as_of: Moment) -> None:
        try:
            began = self._log.read(0).committed_at
        except SnapshotNotFound:  # the first snapshot is lost: nothing to compare with
            return
        if to_utc(as_of) < began:
            raise SnapshotNotFound(
                f"The archive {self.root} begins at {began:%Y-%m-%d %H:%M:%S} UTC, after {as_of}."
            )

    def _snapshot_at(self, as_of: Moment) -> Snapshot:
        moment = to_utc(as_of)
        self._not_before_the_first(as_of)
        ids = self._log.ids()
        # not by bisection: a wrong clock may date a commit in 2099 between two of today
        for position in range(len(ids) - 1, -1, -1):
            if self._log.entry(ids[position], rows=False).committed_at > moment:
                continue
            # if the next number is missing, a later, folded snapshot may have been the latest then
            if ids[position + 1 : position + 2] in ([], [ids[position] + 1]):
                return self._log.read(ids[position])
            break
        raise SnapshotNotFound(f"Files of {as_of} have been collected: only as_of reads that moment.")

    def _last_by(self, moment: datetime) -> int:
        """Return the number of the last snapshot in the log that was committed by then."""
        for entry in self._log.entries(rows=False):
            if entry.is_snapshot and entry.committed_at <= moment:
                return entry.id
        return 0


def _is(expected: bool | None, condition: Callable[[], ds.Expression]) -> ds.Expression | None:
    """The condition, its opposite, or none."""
    if expected is None:
        return None
    return condition() if expected else ~condition()
