from datetime import UTC, datetime, timedelta

import pytest

import archive
from archive.format.reasons import is_of_the_moment
from archive.operations import maintain
from archive.state import debts
from archive.state.debts import pause
from archive.writer import ArchiveWriter
from tests.support.forked import scrapy

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


def address(number):
    return f"https://courier.example/uk/news/{number}"


def owed(root, now, outlet="courier"):
    """What readers see, which is what is committed."""
    with archive.open(root).debts() as found:
        return found.count(outlet, now)


@pytest.mark.parametrize(
    "reason",
    ["timeout", "worker-died", "http-500", "http-503", "http-522", "http-429", "http-403", "cut-short",
     "tls", "bad-head",
     "connection-refused", "no-such-host", "unfinished", "blocked", "blocked-page", "robots-unreachable",
     "host-refuses", "over-budget", "error-KeyError"],
)  # fmt: skip
def test_what_is_of_the_moment(reason):
    assert is_of_the_moment(reason)


@pytest.mark.parametrize(
    "reason",
    [
        "http-404",
        "http-410",
        "http-501",
        "no-body",
        "robots.txt",
        "offsite",
        "given-up",
        "known",
        "error-page",
        None,
    ],
)
def test_what_is_final(reason):
    assert not is_of_the_moment(reason)


def test_the_pause_is_doubled_and_a_day_at_most():
    told = [pause(tries) / MINUTE for tries in range(11)]
    assert told == [0, 0, 15, 30, 60, 120, 240, 480, 960, 1440, 1440]


def test_in_four_days_a_page_is_tried_eleven_times_at_most():
    at, tries = timedelta(0), 0
    while at < debts.RETRY_PERIOD:
        tries += 1
        at += pause(tries)
    assert tries == 11 < debts.MOST_TRIES


def test_a_debt_is_the_same_before_its_commit_after_it_and_after_a_rebuild(writer, root, look, noon):
    for number, reasons in enumerate(
        [("http-503",), ("http-503", "timeout", "http-500"), ("timeout", "http-404"), ("over-budget",),
         ("http-404", "unfinished"), ("http-503", "not-yet-due", "host-refuses")]
    ):  # fmt: skip
        for step, reason in enumerate(reasons):
            writer.add_observation(look(address(number), reason=reason, status=None, at=noon + step * MINUTE))
    before = [writer.debts().at(address(number)) for number in range(6)]
    assert [debt and (debt.reason, debt.tries) for debt in before] == [
        ("http-503", 1), ("http-500", 3), None, ("over-budget", 0), ("unfinished", 0), ("http-503", 1),
    ]  # fmt: skip
    counted = writer.debts().count("courier", noon + HOUR)
    assert counted.count == 5
    assert counted.failed == 4
    writer.commit()
    for rebuild in (False, True):
        if rebuild:
            writer.close()
            maintain.repair(root, rebuild=True)
        with archive.open(root).debts() as found:
            assert [found.at(address(number)) for number in range(6)] == before
            assert found.count("courier", noon + HOUR) == counted
            assert found.count("another", noon + HOUR).count == 0


def test_an_article_pays_it_wherever_the_debt_is_kept(writer, root, article, look, noon):
    """Among what is acknowledged, in the cache, and one in each."""
    for number in (1, 2):
        writer.add_observation(look(address(number), reason="timeout", status=None))
    writer.add_article(article(1, fetched_at=noon + MINUTE))
    assert [debt.url for debt in writer.debts().due("courier", noon + HOUR, 9)] == [address(2)]
    writer.commit()
    writer.add_article(article(2, fetched_at=noon + 2 * MINUTE))
    assert writer.debts().due("courier", noon + HOUR, 9) == []
    assert writer.debts().count("courier", noon + HOUR).next_at is None
    writer.commit()
    assert owed(root, noon + HOUR).count == 0
    # a page of the archive that fails is looked at by the rule of revisits
    writer.add_observation(look(address(2), reason="http-500", status=500, at=noon + HOUR))
    assert writer.debts().at(address(2)) is None
    writer.commit()
    assert owed(root, noon + 2 * HOUR).count == 0


def test_the_newest_come_first_and_no_more_than_are_asked_for(writer, look, noon):
    for number in range(30):
        writer.add_observation(look(address(number), reason="http-500", at=noon + number * MINUTE))
        if number == 19:
            writer.commit()
    found = writer.debts().due("courier", noon + DAY, 15)
    assert [debt.url for debt in found] == [address(number) for number in range(29, 14, -1)]


def test_its_time_is_over_after_four_days_from_the_first_failure_on(writer, root, look, noon):
    for days in (0, 1, 2, 3):
        writer.add_observation(look(address(1), reason="http-500", at=noon + days * DAY))
    writer.commit()
    late = noon + 4 * DAY
    assert owed(root, late - MINUTE).count == 1
    assert owed(root, late).count == 0
    (over,) = writer.debts().over("courier", late, 9)
    assert over.tries == 4
    writer.add_observation(look(over.url, "skipped", "given-up", None, late))
    assert writer.debts().over("courier", late, 9) == []
    # named and failing for weeks, it begins no other four days
    for days in range(5, 20):
        writer.add_observation(look(address(1), reason="http-500", at=noon + days * DAY))
        writer.commit()
        assert owed(root, noon + days * DAY).count == 0
    # unless nobody has tried for as long
    writer.add_observation(look(address(1), reason="http-500", at=noon + 30 * DAY))
    writer.commit()
    assert owed(root, noon + 30 * DAY).count == 1


def test_a_list_that_fails_is_no_page_and_a_backfill_comes_to_what_it_left(writer, look, noon):
    for number, detail in enumerate((debts.A_LIST, f"{debts.A_LIST}: refused", debts.STAYS_LISTED)):
        writer.add_observation(look(address(number), reason="over-budget", detail=detail))
    assert writer.debts().count("courier", noon).count == 0


ASK = """
import os, sys
from archive.writer import ArchiveWriter
writer = ArchiveWriter.open(sys.argv[1], run_id="20260301T120000Z-courier-1")
for url in sys.argv[2:]:
    writer.note_asked({{url: "courier"}})
{then}
os.kill(os.getpid(), 9)
"""


@pytest.mark.parametrize("then", ["", "writer.commit(summary={'run/finished': 0})"])
def test_what_a_killed_writer_was_about_to_ask_for_is_owed(root, article, look, then):
    with ArchiveWriter.open(root, run_id="run-0") as writer:
        writer.add_article(article(1))
        writer.commit()
    urls = [address(number) for number in (1, 2, 3)]
    killed = scrapy(ASK.format(then=then), str(root), *urls, module="-c")
    assert killed.returncode == -9
    with ArchiveWriter.open(root, run_id="run-2") as writer:
        found = writer.debts().due("courier", datetime.now(UTC), 9)
        assert {(debt.url, debt.reason) for debt in found} == {(url, "unfinished") for url in urls[1:]}
        # once: the segment goes with the commit
        writer.commit()
    with ArchiveWriter.open(root, run_id="run-3") as writer:
        assert writer.commit() is None
        assert len(archive.open(root).observations(outcome="failed")) == 2
    assert list((root / "_wal").iterdir()) == []


def test_what_was_open_is_carried_over_a_commit(writer, root, article, look, noon):
    """The segment that named it is removed with its records."""
    for number in (1, 2):
        writer.note_asked({address(number): "courier"})
    writer.add_article(article(1))
    writer.commit()
    (left,) = (root / "_wal").iterdir()
    from archive.wal import request_journal, segment

    assert [one.url for one in request_journal.read(segment.read(left.read_bytes()))] == [address(2)]


def test_a_cache_that_is_not_of_the_snapshot_says_nothing(writer, root, look):
    writer.add_observation(look(address(1), reason="http-500", status=500))
    writer.commit()
    (root / "state.sqlite").unlink()
    with archive.open(root).debts() as found:
        assert found is None
