"""Which outlets are due, from when each was last begun: a function of the schedule and of a time."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from archive.exceptions import WrongSetting
from archive.storage.leases import LastRun
from crawler.outlet.fleet.timetable import Rhythm, Timetable, duration, read_timetable, written

NOW = datetime(2026, 3, 1, 12, 0, 7, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
OUTLETS = ["herald", "courier", "gazette"]


def table(**usual):
    return read_timetable({"": usual}, OUTLETS)


def ran(begun, *, minutes=2, **more):
    return LastRun(begun, begun + minutes * MINUTE, 0, **more)


def test_asked_once_a_period_each_outlet_is_due_once_a_period():
    schedule = table(every="15m")
    for outlet in OUTLETS:
        last, runs = LastRun(), 0
        for number in range(96):
            # cron is up to a minute late
            at = NOW + number * 15 * MINUTE + timedelta(seconds=number * 37 % 60)
            if schedule.is_due(outlet, last, at):
                last, runs = ran(at), runs + 1
        assert runs >= 95


def test_outlets_begin_at_moments_of_their_own_and_keep_them():
    schedule = table(every="15m")
    begun = {outlet: [] for outlet in OUTLETS}
    runs = dict.fromkeys(OUTLETS, ran(NOW))
    for minute in range(180):
        for outlet in schedule.due(runs, NOW + minute * MINUTE):
            begun[outlet].append(minute)
            runs[outlet] = ran(NOW + minute * MINUTE)
    assert all(len(minutes) in (11, 12) for minutes in begun.values())
    assert all({b - a for a, b in pairwise(x[1:])} == {15} for x in begun.values())
    assert len({x[1] % 15 for x in begun.values()}) == 3


def test_one_that_was_late_does_not_come_close_to_the_next():
    schedule = table(every="15m")
    slot = schedule.of("herald").slot("herald", NOW)
    late = ran(slot - MINUTE)
    assert not schedule.is_due("herald", late, slot)
    assert schedule.is_due("herald", late, slot + 7 * MINUTE)


def test_after_a_week_of_downtime_each_is_due_once_and_the_longest_waiting_first():
    schedule = table(every="15m")
    week = timedelta(days=7)
    runs = {"herald": ran(NOW - week), "courier": ran(NOW - 2 * week), "gazette": LastRun()}
    assert schedule.due(runs, NOW) == ["gazette", "courier", "herald"]
    assert schedule.due(dict.fromkeys(OUTLETS, ran(NOW)), NOW + MINUTE / 60) == []


def test_what_a_dead_machine_has_begun_is_due_and_a_clock_that_is_wrong_stops_nobody():
    schedule = table(every="1d")
    assert schedule.is_due("herald", LastRun(NOW), NOW)
    assert schedule.is_due("herald", ran(NOW.replace(year=2099)), NOW)
    assert not schedule.is_due("herald", ran(NOW + MINUTE), NOW)


@pytest.mark.parametrize("seconds", [-60, 60])
def test_clocks_that_differ_by_a_minute_use_a_slot_once(seconds):
    schedule = table(every="15m")
    slot = schedule.of("herald").slot("herald", NOW)
    there = slot + timedelta(seconds=seconds)  # what the other machine's clock says at the slot
    begun = max(there, slot)
    assert not schedule.is_due("herald", ran(begun), slot + MINUTE)


@pytest.mark.parametrize(
    ("quiet", "hour", "due"),
    [("01:00-05:00", 4, False), ("01:00-05:00", 5, True), ("23:00-06:00", 0, False), ("", 4, True)],
)
def test_no_crawl_begins_in_quiet_hours_and_what_waited_begins_after_them(quiet, hour, due):
    assert table(quiet=quiet).is_due("herald", ran(NOW - timedelta(days=2)), NOW.replace(hour=hour)) is due


def test_an_outlet_has_a_rhythm_of_its_own_over_the_usual_one():
    schedule = read_timetable(
        {"": {"every": "15m", "revisit_after": "2h"}, "herald": {"every": "1d"}, "courier": {"skip": True}},
        OUTLETS,
    )
    usual = Rhythm(every=15 * MINUTE, revisit_after=120 * MINUTE)
    assert schedule == Timetable(
        usual,
        {
            "herald": Rhythm(every=timedelta(days=1), revisit_after=120 * MINUTE),
            "courier": Rhythm(every=15 * MINUTE, revisit_after=120 * MINUTE, skip=True),
        },
    )
    assert not schedule.is_due("courier", LastRun(), NOW)
    assert schedule.is_revisit_due("gazette", LastRun(), NOW)
    assert not schedule.is_revisit_due("gazette", LastRun(revisited_at=NOW - 119 * MINUTE), NOW)
    assert not table(revisit_after="never").is_revisit_due("herald", LastRun(), NOW)


@pytest.mark.parametrize(
    ("tables", "told"),
    [
        ({"": {"evry": "15m"}}, r"\[schedule\]: evry is not a key of a schedule; did you mean every\?"),
        ({"heral": {}}, r"\[schedule.heral\]: there is no such outlet; did you mean herald\?"),
        ({"herald": {"every": "15"}}, r"\[schedule.herald\]: every = '15' is not a time; expected"),
        ({"": {"every": "9999d"}}, "a year at most"),
        ({"": {"every": "30s"}}, "every = 30s cannot be kept"),
        ({"": {"every": 15}}, "'15' is not a time"),
        ({"": {"quiet": "01:00-01:00"}}, "is not a part of a day"),
        ({"": {"quiet": "25:00-01:00"}}, "is not a part of a day"),
        ({"": {"skip": "yes"}}, "has to be true or false"),
        ({"\x1b[2J": {}}, r"there is no such outlet; known: herald"),
    ],
)
def test_a_schedule_that_cannot_be_meant_is_a_sentence(tables, told):
    with pytest.raises(WrongSetting, match=told):
        read_timetable(tables, OUTLETS)


def test_what_cannot_be_kept_is_told_by_how_long_the_last_runs_took():
    schedule = table(every="15m")
    runs = {"herald": ran(NOW, minutes=20), "courier": ran(NOW, minutes=14), "gazette": LastRun(NOW)}
    assert schedule.not_kept(runs, 3) == [
        "herald is to be crawled every 15m, and its last run took 20m",
    ]
    assert "2.3 at once are needed" in schedule.not_kept(runs, 2)[1]


def test_a_duration_is_written_as_it_is_read():
    times = ["90s", "15m", "1h", "2d", "36h"]
    assert [written(duration(x)) for x in times] == times
