"""Invented articles: words with the frequencies and lengths of news in three languages, from a fixed seed.

They compress as news does, to within a tenth. Each story is told in three languages that name each other.
"""

# ruff: noqa: PLC0415  only a child imports Arrow, so that each one's memory is its own

from __future__ import annotations

import hashlib
import json
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import MISSING, fields
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archive.format.records import ArticleRecord

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
LETTERS = {
    "uk": "оаинвіретсклудмпзьгяєбчхйжюцшщїфґ",
    "ru": "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэф",
    "en": "etaoinsrhldcumfpgwybvkxjqz",
}


class Texts:
    """Words with the frequencies of Zipf's law, the same for the same seed."""

    def __init__(self, language: str) -> None:
        chosen = random.Random(f"words {language}")
        letters = LETTERS[language]
        weights = [1 / (rank + 2) for rank in range(len(letters))]
        self.words = [
            "".join(chosen.choices(letters, weights, k=2 + min(int(chosen.expovariate(0.2)), 14)))
            for _ in range(30_000)
        ]
        total = 0.0
        self.cumulative = [total := total + 1 / (rank + 3) for rank in range(len(self.words))]

    def sentence(self, chosen: random.Random, words: int) -> str:
        return " ".join(chosen.choices(self.words, cum_weights=self.cumulative, k=words)).capitalize() + "."


def records(first: int, count: int, size: float = 1.0) -> Iterator[object]:
    from archive.format.records import Alternate, LanguageEvidence

    for number in range(first, first + count):
        story, language = divmod(number, 3)
        language = ("uk", "ru", "en")[language]
        texts = words_of(language)
        chosen = random.Random(number)
        # siblings differ by the language only, and name each other, as most outlets' do
        slug = f"{story}-{words_of('en').words[story % 30000]}"
        url = f"https://outlet{story % 40}.example/{language}/news/{slug}.html"
        words = max(20, int(size * chosen.lognormvariate(math.log(230), 0.6)))
        paragraphs = [texts.sentence(chosen, min(45, words - n)) for n in range(0, words, 45)]
        at = BEGIN + timedelta(seconds=20 * number)
        yield article(
            url,
            paragraphs,
            at,
            outlet=f"outlet{story % 40}",
            language=language,
            language_evidence=(LanguageEvidence("text", language), LanguageEvidence("html-lang", language)),
            language_reason="text",
            html_lang=language,
            headline=texts.sentence(chosen, 9),
            lead=texts.sentence(chosen, 22),
            byline=" ".join(texts.words[chosen.randrange(300)].title() for _ in range(2)),
            authors_source="printed",
            published_at=at - timedelta(minutes=chosen.randrange(600)),
            published_raw=f"{at:%Y-%m-%dT%H:%M:%S+02:00}",
            published_source="json-ld",
            section=texts.words[chosen.randrange(12)],
            tags=tuple(texts.words[chosen.randrange(2000)] for _ in range(4)),
            image_url=f"https://outlet{story % 40}.example/i/{chosen.getrandbits(64):x}.jpg",
            image_caption=texts.sentence(chosen, 8),
            alternates=tuple(
                Alternate(x, url.replace(f"/{language}/", f"/{x}/"), "hreflang") for x in ("uk", "ru", "en")
            ),
            etag=f'"{chosen.getrandbits(48):x}"',
        )


def article(url: str, paragraphs: Sequence[str], at: datetime, **values: object) -> ArticleRecord:
    """Make an article of these paragraphs, fetched at a time; what is not given is unknown."""
    from archive.format.records import ArticleRecord, TextBlock

    body = "\n\n".join(paragraphs)
    plain = {
        "article_id": hashlib.blake2b(url.encode(), digest_size=16).hexdigest(),
        "url": url, "requested_url": url, "canonical_url": url, "body": body,
        "blocks": tuple(TextBlock("paragraph", text) for text in paragraphs),
        "language_confidence": 0.99, "language_evidence": (), "authors": (), "tags": (), "alternates": (),
        "content_hash": hashlib.sha256(body.encode()).hexdigest(),
        "raw_sha256": hashlib.sha256(url.encode()).hexdigest(), "http_status": 200, "fetched_at": at,
        "extractor": "reader 1", "run_id": "run-1",
    }  # fmt: skip
    unknown = {field.name: None for field in fields(ArticleRecord) if field.default is MISSING}
    return ArticleRecord(**{**unknown, **plain, **values})  # type: ignore[arg-type]


@cache
def words_of(language: str) -> Texts:
    return Texts(language)


def pair(fresh: Sequence[object], related: Sequence[object]) -> object:
    """As a crawl pairs: the articles whose addresses differ by the language only are a story."""
    from archive.format.records import Decisions, Membership, PairRecord

    stories: dict[tuple[str, str], list[object]] = {}
    for facts in sorted([*fresh, *related], key=lambda facts: facts.article_id):
        stories.setdefault((facts.outlet, facts.url.rpartition("/")[2]), []).append(facts)
    pairs, members = [], []
    for first, *rest in stories.values():
        pairs += [
            PairRecord(first.article_id, x.article_id, "hreflang", True, None, DETAILS, BEGIN) for x in rest
        ]
        members += [Membership(x.article_id, first.story_id) for x in rest]
    return Decisions(tuple(pairs), tuple(members))


DETAILS = json.dumps({"hreflang": ["uk", "ru"], "reciprocal": True})
