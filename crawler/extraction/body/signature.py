"""The signature: a name in the last line of a text, used if nothing else says who wrote it."""

import re
from collections.abc import Sequence

from crawler.extraction.body.text_blocks import ReadBlock

_LONGEST = 70
_ABOVE = 400
"""Characters of text above a name."""
NAME = re.compile(
    r"(?:[^\W\d_a-zа-яіїєґё][^\W\d_]*(?:['’ʼ-][^\W\d_]+)*\.?\s+){1,3}[^\W\d_a-zа-яіїєґё][^\W\d_]+(?:['’ʼ-][^\W\d_]+)*"
    r"(?:,\s*[^.!?:;]{2,40})?\.?"
)


_DAY = re.compile(
    r"(?:[.,|]?\s+(?:updated|published|posted)(?:\s+on)?\s?:?|\s+(?:в|у|on|at))?\s+"
    r"(?:(?:[^\W\d_]+day|mon?|tue|wed|thu|fri?|sat?|sun|di|mi|do|so|пн|вт|ср|чт|пт|сб|нд|вс"
    r"|lunes|martes|mi[ée]rcoles|jueves|viernes|s[áa]bado|domingo|(?:segunda|ter[çc]a|quarta|quinta|sexta)(?:-feira)?"
    r"|(?:lun|mar|mercre|jeu|vendre|same)di|dimanche|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch"
    r"|(?:m[aå]n|tirs|tis|ons|tors|fre|l[øö]r|s[øö]n)dag)\.?,?\s+)?"
    r"(?:[^\W\d_]{3,12}\.?\s+\d{1,2}(?:st|nd|rd|th)?(?:,?\s+(?:19|20)\d{2}|\s+at\s+\d{1,2}:\d{2})"
    r"|\d{1,2}\.?\s+(?:de\s+)?[^\W\d_]{3,12}[.,]?\s+(?:del?\s+)?(?:19|20)\d{2}|(?:19|20)\d{2}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{2,4})\b.*$",
    re.IGNORECASE,
)


def without_day(line: str) -> str:
    """Drop the day behind the names of a byline: `By Jane Doe, The Courier January 17, 2012`."""
    return _DAY.sub("", line).rstrip(" ,·|–—-")


ACCOUNT = re.compile(
    r"^\W*(?:by|автор(?:и|ы)?)?\W*(?:super\s?user|admin\w*|адмін\w*|админ\w*|редактор сайт\w*)\W*$",
    re.IGNORECASE,
)
"""Account names of a publishing system, printed in the place of an author."""
_PHOTO = re.compile(r"[.,]?\s+фото(?:\s+автор(?:а|ки))?\.?$", re.IGNORECASE)
"""Credit for a photo after the name: `Ника РЯБОВА Фото автора`."""
_CALL = re.compile(r"слава\s+(?:україн|нації|зсу|героям)|героям\s+слава|вічна\s|вечная\s", re.IGNORECASE)
"""Slogans, which are no signature: `Слава Україні`."""


def signed_by(line: str) -> str | None:
    """Return the name if a line under a text is a name and nothing else."""
    name = _PHOTO.sub("", line)
    return name if len(name) <= _LONGEST and NAME.fullmatch(name) and not _CALL.match(name) else None


def signature(blocks: Sequence[ReadBlock], reasons: Sequence[str | None]) -> int | None:
    """Return the index of the signature: the last block, a paragraph of two to four capitalised words."""
    retained = [i for i, reason in enumerate(reasons) if reason is None]
    if len(retained) < 3:
        return None
    last = blocks[retained[-1]]
    above = sum(len(blocks[i].text) for i in retained[:-1])
    return retained[-1] if last.kind == "paragraph" and above >= _ABOVE and signed_by(last.text) else None
