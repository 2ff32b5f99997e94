"""Scoring of an archive week by week; the matches to decide go into the spool."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from archive.operations.partitions import ALONE, over
from pipelines.alignment.weights import shipped_version
from pipelines.pairing.content.match import Match
from pipelines.pairing.edges import BY_CONTENT
from pipelines.pairing.evidence import stored_refusals
from pipelines.pairing.parts import ALIGNED
from pipelines.pairing.weekly.week_part import DueWeek, WeekPart, compare_weeks, compared, counts, signature
from pipelines.pairing.weekly.weeks import WEEK, Weeks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from archive.operations.partitions import Spread
    from archive.read.archive import Archive
    from pipelines.alignment.aligner import Texts
    from pipelines.pairing.spool import Spool
    from pipelines.pairing.weekly.week_part import ComparedWeek
    from pipelines.pairing.weekly.weeks import Week, WeekKey

    Ids = tuple[str, str]
    Keys = tuple[WeekKey, ...]
    """A week, or the two weeks of stray pairs."""

ENOUGH = 2_000
"""Articles from which on weeks are a part: a minute of CPU, of which reading the days around takes little."""


class Scoring:
    """Score the weeks that an article newer than the snapshot `before` may change; None means all weeks.

    A week is compared as a whole, so that its matches are a function of the articles that are there now, not
    of the runs that came before: what was a pair by content and is not found any more ends.
    """

    def __init__(
        self, read: Archive, before: int | None, spool: Spool, *, keep_uncertain: bool, anew: bool
    ) -> None:
        self._read, self._weeks = read, Weeks(read, before)
        self._spool, self._keep_uncertain, self._anew = spool, keep_uncertain, anew
        self._aligned = _aligned(read)
        self._judged = {hash(ids) for ids in read.judged()}
        """Hashes of the pairs that a person has labelled, either way."""
        self._linked: dict[str, list[Ids]] = {}
        """Pairs by a link, joined or refused, by their smaller id: scored whether or not they are likely."""
        self._by_content: dict[str, list[Ids]] = {}
        """Pairs by content alone, joined or refused, by their smaller id."""
        self._joined_before: set[int] = set()
        """Hashes of the joined ones among the pairs by content."""
        self._read_pairs(read)
        self.weeks, self.articles = len(self._weeks), self._weeks.articles
        self.left_out = self._weeks.left_out
        self.compared = 0
        """Weeks that are compared or taken over; not those that an earlier run has published."""
        self.taken_over = 0
        """Weeks that an interrupted run had compared."""

    def _read_pairs(self, read: Archive) -> None:
        """Sort the existing pairs, and the refused ones, of articles near the weeks."""
        near = self._weeks.near
        judged: set[int] = set()
        names = ("article_id_a", "article_id_b", "evidence")
        table = read.pairs(columns=names).to_arrow()
        for stored, are_pairs in ((table, True), (stored_refusals(read).select(names), False)):
            sides = [stored[name] for name in names[:2]]
            is_near = pc.or_(*(pc.is_in(side, value_set=near) for side in sides))
            compared = pc.and_(*(pc.is_in(side, value_set=self._weeks.ids) for side in sides))
            for batch in stored.filter(pc.and_(is_near, compared)).to_batches(max_chunksize=65_536):
                for a, b, evidence in zip(*(x.to_pylist() for x in batch.columns), strict=True):
                    if (key := hash((a, b))) in judged:
                        continue
                    judged.add(key)
                    kind = self._by_content if evidence in BY_CONTENT else self._linked
                    kind.setdefault(a, []).append((a, b))
                    if are_pairs and evidence in BY_CONTENT:
                        self._joined_before.add(key)

    def newest_first(self) -> None:
        """Score the last weeks of each outlet first: for a run that may be cut short."""
        self._weeks.newest_first()

    def run(self, spread: Spread = ALONE, enough: int = ENOUGH) -> Iterator[list[Match]]:
        """Score one week after the other; yield the uncertain matches of each, if they are kept.

        The matches go into the spool in the order of the weeks, whoever compares these. A worker gets weeks
        of `enough` articles at a time.
        """
        strays, ended = self._strays()
        with contextlib.ExitStack() as stack:
            compare = partial(compared, weeks=self._weeks)
            if spread != ALONE:
                compared_weeks = over(compare_weeks, self._parts(strays, enough), spread)
                answers = chain.from_iterable(stack.enter_context(contextlib.closing(compared_weeks)))
                compare = partial(_next, answers)
            for week in self._weeks:
                yield self._scored([week], week.asked(self._linked), compare)
            for ids, at in ended:
                self._spool.choose([Match.nothing(*ids, was_joined=hash(ids) in self._joined_before)], at=at)
            for keys, pairs in strays:
                yield self._scored(self._around(keys), pairs, compare)

    def _around(self, keys: Keys) -> list[Week]:
        return [self._weeks.around(key) for key in keys]

    def _parts(self, strays: Sequence[tuple[Keys, set[Ids]]], enough: int) -> list[WeekPart]:
        """Divide the weeks that are not compared yet into parts, in their order."""
        parts_of_weeks: list[list[DueWeek]] = []
        size = enough
        of_weeks = (([week], week.asked(self._linked)) for week in self._weeks)
        of_strays = ((self._around(keys), pairs) for keys, pairs in strays)
        for weeks, pairs in chain(of_weeks, of_strays):
            signed = signature(weeks, pairs)
            if self._is_published(signed) or self._spool.week(signed) is not None:
                continue
            if size >= enough:
                parts_of_weeks.append([])
                size = 0
            parts_of_weeks[-1].append(self._due(weeks, pairs))
            size += sum(len(week.core) for week in weeks)
        where = str(self._read.storage.name), self._read.snapshot.id
        return [WeekPart(*where, tuple(several)) for several in parts_of_weeks]

    def _due(self, weeks: Sequence[Week], linked: set[Ids]) -> DueWeek:
        versions = {x: number for week in weeks for x, number in week.versions.items()}
        pairs = linked.union(*(week.asked(self._by_content) for week in weeks))
        aligned = (ids for ids in pairs if hash(_texts(ids, versions)) in self._aligned)
        return DueWeek(tuple(week.key for week in weeks), frozenset(linked), frozenset(aligned))

    def _is_published(self, signed: bytes) -> bool:
        return not self._anew and self._spool.is_published(signed)

    def _scored(
        self, weeks: Sequence[Week], linked: set[Ids], compare: Callable[[DueWeek], ComparedWeek]
    ) -> list[Match]:
        """Score one week, or the two weeks of stray pairs."""
        signed = signature(weeks, linked)
        if self._is_published(signed):
            return []
        self.compared += 1
        matches = self._spool.week(signed)
        self.taken_over += matches is not None
        answer = compare(self._due(weeks, linked)) if matches is None else None
        with self._spool.together():
            self._spool.note_compared(signed)
            if answer is not None:
                matches = list(answer.matches)
                self._spool.put_week(signed, matches)
                # in advance, while the archive is not locked: most texts are known by then
                for texts, rows in answer.alignments:
                    self._spool[texts] = rows
            assert matches is not None
            chosen = [x for x in map(self._with_joined, matches) if counts(x, linked)]
            if len(weeks) == 1:
                chosen += self._lapsed(weeks[0], chosen)
            self._spool.choose(chosen, at=min(week.span[0] for week in weeks) // WEEK)
        return [
            x
            for x in map(self._with_joined, matches)
            if self._keep_uncertain and self._is_uncertain(x, linked)
        ]

    def _with_joined(self, match: Match) -> Match:
        return replace(match, was_joined=hash((match.a_id, match.b_id)) in self._joined_before)

    def _lapsed(self, week: Week, chosen: Sequence[Match]) -> list[Match]:
        """Return the stored pairs by content of this week that the comparison does not find any more."""
        have = {(match.a_id, match.b_id) for match in chosen}
        return [
            Match.nothing(*ids, was_joined=hash(ids) in self._joined_before)
            for ids in sorted(week.asked(self._by_content) - have)
        ]

    def _is_uncertain(self, match: Match, linked: set[Ids]) -> bool:
        ids = match.a_id, match.b_id
        return match.tier != "auto" and hash(ids) not in self._judged and (match.mutual or ids in linked)

    def _strays(self) -> tuple[list[tuple[Keys, set[Ids]]], list[tuple[Ids, int]]]:
        """Return the declared pairs that no week has, by the weeks of both, and the other ones with a week.

        They are of two outlets, or months apart: each article is scored among those of its own days. A pair
        by content that is so far apart now has got another date, and ends.
        """
        strays = {
            ids for edges in (self._linked, self._by_content) for several in edges.values() for ids in several
        }
        for week in self._weeks if strays else ():
            strays -= week.asked(self._linked) | week.asked(self._by_content)
        by_keys: dict[Keys, set[Ids]] = {}
        ended: list[tuple[Ids, int]] = []
        for ids, keys in self._weeks.apart(sorted(strays)):
            if ids in self._linked.get(ids[0], ()):
                by_keys.setdefault(keys, set()).add(ids)
            else:
                ended.append((ids, keys[0][1]))
        return sorted(by_keys.items()), ended


def _next(answers: Iterator[ComparedWeek], due: DueWeek) -> ComparedWeek:
    answer = next(answers)
    assert answer.keys == due.keys, f"{answer.keys} came in place of {due.keys}"
    return answer


def _texts(ids: Ids, versions: Mapping[str, int]) -> Texts:
    a, b = ids
    return a, versions[a], b, versions[b]


def _aligned(read: Archive) -> set[int]:
    """Return hashes of the pairs of texts that these weights have aligned, with the versions of the texts."""
    columns = ["article_id_a", "version_a", "article_id_b", "version_b"]
    rows = _alignments(read, columns, by_these=True)
    return {hash(x) for x in zip(*rows.select(columns).to_pydict().values(), strict=True)}


def outdated_alignments(read: Archive, most: int | None = None) -> frozenset[Ids]:
    """Return pairs of articles that other weights have aligned, the oldest alignments first."""
    rows = _alignments(read, ["article_id_a", "article_id_b", "commit_seq"], by_these=False)
    rows = rows.sort_by([(name, "ascending") for name in ("commit_seq", "article_id_a", "article_id_b")])
    sides = (rows[name][:most].to_pylist() for name in ("article_id_a", "article_id_b"))
    return frozenset(zip(*sides, strict=True))


def _alignments(read: Archive, columns: Sequence[str], *, by_these: bool) -> pa.Table:
    """Return the first row of each alignment that the shipped weights have made, or of each other one."""
    commits = [x.id for x in read.history() if x.summary.get(ALIGNED) == shipped_version()]
    is_of_commits = ds.field("commit_seq").isin(pa.array(commits, pa.int64()))
    first = ds.field("position") == 0
    return (
        read.alignments(columns=columns)
        .where(first & (is_of_commits if by_these else ~is_of_commits))
        .to_arrow()
    )
