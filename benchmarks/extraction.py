"""How right and how fast extraction is, beside the peers: `python benchmarks/extraction.py [--data DIR] [tool …]`.

Reads the real pages of ../shared/data, which are not part of the project. Each tool runs in a process of its own,
over all pages one after the other, with its metadata included. F1 is the 4-gram shingle metric of
article-extraction-benchmark, ROUGE-L that of summaries, both over words; headline, byline and date are shares of
the pages that have gold. Tools that are not installed are named at the end.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import multiprocessing
import re
import statistics
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

DATA = Path(__file__).resolve().parents[1] / "../shared/data"
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Case:
    """A page and what is known about it; `group` is aeb, or the grade and language of pages/."""

    name: str
    url: str
    group: str
    html: bytes
    text: str | None
    title: str | None = None
    authors: tuple[str, ...] | None = None
    date: str | None = None


@dataclass(frozen=True)
class Reading:
    """What a tool made of a page."""

    text: str
    title: str | None = None
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    milliseconds: float = 0.0


def cases(data: Path = DATA) -> Iterator[Case]:
    """All pages that have any gold; `B` gold is a reference text of which up to 15 % is not in the page."""
    for line in (data / "pages/manifest.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        gold, hand = row.get("gold") or {}, row.get("gold_hand") or {}
        grade = "hand" if hand else row.get("gold_grade")
        date = hand.get("date") or gold.get("date")
        authors = gold.get("authors") or (
            [hand["author"]] if hand.get("author") else [] if "author" in hand else None
        )
        if grade or date:
            yield Case(
                name=row["file"],
                url=row.get("url")
                or row.get("canonical")
                or f"https://{row['outlet'].replace('_', '.')}/page",
                group="B ru" if grade == "B" else f"A {row['lang']}" if grade else "date only",
                html=gzip.decompress((data / "pages" / row["file"]).read_bytes()),
                text=hand.get("text") or gold.get("text"),
                title=hand.get("title") or gold.get("title"),
                authors=None if authors is None else tuple(authors),
                date=date,
            )
    truth = json.loads((data / "aeb/ground-truth.json").read_text("utf-8"))
    for key, page in truth.items():
        path = data / "aeb/html" / f"{key}.html.gz"
        yield Case(key, page["url"], "aeb", gzip.decompress(path.read_bytes()), page["articleBody"])


def shingles(text: str, size: int = 4) -> Counter[tuple[str, ...]]:
    words = _WORD.findall(text)
    if len(words) < size:
        return Counter([tuple(words)] if words else [])
    return Counter(tuple(words[i : i + size]) for i in range(len(words) - size + 1))


def precision_recall(gold: str, text: str) -> tuple[float, float]:
    """Of one page, as article-extraction-benchmark counts them."""
    true, predicted = shingles(gold), shingles(text)
    hit = sum((true & predicted).values())
    missed, extra = sum(true.values()) - hit, sum(predicted.values()) - hit
    if not true and not predicted:
        return 1.0, 1.0
    precision = hit / (hit + extra) if hit + extra else 0.0
    recall = hit / (hit + missed) if hit + missed else 0.0
    return precision, recall


def f1(pairs: Iterable[tuple[float, float]]) -> float:
    """Of the mean precision and the mean recall, which is how that benchmark sums up."""
    listed = list(pairs)
    precision = statistics.fmean(p for p, _ in listed)
    recall = statistics.fmean(r for _, r in listed)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def rouge_l(gold: str, text: str) -> float:
    """F-measure of the longest common subsequence of words, by bit-parallel rows; long texts are cut."""
    a, b = _WORD.findall(gold.casefold())[:3000], _WORD.findall(text.casefold())[:6000]
    if not a or not b:
        return float(not a and not b)
    where: dict[str, int] = {}
    for i, word in enumerate(a):
        where[word] = where.get(word, 0) | 1 << i
    row = 0
    for word in b:
        longer = row | where.get(word, 0)
        row = longer & ~(longer - ((row << 1) | 1))
    common = row.bit_count()
    return 2 * common / (len(a) + len(b))


# --- tools: each a function that imports its library and gives back how to read one page --------------------------
def triptych() -> Callable[[Case], Reading]:
    from crawler.exceptions import ExtractionError
    from crawler.extraction.page import Hints, extract
    from crawler.items import Fetch
    from pipelines.byline import decide_authors

    def read(case: Case) -> Reading:
        fetch = Fetch(case.url, case.url, case.html, None, 200, datetime.now(UTC))
        try:
            article = extract(fetch, Hints("benchmark"))
        except ExtractionError:
            return Reading("")
        authors, _ = decide_authors(article.author_claims, article.byline)
        return Reading(article.body, article.headline, authors, article.published_at)

    return read


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
        article = newspaper.Article(case.url)
        article.download(input_html=case.html.decode("utf-8", "replace"))
        article.parse()
        return Reading(article.text, article.title, tuple(article.authors), article.publish_date)

    return read


def newsplease() -> Callable[[Case], Reading]:
    from newsplease import NewsPlease

    def read(case: Case) -> Reading:
        article = NewsPlease.from_html(case.html.decode("utf-8", "replace"), url=case.url)
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


def run(tool: str) -> list[Reading]:
    """In the process it is called in; a page on which a tool fails counts as empty text."""
    read = TOOLS[tool][0]()
    pages = list(cases())
    read(pages[0])
    readings = []
    for case in pages:
        before = time.perf_counter()
        try:
            reading = read(case)
        except Exception as error:  # noqa: BLE001 - a peer's failure on a page is a result, not ours to mend
            print(f"{tool}: {case.name}: {type(error).__name__}: {error}")
            reading = Reading("")
        readings.append(
            Reading(reading.text, reading.title, reading.authors, reading.published,
                    (time.perf_counter() - before) * 1000)
        )  # fmt: skip
    return readings


def same(one: str | None, other: str | None) -> bool:
    return _WORD.findall((one or "").casefold()) == _WORD.findall((other or "").casefold())


def same_authors(gold: tuple[str, ...], found: tuple[str, ...]) -> bool:
    return {n.casefold() for n in gold} == {n.casefold() for n in found}


def same_day(gold: str, found: datetime | None) -> bool:
    """In the zone the gold is written in; where it has none, in Kyiv's or UTC."""
    if found is None:
        return False
    from zoneinfo import ZoneInfo

    true = datetime.fromisoformat(gold)
    aware = found if found.tzinfo else found.replace(tzinfo=UTC)
    zones = [true.tzinfo] if true.tzinfo else [UTC, ZoneInfo("Europe/Kyiv")]
    return any(aware.astimezone(zone).date() == true.date() for zone in zones)


def table(results: dict[str, list[Reading]]) -> str:
    pages = list(cases())
    groups = [
        g for g in ("aeb", "A uk", "A ru", "A en", "A other", "B ru") if any(c.group == g for c in pages)
    ]
    counts = Counter(case.group for case in pages)
    head = [
        "tool",
        *(f"{g} ({counts[g]})" for g in groups),
        "ROUGE-L",
        "headline",
        "byline",
        "date",
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
        row += [f"{sum(hits)}/{len(hits)}" for hits in (titles, authors, days)]
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
