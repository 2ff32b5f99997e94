"""Putting small files together: fewer to open, better compressed; not a row is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive.tables.files import read, rows_per_file

if TYPE_CHECKING:
    from archive.format.snapshot import DataFile, Snapshot
    from archive.storage.interface import Storage
    from archive.tables.files import TableFiles

LEVEL = 9
"""zstd: a tenth smaller than a commit's files, for four times the processor time that nobody waits for."""


def rewrite(
    storage: Storage, head: Snapshot, files: TableFiles
) -> tuple[tuple[DataFile, ...], dict[str, tuple[str, ...]]] | None:
    """The files of the compacted snapshot, and which took over from which, or None; each month apart."""
    live = {file.path: file for file in head.files}
    rewrote = {}
    for group in _groups(head):
        (merged,) = files.write(group[0].table, read(storage, group), group[0].month)
        for file in group:
            del live[file.path]
        live[merged.path] = merged
        rewrote[merged.path] = tuple(file.path for file in group)
    if not rewrote:
        return None
    return tuple(sorted(live.values(), key=lambda file: (file.table, file.month, file.path))), rewrote


def _groups(head: Snapshot) -> list[list[DataFile]]:
    by_month: dict[tuple[str, str], list[DataFile]] = {}
    for file in sorted(head.files, key=lambda file: (file.rows, file.path)):
        if file.rows:
            by_month.setdefault((file.table, file.month), []).append(file)
    groups = []
    for (table, _), files in sorted(by_month.items()):
        group: list[DataFile] = []
        for file in files:
            if group and sum(x.rows for x in group) + file.rows > rows_per_file(table):
                groups.append(group)
                group = []
            group.append(file)
        groups.append(group)
    return [group for group in groups if len(group) > 1]
