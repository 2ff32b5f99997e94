"""The fork server of a crawl's workers, itself forked from one that has its imports: 0.9 s of CPU a crawl.

`python -m tests.support.forked_workers SOCKET FD` is asked at the listening SOCKET until FD is closed.
A crawl of tests/support/forked.py has `launcher` as its interpreter, which asks it for
`python -m crawler.workers.fork_server` and ends as that ends; anything else it runs with the real
interpreter. The code that runs is the crawl's own.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import marshal
import os
import select
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from crawler.workers import fork_server
from tests.support import cpu

_STAGES = (
    "pipelines.validate",
    "pipelines.language",
    "pipelines.authors",
    "pipelines.digest",
    "crawler.workers.stages",
)
MESSAGE = 1 << 20
Order = tuple[dict[str, str], list[Any]]
"""An environment, and what is to run in it."""
_LAUNCHER = """#!{python} -ISE
import marshal, os, sys
import _socket  # half of the start is what `socket` imports
wanted = sys.argv[1:]
if wanted[:3] != ["-P", "-m", "crawler.workers.fork_server"]:
    os.execv({python!r}, [{python!r}, *wanted])
asking = _socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
asking.connect({address!r})
control = int(wanted[3])
order = marshal.dumps((dict(os.environ), wanted[4:]))
files = b"".join(number.to_bytes(4, sys.byteorder) for number in (control, 1, 2))
asking.sendmsg([order], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, files)])
os.close(control)
asking.recv(64)  # its number
code = int(asking.recv(64) or 1)
if code < 0:
    os.kill(os.getpid(), -code)
sys.exit(code)
"""


def launcher(folder: Path, address: str) -> str:
    """Write the executable that stands in for the interpreter; return its path."""
    path = folder / "python"
    path.write_text(_LAUNCHER.format(python=sys.executable, address=address))
    path.chmod(0o700)
    return str(path)


def _run(control: int, arguments: list[str], environment: dict[str, str]) -> None:
    """Run one fork server in this process, which has nothing else to do."""
    os.setpgid(0, 0)
    os.environ.clear()
    os.environ.update(environment)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    for name in arguments[1:]:
        importlib.import_module(name)
    with socket.socket(fileno=control) as asked:
        fork_server.serve(asked, float(arguments[0]))


def accept(asked: int, life: int) -> tuple[Order, list[int]] | None:
    """Return what was asked, in a process of its own for each that asks; it is told its number and exit code.

    None when the last holder of `life` has ended.
    """
    running: dict[int, tuple[int, socket.socket, dict[str, str]]] = {}
    with socket.socket(fileno=asked) as listening:
        while True:
            ready = select.select([listening, life, *running], [], [])[0]
            for ended in running.keys() & {*ready}:
                pid, asking, environment = running.pop(ended)
                os.close(ended)
                with asking, contextlib.suppress(OSError):  # whoever asked was killed
                    asking.send(str(cpu.wait_for(pid, asking, environment)).encode())
            if life in ready:
                return None
            if listening not in ready:
                continue
            asking, _ = listening.accept()
            order, descriptors, _, _ = socket.recv_fds(asking, MESSAGE, 3)
            if not order:
                asking.close()
                continue
            environment, *wanted = marshal.loads(order)
            if (pid := os.fork()) == 0:
                for other in running:
                    os.close(other)
                for _, waiting, _ in running.values():
                    waiting.close()
                asking.close()
                os.close(life)
                return (environment, wanted), descriptors
            for descriptor in descriptors:
                os.close(descriptor)
            running[os.pidfd_open(pid)] = pid, asking, environment
            with contextlib.suppress(OSError):
                asking.send(str(pid).encode())


def main(asked: int, life: int) -> None:
    fork_server.prepare(*_STAGES)
    gc.freeze()
    answer = accept(asked, life)
    if answer is None:
        return
    (environment, (arguments,)), (control, out, err) = answer
    code = 1
    try:
        os.dup2(out, 1)
        os.dup2(err, 2)
        os.close(out)
        os.close(err)
        _run(control, arguments, environment)
        code = 0
    finally:
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
