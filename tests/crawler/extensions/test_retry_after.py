from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extensions.backoff import read_retry_after

NOW = datetime(2026, 11, 25, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Wed, 25 Nov 2026 12:01:30 GMT", 90.0),
        ("Wed, 25 Nov 2026 14:01:30 +0200", 90.0),
        ("Wednesday, 25-Nov-26 12:01:30 GMT", 90.0),
        ("Wed Nov 25 12:01:30 2026", 90.0),
        # the moment has passed: at once
        ("Wed, 25 Nov 2026 11:00:00 GMT", 0.0),
        ("9" * 5000, float("inf")),
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("Wed, 99 Nov 2026 12:00:00 GMT", None),
    ],
)
def test_what_is_written(written: str | None, seconds: float | None) -> None:
    assert read_retry_after(written, NOW) == seconds


@given(st.text(max_size=60))
def test_nothing_breaks_it(written: str) -> None:
    seconds = read_retry_after(written, NOW)
    assert seconds is None or seconds >= 0


@given(st.integers(0, 10**8))
def test_a_date_is_as_good_as_seconds(seconds: int) -> None:
    date = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    assert read_retry_after(date, NOW) == read_retry_after(str(seconds), NOW) == seconds
