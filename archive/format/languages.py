"""The languages of the product, one row each; whatever depends on a language derives from this table.

To add a language, add its row here. To pair its texts by content too, add its column to
pipelines/similarity/lexicon.txt; until `benchmarks/pairing.py --fit` has counted its texts, its pairs are
judged as the others are in the mean. Its row says what a language lacks: columns in `stories`, forms of words
in search, comparison by content.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

TRANSLATED_WITHIN = timedelta(days=4)
"""A translation is published within four days; a narrower window lost one in ten."""


@dataclass(frozen=True, slots=True)
class Language:
    code: str
    """BCP 47."""
    alphabet: Literal["cyrillic", "latin"]
    aliases: tuple[str, ...] = ()
    """What addresses and `lang` attributes also call it: ISO 639-2, names, countries."""
    colour: str | None = None
    """In charts, as in static/viewer.css; None: the colour of all other languages."""
    has_columns: bool = False
    """`stories` has columns of its variant, such as `lag_uk`; if not, only `languages` names it. Setting it
    changes SCHEMA_VERSION."""
    has_forms: bool = False
    """Search finds all forms of a word: simplemma has its lemmas."""
    stemmer: str | None = None
    """Name of Snowball's algorithm; None if Snowball has none (Ukrainian endings are in word_forms.py)."""
    lexicon_column: int | None = None
    """Its column in the lexicon; None: its texts are not compared by content."""


TABLE = (
    Language("uk", "cyrillic", ("ua", "ukr"), "#1f6fd1", has_columns=True, has_forms=True, lexicon_column=0),
    Language(
        code="en",
        alphabet="latin",
        aliases=("eng", "english"),
        colour="#b4531a",
        has_columns=True,
        has_forms=True,
        stemmer="english",
        lexicon_column=2,
    ),
    Language(
        code="ru",
        alphabet="cyrillic",
        aliases=("rus",),
        colour="#6b4fb8",
        has_columns=True,
        has_forms=True,
        stemmer="russian",
        lexicon_column=1,
    ),
)
"""In the order in which pages and reports show them."""

LANGUAGES = {language.code: language for language in TABLE}
STORY_LANGUAGES = tuple(language.code for language in TABLE if language.has_columns)
"""Languages with columns of their own in `stories`."""
SEARCHED_LANGUAGES = tuple(language.code for language in TABLE if language.has_forms)
"""Languages whose words search finds in all their forms."""
COMPARED_LANGUAGES = tuple(
    language.code
    for language in sorted(TABLE, key=lambda x: x.lexicon_column or 0)
    if language.lexicon_column is not None
)
"""Languages whose texts are compared by content, in the order of the lexicon's columns."""
CODE_OF = {name: language.code for language in TABLE for name in (language.code, *language.aliases)}
"""Code of each name that an address or a `lang` attribute may use."""


def display_order(language: str | None) -> tuple[int, str]:
    """Sort key: the languages of the table in its order, then others by their tag."""
    codes = list(LANGUAGES)
    tag = language or ""
    return (codes.index(tag) if tag in LANGUAGES else len(codes)), tag
