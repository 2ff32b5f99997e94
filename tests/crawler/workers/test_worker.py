"""A page is to blame only when several workers, or more servers, have ended at it."""

import asyncio

import pytest

from crawler.exceptions import WorkerDied
from crawler.workers.worker import Task


@pytest.mark.parametrize(("with_server", "most"), [(False, 2), (True, 4)])
def test_a_page_is_blamed_when_so_many_processes_have_ended_at_it(*, with_server: bool, most: int) -> None:
    async def suffer() -> list[bool]:
        task = Task(len, "", {})
        ends = [task.suffer(WorkerDied("it ended"), with_server=with_server) for _ in range(most)]
        assert isinstance(task.result.exception(), WorkerDied)
        return ends

    assert asyncio.run(suffer()) == [False] * (most - 1) + [True]
