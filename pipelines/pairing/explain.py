"""The comparison of two articles for a person: why they are one story, or why not."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from archive.exceptions import ArchiveDamaged, ArticleNotFound
from pipelines.alignment.aligner import Aligner
from pipelines.pairing.content.compare import compare
from pipelines.pairing.content.days import dates_named_by_weekday
from pipelines.pairing.content.figures import FIGURES, Figures, digits_in_common, hours_contrary
from pipelines.pairing.content.passages import Passages, differing_figures
from pipelines.pairing.content.rival_names import names_contrary
from pipelines.pairing.content.tiers import HELD_BACK, Evidence
from pipelines.pairing.content.weights import shipped_weights
from pipelines.pairing.evidence import last_refusal
from pipelines.pairing.review import article_ids, shown_articles
from pipelines.pairing.weekly.weeks import Weeks
from pipelines.similarity.background import shipped_background
from pipelines.similarity.document import text_of
from pipelines.similarity.lexicon import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive.format.records import AlignmentRecord, VariantText
    from archive.read.archive import Archive
    from pipelines.pairing.content.match import Match
    from pipelines.similarity.document import ArticleReading

_WORDS, _COMMON_WORD = 8, 0.1
"""Words in common that are named, and the share of articles from which a word tells nothing."""


@dataclass(frozen=True, slots=True)
class Explanation:
    a: ArticleReading
    b: ArticleReading
    """Both in the order of the question, whatever their ids."""
    urls: tuple[str, str]
    match: Match | None
    """Result by content; None for one language, or a language that cannot be compared."""
    compared: int
    """Number of articles that were compared with each other."""
    only: tuple[tuple[str, ...], tuple[str, ...]]
    """Numbers that the other side lacks."""
    words: tuple[tuple[str, str], ...]
    """Words of one meaning that both have, rarest first."""
    figures: tuple[tuple[str, str], ...]
    """Numbers that differ at a place that both texts have."""
    reasons: tuple[str, ...]
    """Why the texts are one story or not, in sentences."""
    decided: tuple[str, ...]
    """Kinds of evidence of the archived pair; empty if they are no pair."""
    conflict: bool
    """True if the texts contradict the link that makes them a pair."""
    refused: str | None
    """Reason of the last refusal, where it holds."""
    holder: str | None
    """Address of the article that has the place in the story."""
    one_story: bool
    texts: tuple[VariantText, VariantText]
    """Texts, in the order of the question."""
    paragraphs: tuple[AlignmentRecord, ...]
    """Alignment of `texts`; empty if the languages cannot be compared."""


def explain(read: Archive, name_a: str, name_b: str) -> Explanation:
    """Compare two articles, given by address or id, among the articles of their days.

    The comparison is the same as in `triptych pair`. Raises ArticleNotFound.
    """
    ids_of = article_ids(read, (name_a, name_b))
    for name in (name_a, name_b):
        if name not in ids_of:
            raise ArticleNotFound(
                f"There is no article {name} in {read.root}: give an address or an article id."
            )
    a_id, b_id = ids_of[name_a], ids_of[name_b]
    if a_id == b_id:
        raise ArticleNotFound(f"Both lead to the article {a_id}: give two articles.")
    weeks = Weeks(read)
    readings = weeks.read([a_id, b_id])
    ids = min(a_id, b_id), max(a_id, b_id)
    pool = readings | _of_their_days(weeks, ids)
    matches = compare(list(pool.values()), {ids}, only_wanted=True)
    articles = shown_articles(read, ids)
    decided, conflict, one_story = _decided(read, ids)
    refused, holder = last_refusal(read, ids)
    texts = weeks.variants(ids)
    match = matches[0] if matches else None
    figures = tuple(differing_figures(readings[a_id], readings[b_id])) if match else ()
    paragraphs = Aligner()(texts, [(a_id, b_id)])
    differing = len(figures), any(map(_contradicts, paragraphs))
    return Explanation(
        a=readings[a_id],
        b=readings[b_id],
        urls=(articles[a_id].url, articles[b_id].url),
        match=match,
        compared=len(pool),
        only=(_only(readings[a_id], readings[b_id]), _only(readings[b_id], readings[a_id])),
        words=_words(readings[a_id], readings[b_id]),
        figures=figures,
        reasons=tuple(_reasons(readings[a_id], readings[b_id], match, *differing)) if match else (),
        decided=decided,
        conflict=conflict,
        refused=None if decided and not conflict else refused,
        holder=shown_articles(read, [holder])[holder].url if holder else None,
        one_story=one_story,
        texts=(texts[a_id], texts[b_id]),
        paragraphs=paragraphs,
    )


def _reasons(
    a: ArticleReading, b: ArticleReading, match: Match, differing: int, contradict: bool
) -> Iterator[str]:
    """Yield why the texts are one story or not; `contradict` is true of paragraphs with marks."""
    agreement = Passages(shipped_weights().passages).agreement(a, b)
    at_a, at_b = a.document.at, b.document.at
    figures = dict(zip(FIGURES, Figures.of(a).against(Figures.of(b)), strict=True))
    evidence = Evidence(
        min(a.letters, b.letters),
        len(match.shared),
        apart=abs(at_a - at_b) if at_a is not None and at_b is not None else None,
        agreement=agreement,
        digits=digits_in_common(a, b),
        counted_otherwise=figures["counted otherwise"] > 0 and not figures["counted alike"],
        hours_contrary=hours_contrary(a, b),
        names_contrary=names_contrary(a, b),
    )
    yield from _held_back(evidence, match)
    if not match.shared and not match.traces:
        yield "They share no number, name or rare word that a person could check."
    agreed = "1 figure agrees" if agreement.shared == 1 else f"{agreement.shared} figures agree"
    if differing:
        places = "one place" if differing == 1 else f"{differing} places"
        yield f"Figures differ at {places} that both texts have; {agreed}."
    elif contradict:
        yield f"{agreed}; paragraphs contradict each other, see above."
    elif agreement.shared:
        yield f"{agreed}; no contradiction is detected, which is no proof that none exists."
    if not match.mutual:
        yield "One of them has a likelier partner."


def _contradicts(row: AlignmentRecord) -> bool:
    return bool(row.numbers_differ or row.names_differ or row.negations_differ)


def _held_back(evidence: Evidence, match: Match) -> Iterator[str]:
    """Yield why a pair is held back as two reports, if it is."""
    if evidence.agreement.days_contrary:
        yield "The day in a headline is not a day of the other article: these seem to be reports of two days."
    elif match.probability > HELD_BACK:
        return
    elif evidence.reports_of_two_days:
        yield (
            "These seem to be reports of two days: most figures differ, or both are brief, a day apart or of "
            "other hours, and have little in common."
        )
    elif evidence.reports_of_two_events:
        yield "Each text names somebody or something that the other does not: these seem to be two events."
    elif evidence.is_undated_brief:
        yield "They are brief, and without a time of publication nothing tells one story from one topic."


def _of_their_days(weeks: Weeks, ids: tuple[str, str]) -> dict[str, ArticleReading]:
    """Return the articles that a run compares with these: one week if it has both, else the week of each."""
    if not pc.all(pc.is_in(pa.array(ids), value_set=weeks.ids)).as_py():
        return {}
    around = list(map(weeks.around, sorted(set(map(weeks.key_of, ids)))))
    of_both = [x for x in around if x.earlier.keys() >= set(ids) and x.decides(*ids)]
    return {x.document.article_id: x for week in of_both or around for x in weeks.readings(week)}


def _only(reading: ArticleReading, counterpart: ArticleReading) -> tuple[str, ...]:
    keys = {anchor.key for anchor in counterpart.anchors} | dates_named_by_weekday(reading, counterpart)
    return tuple(dict.fromkeys(x.text for x in reading.anchors if x.key[0].isdigit() and x.key not in keys))


def _words(a: ArticleReading, b: ArticleReading) -> tuple[tuple[str, str], ...]:
    """Return the rarest words that have one meaning in both articles; none for unknown languages."""
    language_a, language_b = a.document.language, b.document.language
    shares_a, shares_b = shipped_background(language_a).meanings, shipped_background(language_b).meanings
    shares = dict[int, float]()
    for meaning in sorted(a.meanings.keys() & b.meanings.keys()):
        share = max(shares_a.get(meaning, 0.0), shares_b.get(meaning, 0.0))
        if share < _COMMON_WORD:
            shares[meaning] = share
    words_a = words_of(text_of(a.document), language_a, shares)
    words_b = words_of(text_of(b.document), language_b, shares)
    words = list[tuple[str, str]]()
    for meaning in sorted(shares, key=shares.__getitem__):
        pair = words_a.get(meaning), words_b.get(meaning)
        if pair[0] and pair[1] and pair not in words:
            words.append((pair[0], pair[1]))
    return tuple(words[:_WORDS])


def _decided(read: Archive, ids: tuple[str, str]) -> tuple[tuple[str, ...], bool, bool]:
    pairs = read.pairs().to_arrow()
    rows = pairs.filter(
        pc.and_(pc.equal(pairs["article_id_a"], ids[0]), pc.equal(pairs["article_id_b"], ids[1]))
    ).to_pylist()
    articles = read.articles(columns=["article_id", "story_id"]).to_arrow()
    stories = articles.filter(pc.is_in(articles["article_id"], value_set=pa.array(ids)))["story_id"]
    read_details = [evidence_kinds(ids, row["details"]) for row in rows]
    kinds = dict.fromkeys(kind for kinds_of_row, _ in read_details for kind in kinds_of_row)
    return tuple(kinds), any(conflict for _, conflict in read_details), len(stories.unique()) == 1


def evidence_kinds(ids: tuple[str, str], details: str | None) -> tuple[list[str], bool]:
    """Return the kinds of evidence in the `details` of a pair, and if the texts contradict them.

    Raises ArchiveDamaged where they are not what a run writes: an archive may come from a stranger.
    """
    try:
        read = json.loads(details or "{}")
        return [str(link["kind"]) for link in read.get("evidence", [])], bool(read.get("conflict"))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise ArchiveDamaged(
            f"The pair {ids[0]} and {ids[1]} cannot be explained: expected its `details` to be JSON with "
            f"a list of evidence, came {(details or '')[:60]!r}. `triptych pair` decides it anew."
        ) from None
