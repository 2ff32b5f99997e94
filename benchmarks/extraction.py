"""Measure extraction beside other tools, quality and time: `python benchmarks/extraction.py [tool ...]`.

Each tool reads all pages of benchmarks/gold.py in a process of its own, metadata included. Tools that are
not installed are named at the end. The groups are aeb; then pages of grade A or read by hand, by
language; then B, whose reference text has up to 15 % that is not in the page, so that no tool reaches 1.
"""

from __future__ import annotations

import argparse
import importlib.util
import multiprocessing
import socket
import statistics
import sys
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from crawler.items import Article

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.gold import (
    Case,
    cases,
    f1,
    has_clock,
    precision_recall,
    rouge_l,
    same,
    same_authors,
    same_day,
    same_minute,
    world,
)

# ruff: noqa: PLC0415 - a tool is imported only in the process that measures it


@dataclass(frozen=True)
class Reading:
    """Reading of a page by one tool."""

    text: str
    title: str | None = None
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    milliseconds: float = 0.0


# --- tools: each a function that imports its library and gives back how to read one page
# --------------------------
def triptych() -> Callable[[Case], Reading]:
    from crawler.exceptions import ExtractionError
    from crawler.extraction.body import speedups
    from crawler.extraction.page import extract
    from crawler.items import Fetch, Hints
    from pipelines.authors import authors_of

    speedups.install()

    def read(case: Case) -> Reading:
        fetch = Fetch(case.url, case.url, case.html, None, 200, case.fetched or datetime.now(UTC))
        try:
            article = extract(fetch, Hints("benchmark"))
        except ExtractionError:
            return Reading("")
        authors, _ = authors_of(article)
        return Reading(article.body, article.headline, authors, _as_printed(article))

    return read


def _as_printed(article: Article) -> datetime | None:
    """The time in the zone that the page names, whose day is the day that its readers see."""
    at, raw = article.published_at, article.published_raw
    try:
        zone = datetime.fromisoformat(raw or "").tzinfo
    except ValueError:
        zone = None
    return at.astimezone(zone) if at is not None and zone is not None else at


def _trafilatura(**options: bool) -> Callable[[Case], Reading]:
    from trafilatura import bare_extraction

    def read(case: Case) -> Reading:
        document = bare_extraction(
            case.html, url=case.url, with_metadata=True, include_comments=False, **options
        )
        if document is None:
            return Reading("")
        from trafilatura.xml import xmltotxt

        date = datetime.fromisoformat(document.date).replace(tzinfo=UTC) if document.date else None
        authors = tuple(name.strip() for name in (document.author or "").split(";") if name.strip())
        return Reading(xmltotxt(document.body, False), document.title, authors, date)

    return read


def trafilatura() -> Callable[[Case], Reading]:
    return _trafilatura()


def trafilatura_fast() -> Callable[[Case], Reading]:
    return _trafilatura(fast=True)


def trafilatura_precision() -> Callable[[Case], Reading]:
    return _trafilatura(favor_precision=True)


def newspaper4k() -> Callable[[Case], Reading]:
    import newspaper

    def read(case: Case) -> Reading:
        # pictures are not asked for over the network
        article = newspaper.Article(case.url, fetch_images=False)
        article.download(input_html=case.html.decode("utf-8", "replace"))
        article.parse()
        return Reading(article.text, article.title, tuple(article.authors), article.publish_date)

    return read


def newsplease() -> Callable[[Case], Reading]:
    from newsplease import NewsPlease

    def read(case: Case) -> Reading:
        page = case.html.decode("utf-8", "replace")
        article = NewsPlease.from_html(page, url=case.url, fetch_images=False)
        return Reading(article.maintext or "", article.title, tuple(article.authors), article.date_publish)

    return read


def readability() -> Callable[[Case], Reading]:
    from lxml import html
    from readability import Document

    def read(case: Case) -> Reading:
        document = Document(case.html.decode("utf-8", "replace"))
        return Reading(html.fromstring(document.summary()).text_content(), document.short_title())

    return read


def resiliparse() -> Callable[[Case], Reading]:
    from resiliparse.extract.html2text import extract_plain_text

    def read(case: Case) -> Reading:
        return Reading(extract_plain_text(case.html.decode("utf-8", "replace"), main_content=True))

    return read


TOOLS = {
    "triptych": (triptych, "crawler"),
    "trafilatura": (trafilatura, "trafilatura"),
    "trafilatura fast": (trafilatura_fast, "trafilatura"),
    "trafilatura precision": (trafilatura_precision, "trafilatura"),
    "newspaper4k": (newspaper4k, "newspaper"),
    "news-please": (newsplease, "newsplease"),
    "readability-lxml": (readability, "readability"),
    "resiliparse": (resiliparse, "resiliparse"),
}


def _nobody(*_: object, **__: object) -> list[tuple[object, ...]]:
    raise OSError("a benchmark asks no server")


def run(tool: str) -> list[Reading]:
    """In the process it is called in; a page on which a tool fails counts as empty text."""
    # two of the peers look things up on the way: what is measured is reading, with nobody to ask
    socket.getaddrinfo = _nobody
    read = TOOLS[tool][0]()
    pages = [*cases(), *world()]
    read(pages[0])
    readings = []
    for case in pages:
        before = time.perf_counter()
        try:
            reading = read(case)
        except Exception as error:
            print(f"{tool}: {case.name}: {type(error).__name__}: {error}")
            reading = Reading("")
        readings.append(
            Reading(reading.text, reading.title, reading.authors, reading.published,
                    (time.perf_counter() - before) * 1000)
        )  # fmt: skip
    return readings


GROUPS = ("aeb", "A uk", "A ru", "A en", "A other", "B ru", "fundus en", "fundus other", "daniel en")


def table(results: dict[str, list[Reading]]) -> str:
    pages = [*cases(), *world()]
    groups = [g for g in GROUPS if any(c.group == g for c in pages)]
    counts = Counter(case.group for case in pages)
    head = [
        "tool",
        *(f"{g} ({counts[g]})" for g in groups),
        "ROUGE-L",
        "headline",
        "byline",
        "day",
        "minute",
        "ms/page",
    ]
    rows = [head]
    for tool, readings in results.items():
        pairs = list(zip(pages, readings, strict=True))
        row = [tool]
        for group in groups:
            scored = [precision_recall(c.text, r.text) for c, r in pairs if c.group == group and c.text]
            row.append(f"{f1(scored):.4f}")
        row.append(f"{statistics.fmean(rouge_l(c.text, r.text) for c, r in pairs if c.text):.3f}")
        titles = [same(c.title, r.title) for c, r in pairs if c.title]
        authors = [same_authors(c.authors, r.authors) for c, r in pairs if c.authors is not None]
        days = [same_day(c.date, r.published) for c, r in pairs if c.date]
        minutes = [same_minute(c.date, r.published) for c, r in pairs if c.date and has_clock(c.date)]
        row += [f"{sum(hits)}/{len(hits)}" for hits in (titles, authors, days, minutes)]
        row.append(f"{statistics.fmean(r.milliseconds for r in readings):.1f}")
        rows.append(row)
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "tools", nargs="*", help=f"of {', '.join(TOOLS)}; all that are installed where none is named"
    )
    chosen = parser.parse_args().tools or list(TOOLS)
    missing = [tool for tool in chosen if importlib.util.find_spec(TOOLS[tool][1]) is None]
    results = {}
    for tool in chosen:
        if tool not in missing:
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                results[tool] = pool.apply(run, (tool,))
    print(table(results))
    if missing:
        print("not installed, so not measured:", ", ".join(missing))


if __name__ == "__main__":
    main()
