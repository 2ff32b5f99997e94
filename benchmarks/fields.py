"""Measure days, headlines and names of pages beside the gold: `python benchmarks/fields.py [--errors]`.

Days are counted right, wrong and none, beside htmldate's of the same pages. A headline counts where it is the
page's own: one of its <h1>, or its og:title. A name counts as wrong where the gold has it not.
"""

import argparse
import socket
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from htmldate import find_date

from benchmarks.extraction import _as_printed, _nobody
from benchmarks.gold import Case, cases, same, same_day, world
from crawler.exceptions import ExtractionError
from crawler.extraction.body import speedups
from crawler.extraction.document.decoding import read_outline
from crawler.extraction.page import extract
from crawler.items import Article, Fetch, Hints
from pipelines.authors import authors_of


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--errors", action="store_true", help="list each page that is not right")
    errors = parser.parse_args().errors
    socket.getaddrinfo = _nobody
    speedups.install()
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
    print("group".ljust(14), *(column.rjust(14) for column in columns))
    for group, count in (*counts.items(), ("all", sum(counts.values(), Counter()))):
        print(group.ljust(14), *(str(count[column]).rjust(14) for column in columns))


if __name__ == "__main__":
    main()
