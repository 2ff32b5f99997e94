"""A week of the schedule that is shipped, by clocks that are put forward: five outlets of seven die in it.

    python -m tests.soak.week

Each line of `triptych schedule --print cron` is run by a shell as cron would, at each half day the lines that
fall into it, once each. Clocks are moved by libfaketime, the same for all that a line starts. The two weeks
before are written into the archive by commits of their days.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TextIO

import pandas as pd

from archive.format.records import ArticleRecord
from archive.writer import ArchiveWriter
from pipelines.pairing.decide import DecisionBasis, decide
from tests.archive.conftest import make_article
from tests.hostile.server import Handler, HostileServer
from tests.newsrooms.story_pages import Page
from tests.soak.soak import FAKETIME
from tests.support.crawled_days import WHOLE
from tests.support.forked import A_WHILE
from tests.support.running import ROOT

DEATHS = {
    "tribune": "pages without text",
    "leaflet": "a list that is frozen",
    "digest": "bodies that come out half",
    "herald": "bylines lost",
    "bulletin": "English lost",
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
"""Stories of an outlet in half a day, each in Ukrainian and, ten minutes later, in English."""
_PLACES = (("Калинівка", "Kalynivka"), ("Вербове", "Verbove"), ("Лужани", "Luzhany"), ("Снивід", "Snyvid"))
_THINGS = (("мостів", "bridges"), ("шкіл", "schools"), ("автобусів", "buses"), ("колодязів", "wells"))
_AUTHORS = {"uk": "Олена Коваль", "en": "Olena Koval"}
_NAMES = (
    ("Олена Коваль", "Olena Koval"),
    ("Роман Білик", "Roman Bilyk"),
    ("Оксана Ткачук", "Oksana Tkachuk"),
)


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


class Town:
    """Newsrooms by a clock of their own; stories are counted from BEFORE on."""

    def __init__(self, server: HostileServer, begins: datetime) -> None:
        self.dies = begins + timedelta(days=DIES)
        self.began = begins - timedelta(days=BEFORE)
        self.now = begins
        self.port = server.port
        for outlet in OUTLETS:
            server[f"{outlet}.example/news.xml"] = self._listed(outlet)
            for language in ("uk", "en"):
                for n in range((BEFORE + DAYS) * 2 * PUBLISHED):
                    server[f"{outlet}.example/{language}-{n}"] = self._page(outlet, language, n)

    def count(self, outlet: str) -> int:
        """Stories that an outlet has published by now."""
        until = self.now
        if outlet == "leaflet":
            until = min(until, self.dies)
        return int((until - self.began) / self._every(outlet))

    def articles(self, outlet: str) -> int:
        """Articles that a crawl of each half day has seen with their text."""
        before = int((self.dies - self.began) / self._every(outlet))
        if outlet == "tribune":
            return 2 * min(self.count(outlet), before)
        if outlet == "bulletin":
            return self.count(outlet) + min(self.count(outlet), before)
        return 2 * self.count(outlet)

    def _every(self, outlet: str) -> timedelta:
        return 2 * HALF if outlet == "diary" else HALF / PUBLISHED

    def at(self, outlet: str, n: int, language: str) -> datetime:
        return self.began + self._every(outlet) * n + timedelta(minutes=70 if language == "uk" else 80)

    def text(self, outlet: str, language: str, n: int) -> tuple[str, tuple[str, ...]]:
        """Headline and paragraphs."""
        side = ("uk", "en").index(language)
        draw = random.Random(f"{outlet} {n}")
        place, thing, name = (draw.choice(x)[side] for x in (_PLACES, _THINGS, _NAMES))
        a, b, c = (draw.randint(11, 999) for _ in range(3))
        if language == "uk":
            return f"{place} отримає {a} нових {thing}", (
                f"Громада {place} збудує {a} нових {thing} за {b} мільйонів гривень, розповіла {name}.",
                f"Роботи триватимуть {c} днів. Гроші дали область, банк і кілька підприємств.",
                "Підрядника обрали навесні, договір підписали вчора, і техніка вже працює на місці.",
                f"Через {b} днів комісія перевірить {c} ділянок і розповість про це на зборах громади.",
            )
        return f"{place} is to get {a} new {thing}", (
            f"The town of {place} will build {a} new {thing} for {b} million hryvnias, {name} said.",
            f"The work will take {c} days. The region, a bank and several companies gave the money.",
            "The contractor was chosen in spring, the contract was signed yesterday, work has begun.",
            f"In {b} days a commission is to look at {c} places and to report to the town's meeting.",
        )

    def address(self, outlet: str, language: str, n: int) -> str:
        return f"http://{outlet}.example:{self.port}/{language}-{n}"

    def _listed(self, outlet: str) -> Callable[[Handler], None]:
        def answer(handler: Handler) -> None:
            last = self.count(outlet)
            entries = "".join(
                f"<url><loc>{self.address(outlet, x, n)}</loc><news:news><news:publication>"
                f"<news:name>{outlet}</news:name><news:language>{x}</news:language></news:publication><news:publication_date>"
                f"{self.at(outlet, n, x).isoformat()}</news:publication_date><news:title>{n}</news:title>"
                "</news:news></url>"
                for n in range(max(0, last - 4 * PUBLISHED), last)
                for x in self._languages(outlet, n)
            )
            handler.give(
                '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
                f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{entries}</urlset>'.encode(),
                Content_Type="application/xml",
            )

        return answer

    def _languages(self, outlet: str, n: int) -> tuple[str, ...]:
        is_lost = outlet == "bulletin" and self.at(outlet, n, "uk") > self.dies
        return ("uk",) if is_lost else ("uk", "en")

    def _page(self, outlet: str, language: str, n: int) -> Callable[[Handler], None]:
        def answer(handler: Handler) -> None:
            is_dead = self.at(outlet, n, "uk") > self.dies
            if outlet == "tribune" and self.now > self.dies:
                handler.give(
                    b"<!doctype html><html><head><title>Tribune</title><script src=/app.js></script></head>"
                    b"<body><div id=root></div><noscript>Please enable JavaScript.</noscript></body></html>"
                )
                return
            if language not in self._languages(outlet, n):
                handler.send_error(404)
                return
            headline, paragraphs = self.text(outlet, language, n)
            if outlet == "digest" and is_dead:
                paragraphs = paragraphs[:2]
            at = self.at(outlet, n, language).isoformat()
            page = Page(language, headline=headline, paragraphs=paragraphs, published=at).render()
            if not (outlet == "herald" and is_dead):
                page = page.replace(
                    "</h1>", f'</h1><a rel="author" href="/author/1">{_AUTHORS[language]}</a>'
                )
            handler.give(page.encode())

        return answer


def write_past(town: Town, root: Path) -> None:
    """Commit the days before the week, as crawls at the end of each would have."""
    listed = Counter[str]()
    for day in range(1, BEFORE + 1):
        for number, outlet in enumerate(OUTLETS):
            at = town.began + timedelta(days=day, seconds=number)
            run = f"{at:%Y%m%dT%H%M%SZ}-{outlet}-{day}"
            with ArchiveWriter.open(root, run_id=run, now=lambda at=at: at) as writer:  # type: ignore[misc]
                while town.at(outlet, listed[outlet], "en") <= at:
                    for language in ("uk", "en"):
                        record = _record(town, outlet, language, listed[outlet])
                        writer.add_article(replace(record, fetched_at=at, run_id=run))
                    listed[outlet] += 1
                basis = DecisionBasis(now=at)
                writer.commit(
                    lambda fresh, related, basis=basis: decide(fresh, related, basis), summary=WHOLE
                )


def _record(town: Town, outlet: str, language: str, n: int) -> ArticleRecord:
    headline, paragraphs = town.text(outlet, language, n)
    url = town.address(outlet, language, n)
    record: ArticleRecord = make_article(n, language, "\n\n".join(paragraphs))
    return replace(
        record,
        article_id=hashlib.blake2b(url.encode(), digest_size=16).hexdigest(),
        outlet=outlet,
        url=url,
        requested_url=url,
        canonical_url=None,
        headline=headline,
        story_key=str(n),
        published_at=town.at(outlet, n, language),
    )


def week(folder: Path, progress: TextIO | None = None) -> Week:
    """Walk through the week in a folder of its own. Needs libfaketime."""
    assert FAKETIME, "the package libfaketime is not installed"
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    found = Week(today - timedelta(days=DAYS))
    with HostileServer() as server:
        town = Town(server, found.begins)
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
        lines = _crontab(folder, environment)
        _run(lines["verify"], folder, environment, found.begins + timedelta(minutes=1))
        for half in range(1, DAYS * 2 + 1):
            town.now = found.begins + HALF * half
            codes, out = {}, ""
            for name, line in lines.items():
                # the care comes once a day, at night
                if name in {"crawl", "watch"} or half % 2 == 0:
                    codes[name], said = _run(line, folder, environment, town.now)
                    out = said if name == "watch" else out
            assert out, f"the watch said nothing on half day {half}: {codes}"
            alarms = tuple((x["outlet"] or "", x["rule"]) for x in json.loads(out)["alarms"])
            found.told.append(Told(town.now, codes, alarms))
            if progress:
                progress.write(f"day {half / 2}: {codes} {alarms}\n")
        for outlet in OUTLETS:
            found.published[outlet] = town.articles(outlet)
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


def _crontab(folder: Path, environment: dict[str, str]) -> dict[str, str]:
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


def _run(line: str, folder: Path, environment: dict[str, str], now: datetime) -> tuple[int, str]:
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
