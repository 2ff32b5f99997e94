"""The exit codes of all commands; docs/reference/outcomes.md has the table.

`triptych archive` uses the first three; the commands that crawl, pair, import and watch use all.
"""

import signal
from collections.abc import Sequence
from enum import IntEnum

from archive import exceptions


class ExitCode(IntEnum):
    OK = 0
    LOST = 1
    """Something was lost or failed."""
    USAGE = 2
    """A wrong argument, setting or declaration."""
    OWED = 3
    MISSED = 4
    """Less than expected, or an alarm."""
    CUT_SHORT = 5
    """Stopped by a limit of the run: time, memory, or its page budget."""
    UNUSABLE = 6
    """The archive cannot be opened, read or written."""
    NOTHING_NEW = 7
    """0 for the caller, unless the setting EXIT_NOTHING_NEW asks for it."""
    INTERRUPTED = 128 + signal.SIGINT
    """As a shell reports Ctrl-C; also for SIGTERM."""


_WORST_FIRST = (
    *(ExitCode.UNUSABLE, ExitCode.LOST, ExitCode.USAGE, ExitCode.INTERRUPTED),
    *(ExitCode.MISSED, ExitCode.CUT_SHORT, ExitCode.OWED, ExitCode.OK, ExitCode.NOTHING_NEW),
)
_UNUSABLE = (
    exceptions.ArchiveNotFound,
    exceptions.NotAnArchive,
    exceptions.ArchiveNotWritable,
    exceptions.SchemaTooNew,
    exceptions.SchemaTooOld,
    exceptions.MigrationError,
    exceptions.ArchiveWriteError,
    exceptions.ObjectStoreError,
    exceptions.ArchiveDamaged,
    exceptions.SnapshotNotFound,
)


def worst(codes: Sequence[int]) -> ExitCode:
    """The exit code of several runs: the first of 6, 1, 2, 130, 4, 5, 3, 0, 7 that occurs; 0 without runs."""
    valid = {code if code in _WORST_FIRST else ExitCode.LOST for code in codes}
    return next((code for code in _WORST_FIRST if code in valid), ExitCode.OK)


def of_error(error: Exception) -> ExitCode:
    """The exit code of a command that ended with an error of the archive or of a disk."""
    if isinstance(error, exceptions.WrongSetting | exceptions.UnknownValue):
        return ExitCode.USAGE
    return ExitCode.UNUSABLE if isinstance(error, _UNUSABLE) else ExitCode.LOST


def for_caller(code: ExitCode, *, report_nothing_new: bool) -> ExitCode:
    """The exit code of a command: NOTHING_NEW is success, unless the caller asked for it."""
    return code if report_nothing_new or code != ExitCode.NOTHING_NEW else ExitCode.OK
