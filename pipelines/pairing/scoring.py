"""Scoring of an archive week by week; the matches to decide go into the spool."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from pipelines.alignment.aligner import Aligner
from pipelines.pairing.content.compare import compare
from pipelines.pairing.content.match import CONFLICT, Match
from pipelines.pairing.edges import BY_CONTENT
from pipelines.pairing.weeks import WEEK, Weeks

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from archive.read.archive import Archive
    from pipelines.pairing.spool import Spool
    from pipelines.pairing.weeks import Week


class Scoring:
    """Score the weeks with an article newer than the snapshot `before`; None means all weeks."""

    def __init__(self, read: Archive, before: int | None, spool: Spool, *, keep_uncertain: bool) -> None:
        self._weeks = Weeks(read, before)
        self._spool, self._keep_uncertain = spool, keep_uncertain
        self._aligner = Aligner(spool)
        self._aligned = _aligned(read)
        self._held: set[int] = set()
        self._by_content: set[int] = set()
        """Hashes of the existing pairs by content; their ids would take much memory."""
        self._judged = {hash(ids) for ids in read.judged()}
        """Hashes of the pairs that a person has labelled, either way."""
        self._due: set[tuple[str, str]] = set()
        """Linked pairs that were not scored, or whose text has changed since."""
        self._doubted: set[tuple[str, str]] = set()
        """Linked pairs that the texts contradict; a new match may take their place."""
        self._hold(read, everything=before is None)
        self.in_doubt: set[str] = set()
        """Articles of linked pairs that the texts contradict."""
        self.weeks, self.articles = len(self._weeks), self._weeks.articles
        self.taken_over = 0
        """Weeks that an interrupted run had compared."""

    def _hold(self, read: Archive, *, everything: bool) -> None:
        """Sort the existing pairs of articles whose languages can be compared."""
        names = ("article_id_a", "article_id_b", "evidence", "score")
        table = read.pairs(columns=names).to_arrow()
        known = pc.and_(*(pc.is_in(table[side], value_set=self._weeks.ids) for side in names[:2]))
        for batch in table.filter(known).to_batches(max_chunksize=65_536):
            for a, b, evidence, score in zip(*(x.to_pylist() for x in batch.columns), strict=True):
                key = hash((a, b))
                self._held.add(key)
                if evidence in BY_CONTENT:
                    self._by_content.add(key)
                if everything or score is None or {a, b} & self._weeks.fresh:
                    self._due.add((a, b))
                elif score < CONFLICT:
                    self._doubted.add((a, b))

    def run(self) -> Iterator[list[Match]]:
        """Score one week after the other; yield the uncertain matches of each, if they are kept."""
        due_of: dict[str, list[tuple[str, str]]] = {}
        for ids in self._due | self._doubted:
            due_of.setdefault(ids[0], []).append(ids)
        left = set(self._due)
        for week in self._weeks:
            asked = week.asked(due_of)
            left -= asked
            yield self._scored([week], asked)
        yield from self._strays(left)

    def _scored(self, weeks: Sequence[Week], asked: set[tuple[str, str]]) -> list[Match]:
        """Score one week, or the two weeks of a stray pair."""
        signature = repr([*(week.state for week in weeks), *sorted(asked)]).encode()
        found = self._spool.week(signature)
        self.taken_over += found is not None
        with self._spool.together():
            if found is None:
                found = self._compare(weeks, asked)
                self._spool.put_week(signature, found)
            chosen = [x for x in map(self._with_held, found) if self._is_news(x)]
            self._align(chosen, weeks)
            self.in_doubt |= {x for y in chosen if y.probability < CONFLICT for x in (y.a_id, y.b_id)}
            self._spool.choose(chosen, at=min(week.span[0] for week in weeks) // WEEK)
        return [x for x in map(self._with_held, found) if self._keep_uncertain and self._is_uncertain(x)]

    def _compare(self, weeks: Sequence[Week], asked: set[tuple[str, str]]) -> list[Match]:
        readings = {x.document.article_id: x for week in weeks for x in self._weeks.readings(week)}
        if len(weeks) > 1:
            return compare(list(readings.values()), asked, only_wanted=True)
        return compare(list(readings.values()), asked, decides=weeks[0].decides)

    def _with_held(self, match: Match) -> Match:
        return replace(match, held=hash((match.a_id, match.b_id)) in self._by_content)

    def _is_news(self, match: Match) -> bool:
        ids = match.a_id, match.b_id
        return (
            ids in self._due
            or ids in self._doubted
            or ((match.joins or match.contradicted) and hash(ids) not in self._held)
        )

    def _is_uncertain(self, match: Match) -> bool:
        ids = match.a_id, match.b_id
        judged = hash(ids) in self._judged
        return match.tier != "auto" and not judged and (match.mutual or ids in self._due)

    def _align(self, chosen: Sequence[Match], weeks: Sequence[Week]) -> None:
        """Align in advance, while the archive is not locked: most texts are known by then."""
        couples = [(x.a_id, x.b_id) for x in chosen if x.joins or hash((x.a_id, x.b_id)) in self._held]
        texts = self._weeks.variants({x for couple in couples for x in couple}, weeks)
        due = []
        for ids in couples:
            if all(x in texts for x in ids):
                a, b = (texts[x] for x in ids)
                if hash((a.article_id, a.version, b.article_id, b.version)) not in self._aligned:
                    due.append(ids)
        self._aligner(texts, due)

    def _strays(self, due: set[tuple[str, str]]) -> Iterator[list[Match]]:
        """Score declared pairs of two outlets, or months apart: each article among those of its own days."""
        by_keys: dict[tuple[tuple[str, int], ...], set[tuple[str, str]]] = {}
        for ids in due:
            by_keys.setdefault(tuple(sorted({self._weeks.key_of(x) for x in ids})), set()).add(ids)
        for keys, asked in sorted(by_keys.items()):
            yield self._scored([self._weeks.around(key) for key in keys], asked)


def _aligned(read: Archive) -> set[int]:
    """Return hashes of the aligned pairs of texts, with the versions of these."""
    columns = ["article_id_a", "version_a", "article_id_b", "version_b"]
    # each alignment has exactly one first row
    rows = read.alignments(columns=columns).where(ds.field("position") == 0).to_arrow()
    return {hash(x) for x in zip(*rows.select(columns).to_pydict().values(), strict=True)}


def pairs_by_content(
    read: Archive, named: Collection[str], have: Callable[[str, str], bool]
) -> Iterable[Match]:
    """Return pairs by content in the stories of these articles, as such a story may be taken apart."""
    if not named:
        return []
    articles = read.articles(columns=["article_id", "story_id"]).to_arrow()
    stories = articles.filter(
        pc.is_in(articles["article_id"], value_set=pa.array(sorted(named), pa.string()))
    )
    members = articles.filter(pc.is_in(articles["story_id"], value_set=stories["story_id"].combine_chunks()))
    table = read.pairs().to_arrow()
    ours = pc.is_in(table["article_id_a"], value_set=members["article_id"].combine_chunks())
    rows = table.filter(
        pc.and_(ours, pc.is_in(table["evidence"], value_set=pa.array(sorted(BY_CONTENT))))
    ).to_pylist()
    return [
        Match.of_pair(row["article_id_a"], row["article_id_b"], row["score"], row["details"])
        for row in rows
        if not have(row["article_id_a"], row["article_id_b"])
    ]
