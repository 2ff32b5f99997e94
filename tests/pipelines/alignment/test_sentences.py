"""Sentences that a linked paragraph of the other text lacks."""

import pytest

from archive.format.records import TextBlock, VariantText
from pipelines.alignment.aligner import Aligner
from pipelines.alignment.paragraphs import prepared
from pipelines.alignment.sentences import _is_worded, _only, _Side

UK = (
    "Міська рада Полтави у вівторок, 14 квітня, виділила 12,5 млн гривень на ремонт мосту через Ворсклу.",
    "Роботи почнуть у червні, повідомив заступник мера Андрій Кравчук."
    " Двоє інженерів звільнилися через сварку з підрядником. Рух автобусів змінять на 40 днів.",
    "Торік міст закривали двічі: у березні через повінь і в жовтні після аварії з вантажівкою.",
    "Поліція просить водіїв обирати об'їзд через вулицю Зигіна, де встановили нові світлофори.",
)
FURTHER = (
    "Бюджет міста на цей рік ухвалили із запізненням: депутати сперечалися про тарифи на воду й тепло.",
    "Раніше міст ремонтували 1998 року, тоді роботи тривали сім місяців і коштували вдвічі дорожче.",
    "Підприємці з лівого берега скаржаться, що втратять покупців, і просять мерію про знижку на оренду.",
)
ALONE = "Двоє інженерів звільнилися через сварку з підрядником."
SAID = "Two engineers quit over a quarrel with the contractor."
WORKS, BUSES = (
    "Works will begin in June, deputy mayor Andrii Kravchuk said.",
    "Bus traffic will be changed for 40 days.",
)
REST = (
    "Last year the bridge was closed twice: in March by a flood, in October after an accident with a truck.",
    "Police ask drivers to take the detour by Zyhina Street, where new traffic lights have been installed.",
)
FIRST = (
    "Poltava's city council on Tuesday, April 14, allocated UAH 12.5 million to repair the Vorskla bridge."
)


def rows(uk, en, first="uk"):
    texts = {}
    for language, paragraphs in (("uk", uk), ("en", en)):
        article_id = "a" if language == first else "b"
        blocks = tuple(TextBlock("paragraph", x) for x in paragraphs)
        texts[article_id] = VariantText(article_id, 1, language, "", blocks)
    return Aligner()(texts, [("a", "b")])


@pytest.mark.parametrize(
    ("en", "is_alone"),
    [
        pytest.param((FIRST, f"{WORKS} {BUSES}", *REST), True, id="left out"),
        pytest.param((FIRST, f"{WORKS} {SAID} {BUSES}", *REST), False, id="translated"),
        pytest.param((FIRST, f"{WORKS} {BUSES}", *REST, SAID), False, id="at another place"),
        pytest.param(
            (FIRST, f"{WORKS} {BUSES} The mayor is in hospital after a heart attack.", *REST),
            False,
            id="no room",
        ),
    ],
)
def test_a_sentence_that_the_other_text_lacks(en, is_alone):
    for first, side in (("uk", "a"), ("en", "b")):
        (row,) = (x for x in rows(UK, en, first) if x.kind == "aligned" and x.paragraphs_a == (1,))
        only = {"a": row.sentences_only_a, "b": row.sentences_only_b}
        assert only.pop(side) == ((ALONE,) if is_alone else ())
        assert list(only.values()) == [()]


QUOTED = (
    "«Ці гроші підуть на нові автобуси для міста, а дві старі лікарні на лівому березі віддадуть церкві», —"
    " сказав журналістам після засідання мер Полтави Андрій Кравчук."
)
CUT = "а дві старі лікарні на лівому березі віддадуть церкві"


@pytest.mark.parametrize(
    ("en", "alone"),
    [
        (
            '"This money will go to new buses for the city," Poltava mayor Andrii Kravchuk told journalists'
            " after the session.",
            (CUT,),
        ),
        (
            '"This money will go to new buses for the city, and two old hospitals on the left bank will be'
            ' given to a church," Poltava mayor Andrii Kravchuk told journalists after the session.',
            (),
        ),
    ],
)
def test_half_of_a_quotation_that_the_other_text_lacks(en, alone):
    *_, linked = rows((*UK, QUOTED), (FIRST, f"{WORKS} {SAID} {BUSES}", *REST, en))
    assert (linked.paragraphs_a, linked.sentences_only_a, linked.sentences_only_b) == ((4,), alone, ())


def side(language, paragraph):
    return _Side(prepared([paragraph], language), (0,))


@pytest.mark.parametrize(
    ("sentence", "instead", "is_worded"),
    [
        ("Компанію оштрафували на 318 тисяч.", "A fine of 318,000 came first.", True),
        ("Професори університету засудили рішення суду.", "The court is far from the university.", True),
        ("Професори університету засудили рішення суду.", "The rain is over.", False),
        (
            "Професори університету довго засуджували рішення суду про стипендії, а з середи мовчать.",
            "The rain is over on Wednesday.",
            True,
        ),
    ],
)
def test_words_that_only_this_sentence_has(sentence, instead, is_worded):
    own, opposite = side("uk", f"{UK[0]} {sentence}"), side("en", f"{FIRST} {instead}")
    assert _is_worded(1, own.sentences(), own, opposite) == is_worded


@pytest.mark.parametrize(("more", "is_alone"), [(8, False), (20, False), (50, True), (120, False)])
def test_the_other_paragraph_is_shorter_by_about_the_sentence(more, is_alone):
    own, opposite = side("uk", UK[1]), side("en", f"{WORKS} {BUSES}")
    assert _only(own, opposite, more) == ([ALONE] if is_alone else [])


def test_a_paragraph_that_is_longer_by_little_of_it():
    own = side("uk", " ".join((UK[1], *FURTHER, *UK[2:])))
    opposite = side("en", " ".join((WORKS, BUSES, *REST)))
    assert _only(own, opposite, 50) == []


def test_nothing_is_missing_in_a_summary():
    en = (f"{WORKS} {BUSES}", "Details will follow.", "The price is unknown.", "More soon.")
    assert not any(x.sentences_only_a for x in rows((*UK, *FURTHER), en))
