"""Scoring of an archive week by week; the matches to decide go into the spool."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow.compute as pc
import pyarrow.dataset as ds

from pipelines.alignment.aligner import Aligner
from pipelines.pairing.content.compare import compare
from pipelines.pairing.content.match import Match
from pipelines.pairing.edges import BY_CONTENT
from pipelines.pairing.evidence import stored_refusals
from pipelines.pairing.weeks import WEEK, Weeks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archive.read.archive import Archive
    from pipelines.pairing.spool import Spool
    from pipelines.pairing.weeks import Week

    Ids = tuple[str, str]


class Scoring:
    """Score the weeks that an article newer than the snapshot `before` may change; None means all weeks.

    A week is compared as a whole, so that its matches are a function of the articles that are there now, not
    of the runs that came before: what was a pair by content and is not found any more ends.
    """

    def __init__(
        self, read: Archive, before: int | None, spool: Spool, *, keep_uncertain: bool, anew: bool
    ) -> None:
        self._weeks = Weeks(read, before)
        self._spool, self._keep_uncertain, self._anew = spool, keep_uncertain, anew
        self._aligner = Aligner(spool)
        self._aligned = _aligned(read)
        self._judged = {hash(ids) for ids in read.judged()}
        """Hashes of the pairs that a person has labelled, either way."""
        self._linked: dict[str, list[Ids]] = {}
        """Pairs by a link, joined or refused, by their smaller id: scored whether or not they are likely."""
        self._by_content: dict[str, list[Ids]] = {}
        """Pairs by content alone, joined or refused, by their smaller id."""
        self._held: set[int] = set()
        """Hashes of the joined ones among the pairs by content."""
        self._read_pairs(read)
        self.weeks, self.articles = len(self._weeks), self._weeks.articles
        self.compared = 0
        """Weeks that are compared or taken over; not those that an earlier run has published."""
        self.taken_over = 0
        """Weeks that an interrupted run had compared."""

    def _read_pairs(self, read: Archive) -> None:
        """Sort the existing pairs, and the refused ones, of articles near the weeks."""
        near = self._weeks.near
        known: set[int] = set()
        names = ("article_id_a", "article_id_b", "evidence")
        table = read.pairs(columns=names).to_arrow()
        for stored, joined in ((table, True), (stored_refusals(read).select(names), False)):
            sides = [stored[name] for name in names[:2]]
            own = pc.or_(*(pc.is_in(side, value_set=near) for side in sides))
            compared = pc.and_(*(pc.is_in(side, value_set=self._weeks.ids) for side in sides))
            for batch in stored.filter(pc.and_(own, compared)).to_batches(max_chunksize=65_536):
                for a, b, evidence in zip(*(x.to_pylist() for x in batch.columns), strict=True):
                    if (key := hash((a, b))) in known:
                        continue
                    known.add(key)
                    kind = self._by_content if evidence in BY_CONTENT else self._linked
                    kind.setdefault(a, []).append((a, b))
                    if joined and evidence in BY_CONTENT:
                        self._held.add(key)

    def newest_first(self) -> None:
        """Score the last weeks of each outlet first: for a run that may be cut short."""
        self._weeks.newest_first()

    def run(self) -> Iterator[list[Match]]:
        """Score one week after the other; yield the uncertain matches of each, if they are kept."""
        left = {
            ids for known in (self._linked, self._by_content) for several in known.values() for ids in several
        }
        for week in self._weeks:
            asked = week.asked(self._linked)
            left -= asked | week.asked(self._by_content)
            yield self._scored([week], asked)
        yield from self._strays(left)

    def _scored(self, weeks: Sequence[Week], asked: set[Ids]) -> list[Match]:
        """Score one week, or the two weeks of a stray pair."""
        signature = repr([*(week.state for week in weeks), *sorted(asked)]).encode()
        if not self._anew and self._spool.is_published(signature):
            return []
        self.compared += 1
        found = self._spool.week(signature)
        self.taken_over += found is not None
        with self._spool.together():
            self._spool.note_compared(signature)
            if found is None:
                found = self._compare(weeks, asked)
                self._spool.put_week(signature, found)
            chosen = [x for x in map(self._with_held, found) if self._counts(x, asked)]
            self._align(chosen, weeks)
            if len(weeks) == 1:
                chosen += self._lapsed(weeks[0], chosen)
            self._spool.choose(chosen, at=min(week.span[0] for week in weeks) // WEEK)
        return [
            x for x in map(self._with_held, found) if self._keep_uncertain and self._is_uncertain(x, asked)
        ]

    def _compare(self, weeks: Sequence[Week], asked: set[Ids]) -> list[Match]:
        readings = {x.document.article_id: x for week in weeks for x in self._weeks.readings(week)}
        if len(weeks) > 1:
            return compare(list(readings.values()), asked, only_wanted=True)
        return compare(list(readings.values()), asked, decides=weeks[0].decides)

    def _with_held(self, match: Match) -> Match:
        return replace(match, held=hash((match.a_id, match.b_id)) in self._held)

    def _counts(self, match: Match, asked: set[Ids]) -> bool:
        return match.joins or match.contradicted or (match.a_id, match.b_id) in asked

    def _lapsed(self, week: Week, chosen: Sequence[Match]) -> list[Match]:
        """Return the stored pairs by content of this week that the comparison does not find any more."""
        have = {(match.a_id, match.b_id) for match in chosen}
        return [
            Match.nothing(*ids, held=hash(ids) in self._held)
            for ids in sorted(week.asked(self._by_content) - have)
        ]

    def _is_uncertain(self, match: Match, asked: set[Ids]) -> bool:
        ids = match.a_id, match.b_id
        return match.tier != "auto" and hash(ids) not in self._judged and (match.mutual or ids in asked)

    def _align(self, chosen: Sequence[Match], weeks: Sequence[Week]) -> None:
        """Align in advance, while the archive is not locked: most texts are known by then."""
        versions = {x: version for week in weeks for x, version in week.versions.items()}
        due = []
        for match in chosen:
            a, b = match.a_id, match.b_id
            if hash((a, versions[a], b, versions[b])) not in self._aligned:
                due.append((a, b))
        texts = self._weeks.variants({x for ids in due for x in ids}, weeks)
        self._aligner(texts, [ids for ids in due if all(x in texts for x in ids)])

    def _strays(self, left: set[Ids]) -> Iterator[list[Match]]:
        """Score declared pairs of two outlets, or months apart: each article among those of its own days.

        A pair by content that is so far apart now has got another date, and ends.
        """
        by_keys: dict[tuple[tuple[str, int], ...], set[Ids]] = {}
        for ids, keys in self._weeks.apart(sorted(left)):
            if ids in self._linked.get(ids[0], ()):
                by_keys.setdefault(keys, set()).add(ids)
            else:
                self._spool.choose([Match.nothing(*ids, held=hash(ids) in self._held)], at=keys[0][1])
        for keys, asked in sorted(by_keys.items()):
            yield self._scored([self._weeks.around(key) for key in keys], asked)


def _aligned(read: Archive) -> set[int]:
    """Return hashes of the aligned pairs of texts, with the versions of these."""
    columns = ["article_id_a", "version_a", "article_id_b", "version_b"]
    # each alignment has exactly one first row
    rows = read.alignments(columns=columns).where(ds.field("position") == 0).to_arrow()
    return {hash(x) for x in zip(*rows.select(columns).to_pydict().values(), strict=True)}
