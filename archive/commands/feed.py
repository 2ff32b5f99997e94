"""`triptych archive feed`: a saved search as a file of alerts, for a feed reader and a cron job."""

import argparse
import hashlib
from argparse import ArgumentTypeError
from dataclasses import replace
from datetime import timedelta
from urllib.parse import unquote_plus

from rich.console import Console

import archive
from archive.commands.arguments import address, count
from archive.commands.search import add_filters, looking_up, question_of
from archive.terminal import literal, visible

_SUFFIXES = (".atom", ".xml", ".json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--search",
        default="",
        metavar="WORDS",
        help="as for `search`, or the address of a search in the browser (default: all stories)",
    )
    parser.add_argument(
        "--output",
        required=True,
        type=_output,
        metavar="FILE",
        help="FILE.atom (or .xml) is Atom, FILE.json JSON Feed; replaced when it is complete",
    )
    add_filters(parser)
    parser.add_argument(
        "--interface",
        choices=("en", "uk", "ru"),
        default="en",
        help="language of the feed's messages (default: en)",
    )
    parser.add_argument(
        "--late",
        type=count,
        default=24,
        metavar="HOURS",
        help="hours after which a translation is late, or missing (default: 24)",
    )
    parser.add_argument("--most", type=count, default=100, metavar="N", help="most entries (default: 100)")
    parser.add_argument(
        "--base",
        type=address,
        metavar="URL",
        help="address of `view`, for links to its pages (default: links to the outlet)",
    )


def _output(text: str) -> str:
    if not text.endswith(_SUFFIXES):
        raise ArgumentTypeError(f"{visible(text)!r} must end with .atom, .xml or .json")
    return text


def run(console: Console, options: argparse.Namespace) -> int:
    from archive.export.files import writing
    from archive.viewer.catalogue import Interface
    from archive.viewer.web.alerts import alerts
    from archive.viewer.web.formats import Feed, as_atom, as_json_feed
    from archive.viewer.web.questions import address_of

    opened = archive.open(options.archive)
    question = replace(question_of(options.search, options), order="time")
    with looking_up(opened, texts=bool(question.text)) as lookup:
        lookup.check(question)
        late = timedelta(hours=options.late)
        entries = alerts(opened, lookup, question, Interface(options.interface), late=late, most=options.most)
    query = address_of(replace(question, order="match" if question.text else "time"))
    filters = unquote_plus(query.partition("?")[2])
    # of the query, not of the paths of the archive or the file, which may change
    seal = hashlib.sha256(f"{opened.root.name} {query}".encode()).hexdigest()[:32]
    title = f"{question.text or filters or 'stories'} · {opened.root.name}"
    feed = Feed(f"urn:triptych:search:{seal}", title, entries, options.base or "")
    with writing(options.output) as file:
        file.write(as_json_feed(feed) if options.output.endswith(".json") else as_atom(feed))
    noun = "entry" if len(entries) == 1 else "entries"
    console.print(f"{len(entries)} {noun} in {literal(options.output)}", soft_wrap=True)
    return 0
