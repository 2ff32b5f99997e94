"""Detection of the language of a text, from the text alone; runs in the worker processes.

The same text gives the same result in every process and run: there are no random trials and no global state.
benchmarks/language.py measures it; its test has the lower limits.
"""

import re
from dataclasses import replace

from crawler.extraction.language import profiles
from crawler.extraction.language.alphabets import (
    CYRILLIC_WORD,
    LATIN_WORD,
    ONLY_RUSSIAN,
    ONLY_UKRAINIAN,
    RUSSIAN_WEIGHT,
    count,
    language_by_letters,
    own_script_language,
    uk_share,
)
from crawler.items import TextLanguage

_READ = 12_000
"""Characters searched for letters and quotations, so that a page of a megabyte costs no more."""
_SCORED = 600
"""Characters scored by n-grams; more were not more often right, and cost more."""
_ENOUGH = 150
"""Letters from which a sure result was never wrong; between 80 and 149, one in a hundred was."""
_LONG = 400
_QUOTED, _NOT_NAMES = 0.1, 0.15
"""Share of letters from which a second language is named; in another script, a smaller share may be names."""
_IN_CYRILLIC = {"uk", "ru", "bg", "mk", "be", "kk", "ky", "sr", "und-Cyrl"}
_SURE = 0.99
_ACCENTED = {"cs", "sk", "pl", "hr", "ro", "hu", "tr", "lt", "lv", "sl", "et"}
"""Languages that always have an accent in a text of this length."""
_DOUBTFUL = 0.9
_TELLING = ONLY_UKRAINIAN + ONLY_RUSSIAN
"""Letters that tell Ukrainian from Russian; of Ukrainian without them more than half reads as Russian."""

_ADDRESS = re.compile(r"(?:https?://|www\.)\S{1,2000}|(?<!\S)[@#]\w{1,100}")
_MARKS = ("://", "www.", "@", "#")
"""Parts of an address, for a fast check before the patterns."""
_MAIL = re.compile(r"[\w.+-]{0,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,8}", re.ASCII)
# short quotations match too, so that a closing straight quote is not taken for an opening one
_QUOTE = re.compile(r'«[^«»]{1,4000}»|[“„][^“”„]{1,4000}[“”]|"[^"\n]{1,4000}"')


def detect_language(text: str) -> TextLanguage:
    """Return the language of a text; never raises; `und` if there is nothing to read.

    `trusted` needs 150 letters, a confidence of .99 and a single language. No trusted result was wrong on the
    labelled sets. The flags name the conditions that failed; `unsure` says that it may be uk or ru.
    """
    read = _without_addresses(text[:_READ])
    words = _words(read)
    cyrillic, latin = map(_letters, words)
    language, letters = own_script_language(read)
    if letters > cyrillic + latin or not cyrillic + latin:
        return _text_language(
            language, _by_letters(language, letters), letters=letters, mixed=False, share=None
        )
    unquoted = words if (rest := _without_quotes(read)) is read else _words(rest)
    own_cyrillic, own_latin = map(_letters, unquoted)
    # brands and handles are Latin in any language, so a Cyrillic headline may have fewer Cyrillic letters
    outweighs = 0.6 if own_cyrillic + own_latin < _LONG else 0.9
    # quoted letters count half: if nearly all is quotation, the rest may be a list of names
    is_cyrillic = cyrillic + own_cyrillic >= outweighs * (latin + own_latin)
    if is_cyrillic:
        read_words, letters = (unquoted[0], own_cyrillic) if own_cyrillic else (words[0], cyrillic)
        language, confidence = _cyrillic(read_words, letters)
    else:
        read_words, letters = (unquoted[1], own_latin) if own_latin else (words[1], latin)
        language, confidence = _latin(read_words)
    share = uk_share(read.lower())
    is_uk_or_ru = language in {"uk", "ru"}
    mixed = min(cyrillic, latin) > 0.3 * (cyrillic + latin)
    mixed = mixed or (is_uk_or_ru and share is not None and 0.15 < share < 0.85)
    result = _text_language(language, confidence, letters=letters, mixed=mixed, share=share)
    if is_uk_or_ru and confidence < _SURE and not count(read.lower(), _TELLING):
        result = replace(result, flags=(*result.flags, "unsure"))
    return _with_quoted(result, words, cyrillic, latin) if letters >= _ENOUGH else result


def _without_addresses(text: str) -> str:
    if any(mark in text for mark in _MARKS):
        text = _ADDRESS.sub(" ", text)
    return _MAIL.sub(" ", text) if "@" in text else text


def _with_quoted(
    result: TextLanguage, words: tuple[list[str], list[str]], cyrillic: int, latin: int
) -> TextLanguage:
    """Add the second language, if the text has a long part in it."""
    language, share = result.language, result.uk_share
    in_cyrillic, few = language in _IN_CYRILLIC, min(cyrillic, latin) / (cyrillic + latin)
    if few >= _NOT_NAMES and (cyrillic > latin) == in_cyrillic:
        second, _ = _latin(words[1]) if in_cyrillic else _cyrillic(words[0], cyrillic)
    elif language in {"uk", "ru"} and share is not None:
        second, few = ("ru", 1 - share) if language == "uk" else ("uk", share)
        few *= cyrillic / (cyrillic + latin)
    else:
        return result
    return replace(result, mixed_with=second, mixed_share=round(few, 2)) if few >= _QUOTED else result


def _text_language(
    language: str, confidence: float, *, letters: int, mixed: bool, share: float | None
) -> TextLanguage:
    short, unsure = letters < _ENOUGH, confidence < _SURE
    flags = tuple(flag for flag, set_ in (("short", short), ("lowprob", unsure), ("mixed", mixed)) if set_)
    return TextLanguage(language, round(confidence, 4), not flags, flags, letters, share)


def _words(text: str) -> tuple[list[str], list[str]]:
    """Return the words in Cyrillic letters and those in Latin letters."""
    return CYRILLIC_WORD.findall(text), LATIN_WORD.findall(text)


def _letters(words: list[str]) -> int:
    return sum(map(len, words))


def _without_quotes(text: str) -> str:
    """Remove quotations, which may be in another language, unless little else would be left."""
    rest = _QUOTE.sub(lambda quote: quote[0] if len(quote[0]) < 17 else " ", text)
    return rest if len(rest) >= 120 and len(rest) >= 0.4 * len(text) else text


def _by_letters(language: str, letters: int) -> float:
    """Return the confidence in a language found by letters: of 300 long texts none was wrong."""
    if language.startswith("und"):
        return 0.0
    return _SURE if letters >= _ENOUGH else 0.95


def _cyrillic(word_list: list[str], letters: int) -> tuple[str, float]:
    words = " ".join(word_list).lower()
    if language := language_by_letters(words):
        return language, _by_letters(language, letters)
    probabilities = profiles.cyrillic.score(words[:_SCORED])
    if not probabilities:
        return "und-Cyrl", 0.0
    best = max(probabilities, key=probabilities.__getitem__)
    ukrainian, russian = count(words, ONLY_UKRAINIAN), RUSSIAN_WEIGHT * count(words, ONLY_RUSSIAN)
    # a letter counts more than n-grams: Bulgarian and Macedonian have none of these letters, uk and ru one
    # set each; but a single quoted name is not enough
    by_letters = "uk" if ukrainian > russian else "ru"
    if best != by_letters and ukrainian + russian > 0.005 * letters:
        return by_letters, max(min(probabilities[by_letters], 0.9), 0.5)
    return best, probabilities[best]


def _latin(word_list: list[str]) -> tuple[str, float]:
    words = " ".join(word_list[:_SCORED])[:_SCORED]
    if 2 * sum(map(str.isupper, words)) > len(words) - words.count(" "):
        words = words.lower()
    probabilities = profiles.latin.score(words)
    if not probabilities:
        return "und-Latn", 0.0
    best = max(probabilities, key=probabilities.__getitem__)
    if best in _ACCENTED and words.isascii():
        # Ukrainian or Russian in Latin letters reads as one of these
        return best, min(probabilities[best], _DOUBTFUL)
    return best, probabilities[best]
