"""What a reader may give for a moment: a date is its first instant, and no zone means UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime

Moment = str | date | datetime


def to_utc(value: Moment) -> datetime:
    """`2026-03-01`, `2026-03-01T10:00+02:00`, a date or a datetime, as an aware datetime in UTC."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError(f"{value!r} is no date; write 2026-03-01 or 2026-03-01T10:00") from None
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    return value.replace(tzinfo=UTC) if value.utcoffset() is None else value.astimezone(UTC)
