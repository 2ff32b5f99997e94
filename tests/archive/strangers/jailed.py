"""Run commands on archives that cannot be trusted: each line of input is [root, [[command, …], …]].

Each line has a forked process of its own, with limits of memory and, for each command, of time. A line of
JSON tells how each command went, one with `status` how the process ended.
"""

import contextlib
import io
import json
import os
import resource
import select
import signal
import sys
import time
import traceback
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet
import pyiceberg.catalog.sql
import pyiceberg.io.pyarrow

import archive
from archive.__main__ import main
from archive.commands import view
from archive.exceptions import ArchiveError
from archive.operations import maintain, migrate, purge, verify
from archive.viewer import figure_frames, static_site
from tests.archive.strangers.questions import questions

MEMORY = 2 << 30
"""Bytes of address space on top of what the imports have; Arrow's allocator reserves more than it uses."""
CPU_SECONDS = 20
WALL_SECONDS = float(os.environ.get("JAIL_SECONDS", "60"))
assert all((pyarrow.dataset, pyarrow.parquet, pyiceberg, view, maintain, migrate, purge, verify))
assert all((figure_frames, static_site))


def address_space():
    return int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def ask_everything(root, article_id, part):
    """A third of the methods of `archive.open`; an error of ours is an answer."""
    for question in questions(archive.open(root), article_id)[part::3]:
        with contextlib.suppress(ArchiveError):
            question()
    return 0


def run(root, commands, answer):
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    resource.setrlimit(resource.RLIMIT_AS, (address_space() + MEMORY,) * 2)
    for command in commands:
        resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + CPU_SECONDS, -1))
        out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                if command[0] == "api":
                    code = ask_everything(root, command[1], int(command[2]))
                else:
                    code = main([*command, "--archive", root])
            except SystemExit as ended:
                code = ended.code
            except ArchiveError as error:
                code = 1
                print(error, file=sys.stderr)
            except BaseException:
                code = traceback.format_exc()[-1500:]
        out.flush()
        told = {
            "command": " ".join(command),
            "code": code,
            "out": out.buffer.getvalue().decode("utf-8", "replace")[:20_000],
            "err": err.getvalue()[:20_000],
            "memory": most_memory(),
        }
        answer.write(json.dumps(told).encode() + b"\n")


def most_memory():
    """Bytes; ru_maxrss would count what the process of the tests took before it started this one."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM:"))


def supervise(child, read):
    """Pass on what the child tells; end it where it tells nothing for too long."""
    while True:
        if not select.select([read], [], [], WALL_SECONDS)[0]:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return f"no answer in {WALL_SECONDS} s"
        data = os.read(read, 65_536)
        if not data:
            return os.waitpid(child, 0)[1]
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


for line in sys.stdin:
    root, commands = json.loads(line)
    read, write = os.pipe()
    if (child := os.fork()) == 0:
        os.close(read)
        with os.fdopen(write, "wb", buffering=0) as answer:
            run(root, commands, answer)
        os._exit(0)
    os.close(write)
    status = supervise(child, read)
    os.close(read)
    print(json.dumps({"status": status}), flush=True)
