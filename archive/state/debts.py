"""Debts: pages that failed for a temporary reason, and are retried whether or not a list names them.

A debt is derived from `observations`, one after the other, and stored in the cache only. It begins with the
first observation that failed for a temporary reason. It ends with an article at its address, with a final
reason, or after RETRY_PERIOD. The text of a feed does not end it: the page is still retried. All times are
microseconds since 1970, UTC.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain, islice

from archive.addresses import address_key
from archive.format.languages import TRANSLATED_WITHIN
from archive.format.reasons import Reason, is_asked, is_of_the_moment
from archive.format.records import FEED
from archive.state.model import REQUESTED, micros, moment

A_LIST = "a list of addresses, no page"
STAYS_LISTED = "its list stays: the same backfill comes to it again"
_NO_DEBT = (A_LIST, STAYS_LISTED)
"""Prefixes of the detail of observations that failed for a temporary reason and still make no debt."""

RETRY_PERIOD = TRANSLATED_WITHIN
"""How long a page is retried after its first failure, and a missing translation looked for
(crawler/revisit)."""
MOST_TRIES = 12
SHORTEST_PAUSE, LONGEST_PAUSE = timedelta(minutes=15), timedelta(days=1)
FORGOTTEN_AFTER = timedelta(days=30)
"""Age at which a debt is no longer reported: the archive had no runs for weeks."""


def _micros(span: timedelta) -> int:
    return span // timedelta(microseconds=1)


def pause(tries: int) -> timedelta:
    """Return the pause after this number of failed tries.

    The run after the first failure retries at once; then 15 minutes, doubled with each try, a day at most.
    """
    if tries < 2:
        return timedelta(0)
    return min(SHORTEST_PAUSE * (1 << min(tries - 2, 12)), LONGEST_PAUSE)


@dataclass(frozen=True, slots=True)
class Debt:
    key: bytes
    outlet: str
    url: str
    """As requested."""
    reason: str
    """Of the last try."""
    since: int
    asked: int
    """Time of the last try; of the discovery if there was no try."""
    tries: int
    given_up: bool = False
    """It stays in the cache even so: a list that still names the page would begin another RETRY_PERIOD."""

    @property
    def due(self) -> datetime:
        return moment(self.asked) + pause(self.tries)

    @property
    def is_recurring(self) -> bool:
        """True of a declared outlet; the others, named by a domain, have no runs of their own."""
        return not set(self.outlet) & {".", ":"}

    def history(self) -> str:
        """Return a sentence on the tries, for a person."""
        tries = f"{self.tries} tries" if self.tries != 1 else "1 try"
        return f"retried since {moment(self.since):%Y-%m-%d %H:%M} UTC, {tries}, last failure: {self.reason}"

    def is_over(self, now: datetime) -> bool:
        return self.given_up or now - moment(self.since) >= RETRY_PERIOD or self.tries >= MOST_TRIES


@dataclass(frozen=True, slots=True)
class Failure:
    """An observation without an article; instead of one with an article None is passed."""

    outlet: str
    url: str
    reason: str | None
    detail: str | None
    at: int


def fold(key: bytes, debt: Debt | None, failure: Failure | None, *, has_text: bool = False) -> Debt | None:
    """Return the debt of an address after an observation, from the debt before it.

    `has_text`: a feed had the text, so revisits continue to request the page and begin no new debt.
    """
    if failure is None:
        return None
    if has_text and debt is not None and debt.given_up:
        return debt
    if failure.reason == Reason.GIVEN_UP:
        return replace(debt, given_up=True) if debt is not None else None
    if failure.reason is None or (failure.detail or "").startswith(_NO_DEBT):
        return debt
    if not is_of_the_moment(failure.reason):
        return None
    # no run has tried for days, so this is a new failure of an old page
    if debt is None or failure.at - debt.asked > _micros(RETRY_PERIOD):
        if failure.reason == Reason.NOT_YET_DUE:
            return debt
        reason, at, tries = failure.reason, failure.at, int(is_asked(failure.reason))
        return Debt(key, failure.outlet, failure.url, reason, at, at, tries)
    if not is_asked(failure.reason):  # without a request there was no try, and no pause follows
        return debt
    return replace(debt, reason=failure.reason, asked=max(failure.at, debt.asked), tries=debt.tries + 1)


def debt_after(url: str, observations: Iterable[Mapping[str, object]]) -> Debt | None:
    """Return the debt of one address, from rows of `observations` in the order of time."""
    debt, key = None, address_key(url)
    of_feed = None
    for row in observations:
        has_text = row["outcome"] in {"archived", "unchanged"}
        is_same_feed_text = has_text and of_feed is not None and row["version"] == of_feed
        if row["reason"] == Reason.FROM_FEED or is_same_feed_text:
            of_feed = row["version"]
            continue
        if has_text:
            of_feed = None
        has_article = has_text or (row["article_id"] is not None and of_feed is None)
        keys = {address_key(str(row["requested_url"]))}
        if has_article:
            keys.add(address_key(str(row["url"])))
        if key in keys:
            failure = None if has_article else failure_of(row)
            debt = fold(key, debt, failure, has_text=of_feed is not None)
    return debt


def failure_of(row: Mapping[str, object]) -> Failure:
    """Convert a row of `observations`; its time may be a datetime or a number."""
    reason, detail, at = row["reason"], row["detail"], row["observed_at"]
    return Failure(
        str(row["outlet"]),
        str(row["requested_url"]),
        None if reason is None else str(reason),
        None if detail is None else str(detail),
        at if isinstance(at, int) else micros(at),  # type: ignore[arg-type]
    )


@dataclass(frozen=True, slots=True)
class DebtCount:
    reasons: Mapping[str, int]
    next_at: datetime | None
    """Time at which the first debt within the budget is due; it may be past."""

    @property
    def count(self) -> int:
        return sum(self.reasons.values())

    @property
    def failed(self) -> int:
        """Number of debts that a run requested and did not get; over-budget pages were not requested."""
        return self.count - self.reasons.get(Reason.OVER_BUDGET, 0)


_NO_ARTICLE = f"""NOT EXISTS (SELECT 1 FROM place p JOIN article a ON a.number = p.article
  WHERE p.key = debt.key AND p.role <= {REQUESTED} AND a.text_from IS NOT '{FEED}')"""
_OPEN = f"""outlet = :outlet AND NOT given_up AND since > :now - {_micros(RETRY_PERIOD)}
 AND tries < {MOST_TRIES} AND {_NO_ARTICLE}"""
_OVER = (
    f"outlet = :outlet AND NOT given_up AND since > :now - {_micros(FORGOTTEN_AFTER)} AND {_NO_ARTICLE} AND "
)
# the terms of the indexes in archive/state/database.py
_TIME_IS_OVER, _TRIED_ENOUGH = f"since <= :now - {_micros(RETRY_PERIOD)}", f"tries >= {MOST_TRIES}"
_DUE = f"""(asked + CASE WHEN tries < 2 THEN 0 ELSE
 min({_micros(SHORTEST_PAUSE)} << min(tries - 2, 12), {_micros(LONGEST_PAUSE)}) END)"""


class Debts:
    """Debts in the cache, and in the records acknowledged since; the state of one moment."""

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
        debt = self._at_key(address_key(url))
        return None if debt is None or self._has_page(url) else debt

    def due(self, outlet: str, now: datetime, limit: int) -> list[Debt]:
        """Return the debts to retry now, at most `limit`, the newest first."""
        fits = [x for x in self._overlay(outlet) if not x.is_over(now) and x.due <= now]
        stored = self._rows(
            f"SELECT * FROM debt WHERE {_OPEN} AND {_DUE} <= :now ORDER BY since DESC", outlet, now
        )
        return self._newest(fits, stored, limit)

    def over(self, outlet: str, now: datetime, limit: int) -> list[Debt]:
        """Return the debts to be given up: their time is over, and no observation records it yet."""
        oldest = now - FORGOTTEN_AFTER
        fits = []
        for debt in self._overlay(outlet):
            if debt.is_over(now) and not debt.given_up and moment(debt.since) > oldest:
                fits.append(debt)
        query = f"SELECT * FROM debt WHERE {_OVER} {{}} ORDER BY since DESC"
        too_old = self._rows(query.format(_TIME_IS_OVER), outlet, now)
        tried_enough = self._rows(query.format(f"{_TRIED_ENOUGH} AND NOT {_TIME_IS_OVER}"), outlet, now)
        return self._newest(fits, chain(too_old, tried_enough), limit)

    def count(self, outlet: str, now: datetime) -> DebtCount:
        """Count the debts, due or not."""
        changed = self._keys()
        unchanged = ""
        if changed:
            # debts changed by uncommitted records are counted separately
            self._connection.execute("CREATE TEMP TABLE IF NOT EXISTS changed (key BLOB PRIMARY KEY)")
            self._connection.execute("DELETE FROM changed")
            self._connection.executemany("INSERT INTO changed VALUES (?)", [(key,) for key in changed])
            unchanged = "AND key NOT IN (SELECT key FROM changed)"
        reasons: Counter[str] = Counter()
        times: list[datetime] = []
        sql = f"SELECT reason, count(*), min({_DUE}) FROM debt WHERE {_OPEN} {unchanged} GROUP BY reason"
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
        return DebtCount(dict(reasons), min(times, default=None))

    # --- uncommitted records -----------------------------------------------------------------------------
    def _keys(self) -> set[bytes]:
        return set[bytes]().union(*self._pending)

    def _at_key(self, key: bytes) -> Debt | None:
        with closing(self._connection.execute("SELECT * FROM debt WHERE key = ?", (key,))) as rows:
            debt = next(map(debt_of, rows), None)
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
        """Read lazily: the caller takes a few of maybe millions of rows."""
        with closing(self._connection.execute(sql, _values(outlet, now))) as rows:
            for row in rows:
                yield debt_of(row)


def debt_of(row: sqlite3.Row) -> Debt:
    """`row`: of the table `debt`, whose columns are the fields."""
    return Debt(**dict(row) | {"given_up": bool(row["given_up"])})


def _values(outlet: str, now: datetime) -> dict[str, object]:
    return {"outlet": outlet, "now": micros(now)}
