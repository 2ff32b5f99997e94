"""Read and write a Triptych news archive; needs pyarrow only, never Scrapy.

```python
import archive
a = archive.open("news-archive")  # or s3://bucket/prefix
a.articles(language=["uk", "ru"], published=("2026-01-01", None)).to_pandas()
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive.exceptions import (
    ArchiveDamaged,
    ArchiveError,
    ArchiveNotFound,
    ArchiveNotWritable,
    ArchiveWriteError,
    ArticleNotFound,
    ArticlePurged,
    DecisionError,
    ExportError,
    MigrationError,
    NotAnArchive,
    ObjectStoreError,
    PageNotKept,
    PoisonRecord,
    QuestionError,
    SchemaTooNew,
    SchemaTooOld,
    SnapshotNotFound,
)

if TYPE_CHECKING:
    from types import ModuleType

    from archive.opening import Place
    from archive.read.archive import Archive

__all__ = [
    "ArchiveDamaged",
    "ArchiveError",
    "ArchiveNotFound",
    "ArchiveNotWritable",
    "ArchiveWriteError",
    "ArticleNotFound",
    "ArticlePurged",
    "DecisionError",
    "ExportError",
    "MigrationError",
    "NotAnArchive",
    "ObjectStoreError",
    "PageNotKept",
    "PoisonRecord",
    "QuestionError",
    "SchemaTooNew",
    "SchemaTooOld",
    "SnapshotNotFound",
    "open",
]


def open(root: Place) -> Archive:
    """Open an archive for reading, by its folder or address; needs no lock and never disturbs a writer.

    Raises ArchiveNotFound, NotAnArchive, SchemaTooOld or SchemaTooNew, each an ArchiveError.

    Examples:
        >>> a = archive.open("news-archive")  # or "s3://bucket/prefix"
        >>> a
        <Archive 'news-archive': 9 articles, 5 stories; snapshot 2 of ... UTC>
        >>> len(a.articles(language=["uk", "ru"], published=("2026-03-02", None)))
        6
    """
    from archive.read.archive import Archive  # noqa: PLC0415  pyarrow loads slowly, and not every importer reads

    return Archive(root)


def __getattr__(name: str) -> ModuleType:
    """Load `archive.plots`, charts for a notebook, on first use."""
    if name != "plots":
        raise AttributeError(f"module 'archive' has no attribute {name!r}")
    from archive.viewer import plots  # noqa: PLC0415  pandas, .5 s

    return plots
