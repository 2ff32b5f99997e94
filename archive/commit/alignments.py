"""Alignments of the paragraphs of a story's variants, for the texts and stories as they are now.

The rows of two articles stand and fall together: a new text of either, or a story that no longer holds both,
moves them to `former_alignments`, from which past states are derived.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from archive.commit import stories
from archive.commit.stories import Coverage
from archive.format.records import TextBlock, VariantText
from archive.tables.article_rows import latest_rows

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from archive.commit.observations import AppliedObservations
    from archive.commit.stories import Story
    from archive.format.records import Align, AlignmentRecord
    from archive.state.database import State
    from archive.storage.interface import Storage

    Couple = tuple[str, str]

_SHARED = frozenset({"aligned", "moved"})


@dataclass(frozen=True, slots=True)
class Alignments:
    """Changes that a commit makes to the alignments."""

    new: tuple[tuple[str, AlignmentRecord], ...] = ()
    """With their story."""
    dropped: frozenset[Couple] = frozenset()
    moved: Mapping[Couple, str] = field(default_factory=dict)
    """To another story, both together."""
    files: frozenset[str] = frozenset()
    """Paths of the files that hold what is dropped or moved."""


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
    """Align the variants of stories that have changed; the stories with their coverage, and the changes.

    `stale` names articles whose text is another one though its version is the same, `outdated` variants to be
    aligned anew though their texts are the same.
    """
    known = {
        (row["id_a"], row["id_b"]): row
        for row in state.alignments({member.article_id for story in built for member in story.members})
    }
    valid = {}
    missing: dict[str, list[Couple]] = {}
    moved = {}
    for story in built:
        for couple, versions in story.couples().items():
            row = known.get(couple)
            old = couple in outdated or any(x in stale for x in couple)
            if old or row is None or (row["version_a"], row["version_b"]) != versions:
                missing.setdefault(story.story_id, []).append(couple)
                continue
            valid[couple] = row
            if row["story_id"] != story.story_id:
                moved[couple] = story.story_id
    new = _aligned(built, missing, applied, state, storage, align) if align and missing else []
    dropped = frozenset(known.keys() - valid.keys())
    shown = _coverages(valid.values(), [record for _, record in new])
    return (
        tuple(
            replace(story, coverages=tuple(shown[x] for x in story.couples() if x in shown))
            for story in built
        ),
        Alignments(
            tuple(new),
            dropped,
            moved,
            frozenset(known[couple]["path"] for couple in (*dropped, *moved)),
        ),
    )


def lacking(state: State, article_ids: Collection[str], outdated: Collection[Couple] = ()) -> set[str]:
    """Find the stories of these articles that have variants without an alignment of their present texts.

    An `outdated` alignment is none.
    """
    members = state.members(state.in_stories({facts.story_id for facts in state.facts(article_ids)}))
    known = {
        (row["id_a"], row["id_b"]): (row["version_a"], row["version_b"])
        for row in state.alignments({member.article_id for member in members})
    }
    return {
        story.story_id
        for story in stories.build(members, ())
        if any(x in outdated or known.get(x) != versions for x, versions in story.couples().items())
    }


def stored_coverages(state: State, article_ids: Collection[str]) -> dict[Couple, Coverage]:
    """Compute coverage from the stored alignments among these articles."""
    return _coverages((row for row in state.alignments(article_ids) if row["id_b"] in article_ids), ())


def coverages(rows: Iterable[Mapping[str, object]]) -> dict[Couple, Coverage]:
    """Compute coverage from rows of the table `alignments`."""
    sums: dict[Couple, list[int]] = {}
    for row in rows:
        _count(
            sums.setdefault((str(row["article_id_a"]), str(row["article_id_b"])), [0, 0, 0, 0]),
            int(str(row["characters_a"])),
            int(str(row["characters_b"])),
            both=row["kind"] in _SHARED,
        )
    return {couple: _coverage(couple, *numbers) for couple, numbers in sums.items()}


def _coverages(known: Iterable[sqlite3.Row], new: Iterable[AlignmentRecord]) -> dict[Couple, Coverage]:
    sums: dict[Couple, list[int]] = {}
    for x in new:
        numbers = sums.setdefault((x.article_id_a, x.article_id_b), [0, 0, 0, 0])
        _count(numbers, x.characters_a, x.characters_b, both=x.kind in _SHARED)
    for row in known:
        numbers = [row["whole_a"], row["partnered_a"], row["whole_b"], row["partnered_b"]]
        sums[row["id_a"], row["id_b"]] = numbers
    return {couple: _coverage(couple, *numbers) for couple, numbers in sums.items()}


def _count(numbers: list[int], characters_a: int, characters_b: int, *, both: bool) -> None:
    for place, length in ((0, characters_a), (2, characters_b)):
        numbers[place] += length
        numbers[place + 1] += length if both else 0


def _coverage(couple: Couple, whole_a: int, both_a: int, whole_b: int, both_b: int) -> Coverage:
    return Coverage(*couple, _share(both_a, whole_a), _share(both_b, whole_b))


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _aligned(  # noqa: PLR0917
    built: Sequence[Story],
    missing: Mapping[str, Sequence[Couple]],
    applied: AppliedObservations,
    state: State,
    storage: Storage,
    align: Align,
) -> list[tuple[str, AlignmentRecord]]:
    languages = {m.article_id: m.language or "" for story in built for m in story.members}
    versions = {m.article_id: m.version for story in built for m in story.members}
    named = {x for couples in missing.values() for couple in couples for x in couple}
    texts = _texts(named, applied, state, storage)
    variants = {x: VariantText(x, versions[x], languages[x], *texts[x]) for x in sorted(named) if x in texts}
    found: list[tuple[str, AlignmentRecord]] = []
    for story_id, couples in sorted(missing.items()):
        own = {x: variants[x] for couple in couples for x in couple if x in variants}
        ready = [couple for couple in couples if own.keys() >= set(couple)]
        found += [(story_id, record) for record in align(own, ready)]
    return found


def _texts(
    ids: Collection[str], applied: AppliedObservations, state: State, storage: Storage
) -> dict[str, tuple[str, tuple[TextBlock, ...]]]:
    """Headline and blocks of the latest text of each article, from this commit or from its data file."""
    texts = {
        x: (draft.record.headline, draft.record.blocks)
        for x in ids
        for draft in applied.drafts.get(x, ())
        if draft.valid_to is None
    }
    files = state.version_files(set(ids) - texts.keys())
    for row in latest_rows(files, storage.present_path, ["headline", "blocks"]):
        blocks = tuple(TextBlock(x["kind"], x["text"]) for x in row["blocks"])
        texts[row["article_id"]] = (row["headline"], blocks)
    return texts
