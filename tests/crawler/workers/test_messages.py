"""Messages between the crawl and a worker: whole or none, and an answer to whatever a task does."""

from __future__ import annotations

import asyncio
import copyreg
import pickle
import signal
import socket

import pytest

from crawler.exceptions import BadReply, WorkerDied
from crawler.workers.fork_server import _receive, _reply, _sendable
from crawler.workers.worker import Task, packed

LARGE = bytes(range(256)) * 40


def job(function: object, *arguments: object) -> list[bytearray]:
    return [bytearray(part) for part in packed((function, arguments, {}))[1:]]


@pytest.mark.parametrize("numbers", [(), (1,), (1, 2)])
def test_a_job_is_received_whole_or_not_at_all(numbers: tuple[int, ...]) -> None:
    """Large buffers are parts of their own."""
    value = [pickle.PickleBuffer(bytearray([number]) * 9) for number in numbers]
    message = b"".join(packed(value))
    for end in range(len(message) + 1):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            ours.sendall(message[:end])
            ours.shutdown(socket.SHUT_WR)
            parts = _receive(theirs)
        assert (parts is None) == (end < len(message))
    assert parts is not None
    assert len(parts) == 1 + len(numbers)
    assert pickle.loads(parts[0], buffers=parts[1:]) == [bytearray([number]) * 9 for number in numbers]


def test_jobs_follow_one_another_and_the_end_is_none() -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        with ours:
            for value in ("first", LARGE):
                ours.sendall(b"".join(packed(value)))
        received = [_receive(theirs) for _ in range(3)]
    assert [parts and pickle.loads(parts[0]) for parts in received] == ["first", LARGE, None]


def no_memory() -> None:
    raise MemoryError


def leaves() -> None:
    raise SystemExit(3)


class Unpickled(Exception):
    def __init__(self, first: int, second: int) -> None:
        super().__init__(first + second)


class Greedy:
    def __reduce__(self) -> str:
        raise MemoryError


def odd(what: str) -> object:
    if what == "error":
        raise Unpickled(1, 2)
    return (x for x in what) if what == "value" else Greedy()


@pytest.mark.parametrize(
    ("task", "is_full", "error", "words"),
    [
        (job(len, "four"), False, None, ""),
        (job(no_memory), True, MemoryError, ""),
        (job(leaves), False, RuntimeError, "SystemExit: 3"),
        (job(next, iter(())), False, RuntimeError, "StopIteration: "),
        (job(int, "x"), False, ValueError, "invalid literal"),
        (job(odd, "error"), False, RuntimeError, "Unpickled: 3"),
        (job(odd, "value"), False, BadReply, "a generator cannot be packed: TypeError"),
        (job(odd, "memory"), True, MemoryError, ""),
        ([bytearray(b"no pickle")], False, pickle.UnpicklingError, ""),
    ],
)
def test_every_task_has_an_answer_and_no_alarm_is_left(
    task: list[bytearray],
    is_full: bool,
    error: type[Exception] | None,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Dask, where another test of this process has loaded it, makes every exception one that is unpickled
    monkeypatch.delitem(copyreg.dispatch_table, Unpickled, raising=False)
    reply, was_full = _reply(task, 100.0)
    value, raised = pickle.loads(reply)
    assert was_full is is_full
    assert signal.getitimer(signal.ITIMER_PROF) == (0, 0)
    if error is None:
        assert (value, raised) == (4, None)
    else:
        assert (value, type(raised)) == (None, error)
        assert words in str(raised)
        assert "Traceback" in raised.__notes__[0]


def test_large_buffers_of_a_job_come_back_to_their_places() -> None:
    first, second = (pickle.PickleBuffer(bytearray(text)) for text in (b"first", b"second"))
    reply, _ = _reply(job(dict, [(1, first), (2, second)]), 100.0)
    assert pickle.loads(reply) == ({1: b"first", 2: b"second"}, None)


def test_an_alarm_is_set_while_a_task_runs() -> None:
    reply, _ = _reply(job(signal.getitimer, signal.ITIMER_PROF), 100.0)
    (seconds, again), _ = pickle.loads(reply)
    assert 90 < seconds < 101
    assert again == 0


def test_an_error_keeps_its_class_where_it_can() -> None:
    error = ValueError("x")
    assert _sendable(error) is error


@pytest.mark.parametrize(
    ("reply", "error", "words"),
    [
        (pickle.dumps((None, ValueError("x"))), ValueError, "x"),
        (pickle.dumps((None, MemoryError())), WorkerDied, "len needed more than 2048 MB"),
        (b"no pickle", BadReply, "the result of len cannot be unpacked: UnpicklingError"),
    ],
)
def test_an_answer_is_the_result_of_its_task(reply: bytes, error: type[Exception], words: str) -> None:
    async def answers() -> list[object]:
        failed, done, given_up = (Task(len, ("four",), {}) for _ in range(3))
        failed.answer(reply)
        done.answer(pickle.dumps((4, None)))
        done.answer(reply)
        given_up.result.cancel()
        given_up.answer(pickle.dumps((4, None)))
        return await asyncio.gather(failed.result, done.result, given_up.result, return_exceptions=True)

    failure, value, cancelled = asyncio.run(answers())
    assert (type(failure), value, type(cancelled)) == (error, 4, asyncio.CancelledError)
    assert words in str(failure)
