"""An archive of two newsrooms and five stories: an edit, a deletion, a copy, a passage that English lacks."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from archive.addresses import story_of_one
from archive.format.marks import Contradiction
from archive.format.records import (
    AlignmentRecord,
    Decisions,
    Membership,
    ObservationRecord,
    PairRecord,
    TextBlock,
)
from archive.writer import ArchiveWriter
from tests.archive.made import make_article

DAY = datetime(2026, 3, 2, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)

FERRY = {
    "uk": (
        DAY + 8 * HOUR,
        "Пором через Лужанку повертається",
        [
            "Пором через Лужанку знову ходитиме з 9 березня.",
            "«Ми чекали на цей день два роки», — сказала директорка порту Олена Коваль.",
            "Квиток коштуватиме 30 гривень, для пенсіонерів — безкоштовно.",
        ],
    ),
    "ru": (
        DAY + 8 * HOUR + 20 * MINUTE,
        "Паром через Лужанку возвращается",
        [
            "Паром через Лужанку снова будет ходить с 9 марта.",
            "«Мы ждали этого дня два года», — сказала директор порта Елена Коваль.",
            "Билет будет стоить 35 гривен, для пенсионеров — бесплатно.",
        ],
    ),
    "en": (
        DAY + 9 * HOUR + 15 * MINUTE,
        "The Luzhanka ferry is back",
        [
            "The ferry across the Luzhanka will run again from March 9.",
            "“We have waited two years for this day,” said the port's director Olena Koval.",
        ],
    ),
}
LIBRARY = {
    "uk": (DAY + 10 * HOUR, "Бібліотека працюватиме вночі", ["Читальня буде відкрита до 23:00."]),
    "ru": (DAY + 10 * HOUR, "Библиотека будет работать ночью", ["Читальный зал открыт до 23:00."]),
}
BRIDGE = {"en": (DAY + 30 * HOUR, "A bridge is painted", ["The old bridge is green again."])}
COPY = {"uk": (DAY + 12 * HOUR, "Пором повертається: пише Кур'єр", ["Пором знову ходитиме з 9 березня."])}
MARKET = {
    "uk": (DAY + 31 * HOUR, "Ринок закривають на ремонт", ["Ринок закриють 1 квітня."]),
    "en": (DAY + 34 * HOUR, "The market closes for repairs", ["The market closes on April 1."]),
}
_STORIES = (
    ("courier", "ferry", FERRY),
    ("courier", "library", LIBRARY),
    ("courier", "bridge", BRIDGE),
    ("herald", "ferry", COPY),
    ("herald", "market", MARKET),
)


def url_of(outlet, name, language):
    return f"https://{outlet}.example/{language}/{name}"


def id_of(outlet, name, language):
    return hashlib.blake2b(url_of(outlet, name, language).encode(), digest_size=16).hexdigest()


def record_of(outlet, name, language, told, **changes):
    published, headline, paragraphs = told
    url = url_of(outlet, name, language)
    return replace(
        make_article(1, language, "\n\n".join(paragraphs)),
        article_id=id_of(outlet, name, language),
        url=url,
        requested_url=url,
        canonical_url=url,
        outlet=outlet,
        headline=headline,
        blocks=tuple(TextBlock("paragraph", x) for x in paragraphs),
        published_at=published,
        fetched_at=published + 10 * MINUTE,
        **changes,
    )


def records():
    for outlet, name, languages in _STORIES:
        for language, told in languages.items():
            copied = {"syndicated_from": url_of("courier", "ferry", "uk")} if languages is COPY else {}
            yield record_of(outlet, name, language, told, **copied)


def _decide(fresh, _related):
    homes = {}
    for facts in fresh:
        parts = facts.url.split("/")
        homes.setdefault((parts[2], parts[-1]), []).append(facts)
    pairs, members = [], []
    for found in homes.values():
        first = min(found, key=lambda x: x.article_id)
        story = story_of_one(first.article_id)
        members += [Membership(x.article_id, story) for x in found]
        pairs += [
            PairRecord(*sorted((first.article_id, x.article_id)), "hreflang", True, 0.97, None, DAY)
            for x in found
            if x is not first
        ]
    return Decisions(tuple(pairs), tuple(members), align=_align)


def _align(texts, couples):
    rows = []
    for a, b in couples:
        sides = texts[a], texts[b]
        lengths = [len(x.blocks) for x in sides]
        for n in range(max(lengths)):
            at = [(n,) if n < length else () for length in lengths]
            kind = "aligned" if all(at) else "omitted" if at[0] else "added"
            of = [x.blocks[n].text if n < len(x.blocks) else "" for x in sides]
            score = 0.9 if all(at) else None
            # what Russian alone has beside another language is doubtful
            has = sides[0 if at[0] else 1].language
            values = {"uk": "30 гривень", "ru": "35 гривен"}
            prices = [
                values.get(x.language) if "грив" in text else None for x, text in zip(sides, of, strict=True)
            ]
            marks = (Contradiction(*prices, "гривня", 0.96),) if all(prices) else ()
            sure = {"confidence": 0.6 if has == "ru" else 0.99, "doubtful": has == "ru"}
            rows.append(
                AlignmentRecord(
                    *(
                        a,
                        1,
                        b,
                        1,
                        sides[0].language,
                        sides[1].language,
                        n,
                        kind,
                        *at,
                        score,
                        *map(len, of),
                        marks,
                    ),
                    **({"doubtful": False} if all(at) else sure),
                )
            )
    return rows


def write(root):
    """Write an archive of them."""
    with ArchiveWriter.open(root, run_id="run-1") as writer:
        fill(writer)


def fill(writer):
    """Commit the stories; a day later the edit and the looks that find an article gone."""
    for record in records():
        writer.add_article(record)
    writer.commit(_decide)
    published, _, _ = LIBRARY["uk"]
    told = (published, "Бібліотека працюватиме до ранку", ["Читальня буде до 06:00."])
    edited = record_of("courier", "library", "uk", told)
    writer.add_article(replace(edited, fetched_at=published + 5 * HOUR))
    address = url_of("herald", "market", "en")
    for n in range(3):
        at = DAY + (48 + n) * HOUR
        writer.add_observation(
            ObservationRecord(address, address, "herald", "failed", "http-404", at, 404, "run-1")
        )
    writer.commit()
