"""A week of the schedule that is shipped, by clocks that are put forward: five outlets of seven die in it.

    python -m tests.soak.week

Each line of `triptych schedule --print cron` is run by a shell as cron would, at each half day the lines that
fall into it, once each. Clocks are moved by libfaketime, the same for all that a line starts. The two weeks
before are written into the archive by commits of their days.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TextIO

import pandas as pd

from tests.hostile.server import HostileServer
from tests.soak.mortal_town import BYLINES, EMPTY, ENGLISH, FROZEN, HALVES, Death, Town, write_past
from tests.soak.soak import FAKETIME
from tests.support.forked import A_WHILE
from tests.support.running import ROOT

DEATHS = {
    "tribune": EMPTY,
    "leaflet": FROZEN,
    "digest": HALVES,
    "herald": BYLINES,
    "bulletin": ENGLISH,
}
WELL = ("courier", "diary")
"""The second has one story a day."""
OUTLETS = (*WELL, *DEATHS)
DAYS, DIES = 7, 3
BEFORE = 14
"""Days before the week."""
HALF = timedelta(hours=12)
MAILED = "mailed.txt"
PUBLISHED = 3
"""Stories of an outlet in half a day."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one half day brought; codes are those of the lines that ran, by their command."""

    at: datetime
    codes: dict[str, int]
    alarms: tuple[tuple[str, str], ...]
    """Outlet (empty: the archive) and rule."""


@dataclass
class Week:
    begins: datetime
    told: list[Told] = field(default_factory=list)
    published: Counter[str] = field(default_factory=Counter)
    archived: Counter[str] = field(default_factory=Counter)
    """Articles of each outlet."""
    stories: int = 0
    """With both languages."""
    verified: str = ""
    mailed: str = ""
    """What the lines wrote to stderr, which cron mails."""

    def first(self, outlet: str) -> float | None:
        """Days from the death to the first alarm about an outlet; None where there was none."""
        dies = self.begins + timedelta(days=DIES)
        return next(
            (
                (x.at - dies) / timedelta(days=1)
                for x in self.told
                if outlet in {name for name, _ in x.alarms}
            ),
            None,
        )

    def rules(self, outlet: str) -> list[str]:
        """Rules by which an outlet was told in the first half day in which it was."""
        for x in self.told:
            if rules := [rule for name, rule in x.alarms if name == outlet]:
                return rules
        return []

    def table(self) -> str:
        lines = [f"{'day':<5}{'exit codes':<72}alarms"]
        for x in self.told:
            day = f"{(x.at - self.begins) / timedelta(days=1):.1f}"
            codes = " ".join(f"{name} {code}" for name, code in x.codes.items())
            alarms = ", ".join(f"{rule} {outlet}".strip() for outlet, rule in x.alarms)
            lines.append(f"{day:<5}{codes:<72}{alarms or '-'}")
        for name in OUTLETS:
            after = self.first(name)
            rules = ", ".join(self.rules(name))
            noticed = f"told {after:.1f} days after day {DIES}: {rules}" if after is not None else "no alarm"
            death = DEATHS.get(name, "well")
            amounts = f"{self.published[name]} published, {self.archived[name]} archived"
            lines.append(f"{name} ({death}): {amounts}, {noticed}")
        lines.append(f"{self.stories} stories in both languages; {self.verified}; mailed:")
        return "\n".join([*lines, self.mailed])


def week(folder: Path, progress: TextIO | None = None) -> Week:
    """Walk through the week in a folder of its own. Needs libfaketime."""
    assert FAKETIME, "the package libfaketime is not installed"
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    found = Week(today - timedelta(days=DAYS))
    with HostileServer() as server:
        town = Town(
            server,
            found.begins,
            outlets={outlet: 2 * HALF if outlet == "diary" else HALF / PUBLISHED for outlet in OUTLETS},
            deaths={x: Death(kind, found.begins + timedelta(days=DIES)) for x, kind in DEATHS.items()},
            before=timedelta(days=BEFORE),
            lasts=timedelta(days=DAYS),
        )
        environment = {
            **os.environ,
            "TOWN_PORT": str(server.port),
            "TRIPTYCH_CACHE": str(folder / "cache"),
            "TRIPTYCH_CONFIG": str(folder / "triptych.toml"),
            "PYTHONPATH": str(ROOT),
            "SCRAPY_SETTINGS_MODULE": "crawler.settings",
        }
        (folder / "triptych.toml").write_text(_configuration(folder), "utf-8")
        write_past(town, folder / "news-archive")
        lines = crontab(folder, environment)
        run_line(lines["verify"], folder, environment, found.begins + timedelta(minutes=1))
        for half in range(1, DAYS * 2 + 1):
            town.now = found.begins + HALF * half
            codes, out = {}, ""
            for name, line in lines.items():
                # the care comes once a day, at night
                if name in {"crawl", "watch"} or half % 2 == 0:
                    codes[name], said = run_line(line, folder, environment, town.now)
                    out = said if name == "watch" else out
            assert out, f"the watch said nothing on half day {half}: {codes}"
            alarms = tuple((x["outlet"] or "", x["rule"]) for x in json.loads(out)["alarms"])
            found.told.append(Told(town.now, codes, alarms))
            if progress:
                progress.write(f"day {half / 2}: {codes} {alarms}\n")
        for outlet in OUTLETS:
            found.published[outlet] = town.articles(outlet, HALF)
    _reckon(folder, found, environment)
    return found


def _configuration(folder: Path) -> str:
    pins = ",".join(f"{x}.example=127.0.0.1" for x in OUTLETS)
    return f"""[settings]
archive_uri = "{folder / "news-archive"}"
contact = "town@example.org"
resolve_to = "{pins}"
allow_private_network = "true"
extraction_processes = 1
[schedule]
every = "12h"
revisit_after = "1d"
[scrapy]
SPIDER_MODULES = "tests.soak.town"
DOWNLOAD_DELAY = 0
AUTOTHROTTLE_ENABLED = false
"""


def crontab(folder: Path, environment: dict[str, str]) -> dict[str, str]:
    """The commands of the crontab that is shipped, by the last word that names what they do."""
    done = subprocess.run(
        [sys.executable, "-m", "triptych", "schedule", "--print", "cron"],
        cwd=folder, env=environment, capture_output=True, text=True, check=True, timeout=A_WHILE,
    )  # fmt: skip
    (folder / "triptych-logs").mkdir()
    lines = [x.split(maxsplit=5)[5] for x in done.stdout.splitlines() if not x.startswith("#")]
    named = {}
    for line in lines:
        words = line.partition(" -m triptych ")[2].partition(" >> ")[0].split()
        name = words[1] if words[0] == "archive" else words[0]
        named[name] = line.replace(" watch >>", " watch --json >>") if name == "watch" else line
    return named


def run_line(line: str, folder: Path, environment: dict[str, str], now: datetime) -> tuple[int, str]:
    ahead = round((now - datetime.now(UTC)).total_seconds())
    clock = {"LD_PRELOAD": str(FAKETIME), "FAKETIME": f"{ahead:+d}", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    log = folder / "triptych-logs" / "watch.log"
    before = log.stat().st_size if log.exists() else 0
    done = subprocess.run(
        ["sh", "-c", line], cwd=folder, env={**environment, **clock},
        capture_output=True, text=True, check=False, timeout=A_WHILE,
    )  # fmt: skip
    if done.stderr:
        with (folder / MAILED).open("a", encoding="utf-8") as mail:
            mail.write(f"{now:%d %H:%M} {line.partition(' -m ')[2]}\n{done.stderr}\n")
    after = log.read_bytes()[before:].decode() if log.exists() else ""
    return done.returncode, after


def _reckon(folder: Path, found: Week, environment: dict[str, str]) -> None:
    root = folder / "news-archive"
    articles = pd.read_parquet(root / "articles")
    found.archived = Counter(articles["outlet"])
    found.stories = int((articles.groupby("story_id")["language"].nunique() == 2).sum())
    done = subprocess.run(
        [sys.executable, "-m", "archive", "verify", "--archive", str(root)],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=A_WHILE,
    )  # fmt: skip
    found.mailed = (folder / MAILED).read_text("utf-8") if (folder / MAILED).exists() else ""
    found.verified = f"verify: exit {done.returncode}"


if __name__ == "__main__":
    kept = sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="week-")
    Path(kept).mkdir(parents=True, exist_ok=True)
    sys.stdout.write(week(Path(kept), sys.stderr).table())
