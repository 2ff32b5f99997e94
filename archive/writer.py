"""The writing side of the API: records are acknowledged, then committed.

An article is safe when `add_article` returns: it is in a segment, and if this process cannot commit it the
next writer does. One thread may append while another commits.
"""

import contextlib
import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Self, TypeVar

from archive.addresses import address_key, story_of_one
from archive.commit.clock import Clock
from archive.commit.committer import APPEND, Committer
from archive.commit.plan import stored_text
from archive.commit.related import Decide
from archive.commit.versions import MISSES_APART, VersionVerdict, judge
from archive.exceptions import ArchiveWriteError, PoisonRecord
from archive.format import codec
from archive.format.codec import validate
from archive.format.records import ArticleRecord, ObservationRecord
from archive.format.snapshot import Snapshot
from archive.opening import Place, open_or_create, utc_now
from archive.pages.warc_files import RawFile
from archive.pages.warc_record import WarcRecords
from archive.state import replay
from archive.state.article_identity import Candidates, Page, Text, candidates, identify
from archive.state.article_identity import Place as PlaceOfArticle
from archive.state.database import State
from archive.state.debts import Debts
from archive.state.model import CurrentVersion, Holder, KnownArticle, LastObservation
from archive.state.tombstones import Tombstones
from archive.storage.interface import Storage
from archive.storage.snapshot_log import Log
from archive.wal import recovery, request_journal
from archive.wal.batch import Batch
from archive.wal.quarantine import Quarantine
from archive.wal.request_journal import RequestedAddress
from archive.wal.segment import Segment

CommitBy = Callable[[Log, Sequence[str], Mapping[str, int], Callable[[], Snapshot | None]], Snapshot | None]
__all__ = ["ArchiveWriter", "KnownArticle", "LastObservation"]

T = TypeVar("T")
_log = logging.getLogger(__name__)


class ArchiveWriter:
    """One writer of an archive; several may write to one archive at once, in as many processes."""

    def __init__(
        self, storage: Storage, log: Log, run_id: str, now: Callable[[], datetime], misses_apart: timedelta
    ) -> None:
        """Use `ArchiveWriter.open`."""
        layout = storage.layout
        self._storage, self._layout, self._log, self._run_id = storage, layout, log, run_id
        self._now = now
        self._quarantine = Quarantine(storage)
        self._raw = RawFile(storage, run_id, now)
        self._tombstones = Tombstones(layout)
        self._committer = Committer(storage, log, run_id, now, misses_apart)
        self._sealed: list[Batch] = []
        with contextlib.ExitStack() as undo:  # a failed start must release its locks
            undo.callback(self._committer.close)
            self._committer.repair()
            self._reader = replay.open_state(layout)
            undo.callback(self._reader.close)
            self._reader_file = layout.state.stat().st_ino
            self._replaced_readers = list[State]()
            """Of caches that were rebuilt; open until `close`, because another thread may still read one."""
            self._read_known = lru_cache(64)(self._reader.known)  # several stages read the same page
            self._read_places = lru_cache(64)(self._reader.places)
            undo.callback(self._release_sealed)
            self._sealed += recovery.take_over(storage, self._reader, self._quarantine, now())
            self._batch = Batch(Segment.create(layout, run_id))
            undo.pop_all()
        self.recovered = sum(batch.articles for batch in self._sealed)
        """Articles recovered from segments of dead writers; part of the next commit."""
        self._inherited = bool(self._sealed)
        self._unsynced = self._closed = False
        self._requested: dict[bytes, RequestedAddress] = {}
        self._appending, self._committing = threading.Lock(), threading.Lock()

    @classmethod
    def open(
        cls,
        root: Place,
        *,
        run_id: str,
        now: Callable[[], datetime] = utc_now,
        misses_apart: timedelta = MISSES_APART,
    ) -> "ArchiveWriter":
        """Open an archive for writing; create it where there is none.

        Raises NotAnArchive, ArchiveNotWritable, SchemaTooNew or ArchiveWriteError. The owner must call
        `sync`. `now` must return aware times. `misses_apart`: least time between visits that
        count for a deletion.
        """
        storage, log = open_or_create(root, run_id, lambda layout: Clock(now, layout).first())
        try:
            return cls(storage, log, run_id, now, misses_apart)
        except (OSError, sqlite3.Error) as error:
            raise ArchiveWriteError(
                f"Cannot start writing to the archive {storage.name}: {error}."
            ) from error

    @property
    def unsynced(self) -> bool:
        """True while a power cut may still lose something that was acknowledged or noted."""
        return self._unsynced

    @property
    def pending_rows(self) -> int:
        """Records of articles and observations that wait in memory for the next commit."""
        return sum(len(batch.records) for batch in (*self._sealed, self._batch))

    @property
    def pending(self) -> int:
        """Articles acknowledged or recovered, and not committed yet."""
        return self._batch.articles + sum(batch.articles for batch in self._sealed)

    def add_article(self, record: ArticleRecord, page: WarcRecords | None = None) -> VersionVerdict:
        """Acknowledge an article: when this returns, a kill cannot lose it.

        Returns what the commit will make of it, unless another writer commits first. `page` is stored only if
        its text is a new version.
        Raises PoisonRecord for a record that cannot be stored unaltered (it is put into quarantine; text is
        never changed here), ArticlePurged, or ArchiveWriteError when the disk refuses it.
        """
        verdict = self._append(record, page)
        assert verdict is not None
        return verdict

    def note_asked(self, outlets: Mapping[str, str]) -> None:
        """Write down, in one line, addresses that are about to be requested: after a kill they are retried.

        `outlets`: the outlet of each address.
        """
        at = self._now()
        addresses = [RequestedAddress(url, outlet, at) for url, outlet in outlets.items()]
        # if the disk is full, the next record fails
        with self._appending, contextlib.suppress(ArchiveWriteError):
            for address in addresses:
                self._requested[address_key(address.url)] = address
            self._batch.segment.append(request_journal.encode(addresses))
            self._unsynced = True

    def debts(self) -> Debts:
        """Debts of the outlets at this moment, uncommitted records included."""
        batches = [batch.failures for batch in (*self._sealed, self._batch)]

        def has_page(url: str) -> bool:
            article = self.known(url)
            return article is not None and not article.is_from_feed

        return Debts(self._reader.connection, batches, has_page)

    def add_observation(self, record: ObservationRecord) -> None:
        """Acknowledge an observation without text; errors as in `add_article`."""
        self._append(record)

    def _append(self, record: codec.Record, page: WarcRecords | None = None) -> VersionVerdict | None:
        try:
            validate(record)
        except PoisonRecord as poison:
            try:
                self._quarantine.add_record(record, poison.reason, str(poison), self._now())
            except OSError as error:
                _log.warning("%s could not be put into quarantine: %s", record.url, error)
            raise
        if isinstance(record, ArticleRecord):
            article_id = identify(record, self._places, self._text).article_id
            record = record if article_id == record.article_id else replace(record, article_id=article_id)
        record = self._tombstones.admit(record)
        story_id, verdict, after = None, None, None
        if isinstance(record, ArticleRecord):
            current = self._current(record.article_id)
            story_id = current.story_id if current else None
            verdict, after = judge(current, record, story_of_one(record.article_id))
            # if another writer commits first, the page is stored although no row refers to it
            page = page if verdict.outcome == "archived" else None
        with self._appending, self._raw.keeping(record, page) as stored:
            self._batch.segment.append(codec.encode(stored))
            self._batch.add(stored, story_id, after)
            self._requested.pop(address_key(stored.requested_url), None)
            self._unsynced = True
        return verdict

    def sync(self) -> None:
        """Make everything acknowledged safe from a power cut. Blocks for milliseconds: use a thread."""
        with self._appending:
            if not self._unsynced:
                return
            self._unsynced = False
            descriptors = [*self._raw.borrow(), self._batch.segment.borrow()]
        self._sync(descriptors)

    def _sync(self, descriptors: Sequence[int]) -> None:
        """Sync and close, pages first: a record must not survive without its page."""
        try:
            for descriptor in descriptors:
                os.fdatasync(descriptor)
        except OSError as error:
            raise ArchiveWriteError(
                f"Cannot sync the archive {self._layout.root}: {error.strerror}."
            ) from error
        finally:
            for descriptor in descriptors:
                os.close(descriptor)

    def _current(self, article_id: str) -> CurrentVersion | None:
        for batch in self._newest_batches():
            if current := batch.current_versions.get(article_id):
                return current
        return self._query(lambda x: self._reader.current_versions([x]).get(x), article_id)

    def _newest_batches(self) -> tuple[Batch, ...]:
        return (self._batch, *reversed(self._sealed))

    def known(self, url: str) -> KnownArticle | None:
        """The article at an address, requested or final: in the archive, or acknowledged here.

        None where a page only claims the address. A PurgedAddress where a tombstone forbids to store it
        again.
        """
        if purged := self._tombstones.known(url):
            return purged
        key = address_key(url)
        for batch in self._newest_batches():
            if article := batch.known(key):
                return article
        return self._query(self._read_known, url)

    def candidates(self, page: Page) -> Candidates:
        """Find the articles that a page may belong to: in the archive, or acknowledged here."""
        return candidates(page, self._places)

    def acknowledged(self, article_id: str, content_hash: str) -> ArticleRecord | None:
        """Find a text of an article among the uncommitted records."""
        for batch in self._newest_batches():
            for record in reversed(batch.records):
                if not isinstance(record, ArticleRecord):
                    continue
                if (record.article_id, record.content_hash) == (article_id, content_hash):
                    return record
        return None

    def _places(self, keys: Collection[bytes]) -> list[PlaceOfArticle]:
        places = [*(self._query(lambda _: self._read_places(frozenset(keys)), "addresses of a page") or ())]
        for batch in (*self._sealed, self._batch):
            places += batch.places.at(keys)
        return places

    def _text(self, holder: Holder) -> Text | None:
        for batch in self._newest_batches():
            if text := batch.places.text(holder.article_id):
                return text
        return self._query(lambda x: stored_text(x, self._reader, self._storage), holder.article_id)

    def last_observation(self, url: str) -> LastObservation | None:
        """The latest observation of a requested address that brought no article."""
        key = address_key(url)
        for batch in self._newest_batches():
            if observation := batch.last_observation(key):
                return observation
        return self._query(self._reader.last_observation, url)

    def _query(self, question: Callable[[str], T | None], about: str) -> T | None:
        try:
            return question(about)
        except (sqlite3.Error, ValueError, TypeError, LookupError, OverflowError) as error:
            # without an answer one page is fetched or stored again; the next commit rebuilds the cache
            _log.warning("state.sqlite could not be queried for %s: %s", about, error)
            return None

    def commit(
        self,
        decide: Decide | None = None,
        summary: Mapping[str, int] | None = None,
        about: Collection[str] = (),
        by: CommitBy | None = None,
    ) -> Snapshot | None:
        """Make everything acknowledged visible to readers; None if there was nothing, or it is closed.

        `decide` also gets the stored articles with the ids `about`, and their stories. `by` may commit in
        another process: it gets the log, the names of the segments, the summary, and a function that commits
        in this process.

        Raises ArchiveWriteError, or what `decide` raises; the articles stay in their segments then, for the
        next commit. Call it from one thread at a time; other threads may append meanwhile.
        """
        with self._committing:
            if self._closed:
                return None
            self._rotate()
            batches = {batch.segment.id: batch.records for batch in self._sealed}

            def commit_here() -> Snapshot | None:
                return self._committer.commit(batches, decide, summary or {}, about)

            # a dead writer's records may differ from the bytes in its segment
            try:
                if by is None or self._inherited:
                    snapshot = commit_here()
                else:
                    names = [batch.segment.path.name for batch in self._sealed]
                    snapshot = by(self._log, names, summary or {}, commit_here)
            except OSError as error:
                raise ArchiveWriteError(
                    f"The commit into {self._layout.root} failed: {error}. {APPEND.consequence}"
                ) from error
            self._renew_reader()
            done, self._sealed, self._inherited = self._sealed, [], False
            for batch in done:
                batch.segment.discard()  # named in the manifest: if this fails the next writer removes it
        return snapshot

    def _rotate(self) -> None:
        if not self._batch.records:
            return
        following = Batch(Segment.create(self._layout, self._run_id))
        with self._appending:
            full = self._batch
            # known() reads both without a lock: for a moment the batch is in two places, never in none
            self._sealed = [*self._sealed, full]
            self._batch = following
            self._unsynced = False
            if self._requested:
                following.segment.append(request_journal.encode(self._requested.values()))
            descriptors = [*self._raw.borrow(), full.segment.borrow()]
            if self._storage.is_shared:  # a file that the commit uploads must not grow any more
                self._raw.release()
        self._sync(descriptors)

    def _renew_reader(self) -> None:
        """Open the cache again if it was rebuilt; a query in progress finishes in the old file."""
        with contextlib.suppress(OSError, sqlite3.Error):
            if (file := self._layout.state.stat().st_ino) != self._reader_file:
                reader = replay.open_state(self._layout)
                self._replaced_readers.append(self._reader)
                self._reader, self._reader_file = reader, file
        self._read_known = lru_cache(64)(self._reader.known)
        self._read_places = lru_cache(64)(self._reader.places)

    def close(self) -> None:
        """Release everything; uncommitted records stay in their segment for the next writer."""
        with self._committing, self._appending:
            if self._closed:
                return
            self._closed = True
            with contextlib.suppress(OSError):
                self._raw.close()
            if self._batch.records:
                with contextlib.suppress(OSError):
                    self._batch.segment.sync()
                self._batch.segment.release()
            else:
                self._batch.segment.discard()
            self._release_sealed()
            for reader in (self._reader, *self._replaced_readers):
                reader.close()
            self._committer.close()  # after the reader: it notes the fingerprint of the cache

    def _release_sealed(self) -> None:
        for batch in self._sealed:
            batch.segment.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
