"""A table as Apache Iceberg: the data files are linked into a folder and registered there, not written anew.

Links, because a later `compact` and `gc` would take the archive's own files from under the catalogue. A purge
does not reach them, as it reaches no other export.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from archive.exceptions import ExportError

if TYPE_CHECKING:
    from archive.read.archive import Archive

_NAMESPACE = "triptych"


def register(archive: Archive, output: str, table: str) -> str:
    """Add a table to the catalogue `catalog.db` in a folder, in place of an earlier export of it."""
    try:
        from pyiceberg.catalog.sql import SqlCatalog  # noqa: PLC0415  an extra: nothing else needs it
    except ImportError:
        raise ExportError("Iceberg needs pyiceberg: pip install 'triptych[iceberg]'.") from None
    rows = archive.table(table)
    folder = Path(output).absolute()
    place = folder / "data" / f"{table}-{archive.snapshot.id}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        linked = [_link(path, place) for path in rows.files()]
    except OSError as error:
        raise ExportError(f"Cannot write {output}: {error.strerror or error}.") from error
    catalog = SqlCatalog("triptych", uri=f"sqlite:///{folder}/catalog.db", warehouse=folder.as_uri())
    name = f"{_NAMESPACE}.{table}"
    catalog.create_namespace_if_not_exists(_NAMESPACE)
    if catalog.table_exists(name):
        catalog.drop_table(name)
    catalog.create_table(name, schema=rows.schema).add_files([path for path in linked if path is not None])
    return f"{len(rows)} rows of {table}, as {name} in {folder / 'catalog.db'}"


def _link(source: Path, folder: Path) -> str | None:
    """None for a file that stands for an empty table only."""
    target = folder / source.name
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise ExportError(f"{source} is missing; `python -m archive verify` tells more.") from None
    except OSError:  # another file system
        shutil.copyfile(source, target)
    return str(target)
