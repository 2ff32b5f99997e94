"""Titles that look like names: two words that name a column, a desk, a street or a team."""

import re
import tomllib
from collections.abc import Sequence
from functools import cache, lru_cache

from pipelines.bylines.words import FILES, folded, is_given_name, parted

_NOUN = re.compile(
    r".{2,}(?:ння|ття|ття|ення|ание|ение|ство|цтво|изм|ізм)|.{3,}(?:ость|ості|ості|ість|щин[аиіыу])"
    r"|.{4,}(?:tion|ology|ologies|ography|ership|ibility|ability)s?"
    r"|.{3,}(?:verband|agentur|redaktion|zeitung|ministerium|gesellschaft|stiftung|vereinigung|gewerkschaft)"
)
"""Endings of nouns that no name has: `Закарпаття`, `Независимость`, `Київщина`."""
_OF_A_PLACE = re.compile(r".{3,}(?:[сзц]ьк|[сц]к)(?:ий|ій|а|е|і|ая|ое|ие|ой|ої|ого|ому|их)")
"""Adjectives of places, surnames only beside a sign of a person: `Львівська`, `Московский`."""


def without_title(name: Sequence[str], *, sure: bool) -> list[str] | None:
    """Return the part that is a person's name; None for a title.

    `sure` means that it has a given name, a patronymic or initials. `Культура Олена Коваль` is a heading and
    a name.
    """
    words = _without_heading(list(name))
    first, *further_words = [word for word in words if not word[:1].islower()]
    if sure and not any(map(is_given_name, words)):
        # `Лесной П.И.`, but not `DOES SHE HAVE A PLAN`
        return words if sum(map(_is_never, words)) < 2 else None
    if _is_never(first):
        return None
    if sure:
        # the given name may be an ordinary word: `Gift Guide`
        may_be_any = len(further_words) == 1 and _opens(first) and _is_of("never", further_words[0])
        return None if may_be_any else words
    if _opens(first) or any(map(_is_never, further_words)) or _OF_A_PLACE.fullmatch(folded(first)):
        return None
    return words


def _without_heading(words: list[str]) -> list[str]:
    while len(words) > 2 and _is_never(words[0]) and is_given_name(words[1]):
        words = words[1:]
    return words


def is_title_word(word: str) -> bool:
    """Tell if titles use this word, and no person has it as a name."""
    return _is_of("never", word)


@lru_cache(20_000)
def _is_never(word: str) -> bool:
    return not is_given_name(word) and (_is_of("never", word) or _NOUN.fullmatch(folded(word)) is not None)


def _opens(word: str) -> bool:
    return _is_of("never", word) or _is_of("first", word)


def _is_of(name: str, word: str) -> bool:
    whole_words, stems = _listed()[name]
    word = folded(word)
    if word in whole_words or (word.isascii() and word.endswith("s") and word[:-1] in whole_words):
        return True
    for cut in range(max(2, len(word) - 4), len(word) + 1):
        if word[:cut] in stems and word[cut:] in _endings():
            return True
    return False


@cache
def _endings() -> frozenset[str]:
    return frozenset({"", *_file()["endings"].split()})


@cache
def _listed() -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """Return whole words and stems of each class."""
    return {name: parted(_file()[name], "~") for name in ("never", "first")}


@cache
def _file() -> dict[str, str]:
    loaded: dict[str, dict[str, str]] = tomllib.loads(FILES.joinpath("titles.toml").read_text("utf-8"))
    return loaded["titles"]
