"""The cost of real processes, and of what stood still between two looks."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest

from crawler.workers.watch import Watch, WatchResult


@pytest.fixture
def busy() -> Iterator[psutil.Process]:
    yield from running("while True: pass")


@pytest.fixture
def idle() -> Iterator[psutil.Process]:
    yield from running("input()")


def running(program: str) -> Iterator[psutil.Process]:
    command = [sys.executable, "-c", f"print(flush=True)\n{program}"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()  # it has begun
            yield psutil.Process(process.pid)
        finally:
            process.kill()


def used(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def wait_until_used(process: psutil.Process, seconds: float) -> None:
    while used(process) < seconds:
        os.sched_yield()


def test_it_takes_several_looks_to_reach_a_limit_and_all_that_lies_between_two_counts_once(
    busy: psutil.Process,
) -> None:
    watch = Watch(busy.pid, cpu=0.5, idle=10, since=0.0)
    looks = 0
    result = None
    while result is None:
        # as much between two looks as is allowed in all: so it is charged where a machine stood still
        wait_until_used(busy, used(busy) + 0.5)
        result = watch.measure()
        looks += 1
    assert result is WatchResult.COSTLY
    # each counts for a quarter more than the tenth that was waited for
    assert (looks, watch.cost) == (4, pytest.approx(0.5))


def test_what_was_used_before_the_beginning_does_not_count(busy: psutil.Process) -> None:
    wait_until_used(busy, 0.5)
    watch = Watch(busy.pid, cpu=50, idle=10, since=used(busy))
    watch.measure()
    first = Watch(busy.pid, cpu=50, idle=10)
    first.measure()
    assert watch.cost < used(busy) - 0.5 + 0.02
    assert first.cost == 0


def wait_until(process: psutil.Process, status: str) -> None:
    while process.status() != status:
        os.sched_yield()


@pytest.mark.parametrize("stopped", [False, True])
def test_a_process_that_uses_nothing_is_idle_after_as_many_looks_as_its_time_has(
    idle: psutil.Process, stopped: bool
) -> None:
    wait_until(idle, psutil.STATUS_SLEEPING)
    if stopped:
        idle.send_signal(signal.SIGSTOP)
        wait_until(idle, psutil.STATUS_STOPPED)
    watch = Watch(idle.pid, cpu=5, idle=10, since=used(idle))
    assert [watch.measure() for _ in range(9)] == [None] * 9
    assert watch.measure(has_moved=True) is None
    assert [watch.measure() for _ in range(10)] == [None] * 9 + [WatchResult.IDLE]


def test_the_next_look_comes_when_the_limit_can_be_reached_and_not_within_a_hundredth(
    idle: psutil.Process,
) -> None:
    wait_until(idle, psutil.STATUS_SLEEPING)
    for cost, wait in ((0.0, 0.1), (0.45, 0.05), (0.495, 0.01)):
        watch = Watch(idle.pid, cpu=0.5, idle=10, since=used(idle))
        watch.cost = cost
        assert watch.measure() is None
        assert watch.wait == pytest.approx(wait)


def test_a_hundredth_of_a_second_of_work_is_a_sign_of_life(busy: psutil.Process) -> None:
    watch = Watch(busy.pid, cpu=50, idle=1, since=used(busy))
    for _ in range(9):
        wait_until_used(busy, used(busy) + 0.01)
        assert watch.measure() is None


def test_a_process_that_nobody_has_waited_for_has_ended_and_so_has_one_that_is_gone(
    idle: psutil.Process,
) -> None:
    watch = Watch(idle.pid, cpu=5, idle=10, since=used(idle))
    assert watch.measure() is None
    idle.kill()
    wait_until(idle, psutil.STATUS_ZOMBIE)
    assert watch.measure() is WatchResult.ENDED
    os.waitpid(idle.pid, 0)
    assert watch.measure() is WatchResult.ENDED
    assert Watch(idle.pid, cpu=5, idle=10).measure() is WatchResult.ENDED
