"""Invented news of ours in three languages, with its gold; used by benchmarks/pairing.py and the like.

`rewrites()` are stories written by hand, each language as another newsroom would tell it, over two weeks of
March 2026 (benchmarks/data/rewrites_*.txt). None is a translation. Four in ten have a near twin:
another event of the same kind, on the same day or the next, in the same town or with the same persons.
`event_reports()` are events told by two outlets, mostly in one language, each with a near twin: the same
kind of event in another town or with another person (benchmarks/data/events_*.txt).
`dispatches()` are brief news of fourteen outlets in two or three languages: translations, halves, changed
figures, and twins of which each is in one language (benchmarks/data/dispatches_*.txt).
`reports()` of benchmarks/invented_reports.py are daily reports. Texts were written before anybody looked at
how the models judge them.

A file has a line `=== DAY STORY [twin STORY]` for each story and a line `--- LANGUAGE HH:MM[+DAYS]` (UTC) for
each text, with the outlet after the language in events_*.txt, then its headline and its paragraphs, a line
each.

Who tunes uses the part `dev` and never reads the part `kept`.
"""

import hashlib
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Literal

Part = Literal["dev", "kept"]

FOLDER = Path(__file__).parent / "data"
DRAWS = range(3)
VARIANTS = ("whole", "halved", "alone")
PARTS: tuple[Part, ...] = ("dev", "kept")


@dataclass(frozen=True)
class NewsText:
    """A published text; those of one story in two languages are to be paired, and no others.

    `event` joins stories of one event (a death toll that rises, a near twin), which are not to be paired.
    """

    doc_id: str
    story_id: str
    event: str
    kind: str
    language: str
    published: datetime
    headline: str
    text: str
    outlet: str = "pool"


@dataclass(frozen=True)
class Pool:
    """Texts that are paired together; `variant` is one of VARIANTS, `draw` is 0 where there is only one."""

    variant: str
    draw: int
    texts: tuple[NewsText, ...]

    def gold(self) -> frozenset[tuple[str, str]]:
        """Return pairs of ids, in order, whose texts tell the same story."""
        stories: dict[str, list[str]] = defaultdict(list)
        for text in self.texts:
            stories[text.story_id].append(text.doc_id)
        return frozenset(pair for ids in stories.values() for pair in combinations(sorted(ids), 2))


def rewrites(part: Part | None = None) -> list[NewsText]:
    """Read the stories written by hand; near twins are in the same part."""
    return _texts("rewrites_*.txt", part)


def event_reports(part: Part | None = None) -> list[NewsText]:
    """Read the events that two outlets tell; near twins are in the same part."""
    return _texts("events_*.txt", part)


def _texts(pattern: str, part: Part | None) -> list[NewsText]:
    texts = [text for path in sorted(FOLDER.glob(pattern)) for text in _read(path)]
    return [text for text in texts if part in {None, part_of(text.event)}]


def dispatches(part: Part | None = None) -> list[NewsText]:
    """Read the brief news; near twins are in the same part."""
    texts = [each for path in sorted(FOLDER.glob("dispatches_*.txt")) for each in _read(path)]
    return [each for each in texts if part in {None, part_of(each.event)}]


def part_of(event: str) -> Part:
    return PARTS[part_by_hash(event, 1)]


def part_by_hash(name: str, byte: int = 0, parts: int = 2) -> int:
    """Choose one of so many parts for a name, always the same; another `byte` chooses anew."""
    return hashlib.sha256(name.encode()).digest()[byte] % parts


def pools(texts: Sequence[NewsText]) -> Iterator[Pool]:
    """Yield the set whole, halved and with the originals removed, three draws each of the last two.

    Halved, each text is there with a chance of one half. With the originals removed each story has one text
    left, in one language, so that nothing is to be paired.
    """
    yield Pool("whole", 0, tuple(texts))
    for draw in DRAWS:
        drawn_texts = (text for text in texts if random.Random(f"{draw} {text.doc_id}").random() < 0.5)
        yield Pool("halved", draw, tuple(drawn_texts))
    stories: dict[str, list[NewsText]] = defaultdict(list)
    for text in texts:
        stories[text.story_id].append(text)
    for draw in DRAWS:
        singles = (random.Random(f"{draw} {key}").choice(of) for key, of in sorted(stories.items()))
        yield Pool("alone", draw, tuple(singles))


def _read(path: Path) -> Iterator[NewsText]:
    for block in path.read_text("utf-8").split("=== ")[1:]:
        head, *texts = block.split("--- ")
        day, story_id, *twin = head.split()
        event = " ".join(sorted({story_id, *twin[1:]}))
        for text in texts:
            first, headline, *paragraphs = text.strip().split("\n")
            language, *outlets, clock = first.split()
            time, _, days = clock.partition("+")
            at = datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=UTC) + timedelta(days=int(days or 0))
            yield NewsText(
                ":".join((story_id, language, *outlets)), story_id, event, "rewrite", language, at,
                headline, "\n".join(paragraphs), *outlets,
            )  # fmt: skip
