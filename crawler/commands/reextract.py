"""`scrapy reextract`: what today's extractor would read from the stored pages, compared with the rows."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from scrapy.spiderloader import get_spider_loader

import archive
from archive.commands.progress import bar
from archive.no_pandas import fast_start
from archive.pages.warc_files import Pointer
from archive.terminal import Terminal, visible
from crawler.exceptions import ExtractionError
from crawler.outlet.declaration import Outlet
from crawler.reports.terminal import FAILED, one_sentence
from crawler.story.arguments import check_settings
from crawler.workers.pool import Workers
from crawler.workers.stages import worker_stages
from pipelines.reextraction.stored_page import PageReading, reread

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from archive.read.archive import Archive
    from archive.storage.interface import Storage
    from crawler.workers.stages import WorkerStage
    from pipelines.reextraction.publish import Aside, Row
    from pipelines.reextraction.report import Findings


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
            "Nothing is fetched, and nothing is published without --publish. "
            "Exit code 1: a stored page, or the archive, could not be read; 2: a wrong argument."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--publish",
            action="store_true",
            help="after the report, write today's reading into the stored versions. Versions stay as many as "
            "they are, and what they said before stays readable with as_of",
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        fast_start()
        assert self.settings is not None
        check_settings(self.settings)
        uri = self.settings["ARCHIVE_URI"]
        with one_sentence(self, "scrapy reextract", uri):
            self._run(archive.open(uri), args, publish=opts.publish)

    def _run(self, opened: Archive, args: list[str], *, publish: bool) -> None:
        # `scrapy crawl` imports this module too, see crawler/commands/pair.py
        # .2 s and more: Scrapy imports every command
        from pipelines.reextraction.publish import Aside  # noqa: PLC0415

        # .2 s and more: Scrapy imports every command
        from pipelines.reextraction.report import Findings, print_findings  # noqa: PLC0415

        assert self.settings is not None
        held = set(opened.articles(columns=["outlet"]).to_arrow()["outlet"].to_pylist())
        if unknown := sorted(set(args) - held):
            known = ", ".join(sorted(held)) or "nothing"
            raise UsageError(
                f"the archive has nothing of {unknown[0]!r}; it has {visible(known)}", print_help=False
            )
        aside = Aside(opened.root) if publish else None
        workers = Workers(
            self.settings.getint("EXTRACTION_PROCESSES"), self.settings.getfloat("EXTRACTION_TIMEOUT")
        )
        loader = get_spider_loader(self.settings)
        outlets: dict[str, type[Outlet]] = {}
        for name in loader.list():
            if issubclass(spider := loader.load(name), Outlet):
                outlets[name] = spider
        try:
            findings = Findings(aside=aside)
            reader = _Reader(opened.storage, outlets, workers, worker_stages(self.settings))
            asyncio.run(_read_all(opened, args or sorted(held), reader, findings))
        finally:
            workers.close()
        print_findings(Terminal(), findings)
        if aside is None:
            print("Nothing was published.")
        else:
            _publish(opened.storage, aside, findings)
        for text in findings.damaged:
            print(f"scrapy reextract: {visible(text)}", file=sys.stderr)
        self.exitcode = FAILED if findings.damaged else 0


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads stored pages in worker processes."""

    storage: Storage
    outlets: Mapping[str, type[Outlet]]
    workers: Workers
    stages: Sequence[WorkerStage]

    async def reread(self, row: Row) -> PageReading:
        name = str(row["outlet"])
        # an outlet nobody has declared was crawled by `page`, which adds nothing
        rules = self.outlets.get(name, Outlet)
        hints = rules.hints(name)
        pointer = Pointer(str(row["raw_file"]), int(str(row["raw_offset"])), int(str(row["raw_length"])))
        requested = str(row["requested_url"])
        try:
            return await self.workers.run(reread, self.storage, pointer, requested, hints, self.stages)
        except ExtractionError as error:
            return PageReading(refused=error.reason)


async def _read_all(opened: Archive, names: list[str], reader: _Reader, findings: Findings) -> None:
    """Every stored page of these outlets; one Parquet batch is in memory at a time."""
    # .2 s and more: Scrapy imports every command
    from pipelines.reextraction.report import COLUMNS  # noqa: PLC0415

    with bar() as progress:
        wanted = set(names)
        task = progress.add_task("pages", total=len(opened.versions()))

        async def one(row: Row) -> None:
            if row["raw_file"] is None:
                findings.without_page += 1
            else:
                findings.add(row, await reader.reread(row))
            progress.advance(task)

        for batch in opened.versions(columns=COLUMNS).batches(256):
            rows = batch.to_pylist()
            progress.advance(task, sum(row["outlet"] not in wanted for row in rows))
            await asyncio.gather(*(one(row) for row in rows if row["outlet"] in wanted))


def _publish(storage: Storage, aside: Aside, findings: Findings) -> None:
    with bar() as progress:
        task = progress.add_task("versions", total=aside.count)
        snapshots = list(aside.publish(storage, lambda count: progress.advance(task, count)))
    if not snapshots:
        print("The rows are what is read today: nothing was published.")
        return
    count = sum(snapshot.summary["archive/versions_reread"] for snapshot in snapshots)
    numbers = ", ".join(str(snapshot.id) for snapshot in snapshots)
    print(f"{count} versions are published as read today, in snapshot {numbers}.")
    before = snapshots[0].committed_at
    print(
        f"What they said before: archive.open(…).versions(as_of=…) with a moment before {before:%F %T} UTC."
    )
    if {"language", "alternates"} & {name for _, name in findings.changes}:
        print("Languages or alternates have changed: `scrapy pair --all` looks at the pairs again.")
