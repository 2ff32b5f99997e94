"""What a page may do to the process that reads it, and what is left when the crawl itself is killed."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from typing import TYPE_CHECKING

import pytest

from crawler.exceptions import ExtractionTimeout, WorkerDied
from crawler.extraction.workers import MEMORY_LIMIT, Workers

if TYPE_CHECKING:
    from collections.abc import Iterator


def endless(pattern: str) -> bool:
    """Never hands the lock of the interpreter on."""
    return re.match(pattern, "a" * 64 + "b") is not None


def greedy() -> int:
    return len(b"x" * MEMORY_LIMIT)


def many_small() -> int:
    kept = []
    while True:
        kept.append(bytes(1 << 20))


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def pid() -> int:
    return os.getpid()


@pytest.fixture
def workers() -> Iterator[Workers]:
    workers = Workers(2, 1.0)
    yield workers
    workers.close()


def test_an_endless_task_is_ended_while_others_are_served(workers: Workers) -> None:
    async def crawl() -> tuple[int, int]:
        stuck = asyncio.ensure_future(workers.run(endless, r"(a+)+$"))
        first = await workers.run(pid)
        assert not stuck.done()
        with pytest.raises(ExtractionTimeout, match="endless took longer than 1 s"):
            await stuck
        return first, await workers.run(pid)

    assert all(asyncio.run(crawl()))


@pytest.mark.parametrize("task", [greedy, many_small, die])
def test_a_worker_that_ends_is_replaced(workers: Workers, task) -> None:
    async def crawl() -> int:
        with pytest.raises((WorkerDied, ExtractionTimeout)):
            await workers.run(task)
        return await workers.run(pid)

    assert asyncio.run(crawl())
