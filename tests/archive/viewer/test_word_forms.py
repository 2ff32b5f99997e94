"""Keys join the forms of a word, and no words of other meanings."""

from functools import cache

import pytest

from archive.viewer.search import word_forms
from archive.viewer.search.word_forms import further_keys, key


@pytest.mark.parametrize(
    ("language", "forms", "others"),
    [
        ("en", "mobilization mobilizations", "mobile mobility mobilize"),
        ("en", "university universities", "universe universal"),
        ("en", "attack attacks attacked attacking", "attacker"),
        ("uk", "мобілізація мобілізації", "мобільний"),
        ("uk", "вода води водою", "водій"),
        ("uk", "суд суди судом", "судно"),
        ("uk", "сума суми сумами", "сумний сумнів"),
        ("uk", "гривня гривні гривень", "грива"),
        ("uk", "київ києва києві", "кава"),
        ("uk", "вільний вільна вільною", "воля"),
        ("ru", "мобилизация мобилизации", "мобильный"),
        ("ru", "страна страны стран", "странный"),
        ("ru", "дания данией", "данный дань"),
        ("ru", "использовать использовался использует", "исполнить"),
        ("uk", "прибирати прибираються прибирає", "прибор"),
        ("ru", "предоставлять предоставляемой предоставляющих", "представлять"),
        ("ru", "серьезный серьёзного", "серия"),
        ("ru", "зеленский зеленского зеленскому", "зеленый"),
    ],
)
def test_forms_are_joined_and_other_words_are_not(language, forms, others):
    keys = {key(x, language, low_memory=True) for x in forms.split()}
    assert len(keys) == 1
    assert keys.isdisjoint(key(x, language, low_memory=True) for x in others.split())


def test_a_word_in_no_dictionary_is_no_form_of_an_english_word_that_is_in_one():
    assert key("mobil", "en") not in further_keys("mobilization")
    assert key("teleporters", "en") in further_keys("teleporter")


def test_lemmas_that_are_there_in_full_are_asked_and_those_that_take_less_memory_say_the_same(monkeypatch):
    dictionary = cache(word_forms._dictionary.__wrapped__)
    monkeypatch.setattr(word_forms, "_dictionary", dictionary)
    monkeypatch.setattr(word_forms, "_in_full", set())
    in_full = [key(x, "en") for x in ("attacked", "mobilizations")]
    for loaded in (1, 2):
        assert [key(x, "en", low_memory=True) for x in ("attacked", "mobilizations")] == in_full
        assert dictionary.cache_info().misses == loaded
        word_forms._in_full.clear()
