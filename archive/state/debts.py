"""Debts: pages that did not come for a reason of the moment, and are asked for again, listed or not.

A debt is derived from `observations`, one after the other, and kept in the cache: it has no table of its own
in the archive. It begins with the first observation that failed for the moment, and ends with an article at
its address, with a reason that is final, or after OWED_FOR. A text that a feed had ends none: the page is
owed all the same. All times are microseconds since 1970, UTC.
"""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import chain, islice
from typing import TYPE_CHECKING

from archive.addresses import address_key
from archive.format.reasons import Reason, is_asked, is_of_the_moment
from archive.format.records import FEED
from archive.state.model import REQUESTED, micros, moment

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

A_LIST = "a list of addresses, no page"
STAYS_LISTED = "its list stays: the same backfill comes to it again"
_NO_DEBT = (A_LIST, STAYS_LISTED)
"""Beginnings of the detail of observations that are of the moment and no debt all the same."""

OWED_FOR = timedelta(days=4)
"""From the first failure on, as for translations: whoever fails for ever is not asked for ever."""
MOST_TRIES = 12
SHORTEST_PAUSE, LONGEST_PAUSE = timedelta(minutes=15), timedelta(days=1)
FORGOTTEN_AFTER = timedelta(days=30)
"""A debt so old is of an archive that no run has looked at: nobody is told of it."""


def _micros(span: timedelta) -> int:
    return span // timedelta(microseconds=1)


def pause(tries: int) -> timedelta:
    """Return the time between so many tries in vain and the next one.

    The run after the first failure asks at once; then 15 minutes, doubled with each try, a day at most.
    """
    if tries < 2:
        return timedelta(0)
    return min(SHORTEST_PAUSE * (1 << min(tries - 2, 12)), LONGEST_PAUSE)


@dataclass(frozen=True, slots=True)
class Debt:
    key: bytes
    outlet: str
    url: str
    """As it was asked for."""
    reason: str
    """Of the last try."""
    since: int
    asked: int
    """Time of the last try; of the discovery, where there was none."""
    tries: int
    given_up: bool = False
    """Kept, so that a list that goes on naming the page begins no other four days."""

    @property
    def due(self) -> datetime:
        return moment(self.asked) + pause(self.tries)

    def history(self) -> str:
        """Format for a person."""
        tries = f"{self.tries} tries" if self.tries != 1 else "1 try"
        return f"owed since {moment(self.since):%Y-%m-%d %H:%M} UTC, {tries}, at last {self.reason}"

    def is_over(self, now: datetime) -> bool:
        return self.given_up or now - moment(self.since) >= OWED_FOR or self.tries >= MOST_TRIES


@dataclass(frozen=True, slots=True)
class Failure:
    """An observation that brought no article; None stands for one that did."""

    outlet: str
    url: str
    reason: str | None
    detail: str | None
    at: int


def fold(key: bytes, debt: Debt | None, failure: Failure | None, *, has_text: bool = False) -> Debt | None:
    """Return the debt of an address after an observation, from the debt before it.

    `has_text`: a feed had the text, so that revisits go on asking for the page: they begin no new debt.
    """
    if failure is None:
        return None
    if has_text and debt is not None and debt.given_up:
        return debt
    if failure.reason == Reason.GIVEN_UP:
        return replace(debt, given_up=True) if debt is not None else None
    if (failure.detail or "").startswith(_NO_DEBT) or failure.reason is None:
        return debt
    if not is_of_the_moment(failure.reason):
        return None
    # else its host said nothing of the page: no try, and no pause after it
    asked = is_asked(failure.reason)
    # no run has tried for days, so its outlet cannot have kept it alive: a new failure of an old page
    long_ago = debt is not None and failure.at - debt.asked > _micros(OWED_FOR)
    if debt is None or long_ago:
        if failure.reason == Reason.NOT_YET_DUE:
            return debt
        return Debt(key, failure.outlet, failure.url, failure.reason, failure.at, failure.at, int(asked))
    if not asked:
        return debt
    return replace(debt, reason=failure.reason, asked=max(failure.at, debt.asked), tries=debt.tries + 1)


def debt_after(url: str, observations: Iterable[Mapping[str, object]]) -> Debt | None:
    """Return the debt of one address, from rows of `observations` in the order of time."""
    debt, key = None, address_key(url)
    of_feed = None
    for row in observations:
        came = row["outcome"] in {"archived", "unchanged"}
        if row["reason"] == Reason.FROM_FEED or (came and of_feed is not None and row["version"] == of_feed):
            of_feed = row["version"]
            continue
        if came:
            of_feed = None
        held = came or (row["article_id"] is not None and of_feed is None)
        names = ("requested_url", "url") if held else ("requested_url",)
        if key in {address_key(str(row[name])) for name in names}:
            debt = fold(key, debt, None if held else failure_of(row), has_text=of_feed is not None)
    return debt


def failure_of(row: Mapping[str, object]) -> Failure:
    """Convert a row of `observations`; its time may be a datetime or a number already."""
    reason, detail = (None if row[name] is None else str(row[name]) for name in ("reason", "detail"))
    at = row["observed_at"]
    return Failure(
        str(row["outlet"]),
        str(row["requested_url"]),
        reason,
        detail,
        at if isinstance(at, int) else micros(at),  # type: ignore[arg-type]
    )


@dataclass(frozen=True, slots=True)
class Owed:
    """Debts of one outlet at a moment, counted."""

    reasons: Mapping[str, int]
    next_at: datetime | None
    """Time at which the first is due that is not over a budget; it may be past."""

    @property
    def count(self) -> int:
        return sum(self.reasons.values())

    @property
    def failed(self) -> int:
        """Number of those that a run asked for in vain; those over a budget were left on purpose."""
        return self.count - self.reasons.get(Reason.OVER_BUDGET, 0)


_NO_ARTICLE = f"""NOT EXISTS (SELECT 1 FROM place p JOIN article a ON a.number = p.article
  WHERE p.key = debt.key AND p.role <= {REQUESTED} AND a.text_from IS NOT '{FEED}')"""
_OWED = f"""outlet = :outlet AND NOT given_up AND since > :now - {_micros(OWED_FOR)}
 AND tries < {MOST_TRIES} AND {_NO_ARTICLE}"""
_OVER = (
    f"outlet = :outlet AND NOT given_up AND since > :now - {_micros(FORGOTTEN_AFTER)} AND {_NO_ARTICLE} AND "
)
# the terms of the indexes in archive/state/database.py
_TIME_IS_OVER, _TRIED_ENOUGH = f"since <= :now - {_micros(OWED_FOR)}", f"tries >= {MOST_TRIES}"
_DUE = f"""(asked + CASE WHEN tries < 2 THEN 0 ELSE
 min({_micros(SHORTEST_PAUSE)} << min(tries - 2, 12), {_micros(LONGEST_PAUSE)}) END)"""


class Debts:
    """Debts in the cache, and in the records acknowledged since; a view of one moment."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        pending: Sequence[Mapping[bytes, Sequence[Failure | None]]] = (),
        has_page: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """`pending`: observations that are not committed, by address, the oldest batch first."""
        self._connection = connection
        self._pending = pending
        self._has_page = has_page

    def at(self, url: str) -> Debt | None:
        """Return the debt at an address, given up or not."""
        found = self._at_key(address_key(url))
        return None if found is None or self._has_page(url) else found

    def due(self, outlet: str, now: datetime, limit: int) -> list[Debt]:
        """Return the debts to be asked for now, no more than `limit`, the newest first."""
        fits = [x for x in self._overlay(outlet) if not x.is_over(now) and x.due <= now]
        stored = self._rows(
            f"SELECT * FROM debt WHERE {_OWED} AND {_DUE} <= :now ORDER BY since DESC", outlet, now
        )
        return self._newest(fits, stored, limit)

    def over(self, outlet: str, now: datetime, limit: int) -> list[Debt]:
        """Return the debts to be given up: their time is over, and no observation says so yet."""
        oldest = now - FORGOTTEN_AFTER
        fits = [
            x for x in self._overlay(outlet) if x.is_over(now) and not x.given_up and moment(x.since) > oldest
        ]
        stored = (
            self._rows(f"SELECT * FROM debt WHERE {_OVER} {why} ORDER BY since DESC", outlet, now)
            for why in (_TIME_IS_OVER, f"{_TRIED_ENOUGH} AND NOT {_TIME_IS_OVER}")
        )
        return self._newest(fits, chain.from_iterable(stored), limit)

    def owed(self, outlet: str, now: datetime) -> Owed:
        """Count the debts, due or not."""
        changed = self._keys()
        unchanged = ""
        if changed:
            # what has been acknowledged since is counted apart
            self._connection.execute("CREATE TEMP TABLE IF NOT EXISTS changed (key BLOB PRIMARY KEY)")
            self._connection.execute("DELETE FROM changed")
            self._connection.executemany("INSERT INTO changed VALUES (?)", [(key,) for key in changed])
            unchanged = "AND key NOT IN (SELECT key FROM changed)"
        reasons: Counter[str] = Counter()
        times: list[datetime] = []
        sql = f"SELECT reason, count(*), min({_DUE}) FROM debt WHERE {_OWED} {unchanged} GROUP BY reason"
        with closing(self._connection.execute(sql, _values(outlet, now))) as rows:
            for reason, count, due in rows:
                reasons[reason] += count
                if reason != Reason.OVER_BUDGET:
                    times.append(moment(due))
        for debt in self._overlay(outlet):
            if not debt.is_over(now):
                reasons[debt.reason] += 1
                if debt.reason != Reason.OVER_BUDGET:
                    times.append(debt.due)
        return Owed(dict(reasons), min(times, default=None))

    # --- what is not committed -------------------------------------------------------------------------
    def _keys(self) -> set[bytes]:
        return {key for failures in self._pending for key in failures}

    def _at_key(self, key: bytes) -> Debt | None:
        debt = self._stored(key)
        for failures in self._pending:
            for failure in failures.get(key, ()):
                debt = fold(key, debt, failure)
        return debt

    def _overlay(self, outlet: str) -> Iterator[Debt]:
        for key in self._keys():
            debt = self._at_key(key)
            if debt is not None and debt.outlet == outlet and not self._has_page(debt.url):
                yield debt

    def _newest(self, fresh: list[Debt], stored: Iterator[Debt], limit: int) -> list[Debt]:
        changed = self._keys()
        unchanged = islice((debt for debt in stored if debt.key not in changed), limit)
        return sorted([*fresh, *unchanged], key=lambda debt: debt.since, reverse=True)[:limit]

    # --- the cache -------------------------------------------------------------------------------------
    def _rows(self, sql: str, outlet: str, now: datetime) -> Iterator[Debt]:
        """Read as many rows as are taken, of what may be millions."""
        with closing(self._connection.execute(sql, _values(outlet, now))) as rows:
            for row in rows:
                yield debt_of(row)

    def _stored(self, key: bytes) -> Debt | None:
        with closing(self._connection.execute("SELECT * FROM debt WHERE key = ?", (key,))) as rows:
            row = rows.fetchone()
        return None if row is None else debt_of(row)


def debt_of(row: sqlite3.Row) -> Debt:
    return Debt(
        row["key"],
        row["outlet"],
        row["url"],
        row["reason"],
        row["since"],
        row["asked"],
        row["tries"],
        bool(row["given_up"]),
    )


def _values(outlet: str, now: datetime) -> dict[str, object]:
    return {"outlet": outlet, "now": micros(now)}
