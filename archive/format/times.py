"""Times of publication: some pages print the day alone."""

from datetime import datetime, time


def has_hour(at: datetime) -> bool:
    """False at midnight UTC, which is the time of a page that prints the day alone."""
    return at.time() != time()


def minute(at: datetime) -> str:
    """Write a time of which the heading says that it is UTC, as far as it is known."""
    return f"{at:%Y-%m-%d %H:%M}" if has_hour(at) else f"{at:%Y-%m-%d}"


def moment(at: datetime) -> str:
    """Write a time with its zone, as far as it is known."""
    return f"{minute(at)} UTC" if has_hour(at) else minute(at)
