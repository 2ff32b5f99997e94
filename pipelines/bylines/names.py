"""Names of persons in three scripts: their form, their beginning and their end."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pipelines.bylines.titles import without_title
from pipelines.bylines.tokens import Token
from pipelines.bylines.words import folded, governs, is_, is_given_name, plain

_PARTS = re.compile(r"['’ʼ`´‘.‐-]")
_BOUND = {"d", "o", "l", "al", "el", "ad", "as", "ar", "аль", "ель", "эль", "ад", "ас", "д", "о"}
"""Name parts in small letters before an apostrophe or a hyphen: `d'Argent`, `al-Khatib`."""
_CAMEL = re.compile(r"[A-ZÀ-Þ][a-zà-ÿ]{1,3}[A-ZÀ-Þ](?:[a-zà-ÿ]+|[A-ZÀ-Þ]+)|MC[A-Z][a-z]{2,}")
_INITIALS = re.compile(r"(?:[^\W\d_]\.?-?){1,4}|[А-ЯІЇЄҐЁ][а-яіїєґё]\.")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
_CYRILLIC = re.compile(r"[Ѐ-ӿ]")
_PATRONYMIC = re.compile(r".{3,}(?:ович|евич|йович|івна|ївна|овна|евна|ична|инична|ьич)$")
_SURNAME = re.compile(
    r".{2,}(?:енко|чук|щук|юк|як|ик|ський|цький|зький|ська|цька|зька|ский|цкий|ская|цкая|ов|ова|ев|ева|єв|єва|їв|ін|іна"
    r"|ин|ина|ко|ич|ян|дзе|швілі|швили|ець|ук|ак|ер|ло|хно|шин|ишин|ун|вич|ба|та|ра)$"
)
_VERB = re.compile(r".{3,}(?:[аиіїуюя]в|вся|ала|яла|ила|іла|ула|лася|лись|лися|ли|[аеиыояу]л|лся|лась)$")
_ADJECTIVE = re.compile(r".{2,}(?:ая|яя|ое|ее|ые|ие|ські|ське|цьке|нє|ний|ные|ська|цька|зька|ський|цький)$")
_SAYS = re.compile(r".{3,}(?:ує|ює|яє|ають|ують|яють|ает|яет|ует|юет|ают|уют|яют)$")
"""Endings of verbs that no name has: `Інформує`, `Сообщает`."""
_POSSESSIVE = re.compile(r"(?<=[a-z])['’]s$")
_THROUGH = {"via", "через"}
_NO_NAMES = ("role", "organisation", "brand", "institution", "place")
"""Classes of words that are no names, or only beside one."""
_MOST = 4
"""Words of a name at most, without particles."""


def is_shaped(word: str) -> bool:
    """Tell if a word has the form of a name.

    That is a capital and small letters, in parts joined by apostrophe or hyphen, or all capitals; in one
    script.
    """
    if len(word) > 30 or (_LATIN.search(word) and _CYRILLIC.search(word)):
        return False
    first, *further_parts = _PARTS.split(word)
    # not for `Д'яченко`, where a small letter follows the apostrophe
    if folded(first) in _BOUND and further_parts and not further_parts[0][:1].islower():
        first, *further_parts = further_parts
    # after an apostrophe or a hyphen both cases are names: `Дарʼя`, `Fitz-james`
    return _is_capitalised(first) and all(part.isalpha() for part in further_parts if part)


def _is_capitalised(part: str) -> bool:
    if not part.isalpha() or part[0].islower():
        return False
    rest = part[1:]
    return rest == rest.lower() or part == part.upper() or _CAMEL.fullmatch(part) is not None


def is_initials(word: str) -> bool:
    return _INITIALS.fullmatch(word) is not None and word[:1].isupper() and (len(word) == 1 or "." in word)


def sure(name: str) -> bool:
    """Tell if a known given name, a patronymic or initials show that it is a person."""
    words = name.split()
    return any(is_given_name(w) or _PATRONYMIC.match(folded(w)) or is_initials(w) for w in words)


def find_name(tokens: Sequence[Token], *, labelled: bool) -> str | None:
    """Return the first run of words that is a person's name; None if that is not certain.

    With `labelled`, a credit goes before, so the name need not be known as one.
    """
    words = _words(tokens)
    shouted = not any(any(map(str.islower, w.text)) for w in words if w.is_word)
    for start, end in _runs(words, shouted):
        name = _name_of([w.text for w in words[start:end]])
        untitled = without_title(name.split(), sure=sure(name)) if name is not None else None
        if untitled is None:
            continue
        name = " ".join(untitled)
        if _is_of_something_else(words, start, end, name):
            continue
        if not labelled and ((not sure(name) and _is_phrase(name)) or _goes_on_as_text(words[end:])):
            continue
        return name
    return None


def _is_of_something_else(words: "list[_Word]", start: int, end: int, name: str) -> bool:
    """Tell if the words around show that these are no writer's name."""
    if any(w.of("institution") for w in _capitals(words, start, end)):
        return True
    if start and _excludes_a_name(words[start - 1], name):
        return True
    return end < len(words) and _ends_an_organisation(words[end], name)


def _excludes_a_name(before: "_Word", name: str) -> bool:
    """Tell if the word before shows that these words name no writer."""
    if not sure(name) and before.of("organisation", "brand", "place"):
        return True
    if folded(before.text) in _THROUGH:
        return True
    return governs(before.text) and not any(map(is_given_name, name.split()))


def _ends_an_organisation(after: "_Word", name: str) -> bool:
    """Tell if the name is the beginning of an organisation's: `Kyiv Independent News Desk`."""
    if not after.of("organisation") or not (after.text[:1].isupper() or after.text == "team"):
        return False
    words = name.split()
    return not is_given_name(words[0]) or len(words) > 3


class _Word:
    """A token and the classes that it belongs to."""

    __slots__ = ("in_place", "is_word", "text")

    def __init__(self, token: Token) -> None:
        self.text = token.text
        self.is_word = token.kind == "word"
        self.in_place = False
        """True for one of two words that together are a place or a firm: `New York`, `Ernst Young`."""

    def of(self, *classes: str) -> bool:
        if not self.is_word:
            return False
        return (
            is_(self.text, *classes)
            or (self.in_place and "place" in classes)
            or ("brand" in classes and self._is_agency)
        )

    @property
    def _is_agency(self) -> bool:
        """True for an agency and its country: `RBC-Ukraine`."""
        agency, _, country = self.text.partition("-")
        return bool(country) and is_(agency, "brand") and is_(country, "place")

    @property
    def is_particle(self) -> bool:
        return self.is_word and self.text[:1].islower() and self.of("particle")


def _words(tokens: Sequence[Token]) -> list[_Word]:
    words = [_Word(token) for token in tokens]
    for first, second in pairwise(words):
        if first.is_word and second.is_word and is_(plain(f"{first.text}-{second.text}"), "place", "firm"):
            first.in_place = second.in_place = True
    return words


def _runs(words: list[_Word], shouted: bool) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of words in a row that may be parts of one name."""
    start = 0
    while start < len(words):
        if not _begins(words, start, shouted):
            start += 1
            continue
        end = start + 1
        while end < len(words) and _goes_on(words, start, end, shouted):
            end += 1
        while words[end - 1].is_particle and not words[end - 1].of("patronymic"):
            end -= 1
        yield start, end
        start = end


def _begins(words: list[_Word], i: int, shouted: bool) -> bool:
    word = words[i]
    if word.in_place or not word.is_word or not (is_shaped(word.text) or is_initials(word.text)):
        return False
    after = words[i + 1 : i + 3]
    if word.of("town_too"):
        return _are_one_surname(after)
    if word.of("honorific", "never", "tail", "degree", "suffix") and not is_given_name(word.text):
        return False
    if word.of("given_too"):
        return bool(after) and _is_surname(after[0])
    if word.of(*_NO_NAMES):
        # `Jack London` begins with a name; `London Jack` does not
        return is_given_name(word.text)
    return shouted or not _is_acronym(words, i)


def _are_one_surname(after: list[_Word]) -> bool:
    """Tell if one word follows, and may be a surname: `Dallas Reed`, but not `Dallas Morning News`."""
    if len(after) == 2 and is_initials(after[0].text):
        return True
    if not after or (len(after) == 2 and after[1].is_word):
        return False
    return not after[0].of(*_NO_NAMES, "tail") and is_shaped(after[0].text)


def _is_surname(word: _Word) -> bool:
    is_surname = is_shaped(word.text) and _SURNAME.match(folded(word.text)) is not None
    return is_surname and not word.of(*_NO_NAMES)


def _goes_on(words: list[_Word], start: int, end: int, shouted: bool) -> bool:
    word = words[end]
    following = words[end + 1] if end + 1 < len(words) else None
    if not word.is_word:
        # `John "Jack" Smith`, `Amanda "Tania Mae" Tan`
        most = 2 if is_given_name(words[start].text) else 1
        quoted = word.text[:1] in "«“„‘\"'" and len(word.text.split()) <= most and end - start == 1
        return quoted and following is not None and is_shaped(following.text)
    if word.is_particle:
        return word.of("patronymic") or (following is not None and following.is_word)
    if word.of("suffix") or is_initials(word.text):
        return True
    return is_shaped(word.text) and _may_be_surname(words, start, end, following, shouted)


def _may_be_surname(words: list[_Word], start: int, end: int, following: _Word | None, shouted: bool) -> bool:
    word = words[end]
    has_given_name = end - start == 1 and is_given_name(words[start].text)
    if word.of("surname_too") and has_given_name:
        return following is None or not following.text[:1].isdigit()
    if word.of("syllable_too") and end - start == 2 and following is None and word.text.istitle():
        return True
    if word.of("never", "tail", "degree"):
        return False
    if word.of(*_NO_NAMES):
        # a surname may be any word, if nothing follows it: `Emily Post`
        is_last = following is None or not following.is_word
        return has_given_name and is_last and not word.of("brand", "institution")
    return shouted or not (_is_acronym(words, end) and end - start > 1)


def _is_acronym(words: list[_Word], i: int) -> bool:
    """Tell if a word is an acronym (`НВ`, `NBC`) in a line that is not all capitals.

    A surname in capitals has its given name beside it.
    """
    text = words[i].text
    if len(text) < 2 or not text.isupper() or len(text) > 6 or is_initials(text) or is_given_name(text):
        return False
    neighbours = [words[j] for j in (i - 1, i + 1) if 0 <= j < len(words)]
    return len(text) < 3 or not any(_speaks_for_a_name(w) for w in neighbours)


def _speaks_for_a_name(word: _Word) -> bool:
    """Tell if a neighbour makes a word in capitals a name: a given name, or capitals of no agency."""
    capitals = word.text.isupper() and len(word.text) > 2 and not word.of("brand", "organisation", "role")
    return is_given_name(word.text) or (capitals and is_shaped(word.text))


def _name_of(words: list[str]) -> str | None:
    words = _without_opening(_without_repetition([_POSSESSIVE.sub("", word) for word in words]))
    scripts = {bool(_CYRILLIC.search(w)) for w in words}
    return " ".join(words) if _has_length_of_a_name(words) and len(scripts) == 1 else None


def _has_length_of_a_name(words: list[str]) -> bool:
    counted = full = 0
    least = 2
    for word in words:
        is_suffix = is_(word, "suffix")
        if is_suffix:
            least = 3
        if word[:1].isupper() or not is_(word, "particle"):
            counted += 1
            full += not (is_suffix or is_initials(word))
    return least <= counted <= _MOST + 1 and 1 <= full <= _MOST and len(" ".join(words)) <= 60


def _without_repetition(words: list[str]) -> list[str]:
    """Return a name once: `Sean Martin Sean Martin`, `Thomas Beaumont Beaumont covers`."""
    if len(words) < 3 or folded(words[1]) not in map(folded, words[2:]):
        return words
    words = words[: [*map(folded, words)].index(folded(words[1]), 2)]
    return words[:-1] if len(words) > 2 and folded(words[-1]) == folded(words[0]) else words


def _without_opening(words: list[str]) -> list[str]:
    """Drop words before a name of two words.

    Examples are `Упорядкувала Соломія Вітрук` and `Оглядачка Бабеля Катерина Коваль`.
    """
    for _ in range(2):
        if len(words) < 3 or not _CYRILLIC.search(words[0]) or is_given_name(words[0]):
            break
        second, last = folded(words[1]), folded(words[-1])
        if any(map(is_initials, words)) or _PATRONYMIC.match(last) or _PATRONYMIC.match(second):
            break
        if not is_given_name(words[1]) and not _VERB.match(folded(words[0])):
            if len(words) > 3 and is_given_name(words[2]):
                words = words[2:]
            break
        words = words[1:]
    return words


def _capitals(words: list[_Word], start: int, end: int) -> list[_Word]:
    """Return the words around a run that may be one title with it.

    An example is `Ivan Franko National University of Lviv`.
    """
    while end < len(words) and (words[end].text[:1].isupper() or words[end].text in {"of", "for", "and"}):
        end += 1
    while start > 0 and (words[start - 1].text[:1].isupper() or words[start - 1].is_particle):
        start -= 1
    return words[start:end]


def _is_phrase(name: str) -> bool:
    """Tell if it opens with an adjective or a verb and has no surname: `Новая Газета`, `Інформує Західне`."""
    words = [folded(w) for w in name.split()]
    return _SAYS.match(words[0]) is not None or (
        bool(_ADJECTIVE.match(words[0])) and not _SURNAME.match(words[-1])
    )


def _goes_on_as_text(rest: list[_Word]) -> bool:
    """Tell if a sentence continues after the name: then the line is text, no byline."""
    plain = [w for w in rest if w.is_word]
    if len(plain) < 3:
        return False
    return not any(w.of(*_NO_NAMES, "tail") for w in plain[:4])
