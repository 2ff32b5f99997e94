"""Division of a run's pairs into parts without a common story, each decided and written alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from archive.commit.related import StoriesOf
    from pipelines.pairing.labels import Verdict

    Pair = tuple[int, float, str, str]
    """Number in the spool, time, and the ids of both."""

_PORTION = 10_000


@dataclass(slots=True)
class Part:
    numbers: list[int] = field(default_factory=list)
    """Numbers of the pairs in the spool."""
    verdicts: list[Verdict] = field(default_factory=list)


def parts(pairs: Iterable[Pair], verdicts: Sequence[Verdict], stories_of: StoriesOf, size: int) -> list[Part]:
    """Divide the pairs into parts of about `size`, by time, as articles of one time are in the same files.

    Pairs with a common article or story are in one part, however many they are. Takes some eighty bytes of
    memory for each pair.
    """
    groups = _Groups()
    times: list[float] = []
    owners: list[int] = []
    numbers: list[int] = []
    named: dict[str, int] = {}
    for number, at, a, b in pairs:
        one, other = groups.of(a), groups.of(b)
        groups.join(one, other)
        for name, group in ((a, one), (b, other)):
            named[name] = group
        _portion(named, groups, stories_of, _PORTION)
        numbers.append(number)
        times.append(at)
        owners.append(one)
    judged = []
    for verdict in verdicts:
        one, other = groups.of(verdict.a_id), groups.of(verdict.b_id)
        groups.join(one, other)
        named |= {verdict.a_id: one, verdict.b_id: other}
        judged.append(one)
    _portion(named, groups, stories_of, 0)
    return _filled(numbers, times, [groups.root(x) for x in owners], verdicts, judged, groups, size)


def _portion(named: dict[str, int], groups: _Groups, stories_of: StoriesOf, most: int) -> None:
    """Join the articles of one story."""
    if len(named) > most:
        for article_id, story_id in stories_of(named.keys()).items():
            groups.join(named[article_id], groups.of(f"story {story_id}"))
        named.clear()


def _filled(  # noqa: PLR0917
    numbers: Sequence[int],
    times: Sequence[float],
    owners: Sequence[int],
    verdicts: Sequence[Verdict],
    judged: Collection[int],
    groups: _Groups,
    size: int,
) -> list[Part]:
    first: dict[int, float] = {}
    for owner, at in zip(owners, times, strict=True):
        first[owner] = min(at, first.get(owner, at))
    filled = [Part()]
    place: dict[int, int] = {}
    for n in sorted(range(len(numbers)), key=lambda n: (first[owners[n]], owners[n], numbers[n])):
        if owners[n] not in place and len(filled[-1].numbers) >= size:
            filled.append(Part())
        place.setdefault(owners[n], len(filled) - 1)
        filled[-1].numbers.append(numbers[n])
    for verdict, one in zip(verdicts, judged, strict=True):
        filled[place.setdefault(groups.root(one), 0)].verdicts.append(verdict)
    return filled


class _Groups:
    """Union-find over names; it keeps a hash of eight bytes instead of each name."""

    def __init__(self) -> None:
        self._number: dict[int, int] = {}
        self._parent: list[int] = []

    def of(self, name: str) -> int:
        key = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big")
        number = self._number.setdefault(key, len(self._parent))
        if number == len(self._parent):
            self._parent.append(number)
        return number

    def root(self, number: int) -> int:
        while self._parent[number] != number:
            self._parent[number] = self._parent[self._parent[number]]
            number = self._parent[number]
        return number

    def join(self, one: int, other: int) -> None:
        one, other = self.root(one), self.root(other)
        self._parent[max(one, other)] = min(one, other)
