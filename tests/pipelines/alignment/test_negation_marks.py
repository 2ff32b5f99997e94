"""What one text denies and another says; all texts are invented."""

import pytest

from pipelines.alignment.marks.negation_marks import negation_marks
from pipelines.alignment.marks.number_marks import Passage

DIFFER = [
    (("Суд слухав справу годину. Чоловік із Полтави не визнав провину перед судом.", "uk"),
     ("Суд слушал дело час. Мужчина из Полтавы признал вину перед судом.", "ru"), ("не визнав", "признал")),
    (("The new bridge across the river was not opened in March.", "en"),
     ("Новий міст через річку відкрили в березні.", "uk"), ("was not opened", "відкрили")),
    (("Директор завода не подписал договор с министерством.", "ru"),
     ("The director of the plant signed a contract with the ministry.", "en"), ("не подписал", "signed")),
    (("The minister didn't sign the contract with the plant.", "en"),
     ("Министр подписал договор с заводом.", "ru"), ("didn't sign", "подписал")),
    (("Міністр не підписав договір із заводом.", "uk"),
     ("Министр подписал договор с заводом. Так решили.", "ru"), ("не підписав", "подписал")),
    (("Міністр не буде підписувати договір із заводом.", "uk"),
     ("Министр подписал договор с заводом.", "ru"), ("не буде підписувати", "подписал")),
]  # fmt: skip


@pytest.mark.parametrize(("a", "b", "words"), DIFFER)
def test_a_word_that_one_text_denies_is_marked_in_both(a, b, words):
    (mark,) = negation_marks(Passage(*a), Passage(*b))
    assert (mark.a, mark.b, mark.counted) == (*words, "negation")
    (turned,) = negation_marks(Passage(*b), Passage(*a))
    assert (turned.b, turned.a) == words


SAME = [
    # denied in both, in other words
    ("Міністр не підписав договір із заводом.", "Министр отказался подписать договор с заводом."),
    ("Міністр не підписав договір із заводом.", "Министр никакого договора с заводом подписать не смог."),
    ("Міністр не підписав договір із заводом.", "Подписать договор с заводом министру трудно."),
    ("Кремль слів не коментує.", "Кремль воздержался от комментариев."),
    # will, and will not be
    ("На заводі в березні страйку не буде.", "В марте на заводе будет спокойно."),
    # almost, only, or whoever
    ("Міністр майже не підписав договір із заводом.", "Министр подписал договор с заводом."),
    ("Міністр не просто підписав договір із заводом.", "Министр подписал договор с заводом."),
    ("Хто б договір із заводом не підписав, міністр відповідає.",
     "Кто договор с заводом подписал, министр отвечает."),
    ("Якщо не підписав договір із заводом міністр, винен він.",
     "Если министр договор с заводом подписал, виноват."),
    ("Просимо, щоб міністр договір із заводом не підписав.", "Просим: министр договор с заводом подписал."),
    # a word that the other text does not have
    ("Міністр не прочитав договір із заводом.", "Министр подписал договор с заводом."),
    # who could not but do so did
    ("Міністр не міг не підписати договір із заводом.", "Министр подписал договор с заводом."),
    # two denials: whose word the other text has is unknown
    ("Міністр не підписав договір із заводом і не поїхав.", "Министр подписал договор с заводом."),
    # too little in common, of a short sentence any
    ("Не лікували дітей.", "Лечили солдат."),
    ("Міністр не підписав.", "Директор школы на пресс-конференции подписал открытку детям."),
    # sentences that are not side by side, and not likest to each other
    ("Міністр не підписав договір із заводом.",
     "Так решили. Министр, который вчера прилетел из Парижа, подписал договор с заводом и письмо детям."),
    # the rest of them; another one
    ("Директор не підписав дев'ять із 11 договорів із заводом.",
     "Директор подписал 2 из 11 договоров с заводом."),
    ("Договір із заводом підписав міністр, тоді як директор пішов.",
     "Договор с заводом подписал не директор, а министр."),
    # until then
    ("Поки договір із заводом міністр не підписав, він працює.",
     "Он работает, прежде чем министр подписал договор с заводом."),
    # left untranslated
    ("Міністр не підписав договір із заводом.", "Министр not подписал договор с заводом."),
]  # fmt: skip


@pytest.mark.parametrize(("uk", "ru"), SAME)
def test_what_both_may_say_is_not_marked(uk, ru):
    assert negation_marks(Passage(uk, "uk"), Passage(ru, "ru")) == ()
    assert negation_marks(Passage(ru, "ru"), Passage(uk, "uk")) == ()


def test_a_long_sentence_and_another_language_are_not_read():
    uk, ru = "Міністр не підписав договір із заводом", "Министр подписал договор с заводом"
    assert len(negation_marks(Passage(uk, "uk"), Passage(ru, "ru"))) == 1
    assert negation_marks(Passage(f"{uk}, {'а ' * 250}", "uk"), Passage(ru, "ru")) == ()
    assert negation_marks(Passage(uk, "uk"), Passage(ru, "pl")) == ()


def test_who_keeps_something_from_happening_denies_it():
    uk, en = (
        "Міністр заводу не відкрив за договором у березні.",
        "The minister {} the plant in March by contract.",
    )
    assert len(negation_marks(Passage(uk, "uk"), Passage(en.format("opened"), "en"))) == 1
    assert negation_marks(Passage(uk, "uk"), Passage(en.format("kept them from opening"), "en")) == ()
