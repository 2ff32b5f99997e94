"""Invented articles: words with the frequencies and lengths of news in three languages, from a fixed seed.

They compress as news does, to within a tenth. Each story is told in three languages that name each other.
"""

# ruff: noqa: PLC0415  only a child imports Arrow, so that each one's memory is its own

import hashlib
import json
import math
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

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
    from archive.format.records import Alternate, ArticleRecord, LanguageEvidence, TextBlock

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
        body = "\n\n".join(paragraphs)
        at = BEGIN + timedelta(seconds=20 * number)
        yield ArticleRecord(
            article_id=hashlib.blake2b(url.encode(), digest_size=16).hexdigest(),
            outlet=f"outlet{story % 40}",
            url=url,
            requested_url=url,
            canonical_url=url,
            language=language,
            language_confidence=0.99,
            language_evidence=(LanguageEvidence("text", language), LanguageEvidence("html-lang", language)),
            language_reason="text",
            html_lang=language,
            headline=texts.sentence(chosen, 9),
            lead=texts.sentence(chosen, 22),
            body=body,
            blocks=tuple(TextBlock("paragraph", text) for text in paragraphs),
            byline=" ".join(texts.words[chosen.randrange(300)].title() for _ in range(2)),
            authors=(),
            authors_source="printed",
            published_at=at - timedelta(minutes=chosen.randrange(600)),
            published_raw=f"{at:%Y-%m-%dT%H:%M:%S+02:00}",
            published_source="json-ld",
            modified_at=None,
            modified_raw=None,
            section=texts.words[chosen.randrange(12)],
            tags=tuple(texts.words[chosen.randrange(2000)] for _ in range(4)),
            image_url=f"https://outlet{story % 40}.example/i/{chosen.getrandbits(64):x}.jpg",
            image_caption=texts.sentence(chosen, 8),
            alternates=tuple(
                Alternate(x, url.replace(f"/{language}/", f"/{x}/"), "hreflang") for x in ("uk", "ru", "en")
            ),
            story_key=None,
            content_hash=hashlib.sha256(body.encode()).hexdigest(),
            raw_sha256=hashlib.sha256(url.encode()).hexdigest(),
            http_status=200,
            etag=f'"{chosen.getrandbits(48):x}"',
            last_modified=None,
            fetched_at=at,
            extractor="reader 1",
            run_id="run-1",
            extra=None,
        )


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
