"""`triptych reextract`: what today's extractor would read from the stored pages, compared with the rows."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from scrapy.spiderloader import get_spider_loader

import archive
from archive.commands.arguments import add_spread
from archive.commands.exit_codes import ExitCode
from archive.commands.progress import bar
from archive.no_pandas import fast_start
from archive.operations import cluster
from archive.operations.partitions import Spread, over
from archive.terminal import Terminal, visible
from crawler.outlet.declaration import Outlet
from crawler.outlet.loader import outlet_classes
from crawler.reports.terminal import ReadingCommand, WrongUse, one_sentence, wrong_settings
from crawler.story.arguments import check_settings
from crawler.workers.stages import worker_stages

if TYPE_CHECKING:
    import argparse

    from archive.read.archive import Archive
    from archive.storage.interface import Storage
    from pipelines.reextraction.publish import Aside
    from pipelines.reextraction.report import Findings


class Command(ReadingCommand):
    usage = "[options] [OUTLET ...]"
    summary = "Read the stored pages again with today's extractor and show what changes"
    about = (
        "Run today's extractor over the stored pages of all outlets, or of those named, and count by "
        "outlet and field the rows that would read differently, with an example of each. Nothing is "
        "fetched, and nothing is published without --publish.\n\n"
        "Exit codes: 1 a stored page, or the archive, could not be read; 2 an argument is wrong."
    )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--publish",
            action="store_true",
            help="after the report, write today's reading into the stored versions. Versions stay as many as "
            "they are, and what they said before stays readable with as_of",
        )
        add_spread(parser, "EXTRACTION_PROCESSES, else cores")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        fast_start()
        check_settings(self.settings)
        if opts.engine is not None:
            with wrong_settings():
                cluster.address(opts.engine)
        uri = self.settings["ARCHIVE_URI"]
        with one_sentence(self, "triptych reextract", uri):
            processes = opts.processes or self.settings.getint("EXTRACTION_PROCESSES")
            # a worker of a cluster has a core for each part that it is given at a time
            spread = Spread(1 if opts.engine else processes, opts.engine)
            self._run(archive.open(uri), args, spread, publish=opts.publish)

    def _run(self, opened: Archive, args: list[str], spread: Spread, *, publish: bool) -> None:
        # `triptych crawl` imports this module too, see crawler/commands/pair.py
        from pipelines.reextraction.partition import Reading, parts, read_part
        from pipelines.reextraction.publish import Aside
        from pipelines.reextraction.report import Findings, print_findings

        outlets = set(opened.articles(columns=["outlet"]).to_arrow()["outlet"].to_pylist())
        if unknown := sorted(set(args) - outlets):
            names = ", ".join(sorted(outlets)) or "nothing"
            raise WrongUse(f"the archive has nothing of {unknown[0]!r}; it has {visible(names)}")
        aside = Aside(opened.root) if publish else None
        declared = {outlet.name: outlet for outlet in outlet_classes(get_spider_loader(self.settings))}
        # an outlet nobody has declared was crawled by `page`, which adds nothing
        hints = {name: declared.get(name, Outlet).hints(name) for name in args or sorted(outlets)}
        reading = Reading(
            str(opened.storage.name),
            opened.snapshot.id,
            hints,
            worker_stages(self.settings),
            self.settings.getfloat("EXTRACTION_TIMEOUT"),
            spread.processes,
            keep=publish,
        )
        findings = Findings()
        with bar() as progress:
            task = progress.add_task("pages", total=len(opened.versions()))
            jobs = parts(opened, reading)
            for part, result in zip(jobs, over(read_part, jobs, Spread(engine=spread.engine)), strict=True):
                findings.take(result)
                if aside is not None and result.aside is not None:
                    aside.take(result.aside)
                progress.advance(task, part.rows)
        print_findings(Terminal(), findings)
        if aside is None:
            print("Nothing was published.")
        else:
            _publish(opened.storage, aside, findings)
        for text in findings.damaged:
            print(f"triptych reextract: {visible(text)}", file=sys.stderr)
        self.exitcode = ExitCode.LOST if findings.damaged else ExitCode.OK


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
        print("Languages or alternates have changed: `triptych pair --all` pairs them again.")
