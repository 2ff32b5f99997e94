"""Run commands on archives that cannot be trusted: each line of input is [root, [arguments, …]].

Each archive has a forked process of its own, with limits of memory and time; a line of JSON tells
how it went.
"""

import contextlib
import io
import json
import os
import resource
import sys
import traceback
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet

from archive.__main__ import main
from archive.commands import view
from archive.operations import maintain, purge, verify

MEMORY = 2 << 30
"""Bytes of address space on top of what the imports have; Arrow's allocator reserves more than it uses."""
CPU_SECONDS = 20
assert all((pyarrow.dataset, pyarrow.parquet, view, maintain, purge, verify))


def address_space():
    return int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def run(root, commands):
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    resource.setrlimit(resource.RLIMIT_AS, (address_space() + MEMORY,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS,) * 2)
    told = {}
    for command in commands:
        out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = main([*command, "--archive", root])
            except SystemExit as ended:
                code = ended.code
            except BaseException:
                code = traceback.format_exc()
        out.flush()
        told[" ".join(command)] = [code, out.buffer.getvalue().decode("utf-8", "replace"), err.getvalue()]
    return {"told": told, "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10}


for line in sys.stdin:
    root, commands = json.loads(line)
    read, write = os.pipe()
    if (child := os.fork()) == 0:
        os.close(read)
        with os.fdopen(write, "w") as answer:
            json.dump(run(root, commands), answer)
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as answer:
        text = answer.read()
    _, status = os.waitpid(child, 0)
    print(json.dumps({"status": status, **(json.loads(text) if text else {})}), flush=True)
