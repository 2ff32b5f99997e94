"""Comparison of texts: the probability that two articles are one story, and the reasons.

Each article is compared with the others of its outlet and days. The lead of a candidate over the next ones
counts, more than its own similarity.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from itertools import combinations

from pipelines.pairing.content.features import in_order, rare_words
from pipelines.pairing.content.match import Match, in_words
from pipelines.pairing.content.passages import Passages
from pipelines.pairing.content.rarity import Pool, pool
from pipelines.pairing.content.shortlist import (
    Block,
    Candidate,
    Thirds,
    shortlist,
    story_by_story,
    without_third,
)
from pipelines.pairing.content.tiers import CONFLICT
from pipelines.pairing.content.traces import Rare
from pipelines.pairing.content.weights import Weights, shipped_weights
from pipelines.similarity.document import ArticleReading
from pipelines.similarity.lexicon import LANGUAGES

_SHOWN = 12


def compare(
    readings: Sequence[ArticleReading],
    requested: Collection[tuple[str, str]] = (),
    *,
    only_wanted: bool = False,
    weights: Weights | None = None,
    decides: Callable[[str, str], bool] = lambda _a, _b: True,
) -> list[Match]:
    """Return pairs that are each other's best, with a probability of at least .1, among these articles.

    The `requested` pairs of ids, the smaller first, are scored in any case, however far apart. Pairs that
    `decides` refuses count as rivals only. Languages other than uk, ru and en are left out. Time and memory
    grow with the square of the number of articles.
    """
    weights = weights or shipped_weights()
    by_language: dict[str, list[ArticleReading]] = {language: [] for language in LANGUAGES}
    for reading in sorted(readings, key=lambda article: article.document.article_id):
        if reading.document.language in by_language:
            by_language[reading.document.language].append(reading)
    pools = {code: pool(texts, weights.backgrounds[code]) for code, texts in by_language.items() if texts}
    required, passages, rare = set(requested), Passages(weights.passages), Rare(readings)

    def due(a_id: str, b_id: str) -> bool:
        return (not only_wanted or (min(a_id, b_id), max(a_id, b_id)) in required) and decides(a_id, b_id)

    candidates, thirds = list[Candidate](), Thirds()
    for a, b in combinations([code for code in LANGUAGES if code in pools], 2):
        block = Block.of(pools[a], pools[b], weights.expected, required, rare)
        likely = weights.probabilities(block.rows, block.lag)
        thirds.add(block, likely)
        candidates += shortlist(block, likely, rare, due=due)
    matches = (_match(candidate, weights, passages, thirds) for candidate in story_by_story(candidates))
    return [match for match in matches if match is not None]


def _match(candidate: Candidate, weights: Weights, passages: Passages, thirds: Thirds) -> Match | None:
    a, b = candidate.sides
    agreed = passages.agreement(a, b)
    evidence = candidate.evidence(agreed)
    signals = candidate.signals(evidence, thirds.between(*candidate.ids))
    probability = evidence.published(weights.published(signals))
    if probability < CONFLICT and not candidate.is_required:
        return None
    match = Match(
        *candidate.ids,
        probability=round(probability, 4),
        tier=evidence.tier(probability, weights.published(without_third(signals))),
        mutual=candidate.mutual,
        runner_up=round(candidate.rival, 4),
        shared=_shared(candidate.pool_a, candidate.i, candidate.pool_b, candidate.j),
        ordered=in_order(a, b),
        covered=agreed.covered,
        traces=candidate.traces,
    )
    return _worded(match, (a.document.language, b.document.language), candidate.rival)


def _worded(match: Match, languages: tuple[str, str], rival: float) -> Match:
    """Add the reasons in words, and put the smaller id first."""
    words = in_words(match.shared, match.ordered, match.covered, languages, rival, match.traces)
    worded = replace(match, in_words=words)
    return worded if worded.a_id < worded.b_id else worded.turned()


def _shared(pool_a: Pool, i: int, pool_b: Pool, j: int) -> tuple[tuple[str, str], ...]:
    anchors_a, anchors_b = (
        {anchor.key: anchor.text for anchor in (*reading.places, *reading.anchors, *reading.digits)}
        for reading in (pool_a.readings[i], pool_b.readings[j])
    )
    strength = {
        key: pool_a.anchors[i][key] * pool_b.anchors[j][key] for key in anchors_a.keys() & anchors_b.keys()
    }
    if not strength:
        return rare_words(pool_a, i, pool_b, j)[:_SHOWN]
    rarest = sorted(strength, key=lambda key: (-strength[key], key))
    # one digit may count several things, `5 killed` and `5 people`: the rarest is enough to find the place
    once: dict[str, tuple[str, str]] = {}
    for key in rarest:
        once.setdefault(key[:2] if key[0] == "×" else key, (anchors_a[key], anchors_b[key]))
    return tuple(dict.fromkeys(once.values()))[:_SHOWN]
