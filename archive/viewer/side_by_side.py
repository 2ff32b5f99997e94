"""Rows of a story's page: paragraphs of its variants that say the same stand side by side."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

Place = tuple[int, int]
"""A variant, and the number of one of its blocks."""


@dataclass(frozen=True, slots=True)
class Link:
    """Paragraphs of two variants that say the same; `one` and `other` are places in the list of variants."""

    one: int
    paragraphs_one: tuple[int, ...]
    other: int
    paragraphs_other: tuple[int, ...]
    moved: bool
    doubtful: bool = False
    """They perhaps say the same: nobody should publish that they do, nor that they do not."""


@dataclass(frozen=True, slots=True)
class Row:
    cells: tuple[tuple[int, ...], ...]
    """Blocks of each variant in this row; empty where it has none."""
    moved: frozenset[int]
    """Variants that have this at another place of the text."""
    doubtful: frozenset[int] = frozenset()
    """Variants that may say this somewhere all the same: nobody should publish that they do not."""
    likely: frozenset[int] = frozenset()
    """Variants that rather say it somewhere, though no paragraph here is linked: no lack is told of them."""
    unsure: frozenset[int] = frozenset()
    """Variants whose paragraphs here perhaps say something else."""
    elsewhere: frozenset[int] = frozenset()
    """Those of `likely` that surely say it, in another row."""
    sure: frozenset[tuple[int, int]] = frozenset()
    """A variant, and one of `doubtful` that surely has not what it says here, but perhaps what others do."""

    @property
    def alone(self) -> bool:
        """True where some variant surely has nothing of this row."""
        return any(not cell and n not in self.doubtful | self.likely for n, cell in enumerate(self.cells))


Lone = tuple[int, int, int]
"""A variant, one of its blocks, and a variant without a link to it."""


def lay(
    paragraphs: Sequence[Sequence[int]],
    links: Iterable[Link],
    lone: frozenset[Lone] | None = None,
    likely: frozenset[Lone] = frozenset(),
) -> list[Row]:
    """Lay rows in the order of the first variant; what it lacks comes after the paragraph before it.

    A variant that has nothing in a row lacks it for sure where `lone` says so of each block there, or where
    there is no `lone`; it rather has it where `likely` says so of any, or a link that counts for no row.

    Between two later variants a link counts only where neither is linked with the first: three alignments
    need not agree, and those with the first are what the page is read by.
    """
    links = list(links)
    row_of: dict[Place, Place] = {}
    moved_of: dict[Place, set[int]] = defaultdict(set)
    unsure: dict[Place, set[int]] = defaultdict(set)
    linked: dict[Place, dict[int, bool]] = defaultdict(dict)
    _join(row_of, (x for x in links if x.one == 0))
    with_first = set(row_of)
    _join(row_of, (x for x in links if x.one != 0 and with_first.isdisjoint(_places(x))))
    for link in links:
        place = (link.one, link.paragraphs_one[0])
        if place in row_of:
            if link.moved:
                moved_of[_root(row_of, place)].add(link.other)
            if link.doubtful:
                unsure[_root(row_of, place)].add(link.other)
        for variant, number in _places(link):
            other = link.one + link.other - variant
            linked[variant, number][other] = linked[variant, number].get(other) or not link.doubtful
    rows = []
    for root, places in _ordered(paragraphs, row_of, moved_of):
        cells = tuple(tuple(n for v, n in places if v == variant) for variant in range(len(paragraphs)))
        doubtful = _doubtful(cells, places, lone)
        rather, elsewhere = set[int](), set[int]()
        for place, x in product(places, doubtful):
            if (*place, x) in likely or x in linked[place]:
                rather.add(x)
            if linked[place].get(x):
                elsewhere.add(x)
        moved, perhaps = frozenset(moved_of[root]), frozenset(unsure[root])
        row = Row(cells, moved, doubtful - rather, frozenset(rather), perhaps, frozenset(elsewhere))
        rows.append(replace(row, sure=_sure(row, lone or frozenset())))
    return rows


def _sure(row: Row, lone: frozenset[Lone]) -> frozenset[tuple[int, int]]:
    sure = set[tuple[int, int]]()
    for without, (variant, cell) in product(row.doubtful, enumerate(row.cells)):
        if cell and lone.issuperset(product((variant,), cell, (without,))):
            sure.add((variant, without))
    return frozenset(sure)


def _doubtful(
    cells: Sequence[Sequence[int]], places: Sequence[Place], lone: frozenset[Lone] | None
) -> frozenset[int]:
    """Return the variants without a cell that may have the text somewhere all the same."""
    if lone is None:
        return frozenset()
    doubtful: set[int] = set()
    for variant, cell in enumerate(cells):
        if not cell and any((*place, variant) not in lone for place in places):
            doubtful.add(variant)
    return frozenset(doubtful)


def _places(link: Link) -> list[Place]:
    return [(link.one, n) for n in link.paragraphs_one] + [(link.other, n) for n in link.paragraphs_other]


def _join(row_of: dict[Place, Place], links: Iterable[Link]) -> None:
    for link in links:
        first, *rest = _places(link)
        for place in rest:
            row_of.setdefault(place, place)
            row_of[_root(row_of, place)] = _root(row_of, first)


def _root(row_of: dict[Place, Place], place: Place) -> Place:
    while row_of.setdefault(place, place) != place:
        place = row_of[place]
    return place


def _ordered(
    paragraphs: Sequence[Sequence[int]], row_of: dict[Place, Place], moved: Mapping[Place, set[int]]
) -> list[tuple[Place, list[Place]]]:
    members: dict[Place, list[Place]] = defaultdict(list)
    # the row that follows each row, and after None the first one: a list would be searched for each of 20,000
    following: dict[Place | None, Place | None] = {None: None}
    for variant, numbers in enumerate(paragraphs):
        last: Place | None = None
        for number in numbers:
            root = _root(row_of, (variant, number))
            if root not in members:
                following[root], following[last] = following[last], root
            members[root].append((variant, number))
            if variant not in moved.get(root, ()):
                last = root
    order: list[Place] = []
    at = following[None]
    while at is not None:
        order.append(at)
        at = following[at]
    return [(root, members[root]) for root in order]
