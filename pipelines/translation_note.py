"""Note of a text that it is a translation: «Переклад з англійської», «Перевод: …», "Translated by …"."""

import re
from collections.abc import Sequence

UNSAID = "und"
"""BCP 47: a language that nobody names."""
_LONGEST = 120
"""Characters of a note; a longer paragraph tells of a translation, but is none."""
_FIRST, _LAST = 3, 5
"""Paragraphs at either end of a text where a note may stand."""
_LANGUAGES = {
    "uk": ("українськ", "украинск", "ukrainian"),
    "ru": ("російськ", "русск", "russian"),
    "en": ("англійськ", "английск", "english"),
    "de": ("німецьк", "немецк", "german"),
    "fr": ("французьк", "французск", "french"),
    "pl": ("польськ", "польск", "polish"),
}
_OPENING = r"""^[\W_]*(?:
        (?:this|the)\s(?:article|text|story|interview)\s(?:was|is|has\sbeen)\s
      | (?:текст|матеріал|материал)\s
    )?"""
_STATED = re.compile(
    _OPENING
    + r"""(?:
        переклад(?:ено|ала|ав)?\b [^.]{0,40}? \b(?:з|із|зі)\s+
      | (?:перевод|переведено|перев[её]л|перевела)\b [^.]{0,40}? \b(?:с|со)\s+
      | translat(?:ed|ion)\b [^.]{0,40}? \bfrom\s+(?:the\s+)?
      | originally\s+(?:published|written)\s+in\s+
      | (?:read\s+)?(?:the\s+)?original\s+(?:article\s+|text\s+|version\s+)?(?:is\s+)?in\s+
    )(?P<language>[^\W\d_]+)""",
    re.IGNORECASE | re.VERBOSE,
)
_NAME = r"[A-ZА-ЯЄІЇҐ][\w’'.-]*(?:\s+[A-ZА-ЯЄІЇҐ][\w’'.-]*)"
_SIGNED = re.compile(
    rf"""^[\W_]*(?:
        (?i:переклад(?:ач|ачка)?|перевод(?:чик|чица)?|translation|translator)
            \s* [:—–] \s* {_NAME}{{0,3}}
      | (?i:переклав|переклала|перев[её]л|перевела|translated\ by) \s*[:—–]?\s* {_NAME}{{0,3}}
      | (?i:переклад|перевод) \s+ {_NAME}{{1,3}}
    )[\W_]*$""",
    re.VERBOSE,
)


def translated_from(paragraphs: Sequence[str], byline: str | None = None) -> str | None:
    """Return the language that a text says to be translated from, `und` if it does not say which one.

    None if it has no such note. Only short paragraphs at either end, and the byline, are looked at: news tell
    of translations too.
    """
    ends = [*paragraphs[:_FIRST], *paragraphs[max(_FIRST, len(paragraphs) - _LAST) :]]
    language_of_note = None
    for text in (*ends, byline or ""):
        if len(text) > _LONGEST:
            continue
        if (note := _STATED.match(text)) and (language := _language(note["language"])):
            return language
        if _SIGNED.match(text):
            language_of_note = UNSAID
    return language_of_note


def _language(word: str) -> str | None:
    folded = word.casefold()
    return next((code for code, stems in _LANGUAGES.items() if folded.startswith(stems)), None)
