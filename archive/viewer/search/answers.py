"""Questions to the side file, and answers: stories as a list shows them."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from archive.format.languages import STORY_LANGUAGES
from archive.format.marks import CONTRADICTIONS, UNNAMED
from archive.format.times import has_hour
from archive.viewer.catalogue import Interface

Bools = np.ndarray[Any, np.dtype[np.bool_]]
Bytes = np.ndarray[Any, np.dtype[np.bytes_]]
Floats = np.ndarray[Any, np.dtype[np.float64]]
Ints = np.ndarray[Any, np.dtype[np.int32]]
Longs = np.ndarray[Any, np.dtype[np.int64]]

EPOCH = date(1970, 1, 1)
PAGE = 50
"""Stories of one page of a list."""
ORDERS = ("time", "match", "lag", "difference", "edits")
STORED_FLAGS = ("edited", "gone", *CONTRADICTIONS, "quotes", "conflict")
FLAGS = ("single", *STORED_FLAGS)
"""`single`, a story in one language only, follows from its languages."""
COMPARED = STORY_LANGUAGES
"""Languages of which a list says that one is missing."""
OMITTED = (10, 20, 50)
"""Shares, in percent, that the filter of omissions counts."""


@dataclass(frozen=True, slots=True)
class Question:
    """Words and filters; an empty filter does not count."""

    text: str = ""
    outlets: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    """Languages that the story has no article in."""
    since: date | None = None
    until: date | None = None
    """The last day, UTC."""
    author: str = ""
    section: str = ""
    flags: frozenset[str] = frozenset()
    omitted: int | None = None
    """At least so many percent of one language's text are surely not in another's."""
    order: str = "time"
    story: str = ""
    """Id of the only story to return."""

    @property
    def is_plain(self) -> bool:
        return replace(self, order="time") == Question()


@dataclass(frozen=True, slots=True)
class ArticleLine:
    """An article as a list of stories shows it."""

    article_id: str
    outlet: str
    language: str
    headline: str
    url: str
    published: datetime | None
    first_seen: datetime
    last_seen: datetime
    edits: int
    gone: datetime | None
    """When the outlet had taken it down for good, as a crawl saw it."""
    snippet: tuple[tuple[str, bool], ...] = ()
    """Pieces of the text around the words of the question; True: one of these words."""


@dataclass(frozen=True, slots=True)
class Contradicted:
    """What two texts have at one place that contradicts each other, as printed."""

    languages: tuple[str, str]
    texts: tuple[str, str]
    counted: str
    confidence: float
    doubtful: bool
    """True if the paragraphs perhaps do not say the same."""

    def __str__(self) -> str:
        return " ↔ ".join(map(" ".join, zip(self.languages, self.texts, strict=True)))


@dataclass(frozen=True, slots=True)
class LoneQuote:
    """A quotation of one text that another does not report."""

    language: str
    missing_in: str
    text: str
    speaker: str | None
    """As printed; None where the text names nobody beside the quotation."""
    doubtful: bool

    def sentence(self, t: Interface, most: int = 500) -> str:
        """Write it, cut to `most` characters, with its languages and its speaker."""
        text = self.text if len(self.text) <= most else f"{self.text[: most - 1]}…"
        sides = t.says_not(self.language, self.missing_in, doubtful=self.doubtful)
        return f"{sides}: {t('quoted', text=text)} ({self.speaker or t('speaker_unnamed')})"

    def row(self) -> dict[str, object]:
        """Make an object for programs: an unknown speaker has a reason."""
        return {**asdict(self), "speaker_reason": None if self.speaker else UNNAMED}


@dataclass(frozen=True, slots=True)
class OmittedShare:
    """How much of one text of a story another has not."""

    language: str
    missing_in: str
    share: float
    """Of its characters, those that the other surely has not."""
    doubtful: float
    """Those that the other perhaps has not."""


@dataclass(frozen=True, slots=True)
class StoryLine:
    story_id: str
    articles: tuple[ArticleLine, ...]
    """In the order of publication."""
    omitted: float | None
    """The greatest share of one language's text that another surely has not; None: nothing was compared."""
    conflict: bool
    quotes: tuple[LoneQuote, ...] = ()
    """Some of those that only one language has, doubtful ones last."""
    contradictions: Mapping[str, tuple[Contradicted, ...]] = field(default_factory=dict)
    """The first of each kind that there is, the surest first, doubtful ones last."""
    left_out: OmittedShare | None = None
    """Where most is surely left out, or else perhaps; None where nothing is, or nothing was compared."""

    def title_in(self, language: str) -> ArticleLine:
        """Return the article whose headline stands for the story: of this language, English, or the first."""
        return self.in_language(language) or self.in_language("en") or self.articles[0]

    @property
    def dates(self) -> list[datetime]:
        dates: list[datetime] = []
        for article in self.articles:
            if article.published:
                dates.append(article.published)
        return dates

    @property
    def first_published(self) -> datetime | None:
        return min(self.dates, default=None)

    @property
    def lag(self) -> float:
        """Seconds between the first and the last publication; 0 where an hour is unknown."""
        return (max(self.dates) - min(self.dates)).total_seconds() if self.dates and self.has_hours else 0

    @property
    def has_hours(self) -> bool:
        return all(map(has_hour, self.dates))

    @property
    def edits(self) -> int:
        return sum(x.edits for x in self.articles)

    def in_language(self, language: str) -> ArticleLine | None:
        return next((x for x in self.articles if x.language == language), None)

    def article(self, article_id: str) -> ArticleLine | None:
        return next((x for x in self.articles if x.article_id == article_id), None)


@dataclass(frozen=True, slots=True)
class EditVisit:
    """An edit, which happened between two visits."""

    version: int
    before: int
    """Number of the version it is compared with."""
    at: datetime
    """Of the first visit that saw it, UTC."""
    after: datetime
    """Of the last visit that saw the text before."""


@dataclass(frozen=True, slots=True)
class ChangeEvent:
    """An edit or a takedown of an article."""

    at: datetime
    article_id: str
    story_id: str
    edit: EditVisit | None
    """None: a takedown."""
    reaction: str
    """What the other languages of the story did after, as `change_log.REACTIONS` names it."""


@dataclass(frozen=True, slots=True)
class SameEvent:
    """A story of another outlet that seems to tell of the same event."""

    story_id: str
    article: ArticleLine
    probability: float
    shared: tuple[str, ...]
    """Names, numbers and dates of both, the rarest first."""


@dataclass(frozen=True, slots=True)
class Answer:
    lines: tuple[StoryLine, ...]
    found: int
    """Stories, on all pages."""
    counts: Mapping[str, Mapping[str, int]]
    """By filter and value: the stories there would be with it, all other filters as they are."""
    order: str
    """As it was, where the question's was not to be had."""


@dataclass(frozen=True, slots=True)
class DayCounts:
    """Articles of an outlet and a language by the day of their publication: those of a question, and all."""

    outlet: str
    language: str
    days: Longs
    """Since 1970, ascending; only texts that have been read count."""
    articles: Longs
    all_articles: Longs

    def rows(self) -> Iterator[tuple[date, int, int]]:
        return zip(
            map(day_of, self.days.tolist()), self.articles.tolist(), self.all_articles.tolist(), strict=True
        )


def day_of(days: int) -> date:
    """Convert days since 1970."""
    return EPOCH + timedelta(days=days)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row lies: the name of a data file of the archive, and one of its row groups."""

    file: str
    part: int
