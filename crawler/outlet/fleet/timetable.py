"""The schedule of the outlets: `[schedule]` of triptych.toml, and which outlets are due, as a pure function.

Each outlet has a slot in every period, `every`, at a different moment of it, so that a hundred outlets do not
begin at once. It is due when its last run began before the latest slot, and half a period ago. A check once a
period therefore finds each outlet due once; after a week of downtime each is due once; and clocks that differ
by minutes do not use a slot twice.
"""

import difflib
import hashlib
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, TypeVar

from archive.commands.configuration import Table
from archive.exceptions import WrongSetting
from archive.storage.leases import LastRun
from archive.terminal import visible

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

R = TypeVar("R", bound="DataclassInstance")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_DURATION = re.compile(r"([0-9]{1,6})([smhd])")
_QUIET = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])")
_LONGEST = timedelta(days=365)
_AHEAD = timedelta(minutes=10)
"""A run that began later than this from now was recorded by a wrong clock."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When one outlet is crawled; the fields are the keys of `[schedule]` and `[schedule.OUTLET]`."""

    every: timedelta = timedelta(hours=1)
    quiet: tuple[time, time] | None = None
    """From and to, UTC; no crawl begins in it."""
    revisit_after: timedelta | None = timedelta(hours=1)
    """A crawl is followed by a revisit, where the last one began so long ago; None: never."""
    time_limit: timedelta = timedelta(hours=6)
    skip: bool = False

    def slot(self, outlet: str, now: datetime) -> datetime:
        """The latest slot of the outlet that has begun."""
        digest = hashlib.blake2b(outlet.encode(), digest_size=8).digest()
        after = int.from_bytes(digest) / (1 << 64) * self.every
        return now - (now - _EPOCH - after) % self.every

    def is_quiet(self, now: datetime) -> bool:
        if self.quiet is None:
            return False
        begin, end = self.quiet
        at = now.time()
        return begin <= at < end if begin < end else at >= begin or at < end


@dataclass(frozen=True, slots=True)
class Timetable:
    usual: Rhythm = field(default_factory=Rhythm)
    rhythms: Mapping[str, Rhythm] = field(default_factory=dict)
    """Of outlets with a separate table."""

    def of(self, outlet: str) -> Rhythm:
        return self.rhythms.get(outlet, self.usual)

    def is_due(self, outlet: str, last: LastRun, now: datetime) -> bool:
        """True if a crawl may begin; `last` is of an outlet that nobody crawls now."""
        rhythm = self.of(outlet)
        if rhythm.skip or rhythm.is_quiet(now):
            return False
        begun = last.begun_at
        if begun is None or last.ended_at is None or begun - now > _AHEAD:
            return True  # never, or its process has died
        # a late run does not come close to the next
        return begun < rhythm.slot(outlet, now) and now - begun >= rhythm.every / 2

    def is_revisit_due(self, outlet: str, last: LastRun, now: datetime) -> bool:
        after = self.of(outlet).revisit_after
        if after is None:
            return False
        revisited = last.revisited_at
        return revisited is None or revisited - now > _AHEAD or now - revisited >= after

    def due(self, runs: Mapping[str, LastRun], now: datetime) -> list[str]:
        """Outlets that are due, those that have waited longest first."""
        waiting = [outlet for outlet, last in runs.items() if self.is_due(outlet, last, now)]
        return sorted(waiting, key=lambda outlet: (runs[outlet].begun_at or _EPOCH, outlet))

    def not_kept(self, runs: Mapping[str, LastRun], at_once: int) -> list[str]:
        """Sentences about what cannot be kept, by how long the last runs took."""
        sentences, needed = [], 0.0
        for outlet, last in runs.items():
            rhythm = self.of(outlet)
            if rhythm.skip or last.begun_at is None or last.ended_at is None:
                continue
            took = last.ended_at - last.begun_at
            needed += took / rhythm.every
            if took > rhythm.every:
                sentences.append(
                    f"{outlet} is to be crawled every {written(rhythm.every)}, and its last run took "
                    f"{written(took)}"
                )
        if needed > at_once:
            sentences.append(
                f"the last runs took so long that {needed:.1f} at once are needed to keep the schedule; "
                f"{at_once} are allowed, on each machine"
            )
        return sentences


def read_timetable(tables: Mapping[str, Table], outlets: Sequence[str]) -> Timetable:
    """Read `[schedule]` ("" in `tables`) and the table of each outlet. Raises WrongSetting."""
    return Timetable(*read_tables("schedule", Rhythm(), tables, outlets, _read, of="a schedule"))


def read_tables(
    section: str,
    defaults: R,
    tables: Mapping[str, Table],
    outlets: Sequence[str],
    read: Callable[[str, object], object],
    *,
    of: str,
    of_no_outlet: Collection[str] = (),
) -> tuple[R, dict[str, R]]:
    """Read `[section]` ("" in `tables`), and over it the table of each outlet. Raises WrongSetting.

    `read`: a value by its key, which is a field of `defaults`; it raises ValueError. `of`: what the keys are
    of, in words. `of_no_outlet`: keys of `[section]` alone.
    """
    names = [field.name for field in fields(defaults)]

    def over(record: R, where: str, table: Table, names: Sequence[str]) -> R:
        for name, value in table.items():
            if name not in names:
                raise WrongSetting(f"{where}: {visible(name)} is not a key of {of}{nearest_of(name, names)}")
            try:
                record = replace(record, **{name: read(name, value)})
            except ValueError as error:
                raise WrongSetting(f"{where}: {name} = {error}.") from None
        return record

    usual = over(defaults, f"[{section}]", tables.get("", {}), names)
    names_of_outlets = [name for name in names if name not in of_no_outlet]
    by_outlet = {}
    for outlet, table in tables.items():
        where = f"[{section}.{visible(outlet)}]"
        if outlet and outlet not in outlets:
            raise WrongSetting(f"{where}: there is no such outlet{nearest_of(outlet, outlets)}")
        if outlet:
            by_outlet[outlet] = over(usual, where, table, names_of_outlets)
    return usual, by_outlet


def duration(text: object) -> timedelta:
    """`90s`, `15m`, `2h`, `1d`, from a second to a year. Raises ValueError."""
    match = _DURATION.fullmatch(text) if isinstance(text, str) else None
    lasts = timedelta(seconds=int(match[1]) * _UNITS[match[2]]) if match else timedelta()
    if not timedelta() < lasts <= _LONGEST:
        raise ValueError(
            f"{visible(str(text))!r} is not a time; expected such as 90s, 15m, 2h or 1d, a year at most"
        )
    return lasts


def written(lasts: timedelta) -> str:
    """The largest unit of which there are two at least; rounded."""
    seconds = lasts.total_seconds()
    unit = next((unit for unit in "dhm" if seconds >= 2 * _UNITS[unit] or seconds == _UNITS[unit]), "s")
    return f"{seconds / _UNITS[unit]:.0f}{unit}"


def truth(value: object) -> bool:
    """Raises ValueError."""
    if not isinstance(value, bool):
        raise ValueError(f"{visible(str(value))!r} has to be true or false")
    return value


def _read(name: str, value: object) -> object:
    if name == "skip":
        return truth(value)
    if name == "quiet":
        match = _QUIET.fullmatch(value) if isinstance(value, str) else None
        if value == "":
            return None
        if not match or match.groups()[:2] == match.groups()[2:]:
            raise ValueError(
                f"{visible(str(value))!r} is not a part of a day; expected such as 01:00-05:00, in UTC"
            )
        from_hour, from_minute, to_hour, to_minute = map(int, match.groups())
        return time(from_hour, from_minute), time(to_hour, to_minute)
    if name == "revisit_after" and value == "never":
        return None
    lasts = duration(value)
    if name == "every" and lasts < timedelta(minutes=1):
        raise ValueError(f"{written(lasts)} cannot be kept, as a run takes longer; a minute is the least")
    return lasts


def nearest_of(name: str, names: Sequence[str]) -> str:
    """Return what a message about an unknown name ends with: the one that is meant, or all."""
    near = difflib.get_close_matches(name.lower(), names, 1)
    return f"; did you mean {near[0]}?" if near else f"; known: {', '.join(names)}."
