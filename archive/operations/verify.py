"""Verification of an archive against its own manifests; changes nothing."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

import pyarrow as pa

from archive.commit.clock import strange_times
from archive.exceptions import ArchiveDamaged, ArchiveError, SnapshotNotFound
from archive.format.schema import STORED
from archive.opening import open_existing, utc_now
from archive.operations.doubled import doubled_rows
from archive.operations.verified import Tally, Verified
from archive.pages import warc_files
from archive.state.tombstones import Tombstones
from archive.storage import inside
from archive.storage.log_blocks import FOLDER as HISTORY
from archive.storage.snapshot_log import ACCOUNTS
from archive.tables import unpacked, views
from archive.wal import quarantine

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from archive.format.snapshot import DataFile, Snapshot
    from archive.storage.interface import Storage
    from archive.storage.snapshot_log import Log


@dataclass(frozen=True, slots=True)
class Finding:
    grave: bool
    """True where something is lost or wrong; else it is only worth knowing."""
    text: str


@dataclass(frozen=True, slots=True)
class Verification:
    findings: Sequence[Finding]
    tally: Tally

    def told(self) -> str:
        """A sentence about all that was looked at, and all that was believed."""
        tally = self.tally
        sentence = f"{tally.files} files and {tally.pages} pages were looked at"
        if tally.oldest is None:
            return f"{sentence}."
        since = datetime.fromtimestamp(tally.oldest, UTC)
        return (
            f"{sentence}; {tally.believed_files} files and {tally.believed_pages} pages were believed: this "
            f"machine has looked at them since {since:%Y-%m-%d}, and they have not changed. "
            "`verify --all` looks at everything."
        )


def verify(root: str | os.PathLike[str]) -> Sequence[Finding]:
    """Look at everything, see `check`."""
    return check(root, everything=True).findings


def check(root: str | os.PathLike[str], *, everything: bool = False) -> Verification:
    """Find everything that is not as the head's manifest says, and everything that waits for a person.

    What this machine has looked at before and what has not changed since is believed, unless `everything` is
    asked for. Of an archive in an object store the store itself is checked, always all of it: it is fetched
    into a temporary folder, whatever this machine has of it.
    """
    storage, _, head = open_existing(root)
    believing = not (everything or storage.is_shared)
    with (
        Verified.of(storage.layout.root, believing=believing) as verified,
        storage.fetched_anew() as fetched,
    ):
        findings = [*_check(fetched, verified), *_notes(storage, head)]
        if not storage.is_shared:
            verified.keep()
        verified.stamp()
        return Verification(findings, verified.tally)


def _check(storage: Storage, verified: Verified) -> list[Finding]:
    storage, log, head = open_existing(storage)
    findings = [Finding(True, text) for text in _check_log(storage, log, verified)]
    if not findings:
        kept = [(x, log.entry(x, rows=False).committed_at) for x in log.ids()]
        findings += [Finding(False, text) for text in strange_times(kept, utc_now())]
    storage.mirror("_purged")
    try:
        Tombstones(storage.layout)
    except ArchiveDamaged as error:
        findings.append(Finding(True, str(error)))
    for file in head.files:
        findings += [Finding(True, f"{file.path}: {text}") for text in _check_file(storage, file, verified)]
    if not any(finding.grave for finding in findings):
        try:
            findings += [Finding(True, text) for text in doubled_rows(storage, head)]
            findings += [Finding(True, text) for text in _check_rows(storage, head)]
            findings += [Finding(True, text) for text in _check_pages(storage, head, verified)]
        except ArchiveDamaged as error:  # a file that was believed, and has changed below the file system
            findings.append(Finding(True, str(error)))
    return findings


def _check_log(storage: Storage, log: Log, verified: Verified) -> Iterator[str]:
    """Check every manifest, every block of the history and every account, and that no number is missing."""

    def look(name: str, read: Callable[[], str]) -> str | None:
        """The answer of `read` about a file, now or when it was looked at; None where it is damaged."""
        try:
            path = storage.present_path(name)
            if (told := verified.told(name, path)) is None:
                told = read()
                verified.tally.files += 1
                verified.note(name, path, told=told)
        except FileNotFoundError:
            return None  # folded or merged in between
        except ArchiveError as error:
            problems.append(str(error))
            return None
        return told

    problems: list[str] = []
    known: set[int] = set()
    # in this order, because what leaves the first two is in the third before
    for snapshot_id in log.ids():
        name = storage.stored_name(storage.layout.manifest(snapshot_id))
        look(name, lambda number=snapshot_id: str(log.read(number).id))  # type: ignore[misc]
        known.add(snapshot_id)
    for name in storage.names(ACCOUNTS):
        look(name, lambda name=name: log.account(name).run_id)  # type: ignore[misc]
    for name in storage.names(HISTORY):
        told = look(name, lambda name=name: _spans(log.history.numbers(name)))  # type: ignore[misc]
        for first, last in json.loads(told or "[]"):
            known.update(range(first, last + 1))
    yield from problems
    if not problems and (missing := _first_missing(known)) is not None:
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


def _first_missing(known: set[int]) -> int | None:
    for before, after in pairwise(sorted(known)):
        if after != before + 1:
            return before + 1
    return None


def _check_file(storage: Storage, file: DataFile, verified: Verified) -> Iterator[str]:
    try:
        (path,) = storage.present([file])
        if verified.told(file.path, path, file.sha256) is not None:
            return
        verified.tally.files += 1
        size = path.stat().st_size
        # what is not as long as it should be is not read
        digest = _sha256(path) if size == file.bytes else None
    except OSError as error:
        yield f"cannot be read: {error.strerror}"
        return
    except ArchiveDamaged:
        yield "is altered in the store: what is there does not match the checksum in the manifest"
        return
    except SnapshotNotFound:
        yield "is not in the store any more"
        return
    if digest != file.sha256:
        yield f"is altered: {size} bytes that do not match the checksum in the manifest"
        return
    try:
        parquet = unpacked.opened(path)
    except ArchiveDamaged as error:
        yield str(error)
        return
    except pa.ArrowException as error:
        yield f"is no Parquet file: {error}"
        return
    schema = STORED.get(file.table)
    if schema is None or not parquet.schema_arrow.equals(schema):
        yield "has another schema than the written one"
    elif parquet.metadata.num_rows != file.rows:
        yield f"has {parquet.metadata.num_rows} rows, the manifest says {file.rows}"
    else:
        verified.note(file.path, path, file.sha256)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_rows(storage: Storage, head: Snapshot) -> Iterator[str]:
    """Check the rules between tables."""
    ids = _column(storage, head, "articles", "article_id")
    stories = set(_column(storage, head, "stories", "story_id"))
    for story_id in sorted(set(_column(storage, head, "articles", "story_id")) ^ stories):
        yield f"stories: {story_id} and the articles do not agree"
    known = set(ids)
    for side in ("article_id_a", "article_id_b"):
        for article_id in sorted(set(_column(storage, head, "pairs", side)) - known):
            yield f"pairs: {article_id} is no article"


def _check_pages(storage: Storage, head: Snapshot, verified: Verified) -> Iterator[str]:
    """Check that each row that names a page leads to the bytes it was read from."""
    if not storage.is_shared:
        for path in inside.files(storage.layout.raw, ".warc.gz"):
            verified.trust_pages(storage.stored_name(path), path)
    for file in (*head.stored("articles"), *head.stored("superseded")):
        if verified.pages_of(file.path) is None:
            yield from _check_pages_of(storage, file, verified)


def _check_pages_of(storage: Storage, file: DataFile, verified: Verified) -> Iterator[str]:
    columns = ["article_id", "version", "raw_sha256", "raw_file", "raw_offset", "raw_length"]
    whole: list[tuple[str, int, int, str]] = []
    ends: dict[str, int] = {}
    wrong = 0
    for row in unpacked.opened(storage.path(file.path)).read(columns=columns).to_pylist():
        if row["raw_file"] is None:
            continue
        pointer = warc_files.Pointer(row["raw_file"], row["raw_offset"], row["raw_length"])
        page = (pointer.file, pointer.offset, pointer.length, row["raw_sha256"])
        ends[pointer.file] = max(ends.get(pointer.file, 0), pointer.offset + pointer.length)
        if not verified.is_believed(page):
            verified.tally.pages += 1
            if (text := _page_is_wrong(storage, pointer, row["raw_sha256"])) is not None:
                wrong += 1
                verified.forget_page(page)
                yield f"page of {row['article_id']}, version {row['version']}: {text}"
                continue
        whole.append(page)
    verified.note_pages(whole)
    if not wrong:
        verified.note_pages_of(file.path, len(whole), ends)


def _page_is_wrong(storage: Storage, pointer: warc_files.Pointer, sha256: str) -> str | None:
    try:
        page = warc_files.read(storage, pointer)
    except ArchiveError as error:
        return str(error)
    if hashlib.sha256(page.body).hexdigest() != sha256:
        return f"{pointer.file} at {pointer.offset} holds another one"
    return None


def _column(storage: Storage, head: Snapshot, table: str, column: str) -> list[str]:
    values: list[str] = []
    for file in head.stored(table):
        values += unpacked.opened(storage.path(file.path)).read(columns=[column])[column].to_pylist()
    return values


def _notes(storage: Storage, head: Snapshot) -> Iterator[Finding]:
    shown = views.current(storage.layout)
    # of several machines one that has only read has made no view, and needs none
    if shown != head.id and not (storage.is_shared and shown is None):
        seen = "there is no view" if shown is None else f"the view shows snapshot {shown}"
        yield Finding(
            False, f"{seen}, the log has {head.id}: `repair` turns it, where the file system has links"
        )
    if shown == head.id:
        yield from (
            Finding(True, f"{flaw}: `repair` makes the view again") for flaw in views.flaws(storage, head)
        )
    live = {file.path for file in head.files}
    if dangling := [name for name in storage.data_names() if name not in live]:
        yield Finding(False, f"{len(dangling)} data files belong to earlier snapshots or to none: see `gc`")
    if waiting := [
        path for path in storage.layout.segments.glob("*.jsonl.zst") if not path.name.startswith("new-")
    ]:
        yield Finding(False, f"{len(waiting)} segments are open, or wait for the next writer to recover them")
    reasons = Counter(entry.reason for entry in quarantine.entries(storage))
    for reason, count in sorted(reasons.items()):
        yield Finding(False, f"quarantine: {count} × {reason}")
