"""`scrapy reextract`: what today's extractor would read from the stored pages, compared with the rows."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from scrapy.spiderloader import get_spider_loader

import archive
from archive.exceptions import ArchiveError
from archive.raw import Pointer
from crawler.arguments import check_settings
from crawler.exceptions import ExtractionError
from crawler.extraction.workers import Workers
from crawler.items import Hints
from crawler.outlet import Outlet
from crawler.reextraction import COLUMNS, Findings, Row, print_findings
from crawler.rereading import Reading, reread

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping
    from pathlib import Path

    from archive.reader import Archive

OK, LOST = 0, 1


class Command(ScrapyCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[options] [OUTLET ...]"

    def short_desc(self) -> str:
        return "Read the stored pages again with today's extractor and show what changes"

    def long_desc(self) -> str:
        return (
            "Run today's extractor over the stored pages of all outlets, or of those named, and count by "
            "outlet and field the rows that would read differently, with an example of each. "
            "Nothing is fetched and nothing is published: a new extractor makes no edits. "
            "Exit code 1: a stored page could not be read."
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.settings is not None
        check_settings(self.settings)
        try:
            opened = archive.open(self.settings["ARCHIVE_URI"])
        except ArchiveError as error:
            raise UsageError(str(error), print_help=False) from None
        held = set(opened.articles(columns=["outlet"]).to_arrow()["outlet"].to_pylist())
        if unknown := sorted(set(args) - held):
            known = ", ".join(sorted(held)) or "nothing"
            raise UsageError(f"the archive has nothing of {unknown[0]!r}; it has {known}", print_help=False)
        workers = Workers(
            self.settings.getint("EXTRACTION_PROCESSES"), self.settings.getfloat("EXTRACTION_TIMEOUT")
        )
        loader = get_spider_loader(self.settings)
        outlets: dict[str, type[Outlet]] = {}
        for name in loader.list():
            if issubclass(spider := loader.load(name), Outlet):
                outlets[name] = spider
        try:
            findings = asyncio.run(read_all(opened, args or sorted(held), outlets, workers))
        finally:
            workers.close()
        print_findings(Console(), findings)
        for text in findings.damaged:
            print(f"scrapy reextract: {text}", file=sys.stderr)
        self.exitcode = LOST if findings.damaged else OK


async def read_all(
    opened: Archive, names: list[str], outlets: Mapping[str, type[Outlet]], workers: Workers
) -> Findings:
    """Every stored page of these outlets; one Parquet batch is in memory at a time."""
    findings = Findings()
    columns = ("[bold]{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    shown = [TextColumn(column) if isinstance(column, str) else column for column in columns]
    console = Console(stderr=True)
    with Progress(*shown, console=console, transient=True, disable=not console.is_terminal) as progress:
        wanted = set(names)
        task = progress.add_task("pages", total=len(opened.versions()))

        async def one(row: Row) -> None:
            if row["raw_file"] is None:
                findings.without_page += 1
            else:
                findings.add(row, await _reread(opened.root, row, outlets, workers))
            progress.advance(task)

        for batch in opened.versions(columns=COLUMNS).batches(256):
            rows = batch.to_pylist()
            progress.advance(task, sum(row["outlet"] not in wanted for row in rows))
            await asyncio.gather(*(one(row) for row in rows if row["outlet"] in wanted))
    return findings


async def _reread(root: Path, row: Row, outlets: Mapping[str, type[Outlet]], workers: Workers) -> Reading:
    name = str(row["outlet"])
    # an outlet nobody has declared was crawled by `page`, which adds nothing
    rules = outlets.get(name, Outlet)
    hints = Hints(name, rules.byline, rules.drop, rules.switcher)
    pointer = Pointer(str(row["raw_file"]), int(str(row["raw_offset"])), int(str(row["raw_length"])))
    try:
        return await workers.run(reread, root, pointer, str(row["requested_url"]), hints)
    except ExtractionError as error:
        return Reading(refused=error.reason)
