"""Pull of the commits and purges of other machines; copies that may hold purged articles are dropped."""

import shutil
from functools import partial

from archive.format.columns import SCHEMA_VERSION
from archive.storage import path_guard
from archive.storage.interface import Storage
from archive.storage.snapshot_log import Log


def pull(storage: Storage) -> None:
    """Apply the commits and purges of other machines.

    Raises ObjectStoreError, or ArchiveDamaged if the store has another archive than this working copy.
    """
    storage.pull(partial(_forget, storage))


def _forget(storage: Storage) -> None:
    """Drop files that may hold what another machine has purged; they are fetched again when needed.

    Files that wait to be uploaded stay: the next commit admits nothing purged.
    """
    from archive.state import replay  # noqa: PLC0415  pyarrow, .1 s: opening needs none
    from archive.tables import views  # noqa: PLC0415  pyarrow, .1 s: opening needs none

    layout = storage.layout
    head = Log(storage, SCHEMA_VERSION).head()
    if head is not None and views.current(layout) not in {None, head.id}:
        views.publish(storage, head)
    for path in path_guard.folders(layout.views, "v"):
        if head is None or path != layout.view(head.id):
            shutil.rmtree(path, ignore_errors=True)
    live = {storage.path(file.path) for file in head.files} if head is not None else set()
    tables = path_guard.tree(layout.data, ".parquet")
    pages = [*path_guard.files(layout.raw, ".warc.gz"), *path_guard.files(layout.raw_index, ".cdxj")]
    for path in [*tables, *pages, *path_guard.files(layout.quarantine, ".jsonl")]:
        if path not in live and not storage.is_only_here(path):
            path.unlink(missing_ok=True)
    replay.discard_state(layout)
