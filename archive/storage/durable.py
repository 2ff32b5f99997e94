"""Durable writing: a power cut leaves the old file or the new one, never a partial one."""

import contextlib
import errno
import os
from pathlib import Path

NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EXDEV, errno.ENOSYS, errno.EACCES})
"""Errors of file systems without links; some mounts report a missing permission."""


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path, mode: int = 0o777) -> None:
    """Create a folder with its parents, and make each new name durable; `mode` of all created folders."""
    if folder.is_dir():
        return
    make_folder(folder.parent, mode)
    folder.mkdir(mode, exist_ok=True)
    sync_folder(folder.parent)


def write_new(path: Path, data: bytes) -> None:
    """Write and fsync a file that does not exist yet; a failure leaves no file."""
    try:
        with path.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
        raise


def replace(path: Path, data: bytes, mode: int | None = None) -> None:
    """Replace a file whole: who reads it at any moment gets the old one or the new one. Raises OSError.

    It is not synced: after a power cut the old one may be there.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(data)
        if mode is not None:
            temporary.chmod(mode)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def publish_once(temporary: Path, final: Path) -> bool:
    """Give a finished file its final name, unless that name exists (False); the temporary name is removed.

    Without links it checks and renames: safe among the processes of one machine, which hold the lock of the
    archive meanwhile.
    """
    try:
        os.link(temporary, final)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        if final.exists():
            return False
        temporary.rename(final)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(final.parent)
    return True
