"""Counters of each crawl, from the manifest of its last commit."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from archive.format.layout import snapshot_number
from archive.opening import storage_at
from archive.storage import inside

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping
    from pathlib import Path

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
        return _committed(_head(self._paths[0])) if self._paths else None

    def runs(self, since: datetime, until: datetime | None = None) -> Iterator[RunAccount]:
        """Read the runs that committed after `since`, latest first, without the lists of data files.

        With `until` only what was committed before it is read, and found without reading what came later.
        Runs that keep no account of an outlet, `scrapy pair` or an import, are left out.
        """
        seen: set[str] = set()
        last = len(self._paths)
        if until is not None:
            last = bisect_left(self._paths, until, key=lambda path: _committed(_head(path)))
        for path in reversed(self._paths[:last]):
            document = _head(path)
            committed_at = _committed(document)
            if committed_at <= since:
                return
            run_id = document["run_id"]
            match = _RUN.fullmatch(run_id)
            if match is None or run_id in seen or document["operation"] != "append":
                continue
            seen.add(run_id)
            yield RunAccount(run_id, match["outlet"], committed_at, document["summary"])


def runs(root: str | os.PathLike[str], since: datetime) -> Iterator[RunAccount]:
    """Read the runs that committed after `since`, as `Accounts.runs`."""
    return Accounts(root).runs(since)


def _head(path: Path) -> dict[str, Any]:
    head, files, _ = path.read_bytes().partition(_FILES)
    document: dict[str, Any] = json.loads(head + b"}" if files else head)
    return document


def _committed(document: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(document["committed_at"]).astimezone(UTC)
