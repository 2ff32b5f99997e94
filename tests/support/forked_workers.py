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

from crawler.workers import fork_server
from tests.support import cpu

_STAGES = (
    "pipelines.validate",
    "pipelines.language",
    "pipelines.authors",
    "pipelines.digest",
    "crawler.workers.stages",
)
_LAUNCHER = """#!{python} -ISE
import marshal, os, sys
import _socket  # half of the start is what `socket` imports
wanted = sys.argv[1:]
if wanted[:3] != ["-P", "-m", "crawler.workers.fork_server"]:
    os.execv({python!r}, [{python!r}, *wanted])
asking = _socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
asking.connect({address!r})
control = int(wanted[3])
order = marshal.dumps((wanted[4:], dict(os.environ)))
files = b"".join(number.to_bytes(4, sys.byteorder) for number in (control, 1, 2))
asking.sendmsg([order], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, files)])
os.close(control)
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


def _answer(asking: socket.socket, order: bytes, descriptors: list[int]) -> None:
    """Fork a server, wait for its end and tell its exit code."""
    control, out, err = descriptors
    arguments, environment = marshal.loads(order)
    if (pid := os.fork()) == 0:
        code = 1
        try:
            asking.close()
            os.dup2(out, 1)
            os.dup2(err, 2)
            os.close(out)
            os.close(err)
            _run(control, arguments, environment)
            code = 0
        finally:
            sys.stderr.flush()
            os._exit(code)
    for descriptor in descriptors:
        os.close(descriptor)
    code = cpu.wait_for(pid, asking, environment)
    with contextlib.suppress(OSError):  # whoever asked was killed
        asking.send(str(code).encode())


def accept(asked: int, life: int) -> socket.socket | None:
    """Return in a process of its own for each that asks; None when the last holder of `life` has ended."""
    with socket.socket(fileno=asked) as listening:
        while life not in select.select([listening, life], [], [])[0]:
            asking, _ = listening.accept()
            if os.fork() == 0:
                os.close(life)
                return asking
            asking.close()
            _reap()
    _reap()
    return None


def _reap() -> None:
    """Take the exit codes of processes that have ended, so that their CPU counts as this one's."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def main(asked: int, life: int) -> None:
    fork_server.prepare(*_STAGES)
    gc.freeze()
    asking = accept(asked, life)
    if asking is None:
        return
    try:
        with asking:
            order, descriptors, _, _ = socket.recv_fds(asking, 1 << 20, 3)
            if order:
                _answer(asking, order, descriptors)
    finally:
        os._exit(0)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
