"""`triptych archive view`: the archive in the browser, served on this machine or written as pages."""

from __future__ import annotations

import re
import sys
import webbrowser
from argparse import ArgumentTypeError
from contextlib import closing
from html import escape
from pathlib import Path
from secrets import token_urlsafe
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import archive
from archive.commands.arguments import count
from archive.exceptions import ArticleNotFound, WrongSetting
from archive.terminal import literal, visible

if TYPE_CHECKING:
    import argparse

    from rich.console import Console

    from archive.read.archive import Archive

_PORT = 8765
_MOST = 2000
_STORY = re.compile(r"[0-9a-f]+$|https?://")
"""What may lead to a story; anything else is an archive, there or not."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what",
        nargs="?",
        help="an archive; or one story of --archive: article id, story id, the start of one, an address",
    )
    parser.add_argument(
        "--port",
        type=_port,
        default=_PORT,
        metavar="N",
        help=f"of 127.0.0.1 (default: {_PORT}; 0: any free port)",
    )
    parser.add_argument("--no-browser", action="store_true", help="only print where the pages are")
    parser.add_argument(
        "--no-secret",
        action="store_true",
        help="answer every user of this machine, not only those with the printed address; for feeds",
    )
    parser.add_argument(
        "--output",
        type=Path,
        metavar="FOLDER",
        help="write self-contained pages there instead; no purge reaches them",
    )
    parser.add_argument(
        "--outlet", action="append", metavar="NAME", help="with --output: only this; may be repeated"
    )
    add_page_arguments(parser, "--output")


def add_page_arguments(parser: argparse.ArgumentParser, option: str) -> None:
    """Add the options of pages in a folder; `option`: the one that names the folder."""
    parser.add_argument(
        "--most",
        type=count,
        default=_MOST,
        metavar="COUNT",
        help=f"with {option}: number of stories, the latest (default: {_MOST})",
    )
    parser.add_argument(
        "--interface", choices=("en", "uk", "ru"), default="en", help=f"with {option}: language of the pages"
    )


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text[:6]) < 65536 and len(text) < 6):
        raise ArgumentTypeError(f"{text!r} is not a port; write 0 to 65535")
    return int(text)


def run(console: Console, options: argparse.Namespace) -> int:
    target = options.what
    is_named = options.archive not in {options.default, target}
    if target and (Path(target).is_dir() or not (is_named or _STORY.match(target))):
        if is_named:
            print(visible(f"view shows one archive: {target} or {options.archive}."), file=sys.stderr)
            return 2
        options.archive, target = target, None
    opened = archive.open(options.archive)
    story = None
    if target:
        from archive.read.find import find

        story = str(find(opened, target)[0]["story_id"])
    if not options.output:
        return _serve(console, options, story)
    page = write_pages(console, options, opened, options.output, story)
    if not options.no_browser:
        webbrowser.open(page.resolve().as_uri())
    return 0


def write_pages(
    console: Console, options: argparse.Namespace, opened: Archive, folder: Path, story: str | None = None
) -> Path:
    """Write the pages of stories, as `view --output` and `export --html` do; return the first page.

    Raises ArticleNotFound if there is no story to show.
    """
    from archive.viewer.search import fill, side_file
    from archive.viewer.search.answers import Question
    from archive.viewer.search.lookup import Lookup
    from archive.viewer.static_site import write

    fill.fill(opened, texts=False)
    question = Question(outlets=tuple(options.outlet or ()), story=story or "")
    with closing(Lookup(side_file.connect(side_file.side_file(opened.storage.layout)))) as lookup:
        if not lookup.ask(question, size=0).found:
            chosen = f" of {', '.join(options.outlet)}" if options.outlet else ""
            raise ArticleNotFound(
                f"There is no story{chosen} in {options.archive} to show; `triptych ls` counts the rows."
            )
        page, stories = write(opened, lookup, question, folder, language=options.interface, most=options.most)
    if story:
        page = folder / "stories" / f"{story}.html"
    console.print(f"{stories} {'story' if stories == 1 else 'stories'}: {literal(page)}", soft_wrap=True)
    return page


def _serve(console: Console, options: argparse.Namespace, story: str | None) -> int:
    from archive.viewer.web.server import listening, serve

    try:
        listener = listening(options.port)
    except OSError as error:
        raise WrongSetting(
            f"Nothing can be served at 127.0.0.1:{options.port}: {error.strerror or error}; give another "
            "--port, or 0 for any free one."
        ) from error
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/" + (f"stories/{story}" if story else "")
    secret = "" if options.no_secret else token_urlsafe(24)
    if secret:
        address += f"?token={secret}"
    with TemporaryDirectory(prefix="triptych-view-") as folder:

        def ready() -> None:
            console.print(f"{literal(options.archive)}: {address}  (Ctrl-C ends it)", soft_wrap=True)
            if not options.no_browser:
                webbrowser.open(_private_way(Path(folder), address))

        serve(str(options.archive), listener, ready, secret)
    return 0


def _private_way(folder: Path, address: str) -> str:
    """Write a page that leads to an address: every user of a machine sees what programs are started with."""
    page = folder / "open.html"
    page.write_text(f'<!DOCTYPE html><meta http-equiv="refresh" content="0; url={escape(address)}">', "utf-8")
    return page.as_uri()
