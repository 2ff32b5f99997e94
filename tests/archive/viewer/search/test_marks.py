"""What is doubtful, and who speaks, is in every list alike: page, files, feed, terminal and SQL."""

import csv
import io
import json
from dataclasses import replace

import pytest

import archive
from archive.__main__ import main
from archive.addresses import story_of_one
from archive.format.marks import Contradiction, QuoteMark
from archive.format.records import Decisions, Membership, PairRecord
from archive.viewer.search import fill
from tests.archive.viewer.conftest import rows
from tests.archive.viewer.test_web import serving, text_of

SENTENCE = "Мер про це мовчить."
QUOTE = "Ми чекали на нього двадцять років"


@pytest.fixture
def marked(writer, variants, noon, root):
    """A story whose numbers differ surely (165, 160) and perhaps (6, 8), with two quotations of one text."""
    uk, en = variants(1, "uk", "en")
    for record in (uk, en):
        writer.add_article(record)

    def align(*_):
        a, b = sorted((uk, en), key=lambda x: x.article_id)
        sure, doubtful, *_ = rows(a.article_id, b.article_id, a.language, b.language)
        side = "a" if a is uk else "b"
        numbers = ("6", "8") if a is uk else ("8", "6")
        quotes = {
            f"quotes_only_{side}": (
                QuoteMark(QUOTE, "Олена Коваль", "koval olena"),
                QuoteMark("Так буде", None, None),
            )
        }
        yield replace(sure, **quotes, **{f"sentences_only_{side}": (SENTENCE,)})
        quotes = {f"quotes_only_{side}": (QuoteMark("Можливо, так", None, None),)}
        marks = (Contradiction(*numbers, None, 0.99),)
        yield replace(doubtful, numbers_differ=marks, doubtful=True, **quotes)

    pair = PairRecord(*sorted((uk.article_id, en.article_id)), "hreflang", True, 0.97, None, noon)
    members = tuple(Membership(x.article_id, story_of_one(uk.article_id)) for x in (uk, en))
    writer.commit(lambda *_: Decisions((pair,), members, align=align))
    writer.close()
    fill.fill(archive.open(root))
    return root


def test_a_doubtful_contradiction_is_marked_so_in_every_list_and_comes_last(marked, capsys):
    with serving(marked) as get:
        assert "numbers differ uk 165 ↔ en 160; perhaps uk 6 ↔ en 8" in text_of(get("/?numbers=1")[2])
        (row,) = json.loads(get("/stories.json?numbers=1")[2])
        assert [(x["texts"], x["doubtful"]) for x in row["numbers_differ"]] == [
            (["165", "160"], False),
            (["6", "8"], True),
        ]
        (cells,) = csv.DictReader(io.StringIO(get("/stories.csv?numbers=1")[2].decode("utf-8-sig")))
        assert json.loads(cells["numbers_differ"]) == row["numbers_differ"]
        for address, words in (
            ("/search.feed.json?numbers=1&interface=en", "perhaps numbers differ: uk 6 ↔ en 8"),
            ("/search.atom?numbers=1&interface=uk", "можливо, числа різняться: uk 6 ↔ en 8"),
        ):
            feed = get(address)[2].decode()
            assert words in feed
            assert feed.index("uk 165 ↔ en 160") < feed.index(words)
        page = get(f"/stories/{row['story_id']}")[2]
        assert "99%; doubtful, read both texts" in text_of(page)
        assert text_of(page).index("165160") < text_of(page).index("doubtful, read both texts")
    for command in (["show", row["story_id"]], ["search", "--numbers"]):
        assert main([*command, "--archive", str(marked)]) == 0
        printed = " ".join(capsys.readouterr().out.split())
        assert printed.index("uk 165 ↔ en 160") < printed.index("perhaps uk 6 ↔ en 8"), command
    question = "SELECT text, other_text, doubtful FROM marks WHERE kind = 'numbers'"
    assert [tuple(x.values()) for x in archive.open(marked).sql(question).to_pylist()] == [
        ("165", "160", False),
        ("6", "8", True),
    ]


def test_a_quotation_has_its_speaker_and_language_or_the_reason_why_nobody_knows_it(marked):
    with serving(marked) as get:
        listed = text_of(get("/?quotes=1")[2])
        assert f"in Ukrainian, not in English: “{QUOTE}” (Олена Коваль)" in listed
        assert "“Так буде” (speaker not named beside it)" in listed
        assert "in Ukrainian, perhaps not in English: “Можливо, так”" in listed
        (row,) = json.loads(get("/search.json?quotes=1")[2])
        keys = ("language", "missing_in", "text", "speaker", "speaker_reason", "doubtful")
        unnamed = "not-named-beside-it"
        expected = [
            ("uk", "en", QUOTE, "Олена Коваль", None, False),
            ("uk", "en", "Так буде", None, unnamed, False),
            ("uk", "en", "Можливо, так", None, unnamed, True),
        ]
        assert [tuple(x[key] for key in keys) for x in row["quotes_only"]] == expected
        (cells,) = csv.DictReader(io.StringIO(get("/search.csv?quotes=1")[2].decode("utf-8-sig")))
        assert json.loads(cells["quotes_only"]) == row["quotes_only"]
        assert (
            f"not in English: “{QUOTE}” (Олена Коваль)" in get("/search.feed.json?interface=en")[2].decode()
        )
        page = text_of(get(f"/stories/{row['story_id']}")[2])
        assert "Quotations in one language only" in page
        assert "perhaps not in English: “Можливо, так” (speaker not named beside it); doubtful" in page
    question = (
        "SELECT language, other_language, text, speaker, speaker_reason, doubtful FROM marks"
        " WHERE kind = 'quotes' ORDER BY doubtful, speaker IS NULL"
    )
    assert [tuple(x.values()) for x in archive.open(marked).sql(question).to_pylist()] == expected


def test_a_sentence_that_one_text_has_alone_is_a_doubtful_mark(marked):
    question = (
        "SELECT language, other_language, text, other_text, doubtful FROM marks WHERE kind = 'sentences'"
    )
    assert [tuple(x.values()) for x in archive.open(marked).sql(question).to_pylist()] == [
        ("uk", "en", SENTENCE, None, True)
    ]
