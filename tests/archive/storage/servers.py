"""Which S3 server the tests run against: the real one, or moto, a mock by its own description, loudly."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.archive.storage import radosgw

HERE = Path(__file__).parent
MOTO = HERE.parents[2] / ".venv/moto/bin"
"""Where .ci/run puts it when there is no radosgw to be had."""


def moto():
    return shutil.which("moto_server", path=f"{MOTO}:{os.environ['PATH']}")


@contextmanager
def running(folder):
    """Endpoint, access, secret and whether it is real; one server for all processes of a test run."""
    if not radosgw.missing():
        with _shared_radosgw(folder) as facts:
            yield facts | {"real": True}
    elif moto():
        print(f"\nNOT A REAL SERVER: {_missing('the tests run against moto')}", file=sys.__stderr__)
        with _moto() as facts:
            yield facts | {"real": False}
    else:
        pytest.skip(f"NOT TESTED: object stores. {_missing('nor is moto installed')}")


def _missing(what):
    return f"{', '.join(radosgw.missing())} missing, {what}: {radosgw.INSTALL}"


@contextmanager
def _shared_radosgw(folder):
    folder.mkdir(exist_ok=True)
    with (folder / "users").open("ab") as users, (folder / "start").open("ab") as start:
        fcntl.flock(start, fcntl.LOCK_EX)
        fcntl.flock(users, fcntl.LOCK_SH)  # before looking: the server ends when nobody holds it
        if not (folder / "ready.json").exists():
            server = subprocess.Popen(
                [sys.executable, str(HERE / "radosgw.py"), str(folder)],
                stdout=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
            assert server.stdout.readline() == "ready\n", "radosgw did not start; see its logs in the folder"
            server.stdout.close()
            server.returncode = 0  # it outlives this process if another one uses it
        fcntl.flock(start, fcntl.LOCK_UN)
        yield json.loads((folder / "ready.json").read_text())


@contextmanager
def _moto():
    (port,) = radosgw.free_ports(1)
    server = subprocess.Popen(
        [moto(), "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        endpoint = f"http://127.0.0.1:{port}"
        while True:
            with suppress(urllib.error.URLError, ConnectionError, TimeoutError):
                urllib.request.urlopen(endpoint, timeout=5).close()
                break
            with suppress(subprocess.TimeoutExpired):
                pytest.fail(f"moto has ended: {server.wait(0.1)}")
        yield {"endpoint": endpoint, "access": radosgw.ACCESS, "secret": radosgw.SECRET}
    finally:
        server.kill()
        server.wait()
