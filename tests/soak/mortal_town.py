"""A town of invented newsrooms, some of which die in one of five ways."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from archive.format.records import ArticleRecord
from archive.writer import ArchiveWriter
from pipelines.pairing.decide import DecisionBasis, decide
from tests.archive.made import make_article
from tests.hostile.server import Handler, HostileServer
from tests.newsrooms.story_pages import Page
from tests.support.crawled_days import WHOLE

KINDS = EMPTY, FROZEN, HALVES, BYLINES, ENGLISH = (
    "pages without text",
    "a list that is frozen",
    "bodies that come out half",
    "bylines lost",
    "English lost",
)
UKRAINIAN_AFTER, ENGLISH_AFTER = timedelta(minutes=70), timedelta(minutes=80)
"""From the slot of a story to its publication."""
LISTED = 12
"""Stories in a news sitemap, each in Ukrainian and, ten minutes later, in English."""
_PLACES = (("Калинівка", "Kalynivka"), ("Вербове", "Verbove"), ("Лужани", "Luzhany"), ("Снивід", "Snyvid"))
_THINGS = (("мостів", "bridges"), ("шкіл", "schools"), ("автобусів", "buses"), ("колодязів", "wells"))
_AUTHORS = {"uk": "Олена Коваль", "en": "Olena Koval"}
_NAMES = (
    ("Олена Коваль", "Olena Koval"),
    ("Роман Білик", "Roman Bilyk"),
    ("Оксана Ткачук", "Oksana Tkachuk"),
)


@dataclass(frozen=True, slots=True)
class Death:
    kind: str
    """One of KINDS."""
    at: datetime


class Town:
    """Newsrooms by a clock of their own; stories are counted from `before` the beginning on."""

    def __init__(
        self,
        server: HostileServer,
        begins: datetime,
        *,
        outlets: Mapping[str, timedelta],
        deaths: Mapping[str, Death],
        before: timedelta,
        lasts: timedelta,
    ) -> None:
        """`outlets`: name -> time between two stories."""
        self.outlets, self.deaths = outlets, deaths
        self.began, self.before = begins - before, before
        self.now = begins
        self.port = server.port
        for outlet, every in outlets.items():
            server[f"{outlet}.example/news.xml"] = self._listed(outlet)
            for language in ("uk", "en"):
                for n in range((before + lasts) // every):
                    server[f"{outlet}.example/{language}-{n}"] = self._page(outlet, language, n)

    def count(self, outlet: str) -> int:
        """Stories that an outlet has published by now."""
        until = self.now
        if self._is(outlet, FROZEN):
            until = min(until, self.deaths[outlet].at)
        return int((until - self.began) / self.outlets[outlet])

    def articles(self, outlet: str, crawled_every: timedelta) -> int:
        """Articles that crawls since the beginning have seen with their text, the last of them now."""
        count = self.count(outlet)
        if outlet not in self.deaths:
            return 2 * count
        death = self.deaths[outlet].at - self.began
        if self._is(outlet, EMPTY):
            # those of after the last crawl before the death are fetched when it is too late
            return 2 * min(count, int(death // crawled_every * crawled_every / self.outlets[outlet]))
        if self._is(outlet, ENGLISH):
            return count + min(count, (death - UKRAINIAN_AFTER) // self.outlets[outlet] + 1)
        return 2 * count

    def _is(self, outlet: str, kind: str) -> bool:
        return outlet in self.deaths and self.deaths[outlet].kind == kind

    def _is_dead(self, outlet: str, at: datetime) -> bool:
        return outlet in self.deaths and at > self.deaths[outlet].at

    def at(self, outlet: str, n: int, language: str) -> datetime:
        return (
            self.began + self.outlets[outlet] * n + (UKRAINIAN_AFTER if language == "uk" else ENGLISH_AFTER)
        )

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
                for n in range(max(0, last - LISTED), last)
                for x in self._languages(outlet, n)
            )
            handler.give(
                '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
                f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{entries}</urlset>'.encode(),
                Content_Type="application/xml",
            )

        return answer

    def _languages(self, outlet: str, n: int) -> tuple[str, ...]:
        is_lost = self._is(outlet, ENGLISH) and self._is_dead(outlet, self.at(outlet, n, "uk"))
        return ("uk",) if is_lost else ("uk", "en")

    def _page(self, outlet: str, language: str, n: int) -> Callable[[Handler], None]:
        def answer(handler: Handler) -> None:
            is_dead = self._is_dead(outlet, self.at(outlet, n, "uk"))
            if self._is(outlet, EMPTY) and self._is_dead(outlet, self.now):
                handler.give(
                    b"<!doctype html><html><head><title>Tribune</title><script src=/app.js></script></head>"
                    b"<body><div id=root></div><noscript>Please enable JavaScript.</noscript></body></html>"
                )
                return
            if language not in self._languages(outlet, n):
                handler.send_error(404)
                return
            headline, paragraphs = self.text(outlet, language, n)
            if self._is(outlet, HALVES) and is_dead:
                paragraphs = paragraphs[:2]
            at = self.at(outlet, n, language).isoformat()
            page = Page(language, headline=headline, paragraphs=paragraphs, published=at).render()
            if not (self._is(outlet, BYLINES) and is_dead):
                page = page.replace(
                    "</h1>", f'</h1><a rel="author" href="/author/1">{_AUTHORS[language]}</a>'
                )
            handler.give(page.encode())

        return answer


def write_past(town: Town, root: Path, *, together: bool = False) -> None:
    """Commit the days before, as crawls at the end of each would have.

    `together`: one commit has all outlets of a day, but on the last day.
    """
    stories = Counter[str]()
    for day in range(1, town.before.days + 1):
        names = [*town.outlets]
        groups = [names] if together and day < town.before.days else [[name] for name in names]
        for number, group in enumerate(groups):
            at = town.began + timedelta(days=day, seconds=number)
            run = f"{at:%Y%m%dT%H%M%SZ}-{group[0]}-{day}"
            with ArchiveWriter.open(root, run_id=run, now=lambda at=at: at) as writer:  # type: ignore[misc]
                for outlet in group:
                    while town.at(outlet, stories[outlet], "en") <= at:
                        for language in ("uk", "en"):
                            record = _record(town, outlet, language, stories[outlet])
                            writer.add_article(replace(record, fetched_at=at, run_id=run))
                        stories[outlet] += 1
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
