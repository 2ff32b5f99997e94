"""Alignments of the paragraphs of a story's variants, for the texts and stories as they are now.

All rows of two articles are valid together: a new text of either, or a story that no longer holds both, moves
them to `former_alignments`, from which past states are derived.
"""

import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from archive.commit import stories
from archive.commit.observations import AppliedObservations
from archive.commit.stories import Coverage, Story
from archive.format.codec import plain
from archive.format.records import Align, AlignmentRecord, VariantText, surely_linked
from archive.state.database import State
from archive.storage.interface import Storage
from archive.tables.article_rows import PRINTED_COLUMNS, PrintedText, latest_rows, printed_text

Couple = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Alignments:
    new: tuple[tuple[str, AlignmentRecord], ...] = ()
    """With their story."""
    dropped: frozenset[Couple] = frozenset()
    moves: Mapping[Couple, str] = field(default_factory=dict)
    """New story of couples whose two articles moved together."""
    files: frozenset[str] = frozenset()
    """Paths of the files that hold a dropped or moved row."""


def realign(
    built: Sequence[Story],
    applied: AppliedObservations,
    state: State,
    storage: Storage,
    align: Align | None,
    *,
    stale: Collection[str] = (),
    outdated: Collection[Couple] = (),
) -> tuple[tuple[Story, ...], Alignments]:
    """Align the variants of changed stories; return the stories with their coverage, and the changes.

    `stale`: articles whose text changed without a new version. `outdated`: couples to be aligned again
    although their texts are the same.
    """
    stored = _stored_alignments(built, state)
    missing = _missing(built, stored, outdated, stale)
    valid, moves = {}, {}
    for story in built:
        for couple in story.couples():
            if couple not in missing.get(story.story_id, ()):
                row = valid[couple] = stored[couple]
                if row["story_id"] != story.story_id:
                    moves[couple] = story.story_id
    new: tuple[tuple[str, AlignmentRecord], ...] = ()
    if align and missing:
        article_ids = chain.from_iterable(chain.from_iterable(missing.values()))
        texts = _texts(set(article_ids), applied, state, storage)
        new = tuple(_align_missing(built, missing, texts, align))
    dropped = frozenset(stored.keys() - valid.keys())
    files = frozenset(stored[couple]["path"] for couple in (*dropped, *moves))
    coverage_of = _stored_coverages(valid.values()) | coverages(plain(record) for _, record in new)
    covered = tuple(story.with_coverages(coverage_of) for story in built)
    return covered, Alignments(new, dropped, moves, files)


def _stored_alignments(built: Iterable[Story], state: State) -> dict[Couple, sqlite3.Row]:
    article_ids: set[str] = set()
    for story in built:
        article_ids.update(member.article_id for member in story.members)
    return {(row["id_a"], row["id_b"]): row for row in state.alignments(article_ids)}


def _missing(
    built: Iterable[Story],
    stored: Mapping[Couple, sqlite3.Row],
    outdated: Collection[Couple],
    stale: Collection[str] = (),
) -> dict[str, list[Couple]]:
    """Find the couples of each story whose present texts have no alignment; see `realign`."""
    missing: dict[str, list[Couple]] = {}
    for story in built:
        for couple, versions in story.couples().items():
            row = stored.get(couple)
            is_stale = couple in outdated or not set(couple).isdisjoint(stale)
            if row is None or is_stale or (row["version_a"], row["version_b"]) != versions:
                missing.setdefault(story.story_id, []).append(couple)
    return missing


def unaligned_stories(
    state: State, article_ids: Collection[str], outdated: Collection[Couple] = ()
) -> set[str]:
    """Find the stories of these articles with variants whose present texts have no alignment.

    An `outdated` alignment does not count.
    """
    members = state.members(state.in_stories({facts.story_id for facts in state.facts(article_ids)}))
    built = stories.build(members, ())
    return set(_missing(built, _stored_alignments(built, state), outdated))


def stored_coverages(state: State, article_ids: Collection[str]) -> dict[Couple, Coverage]:
    return _stored_coverages(row for row in state.alignments(article_ids) if row["id_b"] in article_ids)


def coverages(rows: Iterable[Mapping[str, Any]]) -> dict[Couple, Coverage]:
    sums: dict[Couple, Counter[str]] = {}
    for row in rows:
        numbers = sums.setdefault((row["article_id_a"], row["article_id_b"]), Counter())
        is_linked = surely_linked(row["kind"], row["doubtful"])
        for side in "ab":
            numbers[f"whole_{side}"] += row[f"characters_{side}"]
            numbers[f"both_{side}"] += row[f"characters_{side}"] if is_linked else 0
    coverage_of = {}
    for couple, x in sums.items():
        coverage_of[couple] = _coverage(couple, x["whole_a"], x["both_a"], x["whole_b"], x["both_b"])
    return coverage_of


def _stored_coverages(rows: Iterable[sqlite3.Row]) -> dict[Couple, Coverage]:
    coverage_of = {}
    for row in rows:
        couple = row["id_a"], row["id_b"]
        sums = row["whole_a"], row["partnered_a"], row["whole_b"], row["partnered_b"]
        coverage_of[couple] = _coverage(couple, *sums)
    return coverage_of


def _coverage(couple: Couple, whole_a: int, both_a: int, whole_b: int, both_b: int) -> Coverage:
    return Coverage(*couple, _share(both_a, whole_a), _share(both_b, whole_b))


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _align_missing(
    built: Sequence[Story],
    missing: Mapping[str, Sequence[Couple]],
    texts: Mapping[str, PrintedText],
    align: Align,
) -> list[tuple[str, AlignmentRecord]]:
    variants = {}
    for member in chain.from_iterable(story.members for story in built):
        if member.article_id in texts:
            text = texts[member.article_id]
            variants[member.article_id] = VariantText(
                member.article_id, member.version, member.language or "", *text
            )
    records: list[tuple[str, AlignmentRecord]] = []
    for story_id, couples in sorted(missing.items()):
        ready = [couple for couple in couples if variants.keys() >= set(couple)]
        of_story = {x: variants[x] for x in chain.from_iterable(couples) if x in variants}
        records += [(story_id, record) for record in align(of_story, ready)]
    return records


def _texts(
    ids: Collection[str], applied: AppliedObservations, state: State, storage: Storage
) -> dict[str, PrintedText]:
    """The latest text of each article, from this commit or from its data file."""
    texts = {}
    for article_id in ids:
        if draft := applied.latest_draft(article_id):
            left_out = tuple(line.text for line in draft.record.left_out or ())
            texts[article_id] = draft.record.headline, draft.record.blocks, left_out
    files = state.version_files(set(ids) - texts.keys())
    for row in latest_rows(files, storage.present_path, PRINTED_COLUMNS):
        texts[row["article_id"]] = printed_text(row)
    return texts
