import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.pairing.content.match import in_words
from pipelines.pairing.content.passages import Agreement, agreement, ends, passages
from pipelines.similarity.document import Document, read, text_of
from tests.pipelines.pairing.matching import match
from tests.support import tiers

UK = Document(
    "uk", "courier", "uk", "Міст через Рось відкриють у травні",
    "Міст через річку Рось у Білій Церкві відкриють 17 травня, повідомила інженерка Олена Кравчук. "
    "Ремонт тривав 165 днів і коштував 4 тисячі гривень за метр. "
    "Мер Ігор Саченко каже, що автобуси повернуться на старий маршрут наступного дня. "
    "Жителі просили додати освітлення, його встановлять до осені.",
)  # fmt: skip
EN = Document(
    "en", "courier", "en", "Bridge over the Ros to open in May",
    "The bridge over the Ros river in Bila Tserkva will open on May 17, said engineer Olena Kravchuk. "
    "The repair took 165 days and cost 4,000 hryvnias a metre. "
    "Mayor Ihor Sachenko says that the buses will return to their old route on the next day. "
    "Residents asked for lighting, it will be installed before autumn.",
)  # fmt: skip
ANOTHER = replace(
    EN, article_id="another", headline="Kravchuk to build a school",
    body="Engineer Olena Kravchuk has been chosen to build the new school of Bila Tserkva near the Ros. "
    "Mayor Ihor Sachenko signed the contract on Friday; a competition had been held since winter. "
    "Parents had complained of crowded classes, and three shifts are taught in the old building. "
    "The opposition in the council doubts that the money will be enough and wants an audit.",
)  # fmt: skip


def agreed(a, b):
    return agreement(passages(read(a)), passages(read(b)))


def test_a_translation_covers_more_than_another_report_on_the_same_people():
    same, other = agreed(UK, EN), agreed(UK, ANOTHER)
    assert min(same.covered) >= 0.9
    assert (same.contrary, same.shared) == (0, 3)
    assert max(other.covered) < min(same.covered)
    assert other.shared == 0


def test_another_report_on_the_same_people_is_no_pair_for_sure():
    assert [(x.a_id, x.b_id, x.tier) for x in match([UK, EN, ANOTHER])] == [("en", "uk", "auto")]
    assert [x for x in match([UK, ANOTHER]) if x.tier == "auto"] == []


def test_other_numbers_in_the_same_passages_are_contrary():
    next_day = replace(EN, body=EN.body.replace("17", "19").replace("165", "212").replace("4,000", "5,300"))
    found = agreed(UK, next_day)
    assert found.contrary >= 2
    assert found.shared == 0


def test_one_number_that_differs_is_an_editors_hand_and_all_of_them_another_day():
    """A slip, a rounded number, a later count; where it is the only one, the texts leave it open."""
    only = replace(UK, body=UK.body.replace("17 ", "").replace("4 тисячі", "кілька"))
    once = replace(EN, body=EN.body.replace(" 17", "").replace("4,000", "several"))
    for other in ("185", "170", "163"):
        (open_,) = match([only, replace(once, body=once.body.replace("165", other))])
        assert open_.tier in {"review", "probable"}
        assert [x.joins for x in match([UK, replace(EN, body=EN.body.replace("165", other))])] == [True]
    next_day = EN.body.replace("17", "19").replace("165", "212").replace("4,000", "5,300")
    assert not any(x.joins for x in match([UK, replace(EN, body=next_day)]))


def test_rows_of_a_list_that_are_cut_elsewhere_contradict_nothing():
    """A row falls into the passage before or after; what either has alone there, the other has too."""
    rng = random.Random(2)
    rows = [
        (
            f"Виправлено {rng.choice(('', 'хибне '))}округлення {n}{rng.choice(('', ' для всіх пакунків'))}.",
            f"Rounding of {n} mended{rng.choice(('', ' for all the packages there are'))}.",
        )
        for n in range(1507, 5480, 137)
    ]
    uk, en = (
        "\n".join([each.body, *told]) for each, told in zip((UK, EN), zip(*rows, strict=True), strict=True)
    )
    found = agreed(replace(UK, body=uk), replace(EN, body=en))
    assert found.shared >= 20
    assert (found.contrary, found.replaced) == (0, 0)


def test_of_an_abridged_text_all_is_covered_and_of_the_whole_one_a_part():
    short = replace(EN, body=EN.body[: EN.body.index("Mayor")])
    whole, part = agreed(UK, short).covered
    assert part >= 0.9
    assert 0.3 <= whole <= 0.8


def test_a_text_without_words_agrees_with_nothing():
    assert agreed(UK, replace(EN, headline="", body="…")) == Agreement()


def test_what_makes_a_pair_can_be_read():
    (found,) = match([UK, EN])
    assert "17 травня ↔ May 17" in found.in_words
    assert "165 ↔ 165" in found.in_words
    assert "Кравчук ↔ Kravchuk" in found.in_words
    assert "anchors in order" in found.in_words
    assert "runner-up 0.00" in found.in_words
    assert found.details()["in_words"] == found.in_words


def test_two_shared_numbers_are_no_lack_of_anchors():
    said = in_words([("206", "206")], (0, 0), (0.5, 0.5), ("uk", "en"), 0.0, ())
    assert "206 ↔ 206" in said
    assert "no anchors" not in said
    assert "no anchors in common" in in_words([], (0, 0), (0.5, 0.5), ("uk", "en"), 0.0, ())


@given(st.text(max_size=3000), st.sampled_from(["uk", "ru", "en"]))
@settings(max_examples=tiers.examples(100))
def test_any_text_can_be_cut(text, language):
    article = read(Document("a", "o", language, text[:50], text))
    whole = text_of(article.document)
    cuts = ends(whole)
    assert cuts == sorted(set(cuts))
    assert cuts[-1] == len(whole)
    groups = passages(article)
    if groups is not None:
        assert sum(len(x.anchors) for x in groups.readings) == len(article.anchors)


@pytest.mark.parametrize("letters", [100, 2000, 20_000])
def test_no_text_has_more_passages_than_are_compared(letters):
    assert len(ends("Так. " * (letters // 5))) <= 31
