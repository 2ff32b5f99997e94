"""Each word of the column `health`, from accounts that real commits left in a manifest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.writer import ArchiveWriter
from crawler.health.outlet_history import Crawls, crawls_of, health

WHOLE = {"archived": 3, "sources/read": 2, "sources/failed": 0, "run/finished": 1, "run/problems": 0}
KILLED = {"archived": 3, "sources/read": 2, "sources/failed": 0, "run/finished": 0}
DEAD = {"sources/read": 0, "sources/failed": 2, "run/finished": 1, "run/problems": 1}
REFUSED = {**WHOLE, "skipped(host-refuses)": 40, "run/problems": 1}
LOST = {**WHOLE, "failed(error-KeyError)": 1, "run/problems": 1}
HALF = {**WHOLE, "sources/read": 2, "sources/failed": 1}
REVISIT = {
    "unchanged": 3,
    "requests/revisit": 3,
    "sources/read": 0,
    "sources/failed": 0,
    "run/finished": 1,
    "run/problems": 1,
}
SINGLE = {"archived": 1, "requests/crawl": 2, "sources/read": 0, "sources/failed": 0, "run/finished": 1}
BARREN = {**WHOLE, "archived": 0, "dropped(no-body)": 64}
BARREN_REVISIT = {**REVISIT, "unchanged": 0, "dropped(no-body)": 150}
FEW = {**WHOLE, "archived": 0, "dropped(no-body)": 4}
WALLED = {**WHOLE, "dropped(blocked-page)": 40}
VIDEOS = {**WHOLE, "archived": 30, "dropped(not-an-article)": 12}


def crawled(root: Path, *accounts: dict[str, int], outlet: str = "herald") -> Crawls:
    for number, account in enumerate(accounts, start=1):
        with ArchiveWriter.open(root, run_id=f"20261125T100000Z-{outlet}-{number}") as writer:
            writer.commit(summary=account)
    return crawls_of(str(root), ["herald"], datetime.now(UTC))["herald"]


@pytest.mark.parametrize(
    ("accounts", "said"),
    [
        ([WHOLE], "good"),
        ([DEAD, KILLED, WHOLE], "good"),
        ([WHOLE, REVISIT], "good"),
        ([HALF], "1 of 3 sources not read"),
        ([WHOLE, KILLED], "failed once: it was killed, or still runs"),
        ([WHOLE, KILLED, DEAD], "failed 2 times: no source could be read"),
        ([DEAD, DEAD, DEAD], "failed 3 times: no source could be read"),
        ([WHOLE, REFUSED], "failed once: a host refuses, 40 addresses left"),
        ([WHOLE, LOST], "failed once: run it to see why"),
        ([REVISIT], "revisited, and not crawled in the accounts kept, from {today} on"),
        ([SINGLE], "single addresses only"),
        ([BARREN], "64 of 64 pages are no articles: no-body 64"),
        ([WHOLE, BARREN_REVISIT], "150 of 153 pages are no articles: no-body 150"),
        ([BARREN_REVISIT], "150 of 150 pages are no articles: no-body 150"),
        ([FEW], "good"),
        ([FEW, FEW, FEW], "12 of 12 pages are no articles: no-body 12"),
        ([WALLED], "good"),
        ([VIDEOS], "good"),
    ],
)
def test_what_the_accounts_come_to(tmp_path: Path, accounts: list[dict[str, int]], said: str) -> None:
    now = datetime.now(UTC)
    assert health(crawled(tmp_path, *accounts), now, now) == said.format(today=now.date())


def test_another_outlets_crawls_are_its_own(tmp_path: Path) -> None:
    assert health(crawled(tmp_path, WHOLE, outlet="herald-weekly"), None, datetime.now(UTC)) == "not crawled"


@pytest.mark.parametrize(
    ("later", "newest", "said"),
    [
        ({"hours": 47}, {"hours": 40}, "good"),
        ({"hours": 49}, {"hours": 40}, "not crawled for 2 days"),
        ({"hours": 1}, {"days": -9}, "good"),
        ({"days": 5, "hours": 1}, {"days": -9}, "not crawled for 5 days"),
    ],
)
def test_what_time_says(tmp_path: Path, later: dict[str, int], newest: dict[str, int], said: str) -> None:
    """`newest`: of the latest article, from the crawl on."""
    now, crawls = datetime.now(UTC), crawled(tmp_path, WHOLE)
    assert health(crawls, now + timedelta(**newest), now + timedelta(**later)) == said


def test_an_outlet_without_articles_of_a_known_date_is_judged_by_its_crawls(tmp_path: Path) -> None:
    assert health(crawled(tmp_path, WHOLE), None, datetime.now(UTC)) == "good"
