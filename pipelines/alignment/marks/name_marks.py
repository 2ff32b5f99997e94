"""Marks of names: two towns, or two persons, that stand in each other's place in linked paragraphs.

Names are spelt, declined and paraphrased in many ways, so only these, two countries and two organisations are
marked, and only where all other names of the paragraphs are in both; of persons, all other full names.
"""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import islice

from archive.format.marks import Contradiction
from archive.read.quotations import speaker_of
from pipelines.alignment.marks.number_marks import LIKELY, Passage
from pipelines.alignment.marks.quote_marks import speech
from pipelines.bylines.words import is_given_name
from pipelines.similarity.folding import fold, skeleton
from pipelines.similarity.lexicon import (
    LANGUAGES,
    countries_of,
    governed_from,
    meanings_of,
    organisations_in,
    places_of,
)

_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ-][^\W\d_]+)*")
CAPITAL = re.compile(r"(?<![\w'’ʼ-])[A-ZА-ЯІЇЄҐЁ][^\W\d_]+(?:['’ʼ-][^\W\d_]+)*")
_SENTENCE = re.compile(r"(?:[.!?…:;\n«“„\"(\[—–-]\s?|^)$")
"""What stands before the first word of a sentence, which has a capital letter, name or not."""
_LEAST, _LONGEST = 4, 40
"""Letters of a name: shorter words are often abbreviations."""
_MOST, _QUOTES = 80, 20
"""Words with a capital letter, and quotations, of a paragraph that is read."""
_REGION = re.compile(
    r"\W*(?:region|oblast|district|province|community|municipality|raion|област|обл\.|край|район|громад|общин)",
    re.IGNORECASE,
)
_OF_REGION = re.compile(r"(?:[сц]ь?к(?:а|ий|ого|ому|им|ій|ої|у|ою|і|их|ими|ая|ой|ую|ом|ие|ое|е)|щин\w+)$")
"""Endings of adjectives, and of `Одещина`: a report may name the town, its region, or a village there."""
_OF_COUNTRY = re.compile(
    r"[сцз]ь?к(?:а|ий|ого|ому|им|ій|ої|у|ою|і|их|ими|ая|ой|ую|ом|ие|ое|е)$|[нч]ц|ян|(?:ian|ean|can|man|ese|sh|ch|eek|iss|i|s)$"
)
"""Endings of adjectives and of inhabitants: a text may name either for the country."""
_LOCATIVE = re.compile(r"[сц]ь?к[уе]$")
_GENITIVE = re.compile(r"[сц]ь?ка$")
_ENDS = re.compile(r"[.,;:!?)»”…]|$|\s(?:[–—(]|(?:і|й|та|и|а|або|или|на|у|в|до|з|із|с|по|для|под|під)\s)")
"""What stands behind a town that no noun follows: `на околиці Краматорська.`, not `Одеська кухня`."""
_GIVEN_ENDS = {
    "ом": ("", "о"), "ем": ("й", "ь", ""), "єм": ("й",), "ові": ("", "о"), "еві": ("", "й", "ь"),
    "єві": ("й",), "ою": ("а",), "ой": ("а",), "ією": ("ія",), "ией": ("ия",), "ею": ("я", "а"), "єю": ("я",),
    "ії": ("ія",), "ии": ("ия",), "ію": ("ія",), "ию": ("ия",), "ія": ("ій",), "ия": ("ий",), "ієм": ("ій",),
    "ием": ("ий",), "а": ("", "о"), "у": ("", "о", "а"), "я": ("й", "ь"), "ю": ("й", "ь", "я"), "и": ("а",),
    "ы": ("а",), "і": ("а", "я", ""), "е": ("а", "я"),
}  # fmt: skip
"""Endings of declined given names, and of the nominative."""
_IN = re.compile(
    r"\b(?:in|at|near|from|to|outside|of|у|в|в[іо]|під|біля|поблизу|із|з|до|под|возле|из|около|вблизи"
    r"|місті|селі|селищі|городе|селе|посёлке|поселке)\s$",
    re.IGNORECASE,
)
"""What stands before the name of a town."""
_RESEMBLES = 0.67
"""Share of letters that two spellings of a name have in common at least."""
_ONE_NAME = 0.8
"""The same, from which a country is somebody's name."""


_Named = tuple[Passage, Sequence[re.Match[str]], dict[int, str]]
"""A passage, its words with a capital letter, and its countries or organisations by their lines."""


def name_marks(a: Passage, b: Passage) -> tuple[Contradiction, ...]:
    """Return the two towns or the two persons that linked paragraphs name instead of each other.

    None in a list of names, each of which would be held against each of the other.
    """
    capitals_a, capitals_b = _capitals(a), _capitals(b)
    if not (capitals_a and capitals_b):
        return ()
    marks = (
        *_marks_of_lines("country", (a, capitals_a, _countries(a)), (b, capitals_b, _countries(b))),
        *_marks_of_lines(
            "organisation", (a, capitals_a, _organisations(a)), (b, capitals_b, _organisations(b))
        ),
        *_marks_of_names(a, capitals_a, b, capitals_b),
        *_marks_of_speakers(a, b),
    )
    return tuple(dict.fromkeys(marks))


def places_in(text: str, language: str) -> frozenset[str]:
    """Return the lines of the places, countries (also by their capitals) and organisations of a text."""
    lines = {f"organisation {line}" for line in organisations_in(text, language)}
    for word in set(_WORD.findall(text)):
        lines.update(_places_of(word, language))
    return frozenset(lines)


@lru_cache(maxsize=65_536)
def _places_of(name: str, language: str) -> frozenset[str]:
    lines = set[str]()
    for line in places_of(language, name):
        lines.add(f"place {line}")
    for line in (*countries_of(language, name), *governed_from(language, name)):
        lines.add(f"country {line}")
    return frozenset(lines)


def are_both_said(mark: Contradiction, a: tuple[str, frozenset[str]], b: tuple[str, frozenset[str]]) -> bool:
    """Tell if both places of a mark, or their countries, stand in the other text: Kyiv for Ukraine.

    Of each text its language and its `places_in`.
    """
    (language_a, places_of_a), (language_b, places_of_b) = a, b
    if places_of_b.isdisjoint(places_in(mark.a, language_a)):
        return False
    return not places_of_a.isdisjoint(places_in(mark.b, language_b))


def _capitals(passage: Passage) -> list[re.Match[str]]:
    """Return the words with a capital letter; none where they are too many, or too long for names."""
    capitals = list[re.Match[str]]()
    for match in CAPITAL.finditer(passage.text):
        if len(capitals) == _MOST or len(match[0]) > _LONGEST:
            return []
        capitals.append(match)
    return capitals


def _marks_of_lines(kind: str, a: _Named, b: _Named) -> tuple[Contradiction, ...]:
    """Mark the only country, or organisation, that is not in the other passage, where all other names are."""
    lines_a, lines_b = a[2], b[2]
    only_a, only_b = _only(kind, lines_a, lines_b), _only(kind, lines_b, lines_a)
    if len(only_a) != 1 or len(only_b) != 1:
        return ()
    name_a, name_b = lines_a[only_a.pop()], lines_b[only_b.pop()]
    for marked, (passage, capitals, _), other in ((name_a, a, b), (name_b, b, a)):
        searched, capitals_of_other, _ = other
        if _is_a_name(marked, searched, capitals_of_other):
            return ()
        for name, _ in _unmatched(_names(passage, capitals), searched):
            if name not in marked:
                return ()
    # an adjective and a noun may be of two things of one sentence
    if kind == "country" and _is_noun(name_a) != _is_noun(name_b):
        return ()
    return _mark(name_a, name_b, kind)


def _is_noun(country: str) -> bool:
    return country[:1].isupper() and not _OF_COUNTRY.search(country)


def _is_a_name(country: str, searched: Passage, capitals: Sequence[re.Match[str]]) -> bool:
    """Tell if a country is a name that the other passage spells otherwise: Kiprotoh is not of Cyprus."""
    if len(country) > _LONGEST:
        return True
    for match in capitals:
        share = SequenceMatcher(None, _sound(country), _sound(match[0])).ratio()
        if share >= _ONE_NAME and not countries_of(searched.language, match[0]):
            return True
    return False


def _only(kind: str, lines: dict[int, str], lines_of_other: dict[int, str]) -> set[int]:
    """Return the lines that the other passage has not; what an organisation only may be called is none."""
    only = set[int]()
    for line, name in lines.items():
        if line not in lines_of_other and (name or kind == "country"):
            only.add(line)
    return only


def _countries(passage: Passage) -> dict[int, str]:
    """Return the countries of a passage as printed, by their lines; capitals are empty."""
    countries = dict[int, str]()
    for word in _WORD.findall(passage.text):
        for line in countries_of(passage.language, word):
            countries[line] = countries.get(line, "") or word
        for line in governed_from(passage.language, word):
            countries.setdefault(line, "")
    return countries


def _organisations(passage: Passage) -> dict[int, str]:
    return organisations_in(passage.text, passage.language)


def _marks_of_speakers(a: Passage, b: Passage) -> tuple[Contradiction, ...]:
    """Mark the only speaker of each passage where nothing of his name is in the other one."""
    speakers_a, speakers_b = _speakers(a), _speakers(b)
    if len(speakers_a) != 1 or len(speakers_b) != 1:
        return ()
    (name_a,), (name_b,) = speakers_a, speakers_b
    for name, other in ((name_a, b), (name_b, a)):
        if not _unmatched([(name, False)], other):
            return ()
    return _mark(name_a, name_b, "person") if _begin_otherwise(name_a.split(), name_b.split()) else ()


def _speakers(passage: Passage) -> set[str]:
    quotes = list(islice(speech(passage.text), _QUOTES + 1))
    speakers = set[str]()
    for quote in quotes if len(quotes) <= _QUOTES else ():
        if speaker := speaker_of(quote, passage.text):
            speakers.add(speaker)
    return speakers


def _marks_of_names(
    a: Passage, capitals_a: Sequence[re.Match[str]], b: Passage, capitals_b: Sequence[re.Match[str]]
) -> tuple[Contradiction, ...]:
    towns_a, towns_b = _towns(a, capitals_a), _towns(b, capitals_b)
    only_a, only_b = _towns_not_in(b, towns_a, towns_b), _towns_not_in(a, towns_b, towns_a)
    if len(only_a) == len(only_b) == 1:
        is_in_both = _is_otherwise_spelt(only_a[0], b, capitals_b) or _is_otherwise_spelt(
            only_b[0], a, capitals_a
        )
        return () if is_in_both else _mark(only_a[0], only_b[0], "place")
    if len(only_a) + len(only_b) > 1:
        return ()
    towns = [*only_a, *only_b]
    if not towns and not (_has_given_name(capitals_a) and _has_given_name(capitals_b)):
        return ()
    unmatched_a, unmatched_b = _unmatched(_names(a, capitals_a), b), _unmatched(_names(b, capitals_b), a)
    if towns:
        return _mark_of_town(unmatched_a, unmatched_b, towns)
    return _mark_of_persons(unmatched_a, unmatched_b)


def _mark_of_town(
    a: Sequence[tuple[str, bool]], b: Sequence[tuple[str, bool]], towns: Sequence[str]
) -> tuple[Contradiction, ...]:
    """Mark a town of `towns` beside the only other name, which stands as a town's does."""
    if len(a) != 1 or len(b) != 1:
        return ()
    ((name_a, is_place_a),), ((name_b, is_place_b),) = a, b
    is_place = (name_a in towns and is_place_b) or (name_b in towns and is_place_a)
    return _mark(name_a, name_b, "place") if is_place else ()


def _mark_of_persons(
    a: Sequence[tuple[str, bool]], b: Sequence[tuple[str, bool]]
) -> tuple[Contradiction, ...]:
    """Mark the only full name of each passage, whatever else is named."""
    persons_a, persons_b = _persons(a), _persons(b)
    if len(persons_a) != 1 or len(persons_b) != 1:
        return ()
    (name_a,), (name_b,) = persons_a, persons_b
    return _mark(name_a, name_b, "person") if _begin_otherwise(name_a.split(), name_b.split()) else ()


def _persons(names: Sequence[tuple[str, bool]]) -> list[str]:
    """Return the full names."""
    persons = list[str]()
    for name, _ in names:
        words = name.split()
        if len(words) > 1 and _is_given(words[0]):
            persons.append(name)
    return persons


def _mark(a: str, b: str, kind: str) -> tuple[Contradiction, ...]:
    """Return a mark of two names; a region names no town, and stands as the empty name."""
    return (Contradiction(a, b, kind, LIKELY),) if a and b else ()


def _towns(passage: Passage, capitals: Sequence[re.Match[str]]) -> dict[int, str]:
    """Return the towns of a passage as printed, by their lines of places.txt; empty ones are regions."""
    towns = dict[int, str]()
    end_of_given = 0
    for match in capitals:
        is_surname = end_of_given > 0 and passage.text[end_of_given : match.start()] == " "
        end_of_given = match.end() if _is_given(match[0]) else 0
        if is_surname:
            continue  # Михайло Волинець is no Volyn
        for place in places_of(passage.language, match[0]):
            towns[place] = towns.get(place, "") or ("" if _is_of_region(match, passage.text) else match[0])
    return towns


def _is_of_region(name: re.Match[str], text: str) -> bool:
    """Tell if a word, or the next, is of a region; `в Донецьку`, `біля Донецька.` name the town."""
    if _REGION.match(text, name.end()):
        return True
    is_locative = _LOCATIVE.search(name[0]) and _IN.search(text[max(0, name.start() - 12) : name.start()])
    is_town = is_locative or (_GENITIVE.search(name[0]) and _ENDS.match(text, name.end()))
    return not is_town and _OF_REGION.search(name[0]) is not None


def _towns_not_in(searched: Passage, towns: dict[int, str], its_towns: dict[int, str]) -> list[str]:
    """Return the towns that another passage does not name, not even as `львівський`."""
    missing = {**towns}
    for place in its_towns:
        missing.pop(place, None)
    if missing:
        for word in _WORD.findall(searched.text):
            for place in places_of(searched.language, word):
                missing.pop(place, None)
    return list(missing.values())


def _is_otherwise_spelt(town: str, searched: Passage, capitals: Sequence[re.Match[str]]) -> bool:
    """Tell if a passage may name a town in a form that places.txt does not have."""
    for match in capitals:
        is_unknown = not places_of(searched.language, match[0])
        if is_unknown and resemble(town, match[0]):
            return True
    return False


def _has_given_name(capitals: Sequence[re.Match[str]]) -> bool:
    return any(_is_given(match[0]) for match in capitals)


@lru_cache(maxsize=65_536)
def _is_given(word: str) -> bool:
    """Tell if a word is a known given name in any case: Борисом, Олени."""
    if is_given_name(word):
        return True
    for ending, nominatives in _GIVEN_ENDS.items():
        if word.endswith(ending) and len(word) > len(ending) + 2:
            for nominative in nominatives:
                if is_given_name(word.removesuffix(ending) + nominative):
                    return True
    return False


def _names(passage: Passage, capitals: Sequence[re.Match[str]]) -> list[tuple[str, bool]]:
    """Return the names within sentences, full ones as one; True: a word that stands as a town's name does."""
    names = list[tuple[str, bool]]()
    for start, end in _spans_of_names(passage.text, capitals):
        name = passage.text[start:end]
        is_adjective = _OF_REGION.search(name) or _REGION.match(passage.text, end)
        is_known = meanings_of(passage.language, name.lower()) or _is_given(name)
        is_place = _IN.search(passage.text[max(0, start - 12) : start]) and " " not in name
        names.append((name, bool(is_place and not is_adjective and not is_known)))
    return names


def _spans_of_names(text: str, capitals: Sequence[re.Match[str]]) -> list[tuple[int, int]]:
    spans = list[tuple[int, int]]()
    follows_given_name = False
    for match in capitals:
        start, end = match.span()
        is_given = _is_given(match[0])
        if (len(match[0]) < _LEAST or match[0].isupper()) and not is_given:
            continue
        # «староста Селятина Василь Унгурян»: a name begins with the given one
        begins = is_given and not follows_given_name
        if spans and not begins and text[spans[-1][1] : start] == " ":
            spans[-1] = (spans[-1][0], end)
        elif is_given or not _SENTENCE.search(text[max(0, start - 2) : start]):
            spans.append((start, end))
        follows_given_name = is_given
    return spans


def _unmatched(names: Sequence[tuple[str, bool]], searched: Passage) -> list[tuple[str, bool]]:
    """Return the names no word of which resembles a name, or means a word, of the other text."""
    meanings, capitals = set[int](), set[str]()
    for word in set(_WORD.findall(searched.text)):
        meanings |= _meanings(word)
        if word[0].isupper():
            capitals.add(word)
    unmatched = dict[str, bool]()
    for name, is_place in names:
        if not _is_matched(name.split(), meanings, capitals):
            unmatched[name] = is_place
    return list(unmatched.items())


def _is_matched(parts: Sequence[str], meanings: set[int], capitals: set[str]) -> bool:
    is_full = len(parts) > 1 and _is_given(parts[0])
    for part in parts:
        # Мирон is a name, though `мир` is peace
        if not is_full and meanings & _meanings(part):
            return True
        for capital in capitals:
            if resemble(part, capital):
                return True
    return False


@lru_cache(maxsize=131_072)
def resemble(a: str, b: str) -> bool:
    """Tell if two words may be one name in any two languages, by their sound."""
    sound_a, sound_b = _sound(a), _sound(b)
    if not sound_a or not sound_b or sound_a[:3] == sound_b[:3]:
        return True
    skeleton_a, skeleton_b = skeleton(sound_a)[:3], skeleton(sound_b)[:3]
    if skeleton_a and skeleton_a == skeleton_b:
        return True
    if min(len(sound_a), len(sound_b)) <= 3:
        return False
    return SequenceMatcher(None, sound_a, sound_b).ratio() >= _RESEMBLES


@lru_cache(maxsize=65_536)
def _sound(word: str) -> str:
    return fold(word).replace(" ", "")


@lru_cache(maxsize=65_536)
def _meanings(word: str) -> frozenset[int]:
    meanings = frozenset[int]()
    for language in LANGUAGES:
        meanings |= {*meanings_of(language, word.lower())}
    return meanings


def _begin_otherwise(words_a: Sequence[str], words_b: Sequence[str]) -> bool:
    """Tell if neither first nor last words begin alike: Michael Downey is Майкл Дауні, Wade is Уейд."""
    for n in (0, -1):
        sound_a, sound_b = _sound(words_a[n]), _sound(words_b[n])
        if sound_a[:1].replace("v", "u") == sound_b[:1].replace("v", "u"):
            return False
    return True
