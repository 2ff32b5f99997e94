from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from archive.state.model import LastObservation
from crawler.items import Observation
from crawler.revisit.relisted import had_no_article_lately, leaves_a_row

NOW = datetime(2026, 3, 17, 9, tzinfo=UTC)
URL = "https://herald.example/news/1"


def last(outcome: str, reason: str | None, **ago: float) -> LastObservation:
    return LastObservation(outcome, reason, NOW - timedelta(**ago))


@pytest.mark.parametrize("reason", ["no-body", "not-html", "http-404", "http-410", "offsite", "robots.txt"])
def test_what_had_no_article_is_left_for_an_hour(reason: str) -> None:
    assert had_no_article_lately(last("dropped", reason, minutes=59), NOW)
    assert not had_no_article_lately(last("dropped", reason, minutes=60), NOW)


@pytest.mark.parametrize(
    "reason",
    ["http-503", "timeout", "blocked", "unfinished", "error-KeyError", "no-such-variant", "not-an-article",
     "over-budget", "host-refuses", "robots-unreachable", "known", None],
)  # fmt: skip
def test_what_says_nothing_of_the_page_is_asked_for_at_once(reason: str | None) -> None:
    assert not had_no_article_lately(last("failed", reason, minutes=1), NOW)
    assert not had_no_article_lately(None, NOW)


def look(reason: str) -> Observation:
    return Observation(URL, URL, "herald", "skipped", reason, NOW)


def test_an_address_for_which_nothing_was_asked_has_a_row_a_day() -> None:
    assert leaves_a_row(look("known"), None)
    assert leaves_a_row(look("known"), last("skipped", "known", hours=24))
    assert not leaves_a_row(look("known"), last("skipped", "known", hours=23))
    assert not leaves_a_row(look("known"), last("failed", "http-404", hours=1))


@pytest.mark.parametrize("reason", ["no-such-variant", "http-404", "robots.txt", "offsite", "no-body"])
def test_an_address_that_was_asked_for_has_a_row_each_time(reason: str) -> None:
    assert leaves_a_row(look(reason), last("skipped", reason, minutes=1))
