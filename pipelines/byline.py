"""Which persons wrote an article, decided from all that the page says about it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from crawler.extraction.document.text import for_comparison
from crawler.items import Article, Claim
from crawler.workers.stages import WorkerStage
from pipelines.bylines.names import sure
from pipelines.bylines.organisations import organisations_in
from pipelines.bylines.persons import persons_in

if TYPE_CHECKING:
    from collections.abc import Sequence

ORDER = ("outlet-rule", "json-ld", "meta", "rel-author", "printed")
"""Trust, highest first; the first source in which there is a person is believed, alone. But what is printed
is believed where it has all of those and more, save over an outlet's own rule."""


class BylineStage(WorkerStage):
    """Fills `authors` and `authors_source`; nothing is dropped for having none."""

    def decide(self, article: Article) -> Article:
        authors, source = authors_of(article)
        extra = (*article.extra, *_credits(article))
        return article.with_(authors=authors, authors_source=source, extra=extra)


def authors_of(item: Article) -> tuple[tuple[str, ...], str | None]:
    """What decide_authors makes of a page."""
    others = [claim.value for claim in item.extra if claim.source == "credit"]
    others += [item.section] if item.section else []
    return decide_authors(item.author_claims, item.byline, others)


def decide_authors(
    claims: Sequence[Claim], byline: str | None, others: Sequence[str] = ()
) -> tuple[tuple[str, ...], str | None]:
    """Persons as printed, without prefixes, roles and organisations, and which source named them.

    `byline` is read last, as `printed`, where no claim has it. Empty and None rather than a doubtful name.
    `others` is what the page calls an organisation, its publisher or its section: none of them wrote, unless
    a given name says that it is a person.
    """
    named = {source: persons for source in ORDER if (persons := _of_source(source, claims, byline))}
    if not all(map(sure, (name for persons in named.values() for name in persons))):
        nobody = {for_comparison(name) for name in others}
        named = {source: left for source, persons in named.items() if (left := _without(persons, nobody))}
    if not named:
        return (), None
    source = next(iter(named))
    # where the head of a page names one of the authors, and the page prints all
    fewer = {*map(str.casefold, named[source])} < {*map(str.casefold, named.get("printed", ()))}
    if fewer and source != "outlet-rule":
        source = "printed"
    return named[source], source


def _without(persons: tuple[str, ...], nobody: set[str]) -> tuple[str, ...]:
    return tuple(name for name in persons if sure(name) or for_comparison(name) not in nobody)


def _of_source(source: str, claims: Sequence[Claim], byline: str | None) -> tuple[str, ...]:
    stated = [claim.value for claim in claims if claim.source == source]
    if source == "printed" and byline is not None:
        stated = [byline, *(value for value in stated if value != byline)]
    persons: list[str] = []
    for value in stated:
        found = _persons_in(value)
        persons += [person for person in found if person.casefold() not in map(str.casefold, persons)]
        # what is printed is often printed several times: the first line with a person is the byline
        if found and source == "printed":
            break
    return tuple(persons)


@lru_cache(maxsize=4096)  # a newsroom's names come back with every page
def _persons_in(line: str) -> tuple[str, ...]:
    return tuple(persons_in(line))


@lru_cache(maxsize=4096)
def _organisations_in(line: str) -> tuple[str, ...]:
    return tuple(organisations_in(line))


def _credits(item: Article) -> list[Claim]:
    """Agencies and other organisations that the page names as authors, but for those it credits already."""
    known = {for_comparison(claim.value) for claim in item.extra if claim.source == "credit"}
    found = []
    for line in dict.fromkeys((*(claim.value for claim in item.author_claims), item.byline or "")):
        for name in _organisations_in(line):
            if (folded := for_comparison(name)) not in known:
                known.add(folded)
                found.append(Claim("credit", name))
    return found
