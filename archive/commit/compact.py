"""Merging small files: fewer to open, better compressed; no row changes."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from archive.commit.next_snapshot import NextSnapshot, Operation
from archive.format.schema import SORT, STORED
from archive.format.snapshot import DataFile, Snapshot
from archive.opening import storage_at
from archive.pages import cdxj_index
from archive.tables.parquet_files import encoded, read, rows_per_file

LEVEL = 9
"""zstd: a tenth smaller than a commit's files, for four times the CPU time, in the background."""
COMPACT = Operation("compact", LEVEL)


@dataclass(frozen=True, slots=True)
class Group:
    """Files of one table and month that become one."""

    archive: str
    files: tuple[DataFile, ...]


def merged(group: Group) -> bytes:
    """Read the files of a group, and encode their rows as one."""
    name = group.files[0].table
    return encoded(read(storage_at(group.archive), group.files), STORED[name], SORT[name], LEVEL)


def merge_small_files(
    over: Callable[[Callable[[Group], bytes], Sequence[Group]], Iterable[bytes]], following: NextSnapshot
) -> Snapshot | None:
    """Merge the data files of each month, and the files of the page index; None where no data file merges.

    `over` is a `map` that may work in other processes: groups are independent.
    """
    cdxj_index.merge(following.storage)
    following.storage.flush()
    name = str(following.storage.name)
    groups = [Group(name, tuple(files)) for files in _groups(following.head)]
    for group, data in zip(groups, over(merged, groups), strict=True):
        following.replace_encoded(group.files, data)
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
