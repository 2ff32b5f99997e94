"""A week of two machines by cron against one bucket, which is away twice: refused, and silent.

    moto_server --port 9000 &
    python -m tests.soak.bucket http://127.0.0.1:9000 FOLDER --days 4 --away 600

Each machine has a HOME, and so a cache, of its own; both run `triptych crawl --all` at the same moment of
each day, by clocks that libfaketime puts forward. So the store must not compare the time of a request
with its own clock, as moto_server does not. While the bucket is away, `watch` and another crawl run.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import archive
from archive.storage.leases import LEASE_SECONDS
from tests.archive.storage.servers import create_bucket
from tests.newsrooms.herald import PREFIX, XML, page
from tests.newsrooms.newsroom import Answer, Site
from tests.soak.soak import FAKETIME
from tests.support.fleet.newsrooms import NAMES
from tests.support.forked import A_WHILE, ROOT

OUTLETS = NAMES[:2]
MACHINES = ("one", "two")
DAY = timedelta(days=1)
STORIES = 1
"""New stories of an outlet a day, each in three languages."""
REFUSED, SILENT = 2, 3
"""Days on which the bucket is away."""
URI = "s3://week/news"


class Gate:
    """Passes connections on to a store; it can refuse them, and it can be silent."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._passes = threading.Event()
        self._passes.set()
        self._sockets: set[socket.socket] = set()

    def __enter__(self) -> Self:
        self._listen()
        return self

    def __exit__(self, *_: object) -> None:
        self._passes.set()
        self.refuse()

    def refuse(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for opened in [*self._sockets]:
            with contextlib.suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)

    def be_silent(self) -> None:
        self._passes.clear()

    def come_back(self) -> None:
        self._passes.set()
        if self._listener.fileno() < 0:
            self._listener = socket.create_server(("127.0.0.1", self.port))
            self._listen()

    def _listen(self) -> None:
        threading.Thread(target=self._accept, args=[self._listener], daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                threading.Thread(target=self._serve, args=[client], daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError), socket.create_connection(self._target) as server:
            self._sockets |= {client, server}
            back = threading.Thread(target=self._pass_on, args=(server, client), daemon=True)
            back.start()
            self._pass_on(client, server)
            back.join()
            self._sockets -= {client, server}

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                self._passes.wait()
                target.sendall(data)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)


class Week:
    def __init__(self, site: Site, store: Gate, folder: Path, days: int, away: float) -> None:
        self._site, self._store, self._folder = site, store, folder
        self._days, self._away = days, away
        midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        self._begins = midnight - timedelta(days=days)
        self._published = 0
        self._keys = {
            "FLEET_PORT": str(site.port),
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{store.port}",
            "AWS_ACCESS_KEY_ID": "week",
            "AWS_SECRET_ACCESS_KEY": "week",
            "AWS_REGION": "us-east-1",
        }
        for machine in MACHINES:
            (folder / machine).mkdir(parents=True)
            (folder / machine / "triptych.toml").write_text(_configuration(site.port), "utf-8")

    def run(self) -> None:
        for number in range(1, self._days + 1):
            now = self._begins + DAY * number
            self._publish(now)
            if number == REFUSED:
                self._store.refuse()
            crawls = [self._start(machine, now, "crawl", "--all", *OUTLETS) for machine in MACHINES]
            if number in {REFUSED, SILENT}:
                self._be_away(number, now, crawls)
            self._report(number, "crawl", crawls)
            if number == SILENT:
                # its leases could not be released, and the store's own clock is not put forward
                threading.Event().wait(LEASE_SECONDS + 10)
            if number == self._days:
                for command in (("pair",), ("archive", "compact"), ("archive", "gc"), ("verify",)):
                    self._report(number, command[-1], [self._start(MACHINES[0], now, *command)])

    def _be_away(self, number: int, now: datetime, crawls: list[subprocess.Popen[str]]) -> None:
        if number == SILENT:
            before = len(self._site.requests)
            # one of the machines ends at once, as the other has both outlets
            while len(self._site.requests) <= before + 4:
                threading.Event().wait(0.2)
            self._store.be_silent()
        began = time.monotonic()
        with contextlib.suppress(subprocess.TimeoutExpired):
            for crawl in crawls:
                crawl.wait(max(0, self._away - (time.monotonic() - began)))
        print(f"day {number}: after {time.monotonic() - began:.0f} s away {[x.poll() for x in crawls]}")
        for command in (("watch",), ("crawl", OUTLETS[0])):
            self._report(number, command[0], [self._start(MACHINES[0], now, *command)])
        threading.Event().wait(max(0, self._away - (time.monotonic() - began)))
        print(f"day {number}: back after {time.monotonic() - began:.0f} s", flush=True)
        self._store.come_back()
        self._report(number, "watch", [self._start(MACHINES[0], now, "watch")])

    def _start(self, machine: str, now: datetime, *command: str) -> subprocess.Popen[str]:
        ahead = round((now - datetime.now(UTC)).total_seconds())
        home = self._folder / machine
        clock = {"LD_PRELOAD": str(FAKETIME), "FAKETIME": f"{ahead:+d}", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        environment = {**os.environ, **self._keys, **clock, "HOME": str(home), "PYTHONPATH": str(ROOT)}
        environment.pop("TRIPTYCH_CACHE", None)
        line = [sys.executable, "-m", "triptych", *command]
        if command[0] in {"verify", "archive"}:
            line += ["--archive", URI]
        return subprocess.Popen(
            line, cwd=home, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def _report(self, number: int, name: str, processes: list[subprocess.Popen[str]]) -> None:
        for process in processes:
            out, err = process.communicate(timeout=A_WHILE)
            ends: list[str] = []
            if out.startswith("{"):
                for event in map(json.loads, out.splitlines()):
                    if event["event"] != "begun":
                        code = "" if event.get("exit_code") is None else f" {event['exit_code']}"
                        ends.append(
                            f"{event['event']} {event.get('outlet') or ''}{code} {event.get('detail') or ''}"
                        )
            print(f"day {number}: {name} exit {process.returncode} {ends} {err.strip()[-600:]}", flush=True)

    def _publish(self, now: datetime) -> None:
        first, self._published = self._published, self._published + STORIES
        for name in OUTLETS:
            base = f"http://{name}.example:{self._site.port}"
            for language, prefix in PREFIX.items():
                for number in range(first, self._published):
                    text = page(number, language, (now - DAY / 2).isoformat())
                    self._site[f"{name}.example/{prefix}news/{number}"] = text.replace(
                        "herald.example", f"{name}.example"
                    )
            listed = "".join(f"<url><loc>{base}/news/{n}</loc></url>" for n in range(self._published))
            entries = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{listed}</urlset>'
            self._site[f"{name}.example/sitemap.xml"] = Answer(entries.encode(), headers=XML)

    def reckon(self) -> None:
        """Print what was published and is not archived, or twice."""
        os.environ.update(self._keys)
        read = archive.open(URI)
        urls, versions = read.articles(columns=["url"]).to_arrow()["url"].to_pylist(), len(read.versions())
        stored = Counter(f"{urlsplit(url).hostname}{urlsplit(url).path}" for url in urls)
        published = {path for path in self._site.answers if "news/" in path}
        lost, twice = published - stored.keys(), stored.total() - len(stored)
        print(f"{len(published)} published, {len(lost)} lost, {twice} twice, {versions} versions")


def _configuration(port: int) -> str:
    pins = ",".join(f"{name}.example=127.0.0.1" for name in OUTLETS)
    return f"""[settings]
archive_uri = "{URI}"
contact = "town@example.org"
resolve_to = "{pins}"
allow_private_network = "true"
extraction_processes = 1
opt_out_files = "false"
[schedule]
every = "12h"
revisit_after = "never"
[scrapy]
SPIDER_MODULES = "tests.support.fleet.newsrooms"
DOWNLOAD_DELAY = 0.5
AUTOTHROTTLE_ENABLED = false
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("endpoint")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--away", type=float, default=120, help="seconds")
    options = parser.parse_args()
    host, _, port = options.endpoint.rpartition("//")[2].partition(":")
    create_bucket({"endpoint": options.endpoint, "access": "week", "secret": "week"}, "week")
    with Gate((host, int(port))) as store, Site() as site:
        week = Week(site, store, options.folder, options.days, options.away)
        week.run()
        week.reckon()


if __name__ == "__main__":
    main()
