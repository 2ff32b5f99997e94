"""Which persons wrote an article, decided from all that the page says about it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.extraction.text import for_comparison
from crawler.items import Article, Claim, Look
from pipelines.byline_words import (
    ADDRESS,
    AND,
    FEMININE,
    JUNK,
    NAME_WORD,
    NOBODY,
    NOT_A_NAME,
    ORGANISATIONS,
    PARTICLES,
    PHOTO,
    PREFIX,
    ROLES,
    SPLIT,
    TAIL,
    TITLE,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

ORDER = ("outlet-rule", "json-ld", "meta", "rel-author", "printed")
"""Trust, highest first; the first source in which there is a person is believed, alone."""


class BylineStage:
    """Fills `authors` and `authors_source`; nothing is dropped for having none."""

    def process_item(self, item: Article | Look) -> Article | Look:
        if isinstance(item, Look):
            return item
        authors, source = decide_authors(item.author_claims, item.byline)
        return item.with_(authors=authors, authors_source=source, extra=(*item.extra, *_credits(item)))


def decide_authors(claims: Sequence[Claim], byline: str | None) -> tuple[tuple[str, ...], str | None]:
    """Persons as printed, without prefixes, roles and organisations, and which source named them.

    `byline` is read last, as `printed`, where no claim has it. Empty and None rather than a doubtful name.
    """
    for source in ORDER:
        stated = [claim.value for claim in claims if claim.source == source]
        if source == "printed" and byline is not None:
            stated = [byline, *(value for value in stated if value != byline)]
        persons: list[str] = []
        for value in stated:
            found = persons_in(value)
            persons += [person for person in found if person.casefold() not in map(str.casefold, persons)]
            # what is printed is often printed several times: the first line with a person is the byline
            if found and source == "printed":
                break
        if persons:
            return tuple(persons), source
    return (), None


def _credits(item: Article) -> list[Claim]:
    """Agencies and other organisations that the page names as authors, but for those it credits already."""
    known = {for_comparison(claim.value) for claim in item.extra if claim.source == "credit"}
    found = []
    for line in dict.fromkeys((*(claim.value for claim in item.author_claims), item.byline or "")):
        for name in organisations_in(line):
            if (folded := for_comparison(name)) not in known:
                known.add(folded)
                found.append(Claim("credit", name))
    return found


def organisations_in(line: str) -> list[str]:
    """What a byline names besides persons: `By Jane Doe, Reuters` has one. Roles and addresses are none."""
    text = " ".join(line.split())
    if len(text) > 120 or PHOTO.match(text) or ADDRESS.search(text):
        return []
    return [
        name
        for part in SPLIT.split(_without_prefix(text))
        if part
        and ORGANISATIONS.search(name := TAIL.sub("", _without_prefix(part.strip(" .,:;-–—«»'()"))))
        and not JUNK.search(name)
        and not NOBODY.search(name)
        and ROLES.sub("", name).strip()
        and name[:1].isupper()
        and 1 <= len(name.split()) <= 6
    ]


def persons_in(line: str) -> list[str]:
    """The persons a byline names, in its order."""
    line = " ".join(line.split())
    text = line if PHOTO.match(line) else _without_prefix(line)
    if ADDRESS.search(text):
        return []
    parts = [part for part in SPLIT.split(text) if part]
    parts = _with_shared_surname(text, parts)
    persons: list[str] = []
    photographers = False
    for part in parts:
        # who took the photos is no author, nor is who follows: "Фото: А Б, В Г; текст: Д Е"
        if PHOTO.match(part):
            photographers = True
            continue
        if photographers and _without_prefix(part) == part:
            continue
        person = _person(part)
        if person and person not in persons:
            persons.append(person)
        elif persons and ORGANISATIONS.search(part):
            # "By Nada Tawfik, BBC News, New York": what follows the employer is where, not who
            break
    return persons


def _without_prefix(text: str) -> str:
    for _ in range(3):
        shorter = PREFIX.sub("", text, count=1).strip(" :–—-|,")
        if shorter == text:
            break
        text = shorter
    return text


def _with_shared_surname(text: str, parts: list[str]) -> list[str]:
    """`Антон і Марія Шевченко` are two with one surname: as printed, the first has only a given name."""
    if len(parts) == 2 and re.search(AND, text):
        first, second = parts[0].split(), parts[1].split()
        one_form_for_both = not FEMININE.search(second[-1])
        if (
            len(first) == 1
            and len(second) == 2
            and one_form_for_both
            and _is_name(first)
            and _is_name(second)
        ):
            return [f"{first[0]} {second[1]}", parts[1]]
    return parts


def _person(part: str) -> str | None:
    initial_last = bool(re.search(r"(?:^|\s|\.)\w\.$", part))
    text = TAIL.sub("", _without_prefix(part.strip(" .,:;-–—\"«»'()"))).strip(" .,:;-–—\"«»'")
    text = TITLE.sub("", text, count=1) if TITLE.match(text) else text
    if not text or JUNK.search(text):
        return None
    # the roles go first: "Jane Doe Staff Writer" names a person, "Guardian staff reporter" none
    text = " ".join(ROLES.sub(" ", text).split())
    if ORGANISATIONS.search(text) or NOT_A_NAME.match(text):
        return None
    words = text.split()
    if not 2 <= len(words) <= 5 or not _is_name(words) or len(text) > 60:
        return None
    return f"{text}." if initial_last else text


def _is_name(words: list[str]) -> bool:
    capitals = 0
    for word in words:
        if word.casefold() in PARTICLES:
            continue
        if not NAME_WORD.fullmatch(word) or not word[0].isupper():
            return False
        capitals += 1
    return capitals >= 1
