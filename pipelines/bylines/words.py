"""Classes of words in bylines, from words.toml and given_names.txt."""

import tomllib
import unicodedata
from functools import cache, lru_cache
from importlib import resources

FILES = resources.files(__package__)
CREDITS = ("pictured", "helped", "checked", "sourced", "wrote")


@cache
def _file() -> dict[str, dict[str, str]]:
    loaded: dict[str, dict[str, str]] = tomllib.loads(FILES.joinpath("words.toml").read_text("utf-8"))
    return loaded


@cache
def _class(section: str, name: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return whole words and beginnings of words."""
    return parted(_file()[section][name], "*")


def parted(words: str, mark: str) -> tuple[frozenset[str], frozenset[str]]:
    """Part a list of words into whole ones and beginnings, which end with a mark; both folded."""
    whole_words, beginnings = set[str](), set[str]()
    for word in words.split():
        (beginnings if word.endswith(mark) else whole_words).add(folded(word.removesuffix(mark)))
    return frozenset(whole_words), frozenset(beginnings)


@cache
def _given_names() -> frozenset[str]:
    names: set[str] = set()
    for name in FILES.joinpath("given_names.txt").read_text("utf-8").split():
        names |= {folded(name), plain(name)}
    return frozenset(names)


@cache
def phrases(name: str) -> tuple[str, ...]:
    return tuple(_file()["credits"][name])


@lru_cache(20_000)
def folded(word: str) -> str:
    """Return a word in lower case, with one kind of apostrophe."""
    return word.translate(_APOSTROPHES).casefold()


_APOSTROPHES = str.maketrans(dict.fromkeys("’ʼ`´‘", "'"))


@lru_cache(20_000)
def is_(word: str, *classes: str) -> bool:
    """Tell if a word is in one of these classes of `[words]`."""
    return any(_belongs(folded(word), "words", name) for name in classes)


@lru_cache(20_000)
def credit(word: str) -> str | None:
    """Return the entry of CREDITS for a word that opens a credit."""
    return next((name for name in CREDITS if _belongs(folded(word), "credits", name)), None)


def governs(word: str) -> bool:
    return _belongs(folded(word), "credits", "governing")


def is_given_name(word: str) -> bool:
    """Tell if it is a known given name; most names of the world are not in the list."""
    first, _, second = folded(word).partition("-")
    names = _given_names()
    return first in names or plain(first) in names or (bool(second) and second in names)


def plain(word: str) -> str:
    """Drop accents from Latin letters: `José` is in the list as `Jose`."""
    word = folded(word)
    if word.isascii() or not word[:1].isascii():
        return word
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


def _belongs(word: str, section: str, name: str) -> bool:
    whole_words, beginnings = _class(section, name)
    return word in whole_words or any(word[:size] in beginnings for size in range(2, len(word) + 1))
