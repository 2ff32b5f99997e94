"""Time zones of printed times: `EEST`, `+03:00`, `ET`, `за Києвом`, `по московскому времени`."""

import datetime as dt
import re
import tomllib
from datetime import timedelta, timezone, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

KYIV = ZoneInfo("Europe/Kyiv")

_FILE: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
_HOURS: dict[str, float] = _FILE["hours"]
"""Hours east of Greenwich."""
_WORDS = {
    "get", "west", "wet", "ist", "met", "cat", "eat", "ast", "wat", "et", "ct", "mt", "pt", "at", "ut",
}  # fmt: skip
"""Abbreviations that are zones only in capitals: `10:00 West Bank`, `10:00 at home`."""


def _zone_by_word(table: str) -> dict[str, str]:
    words: dict[str, str] = {}
    for zone, words_of_zone in _FILE[table].items():
        words.update(dict.fromkeys(words_of_zone.split(), zone))
    return words


_ZONES = _zone_by_word("zones")
"""Zone of a place; standard or summer time depends on the date."""
_COUNTRIES, _LANGUAGES = _zone_by_word("countries"), _zone_by_word("languages")
_CITY = "|".join(sorted((re.escape(stem) for stem in _ZONES if len(stem) > 2), key=len, reverse=True))
_LOCAL = re.compile(
    rf"(?:^|[\d,:;(|·–—-])\s*(?:за|по)\s+(?:час(?:ом|у)\s+|времени\s+)?(?P<by>{_CITY})(?:\w{{0,4}}\b|\w*\s+(?:час|врем))"
    rf"|\b(?:час(?:ом)?|врем(?:я|ени))\s+(?P<there>{_CITY})"
    rf"|\b(?P<of>{_CITY})[\w-]*\s+(?:standard\s+|daylight\s+)?(?:час|врем|time\b)",
    re.IGNORECASE,
)
"""Time of a place: `10:00 за Києвом`, `по московскому времени`, `Kyiv time`; not `удар по Києву`."""


def printed_place(text: str) -> str | None:
    """Return the place whose time a line names."""
    local = _LOCAL.search(text)
    return (local["by"] or local["there"] or local["of"]).casefold() if local else None


def zone_of(printed: str | None) -> tuple[tzinfo, str]:
    """Return the zone, and `zone` if it was printed or `naive` if not: then it is Kyiv's."""
    folded = (printed or "").casefold().removeprefix("gmt").removeprefix("utc") or ("z" if printed else "")
    if folded in _WORDS and not (printed or "").isupper():
        return KYIV, "naive"
    if folded in _ZONES:
        return ZoneInfo(_ZONES[folded]), "zone"
    if folded in _HOURS:
        return timezone(timedelta(hours=_HOURS[folded])), "zone"
    if folded[:1] in {"+", "-"}:
        digits = folded[1:].replace(":", "")
        digits = digits.zfill(len(digits) + len(digits) % 2)
        hours, minutes = int(digits[:2] or 0), int(digits[2:4] or 0)
        offset = timedelta(hours=hours, minutes=minutes)
        if offset < timedelta(hours=24):
            return timezone(-offset if folded[0] == "-" else offset), "zone"
    return KYIV, "naive"


def zone_of_country(code: str) -> tuple[tzinfo | None, bool]:
    """Return the zone of the pages under a country's domain, and if the code is a country's at all.

    There is no zone for a country that has several.
    """
    zone = _COUNTRIES.get(code)
    return (ZoneInfo(zone) if zone else None), code in _COUNTRIES


def zone_of_language(code: str) -> tzinfo | None:
    """Return the zone in which a language is printed; None for a language of many countries."""
    zone = _LANGUAGES.get(code)
    return ZoneInfo(zone) if zone else None


def last_day() -> dt.date:
    """Return today's date in Kyiv, as lists of outlets go by Kyiv's days, with hardly an exception."""
    return dt.datetime.now(KYIV).date()
