"""The time zone of a page's times that are printed without one."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from functools import partial
from operator import itemgetter
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from crawler.extraction.document.outline import Outline
from crawler.extraction.fields.dates.agreement import Moment
from crawler.extraction.fields.dates.declared import MODIFIED, PUBLISHED, dates_of_metas
from crawler.extraction.fields.dates.parsing import parse_date
from crawler.extraction.fields.dates.timezones import (
    KYIV,
    zone_of,
    zone_of_country,
    zone_of_language,
)
from crawler.extraction.fields.linked_data import LinkedData
from crawler.extraction.language.alphabets import own_script_language

_OFFSET = re.compile(r":\d{2}\S*?(?P<offset>[+-](?!00:?00)\d{2}:?\d{2})$")
_CHANGE_OF_TIME = timedelta(hours=1)
"""Between standard and summer time: offsets that differ more are not of one place."""
_SLOW_CLOCK = timedelta(minutes=5)
_TITLE_PARTS = re.compile(r"\s[|/–—-]\s")
_UKRAINE = re.compile(r"kyiv|kiev|ukrain|ukrinform", re.IGNORECASE)
_DOTTED = re.compile(r"(?<!\d)\d{1,2}\.\d{1,2}\.\d{4}(?!\d)")
"""A day as no English-speaking country prints it."""
_READ = 30
"""Paragraphs whose script tells the language of a page that declares none."""
_ANYWHERE = {"", "ru"}
"""Languages that leave it open where a page without a country is printed: then in Kyiv."""


def in_zone_of_page(
    moment: Moment | None,
    page: Outline,
    data: LinkedData,
    *,
    url: str,
    fetched_at: datetime,
    zone: str | None,
) -> Moment | None:
    """Return a naive time in its page's zone; where nothing tells the zone, only the day that is printed.

    `zone` is the outlet's, where it is known.
    """
    if moment is None or not moment.source.endswith(" naive"):
        return moment
    clock = moment.at.astimezone(KYIV).replace(tzinfo=None)
    found = ZoneInfo(zone) if zone else _zone_of(page, data, url, moment)
    if found is KYIV:
        return moment
    at = clock.replace(tzinfo=found).astimezone(UTC) if found is not None else None
    if at is None or at > fetched_at + _SLOW_CLOCK:
        source = f"{moment.source.removesuffix('naive')}zone-unknown day"
        return replace(moment, at=datetime.combine(clock.date(), time(), UTC), source=source)
    return replace(moment, at=at)


def _zone_of(page: Outline, data: LinkedData, url: str, moment: Moment) -> tzinfo | None:
    attributes = page.attributes[0]
    language = (attributes.get("lang") or attributes.get("xml:lang") or _language_of_script(page)).lower()[:2]
    country = (urlsplit(url).hostname or "").rpartition(".")[2]
    if country == "ua" or language in {"uk", "ua"}:
        return KYIV
    offset = _offset_of(moment.at, _declared(page, data))
    if offset is not None:
        return offset
    zone, is_country = zone_of_country(country)
    if is_country:
        return zone
    if language in _ANYWHERE or (language == "en" and _DOTTED.search(moment.raw)):
        return KYIV
    if _is_of_ukraine(page, url):
        return KYIV
    return zone_of_language(language)


def _language_of_script(page: Outline) -> str:
    """Return the language of the page's script; nothing for Latin and Cyrillic."""
    texts = [paragraph.text_content() for paragraph in page.of("p")[:_READ]]
    tag, _ = own_script_language(" ".join(texts))
    return "" if tag == "und" else tag


def _declared(page: Outline, data: LinkedData) -> Iterator[str]:
    """Yield what the page states of its times for machines."""
    yield from (*data.published, *data.modified)
    for names in (PUBLISHED, MODIFIED):
        yield from map(itemgetter(2), dates_of_metas(page, names))
    for i in page.by_tag.get("time", ()):
        yield page.attributes[i].get("datetime", "")


def _offset_of(at: datetime, declared: Iterable[str]) -> tzinfo | None:
    """Return the offset of the declared time that is nearest, if all may be of one place."""
    nearest: tuple[timedelta, tzinfo] | None = None
    offsets = set()
    for raw in declared:
        printed, parsed = _OFFSET.search(raw), parse_date(raw)
        if printed is None or parsed is None:
            continue
        zone, _ = zone_of(printed["offset"])
        offsets.add(parsed[0].astimezone(zone).utcoffset() or timedelta())
        if nearest is None or abs(parsed[0] - at) < nearest[0]:
            nearest = abs(parsed[0] - at), zone
    if nearest is None or max(offsets) - min(offsets) > _CHANGE_OF_TIME:
        return None
    return nearest[1]


def _is_of_ukraine(page: Outline, url: str) -> bool:
    """Tell if the outlet is called after Ukraine, or the page has a Ukrainian variant."""
    names = [urlsplit(url).hostname or ""]
    for meta in page.metas:
        if meta.name == "og:site_name":
            names.append(meta.content)
    for title in page.of("title")[:1]:
        names.append(_TITLE_PARTS.split(title.text_content())[-1])
    if any(map(_UKRAINE.search, names)):
        return True
    return any(map(partial(_leads_to_ukrainian, page), page.positions("a", "link")))


def _leads_to_ukrainian(page: Outline, link: int) -> bool:
    """Tell if a link is to pages in Ukrainian: by its hreflang, or by its words `Укр`, `Українською`."""
    language = page.attributes[link].get("hreflang", "").lower()[:2]
    return language in {"uk", "ua"} or page.texts[link].strip().lower().startswith("укр")
