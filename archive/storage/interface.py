"""The interface to the bytes of an archive, used by all other code.

Two implementations: `Folder`, and `WorkingCopy`, a bucket with a local folder through which it is used.
`archive/opening.py` makes one from a path or an address. Other code does not depend on which of the two it
has. Comparable to pyiceberg's `FileIO` and the `logstore` of delta-rs.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from archive.format.layout import Layout
from archive.format.snapshot import DataFile

REMOVED = (
    "a later `compact` and `gc`, or a purge, removed it. Open the archive again; if that does not help, "
    "`triptych archive verify` tells more."
)
"""Why a data file of a snapshot may be missing, and what to do."""


class Storage(Protocol):
    """The bytes of one archive. Cheap to create; can be sent to another process and shared by threads.

    The methods of a bucket raise ObjectStoreError if the store refuses or does not answer, ArchiveWriteError
    if this machine's disk does.
    """

    layout: Layout
    """The local folder; segments, temporary files, views, cache and lock exist only there."""
    name: str
    """The path or address of the archive, for messages."""
    is_shared: bool
    """True if other machines have the same files: a file that was sent is not merged or rewritten."""

    # names and places

    def path(self, name: str) -> Path:
        """The path of a stored name: one from a manifest, an index, a row or a tombstone.

        The only way from such a name to a path. The file may not exist yet, see `present`.
        """

    def stored_name(self, path: Path) -> str:
        """The name of a file in manifests and rows: relative, with slashes."""

    def writer_suffix(self) -> str:
        """A suffix for file names of one writer; empty if all writers see each other's files."""

    # reading

    def present(self, files: Iterable[DataFile]) -> list[Path]:
        """Make data files available on this machine.

        Raises SnapshotNotFound if the store has lost them, ArchiveDamaged if they do not match the manifest.
        A folder checks nothing: opening the path fails.
        """

    def present_path(self, name: str) -> Path:
        """Make any other file available on this machine; the path does not exist if the archive has none."""

    def mirror(self, folder: str) -> None:
        """Download everything in this folder of the archive."""

    def top_names(self) -> set[str]:
        """The names of all folders and files at the top."""

    def data_names(self) -> Iterator[str]:
        """The stored name of every data file, of the head, of earlier snapshots, or of none."""

    def last_snapshot(self, *, sure: bool = True) -> int | None:
        """The number of the last snapshot as of the last `pull`; None if there is none.

        If numbers are missing, a reader that need not be `sure` may get the last one before the gap.
        """

    def snapshot_ids(self) -> list[int]:
        """The numbers of all snapshots with a manifest, ascending.

        The first, 0, always has one. Those folded into the history are missing.
        """

    def names(self, folder: str) -> list[str]:
        """The stored names of all files of a folder, sorted; a file may be deleted before it is read."""

    # writing

    def ensure_writable(self) -> None:
        """Prove that a put never overwrites another writer's commit, before anything is written.

        Once on each machine; raises ArchiveNotWritable. A folder has link(2), which needs no proof.
        """

    def commit(self, number: int, new: Collection[str], manifest: bytes) -> bool:
        """Publish a snapshot by its manifest; `new`: data files that no earlier snapshot has.

        False if another writer was first with this number. Then `pull` before the next try.
        """

    def put(self, name: str, data: bytes) -> None:
        """Write or replace a file atomically; durable and visible to others when it returns."""

    def enqueue(self, path: Path) -> None:
        """List a file for `flush` to send; call it before the file is written or changed."""

    def remove(self, path: Path) -> None:
        """Delete a file here, and for others with the next `flush`."""

    def discard(self, names: Collection[str]) -> None:
        """Delete files that others need not delete too; after an error some stay."""

    def drop_stale(self, folder: str) -> None:
        """Delete local copies of files that others have discarded."""

    def is_only_here(self, path: Path) -> bool:
        """True for a file that no other machine can have yet: it may grow, and must not be lost."""

    def flush(self) -> None:
        """Send and delete what is listed, except files that still grow; call it under the commit lock.

        After an error the rest stays listed.
        """

    # keeping

    def pull(self, forget: Callable[[], None]) -> None:
        """Apply the commits of other machines, then their purges.

        In this order, because a tombstone is written before the snapshot that carries it out: a machine that
        has the snapshot then also gets the tombstone, and does not archive the article again. `forget` is
        called under the commit lock before new tombstones are written here, to drop files that may hold
        something purged. Raises ArchiveDamaged if the store has another archive than this copy.
        """

    def renew(self, name: str) -> bool:
        """Fetch a file again whose local copy is altered; False if the store has none, or the same.

        Raises ArchiveDamaged if the file in the store is damaged too; the copy stays then.
        """

    def renew_altered(self, files: Iterable[DataFile] = ()) -> int:
        """Fetch again manifests, tombstones, index and these files whose copies are altered; their number."""

    def put_right(self, files: Iterable[DataFile]) -> int:
        """Upload data files that the store has lost or altered, if this machine has them; their number."""

    def sweep(
        self,
        needed: Callable[[Collection[str]], Collection[str]],
        now: datetime,
        keep: timedelta,
        *,
        dry_run: bool,
    ) -> tuple[int, int]:
        """Remove data files that are older than `keep` and not needed; their number and bytes.

        `needed` is called once with the old files. A commit in progress has files that no manifest names yet,
        so young files stay.
        """

    def fetched_anew(self) -> "AbstractContextManager[Storage]":
        """The same archive without any local copies: what another machine would read."""
