"""Limits of the rules: `[watch]` of triptych.toml, and `[watch.OUTLET]`, which goes over it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from archive.commands.configuration import Table, read_configuration
from archive.terminal import visible
from crawler.outlet.fleet.timetable import duration, read_tables, read_timetable, truth

_OF_ALL = ("disk_free", "verify_after", "remind_after")


@dataclass(frozen=True, slots=True)
class Limits:
    """The fields are the keys of `[watch]`; those in `_OF_ALL` are of no single outlet."""

    silent_after: timedelta | None = None
    """Without a new article; None: made from the outlet's own past."""
    fall: float = 0.3
    """Part of a share that may be lost."""
    rise: float = 0.2
    """Share of a day's pages that may end with a reason that was rarer in the week before."""
    debts: int = 50
    """Pages to retry, from which on their growth is an alarm."""
    skip: bool = False
    disk_free: float = 5.0
    """GB."""
    verify_after: timedelta = timedelta(days=7)
    remind_after: timedelta = timedelta(days=1)
    """Time after which an alarm that goes on is sent again."""


@dataclass(frozen=True, slots=True)
class AllLimits:
    usual: Limits = field(default_factory=Limits)
    by_outlet: Mapping[str, Limits] = field(default_factory=dict)

    def of(self, outlet: str) -> Limits:
        return self.by_outlet.get(outlet, self.usual)

    def without(self, outlets: Iterable[str]) -> "AllLimits":
        """Return the same, but without these: they are not crawled on purpose."""
        by_outlet = {**self.by_outlet}
        for name in outlets:
            by_outlet[name] = replace(self.of(name), skip=True)
        return replace(self, by_outlet=by_outlet)


def configured_limits(names: Sequence[str], *, are_all: bool = False) -> AllLimits:
    """Read the limits of these outlets from `triptych.toml`. Raises WrongSetting.

    If they `are_all` outlets, a table of another one is an error.
    """
    configuration = read_configuration()
    chosen = {"", *names}
    schedule, watch = configuration.schedule, configuration.watch
    if not are_all:
        schedule = {name: table for name, table in schedule.items() if name in chosen}
        watch = {name: table for name, table in watch.items() if name in chosen}
    timetable = read_timetable(schedule, names)
    return read_limits(watch, names).without(name for name in names if timetable.of(name).skip)


def read_limits(tables: Mapping[str, Table], outlets: Sequence[str]) -> AllLimits:
    """Read `[watch]` ("" in `tables`) and the table of each outlet. Raises WrongSetting."""
    return AllLimits(*read_tables("watch", Limits(), tables, outlets, _read, of="it", of_no_outlet=_OF_ALL))


def _read(name: str, value: object) -> object:
    if name == "skip":
        return truth(value)
    if name.endswith("_after"):
        return duration(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e9:
        raise ValueError(f"{visible(str(value))!r} is not a number above 0")
    if name in ("fall", "rise") and value > 1:
        raise ValueError(f"{value!r} is not a share; expected such as 0.3, at most 1")
    if name == "debts" and not isinstance(value, int):
        raise ValueError(f"{value!r} is not a whole number")
    return value
