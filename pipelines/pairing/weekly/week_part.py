"""Some weeks of an archive, compared and aligned: a function of its articles, and of nothing else.

A part names the weeks; the days around them that have a say are read with them. A pair belongs to the week
of its earlier article, so each is found once, whoever compares which weeks, in which order, and how often.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import archive
from archive.format.records import AlignmentRecord
from pipelines.alignment.aligner import Aligner, Texts
from pipelines.pairing.content.compare import compare
from pipelines.pairing.content.match import Match
from pipelines.pairing.weekly.weeks import Week, WeekKey, Weeks

Ids = tuple[str, str]


@dataclass(frozen=True, slots=True)
class DueWeek:
    """A week to compare, or the two weeks of pairs that no week has."""

    keys: tuple[WeekKey, ...]
    linked: frozenset[Ids]
    """Pairs by a link, to be scored whether or not they are likely; of two weeks nothing else is scored."""
    aligned: frozenset[Ids]
    """Pairs whose texts of today are aligned in the archive."""


@dataclass(frozen=True, slots=True)
class WeekPart:
    archive: str
    """Path or address, by which whoever compares has to reach it."""
    snapshot: int
    weeks: tuple[DueWeek, ...]


@dataclass(frozen=True, slots=True)
class ComparedWeek:
    keys: tuple[WeekKey, ...]
    matches: tuple[Match, ...]
    alignments: tuple[tuple[Texts, tuple[AlignmentRecord, ...]], ...]
    """Rows of the matches that count and were not aligned, by their texts."""


def compare_weeks(part: WeekPart) -> tuple[ComparedWeek, ...]:
    """Compare the weeks of a part; the articles around one week are in memory at a time.

    Writes nothing. Raises what opening an archive raises.
    """
    read = archive.open(part.archive).at(part.snapshot)
    weeks = Weeks(read, keys={key for due in part.weeks for key in due.keys})
    return tuple(compared(due, weeks) for due in part.weeks)


def compared(due: DueWeek, weeks: Weeks) -> ComparedWeek:
    """Compare one week; its articles are read unless the week before had them."""
    around = [weeks.around(key) for key in due.keys]
    readings = {x.document.article_id: x for week in around for x in weeks.readings(week)}
    if len(around) > 1:
        matches = compare(list(readings.values()), due.linked, only_wanted=True)
    else:
        matches = compare(list(readings.values()), due.linked, decides=around[0].decides)
    couples = [(x.a_id, x.b_id) for x in matches if counts(x, due.linked)]
    texts = weeks.variants({x for ids in couples if ids not in due.aligned for x in ids}, around)
    done: dict[Texts, tuple[AlignmentRecord, ...]] = {}
    Aligner(done)(texts, [ids for ids in couples if ids not in due.aligned and texts.keys() >= set(ids)])
    return ComparedWeek(due.keys, tuple(matches), tuple(done.items()))


def counts(match: Match, linked: Collection[Ids]) -> bool:
    """Tell if a match is decided on: the others were only asked about."""
    return match.joins or match.contradicted or (match.a_id, match.b_id) in linked


def signature(weeks: Sequence[Week], linked: Collection[Ids]) -> bytes:
    """Return what the comparison of a week depends on, as far as one archive and one code go."""
    return repr([*(week.state for week in weeks), *sorted(linked)]).encode()
