"""`--engine` that is wrong, not there, or of other code: a sentence, and nothing is begun."""

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from archive.exceptions import EngineError
from archive.opening import utc_now
from archive.operations.cluster import Code, ensure_same
from crawler.outlet.fleet import dask_engine
from crawler.outlet.fleet.dask_engine import DaskEngine, Order
from crawler.outlet.fleet.runner import Result
from crawler.outlet.fleet.timetable import Rhythm, Timetable
from crawler.outlet.fleet.turn import Event
from tests.support.fleet.machines import cluster, dask
from tests.support.forked import A_WHILE
from tests.support.running import ROOT, python

STORE = "s3://nowhere/news"


@contextmanager
def scheduler(**environment):
    """The address of one without workers."""
    command = dask("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
    with subprocess.Popen(
        command, cwd="/", env={**os.environ, **environment}, stderr=subprocess.PIPE, text=True
    ) as process:
        for line in process.stderr:
            if found := re.search(r"Scheduler at: +(tcp://\S+)", line):
                yield found[1]
                break
        process.kill()


def run(crawl, engine, uri=STORE, **environment):
    given = (
        "-s",
        f"ARCHIVE_URI={uri}",
        "-s",
        "SPIDER_MODULES=tests.spiders.outlets",
        "herald",
        "--engine",
        engine,
    )
    done = crawl(*given, command="crawl_all", AWS_ENDPOINT_URL="http://127.0.0.1:9", **environment)
    assert "Traceback" not in done.err, done.err
    return done.exit_code, done.err


@pytest.mark.parametrize("engine", ["tcp://127.0.0.1:1", "dask=tcp://h:0", "ray=tcp://h:1"])
def test_an_engine_that_is_none_is_exit_code_2(crawl, engine):
    code, told = run(crawl, engine)
    assert (code, "expected dask=tcp://HOST:8786" in told) == (2, True), told


def test_without_the_extra_it_is_named(tmp_path):
    (tmp_path / "distributed.py").write_text("raise ImportError('not installed')")
    program = "from archive.operations.cluster import address; address('dask=tcp://127.0.0.1:1')"
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    done = python("-c", program, PYTHONPATH=path)
    assert "WrongEngine: --engine dask=… needs Dask: pip install 'triptych[dask]'" in done.stderr


@pytest.mark.parametrize("killed", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_two_workers_crawl_and_revisit_though_one_is_killed(herald, tmp_path, monkeypatch, killed):
    """The whole way of a turn, into a folder; pages are held until the worker that has the turn is dead.

    It is slow because the runner asks for such a turn again after half a minute.
    """
    # it changes how exceptions are pickled, in all tests of the process
    from distributed import Client

    (tmp_path / "triptych.toml").write_text('[schedule]\nevery = "1d"')
    monkeypatch.setenv("HERALD_PORT", str(herald.site.port))
    monkeypatch.setenv("TRIPTYCH_CONFIG", str(tmp_path / "triptych.toml"))
    monkeypatch.setenv("TRIPTYCH_LOGS_FOLDER", str(tmp_path / "logs"))
    herald.publish(1, 2)
    herald.announce(1, 2)
    herald.site.held.clear()
    line = herald._crawl.command_line(command="crawl_all")
    with cluster(2, tmp_path) as engine:
        command = [*line, *herald.arguments[1:], "--engine", engine, "herald"]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as driver:
            begun = json.loads(driver.stdout.readline())
            herald.site.wait_for(1, driver)
            if killed:
                with Client(engine.removeprefix("dask="), set_as_default=False) as client:
                    os.kill(client.run(os.getpid)[begun["worker"]], signal.SIGKILL)
            herald.site.held.set()
            events = [begun, *map(json.loads, driver.stdout)]
            assert driver.wait(A_WHILE) == 0, events
    ends = [(event["errand"], event["exit_code"]) for event in events if event["event"] == "ended"]
    assert [errand for errand, code in ends if code in {0, 7}] == ["crawl", "revisit"], events
    assert not [event for event in events if event["event"] == "failed"], events
    assert (events[-1]["event"], events[-1]["exit_code"]) == ("done", 0)
    assert (len(herald.table("articles")), len(herald.table("versions"))) == (6, 6)


def test_a_crawl_that_another_worker_begins_anew_is_told_with_the_first():
    """As after a worker was frozen or cut off: its lease is over, and nobody hears of its end."""
    events = []
    order = Order("", "s3://news", Timetable(), (), None, "topic", Code("3.11", "2026.8", "here"))
    engine = DaskEngine("tcp://10.0.0.1:8786", order, 2, 0, events.append)
    for delivery, worker, kind in (
        *(("1", "tcp://10.0.0.2:1", "begun"), ("2", "tcp://10.0.0.3:1", "begun")),
        *(("2", "tcp://10.0.0.3:1", "ended"), ("2", "tcp://10.0.0.3:1", "begun")),
    ):
        engine._hear(delivery, len(events) + 1, Event(utc_now(), kind, "herald", "crawl", worker=worker))
    assert [event.event for event in events] == ["begun", "again", "begun", "ended", "begun"]
    assert "worker tcp://10.0.0.2:1 is gone or silent" in events[1].detail


def test_the_leases_of_a_folder_do_not_hold_on_several_machines(crawl, tmp_path):
    code, told = run(crawl, "dask=tcp://192.0.2.1:1", tmp_path)
    assert (code, "an archive in an object store" in told) == (2, True), told


@pytest.mark.parametrize(
    ("scheme", "advice"), [("tcp", "`dask scheduler`"), ("tls", "certificates are settings of Dask")]
)
def test_a_scheduler_that_is_not_there_is_named_with_how_to_start_it(crawl, scheme, advice):
    """Without certificates in Dask's settings, a connection by TLS is an error of its own."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    code, told = run(crawl, f"dask={scheme}://127.0.0.1:{port}")
    assert (code, "no Dask scheduler answers" in told, advice in told) == (1, True, True), told
    assert "Traceback" not in told


@pytest.mark.slow  # a scheduler more
def test_a_scheduler_without_workers_says_so(crawl):
    with scheduler(PYTHONPATH=str(ROOT)) as address:
        code, told = run(crawl, f"dask={address}")
    assert (code, "has no worker" in told) == (1, True), told


def test_a_scheduler_of_another_version_is_refused(crawl, tmp_path):
    shutil.copytree(ROOT / "archive", tmp_path / "archive")
    with scheduler(PYTHONPATH=str(tmp_path)) as address:
        code, told = run(crawl, f"dask={address}")
    assert (code, "the scheduler has Triptych of source" in told) == (1, True), told


def test_a_worker_of_another_version_that_joins_later_refuses_the_work():
    with pytest.raises(EngineError, match="has Python 3"):
        ensure_same(Code("2.7", "2026.8.0", "0"))


def five():
    return 5


def turn_of_yesterday():
    return {"code": 0, "delivery": "1", "events": [{"at": "yesterday", "event": "begun"}]}


def turn_without_zone():
    return {"code": 0, "delivery": "1", "events": [{"at": "2026-11-29T12:00:00", "event": "begun"}]}


def full_disk():
    raise OSError("no space\x1b[2J")


def foreign_engine():
    raise EngineError("the scheduler has had no worker")


IS_OVER = threading.Event()


def endless():
    IS_OVER.wait()


def cancellation():
    raise asyncio.CancelledError


ANSWERS = {
    five: "something other than a turn: Expected `object`, got `int`",
    turn_of_yesterday: "something other than a turn: Invalid RFC3339",
    turn_without_zone: "something other than a turn: Expected `datetime` with a timezone",
    full_disk: "a worker failed with OSError: no space�[2J",
    foreign_engine: "EngineError: the scheduler has had no worker",
    cancellation: "a worker failed with CancelledError",
}


def test_what_a_hostile_worker_answers_costs_its_turn_and_ends_in_time(monkeypatch):
    """A turn without an end too; an OSError of a task was taken for a scheduler that is out of reach."""
    from distributed import Client, LocalCluster

    monkeypatch.setattr(dask_engine, "PATIENCE", 0)
    monkeypatch.setattr(dask_engine, "_CHECK_WORKERS", 0.1)
    patient = Order("", STORE, Timetable(), (), None, "topic", Code("3.11", "2026.8", "here"))
    impatient = replace(patient, timetable=Timetable(Rhythm(time_limit=timedelta(0))))
    events = []

    async def answer(function, order, client):
        engine = DaskEngine("tcp://127.0.0.1:1", order, 1, 0, events.append)
        engine._from_worker((0.0, ["1", 1, {"event": "begun"}]))
        assert await engine._result("herald", client, client.submit(function, pure=False)) == Result(1)
        return events.pop().detail

    async def answers():
        async with (
            LocalCluster(n_workers=1, processes=False, dashboard_address=None, asynchronous=True) as workers,
            Client(workers, asynchronous=True) as client,
        ):
            for function, detail in ANSWERS.items():
                assert detail in await answer(function, patient, client)
            detail = await answer(endless, impatient, client)
            assert detail == "EngineError: no worker has ended its turn in 0 seconds"
            IS_OVER.set()

    asyncio.run(answers())
    assert events == []
