"""Pair the whole archive: score its articles block by block, then publish what that decides at once."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

import archive
from archive.records import SEPARATED, Decisions
from archive.writer import ArchiveWriter
from pipelines.alignment import Aligner
from pipelines.pairing import decide
from pipelines.pairing.blocks import Blocks
from pipelines.pairing.content import Match, compare
from pipelines.pairing.evidence import BY_CONTENT

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from archive.log import Snapshot
    from archive.reader import Archive
    from archive.records import LinkFacts
    from pipelines.pairing.verdicts import Verdict

_THROUGH = "pairing/through"
"""In the summary of a snapshot that pairing published: the snapshot that it had read."""


_PART = "pairing/part"
"""Pairs decided in a snapshot after which the same run went on."""
BATCH = 10_000
"""Pairs that are held in memory until they are published."""


@dataclass(slots=True)
class Outcome:
    """What a run of pairing did."""

    blocks: int = 0
    articles: int = 0
    uncertain: list[Match] = field(default_factory=list)
    """All but the sure ones, where they were asked for."""
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By evidence and tier, of the pairs decided."""
    conflicts: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    joined: int = 0
    """Articles that have another story than before."""
    snapshot: Snapshot | None = None
    """None where there was nothing to decide."""


def pair_archive(
    uri: str,
    *,
    everything: bool = False,
    keep_uncertain: bool = False,
    verdicts: Sequence[Verdict] = (),
    progress: Callable[[int, int], None] = lambda done, total: None,
    batch: int = BATCH,
) -> Outcome:
    """Score what is new since the last run, or `everything`, and commit what follows from it.

    Scoring and aligning hold no lock and may take as long as they like; the decisions are taken inside the
    commit, on the archive as it is then. One snapshot for each `batch` of pairs. Raises ArchiveError.
    """
    read = archive.open(uri)
    outcome = Outcome()
    before = None if everything else read.last_counter(_THROUGH)
    aligner = Aligner()
    scoring = _score(read, before, outcome, progress, aligner, keep_uncertain=keep_uncertain)
    waiting: list[Match] = []
    for matches in scoring:
        if len(waiting) >= batch:
            _publish(uri, outcome, waiting, (), {}, aligner)
            waiting = []
        waiting += matches
    if verdicts:
        waiting += _known_content(archive.open(uri), verdicts, {(x.a_id, x.b_id) for x in waiting})
    if waiting or verdicts or outcome.articles:
        _publish(uri, outcome, waiting, verdicts, {_THROUGH: read.snapshot.id}, aligner)
    return outcome


def _publish(  # noqa: PLR0917
    uri: str,
    outcome: Outcome,
    matches: Sequence[Match],
    verdicts: Sequence[Verdict],
    summary: dict[str, int],
    aligner: Aligner,
) -> None:
    now = datetime.now(UTC)
    decided = Decisions()

    def settle(fresh: Sequence[LinkFacts], related: Sequence[LinkFacts]) -> Decisions:
        nonlocal decided
        # under the lock, and anew for each attempt
        decided = decide(fresh, related, now=now, matches=matches, verdicts=verdicts, align=aligner)
        return decided

    about = {x for match in matches for x in (match.a_id, match.b_id)}
    about |= {x for verdict in verdicts for x in (verdict.a_id, verdict.b_id)}
    run_id = f"{now:%Y%m%dT%H%M%SZ}-pair-{os.getpid()}"
    with ArchiveWriter.open(uri, run_id=run_id) as writer:
        outcome.snapshot = writer.commit(settle, summary or {_PART: len(matches)}, about)
    _count(outcome, decided, matches)
    aligner.forget()


def _score(
    read: Archive,
    before: int | None,
    outcome: Outcome,
    progress: Callable[[int, int], None],
    aligner: Aligner,
    *,
    keep_uncertain: bool,
) -> Iterator[list[Match]]:
    """What was found in one block after the other."""
    blocks = Blocks(read, before)
    held = _pairs(read, blocks)
    aligned = _aligned(read)
    outcome.blocks, outcome.articles = len(blocks), blocks.articles
    # links are scored once, and again when a text has changed
    due = {x for x, pair in held.items() if before is None or pair.score is None or blocks.fresh & set(x)}
    due_of: dict[str, list[tuple[str, str]]] = {}
    for ids in due:
        due_of.setdefault(ids[0], []).append(ids)

    def take(matches: Iterable[Match], outlets: Collection[str]) -> list[Match]:
        found: list[Match] = []
        for match in matches:
            ids = match.a_id, match.b_id
            told = replace(match, held=ids in held and held[ids].evidence in BY_CONTENT)
            if ids in due or ((told.joins or told.contradicted) and ids not in held):
                found.append(told)
            if keep_uncertain and told.tier != "auto" and (told.mutual or ids in due):
                outcome.uncertain.append(told)
        _align_ahead(
            blocks, [x for x in found if x.joins or (x.a_id, x.b_id) in held], outlets, aligned, aligner
        )
        return found

    for done, block in enumerate(blocks):
        progress(done, len(blocks))
        asked = {
            ids
            for article_id in block.earlier.keys() & due_of.keys()
            for ids in due_of[article_id]
            if ids in due and ids[1] in block.earlier and block.decides(*ids)
        }
        yield take(compare(block.readings, asked, decides=block.decides), {block.outlet})
        due -= asked
    for matches, outlets in _strays(blocks, due):
        yield take(matches, outlets)
    progress(len(blocks), len(blocks))


def _align_ahead(
    blocks: Blocks,
    matches: Sequence[Match],
    outlets: Collection[str],
    aligned: Collection[int],
    aligner: Aligner,
) -> None:
    """Before the archive's lock is taken, as most of it is known by then."""
    texts = blocks.variants({x for match in matches for x in (match.a_id, match.b_id)}, outlets)
    couples = []
    for match in matches:
        if match.a_id in texts and match.b_id in texts:
            a, b = texts[match.a_id], texts[match.b_id]
            if hash((a.article_id, a.version, b.article_id, b.version)) not in aligned:
                couples.append((match.a_id, match.b_id))
    aligner(texts, couples)


def _aligned(read: Archive) -> set[int]:
    """Hashes of the texts that are aligned, with the versions of them; their ids would take much room."""
    columns = ["article_id_a", "version_a", "article_id_b", "version_b"]
    known = read.alignments(columns=[*columns]).to_arrow().group_by(columns).aggregate([])
    return {hash(x) for x in zip(*known.select(columns).to_pydict().values(), strict=True)}


def _strays(blocks: Blocks, due: set[tuple[str, str]]) -> Iterator[tuple[list[Match], set[str]]]:
    """Declared pairs of two outlets, or months apart: each article among those of its own days."""
    by_weeks: dict[tuple[tuple[str, int], ...], list[tuple[str, str]]] = {}
    for ids in sorted(due):
        by_weeks.setdefault(tuple(sorted({blocks.week_of(x) for x in ids})), []).append(ids)
    for weeks, wanted in sorted(by_weeks.items()):
        readings = {x.document.article_id: x for week in weeks for x in blocks.around(week).readings}
        found = compare(list(readings.values()), wanted, only_wanted=True)
        yield found, {outlet for outlet, _ in weeks}


@dataclass(frozen=True, slots=True)
class _Held:
    evidence: str
    score: float | None


def _pairs(read: Archive, blocks: Blocks) -> dict[tuple[str, str], _Held]:
    """The pairs there are, of articles whose languages can be compared."""
    table = read.pairs(columns=["article_id_a", "article_id_b", "evidence", "score"]).to_arrow()
    known = pc.and_(
        *(pc.is_in(table[side], value_set=blocks.ids) for side in ("article_id_a", "article_id_b"))
    )
    columns = table.filter(known).to_pydict()
    return {(a, b): _Held(evidence, score) for a, b, evidence, score in zip(*columns.values(), strict=True)}


def _known_content(read: Archive, verdicts: Sequence[Verdict], have: set[tuple[str, str]]) -> list[Match]:
    """What holds together the stories that verdicts are about, where no link does."""
    if not verdicts:
        return []
    named = {article_id for each in verdicts for article_id in (each.a_id, each.b_id)}
    articles = read.articles(columns=["article_id", "story_id"]).to_arrow()
    stories = articles.filter(pc.is_in(articles["article_id"], value_set=pa.array(named, pa.string())))
    members = articles.filter(pc.is_in(articles["story_id"], value_set=stories["story_id"].combine_chunks()))
    table = read.pairs().to_arrow()
    ours = pc.is_in(table["article_id_a"], value_set=members["article_id"].combine_chunks())
    rows = table.filter(
        pc.and_(ours, pc.is_in(table["evidence"], value_set=pa.array(sorted(BY_CONTENT))))
    ).to_pylist()
    return [
        Match.of_pair(row["article_id_a"], row["article_id_b"], row["score"], row["details"])
        for row in rows
        if (row["article_id_a"], row["article_id_b"]) not in have
    ]


def _count(outcome: Outcome, decisions: Decisions, matches: Sequence[Match]) -> None:
    tier = {(match.a_id, match.b_id): match.tier for match in matches}
    outcome.pairs += Counter(
        (pair.evidence, tier.get((pair.article_id_a, pair.article_id_b), "not compared"))
        for pair in decisions.pairs
        if pair.evidence != SEPARATED
    )
    outcome.conflicts += sum(1 for pair in decisions.pairs if is_conflict(pair.details))
    outcome.refused += Counter(dict(decisions.refused))
    outcome.joined += len(decisions.memberships)


def is_conflict(details: str | None) -> bool:
    """Of a pair's details: a link says yes where the texts say no."""
    return bool(json.loads(details or "{}").get("conflict"))
