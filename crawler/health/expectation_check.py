"""Compares each outlet with its own past, or with `expects` where the declaration has it.

The latest day (crawler/health/latest_days.py) is compared with the six weeks before. An expectation is missed
if the day is far below what is usual, and chance does not explain it. A holiday may bring fewer articles than
any day of the month, and an outlet with a story a day has days without one; neither is a finding.
"""

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp, lgamma, log, log1p, sqrt
from statistics import median
from typing import Literal, TypeVar

import numpy as np

from archive.format.languages import STORY_LANGUAGES, TRANSLATED_WITHIN
from archive.format.reasons import Reason
from archive.format.records import ObservationRecord
from archive.state.model import moment
from archive.writer import ArchiveWriter
from crawler.extraction.fields.dates.timezones import KYIV
from crawler.health.latest_days import DAY, DAYS, SHARES, LatestDays, Numbers, Share
from crawler.outlet.declaration import Outlet
from crawler.outlet.expectations import ALL, Bounds

WEEK = 7
LEAST_DAYS = 7
"""Number of earlier days that are needed to say what is usual."""
DAYS_OF_A_MEDIAN = 3
"""Days whose median is held against a declared number: one day of few news, a holiday, does not move it."""
LEAST_ARTICLES = 20
"""Number of articles, or stories, that are needed to judge a declared share."""
SPANS = (1, 3, 7)
"""Numbers of days that are judged together: one day of many an outlet has too few articles."""
LEAST_OF_A_SPAN = 8
"""Number of articles, or stories, in a span that are needed to judge a share or a length."""
LEAST_SPANS = 3
LEAST_SHARE = 0.1
"""A smaller share is no habit of the outlet, so its loss is not reported."""
LOW, HIGH = 0.25, 0.9
"""Quantiles of earlier days that bound what is usual; a few odd days, or the first of a failure, do not move
them."""
FEW, HARDLY_ANY = 0.5, 0.1
"""Parts of the usual number of articles below which it is missed: FEW on three days in a row, HARDLY_ANY on
one, which may be a holiday."""
SHORT = 0.67
"""Part of the usual length below which texts are too short."""
_BY_CHANCE = 0.005
_SHARE_BY_CHANCE = 1e-4
_SURE = 0.99
"""The greatest usual share: if it were 1, a single exception would be impossible."""
_RANKED_BELOW = -4.0
"""Standard deviations of the rank sum of Mann and Whitney."""
SAME_WEEKDAYS = 3
_AT_NIGHT = timedelta(hours=12)
_PAUSES = 2.5
"""An outlet is silent after so many times its longest usual pause: a holiday has longer pauses."""
SILENT_AFTER = timedelta(days=7)
"""For an outlet whose usual pauses are unknown."""
_MOMENTS = 10
"""Number of times of publication that are needed to say which pause is usual."""
_WEEKDAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")

_Measured = TypeVar("_Measured")
State = Literal["met", "missed", "over", "unknown"]


@dataclass(frozen=True, slots=True)
class Verdict:
    expectation: str
    """Key of `expects`, or `newest`, `length`, `picture`; with the language after it where there is one."""
    state: State
    """`over`: more than the declared greatest number; that is a warning."""
    message: str
    value: float | None = None
    """Articles a day, a share, characters, or hours; None where it is unknown."""


def judge(
    outlet: type[Outlet], days: LatestDays, fall: float = 0.3, silent_after: timedelta | None = None
) -> list[Verdict]:
    """Judge what is declared, and what is usual where nothing is declared.

    `fall` is the part of a share that may be lost, `silent_after` how long nothing new may come.
    """
    if days.end is None:
        return []
    newest = _newest(days, silent_after)
    if newest and newest[0].state == "missed":
        silent = {ALL, *outlet.languages}
    else:
        by_language = _newest_by_language(outlet, days)
        silent = set(by_language)
        newest += by_language.values()
    verdicts = [*newest, *_amounts(outlet, days, silent)]
    languages = [language for language in STORY_LANGUAGES if language in outlet.languages]
    verdicts += _lengths(days, languages)
    for name in (*SHARES, *(["all_languages"] if len(languages) > 1 else [])):
        declared = getattr(outlet.expectations, name, None)
        if declared is None:
            verdicts.append(_usual_share(name, days, fall))
        else:
            verdicts.append(_declared_share(name, declared, days))
    return verdicts


def _quantile(values: Sequence[float], part: float) -> float:
    return float(np.quantile(values, part, method="lower"))


def _unknown(name: str, days: LatestDays) -> Verdict:
    if not days.is_covered:
        message = "the last crawl came more than two days after the one before, or is the first"
    elif len(days.usual) < LEAST_DAYS:
        message = f"not enough days yet: {len(days.usual)} of {LEAST_DAYS}"
    else:
        message = f"too few articles: {LEAST_OF_A_SPAN} in a week are needed"
    return Verdict(name, "unknown", message)


def _example(days: LatestDays, language: str = ALL, without: str = "") -> str:
    address = days.example(language, without)
    return f"; see {address}" if address else ""


# How old the newest article is.


def _newest(days: LatestDays, silent_after: timedelta | None) -> list[Verdict]:
    moments = days.moments()
    if not len(moments):
        message = f"nothing new in the last {DAYS} days"
        return [Verdict("newest", "missed", message)] if days.is_covered else []
    return [_silence(days, ALL, moments, _longest_pause(moments), silent_after)]


def _newest_by_language(outlet: type[Outlet], days: LatestDays) -> dict[str, Verdict]:
    """Judge each language, of which one may end alone; return those with nothing new."""
    verdicts: dict[str, Verdict] = {}
    for language in outlet.languages if len(outlet.languages) > 1 else ():
        moments = days.moments(language)
        pause = _longest_pause(moments) if len(moments) else None
        if pause is not None and (verdict := _silence(days, language, moments, pause)).state == "missed":
            verdicts[language] = verdict
    return verdicts


def _silence(
    days: LatestDays, language: str, moments: Numbers, pause: timedelta | None, after: timedelta | None = None
) -> Verdict:
    """Compare the time since the last of these moments with the longest usual pause."""
    assert days.end is not None
    quiet = days.end - moment(int(moments[-1]))
    longest = after or (SILENT_AFTER if pause is None else max(_AT_NIGHT, _PAUSES * pause))
    usual = "" if pause is None else f", usually {hours(pause)} at most"
    message = f"nothing new for {hours(quiet)}{usual}{_example(days, language)}"
    state: State = "missed" if quiet > longest else "met"
    return Verdict(f"newest {language}".strip(), state, message, quiet / timedelta(hours=1))


def _longest_pause(moments: Numbers) -> timedelta | None:
    """Return the longest usual time without an article; None for less than a week, or few articles."""
    recent = moments[moments > moments[-1] - 4 * WEEK * DAY // timedelta(microseconds=1)]
    span = timedelta(microseconds=int(recent[-1] - recent[0]))
    if len(recent) < _MOMENTS or span < WEEK * DAY:
        return None
    pauses = np.sort(np.diff(recent))
    # of two weeks or more the longest may be a holiday, or a day on which the outlet was down
    longest = pauses[-2] if span >= 2 * WEEK * DAY else pauses[-1]
    return timedelta(microseconds=int(longest))


def hours(lasts: timedelta) -> str:
    count = int(lasts.total_seconds() // 3600)
    return f"{count} hours" if count < 72 else f"{count // 24} days"


# Articles a day.


def _amounts(outlet: type[Outlet], days: LatestDays, silent: Container[str]) -> list[Verdict]:
    """Judge the articles of a day, of all languages and of each; `silent` ones were reported by `newest`."""
    declared = dict(outlet.expectations.articles_a_day)
    languages = outlet.languages if len(outlet.languages) > 1 else ()
    verdicts: list[Verdict] = []
    for language in (ALL, *languages):
        if language in declared:
            verdicts.append(_declared_amount(language, declared[language], days))
        elif not verdicts or verdicts[0].state != "missed":
            verdict = _usual_amount(language, days)
            if language not in silent or verdict.state != "missed":
                verdicts.append(verdict)
    return verdicts


def _declared_amount(language: str, bounds: Bounds, days: LatestDays) -> Verdict:
    name = f"articles_a_day {language}".strip()
    numbers = [number for number in days.latest if number < WEEK][:DAYS_OF_A_MEDIAN]
    if len(numbers) < DAYS_OF_A_MEDIAN:
        return Verdict(name, "unknown", _too_few_days(len(numbers)))
    value = median(days.count(number, language) for number in numbers)
    message = (
        f"{value:g} a day, median of the last {DAYS_OF_A_MEDIAN}; {bounds.floor:g} to {bounds.ceiling:g} "
        "expected"
    )
    state: State = "missed" if value < bounds.floor else "over" if value > bounds.ceiling else "met"
    if days.count(0, language) < HARDLY_ANY * bounds.floor:
        value, state = days.count(0, language), "missed"
        message = f"{value} on the last day; {bounds.floor:g} to {bounds.ceiling:g} expected"
    return Verdict(name, state, message + (_example(days, language) if state == "missed" else ""), value)


def _too_few_days(count: int) -> str:
    return f"not enough days yet: {count} of {DAYS_OF_A_MEDIAN}"


def _usual_amount(language: str, days: LatestDays) -> Verdict:
    assert days.end is not None
    name = f"articles_a_day {language}".strip()
    if not days.is_covered or len(days.usual) < LEAST_DAYS:
        return _unknown(name, days)
    counts = {number: days.count(number, language) for number in days.latest}
    earlier = [counts[number] for number in days.usual]
    low, high = round(_quantile(earlier, LOW)), round(_quantile(earlier, HIGH))
    value = counts[0]
    same = [counts[number] for number in days.usual if number % WEEK == 0]
    least = min(low, _quantile(same, LOW)) if same else 0
    is_quiet = value < HARDLY_ANY * least and _poisson(value, least) < _BY_CHANCE
    on = ""
    if len(same) >= SAME_WEEKDAYS:
        low, high = round(_quantile(same, LOW)), max(same)
        on = " on " + _WEEKDAYS[(days.end.astimezone(KYIV) - DAY / 2).weekday()]
    message = f"{value} in the 24 hours before {days.end:%Y-%m-%d %H:%M} UTC, usually {low} to {high}{on}"
    if is_quiet or _is_fading(counts):
        return Verdict(name, "missed", message + _example(days, language), value)
    return Verdict(name, "met", message, value)


def _is_fading(counts: dict[int, int]) -> bool:
    """Return True if each of the last three days has less than half of the least that its weekday had."""
    total = least = 0
    for number in range(DAYS_OF_A_MEDIAN):
        same = [counts[number + ago] for ago in (WEEK, 2 * WEEK, 3 * WEEK) if number + ago in counts]
        if number not in counts or len(same) < SAME_WEEKDAYS or counts[number] >= FEW * min(same):
            return False
        total, least = total + counts[number], least + min(same)
    return _poisson(total, least) < _BY_CHANCE


def _poisson(value: int, mean: float) -> float:
    """Return the probability of at most `value` articles where `mean` are usual."""
    if mean <= 0:
        return 1.0
    return sum(exp(count * log(mean) - mean - lgamma(count + 1)) for count in range(value + 1))


# Lengths and shares.


def _spans(
    days: LatestDays, measure: Callable[[Sequence[int]], _Measured], size: Callable[[_Measured], int]
) -> Iterator[tuple[int, _Measured, list[_Measured]]]:
    """Measure the latest days, so many together, and the earlier ones in groups of as many.

    Yields the spans that have enough articles to say something; none while nothing is usual yet.
    """
    if not days.is_covered or len(days.usual) < LEAST_DAYS:
        return
    for span in SPANS:
        latest = measure([number for number in days.latest if number < span])
        earlier_days = [number for number in days.usual if number >= span]
        earlier: list[_Measured] = []
        for start in range(0, len(earlier_days) - span + 1, span):
            of_group = measure(earlier_days[start : start + span])
            if size(of_group) >= LEAST_OF_A_SPAN:
                earlier.append(of_group)
        if size(latest) >= LEAST_OF_A_SPAN and len(earlier) >= LEAST_SPANS:
            yield span, latest, earlier


def _lengths(days: LatestDays, languages: Sequence[str]) -> list[Verdict]:
    """Judge the lengths in each language; if all have become shorter, that is one finding."""
    total = _length(days, ALL)
    if len(languages) < 2 or (
        total.state == "missed" and all(_is_short_today(days, language) for language in languages)
    ):
        return [total]
    by_language = [_length(days, language) for language in languages]
    return by_language if any(verdict.state == "missed" for verdict in by_language) else [total, *by_language]


def _is_short_today(days: LatestDays, language: str) -> bool:
    """Return True unless the latest day has usual texts of a language, however few."""
    today, earlier = days.lengths([0], language), days.lengths(days.usual, language)
    return not len(today) or not len(earlier) or bool(np.median(today) < SHORT * np.median(earlier))


def _length(days: LatestDays, language: str) -> Verdict:
    """Judge the median length of the texts: extraction may have begun to lose half of each."""
    name = f"length {language}".strip()
    first: Verdict | None = None
    for span, lengths, earlier in _spans(days, lambda numbers: days.lengths(numbers, language), len):
        medians = [float(np.median(of_group)) for of_group in earlier]
        low, high = _quantile(medians, LOW), _quantile(medians, HIGH)
        value = float(np.median(lengths))
        message = (
            f"median of {value:.0f} characters in {len(lengths)} texts of {_last(span)}, usually "
            f"{low:.0f} to {high:.0f}"
        )
        if value < SHORT * low and _rank(lengths, np.concatenate(earlier)) < _RANKED_BELOW:
            return Verdict(name, "missed", message + _example(days, language), value)
        first = first or Verdict(name, "met", message, value)
    return first or _unknown(name, days)


def _last(span: int) -> str:
    return "the last day" if span == 1 else f"the last {span} days"


def _rank(sample: Numbers, earlier: Numbers) -> float:
    """Return how far the ranks of a sample lie from chance, in standard deviations; below 0 if shorter."""
    ordered = np.sort(earlier)
    below = np.searchsorted(ordered, sample, "left") + np.searchsorted(ordered, sample, "right")
    share = float(below.mean()) / 2 / len(ordered)
    return (share - 0.5) / sqrt((1 / len(sample) + 1 / len(ordered)) / 12)


def _usual_share(name: str, days: LatestDays, fall: float) -> Verdict:
    first: Verdict | None = None
    for span, share, earlier in _spans(
        days, lambda numbers: days.shares(name, numbers), lambda share: share.total
    ):
        values = [of_group.value for of_group in earlier]
        low, high = _quantile(values, LOW), _quantile(values, HIGH)
        message = (
            f"{share.value:.0%} of {_what(name, share.total)} of {_last(span)}, usually {low:.0%} to "
            f"{high:.0%}"
        )
        if low >= LEAST_SHARE and share.value < (1 - fall) * low and _binomial(share, low) < _SHARE_BY_CHANCE:
            return Verdict(name, "missed", message + _example(days, without=name), share.value)
        first = first or Verdict(name, "met", message, share.value)
    return first or _unknown(name, days)


def _what(name: str, count: int) -> str:
    return f"{count} stories" if name == "all_languages" else f"{count} articles"


def _binomial(share: Share, usual: float) -> float:
    """Return the probability of at most this share where another is usual."""
    total = 0.0
    usual = min(usual, _SURE)
    for part in range(share.part + 1):
        ways = lgamma(share.total + 1) - lgamma(part + 1) - lgamma(share.total - part + 1)
        total += exp(ways + part * log(usual) + (share.total - part) * log1p(-usual))
    return total


def _declared_share(name: str, floor: float, days: LatestDays) -> Verdict:
    # translations may come days later
    newest = TRANSLATED_WITHIN.days if name == "all_languages" else 0
    numbers = [number for number in days.latest if newest <= number < newest + WEEK]
    share = days.shares(name, numbers, by_now=True)
    if len(numbers) < DAYS_OF_A_MEDIAN:
        return Verdict(name, "unknown", _too_few_days(len(numbers)))
    if share.total < LEAST_ARTICLES:
        return Verdict(
            name, "unknown", f"{_what(name, share.total)} on {len(numbers)} days, {LEAST_ARTICLES} are needed"
        )
    latest, span = days.share(name, numbers[0], by_now=True), f"{len(numbers)} days"
    if latest.value < floor and _binomial(latest, floor) < _SHARE_BY_CHANCE:
        share, span = latest, "the last day"
    message = f"{share.value:.0%} of {_what(name, share.total)} of {span}; {floor:.0%} or more expected"
    if share.value < floor:
        return Verdict(name, "missed", message + _example(days, without=name), share.value)
    return Verdict(name, "met", message, share.value)


ROW_EVERY = timedelta(days=1)


def note_missed(uri: str, outlet: Outlet, missed: str, run_id: str, now: datetime) -> None:
    """Leave a row of `observations` at the outlet's home address, one a day: `expectation-missed`.

    Raises ArchiveError or OSError.
    """
    address = outlet.home or f"https://{outlet.domains()[0]}/"
    with ArchiveWriter.open(uri, run_id=f"expectations-{run_id}") as writer:
        last = writer.last_observation(address)
        if last is not None and last.reason == Reason.EXPECTATION_MISSED and now - last.at < ROW_EVERY:
            return
        writer.add_observation(
            ObservationRecord(
                url=address,
                requested_url=address,
                outlet=outlet.name,
                outcome="failed",
                reason=Reason.EXPECTATION_MISSED.value,
                observed_at=now,
                http_status=None,
                run_id=run_id,
                detail=missed[:500],
            )
        )
        writer.commit()
