"""The cache of this machine: what it keeps of any archive outside of it, and can have again."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import Literal

Purpose = Literal["views", "pairing"]
_PURPOSES: tuple[Purpose, ...] = ("views", "pairing")


def cache() -> Path:
    """The folder where this machine keeps what can be had again."""
    caches = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    return Path(os.environ.get("TRIPTYCH_CACHE") or caches / "triptych").absolute()


def cache_folder(root: Path, purpose: Purpose) -> Path:
    """Where it lies; not made. An archive that comes to lie at the same path has the same folder."""
    name = hashlib.sha256(str(root.absolute()).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return cache() / purpose / name


def drop_cache_folder(root: Path) -> None:
    """All that this machine has: a copy outlives the file that it was made of."""
    for purpose in _PURPOSES:
        shutil.rmtree(cache_folder(root, purpose), ignore_errors=True)
