"""Memory of what was told, in the cache folder: an alarm is news once, and a reminder once a day."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from archive.storage.cache import cache_folder
from archive.terminal import visible
from crawler.health.monitoring.rules import Alarm

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from crawler.health.monitoring.gathered import Gathered
    from crawler.health.monitoring.limits import Limits

_OF_ARCHIVE = ".archive"


@dataclass(frozen=True, slots=True)
class Notice:
    """What there is to tell now; empty where nothing is."""

    uri: str
    new: tuple[Alarm, ...]
    still: tuple[Alarm, ...]
    over: tuple[Alarm, ...]
    _files: Mapping[Path, Mapping[str, tuple[str, str]]] = field(default_factory=dict, repr=False)
    """File -> key of an alarm -> its text and when it was told last."""

    def __bool__(self) -> bool:
        return bool(self.new or self.still or self.over)

    @property
    def subject(self) -> str:
        """One line, for a mail."""
        parts = [
            f"{len(those)} {word}"
            for those, word in ((self.new, "new"), (self.still, "still wrong"), (self.over, "over"))
            if those
        ]
        return visible(f"Triptych: {', '.join(parts)} ({self.uri})")[:200]

    def text(self, longest: int | None = None) -> str:
        """A line an alarm."""
        lines = [
            f"{word}: {visible(str(alarm))}"
            for word, those in (("new", self.new), ("still", self.still), ("over", self.over))
            for alarm in those
        ]
        told = "\n".join([self.subject, *lines])
        if longest is not None and len(told) > longest:
            return told[:longest].rpartition("\n")[0] + "\n… `triptych watch` has all"
        return told

    def document(self) -> dict[str, object]:
        told = {"subject": self.subject, "text": self.text(), "archive": self.uri}
        lists = {
            name: [{"outlet": x.outlet or None, "rule": x.rule, "told": x.told} for x in those]
            for name, those in (("new", self.new), ("still", self.still), ("over", self.over))
        }
        return {**told, **lists}

    def remember(self) -> None:
        """Write down what was told. Raises OSError."""
        for path, alarms in self._files.items():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            written = path.with_name(f"{path.name}.{os.getpid()}")
            written.write_text(json.dumps(alarms, ensure_ascii=False), "utf-8")
            written.replace(path)


def notice_of(known: Gathered, found: Iterable[Alarm], limits: Limits) -> Notice:
    """Compare the alarms of these outlets, and of the archive, with what was told of them."""
    new: list[Alarm] = []
    still: list[Alarm] = []
    over: list[Alarm] = []
    files: dict[Path, dict[str, tuple[str, str]]] = {}
    by_name: dict[str, list[Alarm]] = {name: [] for name in ("", *known.outlets)}
    for alarm in found:
        by_name.setdefault(alarm.outlet, []).append(alarm)
    for name, alarms in by_name.items():
        path = cache_folder(known.root, "told") / f"{name or _OF_ARCHIVE}.json"
        before = _read(path)
        kept: dict[str, tuple[str, str]] = {}
        for alarm in alarms:
            told_at = before[alarm.rule][1] if alarm.rule in before else None
            if told_at is None or known.now - datetime.fromisoformat(told_at) >= limits.remind_after:
                (new if told_at is None else still).append(alarm)
                told_at = known.now.isoformat()
            kept[alarm.rule] = (alarm.told, told_at)
        over += [Alarm(name, rule, before[rule][0]) for rule in before.keys() - kept.keys()]
        if before or kept:
            files[path] = kept
    return Notice(known.uri, tuple(new), tuple(still), tuple(over), files)


def _read(path: Path) -> dict[str, tuple[str, str]]:
    """What is damaged counts as never told."""
    try:
        read = json.loads(path.read_bytes())
        found = {str(rule): (str(told), str(at)) for rule, (told, at) in read.items()}
        if any(datetime.fromisoformat(at).tzinfo is None for _, at in found.values()):
            return {}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
    return found
