"""Printed dates read by us and by dateparser: `python benchmarks/dates.py` (decision 13).

The labelled lines of tests/fixtures/strangers/dates.jsonl, then the dated pages of ../shared/data, if there.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
import time
import warnings
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from dateparser.date import DateDataParser
from dateparser.search import search_dates

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.gold import DATA, cases, same_day
from crawler.exceptions import ExtractionError
from crawler.extraction.document.decoding import read_outline
from crawler.extraction.fields import date_parsing
from crawler.extraction.fields.dates import agreement, publication
from crawler.extraction.fields.linked_data import read_linked_data
from crawler.extraction.fields.metadata import read_metadata
from crawler.extraction.fields.timezones import KYIV

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from crawler.extraction.document.outline import Outline
    from crawler.extraction.fields.linked_data import LinkedData

    Found = tuple[datetime, str] | None
    Read = Callable[[str, datetime | None], Found]

LINES = Path(__file__).resolve().parents[1] / "tests/fixtures/strangers/dates.jsonl"
LANGUAGES = ["uk", "ru", "en"]


def library(raw: str, seen_at: datetime | None, search: bool = False) -> Found:
    """ISO by Python; the rest by dateparser, as a whole or, with `search`, somewhere in the line."""
    text = date_parsing.published_part(raw.strip()) or raw
    if not text.strip() or len(text) > 200:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        pass
    else:
        return _aware(at, len(text) == 10)
    now = (seen_at or datetime.now(UTC)).astimezone(KYIV).replace(tzinfo=None)
    options = {
        "DATE_ORDER": "DMY",
        "PREFER_DATES_FROM": "past",
        "RETURN_TIME_AS_PERIOD": True,
        "TIMEZONE": "Europe/Kyiv",
        "RELATIVE_BASE": now,
        "REQUIRE_PARTS": ["day", "month"],
    }
    found = DateDataParser(languages=LANGUAGES, settings=options).get_date_data(text)
    if found.date_obj is not None:
        return _aware(found.date_obj, found.period != "time")
    if search and (within := search_dates(text, languages=LANGUAGES, settings=options)):
        return _aware(within[0][1], not re.search(r"\d[:.]\d\d", text))
    return None


def searching(raw: str, seen_at: datetime | None) -> Found:
    return library(raw, seen_at, search=True)


def _aware(at: datetime, day: bool) -> Found:
    if day:
        return datetime(at.year, at.month, at.day, tzinfo=UTC), "day"
    return (at if at.tzinfo else at.replace(tzinfo=KYIV)).astimezone(UTC), "zone" if at.tzinfo else "naive"


def lines(read: Read) -> Iterator[bool]:
    for line in LINES.read_text("utf-8").splitlines():
        row = json.loads(line)
        found = read(row["printed"], datetime.fromisoformat(row["now"]))
        if row["utc"] is None or found is None:
            yield found is row["utc"]
            continue
        gold = datetime.fromisoformat(row["utc"]).replace(tzinfo=UTC)
        exact = found[0].replace(second=0, microsecond=0) == gold
        yield (
            exact if "T" in row["utc"] else gold.date() in {found[0].date(), found[0].astimezone(KYIV).date()}
        )


def pages() -> Iterator[tuple[str, bytes, str]]:
    yield from ((case.url, case.html, case.date) for case in cases() if case.date)
    for line in gzip.decompress((DATA / "world/gold.jsonl.gz").read_bytes()).splitlines():
        row = json.loads(line)
        if isinstance(row.get("date"), str):
            body = gzip.decompress((DATA / "world" / row["file"]).read_bytes())
            yield row.get("url") or "https://x.example/", body, row["date"]


def main() -> None:
    warnings.simplefilter("ignore")
    parsed: list[tuple[str, Outline, LinkedData, str | None, str]] = []
    for url, body, gold in pages() if DATA.is_dir() else ():
        try:
            page = read_outline(body, None)
        except ExtractionError:
            continue
        data = read_linked_data(page)
        parsed.append((url, page, data, read_metadata(page, data, url).headline, gold))
    for name, read in (
        ("ours", date_parsing.parse_date),
        ("dateparser", library),
        ("with search", searching),
    ):
        spent: list[float] = []

        def timed(
            raw: str, seen_at: datetime | None = None, read: Read = read, s: list[float] = spent
        ) -> Found:
            before = time.perf_counter()
            try:
                return read(raw, seen_at)
            finally:
                s.append(time.perf_counter() - before)

        list(lines(read))  # the first time loads languages
        hits = list(lines(timed))
        print(f"{name}: {sum(hits)}/{len(hits)} lines, {sum(spent) / len(hits) * 1e3:.2f} ms a line", end="")
        spent.clear()
        agreement.parse_date = date_parsing.parse_date = timed
        now = datetime.now(UTC)
        moments = [
            publication.read_published(page, data, url, now, headline)
            for url, page, data, headline, _ in parsed
        ]
        days = [same_day(gold, moment.at if moment else None)
                for moment, (*_, gold) in zip(moments, parsed, strict=True)]  # fmt: skip
        took = (
            f", {sum(spent) / len(days) * 1e3:.2f} ms a page, {max(spent) * 1e3:.0f} ms a line at most"
            if days
            else ""
        )
        print(f"; {sum(days)}/{len(days)} days of pages{took}")


if __name__ == "__main__":
    main()
