"""A quotation is given to who says it: not to somebody the speaker meets or speaks of."""

import pyarrow as pa
import pytest

from archive.read.quotations import quotations, speaker_of

SPEAKERS = [
    (
        "«Кожен снаряд має значення», – сказала прем'єр-міністерка Олена Коваль після зустрічі з Фіалою.",
        "Олена Коваль",
    ),
    (
        "«Каждый снаряд имеет значение», – сказала министр Елена Коваль после встречи с Фиалой.",
        "Елена Коваль",
    ),
    ("«Каждый снаряд имеет значение», – сказала она после встречи с Петром Фиалой.", None),
    ("«Кожен снаряд має значення», – сказала вона в інтерв'ю Петру Фіалі.", None),
    ("«Каждый снаряд имеет значение», – сказала министр после встречи с Фиалой.", None),
    ("“Every shell has its value,” said the minister after a meeting with Petr Fiala.", None),
    ("«Кожен снаряд має значення», – сказав спікер Верховної Ради під час зустрічі.", None),
    ("«Кожен снаряд має значення», – сказав Андрій Ткач у Києві.", "Андрій Ткач"),
    ("«Каждый снаряд имеет значение», – сказал Андрей Ткач.", "Андрей Ткач"),
    ("«Каждый снаряд имеет значение», – говорит фермер Андрей Ткач из Розквита.", "Андрей Ткач"),
    ("«Каждый снаряд имеет значение», – говорит фермер из Розквита.", None),
    (
        "«Кожен снаряд має значення», – сказав професор Джордж Шейкер з університету Ватерлоо.",
        "Джордж Шейкер",
    ),
]


def test_the_speaker_is_who_stands_beside_the_verb():
    duckdb = pytest.importorskip("duckdb", reason="NOT TESTED: triptych[sql] is missing")
    texts, speakers = zip(*SPEAKERS, strict=True)
    for text, speaker in SPEAKERS:
        quote = text[1 : text.index(text[0].translate({171: "»", 8220: ","}))]
        assert speaker_of(quote, text) == speaker, text
    ids = [str(number) for number in range(len(texts))]
    rest = ("outlet", "language", "headline", "url", "published_at", "story_id")
    articles = pa.table({"body": texts, "article_id": ids, **dict.fromkeys(rest, [""] * len(texts))})
    with duckdb.connect() as connection:
        connection.register("articles", articles)
        rows = connection.sql(f"SELECT article_id, speaker FROM ({quotations('articles')})").fetchall()
    assert dict(rows) == {n: speaker for n, speaker in zip(ids, speakers, strict=True) if speaker}


@pytest.mark.parametrize("noun", ["Свідок", "Советник", "Радниця"])
def test_a_noun_at_the_beginning_of_a_sentence_is_no_speaker(noun):
    words = "Якщо доказ приховує суму, його ніхто не прочитає"
    assert speaker_of(words, f"{noun} каже: «{words}».") is None
    assert speaker_of(words, f"Коваль каже: «{words}».") == "Коваль"
