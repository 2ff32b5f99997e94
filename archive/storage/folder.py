"""An archive in a folder: all files are local, and none is sent anywhere."""

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from archive.exceptions import NotAnArchive
from archive.format.layout import Layout, snapshot_number
from archive.format.snapshot import DataFile
from archive.storage import durable, path_guard

_PROBED = 32
"""Manifests checked after the one of the view, which each commit updates."""


class Folder:
    """Implements `Storage`."""

    is_shared = False

    def __init__(self, root: Path) -> None:
        self.layout = Layout(root)
        self.name = str(root)

    def path(self, name: str) -> Path:
        return path_guard.place(self.layout.root, name)

    def stored_name(self, path: Path) -> str:
        return path.relative_to(self.layout.root).as_posix()

    def writer_suffix(self) -> str:
        return ""

    def present(self, files: Iterable[DataFile]) -> list[Path]:
        return path_guard.places(self.layout.root, (file.path for file in files))

    def present_path(self, name: str) -> Path:
        return self.path(name)

    def mirror(self, folder: str) -> None:
        """Nothing to do."""

    def top_names(self) -> set[str]:
        root = self.layout.root
        return {entry.name for entry in root.iterdir()} if root.is_dir() else set()

    def data_names(self) -> Iterator[str]:
        return (self.stored_name(path) for path in path_guard.tree(self.layout.data, ".parquet"))

    def last_snapshot(self, *, sure: bool = True) -> int | None:
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
        return path_guard.names(self.layout.root, folder)

    def ensure_writable(self) -> None:
        """Nothing to do."""

    def commit(self, number: int, new: Collection[str], manifest: bytes) -> bool:
        temporary = self.layout.new_temporary()
        durable.write_new(temporary, manifest)
        return durable.publish_once(temporary, self.layout.manifest(number))

    def put(self, name: str, data: bytes) -> None:
        final = self.path(name)
        durable.make_folder(final.parent)
        temporary = self.layout.new_temporary()
        durable.write_new(temporary, data)
        temporary.rename(final)
        durable.sync_folder(final.parent)

    def enqueue(self, path: Path) -> None:
        """Nothing to do."""

    def remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)

    def discard(self, names: Collection[str]) -> None:
        for name in names:
            self.path(name).unlink(missing_ok=True)

    def drop_stale(self, folder: str) -> None:
        """Nothing to do."""

    def is_only_here(self, path: Path) -> bool:
        return True

    def flush(self) -> None:
        """Nothing to do."""

    def pull(self, forget: Callable[[], None]) -> None:
        """Nothing to do."""

    def renew(self, name: str) -> bool:
        return False

    def renew_altered(self, files: Iterable[DataFile] = ()) -> int:
        return 0

    def put_right(self, files: Iterable[DataFile]) -> int:
        return 0

    def sweep(
        self,
        needed: Callable[[Collection[str]], Collection[str]],
        now: datetime,
        keep: timedelta,
        *,
        dry_run: bool,
    ) -> tuple[int, int]:
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
    def fetched_anew(self) -> "Iterator[Folder]":
        yield self
