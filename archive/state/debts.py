"""Debts: pages that did not come for a reason of the moment, and are asked for again, listed or not.

A debt is derived from `observations`, look by look, and kept in the cache: no table of the archive is of its
own. It begins with the first look that failed for the moment and ends with an article at its address, with a
reason that is final, or after OWED_FOR. All times are microseconds since 1970, UTC.
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
from archive.state.database import CANONICAL
from archive.state.model import micros, moment

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

A_LIST = "a list of addresses, no page"
STAYS_LISTED = "its list stays: the same backfill comes to it again"
_NO_DEBT = (A_LIST, STAYS_LISTED)
"""How the detail of an observation begins that is of the moment and no debt all the same."""

OWED_FOR = timedelta(days=4)
"""From the first failure on, as for translations: whoever fails for ever is not asked for ever."""
MOST_TRIES = 12
SHORTEST_PAUSE, LONGEST_PAUSE = timedelta(minutes=15), timedelta(days=1)
FORGOTTEN_AFTER = timedelta(days=30)
"""A debt so old is of an archive that no run has looked at: nobody is told of it."""


def _micros(span: timedelta) -> int:
    return span // timedelta(microseconds=1)


def pause(tries: int) -> timedelta:
    """Return how long a page is left alone after so many tries in vain.

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
    """When it was last tried; when it was found, where it never was."""
    tries: int
    given_up: bool = False
    """Kept, so that a list that goes on naming the page begins no other four days."""

    @property
    def due(self) -> datetime:
        return moment(self.asked) + pause(self.tries)

    def history(self) -> str:
        """For a person."""
        tries = f"{self.tries} tries" if self.tries != 1 else "1 try"
        return f"owed since {moment(self.since):%Y-%m-%d %H:%M} UTC, {tries}, at last {self.reason}"

    def is_over(self, now: datetime) -> bool:
        return self.given_up or now - moment(self.since) >= OWED_FOR or self.tries >= MOST_TRIES


@dataclass(frozen=True, slots=True)
class Failure:
    """What a look says that brought no article; None stands in its place for one that did."""

    outlet: str
    url: str
    reason: str | None
    detail: str | None
    at: int


def fold(key: bytes, debt: Debt | None, look: Failure | None) -> Debt | None:
    """Return the debt of an address after a look at it, from the one before."""
    if look is None:
        return None
    if look.reason == Reason.GIVEN_UP:
        return replace(debt, given_up=True) if debt is not None else None
    if (look.detail or "").startswith(_NO_DEBT) or look.reason is None:
        return debt
    if not is_of_the_moment(look.reason):
        return None
    # else its host said nothing of the page: no try, and no pause after it
    asked = is_asked(look.reason)
    # no run has tried for days, so its outlet cannot have kept it alive: a new failure of an old page
    long_ago = debt is not None and look.at - debt.asked > _micros(OWED_FOR)
    if debt is None or long_ago:
        if look.reason == Reason.NOT_YET_DUE:
            return debt
        return Debt(key, look.outlet, look.url, look.reason, look.at, look.at, int(asked))
    if not asked:
        return debt
    return replace(debt, reason=look.reason, asked=max(look.at, debt.asked), tries=debt.tries + 1)


def debt_after(url: str, looks: Iterable[Mapping[str, object]]) -> Debt | None:
    """Return the debt of one address, from rows of `observations` in the order of time."""
    debt, key = None, address_key(url)
    for look in looks:
        held = look["article_id"] is not None or look["outcome"] in {"archived", "unchanged"}
        names = ("requested_url", "url") if held else ("requested_url",)
        if key in {address_key(str(look[name])) for name in names}:
            debt = fold(key, debt, None if held else failure_of(look))
    return debt


def failure_of(row: Mapping[str, object]) -> Failure:
    """From a row of `observations`; its time may be a datetime or a number already."""
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
    """What one outlet owes at a moment."""

    reasons: Mapping[str, int]
    next_at: datetime | None
    """When the first of them is due that is not over a budget; it may be past."""

    @property
    def count(self) -> int:
        return sum(self.reasons.values())

    @property
    def failed(self) -> int:
        """Those that a run wanted and did not get: what is over a budget was left on purpose."""
        return self.count - self.reasons.get(Reason.OVER_BUDGET, 0)


_NO_ARTICLE = f"NOT EXISTS (SELECT 1 FROM place p WHERE p.key = debt.key AND p.role <= {CANONICAL})"
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
    """The debts as of the cache and of what has been acknowledged since; a view of one moment."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        pending: Sequence[Mapping[bytes, Sequence[Failure | None]]] = (),
        is_known: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """`pending`: looks that are not committed, by address, the oldest batch first."""
        self._connection = connection
        self._pending = pending
        self._is_known = is_known

    def at(self, url: str) -> Debt | None:
        """Return what is owed at an address, given up or not."""
        found = self._at_key(address_key(url))
        return None if found is None or self._is_known(url) else found

    def due(self, outlet: str, now: datetime, limit: int) -> list[Debt]:
        """Return what is to be asked for now, no more than `limit`: the newest first."""
        fits = [x for x in self._overlay(outlet) if not x.is_over(now) and x.due <= now]
        stored = self._rows(
            f"SELECT * FROM debt WHERE {_OWED} AND {_DUE} <= :now ORDER BY since DESC", outlet, now
        )
        return self._newest(fits, stored, limit)

    def over(self, outlet: str, now: datetime, limit: int) -> list[Debt]:
        """Return what is to be given up: its time is over, and nothing says so yet."""
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
        """Count what is owed, due or not."""
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
        return {key for looks in self._pending for key in looks}

    def _at_key(self, key: bytes) -> Debt | None:
        debt = self._stored(key)
        for looks in self._pending:
            for look in looks.get(key, ()):
                debt = fold(key, debt, look)
        return debt

    def _overlay(self, outlet: str) -> Iterator[Debt]:
        for key in self._keys():
            debt = self._at_key(key)
            if debt is not None and debt.outlet == outlet and not self._is_known(debt.url):
                yield debt

    def _newest(self, fresh: list[Debt], stored: Iterator[Debt], limit: int) -> list[Debt]:
        changed = self._keys()
        unchanged = islice((debt for debt in stored if debt.key not in changed), limit)
        return sorted([*fresh, *unchanged], key=lambda debt: debt.since, reverse=True)[:limit]

    # --- the cache -------------------------------------------------------------------------------------
    def _rows(self, sql: str, outlet: str, now: datetime) -> Iterator[Debt]:
        """As many as are taken: the rest of millions is never read."""
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
