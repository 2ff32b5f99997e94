"""Files of a working copy that are not here yet: fetched when somebody wants to read them, once.

In an archive of its own every file is here already, and nothing of this does anything.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from typing import TYPE_CHECKING

import pyarrow as pa

from archive.exceptions import ArchiveDamaged, ArchiveWriteError, SnapshotNotFound
from archive.storage import durable, working_copy
from archive.storage.object_store import each

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from archive.format.snapshot import DataFile
    from archive.storage.working_copy import WorkingCopy


_TAKEN = (
    "a later `compact` and `gc`, or a purge, took it. Open the archive again; if that does not help, "
    "`python -m archive verify` tells more."
)


@contextlib.contextmanager
def told() -> Iterator[None]:
    """What Arrow says of a data file that is gone or altered, in a sentence of ours.

    Raises SnapshotNotFound or ArchiveDamaged.
    """
    try:
        yield
    except FileNotFoundError as error:
        raise SnapshotNotFound(f"{error.filename or error} is not there any more: {_TAKEN}") from error
    except (OSError, pa.ArrowInvalid) as error:
        if "FieldRef" in str(error):  # a filter of the caller's names no column
            raise
        reason = str(error).rstrip(".")
        raise ArchiveDamaged(
            f"A data file is not readable: {reason}; `python -m archive verify` tells which."
        ) from error


def present(root: Path, files: Iterable[DataFile]) -> list[Path]:
    """Where data files are, whole.

    Raises SnapshotNotFound when they are gone from the store, ArchiveDamaged when they are not what the
    manifest says.
    """
    wanted = list(files)
    copy = working_copy.of(root)
    if copy is not None:
        each(lambda file: _fetch(copy, file), [file for file in wanted if not _here(root, file)])
    return [root / file.path for file in wanted]


def present_path(root: Path, path: str) -> Path:
    """Where a page file or another is; no file there when the store has none."""
    copy = working_copy.of(root)
    if copy is not None and not (root / path).exists():
        with contextlib.suppress(FileNotFoundError):
            _place(copy, path, copy.store.get(path))
    return root / path


def mirror(root: Path, folder: str) -> None:
    """Everything that the store has under this folder, here too."""
    copy = working_copy.of(root)
    if copy is not None:
        listed = copy.store.list(folder)
        each(lambda item: present_path(root, item.path), listed)


def _here(root: Path, file: DataFile) -> bool:
    try:
        return (root / file.path).stat().st_size == file.bytes
    except OSError:
        return False


def _fetch(copy: WorkingCopy, file: DataFile) -> None:
    try:
        data = copy.store.get(file.path)
    except FileNotFoundError:
        raise SnapshotNotFound(f"{file.path} is not in {copy.uri} any more: {_TAKEN}") from None
    if len(data) != file.bytes or hashlib.sha256(data).hexdigest() != file.sha256:
        raise ArchiveDamaged(
            f"{file.path} in {copy.uri} is altered: {len(data)} bytes that do not match the checksum in the "
            "manifest; `python -m archive repair` on a machine that has it whole puts it right."
        )
    _place(copy, file.path, data)


def _place(copy: WorkingCopy, path: str, data: bytes) -> None:
    """Under its name it is whole: it will not be fetched again."""
    final = copy.root / path
    early = copy.new_incoming()
    try:
        durable.write_new(early, data)
        durable.make_folder(final.parent)
        os.replace(early, final)  # noqa: PTH105
    except OSError as error:
        early.unlink(missing_ok=True)
        raise ArchiveWriteError(f"Cannot keep {path} in {copy.root}: {error.strerror or error}.") from error
