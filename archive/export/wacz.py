"""Raw pages as one WACZ 1.1.1 file, for ReplayWeb.page and pywb.

A zip of the WARC files (stored: they are already compressed), their index, the list of articles, and a
datapackage with the checksum of each file.
"""

import hashlib
import json
import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from archive.exceptions import ArchiveWriteError, PageNotKept
from archive.export.choice import NO_ARTICLES
from archive.pages import cdxj_index, warc_files
from archive.read.archive import Archive
from archive.storage import path_guard

_PORTION = 1 << 20
_PAGES = {"format": "json-pages-1.0", "id": "pages", "title": "Articles"}


def export(archive: Archive, target: Path, now: datetime) -> int:
    """Write the file; return the number of its pages. Versions without a page are left out.

    Raises PageNotKept if there are no pages, ArchiveWriteError if `target` exists or cannot be written.
    """
    path_guard.refuse_archive(target)
    archive.storage.mirror("_raw")
    files = path_guard.files(archive.storage.layout.raw, ".warc.gz")
    if not files:
        why = "it was crawled with KEEP_RAW=none." if len(archive.articles()) else NO_ARTICLES
        raise PageNotKept(f"{archive.root} has no pages: {why}")
    pages = list(_pages(archive))
    resources: list[dict[str, object]] = []
    try:
        with zipfile.ZipFile(target, "x", zipfile.ZIP_STORED) as package:

            def add(name: str, parts: Iterable[bytes]) -> None:
                digest, size = hashlib.sha256(), 0
                with package.open(zipfile.ZipInfo(name, now.timetuple()[:6]), "w", force_zip64=True) as entry:
                    for part in parts:
                        digest.update(part)
                        size += entry.write(part)
                resource = {"name": name.rpartition("/")[2].lower(), "path": name, "bytes": size}
                resources.append(resource | {"hash": f"sha256:{digest.hexdigest()}"})

            for path in files:
                add(f"archive/{path.name}", _complete_members(path))
            add("indexes/index.cdx", (line.encode() for line in cdxj_index.lines(archive.storage)))
            add("pages/pages.jsonl", (json.dumps(line).encode() + b"\n" for line in [_PAGES, *pages]))
            described = {
                "profile": "data-package",
                "wacz_version": "1.1.1",
                "title": archive.root.resolve().name,
                "software": warc_files.SOFTWARE,
                "created": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "resources": list(resources),
            }
            datapackage = json.dumps(described, indent=2).encode()
            add("datapackage.json", [datapackage])
            sealed = {"path": "datapackage.json", "hash": resources[-1]["hash"]}
            add("datapackage-digest.json", [json.dumps(sealed).encode()])
    except OSError as error:
        if not isinstance(error, FileExistsError):
            target.unlink(missing_ok=True)
        raise ArchiveWriteError(f"Cannot write {target}: {error.strerror or error}.") from error
    return len(pages)


def _pages(archive: Archive) -> Iterator[dict[str, str]]:
    columns = ["article_id", "version", "url", "headline", "fetched_at", "raw_file"]
    for batch in archive.versions(columns=columns).batches():
        for row in batch.to_pylist():
            if row["raw_file"] is not None:
                yield {
                    "id": f"{row['article_id']}-{row['version']}",
                    "url": row["url"],
                    "title": row["headline"],
                    "ts": row["fetched_at"].astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
                }


def _complete_members(path: Path) -> Iterator[bytes]:
    """Leave out the incomplete end of a file that a crawl is writing."""
    with path.open("rb") as file:
        remaining = warc_files.complete_length(file.fileno())
        while remaining > 0 and (part := file.read(min(remaining, _PORTION))):
            remaining -= len(part)
            yield part
