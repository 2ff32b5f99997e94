"""Plan of an article whose times disagree: the later change counts, and the later visit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import archive
from archive.format.records import ObservationRecord
from archive.writer import ArchiveWriter
from crawler.revisit.plan import make_plan
from crawler.revisit.schedule import SOONEST
from tests.archive.made import make_article
from tests.spiders.outlets.herald import Herald

FETCHED = datetime(2026, 3, 17, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class OneLanguage(Herald):
    """An outlet that has no translations to wait for."""

    languages = ("uk",)


def next_visit(
    root: Path, published: datetime | None, modified: datetime | None, unchanged_at: datetime | None = None
) -> datetime | None:
    article = make_article(
        1, outlet="herald", fetched_at=FETCHED, published_at=published, modified_at=modified
    )
    with ArchiveWriter.open(root, run_id="run-1") as writer:
        writer.add_article(article)
        if unchanged_at is not None:
            visit = ObservationRecord(
                article.url, article.url, "herald", "unchanged", None, unchanged_at, 304, "run-1",
                article_id=article.article_id,
            )  # fmt: skip
            writer.add_observation(visit)
        writer.commit()
    return make_plan(archive.open(root), OneLanguage(), FETCHED).next_at


@pytest.mark.parametrize(
    ("published", "modified", "wait"),
    [
        (FETCHED - 5 * DAY, FETCHED - HOUR, HOUR),
        (FETCHED - HOUR, FETCHED - 5 * DAY, HOUR),
        (FETCHED - 2 * HOUR, None, 2 * HOUR),
        (FETCHED + DAY, None, SOONEST),
        (None, None, SOONEST),
    ],
    ids=["edited", "dated back", "published", "of tomorrow", "undated"],
)
def test_the_wait_is_the_time_since_the_last_change(
    tmp_path: Path, published: datetime | None, modified: datetime | None, wait: timedelta
) -> None:
    assert next_visit(tmp_path / "a", published, modified) == FETCHED + wait


def test_the_wait_begins_at_the_last_visit(tmp_path: Path) -> None:
    """A visit three hours after the publication found the text unchanged: the next is in three hours."""
    visited = FETCHED + 2 * HOUR
    assert next_visit(tmp_path / "a", FETCHED - HOUR, None, visited) == visited + 3 * HOUR
