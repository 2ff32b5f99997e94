"""Memory of sent alarms, in the cache folder: each is sent once, and once a day while it goes on."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from archive.storage import durable
from archive.storage.cache import cache_folder
from archive.terminal import visible
from crawler.health.monitoring.limits import Limits
from crawler.health.monitoring.rules import Alarm

_OF_ARCHIVE = ".archive"


@dataclass(frozen=True, slots=True)
class Notice:
    """Alarms to send now; falsy if there are none."""

    uri: str
    new: tuple[Alarm, ...]
    still: tuple[Alarm, ...]
    over: tuple[Alarm, ...]
    _files: Mapping[Path, Mapping[str, tuple[str, str]]] = field(default_factory=dict, repr=False)
    """File -> key of an alarm -> its text and when it was last sent."""

    def __bool__(self) -> bool:
        return bool(self.new or self.still or self.over)

    @property
    def subject(self) -> str:
        """One line, for a mail."""
        parts: list[str] = []
        for alarms, word in ((self.new, "new"), (self.still, "still wrong"), (self.over, "over")):
            if alarms:
                parts.append(f"{len(alarms)} {word}")
        return visible(f"Triptych: {', '.join(parts)} ({self.uri})")[:200]

    def text(self, longest: int | None = None) -> str:
        """A line an alarm."""
        lines = [self.subject]
        for word, alarms in self._lists().items():
            lines += [f"{word}: {visible(str(alarm))}" for alarm in alarms]
        text = "\n".join(lines)
        if longest is not None and len(text) > longest:
            return text[:longest].rpartition("\n")[0] + "\n… `triptych watch` has all"
        return text

    def document(self) -> dict[str, object]:
        document: dict[str, object] = {"subject": self.subject, "text": self.text(), "archive": self.uri}
        for name, alarms in self._lists().items():
            document[name] = [alarm.document() for alarm in alarms]
        return document

    def _lists(self) -> dict[str, tuple[Alarm, ...]]:
        return {"new": self.new, "still": self.still, "over": self.over}

    def remember(self) -> None:
        """Remember the alarms as sent. Raises OSError."""
        for path, alarms in self._files.items():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            durable.replace(path, json.dumps(alarms, ensure_ascii=False).encode())


@dataclass(frozen=True, slots=True)
class Checked:
    now: datetime
    uri: str
    root: Path
    """The archive's folder, or the working copy of its store."""
    outlets: Iterable[str]
    is_readable: bool = True
    """If not, alarms of before are neither over nor still raised."""


def notice_of(checked: Checked, raised: Iterable[Alarm], limits: Limits) -> Notice:
    """Compare the alarms of these outlets, and of the archive, with those that were sent before."""
    new: list[Alarm] = []
    still: list[Alarm] = []
    over: list[Alarm] = []
    files: dict[Path, dict[str, tuple[str, str]]] = {}
    by_name: dict[str, list[Alarm]] = {name: [] for name in ("", *checked.outlets)}
    for alarm in raised:
        by_name.setdefault(alarm.outlet, []).append(alarm)
    for name, alarms in by_name.items():
        path = cache_folder(checked.root, "told") / f"{name or _OF_ARCHIVE}.json"
        before = _read(path)
        remembered = {} if checked.is_readable else {**before}
        for alarm in alarms:
            told_at = before[alarm.rule][1] if alarm.rule in before else None
            if told_at is None or checked.now - datetime.fromisoformat(told_at) >= limits.remind_after:
                (new if told_at is None else still).append(alarm)
                told_at = checked.now.isoformat()
            remembered[alarm.rule] = (alarm.message, told_at)
        over += [Alarm(name, rule, before[rule][0]) for rule in before.keys() - remembered.keys()]
        if before or remembered:
            files[path] = remembered
    return Notice(checked.uri, tuple(new), tuple(still), tuple(over), files)


def _read(path: Path) -> dict[str, tuple[str, str]]:
    """Read the alarms of an outlet that were sent; none if the file is damaged."""
    try:
        read = json.loads(path.read_bytes())
        alarms = {str(rule): (str(message), str(at)) for rule, (message, at) in read.items()}
        if any(datetime.fromisoformat(at).tzinfo is None for _, at in alarms.values()):
            return {}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
    return alarms
