"""Measure extraction beside other tools: `python benchmarks/extraction.py [tool ...] > tables.md`.

Each tool reads all pages of benchmarks/gold.py in a process of its own, metadata included; a tool that is
not in this environment is run in that of the peers (`make .venv/peers/installed`). The tables are Markdown:
F1, precision and recall of the text and the pages on which ours is much worse, by group; headlines,
persons, days and time, by tool.

The groups are aeb; pages of grade A or read by hand, by language; B, whose reference text has up to 15 %
that is not in the page, so that no tool reaches 1; and the sets of the world.
"""

import argparse
import importlib.util
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.gold import (
    Case,
    cases,
    f1,
    has_clock,
    precision_recall,
    same,
    same_authors,
    same_day,
    same_minute,
    world,
)
from crawler.items import Article

# ruff: noqa: PLC0415 - a tool is imported only in the process that measures it


@dataclass(frozen=True)
class Reading:
    """Reading of a page by one tool."""

    text: str
    title: str | None = None
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    milliseconds: float = 0.0
    """Of the processor, not of the clock: the machine may have other work."""


# --- tools: each a function that imports its library and gives back how to read one page
# --------------------------
def triptych() -> Callable[[Case], Reading]:
    from benchmarks.fields import read as read_article
    from crawler.extraction.body import speedups
    from pipelines.authors import authors_of

    speedups.install()

    def read(case: Case) -> Reading:
        article = read_article(case)
        if article is None:
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


def trafilatura(**options: bool) -> Callable[[Case], Reading]:
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


def htmldate() -> Callable[[Case], Reading]:
    from htmldate import find_date

    def read(case: Case) -> Reading:
        day = find_date(case.html, url=case.url, original_date=True)
        return Reading("", published=datetime.fromisoformat(day).replace(tzinfo=UTC) if day else None)

    return read


TOOLS = {
    "triptych": (triptych, "crawler"),
    "trafilatura": (trafilatura, "trafilatura"),
    "trafilatura fast": (partial(trafilatura, fast=True), "trafilatura"),
    "trafilatura precision": (partial(trafilatura, favor_precision=True), "trafilatura"),
    "newspaper4k": (newspaper4k, "newspaper"),
    "news-please": (newsplease, "newsplease"),
    "readability-lxml": (readability, "readability"),
    "resiliparse": (resiliparse, "resiliparse"),
    "htmldate": (htmldate, "htmldate"),
}
OURS = "triptych"
USUAL = (
    *(OURS, "trafilatura", "trafilatura precision", "newspaper4k"),
    *("readability-lxml", "resiliparse", "htmldate"),
)
PEERS = Path(__file__).resolve().parents[1] / ".venv/peers/bin/python"


def _nobody(*_: object, **__: object) -> list[tuple[object, ...]]:
    raise OSError("a benchmark asks no server")


def all_pages() -> list[Case]:
    return [*cases(), *world()]


def read_all(tool: str) -> list[Reading]:
    """In the process it is called in; a page on which a tool fails counts as empty text."""
    # two of the peers look things up on the way: what is measured is reading, with nobody to ask
    socket.getaddrinfo = _nobody
    read = TOOLS[tool][0]()
    pages = all_pages()
    read(pages[0])
    readings = []
    for case in pages:
        before = time.process_time()
        try:
            reading = read(case)
        except Exception as error:
            print(f"{tool}: {case.name}: {type(error).__name__}: {error}", file=sys.stderr)
            reading = Reading("")
        readings.append(replace(reading, milliseconds=(time.process_time() - before) * 1000))
    return readings


def run(tool: str, folder: Path) -> list[Reading] | None:
    """In a process of its own, of this environment or of the peers'; None if the tool is in neither.

    What the folder has of a peer is not read again.
    """
    into = folder / f"{tool.replace(' ', '-')}.json"
    if tool == OURS or not into.exists():
        is_installed = importlib.util.find_spec(TOOLS[tool][1]) is not None
        python = sys.executable if is_installed else str(PEERS)
        try:
            subprocess.run([python, "-W", "ignore", __file__, "--into", str(into), tool], check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"{tool}: {error}", file=sys.stderr)
            return None
    return msgspec.convert(json.loads(into.read_text("utf-8")), list[Reading])


def write_readings(tool: str, into: Path) -> None:
    into.write_text(json.dumps(read_all(tool), default=_plain), "utf-8", "surrogatepass")


def _plain(value: Reading | datetime) -> object:
    return asdict(value) if isinstance(value, Reading) else value.isoformat()


# --- the tables
# --------------------------
GROUPS = ("aeb", "A uk", "A ru", "A en", "A other", "B ru", "fundus en", "fundus other", "daniel en")
DATED = {
    "pages": ("A uk", "A ru", "A en", "A other", "B ru", "date only"),
    "fundus": ("fundus en", "fundus other"),
    "htmldate": ("htmldate",),
}
MUCH = 0.1
Pair = tuple[float, float]


def _f1_of_page(pair: Pair) -> float:
    return 2 * pair[0] * pair[1] / (sum(pair) or 1)


def markdown(title: str, rows: Iterable[Sequence[str]]) -> str:
    head, *body = ["| " + " | ".join(row) + " |" for row in rows]
    rule = "|---|" + "---:|" * (head.count("|") - 2)
    return "\n".join([f"{title}:", "", head, rule, *body, ""])


def tables(results: dict[str, list[Reading]]) -> str:
    pages = all_pages()
    texts = {tool: of for tool, of in results.items() if any(reading.text for reading in of)}
    scores = {
        tool: [precision_recall(c.text, r.text) if c.text else None for c, r in zip(pages, of, strict=True)]
        for tool, of in texts.items()
    }

    def of_group(tool: str, group: str) -> list[Pair]:
        return [pair for c, pair in zip(pages, scores[tool], strict=True) if c.group == group and pair]

    counts = Counter(case.group for case in pages if case.text)
    groups = [(group, f"{group} ({counts[group]})") for group in GROUPS if counts[group]]

    def by_group(cell: Callable[[str, str], str], tools: Iterable[str]) -> list[list[str]]:
        tools = list(tools)
        return [["group (pages)", *tools], *([name, *(cell(t, g) for t in tools)] for g, name in groups)]

    def worse(tool: str, group: str) -> str:
        pairs = list(zip(of_group(OURS, group), of_group(tool, group), strict=True))
        gaps = [_f1_of_page(pair_b) - _f1_of_page(pair_a) for pair_a, pair_b in pairs]
        return f"{sum(gap > MUCH for gap in gaps)} / {sum(gap < -MUCH for gap in gaps)}"

    parts = [
        markdown("F1 of the text", by_group(lambda t, g: f"{f1(of_group(t, g)):.4f}", texts)),
        markdown(
            "Precision, recall",
            by_group(
                lambda t, g: ", ".join(
                    f"{statistics.fmean(x):.3f}" for x in zip(*of_group(t, g), strict=True)
                ),
                texts,
            ),
        ),
    ]
    peers = [tool for tool in texts if tool != OURS]
    if OURS in texts and peers:
        title = f"Pages on which ours is worse, and better, by more than {MUCH} of F1"
        parts.append(markdown(title, by_group(worse, peers)))
    parts.append(markdown("Beside the text", fields(pages, results)))
    return "\n".join(parts)


def fields(pages: list[Case], results: dict[str, list[Reading]]) -> list[list[str]]:
    """Headlines, persons, days and time; a tool that never gives one of them has a dash."""
    rows = [["tool", "headline exact", "byline exact", "names wrong, of all given",
             *(f"days of {name}: right, wrong, none" for name in DATED), "minute", "ms of CPU"]]  # fmt: skip
    for tool, readings in results.items():
        pairs = list(zip(pages, readings, strict=True))
        titled, has_names, dated = (
            any(values)
            for values in zip(
                *((bool(r.title), bool(r.authors), r.published is not None) for r in readings), strict=True
            )
        )
        titles = [same(c.title, r.title) for c, r in pairs if c.title]
        bylines = [(c.authors, r.authors) for c, r in pairs if c.authors is not None]
        given_names = [(name.casefold(), {n.casefold() for n in gold}) for gold, of in bylines for name in of]
        row = [tool, f"{sum(titles)} of {len(titles)}" if titled else "–"]
        row += [
            f"{sum(same_authors(*pair) for pair in bylines)} of {len(bylines)}",
            f"{sum(name not in gold for name, gold in given_names)} of {len(given_names)}",
        ] if has_names else ["–", "–"]  # fmt: skip
        for groups in DATED.values():
            days = [
                (same_day(c.date, r.published), r.published) for c, r in pairs if c.date and c.group in groups
            ]
            right, none = sum(ok for ok, _ in days), sum(at is None for _, at in days)
            row.append(f"{right}, {len(days) - right - none}, {none}" if dated else "–")
        minutes = [same_minute(c.date, r.published) for c, r in pairs if c.date and has_clock(c.date)]
        row.append(f"{sum(minutes)} of {len(minutes)}" if dated else "–")
        row.append(f"{statistics.fmean(r.milliseconds for r in readings):.1f}")
        rows.append(row)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tools", nargs="*", help=f"of {', '.join(TOOLS)}; without one {', '.join(USUAL)}")
    parser.add_argument(
        "--into", type=Path, help="write the readings of one tool, in JSON; for its own process"
    )
    parser.add_argument("--keep", type=Path, help="folder of readings; the peers' that are there are used")
    options = parser.parse_args()
    if options.into:
        write_readings(options.tools[0], options.into)
        return
    with tempfile.TemporaryDirectory() as folder:
        into = options.keep or Path(folder)
        into.mkdir(parents=True, exist_ok=True)
        read = {tool: run(tool, into) for tool in options.tools or USUAL}
        print(tables({tool: readings for tool, readings in read.items() if readings is not None}))


if __name__ == "__main__":
    main()
