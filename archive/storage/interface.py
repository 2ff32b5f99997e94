"""The bytes of an archive, used by all other code: in a folder, or, by `WorkingCopy`, in a bucket.

`archive/opening.py` makes a storage from a path or an address. Other code does not depend on which of the two
it has. Comparable to pyiceberg's `FileIO` and the `logstore` of delta-rs.
"""

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from archive.exceptions import NotAnArchive
from archive.format.layout import Layout, snapshot_number
from archive.format.snapshot import DataFile
from archive.storage import durable, path_guard

REMOVED = (
    "a later `compact` and `gc`, or a purge, removed it. Open the archive again; if that does not help, "
    "`triptych archive verify` tells more."
)
"""Why a data file of a snapshot may be missing, and what to do."""
_PROBED = 32
"""Manifests checked after the one of the view, which each commit updates."""


class Storage:
    """The bytes of one archive. Cheap to create; can be sent to another process and shared by threads.

    All files of a folder are local, and none is sent anywhere. The methods of a bucket raise ObjectStoreError
    if the store refuses or does not answer, ArchiveWriteError if this machine's disk does.
    """

    is_shared = False
    """True if other machines have the same files: a file that was sent is not merged or rewritten."""

    def __init__(self, root: Path, name: str = "") -> None:
        self.layout = Layout(root)
        """The local folder; segments, temporary files, views, cache and lock exist only there."""
        self.name = name or str(root)
        """The path or address of the archive, for messages."""

    # names and places

    def path(self, name: str) -> Path:
        """The path of a stored name: one from a manifest, an index, a row or a tombstone.

        The only way from such a name to a path. The file may not exist yet, see `present`.
        """
        return path_guard.place(self.layout.root, name)

    def stored_name(self, path: Path) -> str:
        """The name of a file in manifests and rows: relative, with slashes."""
        return path.relative_to(self.layout.root).as_posix()

    def writer_suffix(self) -> str:
        """A suffix for file names of one writer; empty if all writers see each other's files."""
        return ""

    # reading

    def present(self, files: Iterable[DataFile]) -> list[Path]:
        """Make data files available on this machine.

        Raises SnapshotNotFound if the store has lost them, ArchiveDamaged if they do not match the manifest.
        A folder checks nothing: opening the path fails.
        """
        return path_guard.places(self.layout.root, (file.path for file in files))

    def present_path(self, name: str) -> Path:
        """Make any other file available on this machine; the path does not exist if the archive has none."""
        return self.path(name)

    def mirror(self, folder: str) -> None:
        """Download everything in this folder of the archive."""

    def top_names(self) -> set[str]:
        """The names of all folders and files at the top."""
        root = self.layout.root
        return {entry.name for entry in root.iterdir()} if root.is_dir() else set()

    def data_names(self) -> Iterator[str]:
        """The stored name of every data file, of the head, of earlier snapshots, or of none."""
        return (self.stored_name(path) for path in path_guard.tree(self.layout.data, ".parquet"))

    def last_snapshot(self, *, sure: bool = True) -> int | None:
        """The number of the last snapshot as of the last `pull`; None if there is none.

        If numbers are missing, a reader that need not be `sure` may get the last one before the gap.
        """
        if not sure and (number := self._above_the_view()) is not None:
            return number
        # all names have the same width, so the greatest name has the greatest number, if it is a manifest
        names = self._log_names()
        number = snapshot_number(max(names, default=""))
        return max(self._numbers(names), default=None) if number is None else number

    def _above_the_view(self) -> int | None:
        """The last number, counted up from the view's; None if the view does not help."""
        try:
            number = int(os.readlink(self.layout.current_view)[1:])  # noqa: PTH115  called by each reader
        except (OSError, ValueError):
            return None
        for last in range(number, number + _PROBED):
            if not self.layout.manifest(last).exists():
                return last - 1 if last > number else None
        return None

    def snapshot_ids(self) -> list[int]:
        """The numbers of all snapshots with a manifest, ascending.

        The first, 0, always has one. Those folded into the history are missing.
        """
        return sorted(self._numbers(self._log_names()))

    def _numbers(self, names: Iterable[str]) -> Iterator[int]:
        for name in names:
            if (number := snapshot_number(name)) is not None:
                yield number

    def _log_names(self) -> list[str]:
        try:
            return os.listdir(self.layout.log)  # noqa: PTH208  called by each commit, and there may be many
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise NotAnArchive(f"{self.layout.log} cannot be read: {error.strerror or error}.") from error

    def names(self, folder: str) -> list[str]:
        """The stored names of all files of a folder, sorted; a file may be deleted before it is read."""
        return path_guard.names(self.layout.root, folder)

    # writing

    def ensure_writable(self) -> None:
        """Prove that a put never overwrites another writer's commit, before anything is written.

        Once on each machine; raises ArchiveNotWritable. A folder has link(2), which needs no proof.
        """

    def commit(self, number: int, new: Collection[str], manifest: bytes) -> bool:
        """Publish a snapshot by its manifest; `new`: data files that no earlier snapshot has.

        False if another writer was first with this number. Then `pull` before the next try.
        """
        temporary = self.layout.new_temporary()
        durable.write_new(temporary, manifest)
        return durable.publish_once(temporary, self.layout.manifest(number))

    def put(self, name: str, data: bytes) -> None:
        """Write or replace a file atomically; durable and visible to others when it returns."""
        final = self.path(name)
        durable.make_folder(final.parent)
        temporary = self.layout.new_temporary()
        durable.write_new(temporary, data)
        temporary.rename(final)
        durable.sync_folder(final.parent)

    def enqueue(self, path: Path) -> None:
        """List a file for `flush` to send; call it before the file is written or changed."""

    def remove(self, path: Path) -> None:
        """Delete a file here, and for others with the next `flush`."""
        path.unlink(missing_ok=True)

    def discard(self, names: Collection[str]) -> None:
        """Delete files that others need not delete too; after an error some stay."""
        for name in names:
            self.path(name).unlink(missing_ok=True)

    def drop_stale(self, folder: str) -> None:
        """Delete local copies of files that others have discarded."""

    def is_only_here(self, path: Path) -> bool:
        """True for a file that no other machine can have yet: it may grow, and must not be lost."""
        return True

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
        return False

    def renew_altered(self, files: Iterable[DataFile] = ()) -> int:
        """Fetch again manifests, tombstones, index and these files whose copies are altered; their number."""
        return 0

    def put_right(self, files: Iterable[DataFile]) -> int:
        """Upload data files that the store has lost or altered, if this machine has them; their number."""
        return 0

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
        old: dict[str, int] = {}
        for path in path_guard.tree(self.layout.data, ".parquet"):
            status = path.stat()
            if now.timestamp() - status.st_mtime >= keep.total_seconds():
                old[self.stored_name(path)] = status.st_size
        unneeded = old.keys() - set(needed(old)) if old else set()
        if not dry_run:
            for name in unneeded:
                # not by `path`: the file may have a name of another version
                (self.layout.data / name.removeprefix("_data/")).unlink(missing_ok=True)
        return len(unneeded), sum(old[name] for name in unneeded)

    @contextmanager
    def fetched_anew(self) -> "Iterator[Storage]":
        """The same archive without any local copies: what another machine would read."""
        yield self
