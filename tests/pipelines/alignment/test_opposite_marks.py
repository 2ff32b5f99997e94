"""Words of one text, instead of which the other has the opposite; all texts are invented."""

import pytest

from pipelines.alignment.marks.negation_marks import negation_marks
from pipelines.alignment.marks.number_marks import Passage

COURT = "Суд у Полтаві {} колишнього директора заводу після року слухань."
COURT_EN = "A court in Poltava {} the former director of the plant after a year of hearings."
PRICE, PRICE_EN = "Ціни на хліб у Полтаві за рік {}.", "Bread prices in Poltava {} over the year."

DIFFER = [
    ("Постраждалих немає.", "There are victims.", ("немає", "There are")),
    (COURT.format("виправдав"), COURT_EN.format("convicted"), ("виправдав", "convicted")),
    (PRICE.format("зросли"), PRICE_EN.format("fell"), ("зросли", "fell")),
    ("Міністерство підтвердило, що завод у Полтаві горить.",
     "The ministry denied that the plant in Poltava is on fire.", ("підтвердило", "denied")),
    ("Серед поранених на заводі в Полтаві немає дітей.",
     "There are children among the wounded at the plant in Poltava.", ("немає", "There are")),
    ("Завод торік випустив понад 300 машин для лікарень.",
     "The plant made less than 300 cars for hospitals last year.", ("понад", "less than")),
    ("Завод торік випустив більше ніж 300 машин для лікарень.",
     "The plant made less than 300 cars for hospitals last year.", ("більше ніж", "less than")),
    ("Завод торік випустив не більше 300 машин для лікарень.",
     "The plant made at least 300 cars for hospitals last year.", ("не більше", "at least")),
    (COURT.format("визнав невинуватим"), COURT_EN.format("found guilty"), ("невинуватим", "guilty")),
    ("Завод на сході Полтави горить.", "A plant in western Poltava is on fire.", ("на сході", "western")),
    ("«Ворскла» перемогла «Дніпро» в матчі в Полтаві.", "Vorskla lost a match to Dnipro in Poltava.",
     ("перемогла", "lost")),
    ("Полтавська «Ворскла» перемогла «Дніпро» в матчі.", "Vorskla Poltava lost 3-1 to Dnipro in the match.",
     ("перемогла", "lost")),
    ("Завод у Полтаві дозволили відкрити без черги.",
     "The plant in Poltava was banned from opening without a queue.", ("дозволили", "banned")),
    ("Резолюцію на підтримку заводу в Полтаві ухвалив парламент.",
     "Parliament rejected the resolution in support of the plant in Poltava.", ("ухвалив", "rejected")),
    ("Генератори мають понад 300 класів.", "Fewer than 300 classrooms have generators.",
     ("понад", "Fewer than")),
]  # fmt: skip


@pytest.mark.parametrize(("uk", "en", "words"), DIFFER)
def test_a_word_and_its_opposite_are_marked(uk, en, words):
    (mark,) = negation_marks(Passage(uk, "uk"), Passage(en, "en"))
    assert (mark.a, mark.b, mark.counted) == (*words, "opposite")
    (turned,) = negation_marks(Passage(en, "en"), Passage(uk, "uk"))
    assert (turned.b, turned.a) == words


SAME = [
    (COURT.format("виправдав"), COURT_EN.format("acquitted")),
    # the opposite is denied
    (COURT.format("виправдав"), COURT_EN.format("did not convict")),
    (COURT.format("не виправдав"), COURT_EN.format("convicted")),
    # each has both words
    (PRICE.format("зросли, а потім знизилися"), PRICE_EN.format("fell after they had risen")),
    (PRICE.format("зросли"), PRICE_EN.format("rose and then fell")),
    # two things of one kind
    (PRICE.format("зросли, зросли й податки"), PRICE_EN.format("fell")),
    # what is said of him, and the contrary
    (
        "Речник Кремля спростував чутки про смерть міністра, який здоровий і працює.",
        "The Kremlin spokesman confirmed that the minister, far from death, is healthy and works.",
    ),
    # other numbers
    (
        "Завод торік випустив понад 300 машин для лікарень.",
        "The plant made less than 500 cars for hospitals last year.",
    ),
    (
        "Завод торік випустив щонайменше 300 машин для лікарень.",
        "The plant made more than 300 cars for hospitals last year.",
    ),
    # of one match from two sides, in whatever order
    ("«Ворскла» перемогла «Дніпро» в матчі в Полтаві.", "Dnipro lost a match to Vorskla in Poltava."),
    ("Матч у Полтаві виграла команда, якій програв «Дніпро».", "The match in Poltava was lost by Dnipro."),
    ("Матч у Полтаві «Ворскла» програла.", "In the Poltava match Vorskla was beaten, and Dnipro won."),
    (
        "«Ворскла» програла «Дніпру» в матчі в Полтаві.",
        "Vorskla was defeated by Dnipro in a match in Poltava.",
    ),
    # of no number
    ("Над заводом у Полтаві стало менше диму.", "Smoke stands above the plant in Poltava."),
    # `now` begins like `no`
    (
        "Завод торік випустив понад 300 машин для лікарень.",
        "The plant made now more than 300 cars for hospitals last year.",
    ),
    # who agrees to stop refuses to go on
    (
        "Завод у Полтаві відмовився від російської нафти.",
        "The plant in Poltava agreed to give up Russian oil.",
    ),
    # little in common
    (COURT.format("виправдав"), "The singer was convicted of nothing but love."),
]


@pytest.mark.parametrize(("uk", "en"), SAME)
def test_no_opposite_where_both_may_say_one_thing(uk, en):
    assert negation_marks(Passage(uk, "uk"), Passage(en, "en")) == ()
    assert negation_marks(Passage(en, "en"), Passage(uk, "uk")) == ()
