"""Time zones of printed times: `EEST`, `+03:00`, `ET`, `за Києвом`, `по московскому времени`."""

import datetime as dt
import re
from datetime import timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

KYIV = ZoneInfo("Europe/Kyiv")

_HOURS = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 1, "bst": 1, "cet": 1, "cest": 2, "met": 1,
    "mest": 2, "mez": 1, "mesz": 2, "eet": 2, "eest": 3, "msk": 3, "мск": 3, "trt": 3, "get": 4, "ist": 5.5,
    "wib": 7, "sgt": 8, "hkt": 8, "awst": 8, "jst": 9, "kst": 9, "aest": 10, "aedt": 11, "nzst": 12,
    "nzdt": 13, "wat": 1, "cat": 2, "sast": 2, "eat": 3, "ast": -4, "adt": -3, "nst": -3.5, "ndt": -2.5,
    "brt": -3, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
}  # fmt: skip
"""Hours east of Greenwich. `IST` is India's: Ireland and Israel print it less."""
_WORDS = {
    "get", "west", "wet", "ist", "met", "cat", "eat", "ast", "wat", "et", "ct", "mt", "pt", "at", "ut",
}  # fmt: skip
"""Abbreviations that are zones only in capitals: `10:00 West Bank`, `10:00 at home`."""
_NAMES = {
    "Europe/Kyiv": "киї києв киев kyiv kiev",
    "Europe/Brussels": "брюссел brussels",
    "Europe/Warsaw": "варшав warsaw",
    "Europe/Berlin": "берл berlin",
    "Europe/Paris": "париж paris",
    "Europe/London": "лондон london",
    "Europe/Moscow": "москов москв moscow",
    "Europe/Minsk": "мінськ минск minsk",
    "Europe/Chisinau": "кишин chisinau",
    "Europe/Vilnius": "вільнюс вильнюс vilnius",
    "Europe/Riga": "ризьк рижск riga",
    "Europe/Tallinn": "таллін таллин tallinn",
    "Europe/Helsinki": "гельсінк хельсинк helsinki",
    "Europe/Istanbul": "стамбул анкар istanbul",
    "Asia/Tbilisi": "тбіліс тбилис tbilisi",
    "Asia/Yerevan": "єреван ереван yerevan",
    "Asia/Baku": "баку бакин baku",
    "Asia/Almaty": "астан алмат almaty",
    "Asia/Tashkent": "ташкент tashkent",
    "Asia/Bishkek": "бішкек бишкек bishkek",
    "America/Halifax": "at",
    "America/New_York": "et eastern вашингтон washington нью-йорк york",
    "America/Chicago": "ct",
    "America/Denver": "mt",
    "America/Los_Angeles": "pt pacific",
    "UTC": "гринв гринич greenwich",
}
_ZONES = {stem: zone for zone, stems in _NAMES.items() for stem in stems.split()}
"""Zone of a place; standard or summer time depends on the date."""
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
        hours, minutes = int(digits[:2] or 0), int(digits[2:4] or 0)
        offset = timedelta(hours=hours, minutes=minutes)
        if offset < timedelta(hours=24):
            return timezone(-offset if folded[0] == "-" else offset), "zone"
    return KYIV, "naive"


def last_day() -> dt.date:
    """Return today's date in Kyiv, as lists of outlets go by Kyiv's days, with hardly an exception."""
    return dt.datetime.now(KYIV).date()
