"""Expectations of a declaration: amounts that an outlet's crawls bring while its rules hold.

An outlet whose feed lists a tenth of its stories, or whose bylines have moved, causes no error; its crawls
only bring less. The idea is that of zavod's assertions: https://zavod.opensanctions.org/tutorial/#assertions
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from crawler.exceptions import DeclarationError

ALL = ""
"""Stands for all languages together."""
SHARES = ("byline", "date", "all_languages")
KEYS = ("articles_a_day", *SHARES)


@dataclass(frozen=True, slots=True)
class Bounds:
    floor: float
    ceiling: float


@dataclass(frozen=True, slots=True)
class Expectations:
    """Values of `expects`; None, or an empty tuple, where nothing is expected."""

    articles_a_day: tuple[tuple[str, Bounds], ...] = ()
    """Language, or ALL, and least and greatest number of articles published on one day."""
    byline: float | None = None
    """Least share of articles with a byline."""
    date: float | None = None
    """Least share of articles with a date."""
    all_languages: float | None = None
    """Least share of stories in each of uk, en and ru that the outlet publishes in."""

    def __bool__(self) -> bool:
        return bool(self.articles_a_day) or any(getattr(self, share) is not None for share in SHARES)


def read_expectations(value: object, languages: Sequence[str]) -> Expectations:
    """Check `expects`. Raises DeclarationError for a key or value that cannot be meant."""
    if not isinstance(value, Mapping):
        raise DeclarationError(
            f"expects {value!r} does not have the form {{'articles_a_day': (40, 400), 'byline': .6}}"
        )
    if unknown := [key for key in value if key not in KEYS]:
        raise DeclarationError(f"expects: {unknown[0]!r} is none of {', '.join(KEYS)}")
    shares = {key: _share(key, value[key]) for key in SHARES if key in value}
    if "all_languages" in shares and len(languages) < 2:
        raise DeclarationError("expects all_languages: the outlet has not two languages")
    return Expectations(tuple(_amounts(value.get("articles_a_day", {}), languages)), **shares)


def _share(key: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
        raise DeclarationError(f"expects {key} {value!r}: a share is above 0 and at most 1, as .6")
    return float(value)


def _amounts(value: object, languages: Sequence[str]) -> Iterator[tuple[str, Bounds]]:
    if not isinstance(value, Mapping):
        yield ALL, _bounds(value)
        return
    for language, bounds in value.items():
        if language not in languages:
            raise DeclarationError(
                f"expects articles_a_day: {language!r} is not among languages {', '.join(languages)}"
            )
        yield str(language), _bounds(bounds)


def _bounds(value: object) -> Bounds:
    if not (
        isinstance(value, tuple | list)
        and len(value) == 2
        and all(isinstance(bound, int | float) and not isinstance(bound, bool) for bound in value)
    ):
        raise DeclarationError(
            f"expects articles_a_day {value!r} does not have the form (40, 400), or {{'uk': (40, 400)}}"
        )
    floor, ceiling = map(float, value)
    if not 0 <= floor <= ceiling or not ceiling:
        raise DeclarationError(
            f"expects articles_a_day {value!r}: the least number of articles comes first, then the greatest"
        )
    return Bounds(floor, ceiling)
