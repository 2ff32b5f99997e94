from dataclasses import replace
from datetime import timedelta

import pytest

from archive.addresses import story_of_one
from archive.format.marks import Contradiction
from archive.format.records import AlignmentRecord, Decisions, Membership, PairRecord, TextBlock

TEXTS = {
    "uk": [
        ("paragraph", "Міст через Лужанку відкрили 17 травня о 12:30, коштував він 165 мільйонів."),
        ("heading", "Хто будував"),
        ("paragraph", "Будували 40 людей із Заріччя."),
        ("quote", "«Ми чекали на нього двадцять років», — сказала Олена Коваль."),
        ("caption", "Міст. Фото: архів"),
    ],
    "ru": [
        ("paragraph", "Мост через Лужанку открыли 17 мая в 12:30, стоил он 165 миллионов."),
        ("paragraph", "Строили 40 человек из Нагорного."),
        ("quote", "«Мы ждали его двадцать лет», — сказала Елена Коваль."),
        ("paragraph", "По мосту пойдут 6 автобусов."),
    ],
    "en": [
        ("quote", "“We waited for it for twenty years,” Olena Koval said."),
        ("paragraph", "The bridge over the Luzhanka opened on May 17; it cost 160 million."),
        ("paragraph", "Six buses will cross it."),
    ],
}
LINKS = {
    ("uk", "ru"): [((0,), (0,), "aligned"), ((2,), (1,), "aligned"), ((3,), (2,), "aligned")],
    ("uk", "en"): [((0,), (1,), "aligned"), ((3,), (0,), "moved")],
    ("ru", "en"): [((0,), (1,), "aligned"), ((2,), (0,), "moved"), ((3,), (2,), "aligned")],
}
DOUBTFUL = {("ru", 3, "uk"), ("en", 2, "uk"), ("uk", 1, "en")}
"""Paragraphs of which it is doubtful that another language has them nowhere."""
DIFFER = {("uk", "en"): ("165", "160")}
NAMES = {("uk", "ru"): ("Заріччя", "Нагорного")}


@pytest.fixture
def bridge(writer, variants, noon):
    """A story of three variants, paired and aligned: ids by language."""
    records = {}
    for late, record in enumerate(variants(1, "uk", "ru", "en")):
        blocks = tuple(TextBlock(*block) for block in TEXTS[record.language])
        body = "\n\n".join(x.text for x in blocks if x.kind != "caption")
        records[record.language] = replace(
            record,
            headline=f"Bridge {record.language} <script>alert(1)</script>",
            blocks=blocks,
            body=body,
            published_at=noon + timedelta(minutes=45 * late),
            published_raw="2026-03-02T00:45:00+12:00" if late else None,
        )
        writer.add_article(records[record.language])
    ids = {language: record.article_id for language, record in records.items()}
    story = story_of_one(ids["uk"])

    def decide(fresh, _related):
        pairs = tuple(
            PairRecord(*sorted((ids["uk"], ids[x])), "hreflang", True, 0.97, None, noon) for x in ("ru", "en")
        )
        members = tuple(Membership(x.article_id, story) for x in fresh)
        return Decisions(pairs, members, align=align)

    def align(texts, couples):
        languages = {text.article_id: text.language for text in texts.values()}
        return [row for a, b in couples for row in rows(a, b, languages[a], languages[b])]

    writer.commit(decide)
    return ids


def _is_doubtful(of_x, x, of_y, y):
    language, other, places = (of_x, of_y, x) if x else (of_y, of_x, y)
    return (language, places[0], other) in DOUBTFUL


def rows(a, b, of_a, of_b):
    turned = (of_a, of_b) not in LINKS
    of_x, of_y = (of_b, of_a) if turned else (of_a, of_b)
    found = [(*link, "both") for link in LINKS[of_x, of_y]]
    linked = [{n for link in LINKS[of_x, of_y] for n in link[side]} for side in (0, 1)]
    for side, language in enumerate((of_x, of_y)):
        for n, (kind, _) in enumerate(TEXTS[language]):
            if n not in linked[side] and kind != "caption":
                found.append(((n,), (), "omitted") if side == 0 else ((), (n,), "added"))
    mirrored = {"omitted": "added", "added": "omitted"}
    for position, (x, y, kind, *_) in enumerate(found):
        at_a, at_b = (y, x) if turned else (x, y)
        numbers = DIFFER.get((of_x, of_y)) if x == (0,) and y else None
        marks = (Contradiction(*(numbers[::-1] if turned else numbers), None, 0.95),) if numbers else ()
        names = NAMES.get((of_x, of_y)) if x == (2,) and y else None
        yield AlignmentRecord(
            a, 1, b, 1, of_a, of_b, position, mirrored.get(kind, kind) if turned else kind, at_a, at_b,
            0.9 if x and y else None, 50, 50, marks,
            (Contradiction(*(names[::-1] if turned else names), "place", 0.93),) if names else (),
            doubtful=False if x and y else _is_doubtful(of_x, x, of_y, y),
            confidence=None if x and y else 0.9958,
        )  # fmt: skip
