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
