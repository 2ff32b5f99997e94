"""The interface to the bytes of an archive, wherever they lie: everything above it is handed one.

Two implementations: `Folder`, and `WorkingCopy`, a bucket and the folder of this machine through which it is
used. `archive/opening.py` makes one from a path or an address. Code above asks for what it needs, and never
which of the two it has. As pyiceberg's `FileIO` and the `logstore` of delta-rs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from contextlib import AbstractContextManager
    from datetime import datetime, timedelta
    from pathlib import Path

    from archive.format.layout import Layout
    from archive.format.snapshot import DataFile

TAKEN = (
    "a later `compact` and `gc`, or a purge, took it. Open the archive again; if that does not help, "
    "`python -m archive verify` tells more."
)
"""The reason why a data file that a snapshot names is not there, and what to do."""


class Storage(Protocol):
    """The bytes of one archive. Cheap to make; one may go to another process, or be used by several threads.

    A bucket's methods raise ObjectStoreError where the store refuses or does not answer, ArchiveWriteError
    where this machine's disk does.
    """

    @property
    def layout(self) -> Layout:
        """The folder that the archive is used through.

        By it alone one reaches what only this machine needs: segments, temporary files, views, cache, lock.
        """

    @property
    def name(self) -> str:
        """The archive as a person calls it: its path or its address."""

    @property
    def is_shared(self) -> bool:
        """Other machines have the same files: one that has been sent to them is not changed for its form."""

    # names and places

    def path(self, name: str) -> Path:
        """The place of a stored name: one from a manifest, an index, a row or a tombstone.

        The only way from such a name to a path. The file may not be there yet, see `present`.
        """

    def stored_name(self, path: Path) -> str:
        """The name of a file of this archive as manifests and rows have it, relative and with slashes."""

    def writer_suffix(self) -> str:
        """An ending for file names of one writer; empty where all writers see each other's files."""

    # reading

    def present(self, files: Iterable[DataFile]) -> list[Path]:
        """Data files, whole and on this machine.

        Raises SnapshotNotFound when they are gone from the store, ArchiveDamaged when they are not what the
        manifest says. A folder looks at nothing: whoever opens a path meets what is wrong with it.
        """

    def present_path(self, name: str) -> Path:
        """A page file or another, on this machine; no file there when the archive has none."""

    def mirror(self, folder: str) -> None:
        """Bring everything under this folder of the archive onto this machine."""

    def top_names(self) -> set[str]:
        """The names of all that lies at the top, folders and files; none where nothing is there."""

    def data_names(self) -> Iterator[str]:
        """The stored name of every data file, of the head, of earlier snapshots or of none."""

    def last_snapshot(self, *, sure: bool = True) -> int | None:
        """The number of the last snapshot, as far as `pull` has seen; None where there is none.

        Where numbers are missing a reader that need not be `sure` may be told the last one before the gap.
        """

    def snapshot_ids(self) -> list[int]:
        """The numbers of all snapshots whose manifest is kept, ascending.

        The first, 0, stays for ever. After it those are missing that are folded into the history.
        """

    def names(self, folder: str) -> list[str]:
        """The stored names of all files of a folder, sorted; a file may be gone when it is read."""

    # writing

    def ensure_writable(self) -> None:
        """Prove that no put overwrites another writer's commit, before anything is written.

        Once on each machine; raises ArchiveNotWritable. A folder has link(2), which needs no proof.
        """

    def commit(self, number: int, new: Collection[str], manifest: bytes) -> bool:
        """Publish a snapshot by its manifest; `new` names the data files that no earlier one has.

        False when another writer was first with this number. Then `pull` before the next try.
        """

    def put(self, name: str, data: bytes) -> None:
        """Write a file that may change, in one piece; durable, and seen by others, when it returns."""

    def enqueue(self, path: Path) -> None:
        """List a file that `flush` is to send; call it before the file is written or changed."""

    def remove(self, path: Path) -> None:
        """Take a file away here, and by the next `flush` from where others see it."""

    def discard(self, names: Collection[str]) -> None:
        """Take away files of which nobody needs to know that they are gone; after an error some stay."""

    def drop_stale(self, folder: str) -> None:
        """Take away copies here of what others have discarded."""

    def is_only_here(self, path: Path) -> bool:
        """True for a file that no other machine can have yet: it may grow, and must not get lost."""

    def flush(self) -> None:
        """Send and delete what is listed, but for files that still grow; call it under the commit lock.

        After an error the rest stays listed.
        """

    # keeping

    def pull(self, forget: Callable[[], None]) -> None:
        """Bring in what other machines have committed, then what they have purged.

        In this order, because a tombstone is put before the snapshot that carries it out: whoever has seen
        that snapshot sees the tombstone too, and takes nothing in again. `forget` is called under the commit
        lock before new tombstones are written here: what could hold something purged goes.
        Raises ArchiveDamaged when another archive is there than the one of this copy.
        """

    def renew(self, name: str) -> bool:
        """Fetch a file again whose copy here is altered; False where there is no other, or the same.

        Raises ArchiveDamaged where what is there is not whole either; the copy stays then.
        """

    def renew_altered(self, files: Iterable[DataFile] = ()) -> int:
        """Fetch manifests, tombstones, index and these data files again that are altered here; how many."""

    def put_right(self, files: Iterable[DataFile]) -> int:
        """Put data files there again that are lost or altered, where they are whole here; how many."""

    def sweep(
        self,
        needed: Callable[[Collection[str]], Collection[str]],
        now: datetime,
        keep: timedelta,
        *,
        dry_run: bool,
    ) -> tuple[int, int]:
        """Remove data files that are older than `keep` and not needed; their number and bytes.

        `needed` is asked once which of the old ones are. A commit under way has files that no manifest names
        yet, so young ones stay.
        """

    def fetched_anew(self) -> AbstractContextManager[Storage]:
        """The same archive without anything that this machine has of it already: what others would read."""
