"""The commit of a writer's segments by another process: what is in them is read from the disk.

The writer keeps its locks on them meanwhile. Whatever goes wrong here, the writer still has the records and
can commit them itself; a segment is committed once, by whoever names it in a manifest first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive import codec, segment
from archive.commit import Committer
from archive.exceptions import ArchiveDamaged
from archive.layout import Layout
from archive.log import Log
from archive.opening import local_path, utc_now
from archive.schema import SCHEMA_VERSION

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from archive.codec import Record
    from archive.links import Decide
    from archive.log import Snapshot


class SegmentCommitter:
    """Of an archive that a writer elsewhere has open."""

    def __init__(self, root: str | os.PathLike[str], run_id: str) -> None:
        self._layout = Layout(local_path(root))
        log = Log(self._layout, SCHEMA_VERSION)
        self._committer = Committer(self._layout, log, run_id, utc_now)

    def commit(self, names: Sequence[str], decide: Decide, summary: Mapping[str, int]) -> Snapshot | None:
        """`names` of files in `_wal`. Raises as ArchiveWriter.commit, ArchiveDamaged, or OSError."""
        paths = [self._layout.segments / name for name in names]
        batches = {path.name.partition(".")[0]: _records(path) for path in paths}
        return self._committer.commit(batches, decide, summary)

    def close(self) -> None:
        self._committer.close()


def _records(path: Path) -> list[Record]:
    """All of them or ArchiveDamaged: the writer has them whole."""
    records = []
    for line in segment.read(path.read_bytes()):
        if isinstance(line, segment.Damage):
            raise ArchiveDamaged(f"{path} cannot be read at {line.offset}.")
        if (record := codec.decode(line)) is not None:
            records.append(record)
    return records
