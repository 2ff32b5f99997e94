"""A backfill killed three times: nothing is lost, hardly anything fetched twice.

Of 2,001 addresses in `make faults`, of 696 and killed once in `make test-all`.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
from collections import Counter

from tests.newsrooms.herald import PREFIX, Herald
from tests.newsrooms.newsroom import Site
from tests.support import tiers
from tests.support.forked import A_WHILE
from tests.support.running import Crawl

KILLS = (400, 700, 500)[: tiers.rounds(3)]
FIRST, DAYS, A_DAY = dt.date(2026, 3, 1), 23 if len(KILLS) > 1 else 8, 29
STORIES = DAYS * A_DAY
PERIOD = ("-a", f"since={FIRST}", "-a", f"until={FIRST + dt.timedelta(days=DAYS)}")


def lay_out(herald: Herald) -> None:
    """Stories in three languages on the lists of their days; the sitemaps of the months are not there."""
    for day in range(DAYS):
        numbers = range(1 + day * A_DAY, 1 + (day + 1) * A_DAY)
        herald.publish(*numbers)
        links = "".join(f'<a href="/news/{number}">{number}</a>' for number in numbers)
        herald.site[f"/archive/{FIRST + dt.timedelta(days=day):%Y/%m/%d}"] = f"<html><body>{links}"


def kill_backfill(herald: Herald, after: int) -> Counter[str]:
    """The pages that were asked for, until the server saw so many requests."""
    herald.site.requests.clear()
    process = herald.start(*PERIOD)
    herald.site.wait_for(after, process)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=A_WHILE)
    return pages(herald)


def pages(herald: Herald) -> Counter[str]:
    return Counter(request for request in herald.site.requests if "/news/" in request)


def test_a_backfill_killed_three_times_loses_nothing(crawl: Crawl) -> None:
    with Site() as site:
        herald = Herald(site, crawl)
        lay_out(herald)
        asked = sum((kill_backfill(herald, after) for after in KILLS), Counter[str]())
        site.requests.clear()
        run = herald.crawl(*PERIOD)
        asked += pages(herald)
        assert run.exit_code == 0, run.err
        wanted = {
            f"herald.example/{prefix}news/{n}" for prefix in PREFIX.values() for n in range(1, STORIES + 1)
        }
        assert set(asked) == wanted
        articles = run.table("articles")
        assert len(articles) == len(run.table("versions")) == len(wanted) == 3 * STORIES
        assert articles["url"].is_unique
        assert articles["story_id"].nunique() == STORIES
        assert asked.total() <= 1.1 * len(wanted), f"{asked.total() - len(wanted)} pages were fetched again"
        print(f"{asked.total() - len(wanted)} of {len(wanted)} pages were fetched again")
