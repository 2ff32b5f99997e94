"""Times as outlets print them; each `published` has Kyiv's own offset, so its wall clock is Kyiv's."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawler.demo.story import Variant

MONTHS = {
    "uk": "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
    "en": "January February March April May June July August September October November December",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
}


def for_readers(variant: Variant, at: datetime) -> str:
    month = MONTHS[variant.language].split()[at.month - 1]
    return f"{at.day} {month} {at.year}, {at:%H:%M}"


def for_machines(variant: Variant, at: datetime) -> str:
    """What JSON-LD says: with offset, naive Kyiv time or UTC."""
    if variant.dates == "kyiv":
        return f"{at:%Y-%m-%d %H:%M:%S}"
    if variant.dates == "spaced":
        return f"{at:%Y-%m-%d %H:%M:%S} {at.isoformat()[-6:]}"
    if variant.dates == "utc":
        return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"
    return at.isoformat()


def html(variant: Variant, at: datetime) -> str:
    """The line under a headline; only pages that print a zone have a `<time>`."""
    shown = for_readers(variant, at)
    return f'<time datetime="{at.isoformat()}">{shown}</time>' if variant.dates == "zone" else shown
