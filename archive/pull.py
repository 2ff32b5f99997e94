"""Pull of the commits and purges of other machines; copies that could hold something purged are dropped."""

from __future__ import annotations

import shutil
from functools import partial
from typing import TYPE_CHECKING

from archive.format.columns import SCHEMA_VERSION
from archive.storage import inside
from archive.storage.snapshot_log import Log

if TYPE_CHECKING:
    from archive.storage.interface import Storage


def pull(storage: Storage) -> None:
    """Bring in commits and purges of other machines.

    Raises ObjectStoreError, or ArchiveDamaged when another archive is there than the one of this copy.
    """
    storage.pull(partial(_forget, storage))


def _forget(storage: Storage) -> None:
    """Drop files that could hold what another machine has purged; where needed they are fetched again.

    Files that wait to be sent stay: the next commit admits nothing purged.
    """
    # an archive is looked at without pyarrow, which these need
    from archive.state import replay  # noqa: PLC0415  pyarrow, .1 s: opening needs none
    from archive.tables import views  # noqa: PLC0415  pyarrow, .1 s: opening needs none

    layout = storage.layout
    head = Log(storage, SCHEMA_VERSION).head()
    if head is not None and views.current(layout) not in {None, head.id}:
        views.publish(storage, head)
    for path in inside.folders(layout.views, "v"):
        if head is None or path != layout.view(head.id):
            shutil.rmtree(path, ignore_errors=True)
    live = {storage.path(file.path) for file in head.files} if head is not None else set()
    tables = inside.tree(layout.data, ".parquet")
    pages = [*inside.files(layout.raw, ".warc.gz"), *inside.files(layout.raw_index, ".cdxj")]
    for path in [*tables, *pages, *inside.files(layout.quarantine, ".jsonl")]:
        if path not in live and not storage.is_only_here(path):
            path.unlink(missing_ok=True)
    replay.discard_state(layout)
