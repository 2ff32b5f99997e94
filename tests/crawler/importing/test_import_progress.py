"""How far an import is, how fast it goes on, and how long the rest takes."""

from __future__ import annotations

from collections import Counter

from crawler.importing.progress import status
from crawler.importing.summary import SourceSummary

MB = 1 << 20


def test_the_line_has_a_rate_and_the_time_left() -> None:
    first = SourceSummary("a.warc.gz", size=60 * MB, at=60 * MB, begun=0.0, seconds=30.0)
    second = SourceSummary("b.warc.gz", size=100 * MB, begin=10 * MB, at=30 * MB, begun=100.0)
    second.outcomes = Counter({"archived": 38, "dropped(too-short)": 2})
    # 70 MB of this one, and a third of 80 MB as those two are, at 2 MB/s
    line = status([first, second], 3, 110.0)
    assert line == "2/3 b.warc.gz  30 of 100 MB  2.00 MB/s  40 pages (4.0/s)  time left 1:15"


def test_nothing_is_claimed_before_something_was_read() -> None:
    summary = SourceSummary("a.warc.gz", size=MB, begun=0.0)
    assert "?  0 pages  time left ?" in status([summary], 1, 5.0)
    captures = SourceSummary("cdx", unit="captures", at=7, begun=0.0)
    assert "7 captures  1.4 captures/s  0 pages (0.0/s)  time left ?" in status([captures], 1, 5.0)
