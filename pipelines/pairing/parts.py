"""Division of a run's pairs into parts without a common story, each decided and written alone."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from archive.commit.related import StoriesOf
from pipelines.pairing.labels import Label

Pair = tuple[int, float, str, str]
"""Number in the spool, time, and the ids of both."""

THROUGH, LEFT = "pairing/through", "pairing/left"
"""Keys in the summary of a snapshot made by pairing: id of the snapshot that the run had read, if it compared
all that was due; else the number of weeks left."""
ALIGNED = "pairing/aligned"
"""Key in the summary of a snapshot made by pairing: version of the weights by which it has aligned."""
_PORTION = 10_000


@dataclass(slots=True)
class Part:
    numbers: list[int] = field(default_factory=list)
    """Numbers of the pairs in the spool."""
    labels: list[Label] = field(default_factory=list)


def parts(pairs: Iterable[Pair], labels: Sequence[Label], stories_of: StoriesOf, size: int) -> list[Part]:
    """Divide the pairs into parts of about `size`, by time, as articles of one time are in the same files.

    Pairs with a common article or story are in one part, however many they are. Takes some eighty bytes of
    memory for each pair.
    """
    sets = _UnionFind()
    times: list[float] = []
    owners: list[int] = []
    numbers: list[int] = []
    owner_of: dict[str, int] = {}
    for number, at, a, b in pairs:
        owner_a, owner_b = sets.of(a), sets.of(b)
        sets.join(owner_a, owner_b)
        owner_of |= {a: owner_a, b: owner_b}
        _portion(owner_of, sets, stories_of, _PORTION)
        numbers.append(number)
        times.append(at)
        owners.append(owner_a)
    owners_of_labels = []
    for label in labels:
        owner_a, owner_b = sets.of(label.a_id), sets.of(label.b_id)
        sets.join(owner_a, owner_b)
        owner_of |= {label.a_id: owner_a, label.b_id: owner_b}
        owners_of_labels.append(owner_a)
    _portion(owner_of, sets, stories_of, 0)
    return _filled(numbers, times, [sets.root(x) for x in owners], labels, owners_of_labels, sets, size)


def _portion(number_of: dict[str, int], sets: "_UnionFind", stories_of: StoriesOf, most: int) -> None:
    """Join the articles of one story."""
    if len(number_of) > most:
        for article_id, story_id in stories_of(number_of.keys()).items():
            sets.join(number_of[article_id], sets.of(f"story {story_id}"))
        number_of.clear()


def _filled(  # noqa: PLR0917
    numbers: Sequence[int],
    times: Sequence[float],
    owners: Sequence[int],
    labels: Sequence[Label],
    owners_of_labels: Collection[int],
    sets: "_UnionFind",
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
    for label, owner_of_label in zip(labels, owners_of_labels, strict=True):
        filled[place.setdefault(sets.root(owner_of_label), 0)].labels.append(label)
    return filled


class _UnionFind:
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

    def join(self, member_a: int, member_b: int) -> None:
        member_a, member_b = self.root(member_a), self.root(member_b)
        self._parent[max(member_a, member_b)] = min(member_a, member_b)
