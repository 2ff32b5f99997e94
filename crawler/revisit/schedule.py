"""The rule for when an archived page is requested again; it needs neither an archive nor a clock.

The wait is the age that the text had at the last look: 15 minutes, half an hour, an hour, … 30 days; a text
that changed today may change again today, one that has stood for a month will hardly. So a text that never
changes takes 23 looks in a year, half of them on its first two days. A year after the last change it ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from archive.commit.versions import GONE_AFTER

if TYPE_CHECKING:
    from datetime import datetime

SOONEST, LATEST = timedelta(minutes=15), timedelta(days=30)
ENDS_AFTER = timedelta(days=365)

# a page that has just gone is asked for soon again: an outage is over then, a deletion stays one
MISSING = timedelta(hours=6)
GONE_FOR_GOOD = 2 * GONE_AFTER

TRANSLATION_EVERY = timedelta(hours=4)
TRANSLATION_FOR = timedelta(days=4)

# servers say 304 of a text that they have changed: nothing but the page itself can tell
UNCONDITIONAL_EVERY = 10

# of all requests to an outlet, those of revisits: one for four of its crawls
SHARE = 4
SHARE_OF = timedelta(hours=24)

Why = Literal["change", "missing", "gone", "translation"]


@dataclass(frozen=True, slots=True)
class Due:
    at: datetime
    wait: timedelta
    why: Why

    def overdue(self, now: datetime) -> float:
        """Waiting time so far, in waits: 1.0 as it falls due. What has the most of it goes first."""
        return 1 + (now - self.at) / self.wait


def article_due(changed: datetime, looked: datetime, missing: int) -> Due | None:
    """`changed`: when its text last did, as far as is known; `missing`: 404s in a row. None: no more."""
    wait = min(max(looked - changed, SOONEST), LATEST)
    why: Why = "change"
    if missing >= GONE_AFTER:
        wait, why = LATEST, "gone"
    elif missing:
        wait, why = min(wait, MISSING), "missing"
    due = Due(looked + wait, wait, why)
    return None if missing >= GONE_FOR_GOOD or due.at > changed + ENDS_AFTER else due


def translation_due(published: datetime, looked: datetime) -> Due | None:
    """For a story that lacks a language; `looked`: at the address in question."""
    due = Due(looked + TRANSLATION_EVERY, TRANSLATION_EVERY, "translation")
    return None if due.at > published + TRANSLATION_FOR else due


def is_conditional(not_modified: int, last_was_read: bool) -> bool:
    """`not_modified`: answers 304 since the page itself was last read."""
    return last_was_read and not_modified < UNCONDITIONAL_EVERY - 1


def allowance(crawled: int, revisited: int) -> int:
    """Return the number of requests a revisit may still make, given those of the last 24 hours."""
    return max(0, crawled // SHARE - revisited)
