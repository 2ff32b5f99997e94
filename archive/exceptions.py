"""Errors of an archive.

ArchiveError
├── ArchiveNotFound      no archive at this place
├── NotAnArchive         a file, a foreign folder, or a kind of address that is not served
├── ArchiveNotWritable   the folder cannot be written to
├── SchemaTooNew         written by a newer Triptych; refused rather than misread
├── SchemaTooOld         written by an older Triptych; run `triptych archive migrate`
├── MigrationError       the schema of the archive cannot be migrated to today's
├── ArchiveWriteError    the disk refused a write; acknowledged records are safe
├── ObjectStoreError     an object store refuses, does not exist, or does not answer
├── ArchiveDamaged       a file is missing, cut or altered
├── SnapshotNotFound     no snapshot that old, or its files are gone
├── ArticleNotFound      no article, version or story of that id
├── PageNotKept          the article exists, but its page was not stored
├── ExportError          the export could not be written
├── ArticlePurged        purged on request; it is not archived again
├── DecisionError        pairing named an article that the archive does not have
├── UnknownValue         no article has this language, outlet, author or section; a ValueError too
├── QuestionError        SQL that is invalid, or needs more memory than allowed
├── WrongSetting         a limit in the environment that is no number
│   ├── WrongEngine      an unknown `--engine`, or Dask is not installed
│   └── WrongOutput      a place to write to that is in an archive
├── EngineError          the machines of the engine do not answer, or have other code
└── PoisonRecord         one record that cannot be stored; it goes to quarantine, the rest continues
"""


class ArchiveError(Exception):
    """Base of all errors of this package; the message is one sentence for the user."""


class ArchiveNotFound(ArchiveError):
    pass


class NotAnArchive(ArchiveError):
    pass


class ArchiveNotWritable(ArchiveError):
    pass


class SchemaTooNew(ArchiveError):
    pass


class SchemaTooOld(ArchiveError):
    pass


class MigrationError(ArchiveError):
    pass


class ArchiveWriteError(ArchiveError):
    pass


class ObjectStoreError(ArchiveError):
    pass


class ArchiveDamaged(ArchiveError):
    pass


class SnapshotNotFound(ArchiveError):
    pass


class ArticleNotFound(ArchiveError):
    pass


class PageNotKept(ArchiveError):
    pass


class ExportError(ArchiveError):
    pass


class ArticlePurged(ArchiveError):
    pass


class DecisionError(ArchiveError):
    pass


class UnknownValue(ArchiveError, ValueError):
    """A value that rows were to be chosen by, and none has."""

    def __init__(self, message: str, column: str, value: str, nearest: str | None) -> None:
        super().__init__(message)
        self.column, self.value = column, value
        self.nearest = nearest
        """The value that was likely meant; None where nothing is near."""


class QuestionError(ArchiveError):
    pass


class WrongSetting(ArchiveError):
    pass


class WrongEngine(WrongSetting):
    pass


class WrongOutput(WrongSetting):
    pass


class EngineError(ArchiveError):
    pass


class PoisonRecord(ArchiveError):
    """One record that cannot be stored as it is; `reason` is short and countable."""

    def __init__(self, reason: str, field: str, detail: str) -> None:
        super().__init__(f"{field}: {detail}")
        self.reason = reason
        """Any of `type` `surrogate` `nul` `naive-datetime` `year` `number` `empty` `json`."""
        self.field = field
        self.detail = detail
