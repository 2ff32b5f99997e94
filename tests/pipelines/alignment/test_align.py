import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.format.records import TextBlock, VariantText
from pipelines.alignment.aligner import Aligner
from pipelines.alignment.links import (
    SURE_LINK,
    ParagraphLink,
    _passed_over,
    _without,
    find_links,
    find_links_and_lone,
)
from pipelines.alignment.omissions import (
    DOUBTFUL,
    OMISSION_NAMES,
    SURE,
    Lone,
    Side,
    doubt_counterparts,
    lone_paragraphs,
)
from pipelines.alignment.paragraphs import prepared
from pipelines.alignment.records import _doubt_swallowed
from pipelines.alignment.weights import shipped_weighting
from tests.support import tiers

UK = (
    "Міська рада Полтави у вівторок, 14 квітня, виділила 12,5 млн гривень на ремонт мосту через Ворсклу.",
    "Роботи почнуть у червні, повідомив заступник мера Андрій Кравчук. Рух автобусів змінять на 40 днів.",
    "«Ми чекали на ці гроші вісім довгих років», – сказав Кравчук журналістам після засідання.",
    "Торік міст закривали двічі: у березні через повінь і в жовтні після аварії з вантажівкою.",
    "Поліція просить водіїв обирати об'їзд через вулицю Зигіна, де встановили нові світлофори.",
)
EN = (
    "Poltava's city council on Tuesday, April 14, allocated UAH 12.5 million to repair the Vorskla bridge.",
    "Works will begin in June, deputy mayor Andrii Kravchuk said. Bus traffic will be changed for 40 days.",
    "“We waited eight long years for this money,” Kravchuk told journalists after the session.",
    "Last year the bridge was closed twice: in March by a flood, in October after an accident with a truck.",
    "Police ask drivers to take the detour by Zyhina Street, where new traffic lights have been installed.",
)


def variant(article_id, language, texts, *, version=1, headline="", kind="paragraph"):
    return VariantText(article_id, version, language, headline, tuple(TextBlock(kind, x) for x in texts))


def aligned(uk, en):
    a, b = variant("a", "uk", uk), variant("b", "en", en)
    return Aligner()({"a": a, "b": b}, [("a", "b")])


def links(rows):
    return [(row.kind, row.paragraphs_a, row.paragraphs_b) for row in rows]


def test_paragraph_by_paragraph():
    rows = aligned(UK, EN)
    assert links(rows) == [("aligned", (n,), (n,)) for n in range(5)]
    assert [row.position for row in rows] == [0, 1, 2, 3, 4]
    assert all(0.5 < row.score <= 1 for row in rows)
    assert (rows[0].characters_a, rows[0].characters_b) == (len(UK[0]), len(EN[0]))
    assert not any(row.numbers_differ or row.numbers_converted for row in rows)
    assert not any(row.quotes_only_a or row.quotes_only_b for row in rows)


def test_what_one_side_leaves_out_and_adds():
    rows = aligned((*UK[:2], *UK[3:]), EN[:4])
    assert links(rows) == [
        ("aligned", (0,), (0,)), ("aligned", (1,), (1,)), ("added", (), (2,)), ("aligned", (2,), (3,)),
        ("omitted", (3,), ()),
    ]  # fmt: skip
    added = rows[2]
    assert (added.score, added.characters_a, added.characters_b) == (None, 0, len(EN[2]))
    assert [x.text for x in added.quotes_only_b] == ["We waited eight long years for this money"]


@pytest.mark.parametrize(
    ("left_out", "doubtful"),
    [((), False), (("Read in app", EN[3]), True), (("Subscribe to our channel", UK[0]), False)],
)
def test_what_extraction_leaves_out_of_the_other_page_is_no_sure_omission(left_out, doubtful):
    en = replace(variant("b", "en", (*EN[:3], EN[4])), left_out=left_out)
    for first, second in (
        (variant("a", "uk", UK), en),
        (replace(en, article_id="a"), variant("b", "uk", UK)),
    ):
        rows = Aligner()({"a": first, "b": second}, [("a", "b")])
        alone = [row for row in rows if row.kind in {"omitted", "added"}]
        assert [row.doubtful for row in alone] == [doubtful]
        assert doubtful == (alone[0].confidence < SURE)


@pytest.mark.parametrize(("further", "doubtful"), [(100, False), (400, True)])
def test_a_text_that_is_not_compared_to_its_end_lacks_nothing_for_certain(further, doubtful):
    lines = tuple(f"The {n}th bus leaves the depot." for n in range(further))
    rows = aligned(UK, (*EN[:3], EN[4], *lines))
    assert [row.doubtful for row in rows if row.kind == "omitted"] == [doubtful]


LONG = (
    "«Вісім років лікарі, вчителі та рятувальники чекали в заторах, а діти спізнювалися до школи», – "
    "сказав Кравчук журналістам."
)


@pytest.mark.parametrize(
    ("instead", "marked"),
    [
        ("Kravchuk told journalists.", True),
        # as long as the quotation, whatever it says
        ("Kravchuk told journalists after the session, which lasted late into the night in the hall.", False),
        ("Doctors, teachers and rescuers waited in jams, Kravchuk told journalists.", False),
        # perhaps its beginning
        ("“We waited,” Kravchuk told journalists.", False),
    ],
)
def test_a_quotation_for_which_there_is_no_room_between_two_links(instead, marked):
    rows = aligned((*UK[:2], LONG, *UK[3:]), (*EN[:2], instead, *EN[3:]))
    quotes = [mark.text for row in rows for mark in row.quotes_only_a]
    assert quotes == ([LONG[1 : LONG.index("»")]] if marked else [])
    assert any(row.doubtful for row in rows)


@pytest.mark.parametrize(
    ("headline", "speaker"),
    [
        ("City council pays for the bridge", None),
        ("Andrii Kravchuk on the bridge", "Andrii Kravchuk"),
        ("Andrii Kravchuk and Olena Kravchuk on the bridge", "Kravchuk"),
    ],
)
def test_a_full_name_in_the_headline_is_one_of_the_text(headline, speaker):
    texts = {"a": variant("a", "uk", (*UK[:2], *UK[3:]))}
    texts["b"] = variant("b", "en", [x.replace("Andrii ", "") for x in EN[:4]], headline=headline)
    marks = [mark for row in Aligner()(texts, [("a", "b")]) for mark in row.quotes_only_b]
    assert [mark.speaker for mark in marks] == [speaker]


def test_two_in_one_and_one_elsewhere():
    assert ("aligned", (1,), (1, 2)) in links(aligned((UK[0], f"{UK[1]} {UK[2]}", *UK[3:]), EN))
    assert ("aligned", (1, 2), (1,)) in links(aligned(UK, (EN[0], f"{EN[1]} {EN[2]}", *EN[3:])))
    moved = links(aligned(UK, (EN[4], *EN[:4])))
    assert ("moved", (4,), (0,)) in moved
    assert len(moved) == 5


WAYS = [
    ("Завод збудували у ХХ столітті.", "The plant was built in the 20th century."),
    ("Завод збудували у двадцятому столітті.", "The plant was built in the 20th century."),
    ("На площу вийшло сто людей.", "A hundred people came to the square."),
    ("До міста завезли тисячу щеплень.", "The town received 1,000 vaccines."),
    ("Сесія почнеться о 20:00 у вівторок.", "The session starts at 20 hours on Tuesday."),
    ("Двадцять п'ята сесія ради була закрита.", "The council's 25th session was closed."),
    ("Будинок звели у 90-х роках.", "The house was built in the 1990s."),
]


@pytest.mark.parametrize(("uk", "en"), WAYS)
def test_a_number_in_another_form_is_on_both_sides(uk, en):
    for ours, theirs in (((*UK, uk), (*EN, en)), ((*UK, uk), EN)):
        a, b = variant("a", "uk", ours), variant("b", "en", theirs, headline=en)
        rows = Aligner()({"a": a, "b": b}, [("a", "b")])
        assert not any(row.numbers_differ or row.numbers_converted for row in rows)


@pytest.mark.parametrize(
    ("en", "confidence"),
    [
        ("Works begin in June, deputy mayor Andrii Kravchuk said. No buses for 60 days.", [0.97]),
        ("A start in June was promised by Kravchuk, and 60 days without buses.", [0.93]),
        ("Bus traffic will be changed for 60 days.", []),
    ],
)
def test_a_number_that_makes_its_link_doubtful_is_marked(en, confidence):
    (row,) = [row for row in aligned(UK, (EN[0], en, *EN[2:])) if row.paragraphs_a == (1,)]
    assert [mark.confidence for mark in row.numbers_differ] == confidence
    assert row.doubtful == (confidence != [0.97])


@pytest.mark.parametrize(
    ("en", "doubtful"),
    [
        ("Works begin in June, deputy mayor Viktor Yevtushenko said. No buses for 60 days.", False),
        ("A start in June was promised by Viktor Yevtushenko, 60 days without transport.", True),
    ],
)
def test_a_person_in_anothers_place_is_marked(en, doubtful):
    (row,) = [row for row in aligned(UK, (EN[0], en, *EN[2:])) if row.paragraphs_a == (1,)]
    assert [(mark.b, mark.counted) for mark in row.names_differ] == [("Viktor Yevtushenko", "person")]
    assert row.doubtful is doubtful


PATROL = "Румунія відправила до кордону патруль після того, як уламки дрона впали на її поле."
PATROL_EN = "Bulgaria sent a patrol to the border after fragments of a drone fell on its field."


@pytest.mark.parametrize(
    ("headline", "en", "doubtful", "marks"),
    [
        ("", PATROL_EN, False, ["country"]),
        # the headlines name both
        ("Romania and Bulgaria", PATROL_EN, False, []),
        ("", "Bulgaria sent a patrol.", True, []),
    ],
)
def test_another_country_is_marked_in_a_sure_link_of_texts_that_do_not_name_both(
    headline, en, doubtful, marks
):
    a = variant("a", "uk", (*UK, PATROL), headline="Болгарія й Румунія" if headline else "")
    b = variant("b", "en", (*EN, en), headline=headline)
    *_, row = Aligner()({"a": a, "b": b}, [("a", "b")])
    assert (row.doubtful, [mark.counted for mark in row.names_differ]) == (doubtful, marks)


def test_a_run_of_three_and_four_is_no_omission():
    for first, end in ((0, 3), (1, 5), (2, 5)):
        shorter = (*EN[:first], " ".join(EN[first:end]), *EN[end:])
        assert ("aligned", tuple(range(first, end)), (first,)) in links(aligned(UK, shorter))
        longer = (*UK[:first], " ".join(UK[first:end]), *UK[end:])
        assert ("aligned", (first,), tuple(range(first, end))) in links(aligned(longer, EN))


def test_an_omission_says_how_sure_it_is_and_what_comes_nearest():
    alone = "У музеї 16 травня відкриють виставку про козацький флот, квитки коштують 90 гривень."
    (row,) = [row for row in aligned((*UK, alone), EN) if row.kind == "omitted"]
    assert (row.doubtful, row.confidence > 0.9, len(row.nearest)) == (False, True, 1)
    # half of it stands in a paragraph that is linked with another
    mixed = (UK[0], "Рух автобусів змінять на 40 днів.", *UK[2:])
    said = f"{EN[0]} Bus traffic will be changed for 40 days."
    rows = {row.paragraphs_a: row for row in aligned(mixed, (said, *EN[2:]))}
    assert (1,) not in rows or rows[1,].doubtful
    assert all((row.confidence is None) == (row.kind in {"aligned", "moved"}) for row in rows.values())


EXHIBITION = "У музеї 16 травня відкриють виставку про козацький флот, квитки коштують 90 гривень."


@pytest.mark.parametrize(
    ("uk", "en", "sure"),
    [
        ((*UK, EXHIBITION), EN, True),
        # the first paragraph of a retelling tells the event, as the other text does
        ((EXHIBITION, UK[3]), (EN[3],), False),
        # a short sentence has too little that could be looked for
        ((*UK, "Вхід буде вільний для всіх школярів."), EN, False),
        # a number that the other text rounds
        (
            (*UK, f"{EXHIBITION} Минулу бачили 1870 дітей."),
            (*EN, "Nearly two thousand children came."),
            False,
        ),
    ],
)
def test_an_omission_is_sure_only_where_a_person_could_check_it(uk, en, sure):
    omitted = [row for row in aligned(uk, en) if row.kind == "omitted"]
    assert [row.doubtful for row in omitted] == [not sure]


@pytest.mark.parametrize(
    "again",
    [
        "Торік у березні міст закрили через повінь.",
        "Кравчук розповів журналістам, що місто довго чекало на ці гроші після засідання.",
    ],
)
def test_what_a_paragraph_says_that_another_is_linked_with_is_rather_not_left_out(again):
    (omitted,) = [row for row in aligned((*UK, again), EN) if row.kind == "omitted"]
    assert (omitted.doubtful, omitted.confidence) == (True, 0.4)


@pytest.mark.parametrize(("again", "sure"), [("Out of 33 flats, 12", False), ("Out of 34 flats, 12", True)])
def test_what_has_all_numbers_of_another_paragraph_may_be_said_there(again, sure):
    uk = ("У новому будинку вільні 12 із 33 квартир, нижні поверхи майже розпродано.", *UK)
    en = ("In the new house 12 of 33 flats are free, the lower floors are almost sold out.", *EN)
    added = [row for row in aligned(uk, (*en, f"{again} are left, most on 6 and 7.")) if row.kind == "added"]
    assert [row.doubtful for row in added] == [not sure]


@pytest.mark.parametrize(
    ("alone", "seen", "sure"),
    [
        ("Минулу бачили 2870 дітей.", "Nearly three thousand children came.", False),
        ("Минулу бачили 2870 дітей.", "The hall was empty.", True),
        # a year agrees with its last two digits and is not rounded to them
        ("Минула була 2019 року.", "A boy of 19 came.", True),
        # the other text has its number, or the letters of its sponsor
        ("Минулу бачили 48 дітей.", "It is 48 years old.", False),
        ("Минулу бачили 48 дітей, стільки ж залів.", "It is 480 years old.", True),
        ("Минулу оплатив GIZ.", "The GIZ pays.", False),
        ("Минулу оплатив ЮНЕСКО.", "The GIZ pays.", True),
        # a number of another paragraph too, and a day, may be that of anything
        ("Минулу бачили 40 дітей.", "The hall was empty.", True),
        ("", "A flood came on May 16.", True),
    ],
)
def test_a_number_that_the_other_text_rounds_is_not_surely_left_out(alone, seen, sure):
    text = prepared((*UK, f"{EXHIBITION} {alone}"), "uk")
    features = np.zeros((1, len(OMISSION_NAMES)), dtype=np.float32)
    side = Side([len(UK)], features, [0])
    lone = lone_paragraphs(side, text, prepared((*EN, seen), "en"), lambda rows: np.full(len(rows), 9.0))
    assert (lone[len(UK)].confidence >= SURE) == sure


@pytest.mark.parametrize(
    ("alone", "shorter"), [((), (1, 2, 3)), ((3,), (1, 2)), ((2,), None), ((1, 2, 3), None)]
)
def test_a_doubtful_link_loses_what_is_alone_but_never_its_middle(alone, shorter):
    link = ParagraphLink((1, 2, 3), (1,), "aligned", 0.9)
    rest = _without(link, dict.fromkeys(alone, Lone(0.9, 0)), {})
    assert (rest and rest.a) == shorter


@pytest.mark.parametrize(
    ("lone_a", "lone_b", "found"),
    [
        ({2: (0.1, 3)}, {3: (0.3, 2)}, [((2,), (3,), 0.7)]),
        ({2: (0.0, 3)}, {3: (0.0, 2)}, [((2,), (3,), 0.96)]),
        # one of the two is likely to be said nowhere, or is likest to another
        ({2: (0.1, 3)}, {3: (0.6, 2)}, []),
        ({2: (0.6, 3)}, {3: (0.1, 2)}, []),
        ({2: (0.1, 3)}, {3: (0.1, 0)}, []),
        ({2: (0.1, 0)}, {3: (0.1, 2)}, []),
        # it would cross the link, or what was found before
        ({2: (0.1, 0)}, {0: (0.1, 2)}, []),
        ({0: (0.1, 3)}, {3: (0.1, 0)}, []),
        ({2: (0.2, 4), 3: (0.1, 3)}, {3: (0.1, 3), 4: (0.1, 2)}, [((3,), (3,), 0.9)]),
    ],
)
def test_what_both_are_likely_to_have_is_a_doubtful_link_in_order(lone_a, lone_b, found):
    sides = ({place: Lone(*lone) for place, lone in side.items()} for side in (lone_a, lone_b))
    links = [ParagraphLink((1,), (2,), "aligned", 0.9), ParagraphLink((4,), (1,), "moved", 0.9)]
    assert [(x.a, x.b, x.probability) for x in _passed_over(links, *sides)] == found


def test_a_path_that_leaves_all_alone_is_overruled_by_what_both_are_likely_to_have():
    alone = (50.0, *shipped_weighting().path.alone[1:])
    weighting = replace(shipped_weighting(), elsewhere=99.0)
    weighting = replace(weighting, path=replace(weighting.path, alone=alone))
    uk, en = prepared(UK, "uk"), prepared(EN, "en")
    assert find_links(uk, en, weighting) == []
    for texts in ((uk, en), (en, uk)):
        found, *lone = find_links_and_lone(*texts, weighting)
        assert [(x.a, x.b, x.probability < SURE_LINK) for x in found] == [
            ((n,), (n,), True) for n in range(5)
        ]
        assert lone == [{}, {}]


def test_a_short_paragraph_that_the_other_text_has_in_another_is_linked_by_its_sentence():
    uk = prepared((*UK[:3], "Вхід вільний.", *UK[3:]), "uk")
    en = prepared((*EN[:3], f"Entry is free. {EN[3]}", EN[4]), "en")
    for found, *lone in (find_links_and_lone(uk, en), find_links_and_lone(en, uk)):
        assert lone == [{}, {}]
        (link,) = (x for x in found if len(x.a) + len(x.b) > 2)
        assert {link.a, link.b} == {(3, 4), (3,)}
        assert link.probability < SURE_LINK


def test_a_doubtful_link_of_the_path_stays_one_link():
    uk = prepared((*UK, "Вхід буде вільний для всіх школярів."), "uk")
    found, *lone = find_links_and_lone(uk, prepared((*EN, "Children come for free."), "en"))
    assert found[5].probability < SURE_LINK
    assert ([(x.a, x.b) for x in found], lone) == ([((n,), (n,)) for n in range(6)], [{}, {}])


def test_what_replaces_a_paragraph_has_no_link_with_it():
    instead = "The museum of the Cossack fleet opens an exhibition on May 16; a ticket costs 90 hryvnias."
    rows = aligned(UK, (*EN[:3], instead, EN[4]))
    assert ("aligned", (3,), (3,)) not in links(rows)
    assert {("omitted", (3,), ()), ("added", (), (3,))} <= set(links(rows))


def test_captions_are_not_compared_and_numbers_are_of_the_blocks():
    a = variant("a", "uk", UK)
    a = replace(a, blocks=(TextBlock("caption", "Міст у Полтаві"), *a.blocks))
    rows = Aligner()({"a": a, "b": variant("b", "en", EN)}, [("a", "b")])
    assert [row.paragraphs_a for row in rows] == [(n,) for n in range(1, 6)]


def test_what_cannot_be_compared_has_no_rows():
    german = variant("b", "de", EN)
    assert Aligner()({"a": variant("a", "uk", UK), "b": german}, [("a", "b")]) == ()
    assert aligned(UK, ()) == ()
    assert aligned(("", " "), EN) == ()
    same = {"a": variant("a", "uk", UK), "b": variant("b", "uk", UK)}
    assert Aligner()(same, [("a", "b")]) == ()


def test_many_texts_at_once_are_not_all_held():
    """Each is read anew where a later couple needs it again."""
    texts = {f"{language}{n}": variant(f"{language}{n}", language, told) for n in range(50)
             for language, told in (("uk", UK), ("en", EN))}  # fmt: skip
    couples = [(f"en{n}", f"uk{n}") for n in range(50)] * 2
    first = Aligner()(texts, couples[:1])
    assert first
    assert len(Aligner()(texts, couples)) == len(couples) * len(first)


def test_what_is_done_ahead_holds_for_these_texts_alone():
    aligner = Aligner()
    texts = {"a": variant("a", "uk", UK), "b": variant("b", "en", EN)}
    ahead = aligner(texts, [("a", "b")])
    assert aligner(texts, [("a", "b")]) == ahead
    shorter = {**texts, "a": variant("a", "uk", UK[:2], version=2)}
    assert [row.version_a for row in aligner(shorter, [("a", "b")])] == [2] * 5


_BLOCK = st.one_of(st.sampled_from([*UK, *EN]), st.text(max_size=60))


@given(st.lists(_BLOCK, max_size=7), st.lists(_BLOCK, max_size=7), st.sampled_from(["uk", "ru", "en"]))
@settings(max_examples=tiers.examples(60), deadline=None)
def test_every_paragraph_is_in_one_row(ours, theirs, language):
    a, b = variant("a", "ru" if language == "uk" else "uk", ours), variant("b", language, theirs)
    rows = Aligner()({"a": a, "b": b}, [("a", "b")])
    if rows:
        for side, texts in (("paragraphs_a", ours), ("paragraphs_b", theirs)):
            numbers = [n for row in rows for n in getattr(row, side)]
            assert sorted(numbers) == [n for n, text in enumerate(texts) if text.strip()]
        assert [row.position for row in rows] == list(range(len(rows)))


def test_the_weights_are_those_of_the_fit():
    stored = json.loads((Path(__file__).parents[3] / "pipelines/alignment/weights.json").read_text("utf-8"))
    assert len(stored["data_sha256"]) == 64
    assert len(stored["weight"]) == len(stored["features"])


@pytest.mark.parametrize("number", [1, 2])
def test_a_text_of_one_paragraph(number):
    assert ("aligned", (0,), (0,)) in links(aligned(UK[:1], EN[:number]))


def test_an_edit_of_either_side_is_aligned_anew():
    aligner = Aligner()
    uk, en = variant("a", "uk", UK), variant("b", "en", EN)
    couple = [("a", "b")]
    whole = aligner({"a": uk, "b": en}, couple)
    for shorter in (
        {"a": variant("a", "uk", UK[:3], version=2), "b": en},
        {"a": uk, "b": variant("b", "en", EN[:3], version=2)},
    ):
        rows = aligner(shorter, couple)
        assert links(rows) != links(whole)
        assert links(rows)[:3] == [("aligned", (n,), (n,)) for n in range(3)]


@pytest.mark.parametrize(
    ("of_b", "letters_b", "sure"),
    [
        # one at the same place is as long, or far from it
        ((9,), 90.0, False),
        ((9,), 20.0, True),
        # none is there, or two, which are not one
        ((19,), 90.0, True),
        ((9, 10), 90.0, True),
        # a text that has much alone is told anew
        ((9, 19, 20, 21), 90.0, True),
    ],
)
def test_what_stands_at_the_same_place_is_probably_the_translation(of_b, letters_b, sure):
    others = [n for n in range(30) if n not in of_b]
    linked = [((n,), (others[n - (n > 9)],)) for n in range(20) if n != 9]
    lone = {9: Lone(0.95, 0)}, {j: Lone(0.9, 0) for j in of_b}
    doubt_counterparts(lone, linked, [], (np.full(20, 90.0), np.full(30, letters_b)))
    assert (lone[0][9].confidence >= SURE) == sure


@pytest.mark.parametrize(("letters", "sure"), [(180.0, False), (150.0, True)])
def test_a_doubtful_link_that_is_longer_may_hold_what_is_beside_it(letters, sure):
    linked = [((n,), (n,)) for n in range(19)]
    for side in (0, 1):
        lone = ({19: Lone(0.95, 0)}, {}) if side == 0 else ({}, {19: Lone(0.95, 0)})
        lengths = [np.full(20, 90.0), np.full(20, 90.0)]
        lengths[1 - side][18] = letters
        doubt_counterparts(lone, linked, [linked[18]], (lengths[0], lengths[1]))
        assert (lone[side][19].confidence >= SURE) == sure


@pytest.mark.parametrize(
    ("headline", "sure"),
    [("", True), ("Exhibition about the Cossack fleet opens at the museum, tickets are cheap", False)],
)
def test_what_the_headline_of_the_other_text_says_is_not_surely_left_out(headline, sure):
    texts = {
        "a": variant(
            "a", "uk", (*UK, "У музеї відкриють виставку про козацький флот, і квитки будуть дешеві.")
        )
    }
    texts["b"] = variant("b", "en", EN, headline=headline)
    (row,) = (row for row in Aligner()(texts, [("a", "b")]) if row.kind == "omitted")
    assert row.doubtful != sure


def test_words_of_another_speaker_at_the_same_place_are_not_surely_left_out():
    uk = (
        *UK[:2],
        "«Ми вибачаємося перед кожним і зробимо перерахунок», – сказала речниця тепломережі Оксана Туз.",
        "Міський голова Петро Глушко відкрив п'ятнадцять пунктів обігріву, два з них працюють цілодобово.",
        *UK[3:],
    )
    en = (
        *EN[:2],
        "“We apologise to everyone and will recalculate the bills,” said mayor Petro Hlushko.",
        "The mayor has opened fifteen heating points, two of which work around the clock.",
        *EN[3:],
    )
    assert not [row for row in aligned(uk, en) if row.kind == "omitted" and not row.doubtful]
    # at another place it is another quotation
    rows = aligned((*UK[:2], *uk[2:3], *UK[3:]), (*EN[:2], *EN[3:], "“Dogs find more,” said Denys Yarema."))
    assert [row.doubtful for row in rows if row.kind == "omitted"] == [False]


def test_nothing_is_surely_left_out_of_a_summary_whose_own_sentences_have_no_place():
    summary = aligned(
        UK, ("Money for a bridge was found.", "The works begin soon; a short note of the desk.")
    )
    assert [row.doubtful for row in summary if row.kind == "omitted"] == [True] * 5
    brief = aligned(UK, (EN[0], EN[3]))
    assert [row.doubtful for row in brief if row.kind == "omitted"] == [False] * 3


def test_lines_that_are_the_same_in_both_texts_are_surely_linked():
    line = "minconf | number | no"
    rows = aligned((line, *UK[:2], line, *UK[2:]), (line, *EN[:2], line, *EN[2:]))
    assert [row.doubtful for row in rows] == [False] * 7


PRAISE = "Praise be to the One who led His servant through the darkness to the far shrine."
PRAISE_UK = (
    "Хвала Тому, Хто провів раба Свого крізь пітьму до віддаленого храму, якого не бачив жоден смертний."
)


@pytest.mark.parametrize("original", [(), (PRAISE,), ("Apache 2.4.10",)])
def test_the_translation_of_a_quotation_that_stands_beside_it_is_not_surely_left_out(original):
    """Both texts have the original in the same words; one alone has its translation, too."""
    rows = aligned((*UK[:2], *original, PRAISE_UK, *UK[2:]), (*EN[:2], *original, *EN[2:]))
    alone = [(row.paragraphs_a, row.doubtful) for row in rows if row.kind == "omitted"]
    assert alone == [((2 + len(original),), PRAISE in original)]


def test_a_paragraph_of_which_one_sentence_is_left_is_not_surely_left_out_as_a_whole():
    whole = (
        "Змінили й черговість: першими кошти отримуватимуть родини, де є людина з інвалідністю, та"
        " багатодітні сім’ї. Раніше заяви розглядали лише за датою подання."
    )
    rows = aligned((*UK[:2], whole, *UK[2:]), (*EN[:2], "Before that the date alone decided.", *EN[2:]))
    alone = [(row.kind, row.nearest, row.doubtful) for row in rows if row.kind != "aligned"]
    assert alone == [("omitted", (2,), True), ("added", (2,), True)]


def test_what_a_link_of_one_to_three_may_have_taken_is_not_surely_left_out():
    lone = {0: Lone(0.91, 0), 2: Lone(0.95, 5), 4: Lone(0.99, 0)}
    _doubt_swallowed(lone, [((1,), (0, 1, 2)), ((3,), (4,))])
    assert [alone.confidence for alone in lone.values()] == [DOUBTFUL, 0.95, 0.99]
