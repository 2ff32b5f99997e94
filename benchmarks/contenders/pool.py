"""Run our extraction through a pool and an event loop, no crawl: python pool.py ours|pebble FOLDER COPIES N.

Prints the letters read, the CPU seconds of this process, which is what a pool costs the crawl, and the
seconds that it took. Both begin when each process has read a page.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from crawler.exceptions import ExtractionError
from crawler.items import Fetch, Hints
from crawler.story.worker_task import extract_and_keep
from crawler.workers.fork_server import prepare
from crawler.workers.pool import Workers

# as many as a crawl has under way
AT_ONCE = 16


class Pebble:
    def __init__(self, processes: int, timeout: float) -> None:
        from pebble import ProcessPool  # noqa: PLC0415  of the extra `bench`

        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["crawler.extraction.page"])
        self._timeout = timeout
        self._pool = ProcessPool(processes, max_tasks=1000, initializer=prepare, context=context)

    async def run(self, function, *args):
        return await asyncio.wrap_future(self._pool.schedule(function, args=args, timeout=self._timeout))

    def close(self) -> None:
        self._pool.stop()
        self._pool.join()


async def read_all(pool, bodies: list[tuple[str, bytes]]) -> int:
    waiting = iter(bodies)
    total = 0

    async def one_after_another() -> None:
        nonlocal total
        for name, body in waiting:
            url = f"http://127.0.0.1/{name}"
            fetch = Fetch(url, url, body, None, 200, datetime.now(UTC))
            try:
                read = await pool.run(extract_and_keep, fetch, Hints("bench"), None)
                total += len(read.body)
            except ExtractionError:
                pass

    await asyncio.gather(*(one_after_another() for _ in range(AT_ONCE)))
    return total


async def measure(pool, bodies: list[tuple[str, bytes]]) -> None:
    await read_all(pool, bodies[:AT_ONCE])
    cpu, wall = time.process_time(), time.perf_counter()
    print(await read_all(pool, bodies), time.process_time() - cpu, time.perf_counter() - wall)


if __name__ == "__main__":
    kind, folder, copies, processes = sys.argv[1:]
    bodies = [(path.name, path.read_bytes()) for path in sorted(Path(folder).glob("*.html"))] * int(copies)
    pool = (Workers if kind == "ours" else Pebble)(int(processes), 10)
    try:
        asyncio.run(measure(pool, bodies))
    finally:
        pool.close()
