"""The cache folder of this machine: copies and derived files of any archive, outside of it."""

import hashlib
import os
import shutil
from pathlib import Path
from typing import Literal

Purpose = Literal[
    "views", "pairing", "state", "stores", "verified", "viewer", "leases", "told", "imports", "measured"
]
_COPIES: tuple[Purpose, ...] = ("views", "pairing", "stores", "verified", "viewer")
"""Folders that may hold content of an archive; `state` is a stamp, see archive/state/provenance.py.

`leases` has locks and the times of runs, `told` the sent notifications of `triptych watch`, `imports` how far
files on servers have been read.
"""


def cache() -> Path:
    """Folder of files that can be rebuilt or fetched again."""
    caches = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    return Path(os.environ.get("TRIPTYCH_CACHE") or caches / "triptych").absolute()


def cache_folder(root: Path, purpose: Purpose) -> Path:
    """Path of an archive's cache folder, which may not exist. It depends only on the path of the archive."""
    name = hashlib.sha256(str(root.absolute()).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return cache() / purpose / name


def drop_cache_folder(root: Path) -> None:
    """Delete all cached files of an archive, which may outlive the files they were made of."""
    for purpose in _COPIES:
        shutil.rmtree(cache_folder(root, purpose), ignore_errors=True)
