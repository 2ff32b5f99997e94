"""A feed that has moved on by more than its length between two runs: told, with how often to crawl."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from tests.newsrooms.herald import Herald
from tests.support.running import Run


def minutes_ago(number: int) -> str:
    """One entry every five minutes, the highest number now."""
    return format_datetime(datetime.now(UTC) - timedelta(minutes=5 * (200 - number)))


def overruns(run: Run) -> list[str]:
    rows = run.table("observations")
    return list(rows[rows["reason"] == "feed-overrun"]["detail"])


def test_a_feed_without_any_entry_of_before_is_told_with_the_next_schedule(herald: Herald) -> None:
    """The pages need not be there: an address that was asked for in vain is known as well."""
    herald.announce()
    herald.feed(*range(1, 21), published=minutes_ago)
    first = herald.crawl()
    assert overruns(first) == [], "the first run has nothing to compare with"
    # not sorted, one entry of before among nineteen others
    herald.feed(*range(30, 40), 7, *range(21, 30), published=minutes_ago)
    assert overruns(herald.crawl()) == []
    herald.feed(*range(60, 80), published=minutes_ago)
    run = herald.crawl()
    (told,) = overruns(run)
    assert "some may have been missed; crawl every 40 minutes" in told
    assert "overrun   http://herald.example" in run.out
    # a cell of two lines
    assert re.search(r"a feed was faster than[\s\S]*crawls: crawl every 40 minutes", herald.outlets())
    # the same again: told once
    assert "overrun" not in herald.crawl().out
    # without dates
    herald.feed(*range(100, 120))
    run = herald.crawl()
    assert sorted(told.rpartition("; ")[2] for told in overruns(run)) == [
        "crawl every 40 minutes",
        "crawl more often",
    ]
    assert run.exit_code == 0, run.err


def test_no_alarm_for_a_feed_that_is_empty_new_or_lists_an_updated_article(herald: Herald) -> None:
    herald.publish(1, languages=("uk",))
    herald.announce(1)
    herald.site.answers.pop("/rss.xml")
    assert overruns(herald.crawl()) == []
    # the outlet was crawled before, its feed was not
    herald.announce()
    herald.feed(*range(2, 9))
    assert overruns(herald.crawl()) == []
    herald.feed()
    assert overruns(herald.crawl()) == []
    # an article of before, listed again because it was edited
    herald.feed(*range(20, 30), 1)
    run = herald.crawl()
    assert overruns(run) == []
    assert "overrun" not in run.out
