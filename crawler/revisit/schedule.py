"""The rule for when an archived page is visited again; it needs neither an archive nor a clock.

The wait is the age of the text at the last visit: 15 minutes, half an hour, an hour, … 30 days; a text that
changed today may change again today, one that has not changed for a month probably will not. So a text that
never changes takes 23 visits in a year, half of them on its first two days. A year after the last change the
visits end.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from archive.commit.versions import GONE_AFTER, MISSES_APART
from archive.format.languages import TRANSLATED_WITHIN

SOONEST, LATEST = timedelta(minutes=15), timedelta(days=30)
ENDS_AFTER = timedelta(days=365)

# a missing page is visited again soon: an outage is over then, a deletion is not
MISSING = timedelta(hours=6)
GONE_FOR_GOOD = 2 * GONE_AFTER

TRANSLATION_EVERY = timedelta(hours=4)
# servers may answer 304 for a changed text: only the page itself is proof
UNCONDITIONAL_EVERY = 10

Why = Literal["change", "missing", "gone", "translation"]


@dataclass(frozen=True, slots=True)
class Due:
    at: datetime
    wait: timedelta
    why: Why

    def overdue(self, now: datetime) -> float:
        """Return the time since the last visit, in waits: 1.0 when it is due. The greatest goes first."""
        return 1 + (now - self.at) / self.wait


@dataclass(frozen=True, slots=True)
class Visit:
    """An address to be requested; without an article it is the expected address of a translation."""

    url: str
    due: Due
    article_id: str | None = None
    etag: str | None = None
    """To be sent, with `last_modified`; both None for an unconditional request."""
    last_modified: str | None = None


def article_due(changed: datetime, visited: datetime, missing: int) -> Due | None:
    """`changed`: last known change of the text; `missing`: as stored. None: no further visits."""
    wait = min(max(visited - changed, SOONEST), LATEST)
    why: Why = "change"
    if missing >= GONE_AFTER:
        wait, why = LATEST, "gone"
    elif missing:
        wait, why = min(max(wait, MISSES_APART), MISSING), "missing"
    due = Due(visited + wait, wait, why)
    return None if missing >= GONE_FOR_GOOD or due.at > changed + ENDS_AFTER else due


def translation_due(published: datetime, visited: datetime) -> Due | None:
    """For a story without one of its languages; `visited`: last visit of the address in question."""
    due = Due(visited + TRANSLATION_EVERY, TRANSLATION_EVERY, "translation")
    return None if due.at > published + TRANSLATED_WITHIN else due


def is_conditional(not_modified: int, last_was_read: bool) -> bool:
    """`not_modified`: number of answers 304 since the page was last read."""
    return last_was_read and not_modified < UNCONDITIONAL_EVERY - 1
