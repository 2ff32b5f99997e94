"""A story as its page, and its line in the list, show it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from archive.format.records import TextBlock
from archive.format.times import has_hour
from archive.read.diff import Diff
from archive.read.unread_alternates import UnreadAlternate
from archive.viewer.search.answers import EditVisit, LoneQuote
from archive.viewer.side_by_side import Row


@dataclass(frozen=True, slots=True)
class Edit(EditVisit):
    diff: Diff


@dataclass(frozen=True, slots=True)
class Mark:
    """A passage of one text, and what another of the story says in its place."""

    kind: str
    """One of CONTRADICTIONS; converted: one quantity in two units; quote: not in the other; sentence:
    probably not in the other."""
    text: str
    """As printed."""
    language: str
    """Of the other text."""
    other_text: str | None = None
    """As printed there; None of a quotation and a sentence."""
    confidence: float | None = None
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Variant:
    article_id: str
    version: int
    language: str
    """`?` where none was decided."""
    outlet: str
    url: str
    headline: str
    byline: str | None
    """As printed, or the authors that the page's data name."""
    published_at: datetime | None
    published_raw: str | None
    last_seen: datetime
    first_text: datetime
    """When its first text was seen."""
    blocks: tuple[TextBlock, ...]
    edits: tuple[Edit, ...]
    marks: Mapping[int, tuple[Mark, ...]]
    """By the number of the block."""

    def marked(self, number: int) -> Iterator[tuple[str, tuple[Mark, ...]]]:
        """Split a block's text into pieces, each with its marks.

        A piece is a whole word or number: 5 is not marked in 15.
        """
        marks: dict[str, list[Mark]] = {}
        for mark in self.marks.get(number, ()):
            if mark.text:
                marks.setdefault(mark.text, []).append(mark)
        text = self.blocks[number].text
        if not marks:
            yield text, ()
            return
        longest_first = "|".join(re.escape(x) for x in sorted(marks, key=len, reverse=True))
        pieces = re.split(rf"(?<!\w)({longest_first})(?!\w)", text)
        for n, piece in enumerate(pieces):
            yield piece, tuple(marks[piece]) if n % 2 else ()


@dataclass(frozen=True, slots=True)
class MarkedPair:
    """Two numbers or names at one place of two texts: unequal, or one quantity in two units."""

    languages: tuple[str, str]
    texts: tuple[str, str]
    confidence: float
    doubtful: bool
    """True if the paragraphs perhaps do not say the same."""


@dataclass(frozen=True, slots=True)
class Joint:
    """A pair of articles of the story, with its evidence and the similarity of the texts."""

    languages: tuple[str, str]
    evidence: str
    reciprocal: bool
    score: float | None
    """0 to 1; None where nobody has compared the texts."""
    conflict: bool = False
    """The texts contradict what the links say: they do not seem to be one story."""
    kinds: tuple[str, ...] = ()
    """All evidence there is, each kind once."""


@dataclass(frozen=True, slots=True)
class StoryView:
    story_id: str
    variants: tuple[Variant, ...]
    """Variants side by side, then the others; each in the order of publication."""
    rows: tuple[Row, ...]
    compared: int
    """Number of variants in the rows; 0 where they are not aligned yet."""
    joints: tuple[Joint, ...]
    coverage: Mapping[tuple[str, str], float]
    """Of (y, x): the share of the characters of x that stand in y too."""
    doubtful: Mapping[tuple[str, str], float]
    """Of (y, x): the share of the characters of x of which that is doubtful."""
    original: str | None
    """Language that the others were translated from; None where that is unknown."""
    original_reason: str | None
    """Ground of that, or why it is unknown, as the column original_language_reason has it."""
    marked: Mapping[str, tuple[MarkedPair, ...]] = field(default_factory=dict)
    """Contradictions by kind, then the conversions."""
    quotes: tuple[LoneQuote, ...] = ()
    """Quotations that only one language has."""
    one_sided: frozenset[tuple[str, int, str]] = frozenset()
    """(article, block, article without it) of each paragraph that an alignment has on one side only."""
    unread: tuple[UnreadAlternate, ...] = ()

    def title_in(self, language: str) -> Variant:
        """Return the variant whose headline stands for the story: of this language, English, or the first."""
        return self.variant(language) or self.variant("en") or self.variants[0]

    @property
    def shown(self) -> tuple[Variant, ...]:
        """Variants to be shown side by side."""
        return self.variants[: self.compared] or self.variants

    @property
    def others(self) -> tuple[Variant, ...]:
        """Variants to be shown below those side by side."""
        return self.variants[len(self.shown) :]

    @property
    def dates(self) -> list[datetime]:
        dates = []
        for variant in self.variants:
            if variant.published_at is not None:
                dates.append(variant.published_at)
        return dates

    @property
    def has_hours(self) -> bool:
        return all(map(has_hour, self.dates))

    @property
    def shares(self) -> list[tuple[str, str, float, float, int]]:
        """(x, y, share of the characters of x that y has too, share in doubt, sentences perhaps not in y)."""
        shares = []
        for (y, x), share in self.coverage.items():
            shares.append((x, y, share, self.doubtful.get((y, x), 0), self._sentences_only(x, y)))
        return sorted(shares)

    def _sentences_only(self, language: str, without: str) -> int:
        """Count the sentences of linked paragraphs that another language perhaps does not have."""
        sentences = set[str]()
        for variant in self.shown:
            for marks in variant.marks.values() if variant.language == language else ():
                for mark in marks:
                    if mark.kind == "sentence" and mark.language == without:
                        sentences.add(mark.text)
        return len(sentences)

    def languages(self, places: Iterable[int]) -> tuple[str, ...]:
        return tuple(self.shown[place].language for place in places)

    def surely_saying(self, row: Row, without: int) -> tuple[str, ...]:
        """Name the languages of the variants whose text here one of `doubtful` surely has not."""
        return self.languages(place for place in range(len(self.shown)) if (place, without) in row.sure)

    def saying(self, row: Row) -> tuple[str, ...]:
        """Name the languages of the variants that surely have what a row says."""
        languages = []
        for place, (variant, cell) in enumerate(zip(self.shown, row.cells, strict=True)):
            if (cell and place not in row.unsure) or place in row.elsewhere:
                languages.append(variant.language)
        return tuple(languages)

    @property
    def in_conflict(self) -> bool:
        return any(x.conflict for x in self.joints)

    @property
    def edits(self) -> list[tuple[Variant, Edit]]:
        edits = []
        for variant in self.variants:
            for edit in variant.edits:
                edits.append((variant, edit))
        return edits

    def variant(self, language: str) -> Variant | None:
        return next((x for x in self.variants if x.language == language), None)

    def behind(self, variant: Variant) -> float:
        """Seconds between the first publication and that of `variant`, which must have a date."""
        assert variant.published_at is not None
        return (variant.published_at - min(self.dates)).total_seconds()
