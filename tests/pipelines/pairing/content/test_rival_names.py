"""Names that stand in each other's place: two reports of one kind, and translations of one."""
# ruff: noqa: E501 - texts

from datetime import UTC, datetime

import pytest

from pipelines.pairing.content.passages import Agreement
from pipelines.pairing.content.rival_names import names_contrary
from pipelines.pairing.content.tiers import AUTO, HELD_BACK, Evidence
from pipelines.pairing.explain import _reasons
from pipelines.similarity.document import Document, read
from tests.pipelines.pairing.matching import match

MAYOR_UK = ("uk", "Міському голові Дубровиці вручили підозру", "За версією слідства, він вимагав гроші за оренду. Суд обере запобіжний захід. Обов'язки голови виконує секретар ради.")  # fmt: skip
MAYOR_RU = ("ru", "Городскому голове Ямполя вручили подозрение", "По версии следствия, он требовал деньги за аренду. Суд изберет меру пресечения. Обязанности головы исполняет секретарь совета.")  # fmt: skip
SAME_MAYOR_RU = ("ru", "Городскому голове Дубровицы вручили подозрение", MAYOR_RU[2])
BANK_UK = ("uk", "Регулятор покарав «Обрій»", "Банк «Обрій» має тиждень на сплату.")
BANK_EN = ("en", "Regulator fines a bank", "The bank, Merydian, has a week to pay.")
SAME_BANK_EN = ("en", "Regulator fines a bank", "The bank, Obrii, has a week to pay.")
COACH_UK = ("uk", "Тренер пішов", "Клуб розірвав угоду з тренером Русланом Бойчуком, пише газета. Сезон у Полтаві команда закінчить з Олегом Гринем.")  # fmt: skip
COACH_EN = ("en", "Coach leaves", "The club ended its deal with coach Ruslan Boichuk, a paper says. In Poltava the team ends the season with John Doe.")  # fmt: skip
DRONE_UK = ("uk", "Дрон влучив у багатоповерхівку в Салтівському районі Харкова", "Російський дрон о 5:50 влучив у житловий будинок у Салтівському районі Харкова, повідомив мер Ігор Терехов. Троє людей поранені. Пожежу загасили рятувальники.")  # fmt: skip
DRONE_EN = ("en", "Drone hits an apartment block in Kharkiv's Saltivka district", "A Russian drone hit a residential building in Kharkiv's Saltivka district at 8:10 p.m., said Mayor Ihor Terekhov. Seven people were wounded. Rescuers put out the fire.")  # fmt: skip


SPELLINGS = [
    ("Суд почув свідка Ціммермана.", "The court heard a witness, Zimmerman."),  # most sounds are the same
    ("Міст у Косі закрили.", "A bridge near Kosivshchyna was closed."),  # so are the first three
    ("Сніг випав на Волині.", "It snowed near Lutsk."),  # a region stands with its town
    ("Закон ухвалили в Раді.", "A law was passed in Parliament."),  # words of the lexicon are no names
    # names that begin a sentence on one side are shared ones of the other
    (
        "Сіренко пішов. Гринь пішов. Лишився тренер Обрій.",
        "Both Sirenko and Hryn left. A coach, Merydian, stayed.",
    ),
]


def document(name, language, headline, text):
    return Document(name, "courier", language, headline, text, datetime(2026, 11, 3, 9, tzinfo=UTC))


@pytest.mark.parametrize(
    ("a", "b", "contrary"),
    [
        (MAYOR_UK, MAYOR_RU, True),
        (MAYOR_UK, SAME_MAYOR_RU, False),
        # a common word that begins a sentence is no spelling of a name, however much it sounds like Lypovets
        (
            ("uk", "Голові Липовця вручили підозру", MAYOR_UK[2]),
            (*MAYOR_RU[:2], f"Полиция нашла взятку. {MAYOR_RU[2]}"),
            True,
        ),
        (BANK_UK, BANK_EN, True),
        (BANK_UK, SAME_BANK_EN, False),
        # two names of one coach, and the town, are in both
        (COACH_UK, COACH_EN, False),
        # only one of the texts has a name
        (MAYOR_UK, (*MAYOR_RU[:1], "Городскому голове вручили подозрение", MAYOR_RU[2]), False),
        # a long text has room for names that the other lacks
        ((*MAYOR_UK[:2], 5 * MAYOR_UK[2]), (*MAYOR_RU[:2], 5 * MAYOR_RU[2]), True),
        ((*MAYOR_UK[:2], 9 * MAYOR_UK[2]), (*MAYOR_RU[:2], 9 * MAYOR_RU[2]), False),
    ],
)
def test_names_that_stand_in_each_others_place(a, b, contrary):
    readings = [read(document(name, *text)) for name, text in (("a", a), ("b", b))]
    assert names_contrary(*readings) is contrary
    assert names_contrary(*reversed(readings)) is contrary


@pytest.mark.parametrize(("uk", "en"), SPELLINGS)
def test_names_in_other_letters_are_no_other_names(uk, en):
    assert not names_contrary(read(document("a", "uk", "", uk)), read(document("b", "en", "", en)))


def test_reports_at_other_hours_are_no_pair():
    (other,) = match([document("a", *DRONE_UK), document("b", *DRONE_EN)])
    assert (other.probability, other.likely) == (HELD_BACK, False)
    readings = [read(document(name, *text)) for name, text in (("a", DRONE_UK), ("b", DRONE_EN))]
    assert "two days" in " ".join(_reasons(*readings, other, 0, contradict=False))


def test_reports_of_two_mayors_are_no_pair_and_a_translation_is_one():
    (other,) = match([document("a", *MAYOR_UK), document("b", *MAYOR_RU)])
    (same,) = match([document("a", *MAYOR_UK), document("b", *SAME_MAYOR_RU)])
    readings = [read(document(name, *text)) for name, text in (("a", MAYOR_UK), ("b", MAYOR_RU))]
    assert "two events" in " ".join(_reasons(*readings, other, 0, contradict=False))
    assert (other.probability, other.tier) == (HELD_BACK, "review")
    assert (same.likely, other.likely) == (True, False)


@pytest.mark.parametrize(
    ("digits", "agreement", "held"),
    [
        (1, Agreement((1.0, 0.9)), True),
        (2, Agreement((1.0, 0.9)), False),
        (1, Agreement((1.0, 0.8)), False),
        (2, Agreement((1.0, 0.9), contrary=1), True),
        (3, Agreement((1.0, 0.9), contrary=1), False),
    ],
)
def test_a_number_in_common_or_other_words_mean_one_event(digits, agreement, held):
    evidence = Evidence(300, 3, agreement=agreement, names_contrary=True, digits=digits)
    assert evidence.published(AUTO) == (HELD_BACK if held else AUTO)
