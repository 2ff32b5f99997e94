"""Errors of an archive; all are an ArchiveError."""


class ArchiveError(Exception):
    """Base of all errors of this package; the message is one sentence for the user."""


class ArchiveNotFound(ArchiveError):
    """No archive at this place."""


class NotAnArchive(ArchiveError):
    """A file, a foreign folder, or a kind of address that is not served."""


class ArchiveNotWritable(ArchiveError):
    """The folder cannot be written to."""


class SchemaTooNew(ArchiveError):
    """Written by a newer Triptych; refused rather than misread."""


class SchemaTooOld(ArchiveError):
    """Written by an older Triptych; run `triptych archive migrate`."""


class MigrationError(ArchiveError):
    """The schema of the archive cannot be migrated to today's."""


class ArchiveWriteError(ArchiveError):
    """The disk refused a write; acknowledged records are safe."""


class ObjectStoreError(ArchiveError):
    """An object store refuses, does not exist, or does not answer."""


class ArchiveDamaged(ArchiveError):
    """A file is missing, cut or altered."""


class SnapshotNotFound(ArchiveError):
    """No snapshot that old, or its files are gone."""


class ArticleNotFound(ArchiveError):
    """No article, version or story of that id."""


class PageNotKept(ArchiveError):
    """The article exists, but its page was not stored."""


class ExportError(ArchiveError):
    """The export could not be written."""


class ArticlePurged(ArchiveError):
    """Purged on request; it is not archived again."""


class DecisionError(ArchiveError):
    """Pairing named an article that the archive does not have."""


class UnknownValue(ArchiveError, ValueError):
    """A value that rows were to be chosen by, and none has."""

    def __init__(self, message: str, column: str, value: str, nearest: str | None) -> None:
        super().__init__(message)
        self.column, self.value = column, value
        self.nearest = nearest
        """The value that was likely meant; None where nothing is near."""


class QuestionError(ArchiveError):
    """SQL that is invalid, or needs more memory than allowed."""


class WrongSetting(ArchiveError):
    """A limit in the environment that is no number."""


class WrongEngine(WrongSetting):
    """An unknown `--engine`, or Dask is not installed."""


class WrongOutput(WrongSetting):
    """A place to write to that is in an archive."""


class EngineError(ArchiveError):
    """The machines of the engine do not answer, or have other code."""


class PoisonRecord(ArchiveError):
    """One record that cannot be stored as it is; it goes to quarantine. `reason` is short and countable."""

    def __init__(self, reason: str, field: str, detail: str) -> None:
        super().__init__(f"{field}: {detail}")
        self.reason = reason
        """Any of `type` `surrogate` `nul` `naive-datetime` `year` `number` `empty` `json`."""
        self.field = field
        self.detail = detail
