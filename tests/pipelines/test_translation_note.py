import pytest

from pipelines.translation_note import translated_from


@pytest.mark.parametrize(
    ("note", "language"),
    [
        ("Переклад з англійської", "en"),
        ("Переклад Оксани Бондар із російської", "ru"),
        ("Текст перекладено з польської мови.", "pl"),
        ("Перевод с украинского", "uk"),
        ("Перевела с английского Анна Лесная", "en"),
        ("Translated from Ukrainian by Olha Bondar", "uk"),
        ("This article was translated from the Russian.", "ru"),
        ("(Originally published in Ukrainian)", "uk"),
        ("Read the original in English", "en"),
        ("Переклад: Ольга Бондар", "und"),
        ("Переклад Ольга Бондар", "und"),
        ("Перевод — Иван Лесной", "und"),
        ("Переклала Ольга Бондар", "und"),
        ("Translated by Olha Bondar", "und"),
        ("* Translation: Olha Bondar.", "und"),
        # news that tell of translations, of transfers and of moves
        ("Переклад Біблії", None),
        ("Перевод средств за границу запрещён", None),
        ("Перевод на зимнее время отменён", None),
        ("Книгу переклали з англійської", None),
        ("The novel, translated from Ukrainian, won a prize", None),
        ("Переведено с карты на карту", None),
        ("Transferred from Odesa", None),
        ("", None),
    ],
)
def test_a_note_says_that_a_text_is_a_translation(note, language):
    body = [f"Absatz {number}." for number in range(12)]
    assert translated_from([*body, note]) == language
    assert translated_from([note, *body]) == language
    assert translated_from(body, byline=note) == language
    # a note is short, and stands at an end
    assert translated_from([*body[:6], note, *body[6:]]) is None
    assert translated_from([f"{note} {'х' * 120}"]) is None


def test_of_two_notes_the_one_that_names_a_language_counts():
    assert translated_from(["Translated by Olha Bondar", "Text.", "Translated from Ukrainian"]) == "uk"
    assert translated_from([]) is None
