"""Merging small files: fewer to open, better compressed; not a row is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive.commit.next_snapshot import Operation
from archive.pages import cdxj_index
from archive.tables.parquet_files import read, rows_per_file

if TYPE_CHECKING:
    from archive.commit.next_snapshot import NextSnapshot
    from archive.format.snapshot import DataFile, Snapshot

LEVEL = 9
"""zstd: a tenth smaller than a commit's files, for four times the processor time that nobody waits for."""
COMPACT = Operation("compact", LEVEL)


def merge_small_files(following: NextSnapshot) -> Snapshot | None:
    """Merge the data files of each month, and the files of the page index; None where no data file merges."""
    cdxj_index.merge(following.storage)
    following.storage.flush()
    for group in _groups(following.head):
        following.replace(group, read(following.storage, group))
    return following.finish() if following.has_replaced else None


def _groups(head: Snapshot) -> list[list[DataFile]]:
    """Files of a table and month that fit into one."""
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
