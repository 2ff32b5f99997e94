"""`python -m archive view`: stories as pages in the browser."""

from __future__ import annotations

import tempfile
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING

import archive
from archive.commands.arguments import count
from archive.exceptions import ArticleNotFound
from archive.terminal import literal

if TYPE_CHECKING:
    import argparse

    from rich.console import Console

_MOST = 200


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "id", nargs="?", help="one story: article id, story id, the start of one, or an address"
    )
    parser.add_argument("--outlet", action="append", metavar="NAME", help="only this; may be given again")
    parser.add_argument(
        "--most",
        type=count,
        default=_MOST,
        metavar="COUNT",
        help=f"of the latest stories, so many (default: {_MOST})",
    )
    parser.add_argument(
        "--output",
        type=Path,
        metavar="FOLDER",
        help="keep the pages there, where no purge reaches them (default: a temporary folder)",
    )
    parser.add_argument("--no-browser", action="store_true", help="only say where the pages are")


def run(console: Console, options: argparse.Namespace) -> int:
    from archive.read.find import find  # noqa: PLC0415  pyarrow is not needed for --help

    # pyarrow, .17 s: --help needs none
    from archive.viewer.load import latest_stories, read_stories  # noqa: PLC0415
    from archive.viewer.pages import write  # noqa: PLC0415  nor are templates

    opened = archive.open(options.archive)
    if options.id:
        ids = [str(find(opened, options.id)[0]["story_id"])]
    else:
        ids = latest_stories(opened, options.outlet, options.most)
    if not ids:
        chosen = f" of {', '.join(options.outlet)}" if options.outlet else ""
        raise ArticleNotFound(f"There is no story{chosen} in {options.archive} to show.")
    folder = options.output or Path(tempfile.mkdtemp(prefix="triptych-view-"))
    about = f"The latest {len(ids)} of {opened.root}, snapshot {opened.snapshot.id}."
    page = write(read_stories(opened, ids), about, folder)
    console.print(f"{len(ids)} {'story' if len(ids) == 1 else 'stories'}: {literal(page)}", soft_wrap=True)
    if not options.no_browser:
        webbrowser.open(page.resolve().as_uri())
    return 0
