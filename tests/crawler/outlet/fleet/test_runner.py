"""A fleet of real crawls: each outlet once at a time, whatever happens to those who run them."""

import json
import os
import signal
from pathlib import Path

import pytest

from archive.commands.exit_codes import worst
from archive.storage import locks
from archive.storage.cache import cache_folder
from archive.storage.leases import leases_of
from crawler.outlet.fleet.timetable import read_timetable
from tests.support.forked import A_WHILE
from tests.support.forked import start as start_forked

KILLS = int(os.environ.get("TRIPTYCH_FAULTS", "1"))


def command(herald, *more):
    line = herald._crawl.command_line(command="crawl_all")
    return [*line, *herald.arguments[1:], "--logs", str(herald.archive.parent / "logs"), *more, "herald"]


@pytest.fixture
def fleet(herald, tmp_path):
    """Starts `scrapy crawl_all` for herald, by a schedule."""
    herald.publish(1, 2)
    herald.announce(1, 2)

    def start(schedule, *more):
        (tmp_path / "triptych.toml").write_text(schedule)
        port, config = str(herald.site.port), str(tmp_path / "triptych.toml")
        return start_forked(*command(herald, *more)[3:], HERALD_PORT=port, TRIPTYCH_CONFIG=config)

    return start


def ended(process):
    # not by `communicate`, which does not see what came with a line that was read before
    out, err = process.stdout.read(), process.stderr.read()
    process.communicate(timeout=A_WHILE)
    return process.returncode, [json.loads(line) for line in out.splitlines()], err


def what(events):
    return [(x["event"], x.get("errand"), x.get("exit_code")) for x in events]


def wait_until_free(herald):
    """Until nobody holds the lease, waiting for the lock itself."""
    folder = cache_folder(herald.archive.resolve(), "leases") / "_leases"
    descriptor = os.open(folder / "herald.lock", os.O_RDWR)
    locks.lock(descriptor)
    locks.close(descriptor)


def test_what_is_due_is_crawled_revisited_and_remembered(fleet, herald):
    code, events, err = ended(fleet('[schedule]\nevery = "1d"'))
    assert (code, err) == (0, "")
    assert what(events) == [
        ("begun", "crawl", None),
        ("ended", "crawl", 0),
        ("begun", "revisit", None),
        ("ended", "revisit", 0),
        ("done", None, 0),
    ]
    log = Path(events[0]["log"]).read_text("utf-8")
    assert "crawl herald\n" in log
    assert "archived" in log
    assert len(herald.table("articles")) == 6
    last = leases_of(str(herald.archive)).last_runs(["herald"])["herald"]
    assert last.exit_code == 0
    assert last.begun_at < last.revisited_at < last.ended_at


def test_while_one_runner_crawls_another_does_not_and_when_it_is_killed_the_next_goes_on(
    fleet, herald, tally
):
    schedule = '[schedule]\nrevisit_after = "never"'
    for number in range(KILLS):
        herald.site.requests.clear()
        herald.site.held.clear()
        with fleet(schedule) as first:
            herald.site.wait_for(1, first)
            if not number:
                code, events, _ = ended(fleet(schedule))
                assert (code, what(events)) == (0, [("elsewhere", None, None), ("done", None, 0)])
            first.kill()
        herald.site.held.set()
        wait_until_free(herald)
    code, events, err = ended(fleet(schedule))
    assert (code, err, events[0]["event"]) == (0, "", "begun")
    articles, versions = herald.table("articles"), herald.table("versions")
    doubled = len(versions) - len(articles)
    tally("the runner of many outlets killed", KILLS, 6, 6 - len(articles), doubled, 0)
    assert (len(articles), doubled) == (6, 0)


def test_a_crawl_ends_at_its_time_limit(fleet, herald):
    herald.site.held.clear()
    with fleet('[schedule]\ntime_limit = "1s"') as process:
        while json.loads(process.stdout.readline())["event"] != "time-limit":
            pass
        herald.site.held.set()
        code, events, _ = ended(process)
    assert code == 5  # also where it had not begun to listen to signals, or has ended of itself
    assert events[-1]["event"] == "done"


def test_a_runner_that_is_told_to_stop_stops_its_crawls_and_they_are_due_again(fleet, herald):
    herald.site.held.clear()
    with fleet("", "--forever") as process:
        assert json.loads(process.stdout.readline())["event"] == "begun"
        process.send_signal(signal.SIGTERM)
        assert json.loads(process.stdout.readline())["event"] == "stopping"
        herald.site.held.set()
        code, events, _ = ended(process)
    assert (code, events[-1]["exit_code"]) == (130, 130)
    assert [x["event"] for x in events] == ["ended", "done"]
    last = leases_of(str(herald.archive)).last_runs(["herald"])["herald"]
    assert read_timetable({}, []).is_due("herald", last, last.begun_at)


@pytest.mark.parametrize(
    ("schedule", "told"),
    [
        ("[schedule]\nevry = '15m'", "did you mean every?"),
        ("[schedule.pravd]\nskip = true", "[schedule.pravd]: there is no such outlet"),
        ("[schedule]\nevery = [1]", "expected a text, a number or true or false"),
    ],
)
def test_a_schedule_that_is_wrong_is_a_sentence_and_exit_code_2(crawl, tmp_path, schedule, told):
    (tmp_path / "triptych.toml").write_text(schedule)
    run = crawl(command="crawl_all", TRIPTYCH_CONFIG=str(tmp_path / "triptych.toml"))
    assert (run.exit_code, told in run.err, "Traceback" in run.err) == (2, True, False), run.err


@pytest.mark.parametrize(
    ("codes", "code"),
    [
        *(([], 0), ([0, 3], 3), ([3, 4, 0], 4), ([4, 2], 2), ([2, 1], 1), ([0, -9], 1), ([77], 1)),
        *(([6, 1], 6), ([130, 2], 2), ([4, 130], 130), ([5, 4], 4), ([3, 5], 5), ([7, 0], 0), ([7, 7], 7)),
    ],
)
def test_of_several_exit_codes_the_worst_counts(codes, code):
    assert worst(codes) == code
