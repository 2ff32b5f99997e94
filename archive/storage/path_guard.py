"""Paths inside an archive: no link leads out of it, and only regular files are opened.

The only links of an archive, the tables at its top and `_views/current`, lead to its views; every other link
is damage, and so is a pipe or a device in place of a file. Checked before anything is opened: this makes a
stranger's archive harmless, but not if the stranger still writes into it.
"""

import errno
import os
import re
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from archive.exceptions import ArchiveDamaged, NotAnArchive, WrongOutput
from archive.format import gate
from archive.format.layout import FILES, FOLDERS, TABLES, WORKING_FOLDERS, Layout

_DEVICES = Path("/dev")


def place(root: Path, name: str) -> Path:
    """The path of a stored name; the file may not exist yet. Raises ArchiveDamaged."""
    return places(root, [name])[0]


def places(root: Path, stored_names: Iterable[str]) -> list[Path]:
    """The paths of stored names, as `place`; a commit needs thousands, of few folders."""
    checked = set()
    paths = []
    for name in stored_names:
        *above, _ = gate.stored_name(name).split("/")
        folder = str(root)
        for part in above:
            folder = f"{folder}/{part}"
            if folder not in checked:
                _expect(folder, "a folder")
                checked.add(folder)
        _expect(f"{root}/{name}", "a file")
        paths.append(root / name)
    return paths


def check_top(root: Path) -> None:
    """Check the top folder of an archive, before any of it is used. Raises ArchiveDamaged, NotAnArchive."""
    for name in (*FOLDERS, *WORKING_FOLDERS, "_raw/index"):
        _expect(f"{root}/{name}", "a folder")
    for name in FILES:
        _expect(f"{root}/{name}", "a file")
    for name in TABLES:
        path = root / name
        if path.is_dir() and not path.is_symlink() and not os.path.lexists(root / "_log"):
            raise NotAnArchive(f"{root} is not an archive: it has no _log, and {name} is a folder.")
        _expect_link(str(path), f"_views/current/{name}")
    _expect_link(f"{root}/_views/current", "v[0-9]{1,20}")


def files(folder: Path, ending: str, start: str = "") -> list[Path]:
    """The files of a folder with this start and ending of their names, sorted. Raises ArchiveDamaged."""
    try:
        names = os.listdir(folder)  # noqa: PTH208  only the names are needed
    except (FileNotFoundError, NotADirectoryError):
        return []
    paths = [folder / name for name in sorted(names) if name.endswith(ending) and name.startswith(start)]
    for path in paths:
        _expect(str(path), "a file")
    return paths


def folders(folder: Path, start: str) -> list[Path]:
    """The folders in a folder with this start of their names, sorted. Raises ArchiveDamaged."""
    try:
        with os.scandir(folder) as entries:
            paths = sorted(entry.path for entry in entries if entry.name.startswith(start))
    except (FileNotFoundError, NotADirectoryError):
        return []
    for path in paths:
        _expect(path, "a folder")
    return [Path(path) for path in paths if os.path.isdir(path)]  # noqa: PTH112


def tree(folder: Path, ending: str) -> Iterator[Path]:
    """All files below a folder with this ending of their names, in no order. Raises ArchiveDamaged."""
    pending = [str(folder)]
    while pending:
        try:
            with os.scandir(pending.pop()) as entries:
                for entry in entries:
                    _expect(entry.path, "a file or a folder")
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(entry.path)
                    elif entry.name.endswith(ending):
                        yield Path(entry.path)
        except (FileNotFoundError, NotADirectoryError):
            continue


def names(root: Path, folder: str) -> list[str]:
    """The stored names of all files of a folder, sorted. Raises ArchiveDamaged."""
    _expect(f"{root}/{folder}", "a folder")
    return list(filter(gate.is_stored_name, (f"{folder}/{path.name}" for path in files(root / folder, ""))))


def check_view(folder: Path) -> None:
    """Check that a view holds files, no links. Raises ArchiveDamaged."""
    for path in (folder.parent, folder):
        _expect(str(path), "a folder")
    files(folder, "")


def expect_file(path: Path, *, is_written: bool = False) -> None:
    """Raise OSError for what a user names and is no file: a pipe is waited for, a device may have no end.

    The pipe of `<(…)` is read, because somebody writes into it. Nothing in /dev is replaced by a file.
    """
    is_special = path.exists() and not path.is_file()
    if is_written:
        is_special |= path.absolute().parent == _DEVICES
    elif path.is_fifo() and path.parent in {_DEVICES, _DEVICES / "fd"}:
        return
    if is_special:
        raise OSError(errno.EINVAL, "it is a folder, a pipe, a socket or a device, and no file", str(path))


def refuse_archive(path: Path) -> None:
    """Raise WrongOutput for what a user names as output and is an archive or in one, also through a link."""
    resolved = path.resolve()
    for folder in (resolved, *resolved.parents):
        if os.path.lexists(Layout(folder).manifest(0)):  # every archive has it
            place = "an archive" if folder == resolved else f"in the archive {folder}"
            raise WrongOutput(
                f"{path} is {place}, where only the archive itself is kept; give another place."
            )


def read(path: Path, most: int) -> bytes:
    """Read a file of at most `most` bytes. Raises ArchiveDamaged."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size > most:
            raise ArchiveDamaged(
                f"{path} has {size} bytes, expected {most} at most; do not use this archive."
            )
        return file.read()


def _expect(path: str, kind: str) -> None:
    """Refuse links and special files; a file in place of a folder fails when it is opened."""
    try:
        mode = os.lstat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise _strange(path, kind, mode)


def _expect_link(path: str, target: str) -> None:
    """Refuse anything but this link; it may be missing, as some file systems have no links."""
    try:
        mode = os.lstat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return
    if not stat.S_ISLNK(mode) or re.fullmatch(target, os.readlink(path)) is None:  # noqa: PTH115
        raise _strange(path, "a link to a view of this archive", mode)


def _strange(path: str, kind: str, mode: int) -> ArchiveDamaged:
    came = "a link to elsewhere" if stat.S_ISLNK(mode) else "something else"
    return ArchiveDamaged(
        f"The archive is damaged or was made to do harm: expected {kind} at {path}, got {came}; "
        "remove it, or do not use this archive."
    )
