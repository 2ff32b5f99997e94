"""Retry-After, RFC 9110, section 10.2.3: seconds, or a date."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_SECONDS = re.compile(r"[0-9]{1,9}")


def read_retry_after(written: str | None, now: datetime) -> float | None:
    """Seconds from `now`, never below 0; None where there is none, or none that can be read."""
    text = (written or "").strip()
    # what is meant by ten digits and more is never
    if _SECONDS.fullmatch(text):
        return float(text)
    if text.isdecimal():
        return float("inf")
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
