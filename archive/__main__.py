"""`triptych archive`: read and maintain an archive."""

import argparse
import logging
import os
import sys
from collections.abc import Callable, Sequence

from rich.console import Console

from archive.commands import export, feed, purge, search, show, sql, view
from archive.commands.arguments import Once, OneCommand, add_spread, count, days
from archive.commands.configuration import into_environment
from archive.commands.exit_codes import ExitCode
from archive.commands.look import list_observations, list_snapshots, print_page, show_diff
from archive.commands.maintain import (
    collect_garbage,
    compact_archive,
    copy_archive,
    migrate_archive,
    repair_archive,
    verify_archive,
)
from archive.exceptions import ArchiveError, UnknownValue, WrongEngine, WrongOutput, WrongSetting
from archive.no_pandas import fast_start
from archive.terminal import Terminal, VisibleLog, visible

_EXAMPLES = """
examples:
  triptych archive ls                        snapshots and sizes of the tables
  triptych archive show 3f2a                 the story of an article, by the start of its id
  triptych archive show https://…            the same, by address
  triptych archive search міст --missing en  stories with a word, in any form, that are not in English
  triptych archive view                      the latest stories in the browser
  triptych archive diff 3f2a                 what changed in the latest edit, word by word
  triptych archive why https://…             every visit of an address, and its outcome
  triptych archive sql 'FROM lags_by_outlet'  a query in SQL; without one: tables and views
  triptych archive verify --archive old/     check another archive against its checksums

Exit code: 0 success, 1 a problem (one sentence says which), 2 a wrong command.
"""


_OF_DAMAGE = (
    *(LookupError, TypeError, ValueError, ArithmeticError, AttributeError, RuntimeError, MemoryError),
)
"""Errors of Python and Arrow about invalid values in a row."""


def main(arguments: Sequence[str] | None = None, program: str = "triptych archive") -> int:
    try:
        into_environment()
    except WrongSetting as error:
        print(visible(str(error)), file=sys.stderr)
        return ExitCode.USAGE
    options = parser(program).parse_args(arguments)
    fast_start()
    if logging.lastResort is not None:  # prints warnings if logging is not configured
        logging.lastResort.setFormatter(VisibleLog())
    console = Terminal(highlight=False)
    if not console.is_terminal:
        console.width = 240  # a pipe has no width: wrapped lines would be hard to parse
    command: Callable[[Console, argparse.Namespace], int] = options.command
    try:
        return command(console, options)
    except ArchiveError as error:
        print(visible(str(error)), file=sys.stderr)
        is_usage = isinstance(error, WrongEngine | WrongOutput | UnknownValue)
        return ExitCode.USAGE if is_usage else ExitCode.LOST
    except BrokenPipeError:  # `| head` has closed the pipe
        sys.stderr.close()
        return ExitCode.OK
    except _OF_DAMAGE as error:  # an invalid value that no check has caught
        if os.environ.get("TRIPTYCH_TRACEBACK"):
            raise
        message = (
            f"{options.archive} is damaged, or this is a defect of Triptych ({type(error).__name__}: "
            f"{str(error)[:200]}). `triptych archive verify` tells more, TRIPTYCH_TRACEBACK=1 where."
        )
        print(visible(message), file=sys.stderr)
        return ExitCode.LOST
    except OSError as error:  # a full or failing disk
        message = f"{error.filename or options.archive}: {error.strerror or error}."
        print(visible(message), file=sys.stderr)
        return ExitCode.LOST


def parser(program: str = "triptych archive") -> argparse.ArgumentParser:
    root = OneCommand(
        prog=program,
        description="Read and maintain a news archive. Reading never disturbs a crawl.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    default = os.environ.get("TRIPTYCH_ARCHIVE_URI", "news-archive")
    where = OneCommand(add_help=False)
    where.add_argument(
        "--archive",
        action=Once,
        metavar="FOLDER",
        help=f"the archive (default: {default})",
        default=argparse.SUPPRESS,
    )
    root.set_defaults(archive=default, default=default)
    commands = root.add_subparsers(required=True, metavar="COMMAND", parser_class=OneCommand)

    def add(
        name: str, run: Callable[[Console, argparse.Namespace], int], text: str
    ) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text, parents=[where])
        sub.set_defaults(command=run, called=sub.prog)
        return sub

    listing = add("ls", list_snapshots, "list snapshots, newest last, and count the rows of each table")
    listing.add_argument(
        "-n", type=count, default=10, metavar="COUNT", help="how many snapshots (default: 10)"
    )
    showing = add("show", show.run, "show a story in all its languages")
    showing.add_argument("id", help="article id, story id, the start of one, or an address")
    search.add_arguments(add("search", search.run, "find stories by words and filters, as in the browser"))
    feed.add_arguments(
        add("feed", feed.run, "write a search as a feed: new stories, edits, translations late or missing")
    )
    view.add_arguments(
        add("view", view.run, "look at stories in the browser: variants side by side, gaps, edits")
    )
    diff = add("diff", show_diff, "show what changed between two versions of an article, word by word")
    diff.add_argument("id", help="article id, the start of one, or an address")
    diff.add_argument(
        "versions", nargs="*", type=int, metavar="VERSION", help="two numbers (default: the last edit)"
    )
    page = add("raw", print_page, "print the page an article was read from, byte for byte as it was served")
    page.add_argument("id", help="article id, the start of one, or an address")
    page.add_argument("version", nargs="?", type=int, help="which version (default: the latest)")
    why = add("why", list_observations, "list every visit of an address with its outcome, oldest first")
    why.add_argument("url", help="the requested or the final address")
    repair = add(
        "repair",
        repair_archive,
        "commit the records of dead writers, update the view to the last snapshot, clean up",
    )
    repair.add_argument("--rebuild", action="store_true", help="rebuild state.sqlite and the page index")
    add_spread(add("compact", compact_archive, "merge small files; worth it daily on a busy archive"))
    gc = add(
        "gc",
        collect_garbage,
        "remove data files that no recent snapshot needs, and fold the log; time travel works without them",
    )
    gc.add_argument(
        "--keep-days", type=days, metavar="DAYS", help="how recent (default: 1, or TRIPTYCH_KEEP_HOURS)"
    )
    gc.add_argument("--dry-run", action="store_true", help="only print what would be removed")
    copying = commands.add_parser(
        "copy",
        help="copy an archive into another folder or bucket and verify it: a backup, a restoration, a move",
        description="Make TO a copy of FROM, and verify it. Crawls may write to FROM meanwhile. The next "
        "run copies what changed, and completes one that was killed.",
    )
    copying.set_defaults(command=copy_archive)
    copying.add_argument("source", metavar="FROM", help="the archive: a folder or s3://bucket/prefix")
    copying.add_argument("target", metavar="TO", help="an empty or new place, or an earlier copy")
    add("migrate", migrate_archive, "migrate an archive of an older schema to today's, in one snapshot")
    export.add_arguments(add("export", export.run, "write a table, or the raw pages, for another program"))
    sql.add_arguments(add("sql", sql.run, "query the tables of one snapshot in SQL; needs triptych[sql]"))
    purge.add_arguments(
        add("purge", purge.run, "remove an article permanently, from every version, page and snapshot")
    )
    checking = add(
        "verify",
        verify_archive,
        "check checksums, schema, links between tables, the view; list leftovers and quarantine",
    )
    checking.add_argument(
        "--all",
        action="store_true",
        help="also check files that were checked within a month and are unchanged",
    )
    return root


if __name__ == "__main__":
    os.environ["PYTHONSAFEPATH"] = "1"  # no process of ours imports from the working folder
    sys.exit(main())
