"""A quotation is words of a person; it is marked where the other text reports them nowhere."""

import pytest

from pipelines.alignment.marks.quote_marks import QuoteSearch, quote_marks, quoted, speech

SAID = "«Ми чекали на ці гроші вісім довгих років і вже не вірили», – сказав Андрій Кравчук."
REPORTED = "Deputy mayor Kravchuk said the city had waited for this money for eight long years."
NO_SPEECH = [
    "Стрічку «Тіні забутих предків над Карпатами» показали у Львові.",
    "Видання вийшло під заголовком «Чому я відмовився від семизначної зарплати».",
    'Про це прем"єр розповів в інтерв"ю виданню вчора ввечері.',
    'It launched "The Long Road to the Black Sea", a film.',
    '"The parties shall refrain from any use of force," the document said.',
    "He said “never again” to reporters.",
]


@pytest.mark.parametrize("text", NO_SPEECH)
def test_titles_documents_and_apostrophes_are_no_speech(text):
    assert list(speech(text)) == []


def test_speech_has_a_verb_beside_it():
    assert [*speech(SAID)] == ["Ми чекали на ці гроші вісім довгих років і вже не вірили"]
    assert [*speech("Kravchuk said: “We waited for years.” He left.")] == ["We waited for years"]
    assert [*quoted("Компанія «Нова пошта» каже: «Ми доставимо усе до п'ятниці».")] == [
        "Ми доставимо усе до п'ятниці"
    ]


def test_words_that_the_other_text_reports_are_no_mark():
    elsewhere = "The repair of the bridge begins in June, and buses take another way."
    for passages, marked in (([elsewhere, REPORTED], False), ([REPORTED], False), ([elsewhere], True)):
        marks = quote_marks([SAID], SAID, "uk", QuoteSearch(passages, "en"))
        assert bool(marks) == marked
    assert (marks[0].speaker, marks[0].speaker_key) == ("Андрій Кравчук", "andri kravcuk")


def test_a_quotation_that_linked_paragraphs_leave_out():
    own = f"Міська рада Полтави виділила 12 млн гривень на ремонт мосту. {SAID}"
    linked = "Poltava's council allocated 12 million hryvnias to repair the bridge."
    search, shorter_by = QuoteSearch([linked], "en"), len(own) - len(linked)
    assert len(quote_marks([own], own, "uk", search, (linked, shorter_by))) == 1
    whole = f"{linked} {REPORTED}"
    assert quote_marks([own], own, "uk", QuoteSearch([whole], "en"), (whole, shorter_by)) == ()


def test_a_speaker_is_one_person_in_every_script_and_no_place():
    said = {
        "uk": "«{}», – сказав Адам Мейерс.",
        "ru": "«{}», – сказал Адам Мейерс.",
        "en": "“{},” said Adam Meyers.",
    }
    words = "The attackers never stopped at that border post again"
    keys = set()
    for form in said.values():
        text = form.format(words)
        keys.update(mark.speaker_key for mark in quote_marks([text], text, "en", QuoteSearch([""], "en")))
    assert len(keys) == 1
    text = f"“{words},” said New Zealand."
    (mark,) = quote_marks([text], text, "en", QuoteSearch([""], "en"))
    assert mark.speaker is None


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Anne Rice, a writer, spoke in Ohio.\n{}", "Anne Rice"),
        ("The writer Anne Rice dies\nHer son Christopher was there.\n{}", "Anne Rice"),
        ("Anne Rice dies\n“She slept,” Christopher Rice said.\n{}", "Rice"),
        ("Rice's son, Christopher Rice, was at home.\n{}", "Rice"),
        ("Christopher Rice, her son, was at home.\n{}", "Rice"),
        ("Christopher Rice was at home.\nMs. Rice was not.\n{}", "Rice"),
        ("Rice is a village in Ohio.\n{}", None),
        ("Вдова Петра Коваля розповіла про це.\nОлена Коваль мовчить.\n{}", "Коваль"),
        ("Про це пише Петро Коваль.\nУ Петра Коваля є хата.\n{}", "Петро Коваль"),
        ("Про це пише Петро Коваль.\n{}", "Коваль"),
    ],
)
def test_a_surname_is_the_full_name_only_where_nobody_else_has_it(text, speaker):
    words = "The attackers never stopped at that border post again"
    said = f"“{words},” Rice said in a talk."
    if "Коваль" in text:
        says = "сказав" if "хата" in text or "мовчить" in text else "сказала"
        said = f"«{words}», – {says} Коваль."
    whole = text.format(said)
    (mark,) = quote_marks([said], whole, "en", QuoteSearch([""], "en"))
    assert mark.speaker == speaker
    assert bool(mark.speaker_key) == (" " in (speaker or ""))
