"""The inspection of a page for `triptych inspect`: its fields with their sources, and each line's fate."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Literal

from crawler.extraction.body.lines import Line, page_lines
from crawler.extraction.document.decoding import parse
from crawler.extraction.document.text import for_comparison, one_line
from crawler.extraction.fields.dates.publication import stated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from lxml.html import HtmlElement

    from crawler.extraction.fields.dates.publication import StatedDate
    from crawler.extraction.page import Parts
    from crawler.items import Article, Fetch, Hints
    from crawler.workers.stages import WorkerStage

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
    stated: tuple[Stated, ...]
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
    fetch: Fetch,
    hints: Hints,
    stages: Sequence[WorkerStage],
    persons_in: Callable[[str], Sequence[str]],
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
        stated=stated_claims(parts, tree),
        dates=stated_dates,
        nobody=frozenset(claim.value for claim in article.author_claims if not persons_in(claim.value)),
        place=parts.text.place,
        verdict=parts.text.verdict,
        lines=lines,
        unseen=unseen,
    )


def _mark(
    lines: list[Line], article: Article, parts: Parts, printed: list[str]
) -> tuple[tuple[MarkedLine, ...], tuple[str, ...]]:
    keys = [for_comparison(line.text) for line in lines]
    labels: dict[int, tuple[Mark, str]] = {}
    places, unseen = _places(keys, [for_comparison(block.text) for block in article.blocks])
    for i, at in places.items():
        labels[i] = ("kept", article.blocks[at].kind)
    for left_out in parts.text.dropped:
        key = for_comparison(left_out.text)
        found = next((i for i, own in enumerate(keys) if i not in labels and own and own == key), None)
        if found is None:
            found = next((i for i, own in enumerate(keys) if i not in labels and own and own in key), None)
        if found is not None:
            labels[found] = ("dropped", left_out.reason)
    for found, names in _fields(lines, keys, article, printed).items():
        if labels.get(found, ("dropped",))[0] != "kept":
            labels[found] = ("field", ", ".join(names))
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


def _fields(lines: list[Line], keys: list[str], article: Article, printed: list[str]) -> dict[int, list[str]]:
    """Return the fields of each line that is one, or has one beside little else; the first for each field."""
    found: dict[int, list[str]] = {}
    bylines = [article.byline, *(claim.value for claim in article.author_claims)]
    for name, values in (
        ("headline", [article.headline]), ("byline", bylines), ("date", [article.published_raw, *printed]),
    ):  # fmt: skip
        wanted = [key for value in values if len(key := for_comparison(value or "")) >= _SHORTEST]
        same = (i for key in wanted for i, own in enumerate(keys) if own == key)
        within = (
            i for key in wanted for i, own in enumerate(keys) if key in own and len(lines[i].text) < _LONGEST
        )
        at = next(same, None)
        if at is None and name != "headline":
            at = next(within, None)
        if at is not None:
            found.setdefault(at, []).append(name)
    return found


def _places(lines: list[str], blocks: list[str]) -> tuple[dict[int, int], list[int]]:
    """Return the block of each line, by position, and the blocks that are no line."""
    matcher = SequenceMatcher(None, lines, blocks, autojunk=False)
    places = {
        match.a + i: match.b + i
        for match in matcher.get_matching_blocks()
        for i in range(match.size)
        if lines[match.a + i]
    }
    unseen = []
    for at in sorted(set(range(len(blocks))) - set(places.values())):
        # rows of a table and lines separated by <br> may be one block, and a line may have more than a block
        before = max((i for i, block in places.items() if block < at), default=-1)
        after = min((i for i, block in places.items() if block > at), default=len(lines))
        for window in (range(before + 1, after), range(len(lines))):
            parts = [i for i in window if i not in places and _is_part(lines[i], blocks[at])]
            # short words are in everything; together the lines must be most of the block
            if parts and sum(len(lines[i]) for i in parts) >= 0.5 * len(blocks[at]):
                places |= dict.fromkeys(parts, at)
                break
        else:
            unseen.append(at)
    return places, unseen


def _is_part(line: str, block: str) -> bool:
    return bool(line and block) and (line in block or block in line)


# All statements of a page about headline, lead, section, picture and tags, believed or not.


@dataclass(frozen=True, slots=True)
class Stated:
    field: str
    source: str
    value: str


def stated_claims(parts: Parts, tree: HtmlElement) -> tuple[Stated, ...]:
    """Return the statements in reading order; an <h1> that agrees with another comes first."""
    found: list[Stated] = []
    for field, claims in (
        ("headline", _headlines(parts, tree)),
        ("lead", _of(parts, parts.data.description, "description", "og:description", "description")),
        ("section", _of(parts, parts.data.section, "articleSection", "article:section")),
        ("image", _of(parts, parts.data.image, "image", "og:image")),
        ("tags", iter([_tags(parts)])),
    ):
        kept = dict.fromkeys((source, line) for source, value in claims if (line := one_line(value or "")))
        found += [Stated(field, *claim) for claim in kept][:_MOST]
    return tuple(found)


def _headlines(parts: Parts, tree: HtmlElement) -> Iterator[tuple[str, str | None]]:
    for h1 in tree.iter("h1"):
        yield "h1", "".join(h1.itertext())
    yield "json-ld headline", parts.data.headline
    for name in ("og:title", "twitter:title"):
        yield f"meta {name}", parts.metadata.names.get(name)
    for title in list(tree.iter("title"))[:1]:
        yield "title", "".join(title.itertext())


def _tags(parts: Parts) -> tuple[str, str]:
    listed = "meta article:tag" if "article:tag" in parts.metadata.names else "links to tags"
    return "json-ld keywords" if parts.data.tags else listed, ", ".join(parts.metadata.tags)


def _of(parts: Parts, linked: str | None, key: str, *names: str) -> Iterator[tuple[str, str | None]]:
    yield f"json-ld {key}", linked
    for name in names:
        yield f"meta {name}", parts.metadata.names.get(name)
