"""A hundred outlets for a day, of which five die at times and in ways that a seed draws.

    python -m tests.soak.hundred FOLDER

Every twelve hours `crawl --all` and `watch` run, which know nothing of the draw; at the end it is compared
with what they reported. A death that was not reported yet has half a day more. Each crawl is a process of its
own, forked from one that has its imports, with a clock that libfaketime puts forward. One outlet in ten has a
story a day, the others six. The ten days before are in the archive.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd

from tests.crawler.health.monitoring.test_notices import Services
from tests.hostile.server import HostileServer
from tests.soak.county.newsrooms import names
from tests.soak.mortal_town import KINDS, Death, Town, write_past
from tests.soak.soak import FAKETIME
from tests.soak.week import crontab, run_line
from tests.support import forked
from tests.support.forked import ROOT

HALF = timedelta(hours=12)
BEFORE = timedelta(days=10)
QUIET = 10
"""One outlet of so many has a story a day."""
ROUNDS = 3
_LAUNCHER = """#!{python} -ISE
import json, os, socket, sys
wanted = sys.argv[1:]
if wanted[:3] != ["-P", "-m", "crawler.outlet.fleet.child"]:
    os.execv({workers!r}, [{workers!r}, *wanted])
asking = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
asking.connect({address!r})
order = json.dumps([wanted[4:], dict(os.environ), {workers!r}, {root!r}, "scrapy"]).encode()
socket.send_fds(asking, [order], [1, 2])
asking.recv(64)
sys.exit(int(asking.recv(64)))
"""


@dataclass
class Alarmed:
    """When an outlet was reported first, and how."""

    at: datetime
    rules: list[str] = field(default_factory=list)
    channels: list[str] = field(default_factory=list)


def draw_deaths(outlets: list[str], begins: datetime, seed: int) -> dict[str, Death]:
    """One of each kind, within the first twelve hours."""
    draw = random.Random(seed)
    busy = [outlet for number, outlet in enumerate(outlets) if number % QUIET]
    deaths = {}
    for outlet, kind in zip(draw.sample(busy, len(KINDS)), KINDS, strict=True):
        deaths[outlet] = Death(kind, begins + draw.random() * HALF)
    return deaths


class Day:
    def __init__(self, folder: Path, town: Town, services: Services) -> None:
        self._folder, self._town, self._services = folder, town, services
        self._clock = folder / "clock"
        self.alarmed: dict[str, Alarmed] = {}
        self.checks = 0
        os.environ |= {
            "COUNTY_PORT": str(town.port),
            "COUNTY_OUTLETS": str(len(town.outlets)),
            "TRIPTYCH_CACHE": str(folder / "cache"),
            "TRIPTYCH_CONFIG": str(folder / "triptych.toml"),
            "SCRAPY_SETTINGS_MODULE": "crawler.settings",
            "FAKETIME_TIMESTAMP_FILE": str(self._clock),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        (folder / "triptych.toml").write_text(_configuration(folder), "utf-8")

    def begin(self) -> None:
        """Write the past, and start what crawls are forked from."""
        write_past(self._town, self._folder / "news-archive", together=True)
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        self.lines = crontab(self._folder, environment)
        for name in ("compact", "verify"):
            run_line(self.lines[name], self._folder, environment, self._town.now + timedelta(minutes=1))
        self._set_clock()
        os.environ["LD_PRELOAD"] = str(FAKETIME)
        forked.begin()
        del os.environ["LD_PRELOAD"]
        self._launcher = self._folder / "python"
        self._launcher.write_text(
            _LAUNCHER.format(
                python=sys.executable,
                workers=forked.workers_python(),
                address=forked._server().address,
                root=str(ROOT),
            )
        )
        self._launcher.chmod(0o700)

    def _set_clock(self) -> None:
        """Put the clock forward, for processes that start from now on."""
        self._clock.write_text(f"{round((self._town.now - datetime.now(UTC)).total_seconds()):+d}\n")
        threading.Event().wait(2)

    def half_day(self) -> str:
        """Crawl all, watch, and note who is reported for the first time; return a line of exit codes."""
        self._town.now += HALF
        self._set_clock()
        channels: dict[str, list[str]] = {}
        crawl = forked.start("crawl_all", python=str(self._launcher), folder=self._folder)
        out, err = crawl.communicate()
        codes: dict[int, int] = {}
        for line in out.splitlines():
            event = json.loads(line)
            if event["event"] == "ended":
                codes[event["exit_code"]] = codes.get(event["exit_code"], 0) + 1
                if event["exit_code"] == 4:
                    channels.setdefault(event["outlet"], []).append("crawl exit 4")
        assert codes, err
        # where a round is slow, an outlet whose slot has passed in the last one is not due yet
        not_due = len(self._town.outlets) - sum(codes.values())
        self._services.posts.clear()
        self._services.mails.clear()
        watch = forked.start("watch", "--json", folder=self._folder, **self._services.settings)
        out, err = watch.communicate()
        assert watch.returncode in {0, 4}, err
        sent = {path: json.dumps(document) for path, document, _ in self._services.posts}
        if self._services.mails:
            sent["mail"] = self._services.mails[0].replace("=\r\n", "")
        for alarm in json.loads(out)["alarms"]:
            self.checks += 1
            outlet = alarm["outlet"] or "archive"
            alarmed = self.alarmed.setdefault(outlet, Alarmed(self._town.now, [], channels.get(outlet, [])))
            if alarmed.at == self._town.now:
                alarmed.rules.append(alarm["rule"])
                for channel, text in sent.items():
                    name = channel.strip("/").partition("/")[0].partition("12:")[0]
                    if f"{outlet}: " in text and name not in alarmed.channels:
                        alarmed.channels.append(name)
        return f"crawls by exit code {codes}, not due {not_due}, watch {watch.returncode}"

    def table(self, begins: datetime, verified: int) -> str:
        """What the draw was, and what was reported of it."""
        lines = [f"{'outlet':<9}{'death':<27}{'died':>6}  {'told after':<11}by"]
        for outlet, death in sorted(self._town.deaths.items(), key=lambda item: item[1].at):
            died = f"{(death.at - begins) / timedelta(hours=1):.1f} h"
            if (alarmed := self.alarmed.get(outlet)) is None:
                lines.append(f"{outlet:<9}{death.kind:<27}{died:>6}  never")
                continue
            after = f"{(alarmed.at - death.at) / timedelta(hours=1):.1f} h"
            by = f"{', '.join(alarmed.rules)}: {', '.join(alarmed.channels)}"
            lines.append(f"{outlet:<9}{death.kind:<27}{died:>6}  {after:<11}{by}")
        false = {
            name: alarmed.rules for name, alarmed in self.alarmed.items() if name not in self._town.deaths
        }
        archived = len(pd.read_parquet(self._folder / "news-archive/articles"))
        published = sum(self._town.articles(outlet, HALF) for outlet in self._town.outlets)
        lines.append(
            f"{len(self._town.outlets) - len(self._town.deaths)} others: {len(false)} false alarms "
            f"{false or ''}; {published} articles published, {archived} archived; verify exit {verified}"
        )
        return "\n".join(lines)


def _configuration(folder: Path) -> str:
    return f"""[settings]
archive_uri = "{folder / "news-archive"}"
contact = "county@example.org"
resolve_to = "127.0.0.1"
allow_private_network = "true"
extraction_processes = 1
opt_out_files = "false"
pair_seconds = 0
[schedule]
every = "12h"
revisit_after = "never"
[scrapy]
SPIDER_MODULES = "tests.soak.county"
DOWNLOAD_DELAY = 0
AUTOTHROTTLE_ENABLED = false
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--outlets", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10_000))
    options = parser.parse_args()
    assert FAKETIME, "the package libfaketime is not installed"
    folder = options.folder or Path(tempfile.mkdtemp(prefix="hundred-"))
    folder.mkdir(parents=True, exist_ok=True)
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    begins = today - ROUNDS * HALF
    outlets = names(options.outlets)
    rhythm = {}
    for number, outlet in enumerate(outlets):
        rhythm[outlet] = HALF / 3 if number % QUIET else 2 * HALF
    with HostileServer() as server, Services() as services:
        town = Town(
            server,
            begins,
            outlets=rhythm,
            deaths=draw_deaths(outlets, begins, options.seed),
            before=BEFORE,
            lasts=ROUNDS * HALF,
        )
        day = Day(folder, town, services)
        day.begin()
        for number in range(1, ROUNDS + 1):
            print(f"hour {12 * number}: {day.half_day()}", flush=True)
            if number > 1 and town.deaths.keys() <= day.alarmed.keys():
                break
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        verified, _ = run_line(day.lines["verify"], folder, environment, town.now)
        forked.end()
        print(f"seed {options.seed}\n{day.table(begins, verified)}")


if __name__ == "__main__":
    main()
