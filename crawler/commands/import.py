"""`triptych import`: pages that others have fetched, out of web archives."""

import argparse
import sys
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import ClassVar

import archive
from archive.commands.arguments import day
from archive.commands.exit_codes import ExitCode, worst
from archive.no_pandas import fast_start
from archive.opening import storage_at
from archive.terminal import Terminal, literal, visible
from crawler.commands.crawl import Command as Crawl
from crawler.exceptions import SourceFailed, WrongSource
from crawler.extensions.ledger import Ledger
from crawler.importing.indexes.cdx import DIALECTS
from crawler.importing.indexes.index_source import IndexSource, index_source
from crawler.importing.positions import Positions
from crawler.importing.source_files import Source, SourceFinder
from crawler.importing.spider import ImportSpider, Selection
from crawler.importing.summary import SourceSummary
from crawler.outlet.loader import outlet_classes
from crawler.reports.run_report import Ending, RunReport
from crawler.reports.terminal import WrongUse, one_sentence
from crawler.story.arguments import Arguments, check_settings
from crawler.story.spider import StorySpider

_MOST_LINES = 50
"""Files of which a terminal shows a line."""
_PROGRESS = {
    "crawler.extensions.progress.Progress": None,
    "crawler.extensions.progress.ProgressLog": None,
    "crawler.importing.progress.ImportProgress": 0,
    "crawler.importing.progress.ImportProgressLog": 0,
}


class Command(Crawl):
    called: ClassVar[str] = "triptych import"
    _summaries: Sequence[SourceSummary] = ()
    _is_stopped = False
    takes_arguments: ClassVar[bool] = False
    usage = "[options] FILE|ADDRESS|LIST … | --from URL"
    summary = "Bring in pages from web archives: WARC, ARC, WACZ, here or on a server"
    about = (
        "Read the pages of web archives (Common Crawl's CC-NEWS, wget, ArchiveBox, Browsertrix, …) as a "
        "crawl reads them: text, byline, language, pairing. No outlet is asked for a page.\n\n"
        "A file is a path, https://… or s3://bucket/key; s3://bucket/prefix/ means all files below it; "
        "a list (.paths, .paths.gz) has a path in each line, relative to --prefix. --from URL asks a "
        "CDX server for the captures of an outlet. Of declared outlets only addresses of articles are "
        "read, of other sites every page that is an article. fetched_at is the time of the record; "
        "source_archive and source_capture say where a page is from.\n\n"
        "After an import that was stopped or killed, run it again: pages that the archive has are "
        "skipped, and no version is written twice.\n\n"
        "Exit codes: 0 everything was read; 1 a file is damaged, and what could be read of it is "
        "archived; 2 an argument is wrong; 6 the archive cannot be used; 130 interrupted."
    )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add = parser.add_argument
        add(
            "--prefix",
            metavar="PLACE",
            help="start of the paths in a list, such as https://data.commoncrawl.org/, a bucket or a folder",
        )
        bucket = "endpoint of the buckets that are read, if it differs from the archive's"
        add("--endpoint", metavar="URL", help=bucket)
        server = "a CDX server, such as https://web.archive.org/cdx/search/cdx; needs --outlet or --host"
        add("--from", dest="indexes", action="append", default=[], metavar="URL", help=server)
        add("--since", type=day, metavar="DATE", help="with --from: the first day")
        add("--until", type=day, metavar="DATE", help="with --from: the day after the last")
        add("--dialect", choices=DIALECTS, help="of the CDX server (default: by its address)")
        replay = "start of the addresses of replays (default: those of the server)"
        add("--replay", metavar="URL", help=replay)
        add("--anonymous", action="store_true", help="read buckets without keys")
        for name, what in (
            ("outlet", "this outlet, or site by its registered domain"),
            ("host", "this host and its subdomains"),
            ("language", "texts in this language, such as uk"),
        ):
            only = f"only {what}; may be repeated"
            add(f"--{name}", action="append", default=[], metavar="NAME", help=only)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        fast_start()
        if not args and not opts.indexes:
            raise WrongUse("give at least one file of WARC, ARC or WACZ, or a list, or --from an index")
        _check_index_options(opts)
        check_settings(self.settings)
        finder = SourceFinder(
            self.settings, prefix=opts.prefix, endpoint=opts.endpoint, anonymous=opts.anonymous
        )
        loaded = outlet_classes(self.crawler_process.spider_loader)
        declared = [outlet for outlet in loaded if issubclass(outlet, StorySpider) and outlet.home]
        _check_choice(opts, {outlet.name for outlet in declared})
        selection = Selection(*(frozenset(chosen) for chosen in (opts.outlet, opts.host, opts.language)))
        try:
            sources: list[Source | IndexSource] = [*finder.sources(args)]
            hosts = _hosts(opts, declared)
            chosen = {name: getattr(opts, name) for name in ("dialect", "prefix", "replay", "since", "until")}
            for index in opts.indexes:
                sources += index_source(index, hosts, finder, self.settings, **chosen)
        except WrongSource as error:
            raise WrongUse(str(error)) from None
        except SourceFailed as error:
            print(f"{self.called}: {error}", file=sys.stderr)
            self.exitcode = ExitCode.LOST
            return
        with one_sentence(self, self.called, self.settings["ARCHIVE_URI"]):
            self._import(sources, selection, declared)

    def _import(
        self,
        sources: Sequence[Source | IndexSource],
        selection: Selection,
        declared: Sequence[type[StorySpider]],
    ) -> None:
        self._probe_archive()
        self._log = self._log_into_file("import")
        extensions = self.settings.getdict("EXTENSIONS") | _PROGRESS
        self.settings.set("EXTENSIONS", extensions, priority="spider")
        crawler = self.crawler_process.create_crawler(ImportSpider)
        self._tell_of_signals(crawler)
        self._run_crawler(
            crawler,
            sources=sources,
            positions=self._positions(selection, declared),
            selection=selection,
            declared=declared,
        )
        assert isinstance(crawler.spider, ImportSpider | None)
        self._summaries = [] if crawler.spider is None else crawler.spider.summaries
        ended = crawler.stats.get_value("finish_reason") if crawler.stats is not None else None
        self._is_stopped = ended == "shutdown"
        self.exitcode = self._verdict(crawler, Arguments(), self._paired(crawler))

    def _finish(self, run: RunReport) -> int:
        """Print what each file brought; a file that could not be read on is a problem of the run."""
        _print_summaries(self._summaries)
        damage: list[str] = []
        files: list[dict[str, object]] = []
        for summary in self._summaries:
            damage += summary.damage
            files.append(summary.document())
        run = replace(run, problems=[*run.problems, *damage], files=files)
        if damage and worst([run.exit_code, ExitCode.LOST]) == ExitCode.LOST:
            run = replace(run, ended=Ending.LOST, exit_code=ExitCode.LOST)
        elif self._is_stopped and run.ended in {Ending.OK, Ending.NOTHING_NEW}:
            run = replace(run, ended=Ending.INTERRUPTED, exit_code=Ending.INTERRUPTED.exit_code)
        return super()._finish(run)

    def _positions(self, selection: Selection, declared: Sequence[type[StorySpider]]) -> Positions:
        uri: str = self.settings["ARCHIVE_URI"]

        def head() -> tuple[int, str]:
            last = archive.open(uri).snapshot
            return last.id, last.run_id

        def run_of(snapshot: int) -> str | None:
            entries = archive.open(uri).history()
            return next((entry.run_id for entry in entries if entry.id == snapshot), None)

        rules: list[object] = []
        for outlet in sorted(declared, key=lambda outlet: outlet.name):
            rules.append((outlet.name, outlet.domains(), outlet.written_patterns()))
        choice = repr(
            [sorted(selection.outlets), sorted(selection.hosts), sorted(selection.languages), rules]
        )
        return Positions(storage_at(uri).layout.root, choice, head, run_of)

    def _missed(self, spider: StorySpider, ledger: Ledger, run_id: str) -> dict[str, str]:
        return {}  # what is usual is of days of crawls, not of the past


def _print_summaries(summaries: Sequence[SourceSummary]) -> None:
    console, passed = Terminal(), Counter[str]()
    for summary in summaries:
        passed += summary.passed
        for sentence in summary.notes:
            console.print(literal(sentence), soft_wrap=True, highlight=False)
    for reason, count in passed.most_common():
        console.print(f"passed over  {count:>7,}  {literal(reason)}", soft_wrap=True)
    for summary in summaries[:_MOST_LINES]:
        console.print(f"file  {literal(summary.line())}", soft_wrap=True, highlight=False)
    if len(summaries) > _MOST_LINES:
        console.print(f"and {len(summaries) - _MOST_LINES:,} files more: --report FILE has them all")


def _check_index_options(opts: argparse.Namespace) -> None:
    for name in ("since", "until", "dialect", "replay") if not opts.indexes else ():
        if getattr(opts, name) is not None:
            raise WrongUse(f"--{name} needs --from, the address of a CDX server")
    if opts.since is not None and opts.until is not None and opts.since >= opts.until:
        raise WrongUse(f"--since {opts.since} must be before --until {opts.until}")


def _hosts(opts: argparse.Namespace, declared: Sequence[type[StorySpider]]) -> list[str]:
    """Return the hosts that an index is asked for, each with its subdomains."""
    hosts = [*opts.host]
    for name in opts.outlet:
        outlet = next((outlet for outlet in declared if outlet.name == name), None)
        hosts += [name] if outlet is None else outlet.domains()
    if opts.indexes and not hosts:
        raise WrongUse("--from needs --outlet or --host: whose captures?")
    return list(dict.fromkeys(hosts))


def _check_choice(opts: argparse.Namespace, names: Collection[str]) -> None:
    for name in opts.outlet:
        if name not in names and "." not in name:
            outlets = ", ".join(sorted(names))
            raise WrongUse(f"no outlet {visible(name)!r}; give a domain, or one of: {outlets}")
    if "ua" in opts.language:
        raise WrongUse("--language ua: ua is a country; the language is uk")
