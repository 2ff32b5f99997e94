"""Archived pages that are due for another visit, read only from the archive's tables.

One outlet's articles of the last year are in memory as columns of numbers, some 100 bytes each. A plan is for
a moment, so tomorrow's can be shown today.
"""

import heapq
from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from archive.read.archive import Archive
from archive.state.model import micros, moment
from crawler.outlet.declaration import Outlet
from crawler.revisit.history import VisitHistory, integers, read_visits, validators
from crawler.revisit.schedule import ENDS_AFTER, Due, Visit, article_due, is_conditional
from crawler.revisit.translations import Awaited, translations

_COLUMNS = ["article_id", "story_id", "language", "url", "version", "valid_from", "published_at",
            "modified_at", "first_seen"]  # fmt: skip
_STATED = ("published_at", "modified_at")
_BANDS = (
    ("under a day", timedelta(days=1)),
    ("under a week", timedelta(days=7)),
    ("under a month", timedelta(days=30)),
    ("under a year", ENDS_AFTER),
)


@dataclass(slots=True)
class Band:
    """Articles by the age of their text at `now`."""

    name: str
    articles: int = 0
    due: int = 0
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    outlet: str
    now: datetime
    visits: tuple[Visit, ...]
    """At most the limit. The most overdue come first: their delay is the greatest part of their wait."""
    due: int
    bands: tuple[Band, ...]
    translations: Band
    """Expected addresses of translations, and pages that may name one later."""
    ended: int
    """Articles without further visits: a year without a change, or removed for good."""
    next_at: datetime | None
    """Time at which the next page will be due."""


def make_plan(archive: Archive, outlet: Outlet, now: datetime, limit: int | None = None) -> Plan:
    """Make the plan of one outlet for the moment `now`, which has a time zone."""
    is_own = ds.field("outlet") == outlet.name
    within = ds.field("valid_from") > pa.scalar(now - ENDS_AFTER, pa.timestamp("us", tz="UTC"))
    rows = archive.articles(columns=_COLUMNS).where(is_own, within)
    articles = rows.to_arrow().combine_chunks()
    history = read_visits(archive, outlet.name, articles["article_id"].combine_chunks())
    dues = _article_dues(articles, history)
    awaited = translations(archive, outlet, articles, history, now)
    _hasten(dues, awaited)
    bands = _bands(dues, _changed(articles), now)
    addresses = [Visit(url, due) for url, due in awaited.addresses.items()]
    # numbers, as visits of a year would need much memory: rows of articles, negative ones for addresses
    overdue = [(due.overdue(now), row) for row, due in dues.items() if due.at <= now]
    overdue += [(visit.due.overdue(now), -1 - n) for n, visit in enumerate(addresses) if visit.due.at <= now]
    first = [row for _, row in heapq.nlargest(len(overdue) if limit is None else limit, overdue)]
    pages = _visits(archive, outlet.name, articles, history, {row: dues[row] for row in first if row >= 0})
    later = [due.at for due in (*dues.values(), *awaited.addresses.values()) if due.at > now]
    return Plan(
        outlet.name,
        now,
        tuple(pages[row] if row >= 0 else addresses[-1 - row] for row in first),
        len(overdue),
        bands,
        _translation_band(awaited, now),
        len(archive.articles(columns=["outlet"]).where(is_own)) - len(dues),
        min(later, default=None),
    )


def _hasten(dues: dict[int, Due], awaited: Awaited) -> None:
    """Visit pages earlier that may name a translation."""
    for row, due in awaited.pages.items():
        usual = dues.get(row)
        # a removed page has its own rule, and one that is due sooner needs none
        if usual is not None and usual.why == "change" and due.at < usual.at:
            dues[row] = due


def _translation_band(awaited: Awaited, now: datetime) -> Band:
    band = Band("translations")
    for due in (*awaited.addresses.values(), *awaited.pages.values()):
        _count(band, due, now)
    return band


def _article_dues(articles: pa.Table, history: VisitHistory) -> dict[int, Due]:
    """Return when each article is due, by its row."""
    dues = {}
    changed = _changed(articles)
    last = np.maximum(history.last, integers(articles["valid_from"]))
    for row in range(len(articles)):
        due = article_due(moment(int(changed[row])), moment(int(last[row])), int(history.missing[row]))
        if due is not None:
            dues[row] = due
    return dues


def _changed(articles: pa.Table) -> npt.NDArray[np.int64]:
    """Return when each text was last changed.

    For a first version that is the page's own date, if earlier: a backfill fetches texts of years ago.
    """
    fetched = integers(articles["valid_from"])
    # as numbers: Arrow does not compare times with a time zone
    dates = pc.max_element_wise(*(pc.cast(articles[name], pa.int64()) for name in _STATED))
    changed = np.asarray(pc.if_else(pc.is_null(dates), pa.array(fetched), dates), np.int64)
    return np.minimum(np.where(np.asarray(articles["version"]) == 1, changed, fetched), fetched)


def _bands(dues: dict[int, Due], changed: npt.NDArray[np.int64], now: datetime) -> tuple[Band, ...]:
    bands = [Band(name) for name, _ in _BANDS]
    limits = [below / timedelta(microseconds=1) for _, below in _BANDS]
    at = micros(now)
    for row, due in dues.items():
        position = bisect_right(limits, at - int(changed[row]))
        _count(bands[min(position, len(bands) - 1)], due, now)
    return tuple(bands)


def _count(band: Band, due: Due, now: datetime) -> None:
    band.articles += 1
    if due.at <= now:
        band.due += 1
    elif band.next_at is None or due.at < band.next_at:
        band.next_at = due.at


def _visits(
    archive: Archive, outlet: str, articles: pa.Table, history: VisitHistory, dues: dict[int, Due]
) -> dict[int, Visit]:
    """Visits by row; with validators if the request may be conditional."""
    ids = {row: articles["article_id"][row].as_py() for row in dues}
    read_at = {}
    for row, article_id in ids.items():
        if is_conditional(int(history.not_modified[row]), bool(history.last_was_read[row])):
            read_at[article_id] = int(history.read[row])
    by_article = validators(archive, outlet, read_at) if read_at else {}
    visits = {}
    for row, due in dues.items():
        etag, last_modified = by_article.get(ids[row], (None, None))
        visits[row] = Visit(articles["url"][row].as_py(), due, ids[row], etag, last_modified)
    return visits
