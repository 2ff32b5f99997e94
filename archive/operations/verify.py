"""Verification of an archive against its own manifests; reads everything, changes nothing."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import pyarrow as pa

from archive.commit.clock import strange_times
from archive.exceptions import ArchiveDamaged, ArchiveError, SnapshotNotFound
from archive.format.schema import STORED
from archive.opening import open_existing, utc_now
from archive.operations.doubled import doubled_rows
from archive.pages import warc_files
from archive.state.tombstones import Tombstones
from archive.tables import unpacked, views
from archive.wal import quarantine

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator
    from pathlib import Path

    from archive.format.snapshot import DataFile, Snapshot
    from archive.storage.interface import Storage


@dataclass(frozen=True, slots=True)
class Finding:
    grave: bool
    """True where something is lost or wrong; else it is only worth knowing."""
    text: str


def verify(root: str | os.PathLike[str]) -> list[Finding]:
    """Find everything that is not as the head's manifest says, and everything that waits for a person.

    Of an archive in an object store the store itself is checked: all of it is fetched into a temporary
    folder, whatever this machine has of it.
    """
    storage, _, head = open_existing(root)
    with storage.fetched_anew() as fetched:
        return [*_check(fetched), *_notes(storage, head)]


def _check(storage: Storage) -> list[Finding]:
    storage, log, head = open_existing(storage)
    findings = []
    ids = log.ids()
    committed = []
    for snapshot_id in ids:
        try:
            committed.append((snapshot_id, log.read(snapshot_id).committed_at))
        except ArchiveError as error:
            findings.append(Finding(True, str(error)))
    findings += [Finding(False, text) for text in strange_times(committed, utc_now())]
    for before, after in pairwise(ids):
        if after != before + 1:
            findings.append(Finding(True, f"the log has a gap: snapshot {before + 1} is missing"))
            break
    storage.mirror("_purged")
    try:
        Tombstones(storage.layout)
    except ArchiveDamaged as error:
        findings.append(Finding(True, str(error)))
    for file in head.files:
        findings += [Finding(True, f"{file.path}: {text}") for text in _check_file(storage, file)]
    if not any(finding.grave for finding in findings):
        findings += [Finding(True, text) for text in doubled_rows(storage, head)]
        findings += [Finding(True, text) for text in _check_rows(storage, head)]
        findings += [Finding(True, text) for text in _check_pages(storage, head)]
    return findings


def _check_file(storage: Storage, file: DataFile) -> Iterator[str]:
    try:
        (path,) = storage.present([file])
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
    if parquet.metadata.num_rows != file.rows:
        yield f"has {parquet.metadata.num_rows} rows, the manifest says {file.rows}"


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


def _check_pages(storage: Storage, head: Snapshot) -> Iterator[str]:
    """Check that each row that names a page leads to the bytes it was read from."""
    columns = ["article_id", "version", "raw_sha256", "raw_file", "raw_offset", "raw_length"]
    for file in (*head.stored("articles"), *head.stored("superseded")):
        for row in unpacked.opened(storage.path(file.path)).read(columns=columns).to_pylist():
            if row["raw_file"] is None:
                continue
            pointer = warc_files.Pointer(row["raw_file"], row["raw_offset"], row["raw_length"])
            try:
                page = warc_files.read(storage, pointer)
            except ArchiveError as error:
                yield f"page of {row['article_id']}, version {row['version']}: {error}"
                continue
            if hashlib.sha256(page.body).hexdigest() != row["raw_sha256"]:
                where = f"{pointer.file} at {pointer.offset}"
                yield f"page of {row['article_id']}, version {row['version']}: {where} holds another one"


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
