"""The S3 server of a test run: Ceph's gateway, whatever else is on the PATH; without it tests are skipped."""

import fcntl
import json
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pyarrow.fs
import pytest

from tests.archive.storage import radosgw

HERE = Path(__file__).parent


@contextmanager
def running(folder):
    """Endpoint, access and secret of one server for all processes of a test run."""
    if missing := radosgw.missing():
        pytest.skip(f"NOT TESTED: object stores; {', '.join(missing)} missing: {radosgw.INSTALL}")
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


def create_bucket(facts, name):
    pyarrow.fs.S3FileSystem(
        endpoint_override=facts["endpoint"],
        access_key=facts["access"],
        secret_key=facts["secret"],
        scheme="http",
        region="us-east-1",
        allow_bucket_creation=True,
    ).create_dir(name)
