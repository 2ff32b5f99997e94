"""Snapshot 0: an archive without rows, whose tables can be read already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive.log import Snapshot
from archive.schema import SCHEMA_VERSION, STORED
from archive.tables import TableFiles

if TYPE_CHECKING:
    from datetime import datetime

    from archive.layout import Layout
    from archive.log import Log


def create(layout: Layout, log: Log, run_id: str, at: datetime) -> None:
    """Write the first manifest; does nothing when another writer was first."""
    files = TableFiles(layout)
    try:
        empty = tuple(files.write_empty(name, f"{at:%Y-%m}") for name in sorted(STORED))
        created = log.append(Snapshot(0, None, "create", at, run_id, SCHEMA_VERSION, empty))
    except OSError:
        files.discard()
        raise
    if not created:
        files.discard()
