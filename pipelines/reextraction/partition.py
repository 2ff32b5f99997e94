"""One part of the stored pages, read anew: a function of some data files of a snapshot, and of nothing else.

So parts are read in any order, on any machine that reaches the archive, and as often as workers die.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import archive
from archive.pages.warc_files import Pointer
from archive.read.archive import Archive
from archive.storage.interface import Storage
from crawler.exceptions import ExtractionError
from crawler.items import Hints
from crawler.workers.pool import Workers
from crawler.workers.stages import WorkerStage
from pipelines.reextraction.publish import Lines, Row
from pipelines.reextraction.report import COLUMNS, Findings
from pipelines.reextraction.stored_page import PageReading, reread

_ROWS = 8192
"""Of a part, where one file has not more: some minutes of CPU."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What all parts of a run have in common."""

    archive: str
    snapshot: int
    hints: Mapping[str, Hints]
    """Of each outlet that is to be read."""
    stages: Sequence[WorkerStage]
    timeout: float
    """Seconds of CPU for a page."""
    processes: int
    """That read pages beside each other, in each part."""
    keep: bool
    """Bring back the records that differ from their rows."""


@dataclass(frozen=True, slots=True)
class Part:
    reading: Reading
    files: tuple[int, ...]
    """Numbers among the files of `versions`."""
    rows: int


def parts(read: Archive, reading: Reading, at_least: int = _ROWS) -> list[Part]:
    """Divide the stored versions, in the order of their files, into parts of so many rows at least."""
    versions = read.versions()
    full_parts: list[Part] = []
    files: list[int] = []
    rows = 0
    for number in range(len(versions.files())):
        files.append(number)
        rows += len(versions.of_file(number))
        if rows >= at_least:
            full_parts.append(Part(reading, tuple(files), rows))
            files, rows = [], 0
    return [*full_parts, Part(reading, tuple(files), rows)] if files else full_parts


def read_part(part: Part) -> Findings:
    """Read the pages of a part, in guarded processes of their own. Raises what opening an archive raises."""
    return asyncio.run(_read(part))


async def _read(part: Part) -> Findings:
    reading = part.reading
    read = archive.open(reading.archive).at(reading.snapshot)
    findings = Findings(aside=Lines() if reading.keep else None)
    workers = Workers(reading.processes, reading.timeout)
    read_row = partial(_one, reading, read.storage, workers)
    try:
        for number in part.files:
            for batch in read.versions(columns=COLUMNS).of_file(number).batches(256):
                rows = [row for row in batch.to_pylist() if row["outlet"] in reading.hints]
                # in the order of the rows, whichever page was ready first
                for row, page in zip(rows, await asyncio.gather(*map(read_row, rows)), strict=True):
                    if page is None:
                        findings.without_page += 1
                    else:
                        findings.add(row, page)
    finally:
        workers.close()
    return findings


async def _one(reading: Reading, storage: Storage, workers: Workers, row: Row) -> PageReading | None:
    if row["raw_file"] is None:
        return None
    pointer = Pointer(str(row["raw_file"]), int(str(row["raw_offset"])), int(str(row["raw_length"])))
    hints, requested = reading.hints[str(row["outlet"])], str(row["requested_url"])
    try:
        return await workers.run(reread, storage, pointer, requested, hints, reading.stages)
    except ExtractionError as error:
        return PageReading(refused=error.reason)
