"""Machines of a cluster: network namespaces with two cables, one to the cluster and one to the internet.

So a machine can be cut off from its scheduler and its object store while the newsroom still answers it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Self

from tests.archive.storage.radosgw import free_ports
from tests.support.running import ROOT

CLUSTER, INTERNET = "10.213.{}.{}", "10.214.{}.{}"


def missing() -> str | None:
    """Tell why there can be no namespaces here."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        return "network namespaces need root and iproute2"
    done = subprocess.run(["ip", "netns", "add", f"t{os.getpid()}"], capture_output=True, check=False)
    if done.returncode:
        return f"ip netns add: {done.stderr.decode().strip()}"
    _ip("netns", "del", f"t{os.getpid()}")
    return None


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, timeout=60)


class Machines:
    """`count` machines, numbered from 1; this one has the number 250 in both nets."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._net = os.getpid() % 250
        self._short = f"{os.getpid() % 100_000}"
        self.here, self.internet = CLUSTER.format(self._net, 250), INTERNET.format(self._net, 250)

    def address(self, number: int) -> str:
        return CLUSTER.format(self._net, number)

    def number(self, client: str) -> int:
        """The machine of an address on the internet."""
        return int(client.rpartition(".")[2])

    def name(self, number: int) -> str:
        return f"tr{self._short}-{number}"

    def __enter__(self) -> Self:
        try:
            for kind, address in (("c", self.here), ("i", self.internet)):
                _ip("link", "add", f"b{kind}{self._short}", "type", "bridge")
                _ip("addr", "add", f"{address}/24", "dev", f"b{kind}{self._short}")
                _ip("link", "set", f"b{kind}{self._short}", "up")
            for number in range(1, self._count + 1):
                _ip("netns", "add", self.name(number))
                _ip("-n", self.name(number), "link", "set", "lo", "up")
                for kind, form in (("c", CLUSTER), ("i", INTERNET)):
                    out = f"v{kind}{self._short}{number}"
                    _ip("link", "add", out, "type", "veth", "peer", "name", kind, "netns", self.name(number))
                    _ip("link", "set", out, "master", f"b{kind}{self._short}", "up")
                    inside = f"{form.format(self._net, number)}/24"
                    _ip("-n", self.name(number), "addr", "add", inside, "dev", kind)
                    _ip("-n", self.name(number), "link", "set", kind, "up")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for number in range(1, self._count + 1):
            with contextlib.suppress(subprocess.CalledProcessError):
                _ip("netns", "del", self.name(number))
        for kind in "ci":
            with contextlib.suppress(subprocess.CalledProcessError):
                _ip("link", "del", f"b{kind}{self._short}")

    def cut_off(self, number: int) -> None:
        """From the cluster, not from the internet."""
        _ip("-n", self.name(number), "link", "set", "c", "down")

    def mend(self, number: int) -> None:
        _ip("-n", self.name(number), "link", "set", "c", "up")


class Service:
    """A process that is started again whenever it ends, as systemd would."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], log: Path, *, machine: str | None = None
    ) -> None:
        inside = ["ip", "netns", "exec", machine] if machine else []
        self._command, self._environment, self._log = [*inside, *command], environment, log
        self._over = threading.Event()
        self.starts = 0
        self._begin()
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self._thread.start()

    def _begin(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                env={**os.environ, **self._environment},
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self.starts += 1

    def _keep(self) -> None:
        while True:
            self._process.wait()
            if self._over.is_set():
                return
            self._begin()

    def kill(self) -> None:
        """All its processes, with -9; not the crawls, which have groups of their own."""
        os.killpg(self._process.pid, signal.SIGKILL)

    def __enter__(self) -> Self:
        return self

    def end(self) -> None:
        """Kill it, and start it no more."""
        self._over.set()
        with contextlib.suppress(ProcessLookupError):
            self.kill()
        self._thread.join()

    def __exit__(self, *_: object) -> None:
        self.end()


class Forwarder:
    """Passes on connections to an address from one that other machines reach."""

    def __init__(self, address: str, target: tuple[str, int]) -> None:
        self._target = target
        self._listener = socket.create_server((address, 0))
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError), socket.create_connection(self._target) as server:
            back = threading.Thread(target=_pass_on, args=(server, client), daemon=True)
            back.start()
            _pass_on(client, server)
            back.join()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def dask(*words: str) -> list[str]:
    return [sys.executable, "-m", "dask", *words]


@contextlib.contextmanager
def cluster(workers: int, folder: Path) -> Iterator[str]:
    """A Dask scheduler and its workers on loopback, started again when killed; yields the engine."""
    from distributed import Client  # half a second to load

    (port,) = free_ports(1)
    here, address = ("--host", "127.0.0.1", "--no-dashboard"), f"tcp://127.0.0.1:{port}"
    with contextlib.ExitStack() as stack:
        log = folder / "scheduler.log"
        stack.enter_context(Service(dask("scheduler", *here, "--port", str(port)), {}, log))
        for number in range(workers):
            place = ("--nthreads", "1", "--local-directory", str(folder / f"dask-{number}"))
            log = folder / f"worker-{number}.log"
            stack.enter_context(Service(dask("worker", address, *here, *place), {}, log))
        with Client(address, timeout=600, set_as_default=False) as client:
            client.wait_for_workers(workers, 600)
        yield f"dask={address}"
