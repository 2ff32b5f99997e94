"""Kill a worker while pages of 5 MB are passed to it: `python benchmarks/pool_killed.py [--runs N]`.

Our pool is measured beside pebble, used as its manual says. For each run it prints how many kills it took
until a page was never answered (twenty seconds are waited where a page has three), or until the pool took
no page.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import wait
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from crawler.exceptions import WorkerDied
from crawler.extraction.workers import Workers

PAGE, SECONDS, PATIENCE, KILLS = bytes(5 << 20), 3, 20, 10


def pause(number: int) -> float:
    """Until the kill: in each round another part of a page has been passed."""
    return 0.01 + 0.002 * number


def with_pebble() -> str:
    from pebble import ProcessPool  # noqa: PLC0415  of the extra `bench`

    pool = ProcessPool(2, context=multiprocessing.get_context("forkserver"))
    asked = [pool.schedule(len, args=(PAGE,), timeout=SECONDS) for _ in range(2)]
    wait(asked)
    for number in range(KILLS):
        try:
            asked += [pool.schedule(len, args=(PAGE,), timeout=SECONDS) for _ in range(3)]
        except RuntimeError as error:
            return f"after {number} kills it takes no page: {error}"
        time.sleep(pause(number))
        with contextlib.suppress(ProcessLookupError):
            os.kill(next(iter(pool._pool_manager.worker_manager.workers)), signal.SIGKILL)
        waiting = wait(asked, timeout=PATIENCE).not_done
        if waiting:
            return f"after {number + 1} kills {len(waiting)} of {len(asked)} pages are never answered"
    return f"{KILLS} kills, all {len(asked)} pages answered"


async def with_ours() -> str:
    pool = Workers(2, SECONDS)
    asked = [asyncio.ensure_future(pool.run(os.getpid)) for _ in range(2)]
    await asyncio.wait(asked)
    kills = 0
    for number in range(KILLS):
        try:
            worker = await pool.run(os.getpid)
        except WorkerDied:
            continue  # it was still being ended by the kill before
        asked += [asyncio.ensure_future(pool.run(len, PAGE)) for _ in range(3)]
        await asyncio.sleep(pause(number))
        os.kill(worker, signal.SIGKILL)
        kills += 1
        _, waiting = await asyncio.wait(asked, timeout=PATIENCE)
        if waiting:
            return f"after {kills} kills {len(waiting)} of {len(asked)} pages are never answered"
    # all are done: an exception is an answer
    blamed = sum(isinstance(task.exception(), WorkerDied) for task in asked)
    pool.close()
    return f"{kills} kills, all {len(asked)} pages answered, {blamed} of them that their worker died"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", choices=["ours", "pebble"], help="one run of one, in this process")
    options = parser.parse_args()
    if options.only:
        print(asyncio.run(with_ours()) if options.only == "ours" else with_pebble(), flush=True)
        os._exit(0)  # a pool that is stuck would be waited for
    for kind in ("ours", "pebble"):
        for _ in range(options.runs):
            command = [sys.executable, "-m", "benchmarks.pool_killed", "--only", kind]
            root = Path(__file__).resolve().parents[1]
            done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
            print(f"{kind}: {(done.stdout or done.stderr).strip()[-300:]}", flush=True)


if __name__ == "__main__":
    main()
