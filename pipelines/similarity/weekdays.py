"""Days of the week in three languages: the number of a group is that of the day, Monday first."""

import re

_WEEKDAYS = (
    "понеділ(?:ок|ка|ку)|понедельника?|monday",
    "вівтор(?:ок|ка|ку)|вторника?|tuesday",
    "серед[ауи]|сред[ауы]|wednesday",
    "четвер(?:га|гу)?|четверга?|thursday",
    "п['’ʼ]?ятниц[яюі]|пятниц[аыу]|friday",
    "субот[ауи]|суббот[ауы]|saturday",
    "неділ[яюі]|воскресень[ея]|sunday",
)
WEEKDAY = re.compile(r"\b(?:" + "|".join(f"({names})" for names in _WEEKDAYS) + r")\b", re.IGNORECASE)
_PARTS = (
    *("day", "неділ", "воскр", "понед", "вівтор", "вторн", "серед", "сред", "четвер", "ятниц"),
    *("субот", "суббот"),
)
"""One of them is in each of these names."""


def may_name_weekday(text: str) -> bool:
    """Tell in a tenth of the time if a text may name a day, in small letters or English."""
    return any(map(text.__contains__, _PARTS))


def weekdays_in(text: str) -> dict[int, str]:
    """Return days by number, as printed; «Середа» is a surname, and «среда» means surroundings, too."""
    days = dict[int, str]()
    for match in WEEKDAY.finditer(text):
        assert match.lastindex is not None
        is_day = match[0].islower() and (match[0][:4] != "сред" or text[: match.start()].endswith("в "))
        if match[0].isascii() or is_day:
            days.setdefault(match.lastindex, match[0])
    return days
