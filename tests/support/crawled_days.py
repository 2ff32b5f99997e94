"""An archive of several days of crawls of one outlet, made by real commits with a clock of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive.format.records import ArticleRecord
from archive.writer import ArchiveWriter
from crawler.extraction.fields.dates.timezones import KYIV
from pipelines.pairing.decide import DecisionBasis, decide
from tests.archive.made import make_article

WHOLE = {"sources/read": 1, "sources/failed": 0, "run/finished": 1, "run/problems": 0}


@dataclass(frozen=True)
class Day:
    uk: int = 10
    en: int = 4
    bylines: bool = True
    dates: bool = True
    crawled: bool = True
    """Whether a crawl ended on that day; its articles come with the next one, as far as there is one."""


def days_of(root: Path, days: Iterable[Day], outlet: str = "gazette", until: datetime | None = None) -> None:
    """The last of the days is that of `until`, today as a rule; crawls end at the time of day that it is now.

    What a day published is found by the crawl of that day.
    """
    now, told = until or datetime.now(KYIV), list(days)
    for ago, day in zip(reversed(range(len(told))), told, strict=True):
        at = now - timedelta(days=ago, seconds=1)
        if not day.crawled:
            continue
        run = f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{outlet}-{ago}"
        with ArchiveWriter.open(root, run_id=run, now=lambda at=at: at) as writer:  # type: ignore[misc]
            for language, count in (("uk", day.uk), ("en", day.en)):
                for number in range(count):
                    record = make_article(number, language, f"{language} {ago} {number}", outlet=outlet)
                    writer.add_article(_at(replace(record, run_id=run), ago * 1000 + number, at, day))
            writer.commit(
                lambda fresh, related, at=at: decide(fresh, related, DecisionBasis(now=at)), summary=WHOLE
            )


def _at(record: ArticleRecord, story: int, at: datetime, day: Day) -> ArticleRecord:
    """The same article as a page of that day."""
    prefix = {"uk": "", "en": "en/"}[record.language or ""]
    url = f"http://herald.example:8080/{prefix}news/{story}"
    return replace(
        record,
        article_id=hashlib.blake2b(url.encode(), digest_size=16).hexdigest(),
        url=url,
        requested_url=url,
        canonical_url=url,
        story_key=str(story),
        byline="Олена Коваль" if day.bylines else None,
        published_at=at.replace(hour=0, minute=0, second=1) if day.dates else None,
        fetched_at=at,
    )
