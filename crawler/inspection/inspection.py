"""The inspection of a page for `triptych inspect`: its fields with their sources, and each line's fate."""

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Literal

from lxml.html import HtmlElement

from crawler.extraction.body.lines import Line, page_lines
from crawler.extraction.document.decoding import parse
from crawler.extraction.document.text import for_comparison, one_line
from crawler.extraction.fields.dates.publication import StatedDate, stated
from crawler.items import Article, Fetch, Hints
from crawler.workers.stages import WorkerStage

if TYPE_CHECKING:
    from crawler.extraction.page import Parts  # which loads trafilatura

Mark = Literal["kept", "field", "dropped", "outside"]
_LONGEST = 160
"""Characters of a line that may contain a field beside other words; a longer one is text."""
_SHORTEST = 5
NO_PASSAGE = "no running text"
"""Reason for a line amid the text that is no passage: a label, a button, a date."""
_MOST = 10
"""Claims that are shown for a field, at most: a page may have any number of <h1>."""


@dataclass(frozen=True, slots=True)
class MarkedLine:
    line: Line
    mark: Mark
    """Fate of the line: `kept` in the text, in another `field`, `dropped` for a reason, or `outside` the
    text."""
    label: str
    """Kind of its block, name of the field, or the reason."""


@dataclass(frozen=True, slots=True)
class Inspection:
    article: Article
    """Article with all decisions, even if it was refused."""
    refused: str | None
    """Reason why it would be dropped."""
    hints: Hints
    headline_source: str | None
    modified_source: str | None
    claims: tuple["Claim", ...]
    dates: tuple[StatedDate, ...]
    nobody: frozenset[str]
    """Author claims that name no person."""
    place: str
    """Element of the text, in words."""
    verdict: str
    """Reading that won and the one that lost, with their characters and the reason; empty without a doubt."""
    lines: tuple[MarkedLine, ...]
    unseen: tuple[str, ...]
    """Blocks of the text that are no line of the page, for instance from JSON-LD."""


def inspect_page(
    fetch: Fetch, hints: Hints, stages: Sequence[WorkerStage], persons_in: Callable[[str], Sequence[str]]
) -> Inspection:
    """Runs in a worker process, where what reading takes is imported. Raises Unreadable or Blocked.

    `persons_in` names the persons in a printed byline.
    """
    from crawler.extraction.page import article_of, read_parts  # noqa: PLC0415  .3 s: a worker has it already

    parts = read_parts(fetch, hints)
    article = article_of(fetch, hints, parts)
    for stage in stages:
        # of what one refuses, the decisions of the others are shown all the same
        article = stage.decide(article)
    # reading took the first tree apart
    tree = parse(fetch.body, fetch.encoding)
    stated_dates = tuple(stated(tree, parts.data, fetch.url, fetch.fetched_at, parts.metadata.headline))
    printed = [date.raw for date in stated_dates if date.at and date.source.startswith(("printed", "time"))]
    lines, unseen = _mark(page_lines(tree, hints.drop, parts.text.spared), article, parts, printed)
    return Inspection(
        article=article,
        refused=article.refused.detail if article.refused is not None else None,
        hints=hints,
        headline_source=parts.metadata.headline_source,
        modified_source=parts.modified.source if parts.modified else None,
        claims=stated_claims(parts, tree),
        dates=stated_dates,
        nobody=frozenset(claim.value for claim in article.author_claims if not persons_in(claim.value)),
        place=parts.text.place,
        verdict=parts.text.verdict,
        lines=lines,
        unseen=unseen,
    )


def _mark(
    lines: list[Line], article: Article, parts: "Parts", printed: list[str]
) -> tuple[tuple[MarkedLine, ...], tuple[str, ...]]:
    keys = [for_comparison(line.text) for line in lines]
    labels: dict[int, tuple[Mark, str]] = {}
    places, unseen = _places(keys, [for_comparison(block.text) for block in article.blocks])
    for i, at in places.items():
        labels[i] = ("kept", article.blocks[at].kind)
    for left_out in parts.text.dropped:
        place = _unlabelled(keys, labels, for_comparison(left_out.text))
        if place is not None:
            labels[place] = ("dropped", left_out.reason)
    for i, names in _fields(lines, keys, article, printed).items():
        if labels.get(i, ("dropped",))[0] != "kept":
            labels[i] = ("field", ", ".join(names))
    for i, line in enumerate(lines):
        if i in labels:
            continue
        if line.reason:
            labels[i] = ("dropped", line.reason)
        elif places and min(places) < i < max(places):
            labels[i] = ("dropped", NO_PASSAGE)
        else:
            labels[i] = ("outside", "outside the text")
    marked = tuple(MarkedLine(line, *labels[i]) for i, line in enumerate(lines))
    return marked, tuple(article.blocks[i].text for i in unseen)


def _unlabelled(keys: list[str], labels: Container[int], key: str) -> int | None:
    """Return the first line without a label that is this text, else one that is part of it."""
    for is_whole in (True, False):
        for i, line_key in enumerate(keys):
            if line_key and i not in labels and (line_key == key if is_whole else line_key in key):
                return i
    return None


def _fields(lines: list[Line], keys: list[str], article: Article, printed: list[str]) -> dict[int, list[str]]:
    """Return the fields of each line that is one, or has one beside little else; the first for each field."""
    fields: dict[int, list[str]] = {}
    bylines = [article.byline, *(claim.value for claim in article.author_claims)]
    for name, values in (
        ("headline", [article.headline]), ("byline", bylines), ("date", [article.published_raw, *printed]),
    ):  # fmt: skip
        field_keys = [key for value in values if len(key := for_comparison(value or "")) >= _SHORTEST]
        at = _line_of(lines, keys, field_keys, within=name != "headline")
        if at is not None:
            fields.setdefault(at, []).append(name)
    return fields


def _line_of(lines: list[Line], keys: list[str], field_keys: list[str], *, within: bool) -> int | None:
    for field_key in field_keys:
        if field_key in keys:
            return keys.index(field_key)
    for field_key in field_keys if within else ():
        for i, key in enumerate(keys):
            if field_key in key and len(lines[i].text) < _LONGEST:
                return i
    return None


def _places(lines: list[str], blocks: list[str]) -> tuple[dict[int, int], list[int]]:
    """Return the block of each line, by position, and the blocks that are no line."""
    matcher = SequenceMatcher(None, lines, blocks, autojunk=False)
    places: dict[int, int] = {}
    for match in matcher.get_matching_blocks():
        for i in range(match.size):
            if lines[match.a + i]:
                places[match.a + i] = match.b + i
    unseen: list[int] = []
    for at in sorted(set(range(len(blocks))) - set(places.values())):
        if pieces := _pieces(lines, blocks[at], at, places):
            places |= dict.fromkeys(pieces, at)
        else:
            unseen.append(at)
    return places, unseen


def _pieces(lines: list[str], block: str, at: int, places: dict[int, int]) -> list[int]:
    """Return lines without a block that share this one: between its neighbours, else anywhere.

    Rows of a table and lines separated by <br> may be one block, and a line may have more than a block.
    """
    before = max((i for i, place in places.items() if place < at), default=-1)
    after = min((i for i, place in places.items() if place > at), default=len(lines))
    for window in (range(before + 1, after), range(len(lines))):
        pieces = [i for i in window if i not in places and _is_part(lines[i], block)]
        # short words are in everything; together the lines must be most of the block
        if pieces and sum(len(lines[i]) for i in pieces) >= 0.5 * len(block):
            return pieces
    return []


def _is_part(line: str, block: str) -> bool:
    return bool(line and block) and (line in block or block in line)


# All statements of a page about headline, lead, section, picture and tags, believed or not.


@dataclass(frozen=True, slots=True)
class Claim:
    field: str
    source: str
    value: str


def stated_claims(parts: "Parts", tree: HtmlElement) -> tuple[Claim, ...]:
    """Return the statements in reading order; an <h1> that agrees with another comes first."""
    result: list[Claim] = []
    for field, claims in (
        ("headline", _headlines(parts, tree)),
        ("lead", _of(parts, parts.data.description, "description", "og:description", "description")),
        ("section", _of(parts, parts.data.section, "articleSection", "article:section")),
        ("image", _of(parts, parts.data.image, "image", "og:image")),
        ("tags", iter([_tags(parts)])),
    ):
        distinct: dict[tuple[str, str], None] = {}
        for source, value in claims:
            if line := one_line(value or ""):
                distinct[source, line] = None
        result += [Claim(field, *claim) for claim in distinct][:_MOST]
    return tuple(result)


def _headlines(parts: "Parts", tree: HtmlElement) -> Iterator[tuple[str, str | None]]:
    for h1 in tree.iter("h1"):
        yield "h1", "".join(h1.itertext())
    yield "json-ld headline", parts.data.headline
    for name in ("og:title", "twitter:title"):
        yield f"meta {name}", parts.metadata.names.get(name)
    for title in list(tree.iter("title"))[:1]:
        yield "title", "".join(title.itertext())


def _tags(parts: "Parts") -> tuple[str, str]:
    source = "meta article:tag" if "article:tag" in parts.metadata.names else "links to tags"
    return "json-ld keywords" if parts.data.tags else source, ", ".join(parts.metadata.tags)


def _of(parts: "Parts", linked: str | None, key: str, *names: str) -> Iterator[tuple[str, str | None]]:
    yield f"json-ld {key}", linked
    for name in names:
        yield f"meta {name}", parts.metadata.names.get(name)
