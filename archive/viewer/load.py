"""Loading of stories for their pages, from the data files that have rows of theirs."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from operator import attrgetter, itemgetter
from typing import Any

import pyarrow.dataset as ds

from archive.format.conflicts import details_of, is_conflict
from archive.format.languages import display_order
from archive.format.marks import CONTRADICTIONS
from archive.format.records import LINKED, TextBlock, probably_shared, surely_linked
from archive.format.schema import VERSIONS
from archive.read.archive import Archive
from archive.read.diff import Work, compare, is_edit
from archive.read.scan import one_of
from archive.read.unread_alternates import UnreadAlternate, declared_alternates, unread_alternates
from archive.tables import data_file_reader
from archive.tables.parquet_files import translated_errors
from archive.viewer.search.answers import LoneQuote, Place, StoryLine
from archive.viewer.search.row_reader import RowReader
from archive.viewer.side_by_side import Link, lay
from archive.viewer.story import Edit, Joint, Mark, MarkedPair, StoryView, Variant

Values = Mapping[str, Any]

_VERSION = [
    "article_id", "version", "valid_from", "outlet", "language", "url", "headline", "body", "blocks",
    "byline", "authors", "published_at", "published_raw", "last_seen", "text_from",
]  # fmt: skip
MOST_CHARACTERS = 400_000
"""Characters of all texts of a story that its page shows, some 60,000 words."""
_BLOCK = 40
_MOST_VERSIONS = 30
"""Versions of an article that its story compares; the page of the article has them all."""
_LATE = datetime.max.replace(tzinfo=UTC)
_SIDES = (("a", "b"), ("b", "a"))
_MARKED = {**CONTRADICTIONS, "converted": "numbers_converted"}
"""Columns of marks on two texts, by their kind."""


def read_story(
    archive: Archive, reader: RowReader, line: StoryLine, most: int = MOST_CHARACTERS
) -> tuple[StoryView, bool]:
    """Read a story from the files with its rows; True where texts were cut, to `most` characters in all."""
    ids = [x.article_id for x in line.articles]
    rows = _latest(read_versions(archive, reader.places(ids), ids, _VERSION))
    # an empty block costs as well
    cut = sum(len(row["body"]) + _BLOCK * len(row["blocks"]) for row in rows) > most
    if cut:
        rows = [_shortened(row, most // len(rows)) for row in rows]
    few = archive.of_files(reader.files(ids, line.story_id))
    of_story = ds.field("story_id") == line.story_id
    *_, story = few.stories().seek(of_story).to_pylist()
    alignments = few.alignments().seek(of_story).to_pylist()
    pairs = few.pairs().seek(one_of("article_id_a", ids)).to_pylist()
    unread = read_unread_alternates(archive, reader, [line])
    return replace(_story(story, rows, alignments, pairs), unread=tuple(unread)), cut


def read_unread_alternates(
    archive: Archive, reader: RowReader, lines: Iterable[StoryLine]
) -> list[UnreadAlternate]:
    """Read what pages of these stories name in other languages and the archive has not read."""
    languages: dict[str, set[str]] = defaultdict(set)
    article_ids: list[str] = []
    for line in lines:
        for article in line.articles:
            languages[line.story_id].add(article.language)
            article_ids.append(article.article_id)
    alternates = declared_alternates(archive.of_files(reader.files(article_ids)), languages)
    files: set[str] = set()
    for alternate in alternates:
        files |= reader.files([], url=alternate.url)
    return unread_alternates(archive.of_files(files), alternates)


def read_versions(
    archive: Archive, places: Sequence[Place], article_ids: Sequence[str], columns: Sequence[str]
) -> list[dict[str, Any]]:
    """Read the versions of articles from the row groups that hold them, in the order of their time.

    A capture of the past that is archived after today's text has the higher number.
    """
    files = {x.path: x for x in archive.snapshot.stored("articles", "superseded")}
    is_asked_for = one_of("article_id", article_ids)
    rows: list[dict[str, Any]] = []
    for place in places:
        if place.file in files:
            (path,) = archive.storage.present([files[place.file]])
            with translated_errors():
                (fragment,) = data_file_reader.dataset([path], VERSIONS).get_fragments()
                part = fragment.subset(row_group_ids=[place.part])
                table = part.to_table(schema=VERSIONS, columns=list(columns), filter=is_asked_for)
                rows += table.to_pylist()
    return sorted(rows, key=itemgetter("article_id", "valid_from", "version"))


def _latest(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keep the latest versions of each article."""
    latest: list[dict[str, Any]] = []
    for versions in _by_article(rows).values():
        latest += map(dict, versions[-_MOST_VERSIONS:])
    return latest


def _shortened(row: Values, most: int) -> dict[str, Any]:
    """Cut a text to so many characters: its page links to the article, which pages through it."""
    blocks, remaining = [], most
    for block in row["blocks"]:
        if remaining <= 0:
            break
        blocks.append({"kind": block["kind"], "text": block["text"][:remaining]})
        remaining -= len(block["text"]) + _BLOCK
    return {**row, "body": row["body"][:most], "blocks": blocks, "headline": row["headline"][:1000]}


def _by_article(rows: Iterable[Values]) -> dict[str, list[Values]]:
    groups: dict[str, list[Values]] = defaultdict(list)
    for row in rows:
        groups[row["article_id"]].append(row)
    return groups


def _story(
    story: Values, versions: Sequence[Values], alignments: Sequence[Values], pairs: Sequence[Values]
) -> StoryView:
    variants = _variants(versions, alignments)
    place = {variant.article_id: n for n, variant in enumerate(variants)}
    aligned = _aligned(alignments)
    paragraphs = []
    for variant in variants:
        if variant.article_id in aligned:
            paragraphs.append([n for n, block in enumerate(variant.blocks) if block.kind != "caption"])
    one_sided = _one_sided(alignments)
    sure, likely = set(), set()
    for (article_id, block, missing_id), row in one_sided.items():
        if row["doubtful"] is False:
            sure.add((place[article_id], block, place[missing_id]))
        elif probably_shared(row["kind"], row["confidence"]):
            likely.add((place[article_id], block, place[missing_id]))
    rows = lay(paragraphs, _links(alignments, variants, place), frozenset(sure), frozenset(likely))
    return StoryView(
        story["story_id"],
        tuple(variants),
        tuple(rows),
        len(paragraphs),
        _joints(pairs, variants),
        _shares(alignments, doubtful=False),
        _shares(alignments, doubtful=True),
        story["original_language"],
        story["original_language_reason"],
        {kind: _marked_pairs(alignments, column) for kind, column in _MARKED.items()},
        _quotes(alignments),
        frozenset(x for x, row in one_sided.items() if not probably_shared(row["kind"], row["confidence"])),
    )


def _aligned(alignments: Iterable[Values]) -> set[str]:
    aligned: set[str] = set()
    for row in alignments:
        aligned |= {row["article_id_a"], row["article_id_b"]}
    return aligned


def _variants(versions: Sequence[Values], alignments: Sequence[Values]) -> list[Variant]:
    """Read the variants in the order of publication, but the aligned ones before the others."""
    aligned = _aligned(alignments)
    variants = []
    for rows in _by_article(versions).values():
        variants.append(_variant(sorted(rows, key=itemgetter("valid_from", "version")), alignments))
    variants.sort(key=lambda x: (x.article_id not in aligned, x.published_at or _LATE, x.article_id))
    return variants


def _links(alignments: Iterable[Values], variants: Sequence[Variant], place: Mapping[str, int]) -> list[Link]:
    """Read the links, without those to paragraphs that are not there: a text was cut, or a row is damaged."""
    links = []
    for row in alignments:
        if row["kind"] not in LINKED:
            continue
        sides = []
        for side in "ab":
            sides.append((place[row[f"article_id_{side}"]], tuple(row[f"paragraphs_{side}"])))
        if all(max(blocks) < len(variants[n].blocks) for n, blocks in sides):
            first, second = sorted(sides)
            links.append(
                Link(*first, *second, moved=row["kind"] == "moved", doubtful=row["doubtful"] is not False)
            )
    return links


def _one_sided(alignments: Iterable[Values]) -> dict[tuple[str, int, str], Values]:
    """Return the rows of paragraphs without a link by (article, block, article without it)."""
    paragraphs = {}
    for row in alignments:
        if row["kind"] in LINKED:
            continue
        for side, other_side in _SIDES:
            for block in row[f"paragraphs_{side}"]:
                key = (row[f"article_id_{side}"], block, row[f"article_id_{other_side}"])
                paragraphs[key] = row
    return paragraphs


def _joints(pairs: Iterable[Values], variants: Iterable[Variant]) -> tuple[Joint, ...]:
    languages = {variant.article_id: variant.language for variant in variants}
    joints = []
    for row in pairs:
        both = (languages[row["article_id_a"]], languages[row["article_id_b"]])
        joints.append(joint_of(row, both))
    return tuple(joints)


def joint_of(row: Values, languages: tuple[str, str]) -> Joint:
    """Read a row of `pairs` about two articles in these languages."""
    return Joint(
        *(languages, row["evidence"], row["reciprocal"], row["score"]),
        *(is_conflict(row["details"]), _kinds(row["details"])),
    )


def _kinds(details: str | None) -> tuple[str, ...]:
    """Read each kind of evidence of a pair; what a stranger wrote there is none."""
    links = details_of(details).get("evidence")
    if not isinstance(links, list):
        return ()
    kinds = [str(x.get("kind"))[:40] for x in links[:20] if isinstance(x, dict)]
    return tuple(dict.fromkeys(kinds))


def _shares(alignments: Iterable[Values], *, doubtful: bool) -> dict[tuple[str, str], float]:
    """Compute of (y, x) the share of the characters of x that y surely has too, or perhaps."""
    totals: dict[tuple[str, str], int] = defaultdict(int)
    parts: dict[tuple[str, str], int] = defaultdict(int)
    for row in alignments:
        is_linked = surely_linked(row["kind"], row["doubtful"])
        is_doubtful = row["doubtful"] is not False
        counts = is_doubtful if doubtful else is_linked
        for side, other_side in _SIDES:
            languages = (row[f"language_{other_side}"], row[f"language_{side}"])
            totals[languages] += row[f"characters_{side}"]
            parts[languages] += row[f"characters_{side}"] if counts else 0
    shares = {}
    for languages, total in totals.items():
        if total and (parts[languages] or not doubtful):
            shares[languages] = parts[languages] / total
    return shares


def _variant(versions: Sequence[Values], alignments: Sequence[Values]) -> Variant:
    latest = versions[-1]
    work = Work()  # of all versions together: a second
    edits = []
    for before, after in pairwise(versions):
        if is_edit(before, after):
            times = after["valid_from"], before["last_seen"]
            edits.append(Edit(after["version"], before["version"], *times, compare(before, after, work)))
    return Variant(
        latest["article_id"],
        latest["version"],
        latest["language"] or "?",
        latest["outlet"],
        latest["url"],
        latest["headline"],
        latest["byline"] or ", ".join(latest["authors"] or ()) or None,
        latest["published_at"],
        latest["published_raw"],
        latest["last_seen"],
        versions[0]["valid_from"],
        tuple(TextBlock(x["kind"], x["text"]) for x in latest["blocks"]),
        tuple(edits),
        _marks(latest["article_id"], alignments),
    )


def _marks(article_id: str, alignments: Sequence[Values]) -> dict[int, tuple[Mark, ...]]:
    """Read the marks of an article by its blocks; before schema 6 nobody judged them."""
    marks: dict[int, dict[Mark, None]] = defaultdict(dict)
    for row in alignments:
        for side, other_side in _SIDES:
            if row[f"article_id_{side}"] != article_id or (row["kind"] in LINKED and row["doubtful"] is None):
                continue
            for mark in _marks_of_side(row, side, other_side):
                for block in row[f"paragraphs_{side}"]:
                    marks[block][mark] = None
    return {block: tuple(of_block) for block, of_block in marks.items()}


def _marks_of_side(row: Values, side: str, other_side: str) -> Iterator[Mark]:
    language = row[f"language_{other_side}"]
    for kind, column in _MARKED.items():
        for mark in row[column] or ():
            yield Mark(kind, mark[side], language, mark[other_side], mark["confidence"], row["doubtful"])
    for mark in row[f"quotes_only_{side}"]:
        yield Mark("quote", mark["text"], language, doubtful=row["doubtful"] is not False)
    for sentence in row[f"sentences_only_{side}"] or ():
        yield Mark("sentence", sentence, language)


def _marked_pairs(alignments: Iterable[Values], column: str) -> tuple[MarkedPair, ...]:
    """Read what two texts of a story say at one place, in the order of languages and then of reading.

    Doubtful ones stand last.
    """
    pairs: dict[MarkedPair, None] = {}
    for row in alignments:
        if row["doubtful"] is None:
            continue
        languages = (row["language_a"], row["language_b"])
        for mark in row[column] or ():
            sides = sorted(
                zip(languages, (mark["a"], mark["b"]), strict=True), key=lambda x: display_order(x[0])
            )
            (first, text), (second, other_text) = sides
            pair = MarkedPair((first, second), (text, other_text), mark["confidence"], row["doubtful"])
            pairs[pair] = None
    return tuple(sorted(pairs, key=lambda x: (x.doubtful, *map(display_order, x.languages))))


def _quotes(alignments: Iterable[Values]) -> tuple[LoneQuote, ...]:
    """Read the quotations that only one language has, in the order of reading, doubtful ones last."""
    quotes: dict[LoneQuote, None] = {}
    for row in alignments:
        for side, other_side in _SIDES:
            languages = (row[f"language_{side}"], row[f"language_{other_side}"])
            for mark in row[f"quotes_only_{side}"] if row["doubtful"] is not None else ():
                quotes[LoneQuote(*languages, mark["text"], mark["speaker"], row["doubtful"])] = None
    return tuple(sorted(quotes, key=attrgetter("doubtful")))
