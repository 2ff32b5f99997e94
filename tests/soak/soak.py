"""The rounds of the soak, and the reckoning at its end."""

from __future__ import annotations

import importlib.util
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit

import pandas as pd

from tests.hostile.server import HostileServer
from tests.soak.newsrooms import PART, Newsrooms, text
from tests.soak.watching import Watch
from tests.support.forked import A_WHILE
from tests.support.running import ROOT, Crawl, python

HOSTS = ("gazette", "chronicle", "tabloid")
QUICK = (
    "DOWNLOAD_TIMEOUT=5",
    "EXTRACTION_TIMEOUT=2",
    "AUTOTHROTTLE_ENABLED=False",
    "DOWNLOAD_DELAY=0.05",
    "BACKOFF_DELAY=0.2",
    "BACKOFF_LONGEST=1",
)


def _faketime() -> Path | None:
    """The library of the package libfaketime; without it no clock jumps, which the ledger says."""
    found = importlib.util.find_spec("libfaketime")
    if found is None or found.origin is None or sys.platform != "linux":
        return None
    return next(Path(found.origin).parent.rglob("libfaketime.so.1"), None)


FAKETIME = _faketime()
# a second, of the crawl that is watched: it reads all lists first, and its articles last as long as the soak
PUBLISHED = 3
DELAY = ("-s", "DOWNLOAD_DELAY=0.25")
FLAT = 1.25
"""Times what it took in the second quarter that a crawl may take in the last."""


@dataclass
class Ledger:
    seconds: float
    seed: int
    rounds: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    network: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    published: int = 0
    archived: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    altered: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    growth: tuple[str, float, float] = ("", 0, 0)
    inside: int = 0

    def faults(self) -> list[str]:
        found = [f"lost {x}" for x in self.lost] + [f"doubled {x}" for x in self.doubled]
        found += [f"altered {x}" for x in self.altered] + self.broken
        if self.inside:
            found.append(f"{self.inside} requests reached the private network")
        if max(self.growth[1:]) > FLAT:
            found.append(f"the long crawl grew: {self.growth[0]}")
        return found

    def table(self) -> str:
        clock = f"{self.ends['wrong clock']}" if FAKETIME else "none: libfaketime is not installed"
        ends = {name: n for name, n in self.ends.items() if name != "wrong clock"}
        flat = ", memory and descriptors flat" if self.growth[0] else ""
        rows = {
            "lasted": f"{self.seconds / 60:.1f} minutes, seed {self.seed}",
            "short crawls": f"{self.rounds}: {_told(ends)}",
            "with a wrong clock": clock,
            "faults of the network": _told(self.network),
            "good articles": f"{self.published} published, {self.archived} archived, {len(self.lost)} lost, "
            f"{len(self.doubled)} doubled, {len(self.altered)} altered",
            "hostile outlet": _told(self.outcomes),
            "private network": f"{self.inside} requests",
            "the long crawl": self.growth[0] or "too short to tell",
            "verdict": "; ".join(self.faults()[:10]) or f"every good article once{flat}",
        }
        width = max(map(len, rows))
        return "".join(f"{name:<{width}}  {value}\n" for name, value in rows.items())


def _told(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {n}" for name, n in sorted(counts.items())) or "none"


def soak(crawl: Crawl, seconds: float, seed: int, progress: TextIO | None = None) -> Ledger:
    draw = random.Random(seed)
    ledger = Ledger(seconds, seed)
    until = time.monotonic() + seconds
    with HostileServer() as server:
        newsrooms = Newsrooms(server, seed)
        newsrooms.parts = max(2, int(seconds * PUBLISHED / PART))
        runner = _Runner(crawl, server.port)
        long = runner.start("chronicle", *DELAY)
        watch = Watch(long.pid)
        watch.start()
        while time.monotonic() < until:
            newsrooms.stories += draw.randint(5, 20)
            _round(runner, draw, ledger)
            if progress:
                left = max(0, until - time.monotonic())
                progress.write(
                    f"\r{ledger.rounds} crawls, {newsrooms.stories * 3} articles, {left:.0f} s left "
                )
                progress.flush()
        newsrooms.over = True
        if code := long.poll():
            ledger.broken.append(f"the long crawl ended with {code} before its time")
        ledger.ends[f"the long one exit {_end(long, 300)}"] += 1
        watch.stop()
        ledger.growth = watch.growth()
        newsrooms.network.calm = True
        for outlet in ("gazette", "chronicle"):
            if code := _end(runner.start(outlet), 1800):
                ledger.broken.append(f"the calm crawl of {outlet} ended with {code}")
        ledger.network = newsrooms.network.faults
        ledger.inside = sum(asked.path.startswith("/inside.html") for asked in server.asked)
        _reckon(crawl.archive, newsrooms, ledger)
    return ledger


class _Runner:
    def __init__(self, crawl: Crawl, port: int) -> None:
        self._crawl = crawl
        self._port = str(port)

    def start(self, outlet: str, *more: str, **environment: str) -> subprocess.Popen[str]:
        pins = ",".join(f"{host}.example=127.0.0.1" for host in HOSTS)
        modules = "SPIDER_MODULES=tests.soak.outlets,tests.hostile.outlets"
        settings = (modules, f"RESOLVE_TO={pins}", "LOG_LEVEL=ERROR", *QUICK)
        arguments = [part for setting in settings for part in ("-s", setting)]
        ports = {"SOAK_PORT": self._port, "TABLOID_PORT": self._port}
        return subprocess.Popen(
            self._crawl.command_line(outlet, *arguments, *more, private=False),
            cwd=ROOT,
            env={**os.environ, **ports, **environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )


def _round(runner: _Runner, draw: random.Random, ledger: Ledger) -> None:
    """The good and the hostile outlet side by side, each with a fate of its own."""
    started = []
    for outlet in ("gazette", "tabloid"):
        environment = {}
        if FAKETIME and draw.random() < 0.2:
            jump = draw.choice(("-2d", "-1h", "+1h", "+3d"))
            environment = {"LD_PRELOAD": str(FAKETIME), "FAKETIME": jump, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
            ledger.ends["wrong clock"] += 1
        fate = draw.choices((signal.SIGKILL, signal.SIGTERM, None), (3, 1, 6))[0]
        started.append((outlet, runner.start(outlet, **environment), fate, draw.uniform(1, 12)))
    for outlet, process, fate, after in sorted(started, key=lambda x: x[3]):
        ledger.rounds += 1
        try:
            code = process.wait(after if fate else A_WHILE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, fate or signal.SIGKILL)
            code = process.wait(A_WHILE)
            if fate is None:
                ledger.broken.append(f"a crawl of {outlet} did not end in {A_WHILE} s")
        name = {-9: "SIGKILL", None: "?"}.get(code, "SIGTERM" if fate == signal.SIGTERM else f"exit {code}")
        ledger.ends[f"{outlet} {name}"] += 1


def _end(process: subprocess.Popen[str], within: float) -> int:
    try:
        return process.wait(within)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGTERM)
        return process.wait(A_WHILE)


def _reckon(archive: Path, newsrooms: Newsrooms, ledger: Ledger) -> None:
    articles = pd.read_parquet(archive / "articles")
    good = articles[articles["outlet"].isin(["gazette", "chronicle"])]
    counts = Counter(urlsplit(url).path for url in good["url"])
    expected = newsrooms.gazette() | newsrooms.chronicle()
    ledger.published = len(expected)
    ledger.archived = len(expected & set(counts))
    ledger.lost = sorted(expected - set(counts))
    ledger.doubled = sorted(path for path, times in counts.items() if times > 1)
    ledger.altered = sorted(
        urlsplit(row.url).path
        for row in good.itertuples()
        if not row.body.startswith(text(urlsplit(row.url).path)) or row.version != 1
    )
    observations = pd.read_parquet(archive / "observations")
    hostile = observations[observations["outlet"] == "tabloid"]
    ledger.outcomes = Counter(
        f"{row.outcome}({row.reason})" if isinstance(row.reason, str) else row.outcome
        for row in hostile.itertuples()
    )
    ledger.broken += _verified(archive)


def _verified(archive: Path) -> Sequence[str]:
    done = python("-m", "archive", "verify", "--archive", str(archive))
    return [] if done.returncode == 0 else [f"archive verify: {done.stdout}{done.stderr}"]
