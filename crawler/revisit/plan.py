"""Archived pages that are due to be requested again, read from the archive's tables and nothing else.

One outlet's articles of the last year are held as columns of numbers, some 100 bytes each. A plan is of a
moment, so that tomorrow's can be shown today.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from archive.state.model import micros, moment
from crawler.revisit.history import Looks, read_looks, validators
from crawler.revisit.schedule import ENDS_AFTER, Due, article_due, is_conditional
from crawler.revisit.translations import translations

if TYPE_CHECKING:
    import numpy.typing as npt

    from archive.read.archive import Archive
    from crawler.outlet.declaration import Outlet

_COLUMNS = ["article_id", "story_id", "language", "url", "version", "valid_from", "published_at",
            "modified_at", "first_seen"]  # fmt: skip
_STATED = ("published_at", "modified_at")
_BANDS = (
    ("under a day", timedelta(days=1)),
    ("under a week", timedelta(days=7)),
    ("under a month", timedelta(days=30)),
    ("under a year", ENDS_AFTER),
)


@dataclass(frozen=True, slots=True)
class Visit:
    """An address to be asked for; without an article it is one where a translation should be."""

    url: str
    due: Due
    article_id: str | None = None
    etag: str | None = None
    """With `last_modified`: to be sent; both None where the look must be unconditional."""
    last_modified: str | None = None


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
    """The most overdue first, measured in its own wait; no more than the limit."""
    due: int
    bands: tuple[Band, ...]
    translations: Band
    """Addresses where a translation should be, and pages that may come to name one."""
    ended: int
    """Articles that are not looked at any more: a year without a change, or gone for good."""
    next_at: datetime | None
    """Time at which the next page that is not due now will be due."""


def make_plan(held: Archive, outlet: Outlet, now: datetime, limit: int | None = None) -> Plan:
    """`now` must be aware."""
    is_own = ds.field("outlet") == outlet.name
    within = ds.field("valid_from") > pa.scalar(now - ENDS_AFTER, pa.timestamp("us", tz="UTC"))
    articles = held.articles(columns=_COLUMNS).where(is_own, within).to_arrow().combine_chunks()
    ids = articles["article_id"].combine_chunks()
    looks = read_looks(held, outlet.name, ids)
    dues = _article_dues(articles, looks)
    asked = translations(held, outlet, articles, looks, now)
    for row, due in asked.pages.items():
        usual = dues.get(row)
        # a page that has gone has its own rule, and one that is due sooner needs none
        if usual is not None and usual.why == "change" and due.at < usual.at:
            dues[row] = due
    bands = _bands(dues, _changed(articles), now)
    named = [Visit(url, due) for url, due in asked.addresses.items()]
    late = Band("translations")
    for due in (*asked.addresses.values(), *asked.pages.values()):
        _count(late, due, now)
    # by number, as the visits of a whole year would be large
    found = [(due.overdue(now), row) for row, due in dues.items() if due.at <= now]
    found += [(visit.due.overdue(now), -1 - n) for n, visit in enumerate(named) if visit.due.at <= now]
    first = heapq.nlargest(len(found) if limit is None else limit, found)
    taken = [dues_row for _, dues_row in first]
    pages = _visits(held, outlet.name, articles, looks, {row: dues[row] for row in taken if row >= 0})
    waiting = [due.at for due in (*dues.values(), *asked.addresses.values()) if due.at > now]
    return Plan(
        outlet.name,
        now,
        tuple(pages[row] if row >= 0 else named[-1 - row] for row in taken),
        len(found),
        bands,
        late,
        len(held.articles(columns=["outlet"]).where(is_own)) - len(dues),
        min(waiting, default=None),
    )


def _article_dues(articles: pa.Table, looks: Looks) -> dict[int, Due]:
    """By row."""
    found = {}
    changed = _changed(articles)
    last = np.maximum(looks.last, _micros(articles["valid_from"]))
    for row in range(len(articles)):
        due = article_due(moment(int(changed[row])), moment(int(last[row])), int(looks.missing[row]))
        if due is not None:
            found[row] = due
    return found


def _changed(articles: pa.Table) -> npt.NDArray[np.int64]:
    """Of a first version, what the page says, if that is earlier: a backfill finds texts of years ago."""
    found = _micros(articles["valid_from"])
    # as numbers: Arrow compares no times that have a zone
    stated = pc.max_element_wise(*(pc.cast(articles[name], pa.int64()) for name in _STATED))
    said = np.asarray(pc.if_else(pc.is_null(stated), pa.array(found), stated), np.int64)
    return np.minimum(np.where(np.asarray(articles["version"]) == 1, said, found), found)


def _micros(times: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    return np.asarray(pc.cast(times, pa.int64()), np.int64)


def _bands(dues: dict[int, Due], changed: npt.NDArray[np.int64], now: datetime) -> tuple[Band, ...]:
    bands = [Band(name) for name, _ in _BANDS]
    limits = [below / timedelta(microseconds=1) for _, below in _BANDS]
    at = micros(now)
    for row, due in dues.items():
        age = at - int(changed[row])
        own = next((band for band, below in zip(bands, limits, strict=True) if age < below), bands[-1])
        _count(own, due, now)
    return tuple(bands)


def _count(band: Band, due: Due, now: datetime) -> None:
    band.articles += 1
    if due.at <= now:
        band.due += 1
    elif band.next_at is None or due.at < band.next_at:
        band.next_at = due.at


def _visits(
    held: Archive, outlet: str, articles: pa.Table, looks: Looks, dues: dict[int, Due]
) -> dict[int, Visit]:
    """By row; with validators where the look may be conditional."""
    ids = {row: articles["article_id"][row].as_py() for row in dues}
    asking = {
        ids[row]: int(looks.read[row])
        for row in dues
        if is_conditional(int(looks.not_modified[row]), bool(looks.last_was_read[row]))
    }
    sent = validators(held, outlet, asking) if asking else {}
    return {
        row: Visit(articles["url"][row].as_py(), due, ids[row], *sent.get(ids[row], (None, None)))
        for row, due in dues.items()
    }
