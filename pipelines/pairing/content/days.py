"""Days that a text names: what tells a report from the report of another day.

`7 жовтня`, `October 7` and `on Tuesday` are days beside the day of publication. A forecast or a list of
losses is of the day in its headline, and the next one has the same words.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pipelines.similarity.document import ArticleReading, text_of
from pipelines.similarity.weekdays import WEEKDAY

_LEAD = 1_000
"""Characters in which weekdays are looked for: further below, background names other ones."""
_ANY_YEAR = 2024
"""Leap year of days whose year is unknown."""


@dataclass(frozen=True, slots=True)
class Days:
    """Days, as ordinals of dates, that a headline and a whole article name."""

    headline: frozenset[int]
    every: frozenset[int]
    published: frozenset[int]
    """Day of publication with the days beside it, which a report without a day may be of."""

    @classmethod
    def of(cls, reading: ArticleReading) -> "Days":
        document = reading.document
        at = document.at.date().toordinal() if document.at is not None else None
        # an anchor's position is a share of the text that was read
        headline_end = (len(document.headline) + 0.5) / max(1, len(text_of(document)))
        in_headline, every = (
            set(_weekdays(document.headline, at)),
            set(_weekdays(text_of(document)[:_LEAD], at)),
        )
        for anchor in reading.anchors:
            if (day := _of_key(anchor.key, at)) is not None:
                every.add(day)
                if anchor.position < headline_end:
                    in_headline.add(day)
        published = frozenset() if at is None else frozenset((at - 1, at, at + 1))
        return cls(frozenset(in_headline), frozenset(every), published)

    def contrary(self, counterpart: "Days") -> bool:
        """Tell if the day of a headline is none of the other article's days.

        Where the other names none, and the headline has the day of its own publication, the other's day of
        publication counts.
        """
        return self._is_of_another_day(counterpart) or counterpart._is_of_another_day(self)

    def apart(self, counterpart: "Days") -> bool:
        """Tell if both articles name days and none of them is the same."""
        return bool(self.every and counterpart.every) and self.every.isdisjoint(counterpart.every)

    def _is_of_another_day(self, counterpart: "Days") -> bool:
        days = counterpart.headline or counterpart.every
        if not days and not self.headline.isdisjoint(self.published):
            days = counterpart.published
        return bool(self.headline and days) and self.headline.isdisjoint(days)


def dates_named_by_weekday(reading: ArticleReading, counterpart: ArticleReading) -> frozenset[str]:
    """Return the keys of dates of one article that the other names as the last or next Thursday."""
    at = reading.document.at.date().toordinal() if reading.document.at is not None else None
    other_at = counterpart.document.at.date().toordinal() if counterpart.document.at is not None else None
    days = frozenset(_weekdays(text_of(counterpart.document), other_at))
    return frozenset(anchor.key for anchor in reading.anchors if _of_key(anchor.key, at) in days)


def _of_key(key: str, at: int | None) -> int | None:
    """Return the day of an anchor's key, `7/10`, in the year that brings it nearest to publication."""
    day, slash, month = key.partition("/")
    if not slash:
        return None
    years = (_ANY_YEAR,) if at is None else tuple(date.fromordinal(at).year + n for n in (-1, 0, 1))
    days = list[int]()
    for year in years:
        try:
            days.append(date(year, int(month), int(day)).toordinal())
        except ValueError:
            continue
    return min(days, key=lambda x: abs(x - (at or 0)), default=None)


def _weekdays(text: str, at: int | None) -> Iterator[int]:
    """Yield the last and the next day of each weekday that a text names; none without a publication."""
    if at is None:
        return
    for match in WEEKDAY.finditer(text):
        assert match.lastindex is not None
        back = (date.fromordinal(at).weekday() - (match.lastindex - 1)) % 7
        yield at - back
        yield at - back + 7
