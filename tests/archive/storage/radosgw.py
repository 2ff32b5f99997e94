"""A real S3 server on loopback: Ceph's gateway with one monitor and one store in memory.

`python radosgw.py FOLDER` starts it, writes FOLDER/ready.json and runs until nobody holds the shared lock on
FOLDER/users any more, however its users ended.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
import uuid
from pathlib import Path

NEEDED = ("radosgw", "radosgw-admin", "ceph", "ceph-mon", "ceph-osd", "ceph-authtool", "monmaptool")
INSTALL = "apt-get install --no-install-recommends radosgw ceph-mon ceph-osd"
ACCESS, SECRET = "triptych", "s3-secret-of-the-tests"

# Debian's store looks for its classes in a relative folder, and the gateway fails with -95 without them
CONFIGURATION = """
[global]
fsid = {fsid}
run dir = {folder}/run
keyring = {folder}/keyring
log file = {folder}/$name.log
admin socket =
mon host = v2:127.0.0.1:{port}/0
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind msgr1 = false
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
osd class dir = {classes}
osd objectstore = memstore
memstore device bytes = 2147483648
osd crush chooseleaf type = 0
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd max object name len = 256
osd max object namespace len = 64
mon allow pool size one = true
mon allow pool delete = true
mon data avail crit = 0
mon data avail warn = 0
mon max pg per osd = 1000
rgw enable usage log = false
rgw enable gc threads = false
rgw enable lc threads = false
rgw dynamic resharding = false
rgw thread pool size = 32
"""


def missing():
    return [name for name in NEEDED if shutil.which(name) is None]


def start(folder):
    """Everything up; returns endpoint and keys, and the processes."""
    fsid, osd = str(uuid.uuid4()), str(uuid.uuid4())
    (port, web), conf, keyring = free_ports(2), folder / "ceph.conf", folder / "keyring"
    classes = next(Path("/usr/lib").glob("*/rados-classes"))
    conf.write_text(CONFIGURATION.format(fsid=fsid, folder=folder, port=port, classes=classes))
    for name in ("mon", "osd", "run"):
        (folder / name).mkdir()
    everything = {"mon": "allow *", "osd": "allow *", "mgr": "allow *", "mds": "allow *"}
    for name, rights in (
        ("mon.", {"mon": "allow *"}),
        ("client.admin", everything),
        ("osd.0", {"mon": "allow profile osd", "osd": "allow *"}),
        ("client.rgw", {"mon": "allow *", "osd": "allow *"}),
    ):
        caps = [part for kind, right in rights.items() for part in ("--cap", kind, right)]
        create = [] if keyring.exists() else ["--create-keyring"]
        run("ceph-authtool", *create, keyring, "--gen-key", "-n", name, *caps)
    address = f"[v2:127.0.0.1:{port}/0]"
    run("monmaptool", "--create", "--addv", "a", address, "--fsid", fsid, folder / "monmap")
    mon = ("ceph-mon", "-c", conf, "-i", "a", "--mon-data", folder / "mon")
    run(*mon, "--mkfs", "--monmap", folder / "monmap", "--keyring", keyring)
    running = [serve(*mon, "-f")]
    ceph = ("ceph", "-c", conf, "--connect-timeout", "600", "-k", keyring)
    run(*ceph, "osd", "new", osd, "0")
    store = ("ceph-osd", "-c", conf, "-i", "0", "--osd-data", folder / "osd", "--osd-uuid", osd)
    run(*store, "--mkfs", "--keyring", keyring)
    running.append(serve(*store, "-f"))
    gateway = ("-c", conf, "-n", "client.rgw", "-k", keyring)
    run("radosgw-admin", *gateway, "user", "create", "--uid", "tests", "--display-name", "tests",
        "--access-key", ACCESS, "--secret", SECRET)  # fmt: skip
    running.append(serve("radosgw", *gateway, "-f", "--rgw-frontends", f"beast endpoint=127.0.0.1:{web}"))
    endpoint = f"http://127.0.0.1:{web}"
    wait_for(endpoint, running)
    return {"endpoint": endpoint, "access": ACCESS, "secret": SECRET}, running


def run(*command):
    subprocess.run([*map(str, command)], check=True, capture_output=True, timeout=1800)


def serve(*command):
    def end_with_parent():
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)

    return subprocess.Popen(
        [*map(str, command)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=end_with_parent,  # noqa: PLW1509  no threads here
    )


def wait_for(endpoint, running):
    while True:
        with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            urllib.request.urlopen(endpoint, timeout=5).close()
            return
        if dead := [process.args[0] for process in running if process.poll() is not None]:
            raise SystemExit(f"{dead[0]} has ended")
        with contextlib.suppress(subprocess.TimeoutExpired):
            running[-1].wait(0.1)


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [opened.getsockname()[1] for opened in sockets]
    for opened in sockets:
        opened.close()
    return ports


def main(folder):
    ready = folder / "ready.json"
    place = folder / f"run-{os.getpid()}"
    place.mkdir()
    facts, running = start(place)
    early = folder / "ready.early"
    early.write_text(json.dumps(facts))
    early.rename(ready)
    print("ready", flush=True)
    with (folder / "users").open("rb+") as users:
        fcntl.flock(users, fcntl.LOCK_EX)  # waits for the last user
        ready.unlink()
        for process in reversed(running):
            process.kill()
            process.wait()
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
