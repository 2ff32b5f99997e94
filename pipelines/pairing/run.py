"""The run of `triptych pair`: score the archive's articles week by week, then publish all at once."""

import contextlib
import gc
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

import archive
from archive.commit.committer import publish_decisions
from archive.commit.related import Decide, StoriesOf
from archive.format.conflicts import is_conflict
from archive.format.records import NO_PAIR, WITHDRAWN, Decisions, LinkFacts
from archive.format.snapshot import Snapshot
from archive.operations.partitions import ALONE, Spread
from archive.writer import ArchiveWriter
from pipelines.alignment.aligner import Aligner
from pipelines.alignment.weights import shipped_version
from pipelines.pairing.content.match import Match
from pipelines.pairing.decide import DecisionBasis, decide
from pipelines.pairing.evidence import StoredEdge, hanging_together, stored_edges
from pipelines.pairing.labels import Label
from pipelines.pairing.parts import ALIGNED, LEFT, THROUGH, Part, parts
from pipelines.pairing.scoring import ENOUGH, Scoring, outdated_alignments
from pipelines.pairing.spool import Spool, spool_of

PART = 4_000
"""Pairs in memory at once during publication."""
_COLLECT_EVERY = 100_000
"""New objects between two collections of Python: at 700 they take 4 % of a run, and it leaves few cycles."""
REALIGNED = 200
"""Pairs of texts, aligned by other weights, that a run aligns anew under the lock: some three seconds."""


@dataclass(slots=True)
class Outcome:
    """Result of a run."""

    weeks: int = 0
    taken_over: int = 0
    """Weeks among them that an interrupted run had compared."""
    weeks_left: int = 0
    """Weeks that the next run compares, as the time was over."""
    articles: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    """New or changed articles whose texts are not compared, by their language."""
    uncertain: list[Match] = field(default_factory=list)
    """Matches below the highest tier, if they were asked for."""
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Pairs that are new, have other evidence than before or a first score, by evidence and tier."""
    withdrawn: int = 0
    """Pairs that no longer are pairs."""
    conflicts: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    moved_articles: int = 0
    """Articles that have moved to another story."""
    snapshot: Snapshot | None = None
    """Published snapshot; None if there was nothing to decide."""


def pair_archive(
    uri: str,
    *,
    everything: bool = False,
    keep_uncertain: bool = False,
    labels: Sequence[Label] = (),
    progress: Callable[[int, int], None] = lambda done, total: None,
    part: int = PART,
    seconds: float | None = None,
    begun: Callable[[], None] = lambda: None,
    spread: Spread = ALONE,
    enough: int = ENOUGH,
) -> Outcome:
    """Score the articles that are new since the last run, or `everything`, and commit one snapshot.

    Scoring and aligning hold no lock and may take any time. The decisions are made inside the commit, on the
    archive as it is then, about `part` pairs at a time. An interrupted run leaves the archive as it was, and
    its scores to the next run. `spread` says who scores and aligns, weeks of `enough` articles at a time:
    the outcome is the same. With `seconds`, it waits for another run to end and calls `begun`, compares the
    newest weeks first, and publishes what it has compared after that time; the next run does the rest.
    Raises ArchiveError.
    """
    outcome = Outcome()
    with _collecting_rarely(), spool_of(uri, wait=seconds is not None) as spool:
        begun()
        read = archive.open(uri)
        before = None if everything else read.last_counter(THROUGH)
        spool.believe_only(next((x.run_id for x in read.history() if LEFT in x.summary), None))
        scoring = Scoring(read, before, spool, keep_uncertain=keep_uncertain, anew=everything)
        _score(scoring, scoring.run(spread, enough), outcome, progress, seconds)
        del scoring  # and with it its texts
        outdated = outdated_alignments(read, None if everything else REALIGNED)
        _choose_stored(uri, spool, before, labels, outdated)
        if spool.any_chosen() or labels or outcome.articles:
            _publish(uri, outcome, spool, labels, outdated, read.snapshot.id, part)
        if outcome.weeks_left:
            spool.keep_for_the_rest(outcome.snapshot.run_id if outcome.snapshot else "")
        else:
            spool.remove()
    return outcome


@contextlib.contextmanager
def _collecting_rarely() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(_COLLECT_EVERY, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _choose_stored(
    uri: str, spool: Spool, before: int | None, labels: Sequence[Label], outdated: frozenset[tuple[str, str]]
) -> None:
    """Add the stored edges of all articles that a decision of this run may reach."""
    now = archive.open(uri)
    articles: set[str] | None = None
    if before is not None:
        decided = {article_id for _, _, a_id, b_id in spool.chosen() for article_id in (a_id, b_id)}
        for label in labels:
            decided |= {label.a_id, label.b_id}
        for ids in outdated:
            decided |= set(ids)
        articles = hanging_together(now, decided, before)
    with spool.together():
        for edge in stored_edges(now, articles):
            spool.choose_stored(edge)


def _score(
    scoring: Scoring,
    weeks: Iterator[list[Match]],
    outcome: Outcome,
    progress: Callable[[int, int], None],
    seconds: float | None,
) -> None:
    """Score all weeks."""
    end = None if seconds is None else time.monotonic() + seconds
    if end is not None:
        scoring.newest_first()
    for done, matches in enumerate(weeks, start=1):
        progress(min(done, scoring.weeks), scoring.weeks)
        outcome.uncertain += matches
        # one week at least, whatever the time: else a run would come to nothing for ever
        if end is not None and time.monotonic() >= end and scoring.compared and done < scoring.weeks:
            outcome.weeks_left = scoring.weeks - done
            break
    else:
        progress(scoring.weeks, scoring.weeks)
    outcome.weeks, outcome.articles = scoring.weeks, scoring.articles
    outcome.left_out = scoring.left_out
    outcome.taken_over = scoring.taken_over


def _publish(  # noqa: PLR0917
    uri: str,
    outcome: Outcome,
    spool: Spool,
    labels: Sequence[Label],
    outdated: frozenset[tuple[str, str]],
    through: int,
    size: int,
) -> None:
    now = datetime.now(UTC)
    run_id = f"{now:%Y%m%dT%H%M%SZ}-pair-{os.getpid()}"
    with ArchiveWriter.open(uri, run_id=run_id) as writer:
        if writer.pending:  # of a crawl that died; the crawl would have paired them in this way
            writer.commit(partial(decide, basis=DecisionBasis(now=now)))
    aligner = Aligner(spool)

    def deciding(part: Part) -> tuple[Decide, set[str]]:
        matches, edges = spool.matches(part.numbers), list(spool.known(part.numbers))
        basis = DecisionBasis(
            now=now,
            matches=matches,
            labels=part.labels,
            align=aligner,
            earlier_links={(edge.a_id, edge.b_id): edge.links for edge in edges},
            anew=True,
            outdated=outdated,
        )

        def decide_part(fresh: Sequence[LinkFacts], related: Sequence[LinkFacts]) -> Decisions:
            decisions = decide(fresh, related, basis)
            _count(outcome, decisions, matches, edges)
            return decisions

        article_ids = {x for match in matches for x in (match.a_id, match.b_id)}
        article_ids |= {x for edge in edges for x in (edge.a_id, edge.b_id)}
        return decide_part, article_ids | {x for label in part.labels for x in (label.a_id, label.b_id)}

    def decided(stories_of: StoriesOf) -> Iterator[tuple[Decide, set[str]]]:
        # called under the lock, once for each attempt
        outcome.pairs, outcome.refused = Counter(), Counter()
        outcome.withdrawn = outcome.conflicts = outcome.moved_articles = 0
        return map(deciding, parts(spool.chosen(), labels, stories_of, size))

    summary = {LEFT: outcome.weeks_left} if outcome.weeks_left else {THROUGH: through, LEFT: 0}
    summary[ALIGNED] = shipped_version()
    outcome.snapshot = publish_decisions(uri, decided, run_id=run_id, summary=summary)


def _count(
    outcome: Outcome, decisions: Decisions, matches: Sequence[Match], edges: Sequence[StoredEdge]
) -> None:
    tier = {(match.a_id, match.b_id): match.tier for match in matches}
    before = {(edge.a_id, edge.b_id, edge.evidence) for edge in edges if edge.scored}
    outcome.pairs += Counter(
        (pair.evidence, tier.get((pair.article_id_a, pair.article_id_b), "not compared now"))
        for pair in decisions.pairs
        if pair.evidence not in NO_PAIR
        and (pair.article_id_a, pair.article_id_b, pair.evidence) not in before
    )
    outcome.withdrawn += sum(1 for pair in decisions.pairs if pair.evidence == WITHDRAWN)
    outcome.conflicts += sum(1 for pair in decisions.pairs if is_conflict(pair.details))
    outcome.refused += Counter(dict(decisions.refused))
    outcome.moved_articles += len(decisions.memberships)
