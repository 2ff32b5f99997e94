"""Paragraphs that one language lacks are told by language, in one order, whatever the ids."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import lxml.html
import pytest

import archive
from archive.__main__ import main
from archive.exceptions import ArticleNotFound
from archive.format.marks import Contradiction, QuoteMark
from archive.format.records import (
    PERHAPS_ALONE,
    AlignmentRecord,
    Decisions,
    Membership,
    PairRecord,
    TextBlock,
)
from archive.viewer.search import fill
from tests.archive.viewer.test_web import serving, text_of

TEXTS = {
    "uk": ("Спільне.", "Лише тут."),
    "ru": ("Общее.", "Только здесь."),
    "en": ("Shared.", "[bold]Only here."),
}


def decide(fresh, related):
    ids = sorted({x.article_id: x.story_id for x in (*fresh, *related)}.items())
    at = datetime(2026, 3, 1, tzinfo=UTC)
    pairs = [PairRecord(ids[0][0], x, "hreflang", True, None, None, at) for x, _ in ids[1:]]
    return Decisions(tuple(pairs), tuple(Membership(x, ids[0][1]) for x, _ in ids), align=align)


def align(texts, couples):
    for a, b in couples:
        of_a, of_b = texts[a].language, texts[b].language
        yield AlignmentRecord(a, 1, b, 1, of_a, of_b, 0, "aligned", (0,), (0,), 0.9, 8, 8, doubtful=False)
        alone = (("omitted", (1,), ()), ("added", (), (1,)))
        for position, (kind, at_a, at_b) in enumerate(alone, 1):
            yield AlignmentRecord(
                a, 1, b, 1, of_a, of_b, position, kind, at_a, at_b, None, 9, 9,
                confidence=0.5 if kind == "omitted" else 0.99, doubtful=kind == "omitted", nearest=(0,),
                in_common=("7",),
            )  # fmt: skip


def test_a_doubtful_link_is_neither_shared_nor_surely_alone(root, writer, variants, capsys):
    def doubtful_link(texts, couples):
        for a, b in couples:
            of_a, of_b = texts[a].language, texts[b].language
            yield AlignmentRecord(
                a, 1, b, 1, of_a, of_b, 0, "aligned", (0,), (0,), 0.99, 10, 10, doubtful=False
            )
            yield AlignmentRecord(
                a, 1, b, 1, of_a, of_b, 1, "aligned", (1,), (1,), 0.88, 30, 30, doubtful=True
            )

    for record in variants(1, "en", "uk"):
        blocks = tuple(TextBlock("paragraph", x) for x in TEXTS[record.language])
        writer.add_article(replace(record, body="\n".join(TEXTS[record.language]), blocks=blocks))
    writer.commit(lambda fresh, related: replace(decide(fresh, related), align=doubtful_link))
    opened = archive.open(root)
    (story_id,) = opened.stories(columns=["story_id"]).to_arrow()["story_id"].to_pylist()
    lines = opened.only_in(story_id)
    assert [(x.language, x.text, x.doubtful, x.nearest) for x in lines] == [
        ("uk", TEXTS["uk"][1], True, TEXTS["en"][1]),
        ("en", TEXTS["en"][1], True, TEXTS["uk"][1]),
    ]
    assert main(["show", story_id, "--archive", str(root)]) == 0
    said = capsys.readouterr().out
    assert "perhaps the same in uk and en: read both\n- Лише тут. ↔ [bold]Only here.\n" in said
    assert (said.count("perhaps the same"), said.count("only in")) == (1, 0)
    shares = opened.sql("SELECT shared, doubtful, missing FROM shared_text").to_pylist()
    assert shares == [{"shared": 0.25, "doubtful": 0.75, "missing": 0.0}] * 2
    for stories in (opened.stories(), opened.stories(as_of=datetime.now(UTC))):
        (story,) = stories.to_arrow().to_pylist()
        assert (story["coverage_en_of_uk"], story["coverage_uk_of_en"]) == (0.25, 0.25)


@pytest.mark.parametrize("confidence", [0.49, 0.51])
def test_what_the_other_text_rather_has_is_nowhere_told_as_perhaps_left_out(
    root, writer, variants, capsys, *, confidence
):
    """The library, `show`, SQL, a list as JSON, the story's page, and the page of an omission."""

    def nearly_told(texts, couples):
        for row in align(texts, couples):
            changes = {"confidence": confidence, "doubtful": True} if row.kind != "aligned" else {}
            yield replace(row, **changes)

    for record in variants(1, "en", "uk"):
        blocks = tuple(TextBlock("paragraph", x) for x in TEXTS[record.language])
        writer.add_article(replace(record, body="\n".join(TEXTS[record.language]), blocks=blocks))
    writer.commit(lambda fresh, related: replace(decide(fresh, related), align=nearly_told))
    opened, is_shared = archive.open(root), confidence < PERHAPS_ALONE
    (story_id,) = opened.stories(columns=["story_id"]).to_arrow()["story_id"].to_pylist()
    lines = opened.only_in(story_id)
    assert [(x.text, x.linked) for x in lines] == [(TEXTS["uk"][1], is_shared), (TEXTS["en"][1], is_shared)]
    assert main(["show", story_id, "--archive", str(root)]) == 0
    said = capsys.readouterr().out
    assert (said.count("probably in"), said.count("only in")) == ((2, 0) if is_shared else (0, 2))
    assert "- [bold]Only here.\n" in said if is_shared else "(doubtful, 0.51" in said
    pytest.importorskip("duckdb", reason="NOT TESTED: triptych[sql] is missing")
    assert len(opened.sql("FROM omissions").to_pylist()) == (0 if is_shared else 2)
    assert main(["search", "--json", "--archive", str(root)]) == 0
    (listed,) = json.loads(capsys.readouterr().out)
    assert listed["omitted_doubtful"] == (None if is_shared else 9 / 26)
    addresses = [f"/omissions/{x.article_id}/1/1/{y.article_id}" for x, y in (lines, lines[::-1])]
    fill.fill(opened)
    with serving(root) as get:
        page = text_of(get(f"/stories/{story_id}")[2])
        assert [get(x)[0] for x in addresses] == [404 if is_shared else 200] * 2
    assert page.count("Probably in this text too") == (2 if is_shared else 0)
    assert page.count("perhaps only in") == (0 if is_shared else 4)  # between the texts, and below them


def test_a_sentence_that_linked_paragraphs_lack_is_in_doubt_everywhere(root, writer, variants, capsys):
    sentence = "Друге речення лише тут."

    def lone_sentence(texts, couples):
        for a, b in couples:
            of_a, of_b = texts[a].language, texts[b].language
            only, letters = {"uk": (sentence,)}, {"uk": 32, "en": 7}
            yield AlignmentRecord(
                a, 1, b, 1, of_a, of_b, 0, "aligned", (0,), (0,), 0.99, letters[of_a], letters[of_b],
                doubtful=False, sentences_only_a=only.get(of_a, ()), sentences_only_b=only.get(of_b, ()),
            )  # fmt: skip

    for record in variants(1, "en", "uk"):
        text = f"Спільне. {sentence}" if record.language == "uk" else "Shared."
        writer.add_article(replace(record, body=text, blocks=(TextBlock("paragraph", text),)))
    writer.commit(lambda fresh, related: replace(decide(fresh, related), align=lone_sentence))
    opened = archive.open(root)
    (story_id,) = opened.stories(columns=["story_id"]).to_arrow()["story_id"].to_pylist()
    (line,) = opened.only_in(story_id)
    assert (line.language, line.lacking, line.text, line.nearest) == ("uk", "en", sentence, "Shared.")
    assert (line.doubtful, line.linked, line.confidence) == (True, False, None)
    assert main(["show", story_id, "--archive", str(root)]) == 0
    assert f"\nperhaps only in uk, not in en\n- {sentence} (doubtful: read both)\n" in capsys.readouterr().out
    fill.fill(opened)
    with serving(root) as get:
        page = lxml.html.fromstring(get(f"/stories/{story_id}")[2])
        (listed,) = json.loads(get("/stories.json")[2])
    assert (listed["omitted"], listed["omitted_doubtful"]) == (None, len(sentence) / 32)
    (mark,) = page.iter("mark")
    assert (mark.text, mark.get("class"), mark.get("title")) == (
        sentence,
        "sentence",
        "perhaps not in English",
    )
    (passage,) = page.xpath('//ol[@class="omissions doubtful"]//p')
    assert f"“{sentence}” — Ukrainian" in passage.text_content()
    assert "; perhaps not in English." in passage.text_content()
    assert "counterpart in English; perhaps without 1 sentence" in page.text_content()
    assert "A paragraph counts whole" in page.text_content()


def test_by_language_and_not_by_id(root, writer, variants, capsys):
    for record in variants(1, "en", "uk", "ru"):
        blocks = tuple(TextBlock("paragraph", x) for x in TEXTS[record.language])
        writer.add_article(replace(record, body="\n".join(TEXTS[record.language]), blocks=blocks))
    writer.commit(decide)
    opened = archive.open(root)
    (story_id,) = opened.stories(columns=["story_id"]).to_arrow()["story_id"].to_pylist()
    found = opened.only_in(story_id)
    assert [(x.language, x.lacking) for x in found] == [
        ("uk", "en"), ("uk", "ru"), ("en", "uk"), ("en", "ru"), ("ru", "uk"), ("ru", "en"),
    ]  # fmt: skip
    assert [x.text for x in found[::2]] == [TEXTS[x][1] for x in ("uk", "en", "ru")]
    assert [x.nearest for x in found[:2]] == ["Shared.", "Общее."]
    # of each two articles the one with the smaller id is doubtful here
    ids = {x.language: x.article_id for x in found}
    assert all(x.doubtful == (x.article_id < ids[x.lacking]) for x in found)
    assert opened.only_in(story_id[:8]) == found
    with pytest.raises(ArticleNotFound):
        opened.only_in("none")
    assert main(["show", story_id, "--archive", str(root)]) == 0
    said = capsys.readouterr().out
    heads = [line for line in said.splitlines() if "only in " in line]
    sure, doubtful = (
        [f"only in {x.language}, not in {x.lacking}" for x in found if x.doubtful is judged]
        for judged in (False, True)
    )
    assert heads == sure + [f"perhaps {x}" for x in doubtful]
    assert said.count("- [bold]Only here.") == 2
    assert said.count("(doubtful, 0.50: read both)") == 3


@pytest.mark.parametrize("doubtful", [False, True])
def test_numbers_names_and_quotations_are_shown_of_each_link_that_was_judged(
    root, writer, variants, capsys, *, doubtful
):
    def marked(texts, couples):
        for a, b in couples:
            number = {"uk": "15 гривень", "en": "12 hryvnias"}
            town = {"uk": "Лозовій", "en": "Izium"}
            word = {"uk": "не визнав", "en": "admitted"}
            quote = {"uk": (QuoteMark("Чекали два роки", "Олена Коваль", "koval olena"),)}
            of_a, of_b = texts[a].language, texts[b].language
            yield AlignmentRecord(
                a, 1, b, 1, of_a, of_b, 0, "aligned", (0,), (0,), 0.99, 32, 7, doubtful=doubtful,
                numbers_differ=(Contradiction(number[of_a], number[of_b], None, 0.97),),
                names_differ=(Contradiction(town[of_a], town[of_b], "place", 0.93),),
                negations_differ=(Contradiction(word[of_a], word[of_b], "negation", 0.93),),
                quotes_only_a=quote.get(of_a, ()), quotes_only_b=quote.get(of_b, ()),
            )  # fmt: skip

    for record in variants(1, "en", "uk"):
        writer.add_article(record)
    writer.commit(lambda fresh, related: replace(decide(fresh, related), align=marked))
    assert main(["show", "https://courier.example/uk/news/1", "--archive", str(root)]) == 0
    printed = capsys.readouterr().out
    perhaps = "perhaps " if doubtful else ""
    assert f"numbers differ\n- {perhaps}uk 15 гривень ↔ en 12 hryvnias (0.97)\n" in printed
    assert f"names differ\n- {perhaps}uk Лозовій ↔ en Izium (0.93)\n" in printed
    assert f"negations differ\n- {perhaps}uk не визнав ↔ en admitted (0.93)\n" in printed
    assert f"- Чекали два роки (uk, {perhaps}not en, Олена Коваль)\n" in printed
    main(["search", "--numbers", "--archive", str(root)])
    assert "15 гривень" in capsys.readouterr().out
    main(["search", "--names", "--archive", str(root)])
    assert "Лозовій" in capsys.readouterr().out
    main(["search", "--negations", "--archive", str(root)])
    assert f"negations: {perhaps}uk не визнав ↔ en admitted" in capsys.readouterr().out
    main(["search", "--quotes", "--archive", str(root)])
    assert "courier" in capsys.readouterr().out
