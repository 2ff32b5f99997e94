"""The report of a run for programs: how it ended, its exit code, and a document of it (`--report FILE`)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Self

from archive.commands.exit_codes import ExitCode
from archive.storage import durable


class Ending(StrEnum):
    """How a crawl or a revisit ended, with its exit code; docs/reference/outcomes.md has the table."""

    exit_code: ExitCode

    def __new__(cls, name: str, exit_code: ExitCode) -> Self:
        ending = str.__new__(cls, name)
        ending._value_, ending.exit_code = name, exit_code
        return ending

    OK = "ok", ExitCode.OK
    NOTHING_NEW = "nothing-new", ExitCode.NOTHING_NEW
    OWED = "owed", ExitCode.OWED
    MISSED = "missed", ExitCode.MISSED
    WRONG = "wrong", ExitCode.USAGE
    """Lines of a file of addresses; a wrong argument or setting ends a command before it has a report."""
    LOST = "lost", ExitCode.LOST
    CUT_SHORT = "cut-short", ExitCode.CUT_SHORT
    """By a limit of the run's own: time, memory, its budget of pages."""
    INTERRUPTED = "interrupted", ExitCode.INTERRUPTED
    """By a signal."""
    NOT_WRITTEN = "not-written", ExitCode.UNUSABLE
    """The archive."""


@dataclass(frozen=True, slots=True)
class RunReport:
    """One crawl or revisit; the fields are the keys of the document."""

    outlet: str
    errand: str
    """`crawl` or `revisit`."""
    run_id: str
    archive: str
    begun_at: datetime | None
    ended_at: datetime
    ended: Ending
    exit_code: ExitCode
    counts: Mapping[str, int]
    """As in the manifest of the last commit."""
    problems: Sequence[str] = ()
    missed: Mapping[str, str] = field(default_factory=dict)
    """Expectation -> what came."""
    monitors: Sequence[str] = ()
    """Spidermon's that failed."""
    not_crawled: Sequence[str] = ()
    """Lines of the file of addresses."""
    unread: Mapping[str, str] = field(default_factory=dict)
    """Sitemap or feed -> why it was not read."""
    owed: int = 0
    snapshots: Sequence[int] = ()
    log: str | None = None
    files: Sequence[Mapping[str, object]] = ()
    """Of an import: what each file brought."""

    def write(self, path: Path) -> None:
        """Replace a file whole. Raises OSError."""
        document = asdict(self)
        if not self.files:
            del document["files"]
        text = json.dumps(document, ensure_ascii=False, indent=2, default=datetime.isoformat)
        durable.replace(path, f"{text}\n".encode())
