"""Pair the whole archive: score its articles block by block, then publish what that decides at once."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import archive
from archive.commit.committer import publish_decisions
from archive.format.records import NO_PAIR, WITHDRAWN, Decisions
from archive.writer import ArchiveWriter
from pipelines.alignment.aligner import Aligner
from pipelines.pairing.decide import decide
from pipelines.pairing.parts import parts
from pipelines.pairing.scoring import Scoring, known_content
from pipelines.pairing.spool import spool_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from archive.commit.related import Decide, StoriesOf
    from archive.format.records import LinkFacts
    from archive.format.snapshot import Snapshot
    from pipelines.pairing.content.match import Match
    from pipelines.pairing.labels import Verdict
    from pipelines.pairing.parts import Part
    from pipelines.pairing.spool import Spool

_THROUGH = "pairing/through"
"""In the summary of a snapshot that pairing published: the snapshot that it had read."""
PART = 4_000
"""Pairs that are in memory at once while they are published."""


@dataclass(slots=True)
class Outcome:
    """What a run of pairing did."""

    blocks: int = 0
    taken_over: int = 0
    """Of these, those that a run which was cut off had compared."""
    articles: int = 0
    uncertain: list[Match] = field(default_factory=list)
    """All but the sure ones, where they were asked for."""
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By evidence and tier, of the pairs decided."""
    withdrawn: int = 0
    """Pairs that are none any more."""
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
    part: int = PART,
) -> Outcome:
    """Score what is new since the last run, or `everything`, and commit what follows from it: one snapshot.

    Scoring and aligning hold no lock and may take as long as they like; the decisions are taken inside the
    commit, on the archive as it is then, `part` pairs or so at a time. A run that is cut off leaves the
    archive as it was, and what it has scored to the next one. Raises ArchiveError.
    """
    read = archive.open(uri)
    outcome = Outcome()
    before = None if everything else read.last_counter(_THROUGH)
    with spool_of(uri) as spool:
        in_doubt = _score(Scoring(read, before, spool, keep_uncertain=keep_uncertain), outcome, progress)
        named = in_doubt.union(*({each.a_id, each.b_id} for each in verdicts))
        spool.choose(known_content(archive.open(uri), named, spool.is_chosen), at=0)
        if spool.any_chosen() or verdicts or outcome.articles:
            _publish(uri, outcome, spool, verdicts, read.snapshot.id, part)
        spool.remove()
    return outcome


def _score(scoring: Scoring, outcome: Outcome, progress: Callable[[int, int], None]) -> set[str]:
    """Articles whose stories may be taken apart; the texts that it holds are let go before the commit."""
    for done, found in enumerate(scoring.run(), start=1):
        progress(min(done, scoring.blocks), scoring.blocks)
        outcome.uncertain += found
    progress(scoring.blocks, scoring.blocks)
    outcome.blocks, outcome.articles = scoring.blocks, scoring.articles
    outcome.taken_over = scoring.taken_over
    return scoring.in_doubt


def _publish(  # noqa: PLR0917
    uri: str, outcome: Outcome, spool: Spool, verdicts: Sequence[Verdict], through: int, size: int
) -> None:
    now = datetime.now(UTC)
    run_id = f"{now:%Y%m%dT%H%M%SZ}-pair-{os.getpid()}"
    with ArchiveWriter.open(uri, run_id=run_id) as writer:
        if writer.pending:  # of a crawl that died; it would have paired them so
            writer.commit(partial(decide, now=now))
    aligner = Aligner(spool)

    def deciding(part: Part) -> tuple[Decide, set[str]]:
        matches = spool.matches(part.numbers)

        def settled(fresh: Sequence[LinkFacts], related: Sequence[LinkFacts]) -> Decisions:
            told = decide(fresh, related, now=now, matches=matches, verdicts=part.verdicts, align=aligner)
            _count(outcome, told, matches)
            return told

        named = {x for match in matches for x in (match.a_id, match.b_id)}
        return settled, named | {x for each in part.verdicts for x in (each.a_id, each.b_id)}

    def decided(stories_of: StoriesOf) -> Iterator[tuple[Decide, set[str]]]:
        # under the lock, and anew for each attempt
        outcome.pairs, outcome.refused = Counter(), Counter()
        outcome.withdrawn = outcome.conflicts = outcome.joined = 0
        return map(deciding, parts(spool.chosen(), verdicts, stories_of, size))

    outcome.snapshot = publish_decisions(uri, decided, run_id=run_id, summary={_THROUGH: through})


def _count(outcome: Outcome, decisions: Decisions, matches: Sequence[Match]) -> None:
    tier = {(match.a_id, match.b_id): match.tier for match in matches}
    outcome.pairs += Counter(
        (pair.evidence, tier.get((pair.article_id_a, pair.article_id_b), "not compared now"))
        for pair in decisions.pairs
        if pair.evidence not in NO_PAIR
    )
    outcome.withdrawn += sum(1 for pair in decisions.pairs if pair.evidence == WITHDRAWN)
    outcome.conflicts += sum(1 for pair in decisions.pairs if is_conflict(pair.details))
    outcome.refused += Counter(dict(decisions.refused))
    outcome.joined += len(decisions.memberships)


def is_conflict(details: str | None) -> bool:
    """Of a pair's details: a link says yes where the texts say no."""
    return bool(json.loads(details or "{}").get("conflict"))
