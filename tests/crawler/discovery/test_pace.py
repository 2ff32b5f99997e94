from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery.pace import Pace, advice, pace_of
from crawler.requests.leads import Lead

NOW = datetime(2026, 3, 17, 12, tzinfo=UTC)


def entries(*minutes_ago: float) -> list[Lead]:
    return [
        Lead(f"https://herald.example/news/{n}", "feed", (), format_datetime(NOW - timedelta(minutes=ago)))
        for n, ago in enumerate(minutes_ago)
    ]


@pytest.mark.parametrize(
    ("every", "minutes"), [(0.2, 5), (1, 10), (2.5, 25), (6, 60), (13, 120), (60, 480), (1440, 1440)]
)
def test_twenty_entries_at_an_even_pace_are_read_twice_in_their_time(every: float, minutes: int) -> None:
    assert pace_of(entries(*(n * every for n in range(20))), NOW) == Pace(20, minutes)


def test_the_order_is_of_no_account_nor_what_is_pinned_nor_dates_to_come() -> None:
    listed = entries(*(n * 2.5 for n in range(20)))
    shuffled = random.Random(5).sample(listed, len(listed))
    assert pace_of(shuffled, NOW) == pace_of(listed, NOW)
    assert pace_of([*entries(60 * 24 * 900), *listed], NOW).minutes == 25
    assert pace_of([*entries(-60 * 24 * 30, -60 * 24 * 365 * 900), *listed], NOW).minutes == 25


def test_without_dates_there_is_no_pace() -> None:
    undated = [Lead(f"https://herald.example/news/{n}", "feed") for n in range(20)]
    assert pace_of(undated, NOW) == Pace(20, None)
    assert pace_of(entries(1, 2), NOW).minutes is None
    assert pace_of([], NOW) == Pace(0, None)


@given(st.lists(st.text(max_size=40)))
def test_any_date_is_survived(printed: list[str]) -> None:
    pace_of([Lead("https://herald.example/1", "feed", (), text, text) for text in printed], NOW)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(None, "more often"), (0, "more often"), (25, "every 25 minutes"), (60, "every hour"),
     (90, "every 90 minutes"), (120, "every 2 hours"), (1440, "every day")],
)  # fmt: skip
def test_advice(minutes: int | None, words: str) -> None:
    assert advice(minutes) == f"crawl {words}"
