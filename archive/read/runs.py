"""Counters of each crawl, from the manifest of its last commit."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archive.exceptions import ArchiveDamaged
from archive.format import gate
from archive.format.layout import snapshot_number
from archive.format.snapshot import check_seal, snapshot_of
from archive.opening import storage_at
from archive.storage import inside
from archive.storage.snapshot_log import SEALED_SINCE

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from archive.format.snapshot import Snapshot

# what names a run: when, the outlet, the process
_RUN = re.compile(r"\d{8}T\d{6}Z-(?P<outlet>.+)-\d+")
_FILES = b',\n "files": ['


@dataclass(frozen=True, slots=True)
class RunAccount:
    run_id: str
    outlet: str
    committed_at: datetime
    counts: Mapping[str, int]
    """Of the whole run, `archived`, `skipped(known)`, …, and what has a slash in its name."""


class Accounts:
    """The accounts in the manifests that are kept, listed once: a folder of many takes half a second."""

    def __init__(self, root: str | os.PathLike[str]) -> None:
        layout = storage_at(root).layout
        manifests = inside.files(layout.log, ".json")
        self._paths = [path for path in manifests if snapshot_number(path.name) is not None]
        self._paths.sort(key=lambda path: int(path.stem))

    @property
    def begin(self) -> datetime | None:
        """Time of the oldest manifest that is kept; None where there is none."""
        return _head(self._paths[0]).committed_at if self._paths else None

    def runs(self, since: datetime, until: datetime | None = None) -> Iterator[RunAccount]:
        """Read the runs that committed after `since`, latest first, without the lists of data files.

        With `until` only what was committed before it is read, and found without reading what came later.
        Runs that keep no account of an outlet, `scrapy pair` or an import, are left out. Raises
        ArchiveDamaged.
        """
        seen: set[str] = set()
        last = len(self._paths)
        if until is not None:
            last = bisect_left(self._paths, until, key=lambda path: _head(path).committed_at)
        for path in reversed(self._paths[:last]):
            found = _head(path)
            if found.committed_at <= since:
                return
            match = _RUN.fullmatch(found.run_id)
            if match is None or found.run_id in seen or found.operation != "append":
                continue
            seen.add(found.run_id)
            yield RunAccount(found.run_id, match["outlet"], found.committed_at, found.summary)


def runs(root: str | os.PathLike[str], since: datetime) -> Iterator[RunAccount]:
    """Read the runs that committed after `since`, as `Accounts.runs`."""
    return Accounts(root).runs(since)


def _head(path: Path) -> Snapshot:
    """The snapshot of a manifest, without its data files. Raises ArchiveDamaged."""
    data = inside.read(path, gate.LARGEST_JSON)
    head, files, _ = data.partition(_FILES)
    try:
        document: dict[str, object] = json.loads(head + b"}" if files else head)
        if int(str(document["schema_version"])) >= SEALED_SINCE:
            check_seal(data)
        document.pop("sha256", None)
        return snapshot_of(document | {"files": []})
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        raise ArchiveDamaged(f"The manifest {path} is altered or incomplete: {error}.") from error
    except ArchiveDamaged as error:
        raise ArchiveDamaged(f"The manifest {path}: {error}") from error
