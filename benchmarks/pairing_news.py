"""Pools of our invented news (benchmarks/invented_news.py) as trials; used by benchmarks/pairing.py."""

import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from itertools import combinations

import numpy as np

from benchmarks.invented_news import NewsText, pools
from benchmarks.pairing_changed import lag
from benchmarks.pairing_sets import Known, Trial, slim
from pipelines.pairing.content.rarity import pool
from pipelines.pairing.content.shortlist import Block
from pipelines.similarity.document import ArticleReading, Document, read
from pipelines.similarity.lexicon import LANGUAGES, LEXICON


def half_of(text: NewsText) -> int:
    """By event, so that near twins are together; daily reports by kind, so that no template is in both."""
    group = text.event if text.kind == "rewrite" else text.kind
    return hashlib.sha256(group.encode()).digest()[2] % 2


@cache
def reading(text: NewsText) -> ArticleReading:
    """Read a text; a rewrite without the words that were added to the lexicon after it had been read.

    Of other newsrooms' words the lexicon has fewer, and weights fitted on these would expect too many.
    """
    found = read(Document(text.doc_id, "invented", text.language, text.headline, text.text, text.published))
    if text.kind != "rewrite":
        return found
    return replace(found, meanings={x: n for x, n in found.meanings.items() if x < _added()})


@cache
def _added() -> int:
    """Return the first line of the lexicon that was added."""
    lines = LEXICON.read_text("utf-8").splitlines()
    return next(n for n, line in enumerate(lines) if line.startswith("# Added"))


def news_trials(texts: Sequence[NewsText], known: Known) -> list[Trial]:
    """Rewrites as they came and some of them days later, and reports.

    Each set is whole, halved and with the originals removed.
    """
    kinds = {"rewrites": [x for x in texts if x.kind == "rewrite"]}
    kinds["late"] = list(later(kinds["rewrites"]))
    kinds["reports"] = [x for x in texts if x.kind != "rewrite"]
    return [trial for name, some in kinds.items() if some for trial in _trials(name, some, known)]


def later(texts: Sequence[NewsText]) -> Iterator[NewsText]:
    """Yield the texts with the lag of translations after their story's first, by another name."""
    first: dict[str, datetime] = {}
    for text in sorted(texts, key=lambda x: (x.published, x.doc_id)):
        doc_id, at = f"{text.doc_id} later", first.setdefault(text.story_id, text.published)
        if at != text.published:
            at += lag(random.Random(doc_id))
        yield replace(text, doc_id=doc_id, published=at)


def _trials(name: str, texts: Sequence[NewsText], known: Known) -> list[Trial]:
    found = []
    for each in pools(texts):
        gold = each.gold()
        sides = {
            code: pool([reading(x) for x in each.texts if x.language == code], known.backgrounds[code])
            for code in LANGUAGES
            if any(x.language == code for x in each.texts)
        }
        blocks = [slim(Block.of(sides[a], sides[b], known.expected)) for a, b in combinations(sides, 2)]
        truths = [
            np.array([tuple(sorted(x.ids(n))) in gold for n in range(len(x.pairs))], dtype=np.float64)
            for x in blocks
        ]
        found.append(Trial(name, each.variant, tuple(blocks), tuple(truths), len(gold)))
    return found
