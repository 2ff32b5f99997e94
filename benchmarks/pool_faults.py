"""Fate of pages whose processes are killed, hang or stand still: `python benchmarks/pool_faults.py`.

Ours beside what a library offers, each used as its manual says:
  pebble       pebble.ProcessPool upon the forkserver of multiprocessing
  executor     concurrent.futures.ProcessPoolExecutor upon the same
  forkserver   the least pool upon multiprocessing's forkserver itself: a process and a pipe for each place,
               watched as ours are, with one more try
Of each fault: `.` where no page but the faulty one has failed, and that one by its own error; else what went
wrong. A page may use 2 s; what is not answered after 60 s is hung. `--only CONTENDER FAULT` is one of them.
"""

from __future__ import annotations

import argparse
import asyncio
import concurrent.futures
import contextlib
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from crawler.workers.pool import Workers
from crawler.workers.watch import Watch, WatchResult
from tests.hostile import tasks

ROOT = Path(__file__).resolve().parents[1]
SECONDS, PATIENCE, PLACES = 2, 60, 2
PAGE = 5 << 20
PRELOAD = "crawler.extraction.page"


# --- contenders ------------------------------------------------------------------------------------
def forkserver(preload):
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([PRELOAD, *preload])
    return context


class Pebble:
    def __init__(self, preload):
        from pebble import ProcessPool  # noqa: PLC0415  of the extra `bench`

        self._pool = ProcessPool(PLACES, context=forkserver(preload))

    async def run(self, function, *args):
        return await asyncio.wrap_future(self._pool.schedule(function, args=args, timeout=SECONDS))


class Executor:
    """It has no time limit: whoever waits may give up, and the worker stays at work."""

    def __init__(self, preload):
        self._pool = concurrent.futures.ProcessPoolExecutor(PLACES, mp_context=forkserver(preload))

    async def run(self, function, *args):
        loop = asyncio.get_running_loop()
        return await asyncio.wait_for(loop.run_in_executor(self._pool, function, *args), SECONDS)


class Died(Exception):
    pass


def _work(pipe):
    while True:
        function, args = pipe.recv()
        try:
            answer = (function(*args), None)
        except Exception as error:
            answer = (None, error)
        try:
            pipe.send((*answer, time.process_time()))
        except Exception as error:
            pipe.send((None, RuntimeError(str(error)), time.process_time()))


class Forkserver:
    def __init__(self, preload):
        self._context = forkserver(preload)
        self._asked = None
        # calls of multiprocessing block: none of them is for the event loop
        self._threads = concurrent.futures.ThreadPoolExecutor(8)

    async def run(self, function, *args):
        if self._asked is None:
            self._asked = asyncio.Queue()
            self._places = [asyncio.ensure_future(self._place()) for _ in range(PLACES)]
        answer = asyncio.get_running_loop().create_future()
        self._asked.put_nowait((function, args, answer))
        return await answer

    def _start(self):
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_work, args=(theirs,), daemon=True)
        process.start()
        theirs.close()
        return process, ours

    async def _started(self):
        for _ in range(20):  # no page is to blame where its server is killed
            with contextlib.suppress(OSError, EOFError):
                return await asyncio.get_running_loop().run_in_executor(self._threads, self._start)
            await asyncio.sleep(0.1)
        raise Died

    async def _place(self):
        loop = asyncio.get_running_loop()
        process, used = None, 0.0
        while True:
            function, args, answer = await self._asked.get()
            for last in (False, True):
                try:
                    if process is None or not process.is_alive():
                        process, pipe = await self._started()
                        used = 0.0
                    await loop.run_in_executor(self._threads, pipe.send, (function, args))
                    value, error, used = await self._received(process, pipe, used)
                except Exception as failure:
                    if process is not None:
                        process.kill()
                    process = None
                    if not last:
                        continue
                    value, error = None, failure
                if isinstance(error, StopIteration):
                    error = RuntimeError("StopIteration")
                answer.set_exception(error) if error else answer.set_result(value)
                break

    async def _received(self, process, pipe, used):
        received = asyncio.get_running_loop().run_in_executor(self._threads, pipe.recv)
        watch = Watch(process.pid, cpu=SECONDS, idle=6 * SECONDS, since=used)
        while not (await asyncio.wait([received], timeout=watch.wait))[0]:
            if (result := watch.look()) is not None:
                raise Died if result is WatchResult.ENDED else TimeoutError
        return await received


class Ours:
    def __init__(self, preload):
        self._pool = Workers(PLACES, SECONDS, preload, idle_start=5.0)

    async def run(self, function, *args):
        return await self._pool.run(function, *args)


CONTENDERS = {"ours": Ours, "pebble": Pebble, "executor": Executor, "forkserver": Forkserver}


# --- processes -------------------------------------------------------------------------------------
def servers():
    """Return the processes that workers are forked from: children that are no resource tracker."""
    return [p for p in psutil.Process().children() if "resource_tracker" not in " ".join(_command(p))]


def _command(process):
    with contextlib.suppress(psutil.Error):
        return process.cmdline()
    return []


def workers():
    found = []
    for server in servers():
        with contextlib.suppress(psutil.Error):
            found += server.children()
    return found


def runs(process):
    with contextlib.suppress(psutil.Error):
        return process.status() != psutil.STATUS_ZOMBIE
    return False


def send(processes, number):
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.send_signal(number)


def kill(processes):
    send(processes, signal.SIGKILL)


async def told(asked, expected=None):
    """Count the fates of pages that should all be answered."""
    done, waiting = await asyncio.wait(asked, timeout=PATIENCE)
    failed = [type(task.exception()).__name__ for task in done if task.exception() is not None]
    if waiting:
        return f"hung {len(waiting)}/{len(asked)}"
    if failed:
        return f"lost {len(failed)}/{len(asked)}"
    if expected is not None and [task.result() for task in asked] != expected:
        return "wrong answers"
    return "."


def ask(pool, function, *args):
    return asyncio.ensure_future(pool.run(function, *args))


async def beside(pool, guilty, *args, wrong=()):
    """A page that is to blame, and three behind it. `wrong`: errors that are not what it did."""
    await pool.run(tasks.echo, 0)
    first = ask(pool, guilty, *args)
    behind = [ask(pool, tasks.echo, number) for number in range(3)]
    others = await told(behind, list(range(3)))
    _, waiting = await asyncio.wait([first], timeout=PATIENCE)
    if waiting:
        return "hung" if others == "." else f"hung, {others}"
    error = type(first.exception()).__name__
    return others if error not in wrong else f"{error}" + ("" if others == "." else f", {others}")


TIMEOUTS = ("TimeoutError", "ExtractionTimeout")


# --- faults ----------------------------------------------------------------------------------------
async def endless(pool):
    return await beside(pool, tasks.endless)


async def worker_killed(pool):
    """While it takes a page of 5 MB: each time another part has been passed."""
    await pool.run(tasks.echo, 0)
    for number in range(8):
        asked = [ask(pool, len, bytes(PAGE)) for _ in range(3)]
        await asyncio.sleep(0.01 + 0.002 * number)
        kill(workers()[:1])
        if (ended := await told(asked)) != ".":
            return ended
    return "."


async def idle_killed(pool):
    await pool.run(tasks.echo, 0)
    idle = workers()
    kill(idle)
    # seen from outside: the event loop has not heard of it
    while any(map(runs, idle)):
        pass
    return await told([ask(pool, tasks.echo, number) for number in range(5)])


async def server_killed(pool):
    await pool.run(tasks.echo, 0)
    for _ in range(4):
        asked = [ask(pool, tasks.busy, 0.2) for _ in range(6)]
        await asyncio.wait(asked, timeout=0.1)
        kill(servers())
        if (ended := await told(asked)) != ".":
            return ended
    return "."


async def starting_killed(pool):
    """The worker servers are killed five times, each as soon as there is one."""
    asked = [ask(pool, tasks.echo, number) for number in range(3)]
    killed = set()
    end = time.monotonic() + PATIENCE
    while len(killed) < 5 and time.monotonic() < end:
        await asyncio.sleep(0)
        for server in await asyncio.to_thread(servers):
            if server.pid not in killed:
                kill([server])
                killed.add(server.pid)
                asked += [ask(pool, tasks.echo, number) for number in range(3)]
    return await told(asked)


async def frozen(pool):
    """Everything stands still for 5 s, the event loop too."""
    await pool.run(tasks.echo, 0)
    asked = [ask(pool, tasks.busy, 0.5) for _ in range(4)]
    await asyncio.wait(asked, timeout=0.2)
    family = [*servers(), *workers()]
    send(family, signal.SIGSTOP)
    time.sleep(5)
    send(family, signal.SIGCONT)
    return await told(asked)


async def slow_machine(pool):
    """A worker has a tenth of a core: what takes .5 s takes 5."""
    await pool.run(tasks.echo, 0)
    asked = [ask(pool, tasks.busy, 0.5) for _ in range(2)]
    while not all(task.done() for task in asked):
        send(workers(), signal.SIGSTOP)
        await asyncio.sleep(0.18)
        send(workers(), signal.SIGCONT)
        await asyncio.sleep(0.02)
    return await told(asked)


async def blocked(pool):
    """The event loop is busy for 5 s, twice; what was asked lies ready."""
    await pool.run(tasks.echo, 0)
    asked = [ask(pool, tasks.made, 12 << 20) for _ in range(4)]
    for _ in range(2):
        await asyncio.sleep(0.05)
        time.sleep(5)
    return await told(asked)


async def stop_iteration(pool):
    return await beside(pool, tasks.raise_stop, wrong=TIMEOUTS)


async def not_packed(pool):
    return await beside(pool, tasks.cannot_be_packed, wrong=TIMEOUTS)


async def not_unpacked(pool):
    return await beside(pool, tasks.cannot_be_unpacked, wrong=TIMEOUTS)


async def child_holds(pool):
    """A worker is killed, and what it has forked keeps its files open."""
    with tempfile.NamedTemporaryFile() as file:
        try:
            return await beside(pool, tasks.leave_a_child, file.name, wrong=TIMEOUTS)
        finally:
            kill([psutil.Process(int(pid)) for pid in Path(file.name).read_text().split()])


async def start_hangs(pool):
    """The first server hangs at its imports; the next would not."""
    return await told([ask(pool, tasks.echo, number) for number in range(3)])


async def unguarded(pool):
    """The program has no `if __name__`: see `main`."""
    return await told([ask(pool, tasks.echo, number) for number in range(3)])


async def crawl_killed(pool):
    """Told by the process that kills it, see `main`."""
    await asyncio.gather(*(pool.run(tasks.echo, 0) for _ in range(4)))
    ask(pool, tasks.endless)
    await asyncio.gather(*(pool.run(tasks.echo, 0) for _ in range(2)))
    print(*[process.pid for process in psutil.Process().children(recursive=True)], flush=True)
    await asyncio.Event().wait()


FAULTS = (
    endless, worker_killed, idle_killed, server_killed, starting_killed, frozen, slow_machine, blocked,
    stop_iteration, not_packed, not_unpacked, child_holds, start_hangs, unguarded, crawl_killed,
)  # fmt: skip


# --- one after another -----------------------------------------------------------------------------
def one(contender: str, fault: str) -> None:
    preload = []
    if fault == "start_hangs":
        folder = Path(tempfile.mkdtemp())
        (folder / "hangs_once.py").write_text(
            "import pathlib, signal\nbegun = pathlib.Path(__file__).with_name('begun')\n"
            "if not begun.exists():\n    begun.touch()\n    signal.pause()\n"
        )
        # the forkserver of Python 3.11 passes no other path on, and is silent about what it does not find
        os.environ["PYTHONPATH"] += os.pathsep + str(folder)
        sys.path.insert(0, str(folder))
        preload = ["hangs_once"]

    async def go():
        try:
            print(await next(f for f in FAULTS if f.__name__ == fault)(CONTENDERS[contender](preload)))
        except Exception as error:  # of the pool itself: it takes no page any more
            print(f"raised {type(error).__name__}: {error}")
        sys.stdout.flush()
        os._exit(0)  # a pool that is stuck would be waited for

    asyncio.run(go())


UNGUARDED = """
print("begun", flush=True)
import asyncio, sys
sys.path.insert(0, {root!r})
from benchmarks import pool_faults
print(asyncio.run(pool_faults.unguarded(pool_faults.CONTENDERS[{contender!r}]([]))), flush=True)
"""


def run(contender: str, fault: str) -> str:
    command = [sys.executable, "-m", "benchmarks.pool_faults", "--only", contender, fault]
    with tempfile.TemporaryDirectory() as folder:
        if fault == "unguarded":
            script = Path(folder) / "script.py"
            script.write_text(UNGUARDED.format(root=str(ROOT), contender=contender))
            command = [sys.executable, str(script)]
        # a file: workers that are left would keep a pipe open
        out = Path(folder) / "out"
        with out.open("w") as file, subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE if fault == "crawl_killed" else file,
            stderr=subprocess.DEVNULL, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
            start_new_session=True,
        ) as process:  # fmt: skip
            try:
                if fault == "crawl_killed":
                    return left_running(process)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=3 * PATIENCE)
                told = out.read_text()
                if (begun := told.count("begun")) > 1:
                    return f"begun {begun} times"
                return (told.strip().splitlines() or ["hung"])[-1]
            finally:
                end(process)


def end(process) -> None:
    """With all that it has left: what it was the parent of is told by the session it began."""
    process.kill()
    for left in psutil.process_iter():
        with contextlib.suppress(OSError, psutil.Error):
            if os.getsid(left.pid) == process.pid:
                left.kill()


def left_running(process) -> str:
    assert process.stdout is not None
    family = []
    for pid in process.stdout.readline().split():
        with contextlib.suppress(psutil.NoSuchProcess):
            family.append(psutil.Process(int(pid)))
    process.kill()
    _, left = psutil.wait_procs(family, timeout=PATIENCE)
    left = [process for process in left if runs(process)]
    kill(left)
    return f"left {len(left)}" if left else "."


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--only", nargs=2, metavar=("CONTENDER", "FAULT"), help="one run, in this process")
    parser.add_argument("--runs", type=int, default=1, help="of each; the worst is told")
    parser.add_argument("--contenders", nargs="+", default=list(CONTENDERS), choices=list(CONTENDERS))
    options = parser.parse_args()
    if options.only:
        one(*options.only)
    print("fault".ljust(16), *(name.ljust(16) for name in options.contenders), flush=True)
    for fault in FAULTS:
        cells = []
        for contender in options.contenders:
            ended = [run(contender, fault.__name__) for _ in range(options.runs)]
            cells.append(max(ended, key=lambda end: end != "."))
        print(fault.__name__.ljust(16), *(cell[:24].ljust(16) for cell in cells), flush=True)


if __name__ == "__main__":
    main()
