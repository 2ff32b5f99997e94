"""Copy of an archive into another folder or bucket: a backup, its restoration, a move.

Segments are copied first, because a record is in a segment before it is in a snapshot; then the names of the
manifests are listed, and all other files are copied; the manifests last, because they name only files that
existed before them. At the end what the source no longer has is removed; so a purge reaches the copy too. The
next run completes one that was killed.
"""

import os
import re
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from archive.exceptions import ArchiveDamaged, ArchiveError, ArchiveNotWritable, NotAnArchive
from archive.format import gate
from archive.format.layout import OWN_NAMES, Layout, snapshot_number
from archive.opening import open_any
from archive.operations.verify import check
from archive.storage import durable, locks, path_guard, verified_download
from archive.storage.object_store import Store, check_address, is_address

_LOG, _SEGMENTS = "_log", "_wal"
_REST = ("_runs", "_history", "_purged", "_quarantine", "_raw", "_data")
_SEGMENT = re.compile(r"_wal/[0-9a-f]{32}\.jsonl\.zst")
_FIRST = f"{_LOG}/{0:020d}.json"
_PASSES = 3
"""`gc`, `compact` or a purge may remove a file that a pass has listed; the next pass lists anew."""


@dataclass(frozen=True, slots=True)
class State:
    """What shows that a file has changed: its size with its time (in a folder) or its hash (in a bucket)."""

    bytes: int
    modified: int | None = None
    """Nanoseconds since 1970."""
    tag: str | None = None


@dataclass(slots=True)
class Copied:
    files: int = 0
    bytes: int = 0
    equal: int = 0
    """Files that the copy already had."""
    removed: int = 0
    segments: int = 0
    """Segments that were left out, because a bucket has none."""


class _FolderPlace:
    def __init__(self, root: Path) -> None:
        self.name = str(root)
        self.root = root

    def lock(self) -> AbstractContextManager[None]:
        durable.make_folder(self.root / "_tmp")
        return locks.hold(Layout(self.root).lock)

    def top_names(self) -> set[str]:
        return set(os.listdir(self.root)) if self.root.is_dir() else set()  # noqa: PTH208  only names are needed

    def path(self, name: str) -> Path:
        return self.root / name if _SEGMENT.fullmatch(name) else path_guard.place(self.root, name)

    def states(self, folder: str) -> dict[str, State]:
        states = {}
        for path in path_guard.tree(self.root / folder, ""):
            name = path.relative_to(self.root).as_posix()
            if gate.is_stored_name(name) or _SEGMENT.fullmatch(name):
                status = path.stat()
                states[name] = State(status.st_size, modified=status.st_mtime_ns)
        return states

    def read(self, name: str) -> bytes:
        return self.path(name).read_bytes()

    def write(self, name: str, source: "_Place") -> int:
        """Copy a file from the source, atomically; returns its size."""
        final, temporary = self.path(name), self.root / "_tmp" / uuid4().hex
        durable.make_folder(final.parent)
        try:
            if isinstance(source, _FolderPlace):
                _copy_file(source.path(name), temporary)
            else:
                durable.write_new(temporary, source.read(name))
            size = temporary.stat().st_size
            temporary.replace(final)
        finally:
            temporary.unlink(missing_ok=True)
        durable.sync_folder(final.parent)
        return size

    def remove(self, names: list[str]) -> None:
        for name in names:
            self.path(name).unlink(missing_ok=True)


class _BucketPlace:
    def __init__(self, uri: str) -> None:
        self.name = uri
        self._store = Store(uri)

    def top_names(self) -> set[str]:
        return self._store.names()

    def states(self, folder: str) -> dict[str, State]:
        listed = self._store.list(folder)
        states = {}
        for item in listed:
            if gate.is_stored_name(item.path):
                states[item.path] = State(item.bytes, tag=item.tag)
        return states

    def read(self, name: str) -> bytes:
        return verified_download.fetch(self._store, name)

    def write(self, name: str, source: "_Place") -> int:
        """Copy a file from the source; returns its size."""
        data = source.path(name) if isinstance(source, _FolderPlace) else source.read(name)
        self._store.put(name, data)
        return data.stat().st_size if isinstance(data, Path) else len(data)

    def remove(self, names: list[str]) -> None:
        self._store.delete(names)


_Place = _FolderPlace | _BucketPlace


def copy(source: str, target: str, advance: Callable[[int, int], None] | None = None) -> Copied:
    """Make `target` what `source` is; safe while crawls write to `source`.

    `advance`: called with the number of files that are done and of those to do. Raises NotAnArchive if
    `source` is none or `target` something else, ArchiveNotWritable if `target` has what `source` never had,
    ArchiveDamaged if `source` is damaged and an earlier copy would be overwritten.
    """
    open_any(source)
    origin, destination = _place(source), _place(target)
    _refuse_overlap(origin, destination)
    _refuse_foreign(destination)
    if destination.states(_LOG):
        _refuse_damaged(source, destination)
    for passes_left in reversed(range(_PASSES)):
        try:
            if isinstance(destination, _BucketPlace):
                return _pass(origin, destination, advance)
            with destination.lock():
                return _pass(origin, destination, advance)
        except FileNotFoundError as error:
            if not passes_left:
                raise ArchiveError(
                    f"{error.filename or origin.name} vanished while it was copied, {_PASSES} times in "
                    "a row; run the copy again when `gc` and `compact` have ended. What was copied stays."
                ) from error
    raise AssertionError("unreachable")


def _pass(origin: _Place, destination: _Place, advance: Callable[[int, int], None] | None) -> Copied:
    copied = Copied()
    segments, old_segments = _segments(origin), _segments(destination)
    if isinstance(destination, _BucketPlace):
        copied.segments = len(segments)
        segments = {}
    _refuse_diverged(origin, destination)
    files: dict[str, State] = {}
    old_files: dict[str, State] = {}
    _write(segments, old_segments, origin, destination, copied, None)
    manifests = origin.states(_LOG)
    for folder in _REST:
        files |= origin.states(folder)
        old_files |= destination.states(folder)
    _write(files, old_files, origin, destination, copied, advance)
    old_manifests = destination.states(_LOG)
    _write(manifests, old_manifests, origin, destination, copied, None)
    for old, new in ((old_manifests, manifests), (old_files, files), (old_segments, segments)):
        obsolete = sorted(old.keys() - new.keys())
        destination.remove(obsolete)
        copied.removed += len(obsolete)
    return copied


def _segments(place: _Place) -> dict[str, State]:
    return place.states(_SEGMENTS) if isinstance(place, _FolderPlace) else {}


def _write(  # noqa: PLR0917
    new: dict[str, State],
    old: dict[str, State],
    origin: _Place,
    destination: _Place,
    copied: Copied,
    advance: Callable[[int, int], None] | None,
) -> None:
    """Copy what is not equal, in the order of names: manifests by their numbers."""
    changed = []
    for name in sorted(new):
        if _is_equal(name, origin, new[name], destination, old.get(name)):
            copied.equal += 1
        else:
            changed.append(name)
    for number, name in enumerate(changed):
        copied.bytes += destination.write(name, origin)
        copied.files += 1
        if advance is not None:
            advance(number + 1, len(changed))


def _is_equal(name: str, origin: _Place, new: State, destination: _Place, old: State | None) -> bool:
    if old is None or old.bytes != new.bytes:
        return False
    if isinstance(origin, _FolderPlace) and isinstance(destination, _FolderPlace):
        return old.modified == new.modified
    if isinstance(origin, _FolderPlace):
        return verified_download.is_tagged(origin.read(name), old.tag) is True
    if isinstance(destination, _FolderPlace):
        return verified_download.is_tagged(destination.read(name), new.tag) is True
    return old.tag is not None and old.tag == new.tag


def _copy_file(path: Path, target: Path) -> None:
    """Copy durably; the copy gets the time that the file had before its first byte was read."""
    with path.open("rb") as file, target.open("xb") as new:
        modified = os.fstat(file.fileno()).st_mtime_ns
        shutil.copyfileobj(file, new, 1 << 20)
        new.flush()
        os.fsync(new.fileno())
    os.utime(target, ns=(modified, modified))


def _place(text: str) -> _Place:
    return _BucketPlace(check_address(text)) if is_address(text) else _FolderPlace(Path(text))


def _refuse_overlap(origin: _Place, destination: _Place) -> None:
    if isinstance(origin, _FolderPlace) and isinstance(destination, _FolderPlace):
        source, target = origin.root.resolve(), destination.root.resolve()
        overlap = source.is_relative_to(target) or target.is_relative_to(source)
    else:
        source_uri, target_uri = f"{origin.name}/", f"{destination.name}/"
        overlap = source_uri.startswith(target_uri) or target_uri.startswith(source_uri)
    if overlap:
        raise NotAnArchive(
            f"{origin.name} and {destination.name} are one place, or one is in the other; give another."
        )


def _refuse_foreign(destination: _Place) -> None:
    if isinstance(destination, _FolderPlace):
        path_guard.refuse_archive(destination.root.resolve().parent)
        if destination.root.exists() and not destination.root.is_dir():
            raise NotAnArchive(f"{destination.name} is a file; a copy needs a folder.")
        path_guard.check_top(destination.root)
    if foreign := sorted(destination.top_names() - OWN_NAMES):
        raise NotAnArchive(
            f"{destination.name} is not an archive and not empty ({foreign[0]} is in it); give an "
            "empty or a new place, or an earlier copy."
        )


def _refuse_damaged(source: str, destination: _Place) -> None:
    """Leave an earlier copy as it is: files that the source has lost would be removed from it."""
    for finding in check(source).findings:
        if finding.grave:
            raise ArchiveDamaged(
                f"{source} is damaged, so the copy in {destination.name} was left as it is: {finding.text} "
                "`verify` tells all; restore from the copy, or copy to a new place."
            )


def _refuse_diverged(origin: _Place, destination: _Place) -> None:
    """Refuse a place that has another archive, or a snapshot that the source never had."""
    old_names = destination.states(_LOG).keys()
    if not old_names:
        return
    names = origin.states(_LOG).keys()
    last = max(old_names)
    if last > max(names):
        raise ArchiveNotWritable(
            f"{destination.name} has snapshot {snapshot_number(last)}, {origin.name} ends at "
            f"{snapshot_number(max(names))}: somebody has written to the copy; give a new place."
        )
    for name in (_FIRST, last):
        # a manifest that the source has folded cannot be compared
        if name in names and name in old_names and destination.read(name) != origin.read(name):
            raise ArchiveNotWritable(
                f"{destination.name} holds another archive than {origin.name} (snapshot "
                f"{snapshot_number(name)} differs); give a new place."
            )
