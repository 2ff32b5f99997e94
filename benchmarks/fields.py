"""Measure what is read of pages, field by field: `python benchmarks/fields.py [--by-eye] [--errors]`.

Days are counted right, wrong and none, beside htmldate's of the same pages. A headline counts where it is the
page's own: one of its <h1>, or its og:title. A name counts as wrong where the gold has it not.

`--by-eye`: persons, days, sections and tags of 60 pages. `data/fields_by_eye.tsv` has a page of
../shared/data a line: file, persons, day, sections and tags, as the page prints them, written before our
reading of it was looked at. A value after `?` is one that only the head names, or of a part of the text:
giving it is neither right nor wrong. A section or tag is the outlet's own if it is among those of the page.
"""

import argparse
import socket
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from htmldate import find_date

from benchmarks.extraction import _as_printed, _nobody
from benchmarks.gold import Case, cases, same, same_day, world
from benchmarks.reading_diff import pages
from crawler.exceptions import ExtractionError
from crawler.extraction.body import speedups
from crawler.extraction.document.decoding import read_outline
from crawler.extraction.document.text import for_comparison
from crawler.extraction.page import extract
from crawler.items import Article, Fetch, Hints
from pipelines.authors import authors_of

BY_EYE = Path(__file__).resolve().parent / "data/fields_by_eye.tsv"


def day_of(case: Case, at: datetime | None) -> str:
    assert case.date is not None
    return "none" if at is None else "right" if same_day(case.date, at) else "wrong"


def beside(case: Case) -> datetime | None:
    try:
        day = find_date(case.html.decode("utf-8", "replace"), original_date=True, url=case.url)
    except (ValueError, AttributeError, TypeError):
        return None
    return datetime.fromisoformat(day).replace(tzinfo=UTC) if day else None


def is_the_pages_own(case: Case, headline: str) -> bool | None:
    """Tell if a headline is an <h1> or the og:title; None where the page has neither."""
    page = read_outline(case.html, None)
    titles = [page.elements[i].text_content() for i in page.by_tag.get("h1", ())]
    metas = (page.attributes[i] for i in page.by_tag.get("meta", ()))
    titles += [meta.get("content", "") for meta in metas if meta.get("property") == "og:title"]
    return any(same(text, headline) for text in titles) if any(text.strip() for text in titles) else None


def read(case: Case) -> Article | None:
    fetch = Fetch(case.url, case.url, case.html, None, 200, case.fetched or datetime.now(UTC))
    try:
        return extract(fetch, Hints("benchmark"))
    except ExtractionError:
        return None


def of_gold(*, errors: bool) -> None:
    counts: dict[str, Counter[str]] = {}
    for case in (*cases(), *world()):
        article = read(case)
        count = counts.setdefault(case.group, Counter())
        count["pages"] += 1
        if case.date:
            verdict = day_of(case, _as_printed(article) if article else None)
            count[f"day {verdict}"] += 1
            count[f"htmldate {day_of(case, beside(case))}"] += 1
            if errors and verdict != "right":
                print(case.name, case.date, verdict, article.published_raw if article else "", sep="  ")
        is_own = is_the_pages_own(case, (article.headline if article else None) or "")
        if is_own is not None:
            count["headline"] += is_own
            count["of"] += 1
            if errors and not is_own:
                print(case.name, "headline", article.headline if article else "", sep="  ")
        if case.authors is not None:
            names = authors_of(article)[0] if article else ()
            gold = {name.casefold() for name in case.authors}
            count["names"] += len(names)
            count["not in gold"] += sum(name.casefold() not in gold for name in names)
            if errors and any(name.casefold() not in gold for name in names):
                print(case.name, "names", *names, sep="  ")
    columns = ("pages", "day right", "day wrong", "day none", "htmldate right", "htmldate wrong",
               "htmldate none", "headline", "of", "names", "not in gold")  # fmt: skip
    print_table("group", columns, counts | {"all": sum(counts.values(), Counter())})


def print_table(first: str, columns: Sequence[str], rows: Mapping[str, Counter[str]]) -> None:
    print(first.ljust(14), *(column.rjust(14) for column in columns))
    for name, count in rows.items():
        print(name.ljust(14), *(str(count[column]).rjust(14) for column in columns))


def printed_values(cell: str) -> tuple[set[str], set[str]]:
    """Values that a page prints for one field, folded; the second ones are neither right nor wrong."""
    values, doubtful = set(), set()
    for value in filter(None, cell.split(";")):
        (doubtful if value.startswith("?") else values).add(for_comparison(value))
    return values, doubtful


def counted(field: str, cell: str, values: Iterable[str]) -> Counter[str]:
    """Count the values of a page: right, wrong, missing, and pages with each."""
    printed, doubtful = printed_values(cell)
    folded = set(map(for_comparison, values)) - {""}
    counts = Counter(given=len(folded - doubtful), right=len(folded & printed))
    counts["wrong"] = len(folded - printed - doubtful)
    # of several sections a page needs one, and its tags are not listed alike in all places
    of_all = field in {"persons", "day"}
    counts["missing"] = len(printed - folded) if of_all else int(bool(printed) and not folded)
    counts["printed"] = len(printed) if of_all else int(bool(printed))
    return counts


def by_eye(*, errors: bool) -> None:
    lines = (line.split("\t") for line in BY_EYE.read_text("utf-8").splitlines())
    cells = {name: fields for name, *fields in lines}
    totals = {field: Counter[str]() for field in ("persons", "day", "section", "tags")}
    number = 0
    for case in pages():
        if case.name not in cells:
            continue
        number += 1
        article = read(case)
        at = _as_printed(article) if article else None
        readings = (
            authors_of(article)[0] if article else (),
            (at.date().isoformat(),) if at else (),
            (article.section or "",) if article else (),
            article.tags if article else (),
        )
        for field, values, cell in zip(totals, readings, cells[case.name], strict=True):
            counts = counted(field, cell, values)
            totals[field] += counts
            if errors and (counts["wrong"] or counts["missing"]):
                print(case.name[:60], field, "; ".join(values) or "-", sep="  ")
    print(f"{number} of {len(cells)} pages")
    print_table("field", ("printed", "given", "right", "wrong", "missing"), totals)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--by-eye", action="store_true", help="persons, days, sections and tags of 60 pages")
    parser.add_argument("--errors", action="store_true", help="list each page that is not right")
    options = parser.parse_args()
    socket.getaddrinfo = _nobody
    speedups.install()
    (by_eye if options.by_eye else of_gold)(errors=options.errors)


if __name__ == "__main__":
    main()
