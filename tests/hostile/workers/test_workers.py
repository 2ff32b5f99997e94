"""What a page may do to the process that reads it, and what is left when the crawl itself is killed."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from crawler.exceptions import BadReply, ExtractionTimeout, WorkerDied
from crawler.workers.pool import Workers
from tests.hostile.processes import A_WHILE, children, still_there
from tests.hostile.workers import tasks
from tests.support import forked
from tests.support.running import ROOT, python

PAGE = 5 << 20
NEXT = [0, 1, 2]
"""What pages that wait behind another are answered."""


@pytest.fixture
def forked_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is forked with its imports: a second of CPU less. How servers start is tested below."""
    monkeypatch.setattr(sys, "executable", forked.workers_python())


@pytest.fixture
def workers(forked_server: None) -> Iterator[Workers]:
    workers = Workers(2, 1.0)
    yield workers
    workers.close()


@pytest.fixture
def lone(forked_server: None) -> Iterator[Workers]:
    workers = Workers(1, 2.0)
    yield workers
    workers.close()


def test_an_endless_task_is_ended_while_others_are_served(workers: Workers) -> None:
    async def crawl() -> tuple[int, int]:
        stuck = asyncio.ensure_future(workers.run(tasks.endless))
        first = await workers.run(tasks.pid)
        assert not stuck.done()
        with pytest.raises(ExtractionTimeout, match=r"endless used 1 s of CPU .* in 2 workers"):
            await stuck
        return first, await workers.run(tasks.pid)

    assert all(asyncio.run(crawl()))


def test_the_only_socket_of_a_worker_leads_to_the_crawl(workers: Workers) -> None:
    async def crawl() -> list[list[str]]:
        return [await workers.run(tasks.sockets) for _ in range(4)]

    assert {len(sockets) for sockets in asyncio.run(crawl())} == {1}


@pytest.mark.parametrize("task", [tasks.greedy, tasks.many_small, tasks.die, tasks.end_server])
def test_a_worker_that_ends_is_replaced(workers: Workers, task) -> None:
    async def crawl() -> int:
        with pytest.raises((WorkerDied, ExtractionTimeout)):
            await workers.run(task)
        return await workers.run(tasks.pid)

    assert asyncio.run(crawl())


@pytest.mark.parametrize("task", [tasks.endless, tasks.die, tasks.end_server])
def test_a_task_that_waits_behind_the_one_that_ends_its_worker_is_neither_lost_nor_blamed(
    lone: Workers, task
) -> None:
    async def crawl() -> list[object]:
        return await asyncio.gather(
            lone.run(task), *(lone.run(tasks.echo, number) for number in range(5)), return_exceptions=True
        )

    blamed, *others = asyncio.run(crawl())
    assert isinstance(blamed, ExtractionTimeout | WorkerDied)
    assert others == list(range(5))


@pytest.mark.parametrize("answered", range(4))
def test_when_the_server_is_killed_from_outside_no_page_is_lost_or_blamed(
    workers: Workers, answered: int
) -> None:
    async def crawl() -> list[object]:
        server = await workers.run(tasks.server)
        asked = [asyncio.ensure_future(workers.run(tasks.echo, number)) for number in range(9)]
        await asked[answered]
        os.kill(server, signal.SIGKILL)
        return await asyncio.gather(*asked)

    assert asyncio.run(crawl()) == list(range(9))


def test_nothing_is_handed_to_a_worker_that_has_ended_with_its_server(workers: Workers) -> None:
    async def crawl() -> None:
        for number in range(6):
            server = await workers.run(tasks.server)
            family = [server, *children(server)]
            os.kill(server, signal.SIGKILL)
            # seen from outside: the event loop has not heard of any of them
            assert still_there(family) == []
            assert await workers.run(tasks.echo, number) == number

    asyncio.run(crawl())


def test_a_page_is_not_blamed_for_a_worker_that_was_idle_when_it_was_killed(lone: Workers) -> None:
    async def crawl() -> list[object]:
        pid = await lone.run(tasks.pid)
        os.kill(pid, signal.SIGKILL)
        # seen from outside: the event loop has not heard of it
        assert still_there([pid]) == []
        # a page that is handed to it would be half blamed
        assert not any(worker.takes for worker in lone._workers)
        return await asyncio.gather(*(lone.run(tasks.echo, number) for number in range(5)))

    assert asyncio.run(crawl()) == list(range(5))


def test_a_page_is_not_blamed_for_a_worker_that_had_ended_before_its_answers_were_read(
    lone: Workers, tmp_path: Path
) -> None:
    marks, ends = str(tmp_path / "begun"), str(tmp_path / "ends")

    async def crawl() -> list[object]:
        pid = await lone.run(tasks.pid)
        jobs = [lone.run(tasks.echo, 0), lone.run(tasks.begun, marks), lone.run(tasks.die_once, ends)]
        futures = [asyncio.ensure_future(job) for job in jobs]
        await asyncio.sleep(0)
        # the loop is held up here until the worker has answered both that it holds, and waits for another
        while not (Path(marks).exists() and Path(f"/proc/{pid}/stat").read_text().split()[2] == "S"):
            os.sched_yield()
        os.kill(pid, signal.SIGKILL)
        assert still_there([pid]) == []
        return await asyncio.gather(*futures, return_exceptions=True)

    echo, count, other = asyncio.run(crawl())
    assert (echo, count) == (0, 1)
    assert isinstance(other, int), other


@pytest.mark.parametrize("taken", [0, 3])
def test_nobody_waits_for_ever_where_workers_are_killed_as_they_take_pages(
    workers: Workers, taken: int
) -> None:
    async def crawl() -> None:
        for _ in range(3):
            pids = {await workers.run(tasks.pid) for _ in range(2)}
            asked = [asyncio.ensure_future(workers.run(tasks.echo, bytes(PAGE))) for _ in range(4)]
            for _ in range(taken):  # turns of the loop, in which a part of a page is sent
                await asyncio.sleep(0)
            for pid in pids:
                os.kill(pid, signal.SIGKILL)
            for ended in await asyncio.gather(*asked, return_exceptions=True):
                assert ended == bytes(PAGE) or isinstance(ended, WorkerDied)

    asyncio.run(crawl())


def test_what_is_larger_than_a_socket_takes_goes_there_and_back(workers: Workers) -> None:
    async def crawl() -> None:
        await workers.run(tasks.pid)
        first = list(workers._workers)
        room = first[0]._socket.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
        bodies = [bytes([number]) * (room + PAGE) for number in range(3)]
        assert await asyncio.gather(*(workers.run(tasks.echo, body) for body in bodies)) == bodies
        # what did not fit at once was sent on: no worker was ended as idle, and its page given to another
        assert not any(worker.ended for worker in first)
        # nobody waits for room in a socket any more: such a loop would not rest
        for worker in workers._workers:
            assert not asyncio.get_running_loop().remove_writer(worker._socket)

    asyncio.run(crawl())


def test_errors_come_back_with_the_place_where_they_were_raised(workers: Workers) -> None:
    async def crawl() -> list[BaseException]:
        raised = (workers.run(task) for task in (tasks.raise_plain, tasks.raise_odd))
        return await asyncio.gather(*raised, return_exceptions=True)

    plain, odd = asyncio.run(crawl())
    assert (type(plain), str(plain)) == (ValueError, "no such value")
    assert (type(odd), str(odd)) == (RuntimeError, "Odd: one")
    assert "in raise_plain" in "".join(plain.__notes__)
    assert "in raise_odd" in "".join(odd.__notes__)


def test_a_worker_is_replaced_after_its_share_of_tasks_and_when_it_is_large(lone: Workers) -> None:
    async def crawl() -> tuple[list[int], int, int]:
        pids = [await lone.run(tasks.pid) for _ in range(1001)]
        large = await lone.run(tasks.fill, 400)
        return pids, large, await lone.run(tasks.pid)

    pids, large, after = asyncio.run(crawl())
    assert len(set(pids[:-1])) == 1
    assert pids[-1] == large
    assert len({pids[0], large, after}) == 3


def test_a_task_that_nobody_waits_for_any_more_takes_no_other_down(lone: Workers) -> None:
    async def crawl() -> object:
        given_up = [asyncio.ensure_future(lone.run(tasks.endless)) for _ in range(3)]
        await asyncio.sleep(0)
        for task in given_up:
            task.cancel()
        return await lone.run(tasks.echo, "here")

    assert asyncio.run(crawl()) == "here"


def test_a_closed_pool_leaves_nobody_waiting_and_nothing_running() -> None:
    before = children(os.getpid())  # servers of other tests
    workers = Workers(2, 30.0)

    async def crawl() -> list[object]:
        waiting = [asyncio.ensure_future(workers.run(tasks.endless)) for _ in range(6)]
        await asyncio.wait(waiting, timeout=0.01)
        family = [pid for pid in children(os.getpid()) if pid not in before]
        workers.close()
        assert family
        assert still_there(family) == []
        return await asyncio.gather(*waiting, workers.run(tasks.pid), return_exceptions=True)

    assert {type(ended) for ended in asyncio.run(crawl())} == {WorkerDied}


def test_a_script_that_guards_nothing_is_not_begun_again_by_its_workers(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import asyncio\nfrom crawler.workers.pool import Workers\n"
        "from tests.hostile.workers.tasks import echo\n"
        "print('begun')\nworkers = Workers(1, 3.0)\n"
        "print(asyncio.run(workers.run(echo, 'read')))\nworkers.close()\n"
    )
    assert printed([str(script)]) == "begun\nread\n"


def test_what_a_caller_preloads_is_found_where_the_crawl_finds_it_and_imported_once(tmp_path: Path) -> None:
    (tmp_path / "of_the_caller.py").write_text("import os\nAT = os.getpid()\ndef at(): return AT\n")
    program = (
        f"import sys, asyncio\nsys.path.insert(0, {str(tmp_path)!r})\nimport of_the_caller\n"
        "from crawler.workers.pool import Workers\nfrom tests.hostile.workers.tasks import server\n"
        "workers = Workers(1, 3.0, preload=('of_the_caller',))\n"
        "async def asked():\n"
        "    return await workers.run(of_the_caller.at) == await workers.run(server)\n"
        "print(asyncio.run(asked()))\nworkers.close()\n"
    )
    assert printed(["-c", program]) == "True\n"


def test_workers_that_could_not_begin_are_begun_again_for_the_next_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    workers = Workers(1, 3.0, preload=("of_the_caller",))

    async def crawl() -> str:
        for _ in range(2):
            with pytest.raises(WorkerDied, match="no worker is left"):
                await workers.run(tasks.echo, "lost")
        (tmp_path / "of_the_caller.py").touch()
        return await workers.run(tasks.echo, "read")

    try:
        assert asyncio.run(crawl()) == "read"
    finally:
        workers.close()


# --- what stood still ------------------------------------------------------------------------------
def stand_still(seconds: float) -> None:
    """As the event loop does where the crawl, or the whole machine, is stopped."""
    time.sleep(seconds)


def test_the_page_without_end_is_blamed_and_no_other_where_all_stood_still_for_longer_than_their_time(
    tmp_path: Path, forked_server: None
) -> None:
    """The loop, the server and the workers, as when the machine is suspended."""
    workers, told = Workers(2, 0.6), tmp_path / "begun"

    async def crawl() -> list[object]:
        family = {await workers.run(tasks.server), *[await workers.run(tasks.pid) for _ in range(6)]}
        asked = [asyncio.ensure_future(workers.run(tasks.endless_told, str(told)))]
        asked += [asyncio.ensure_future(workers.run(tasks.busy, 0.2)) for _ in range(6)]
        for _ in range(2):
            await asyncio.wait(asked, timeout=0.1)  # they are begun
            for pid in family:
                os.kill(pid, signal.SIGSTOP)
            stand_still(2)
            for pid in family:
                os.kill(pid, signal.SIGCONT)
        return await asyncio.gather(*asked, return_exceptions=True)

    try:
        blamed, *others = asyncio.run(crawl())
        assert others == ["done"] * 6
        assert isinstance(blamed, ExtractionTimeout)
        assert len(told.read_text().split()) == 2
    finally:
        workers.close()


@pytest.mark.parametrize("killed", ["a worker", "all workers", "the server"])
def test_what_is_killed_first_while_all_stands_still_costs_no_page(killed: str, forked_server: None) -> None:
    """As by the kernel, for lack of memory, before anybody else runs again."""
    workers = Workers(2, 1.0)

    async def crawl() -> list[object]:
        server = await workers.run(tasks.server)
        pids = {await workers.run(tasks.pid) for _ in range(6)}
        asked = [asyncio.ensure_future(workers.run(tasks.busy, 0.2)) for _ in range(6)]
        await asyncio.wait(asked, timeout=0.1)  # they are begun
        for pid in (server, *pids):
            os.kill(pid, signal.SIGSTOP)
        victims = {"a worker": [min(pids)], "all workers": pids, "the server": [server]}[killed]
        for pid in victims:
            os.kill(pid, signal.SIGKILL)
        stand_still(2)
        for pid in {server, *pids} - {*victims}:
            with suppress(ProcessLookupError):  # a worker ends with its server
                os.kill(pid, signal.SIGCONT)
        return await asyncio.gather(*asked)

    try:
        assert asyncio.run(crawl()) == ["done"] * 6
    finally:
        workers.close()


def test_time_in_which_a_worker_stands_still_alone_is_not_its_pages(lone: Workers) -> None:
    async def crawl() -> object:
        pid = await lone.run(tasks.pid)
        os.kill(pid, signal.SIGSTOP)
        asked = asyncio.ensure_future(lone.run(tasks.pid))
        assert not (await asyncio.wait([asked], timeout=3))[0]
        os.kill(pid, signal.SIGCONT)
        return pid, await asked

    before, after = asyncio.run(crawl())
    assert before == after


def test_a_page_that_waits_without_use_of_cpu_has_more_than_its_time(workers: Workers) -> None:
    assert asyncio.run(workers.run(tasks.waits, 2.0)) == "here"


def test_a_page_that_sleeps_for_ever_is_ended(forked_server: None) -> None:
    workers = Workers(1, 0.1)

    async def crawl() -> object:
        first = await workers.run(tasks.pid)
        with pytest.raises(ExtractionTimeout, match=r"asleep used no CPU for 0\.6 s"):
            await workers.run(tasks.asleep)
        # killed: it would sleep on, whatever becomes of its socket
        assert still_there([first], after=30) == []
        return await workers.run(tasks.echo, "next")

    try:
        assert asyncio.run(crawl()) == "next"
    finally:
        workers.close()


@pytest.mark.parametrize("size", [1 << 20, 12 << 20])
def test_answers_that_lie_ready_behind_a_blocked_loop_are_taken(lone: Workers, size: int) -> None:
    async def crawl() -> list[int]:
        await lone.run(tasks.pid)
        asked = [asyncio.ensure_future(lone.run(tasks.made, size)) for _ in range(4)]
        for _ in range(3):
            await asyncio.sleep(0)
            stand_still(3)
        return [len(answer) for answer in await asyncio.gather(*asked)]

    assert asyncio.run(crawl()) == [size] * 4


# --- one more try ----------------------------------------------------------------------------------
@pytest.mark.parametrize("task", [tasks.die_once, tasks.endless_once])
def test_a_page_whose_worker_ended_is_read_by_another(lone: Workers, task, tmp_path: Path) -> None:
    told = tmp_path / "begun"

    async def crawl() -> list[object]:
        behind = (lone.run(tasks.echo, number) for number in NEXT)
        return await asyncio.gather(lone.run(task, str(told)), *behind)

    answer, *others = asyncio.run(crawl())
    first, second = map(int, told.read_text().split())
    assert (answer, others) == (second, NEXT)
    assert first != second


def test_a_page_without_end_is_begun_twice_and_no_third_time(workers: Workers, tmp_path: Path) -> None:
    told = tmp_path / "begun"
    with pytest.raises(ExtractionTimeout):
        asyncio.run(workers.run(tasks.endless_told, str(told)))
    assert len(set(told.read_text().split())) == len(told.read_text().split()) == 2


# --- what is raised and answered -------------------------------------------------------------------
@pytest.mark.parametrize(
    ("task", "error", "told"),
    [
        (tasks.raise_stop, RuntimeError, "StopIteration"),
        (tasks.exits, RuntimeError, "SystemExit: enough"),
        (tasks.cannot_be_packed, BadReply, "a function cannot be packed"),
        (
            tasks.cannot_be_unpacked,
            BadReply,
            "the result of cannot_be_unpacked cannot be unpacked: ValueError",
        ),
    ],
)
def test_what_cannot_be_passed_on_is_an_error_of_its_page_alone(lone: Workers, task, error, told) -> None:
    async def crawl() -> tuple[list[object], set[int]]:
        pid = await lone.run(tasks.pid)
        behind = (lone.run(tasks.echo, number) for number in NEXT)
        ended = await asyncio.gather(lone.run(task), *behind, return_exceptions=True)
        return ended, {pid, await lone.run(tasks.pid)}

    (raised, *others), pids = asyncio.run(crawl())
    assert others == NEXT
    assert isinstance(raised, error), raised
    assert told in str(raised)
    assert len(pids) == 1, "the worker is none the worse"


def test_a_child_that_holds_the_socket_of_its_worker_does_not_hide_its_death(
    lone: Workers, tmp_path: Path
) -> None:
    told = tmp_path / "children"

    async def crawl() -> list[object]:
        behind = (lone.run(tasks.echo, number) for number in NEXT)
        return await asyncio.gather(lone.run(tasks.leave_a_child, str(told)), *behind, return_exceptions=True)

    try:
        died, *others = asyncio.run(crawl())
    finally:
        for child in told.read_text().split():
            os.kill(int(child), signal.SIGKILL)
    assert isinstance(died, WorkerDied), died
    assert others == NEXT


# --- how servers start -----------------------------------------------------------------------------
@pytest.mark.parametrize("hangs", ["once", "always"])
def test_a_server_that_hangs_at_its_start_is_replaced_and_at_last_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hangs: str
) -> None:
    (tmp_path / "hangs.py").write_text(
        "import pathlib, signal\nbegun = pathlib.Path(__file__).with_name('begun')\n"
        f"if not begun.exists() or {hangs == 'always'}:\n    begun.touch()\n    signal.pause()\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    workers = Workers(2, 3.0, preload=("hangs",), idle_start=2.0)
    try:
        if hangs == "once":
            assert asyncio.run(workers.run(tasks.echo, "read")) == "read"
        else:
            with pytest.raises(WorkerDied, match="the process they are forked from hung before it began"):
                asyncio.run(workers.run(tasks.echo, "lost"))
    finally:
        workers.close()


def test_servers_that_are_killed_faster_than_they_start_lose_no_page() -> None:
    before = set(children(os.getpid()))  # servers of other tests
    workers = Workers(1, 3.0)

    async def crawl() -> list[object]:
        asked = [asyncio.ensure_future(workers.run(tasks.echo, number)) for number in NEXT]
        await asyncio.sleep(0)
        for _ in range(6):
            async with asyncio.timeout(A_WHILE):
                while not (new := set(children(os.getpid())) - before) and not any(
                    page.done() for page in asked
                ):
                    await asyncio.sleep(0)
            for pid in new:
                os.kill(pid, signal.SIGKILL)
            before.update(new)
        return await asyncio.gather(*asked)

    try:
        assert asyncio.run(crawl()) == NEXT
    finally:
        workers.close()


def test_a_signal_to_all_processes_leaves_the_server_to_the_crawl() -> None:
    workers = Workers(1, 3.0)

    async def crawl() -> tuple[int, set[int]]:
        server = await workers.run(tasks.server)
        os.kill(server, signal.SIGTERM)
        os.kill(server, signal.SIGINT)
        return server, {await workers.run(tasks.server) for _ in range(50)}

    try:
        server, servers = asyncio.run(crawl())
        assert servers == {server}
    finally:
        workers.close()


def printed(arguments: list[str]) -> str:
    """By a program of its own, and nothing on its standard error."""
    done = python(*arguments, PYTHONPATH=str(ROOT))
    assert done.stderr == ""
    return done.stdout
