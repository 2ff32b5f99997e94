"""`triptych COMMAND`: everything in one command, in any folder.

Each command has its options declared once, with argparse, by Scrapy or by `archive.__main__`; Click finds the
command, suggests a name and completes.
"""

from __future__ import annotations

import argparse
import difflib
import os
import sys
import textwrap
from functools import partial
from importlib import import_module, resources
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem, get_completion_class

from archive.commands import configuration
from archive.commands.arguments import Once, refuse_unknown
from archive.commands.exit_codes import ExitCode
from archive.exceptions import WrongSetting
from archive.terminal import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from scrapy.commands import ScrapyCommand
    from scrapy.settings import Settings

_CRAWLING = {
    "crawl": "fetch what is new of an outlet, a story, or a backfill; --all: of every outlet that is due",
    "revisit": "visit an outlet's archived articles that are due",
    "import": "import pages from web archives: WARC, ARC, WACZ, CDX servers",
    "list": "list the names of the outlets",
    "outlets": "list the outlets and how their crawls go",
    "watch": "report what is wrong with the crawls: Slack, Telegram, mail, webhook",
    "doctor": "examine this machine and the archive",
    "live": "check the rules of outlets on their sites",
    "inspect": "show what is read from one page, from where, and what is left out",
    "genspider": "start an outlet's declaration",
    "record": "save a story in all its languages for tests",
    "schedule": "print units for systemd or lines for cron that run everything",
    "pair": "pair articles by content, align their paragraphs",
    "reextract": "read stored pages with today's extractor",
}
_OF_ARCHIVES = {"crawl", "revisit", "import", "outlets", "watch", "doctor", "pair", "reextract"}
_SCRAPYS = {"list"}
"""Commands of these that are Scrapy's own."""
_LOOKING = {
    "ls": "list snapshots and count the rows of each table",
    "search": "find stories by words and filters",
    "feed": "write a search as a feed of new stories, edits, missing translations",
    "show": "show a story in all its languages",
    "view": "show stories in the browser",
    "diff": "show what changed between two versions of an article",
    "why": "list the visits of an address with their outcomes",
    "sql": "query the tables of one snapshot in SQL",
    "export": "write a table, or the raw pages, for another program",
    "verify": "check checksums, schema and links between tables",
}
_PROGRAM = "triptych"


class _Paragraphs(argparse.HelpFormatter):
    """Help whose description keeps its paragraphs."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        paragraphs = []
        for paragraph in text.split("\n\n"):
            paragraphs.append(textwrap.fill(paragraph, width, break_on_hyphens=False))
        return "\n\n".join(paragraphs)


class _Passed(click.Command):
    """A command whose arguments go, as they are, to the parser that declares them."""

    def __init__(
        self, name: str, text: str, run: Callable[[list[str]], int], parser: Callable[[], object]
    ) -> None:
        super().__init__(name, help=text, add_help_option=False)
        self._run, self._declared = run, parser

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.args = list(args)
        return []

    def invoke(self, ctx: click.Context) -> None:
        try:
            code = self._run(ctx.args)
        except KeyboardInterrupt:  # Click would make it 1
            code = ExitCode.INTERRUPTED
        raise SystemExit(code)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        parser = self._declared()
        assert isinstance(parser, argparse.ArgumentParser)
        if incomplete.startswith("-"):
            return [*_options(parser, incomplete)]
        nested = [x for x in parser._actions if isinstance(x, argparse._SubParsersAction)]
        words = [word for x in nested for word in x.choices if word not in ctx.args]
        if not nested and ctx.info_name in _CRAWLING:
            words = _outlets()
        return [CompletionItem(word) for word in words if word.startswith(incomplete)]


class _Words(click.Group):
    """The group of all commands: one that is unknown gets the nearest named."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if self.get_command(ctx, args[0]) is None:
            near = difflib.get_close_matches(args[0], self.list_commands(ctx), 1)
            ask = f" Did you mean `{_PROGRAM} {near[0]}`?" if near else f" `{_PROGRAM} --help` lists all."
            ctx.fail(f"there is no command {visible(args[0])!r}.{ask}")
        return super().resolve_command(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)  # in the order of a day's work, not of the alphabet


def _options(parser: argparse.ArgumentParser, incomplete: str) -> Iterator[CompletionItem]:
    for action in parser._actions:
        for option in action.option_strings:
            if option.startswith(incomplete) and action.help != argparse.SUPPRESS:
                yield CompletionItem(option, help=action.help)


@click.command("completion", help="print the lines that make a shell complete commands, outlets and options")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def _completion(shell: str) -> None:
    completion = get_completion_class(shell)
    assert completion is not None
    click.echo(completion(command_line(), {}, _PROGRAM, "_TRIPTYCH_COMPLETE").source())


def _outlets() -> list[str]:
    """Names of declarations, which are the names of their files: completing a word runs none of them."""
    operators = _scrapy_settings()["OUTLETS_FOLDER"]
    folders = [Path(str(resources.files("crawler.spiders"))), *([Path(operators)] if operators else [])]
    return sorted(path.stem for folder in folders for path in folder.glob("[!_]*.py"))


def _scrapy_settings() -> Settings:
    from scrapy.settings import Settings  # noqa: PLC0415  half a second that --help does without

    # ours, whatever project the working folder belongs to; SCRAPY_SETTINGS_MODULE stays unset, because every
    # later crawl of this process and its children would read it
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    return settings


def _scrapy(name: str) -> Callable[[list[str]], int]:
    def run(arguments: list[str]) -> int:
        from scrapy.crawler import AsyncCrawlerProcess  # noqa: PLC0415  half a second, that --help does without
        from scrapy.exceptions import UsageError  # noqa: PLC0415

        # Scrapy's own has one outlet and a process of its own
        every = name == "crawl" and "--all" in arguments
        command, declared = _scrapy_command("crawl_all" if every else name)
        assert command.settings is not None
        try:
            options, rest = declared.parse_known_args(arguments)
            refuse_unknown(declared, [word for word in rest if word.startswith("-")])
            if name in _OF_ARCHIVES and options.archive is not None:
                options.set.append(f"ARCHIVE_URI={options.archive}")
            try:
                command.process_options(rest, options)
                if command.requires_crawler_process:
                    command.crawler_process = AsyncCrawlerProcess(command.settings)
            except (ImportError, NameError, AttributeError, TypeError, ValueError) as error:
                if not options.set:
                    raise
                given = " ".join(options.set)
                declared.error(visible(f"-s {given}: {type(error).__name__}: {error}"))
            _run(command, rest, options)
        except UsageError as error:
            if str(error):
                declared.error(str(error))
            declared.print_help()
            return 2
        return command.exitcode

    return run


def _run(command: ScrapyCommand, arguments: list[str], options: argparse.Namespace) -> None:
    if options.profile is None:
        command.run(arguments, options)
        return
    import cProfile  # noqa: PLC0415  few runs are measured

    from crawler.reports.terminal import expect_file  # noqa: PLC0415  as above

    path = Path(options.profile)
    expect_file("--profile", path, is_written=True)
    profile = cProfile.Profile()
    try:
        profile.runcall(command.run, arguments, options)
    finally:
        profile.dump_stats(path)


def _scrapy_parser(name: str) -> argparse.ArgumentParser:
    return _scrapy_command(name)[1]


def _scrapy_command(name: str) -> tuple[ScrapyCommand, argparse.ArgumentParser]:
    """As `scrapy.cmdline` makes it, which imports every command and calls itself scrapy."""
    called = "crawl --all" if name == "crawl_all" else name
    package = "scrapy.commands" if name in _SCRAPYS else "crawler.commands"
    command: ScrapyCommand = import_module(f"{package}.{name}").Command()
    command.settings = _scrapy_settings()
    command.settings.setdict(command.default_settings, priority="command")
    declared = argparse.ArgumentParser(
        prog=f"{_PROGRAM} {called}",
        usage=f"{_PROGRAM} {called} {command.syntax()}",
        formatter_class=_Paragraphs,
        conflict_handler="resolve",
        description=command.long_desc(),
    )
    command.add_options(declared)
    if name.removesuffix("_all") in _OF_ARCHIVES:
        declared.add_argument(
            "--archive",
            action=Once,
            metavar="FOLDER",
            help="the archive: a folder or s3://bucket/prefix; as -s ARCHIVE_URI=…",
        )
    return command, declared


def _archive(*first: str) -> Callable[[list[str]], int]:
    def run(arguments: list[str]) -> int:
        from archive.__main__ import main as archive_main  # noqa: PLC0415  no command needs both halves

        return archive_main([*first, *arguments], program=_PROGRAM if first else f"{_PROGRAM} archive")

    return run


def _archive_parser(name: str | None = None) -> Callable[[], object]:
    def declared() -> object:
        from archive.__main__ import parser  # noqa: PLC0415

        root = parser()
        nested = next(x for x in root._actions if isinstance(x, argparse._SubParsersAction))
        return nested.choices[name] if name else root

    return declared


def command_line() -> click.Group:
    @click.group(
        cls=_Words,
        context_settings={"help_option_names": ["-h", "--help"]},
        epilog=f"`{_PROGRAM} COMMAND --help` has every option. Settings: `{configuration.FILE}` in the "
        "working folder, or the file that TRIPTYCH_CONFIG names; then the environment (TRIPTYCH_…).",
    )
    @click.version_option(package_name="triptych", prog_name=_PROGRAM)
    def group() -> None:
        """Crawl news outlets, pair the uk, en and ru variants of each story, keep every version."""

    for name, text in _CRAWLING.items():
        group.add_command(_Passed(name, text, _scrapy(name), partial(_scrapy_parser, name)))
    for name, text in _LOOKING.items():
        group.add_command(_Passed(name, text, _archive(name), _archive_parser(name)))
    group.add_command(
        _Passed("archive", "maintain an archive: all its commands", _archive(), _archive_parser())
    )
    group.add_command(_completion)
    return group


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit code."""
    if arguments is None:  # as a program: no process of it imports from the working folder
        os.environ["PYTHONSAFEPATH"] = "1"
    try:
        configuration.into_environment()
    except WrongSetting as error:
        print(f"{_PROGRAM}: {visible(str(error))}", file=sys.stderr)
        return 2
    try:
        command_line().main(args=None if arguments is None else list(arguments), prog_name=_PROGRAM)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return 0
