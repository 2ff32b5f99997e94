"""Boilerplate: lines that are no part of an article, from boilerplate.toml."""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from itertools import takewhile
from typing import Any

from archive.format.languages import TABLE
from crawler.extraction.document.text import one_line

_LONGEST, _LONGEST_OF_ALL = 400, 1200
"""Characters of a line that a rule is tried on: by default, and at most."""
_LONGEST_BUTTON = 120
_BEFORE_TEXT = re.compile(r"^[^\w«\"“„'’(#@©/]+")
_AFTER_TEXT = " •·–—>▶►→*[]|-"
_FOLDED = (("ё", "е"), ("’", "'"), ("ʼ", "'"), ("`", "'"))
_CYRILLIC = re.compile("[а-яіїєґ]")
_OTHER_SCRIPT = {
    cyrillic: {x.code for x in TABLE if (x.alphabet == "cyrillic") != cyrillic} for cyrillic in (True, False)
}
_PART = re.compile(r"<([a-z_]+)>")
_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_TO_READERS = re.compile(
    r"(?:друзі|друзья|(?:шановні|дорогі|любі) (?:читачі|друзі)"
    r"|(?:уважаемые|дорогие) (?:читатели|друзья)|dear readers?|friends)[,!] "
)
_SENTENCE = re.compile(r"[.!?…][»”\"')]*$")
_SAID = re.compile(
    r"[,»”\"]\s*[–—-]?\s*(?:[\w'’-]+ ){0,4}?(?:"
    r"(?:каж|сказа|говор|зазнач|дода[вєл]|поясн|повідом|рад(?:ить|ять|ив|ил)|обіця|заклика|наголо|нагад|вважа|пиш|писа|напис"
    r"|заяв|згад|смі[єял]|стверд|розпов|прос(?:ить|ять|ив|ил)|поперед|уточн|виріш|підкресл|відпов|оголо|крик|жарту|перекон|скарж|запевн|іроні"
    r"|отме[тч]|добав|поясня|сообщ|совет|обеща|призва|призыв|подчерк|напом|счита|заявл|вспом|утвержда|рассказ"
    r"|предупре|реш|ответ|объяв|шут|уверен|жал(?:у|о)|ирони)\w*(?<!те)(?<!іть)(?<!ти)(?<!ать)"
    r"|says?|said|urg(?:es?|ed)|t(?:ell|old)s?|advis(?:es?|ed)|warn(?:s|ed)?|promis(?:es?|ed)|add(?:s|ed)|explain(?:s|ed)?|insist(?:s|ed)?"
    r"|wr(?:ote|ites?)|read|recall(?:s|ed)?|asked|argu(?:es?|ed)|according|announc(?:es?|ed)|shout(?:s|ed)?|suggest(?:s|ed)?|jok(?:es?|ed)"
    r")\b(?:[^:]{0,90}$|(?: [\w'-]+){1,4}: [^:]{20,}$)"
)
"""A speaker at the end of a line: `…, напоминает адвокат.`, `…," the doctors urged on Tuesday.`"""

_SENTENCES = re.compile(r"[^.!?…]{40,}(?:\.(?=\S)[^.!?…]*)*\.(?=[\s»”\"')]|$)")
"""Sentences that may be of substance, beside a call to subscribe."""
_SHORTEST_CALL = 10
_CALLS = frozenset({"asks to subscribe, follow or pay", "points to another article"})


@dataclass(frozen=True, slots=True)
class LineRule:
    language: str
    reason: str
    pattern: re.Pattern[str]
    spares_sentences: bool
    as_printed: bool
    always: bool
    """What reads as somebody's words is no exception."""
    needs: tuple[str, ...]
    """A line must contain one of these to be matched, as patterns that begin anywhere are slow."""
    longest: int
    """Characters of a line, at most."""


@dataclass(frozen=True, slots=True)
class Furniture:
    """Words of buttons and notices: whole words, and beginnings of words."""

    key: tuple[frozenset[str], frozenset[str]]
    other: tuple[frozenset[str], frozenset[str]]

    def is_all_of(self, words: list[str]) -> bool:
        matches = [self.has(word) for word in takewhile(self.has, words)]
        return len(matches) == len(words) and 2 in matches

    @lru_cache(maxsize=20_000)  # noqa: B019 - only three objects have this cache, and they are never deleted
    def has(self, word: str) -> int:
        """Return 2 for a key word, 1 for another word of this kind, 0 for a word of text."""
        return 2 if _among(word, self.key) else int(_among(word, self.other))


@cache
def line_rules() -> tuple[LineRule, ...]:
    file = load(__package__, "boilerplate.toml")
    rules = []
    for entry in file["line"]:
        # matched lines are short, so the bounded gaps of the patterns cost little
        source = "|".join(with_parts(p, file["parts"]) for p in entry.get("whole") or entry["start"])
        rules.append(
            LineRule(
                entry["language"],
                entry["reason"],
                re.compile(f"(?:{source})$" if "whole" in entry else f"(?:{source})"),
                entry.get("spares_sentences", False),
                entry.get("as_printed", False),
                entry.get("always", False),
                tuple(entry.get("needs", ())),
                entry.get("longest", _LONGEST),
            )
        )
    return tuple(rules)


@cache
def _rules_for(
    length: int, cyrillic: bool
) -> tuple[tuple[tuple[str, ...], Callable[[str], re.Match[str] | None], LineRule], ...]:
    """Return the rules for lines of this length and script, each with its needs and its pattern's match."""
    unwritten = _OTHER_SCRIPT[cyrillic]
    rules = (rule for rule in line_rules() if rule.longest >= length and rule.language not in unwritten)
    return tuple((rule.needs, rule.pattern.match, rule) for rule in rules)


@cache
def words_of_calls() -> re.Pattern[str]:
    """Return the pattern of the words of a call to subscribe, follow or pay."""
    return re.compile(rf"\b(?:{'|'.join(load(__package__, 'boilerplate.toml')['calls'])})")


@cache
def furniture() -> tuple[Furniture, ...]:
    return tuple(
        Furniture(_words(entry["key"]), _words(entry["other"]))
        for entry in load(__package__, "boilerplate.toml")["furniture"]
    )


@lru_cache(maxsize=512)  # several rules ask of one line, and the pages of an outlet have the same lines
def why_not_text(line: str) -> str | None:
    """Return the reason why a line is no part of the article; None for text."""
    printed = without_bullets(one_line(line))
    if len(printed) > _LONGEST_OF_ALL:
        return None
    if not any(map(str.isalnum, printed)):
        return "no letter"
    folded = fold(printed)
    has = folded.__contains__
    for needs, begins, rule in _rules_for(len(folded), _CYRILLIC.search(folded) is not None):
        if needs and not any(map(has, needs)):
            continue
        match = begins(printed if rule.as_printed else folded)
        if match is not None and (rule.always or ":" in match[0] or not _is_spared(rule, folded)):
            return rule.reason
    return "the page's own buttons and notices" if _is_button(folded) else None


def is_button(line: str) -> bool:
    """Tell if a line has only words of buttons and notices: `Advertisement`."""
    return _is_button(fold(line))


def _is_button(folded: str) -> bool:
    first = _WORD.search(folded) if len(folded) <= _LONGEST_BUTTON else None
    if first is None:
        return False
    for words_of in furniture():
        if words_of.has(first[0]) and words_of.is_all_of(_WORD.findall(folded)):
            return True
    return False


def _is_spared(rule: LineRule, folded: str) -> bool:
    """Tell if a line that a rule matches is a sentence, somebody's words, or says more than a call."""
    is_sentence = rule.spares_sentences and _SENTENCE.search(folded) is not None
    return is_sentence or reads_as_said(folded) or (rule.reason in _CALLS and _has_substance(folded))


def _has_substance(folded: str) -> bool:
    """Tell if a line has a sentence without any word of a call beside it: a rule takes no such paragraph.

    A question is a call's, too: `Did you like this text?`
    """
    if "?" in folded:
        return False
    for sentence in _SENTENCES.findall(folded):
        if len(sentence) < len(folded) - _SHORTEST_CALL and not words_of_calls().search(sentence):
            return True
    return False


def _words(line: str) -> tuple[frozenset[str], frozenset[str]]:
    words = fold(line).split()
    return (
        frozenset(word for word in words if not word.endswith("*")),
        frozenset(word[:-1] for word in words if word.endswith("*")),
    )


def _among(word: str, words: tuple[frozenset[str], frozenset[str]]) -> bool:
    return word in words[0] or any(word[:size] in words[1] for size in range(2, len(word) + 1))


def load(package: str, name: str) -> dict[str, Any]:
    """Read a TOML file of patterns in a package."""
    return tomllib.loads(resources.files(package).joinpath(name).read_text("utf-8"))


def with_parts(pattern: str, parts: dict[str, str]) -> str:
    """Replace each `<name>` in a pattern by its part, which may contain other names."""
    while (filled := _PART.sub(lambda part: parts[part[1]], pattern)) != pattern:
        pattern = filled
    return pattern


def fold(line: str) -> str:
    line = line.lower()
    for letter, plain in _FOLDED:
        line = line.replace(letter, plain)
    to_readers = _TO_READERS.match(line)
    return line if to_readers is None else line[to_readers.end() :]


def without_bullets(line: str) -> str:
    """Drop bullets, and the emoji at the beginning, from a line that `one_line` returned."""
    line = line.rstrip(_AFTER_TEXT)
    return line if line[:1].isalnum() else _BEFORE_TEXT.sub("", line)


def reads_as_said(folded: str) -> bool:
    return _SAID.search(folded) is not None
