"""A recorded page as if it had been published on another day: its address stays, its dates do not."""

from __future__ import annotations

import datetime as dt
import re

from crawler.demo.article_page import MONTHS


def moved(body: bytes, printed: dt.datetime, day: dt.date) -> bytes:
    """`printed`: when the page says it was published; the time of day stays, in every form of it."""
    text, before = body.decode(), printed.date()
    text = re.sub(rf"{before:%Y-%m-%d}(?=[T ]\d)", f"{day:%Y-%m-%d}", text)
    text = text.replace(f"{before:%d.%m.%Y}", f"{day:%d.%m.%Y}")
    for names in MONTHS.values():
        months = names.split()
        was, now = months[before.month - 1], months[day.month - 1]
        # `22 Березня 2026`, `12 березня, 2026`
        form = rf"\b{before.day} {was}(,?) {before.year}"
        text = re.sub(form, rf"{day.day} {now}\1 {day.year}", text, flags=re.IGNORECASE)
        text = re.sub(rf"\b{was} {before.day}, {before.year}", f"{now} {day.day}, {day.year}", text)
    seconds = int(printed.timestamp())
    later = int(dt.datetime.combine(day, printed.timetz()).timestamp())
    return text.replace(str(seconds), str(later)).encode()
