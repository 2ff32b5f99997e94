"""Verification of an archive against its own manifests; changes nothing."""

import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa

from archive.commit.clock import strange_times
from archive.exceptions import ArchiveDamaged, ArchiveError, SnapshotNotFound
from archive.format.schema import STORED
from archive.format.snapshot import DataFile, Snapshot
from archive.opening import open_existing, utc_now
from archive.operations.duplicate_rows import duplicate_rows
from archive.operations.key_hashes import Hashes, hashes_of, rows_with
from archive.operations.verification_memory import Tally, VerificationMemory
from archive.pages import warc_files
from archive.state.tombstones import Tombstones
from archive.storage import path_guard
from archive.storage.interface import Storage
from archive.storage.log_blocks import FOLDER as HISTORY
from archive.storage.snapshot_log import ACCOUNTS, Log
from archive.tables import data_file_reader, views
from archive.wal import quarantine


@dataclass(frozen=True, slots=True)
class Finding:
    grave: bool
    """True if something is lost or wrong; False for information."""
    text: str


@dataclass(frozen=True, slots=True)
class Verification:
    findings: Sequence[Finding]
    tally: Tally

    def summary(self) -> str:
        """A sentence on the files and pages that were checked and skipped."""
        tally = self.tally
        sentence = f"{tally.files} files and {tally.pages} pages were checked"
        if tally.oldest is None:
            return f"{sentence}."
        since = datetime.fromtimestamp(tally.oldest, UTC)
        return (
            f"{sentence}; {tally.skipped_files} files and {tally.skipped_pages} pages were skipped: this "
            f"machine has checked them since {since:%Y-%m-%d}, and they have not changed. "
            "`verify --all` checks everything."
        )


def check(root: str | os.PathLike[str], *, everything: bool = False) -> Verification:
    """Find everything that does not match the head's manifest, and everything that waits for a person.

    Files that this machine has checked before and that have not changed are skipped, unless `everything` is
    set. Of an archive in an object store the store itself is checked, always completely: it is fetched into a
    temporary folder, whatever copies this machine has.
    """
    storage, _, head = open_existing(root)
    skipping = not (everything or storage.is_shared)
    with (
        VerificationMemory.of(storage.layout.root, skipping=skipping) as memory,
        storage.fetched_anew() as fetched,
    ):
        findings = [*_check(fetched, memory), *_notes(storage, head)]
        if not storage.is_shared:
            memory.save()
        memory.stamp()
        return Verification(findings, memory.tally)


def _check(storage: Storage, memory: VerificationMemory) -> list[Finding]:
    storage, log, head = open_existing(storage)
    problems = list(_check_log(storage, log, memory))
    notes: list[str] = []
    if not problems:
        committed = [(x, log.entry(x, rows=False).committed_at) for x in log.ids()]
        notes += strange_times(committed, utc_now())
    storage.mirror("_purged")
    try:
        Tombstones(storage.layout)
    except ArchiveDamaged as error:
        problems.append(str(error))
    for file in head.files:
        problems += [f"{file.path}: {text}" for text in _check_file(storage, file, memory)]
    if not problems:
        try:
            problems += duplicate_rows(storage, head)
            problems += _check_rows(storage, head)
            problems += _check_pages(storage, head, memory)
        except ArchiveDamaged as error:  # a skipped file that has changed below the file system
            problems.append(str(error))
    return [*(Finding(True, text) for text in problems), *(Finding(False, text) for text in notes)]


def _check_log(storage: Storage, log: Log, memory: VerificationMemory) -> Iterator[str]:
    """Check every manifest, every block of the history and every account, and that no number is missing."""

    def check(name: str, read: Callable[[], str]) -> str | None:
        """The result of `read` for a file, now or from memory; None where it is damaged."""
        try:
            path = storage.present_path(name)
            if (result := memory.result(name, path)) is None:
                result = read()
                memory.tally.files += 1
                memory.note(name, path, result=result)
        except FileNotFoundError:
            return None  # folded or merged in between
        except ArchiveError as error:
            problems.append(str(error))
            return None
        return result

    problems: list[str] = []
    numbers: set[int] = set()
    # in this order, because an entry is written to the history before it is deleted from the others
    for snapshot_id in log.ids():
        name = storage.stored_name(storage.layout.manifest(snapshot_id))
        check(name, lambda number=snapshot_id: str(log.read(number).id))  # type: ignore[misc]
        numbers.add(snapshot_id)
    for name in storage.names(ACCOUNTS):
        check(name, lambda name=name: log.account(name).run_id)  # type: ignore[misc]
    for name in storage.names(HISTORY):
        spans = check(name, lambda name=name: _spans(log.history.numbers(name)))  # type: ignore[misc]
        for first, last in json.loads(spans or "[]"):
            numbers.update(range(first, last + 1))
    yield from problems
    if not problems and (missing := _first_missing(numbers)) is not None:
        yield f"the log has a gap: snapshot {missing} is missing"


def _spans(numbers: Sequence[int]) -> str:
    """First and last of the numbers that follow each other without a gap, as JSON."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return json.dumps(spans)


def _first_missing(numbers: set[int]) -> int | None:
    for before, after in pairwise(sorted(numbers)):
        if after != before + 1:
            return before + 1
    return None


def _check_file(storage: Storage, file: DataFile, memory: VerificationMemory) -> Iterator[str]:
    try:
        (path,) = storage.present([file])
        if memory.result(file.path, path, file.sha256) is not None:
            return
        memory.tally.files += 1
        problem = _file_problem(path, file)
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
    except ArchiveDamaged:
        problem = "is altered in the store: it does not match the checksum in the manifest"
    except SnapshotNotFound:
        problem = "is not in the store any more"
    if problem is None:
        memory.note(file.path, path, file.sha256)
    else:
        yield problem


def _file_problem(path: Path, file: DataFile) -> str | None:
    size = path.stat().st_size
    # a file of the wrong size is not read
    if size != file.bytes or _sha256(path) != file.sha256:
        return f"is altered: {size} bytes that do not match the checksum in the manifest"
    try:
        parquet = data_file_reader.opened(path)
    except ArchiveDamaged as error:
        return str(error)
    except pa.ArrowException as error:
        return f"is no Parquet file: {error}"
    schema = STORED.get(file.table)
    if schema is None or not parquet.schema_arrow.equals(schema):
        return "has another schema than the written one"
    if parquet.metadata.num_rows != file.rows:
        return f"has {parquet.metadata.num_rows} rows, the manifest says {file.rows}"
    return None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_rows(storage: Storage, head: Snapshot) -> Iterator[str]:
    """Check the rules between tables."""
    articles, stories = head.stored("articles"), head.stored("stories")
    lone = np.setxor1d(hashes_of(storage, articles, ["story_id"]), hashes_of(storage, stories, ["story_id"]))
    lone_ids = _ids(storage, articles, "story_id", lone) ^ _ids(storage, stories, "story_id", lone)
    for story_id in sorted(lone_ids):
        yield f"stories: {story_id} and the articles do not agree"
    archived, pairs = hashes_of(storage, articles, ["article_id"]), head.stored("pairs")
    for side in ("article_id_a", "article_id_b"):
        lone = np.setdiff1d(hashes_of(storage, pairs, [side]), archived)
        ids = _ids(storage, pairs, side, lone) - _ids(storage, articles, "article_id", lone)
        for article_id in sorted(ids):
            yield f"pairs: {article_id} is not an article"


def _ids(storage: Storage, files: Sequence[DataFile], column: str, wanted_hashes: Hashes) -> set[str]:
    return set(rows_with(storage, files, [column], wanted_hashes)[column].to_pylist())


def _check_pages(storage: Storage, head: Snapshot, memory: VerificationMemory) -> Iterator[str]:
    """Check that each row with a page leads to the bytes it was read from."""
    if not storage.is_shared:
        for path in path_guard.files(storage.layout.raw, ".warc.gz"):
            memory.trust_pages(storage.stored_name(path), path)
    for file in head.stored("articles", "superseded"):
        if memory.pages_of(file.path) is None:
            yield from _check_pages_of(storage, file, memory)


def _check_pages_of(storage: Storage, file: DataFile, memory: VerificationMemory) -> Iterator[str]:
    columns = ["article_id", "version", "raw_sha256", "raw_file", "raw_offset", "raw_length"]
    correct: list[tuple[str, int, int, str]] = []
    ends: dict[str, int] = {}
    wrong = 0
    for row in data_file_reader.opened(storage.path(file.path)).read(columns=columns).to_pylist():
        if row["raw_file"] is None:
            continue
        pointer = warc_files.Pointer(row["raw_file"], row["raw_offset"], row["raw_length"])
        page = (pointer.file, pointer.offset, pointer.length, row["raw_sha256"])
        ends[pointer.file] = max(ends.get(pointer.file, 0), pointer.offset + pointer.length)
        if not memory.is_verified(page):
            memory.tally.pages += 1
            if (text := _page_problem(storage, pointer, row["raw_sha256"])) is not None:
                wrong += 1
                memory.forget_page(page)
                yield f"page of {row['article_id']}, version {row['version']}: {text}"
                continue
        correct.append(page)
    memory.note_pages(correct)
    if not wrong:
        memory.note_pages_of(file.path, len(correct), ends)


def _page_problem(storage: Storage, pointer: warc_files.Pointer, sha256: str) -> str | None:
    try:
        page = warc_files.read(storage, pointer)
    except ArchiveError as error:
        return str(error)
    if hashlib.sha256(page.body).hexdigest() != sha256:
        return f"{pointer.file} at {pointer.offset} holds another one"
    return None


def _view_findings(storage: Storage, head: Snapshot) -> Iterator[Finding]:
    snapshot = views.current(storage.layout)
    if snapshot == head.id:
        for flaw in views.flaws(storage, head):
            yield Finding(True, f"{flaw}: run `repair` to rebuild the view")
    # of several machines sharing an archive, one that only reads has no view and needs none
    elif snapshot is not None or not storage.is_shared:
        state = f"no view exists for snapshot {head.id}"
        if snapshot is not None:
            state = f"the view shows snapshot {snapshot}, the latest is {head.id}"
        yield Finding(False, f"{state}; `repair` builds it (not in a backup; needs symbolic links)")


def _notes(storage: Storage, head: Snapshot) -> Iterator[Finding]:
    yield from _view_findings(storage, head)
    live = {file.path for file in head.files}
    if stale := [name for name in storage.data_names() if name not in live]:
        yield Finding(False, f"{len(stale)} data files belong to earlier snapshots or to none: see `gc`")
    segments = [x for x in storage.layout.segments.glob("*.jsonl.zst") if not x.name.startswith("new-")]
    if segments:
        yield Finding(
            False, f"{len(segments)} segments are open, or wait for the next writer to recover them"
        )
    reasons = Counter(entry.reason for entry in quarantine.entries(storage))
    for reason, count in sorted(reasons.items()):
        yield Finding(False, f"quarantine: {count} × {reason}")
