"""What this machine keeps beside an archive: it can be had again, and a purge takes it away."""

from __future__ import annotations

import hashlib
import shutil
from typing import TYPE_CHECKING, Literal

from archive import working_copy

if TYPE_CHECKING:
    from pathlib import Path

Purpose = Literal["views", "pairing"]
_PURPOSES: tuple[Purpose, ...] = ("views", "pairing")


def folder(root: Path, purpose: Purpose) -> Path:
    """Where it lies; not made. An archive that comes to lie at the same path has the same folder."""
    name = hashlib.sha256(str(root.absolute()).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return working_copy.cache() / purpose / name


def drop(root: Path) -> None:
    """All that this machine has: a copy outlives the file that it was made of."""
    for purpose in _PURPOSES:
        shutil.rmtree(folder(root, purpose), ignore_errors=True)
