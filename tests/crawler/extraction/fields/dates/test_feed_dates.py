"""Dates of feeds: the forms of feedparser's suite, each with a day of ours; zones."""

from datetime import datetime

import pytest

from crawler.extraction.feed_entry import _moment
from crawler.extraction.fields.dates.parsing import parse_date

MAILS = [
    ("Tue, 03 Mar 2026 07:20:00 GMT", "2026-03-03T07:20Z"),
    ("Tue,  3 Mar 2026 07:20:00 GMT", "2026-03-03T07:20Z"),
    ("Tue, 03 Mar 26 07:20:00 GMT", "2026-03-03T07:20Z"),
    ("Tue, 03 Mar 03 07:20:00 GMT", "2003-03-03T07:20Z"),
    ("Wed, 03 Mar 99 07:20:00 GMT", "1999-03-03T07:20Z"),
    ("Tue, 03 Mar 2026 07:20 GMT", "2026-03-03T07:20Z"),
    ("Tue, 03 Mar, 2026 07:20:00 UTC", "2026-03-03T07:20Z"),
    ("Tue, 03 Mar 2026 07:20:00 UT", "2026-03-03T07:20Z"),
    ("Tue, 03 Mar 2026 07:20:00 Z", "2026-03-03T07:20Z"),
    ("Tue, 03 Mar 2026 07:20:00 Etc/GMT", "2026-03-03T07:20Z"),
    ("Tue, 03 Mar 2026 07:20:00 GMT-02:30", "2026-03-03T09:50Z"),
    ("Tue, 03 Mar 2026 07:20:00 -02:30", "2026-03-03T09:50Z"),
    ("Tue, 03 Mar 2026 07:20:00 -0230", "2026-03-03T09:50Z"),
    ("Tue, 03 Mar 2026 07:20:00 +00:00", "2026-03-03T07:20Z"),
    ("Tue, 03 Mar 2026 07:20:00 +0000", "2026-03-03T07:20Z"),
    ("Tue, 03 Mar 2026 07:20:00 -0000", "2026-03-03T07:20Z"),
    ("Tue, 03 Mar 2026 07:20:00 +03:00", "2026-03-03T04:20Z"),
    ("Tue, 03 Mar 2026 07:20:00 +03", "2026-03-03T04:20Z"),
    ("Tue, 03 Mar 2026 07:20:00 MET", "2026-03-03T06:20Z"),
    ("Fri, 03 Jul 2026 07:20:00 MEST", "2026-07-03T05:20Z"),
    ("Tue, 03 Mar 2026 07:20:00 MSK", "2026-03-03T04:20Z"),
    ("Tue, 03 Mar 2026 07:20:00 CET", "2026-03-03T06:20Z"),
    ("Fri, 03 Jul 2026 07:20:00 CEST", "2026-07-03T05:20Z"),
    ("Tue, 03 Mar 2026 07:20:00 EET", "2026-03-03T05:20Z"),
    ("Fri, 03 Jul 2026 07:20:00 EEST", "2026-07-03T04:20Z"),
    ("Fri, 03 Jul 2026 07:20:00 BST", "2026-07-03T06:20Z"),
    ("Tue, 03 February 2026 07:20:00 AT", "2026-02-03T11:20Z"),
    ("Tue, 03 February 2026 07:20:00 ET", "2026-02-03T12:20Z"),
    ("Tue, 03 February 2026 07:20:00 CT", "2026-02-03T13:20Z"),
    ("Tue, 03 February 2026 07:20:00 MT", "2026-02-03T14:20Z"),
    ("Tue, 03 February 2026 07:20:00 PT", "2026-02-03T15:20Z"),
    ("Tue, 03 February 2026 07:20:00 EST", "2026-02-03T12:20Z"),
    ("Fri, 03 July 2026 07:20:00 EDT", "2026-07-03T11:20Z"),
    ("Fri, 03 July 2026 07:20:00 PDT", "2026-07-03T14:20Z"),
    # the month before the day, and the year behind the clock
    ("Tue Mar 03 2026 07:20:00 +0200", "2026-03-03T05:20Z"),
    ("Fri Jul  3 07:20:00 +0000 2026", "2026-07-03T07:20Z"),
    ("Tue Mar 03 07:20:00 EET 2026", "2026-03-03T05:20Z"),
    ("Sat, 03 Jan 0100 00:00:01 +0100", "0100-01-02T23:00:01Z"),
    ("Tue, 03 Mar 2026 24:00:00 GMT", "2026-03-04T00:00Z"),
    ("Tue, 03 zzz 2026 07:20:00 GMT", None),
    ("Tue, Mar x 2026 07:20:00 GMT", None),
    ("Tue, 03 Mar zz 07:20:00 GMT", None),
    ("Tue, 73 Mar 2026 07:20:00 GMT", None),
    ("", None),
]
ISO = [
    ("2026-03-03T07:20:30Z", "2026-03-03T07:20:30Z"),
    ("2026-03-03T07:20:30.9876Z", "2026-03-03T07:20:30Z"),
    ("2026-03-03T07:20:30-08:00", "2026-03-03T15:20:30Z"),
    ("2026-03-03T15:20:30+08:00", "2026-03-03T07:20:30Z"),
    ("2026-03-03T17:20:30.538+10:00", "2026-03-03T07:20:30Z"),
    ("2024-02-28T18:20:30-08:00", "2024-02-29T02:20:30Z"),
    ("2026-02-28T18:20:30-08:00", "2026-03-01T02:20:30Z"),
    ("2000-02-28T18:20:30-08:00", "2000-02-29T02:20:30Z"),
    ("2026-03-03 23:50:10 -00:20", "2026-03-04T00:10:10Z"),
    ("Tue, 2026/03/03 08:19:53 EST", "2026-03-03T13:19:53Z"),
    ("2026-július-3T7:20-05:00", "2026-07-03T12:20Z"),
    ("Παρ, 3 Ιούλ 2026 07:20:00 EST", "2026-07-03T12:20Z"),
    ("2026-03-03T25:20:30Z", None),
    ("2026-03-03T07:61:30Z", None),
    ("2026-03-03T07:20:61Z", None),
    ("2026-xx-03", None),
    ("32026", None),
    ("026", None),
    # feedparser says the first of the month or the year: what is not printed is not known
    ("2026-03", None),
    ("2026", None),
    ("-2603", None),
    ("-26-03", None),
    ("26062", None),
    # figures that may be any number, or any order of day, month and year
    ("260303", None),
    ("26-03-03", None),
    ("2026-003-03T07:20:30+00:00", None),
]
NAIVE = [
    # feedparser takes these for UTC; without a zone a clock is Kyiv's here, and marked
    ("2026-03-03 07:20:30", "2026-03-03T05:20:30Z", "naive"),
    ("2026-03-03 07:20:30.0", "2026-03-03T05:20:30Z", "naive"),
    ("Tue Mar  3 07:20:30 2026", "2026-03-03T05:20:30Z", "naive"),
    ("2026-03-03 오후 07:20:30", "2026-03-03T17:20:30Z", "naive"),
    ("2026년 03월 03일  07:20:30", "2026-03-03T05:20:30Z", "naive"),
    ("Tue, 03 Mar 2026 07:20:00 +zz:00", "2026-03-03T05:20Z", "naive"),
    ("2026-03-03", "2026-03-03T00:00Z", "day"),
    ("Tue, 03 Mar 2026", "2026-03-03T00:00Z", "day"),
    # feedparser refuses what has a broken clock; its day is still printed
    ("Tue, 03 Mar 2026 1:2:3:4 GMT", "2026-03-03T00:00Z", "day"),
    ("2026-03-03T07:xx:00Z", "2026-03-03T00:00Z", "day"),
    ("2026-03-03-01", "2026-03-03T00:00Z", "day"),
]


@pytest.mark.parametrize(("printed", "expected"), MAILS + ISO)
def test_forms_with_a_zone_or_without_a_date(printed: str, expected: str | None) -> None:
    parsed = parse_date(printed)
    assert parsed == ((datetime.fromisoformat(expected), "zone") if expected else None)


@pytest.mark.parametrize(("printed", "expected", "precision"), NAIVE)
def test_forms_without_a_zone(printed: str, expected: str, precision: str) -> None:
    assert parse_date(printed) == (datetime.fromisoformat(expected), precision)


def test_a_feed_and_a_page_have_one_reader_of_dates() -> None:
    now = datetime.fromisoformat("2026-11-01T00:00Z")
    for printed, expected in MAILS + ISO:
        if expected:
            assert _moment(printed, now) == (datetime.fromisoformat(expected), "feed")
    for printed, expected, precision in NAIVE:
        assert _moment(printed, now) == (datetime.fromisoformat(expected), f"feed {precision}")
