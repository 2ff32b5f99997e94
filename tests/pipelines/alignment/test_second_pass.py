"""Between sure links, sentences decide which paragraphs say the same."""

import pytest

from pipelines.alignment.paragraphs import prepared
from pipelines.alignment.second_pass import SENTENCE_END, second_pass

SURE = [((0,), (0,)), ((3,), (3,))]


def same_words(text_a, text_b):
    """Link the sentences that are equal but for their case."""
    sentences_b = [x.text.lower() for x in text_b.readings]
    for i, reading in enumerate(text_a.readings):
        if reading.text.lower() in sentences_b:
            probability = 0.8 if "perhaps" in reading.text.lower() else 0.9
            yield ((i,), (sentences_b.index(reading.text.lower()),)), probability


def found(a, b, sure=SURE, likely=()):
    return list(second_pass(prepared(a, "uk"), prepared(b, "en"), sure, likely, same_words))


FIRST, LAST = "The bridge is closed.", "The police ask for help."
LONG, SHORT = "The works on the old bridge begin in June.", "They are dear."
BOTH = f"{LONG} {SHORT}"


@pytest.mark.parametrize(
    ("a", "b", "links"),
    [
        ([LONG, SHORT], [BOTH, "Nobody came."], [((1, 2), (1,))]),
        ([LONG, SHORT], [f"{SHORT} Nobody came then.", f"{LONG} Few know it."], [((1,), (2,)), ((2,), (1,))]),
        # less sure of it
        (["It is perhaps so.", BOTH], ["It is perhaps so.", BOTH], [((2,), (2,))]),
        # a small part of a paragraph
        ([BOTH, "Few know it."], [SHORT, "Nobody came."], []),
        # what the paragraph before has too: a link beyond the place
        ([LONG, FIRST], ["Nobody came. Why is that?", "Few know it."], []),
    ],
)
def test_paragraphs_are_linked_that_have_sentences_in_common(a, b, links):
    rows = found([FIRST, *a, LAST], [FIRST, *b, LAST])
    assert sorted(link for link, _ in rows) == links
    assert all(probability == 0.9 for _, probability in rows)


def test_a_link_has_no_gap_and_no_more_paragraphs_than_others_have():
    sure = [((0,), (0,)), ((4,), (2,))]
    gap = [FIRST, LONG, "Nobody came.", SHORT, LAST]
    assert found(gap, [FIRST, BOTH, LAST], sure) == []
    sentences = [f"Sentence {n} of them." for n in range(5)]
    rows = found([FIRST, *sentences[:4], LAST], [FIRST, " ".join(sentences[:4]), LAST], SURE[:1])
    assert [link for link, _ in rows] == [((1, 2, 3, 4), (1,)), ((5,), (2,))]
    rows = found([FIRST, *sentences, LAST], [FIRST, " ".join(sentences), LAST], SURE[:1])
    assert [link for link, _ in rows] == [((6,), (2,))]


def test_a_long_list_is_no_place_in_doubt():
    many = [f"Line {n} of the list. It has its number {n}." for n in range(80)]
    assert len(found(many[:50], many[:50], [])) == 50
    assert found(many, many, []) == []


def test_the_paragraphs_beside_are_compared_too():
    seen = []

    def first_pass(text_a, text_b):
        seen.append([[x.text for x in text.readings] for text in (text_a, text_b)])
        return ()

    texts = [FIRST, LONG, BOTH, LAST, "Nobody came. Why is that?"]
    assert list(second_pass(prepared(texts, "uk"), prepared(texts, "en"), SURE, (), first_pass)) == []
    assert seen == [[[FIRST, LONG, LONG, SHORT, LAST]] * 2, [[LAST, "Nobody came.", "Why is that?"]] * 2]


def test_likely_links_of_all_paragraphs_of_a_place_leave_no_doubt():
    place = [LONG, f"{SHORT} Few know it."]
    texts = [FIRST, *place, LAST], [FIRST, *place, LAST]
    first, second = ((1,), (1,)), ((2,), (2,))
    assert found(*texts, likely=[first, second]) == []
    for some in ([first], [second], [((1, 2), (1,))], [((1,), (1, 2))]):
        assert [link for link, _ in found(*texts, likely=some)] == [first, second]


def test_a_sentence_has_the_numbers_and_names_that_stand_in_it():
    seen = []

    def first_pass(text_a, text_b):
        seen.extend([x.text, [anchor.text for anchor in x.anchors]] for x in text_a.readings)
        return ()

    paragraph = "У Сумах загинули 120 людей. Про це сказав Артюх! Ще 45 лікують у Києві."
    assert list(second_pass(prepared([paragraph], "uk"), prepared([LONG], "en"), [], [], first_pass)) == []
    assert seen == [
        ["У Сумах загинули 120 людей.", ["Сумах", "120"]],
        ["Про це сказав Артюх!", ["Артюх"]],
        ["Ще 45 лікують у Києві.", ["45"]],
    ]


def test_a_list_of_single_sentences_is_compared_again_too():
    places = [FIRST, LONG, SHORT, LAST]
    linked = [link for link, _ in found(places, places)]
    assert linked == [((1,), (1,)), ((2,), (2,))]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("I thank Mrs. Kristalina for it. We agree.", 2),
        ("Вирок оголосив суддя А. Бойчук. Він мовчав.", 2),
        ("Він приймав вітамін С. Вона ні.", 1),
        ("У США. Там тихо.", 2),
    ],
)
def test_a_title_and_an_initial_end_no_sentence(text, sentences):
    assert len(SENTENCE_END.split(text)) == sentences
