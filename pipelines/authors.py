"""The stage that decides which persons wrote an article, from all that the page says about it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from urllib.parse import urlsplit

from crawler.extraction.document.text import for_comparison
from crawler.extraction.fields.byline import PREFIX
from crawler.items import Article, Claim
from crawler.workers.stages import WorkerStage
from pipelines.bylines.identity import name_key
from pipelines.bylines.names import sure
from pipelines.bylines.organisations import organisations_in
from pipelines.bylines.persons import persons_in

ORDER = ("outlet-rule", "json-ld", "meta", "rel-author", "printed", "beside-day")
"""Sources by trust, the most trusted first. The first source that names a person is believed, alone. One
exception: `printed` is believed if it has all those persons and more, except over an outlet's own rule."""

_LABEL_ENDS = (":", "：", "|")
_LATIN = re.compile(r"[A-Za-z]")
_SHORT = 6
"""Letters up to which the beginning of an address may be a person's name by chance."""


class AuthorsStage(WorkerStage):
    """Fill `authors` and `authors_source`; an article without authors is kept."""

    def decide(self, article: Article) -> Article:
        authors, source = authors_of(article)
        extra = (*article.extra, *_credits(article), *_disagreement(article, authors, source))
        return article.with_(authors=authors, authors_source=source, extra=extra)


def authors_of(item: Article) -> tuple[tuple[str, ...], str | None]:
    """Apply decide_authors to the claims, the byline, the credits and the section of an article."""
    organisations = [claim.value for claim in item.extra if claim.source == "credit"]
    organisations += [item.section] if item.section else []
    return decide_authors(item.author_claims, item.byline, organisations, urlsplit(item.url).hostname or "")


def decide_authors(
    claims: Sequence[Claim], byline: str | None, organisations: Sequence[str] = (), host: str = ""
) -> tuple[tuple[str, ...], str | None]:
    """Return the persons, without prefixes, roles and organisations, and the source that names them.

    The `byline` is read as source `printed`, together with the claims of that source. The result is empty,
    with None for the source, if no name is certain enough. `organisations` are the names of the page's
    publisher and section. They are no authors, unless a given name, a patronymic or
    initials show that it is a person; nor is a name that is the beginning of `host`, the outlet's.

    What is printed with a prefix such as `By` is believed against metadata that names nobody of it, which
    says whose account it is. So is what is printed in letters that the metadata does not use.
    """
    by_source = {source: persons for source in ORDER if (persons := _of_source(source, claims, byline))}
    if not all(map(sure, chain.from_iterable(by_source.values()))):
        nobody = {for_comparison(name) for name in organisations}
        for source, persons in [*by_source.items()]:
            by_source[source] = _without(persons, nobody, host)
            if not by_source[source]:
                del by_source[source]
    if not by_source:
        return (), None
    source = next(iter(by_source))
    # the head of a page may name one of the authors while the page prints all
    fewer = {*map(str.casefold, by_source[source])} < {*map(str.casefold, by_source.get("printed", ()))}
    if source != "outlet-rule" and (
        fewer
        or _is_signed_by_others(by_source, source, byline)
        or _is_in_other_letters(by_source, source, claims)
    ):
        source = "printed"
    return by_source[source], source


def _is_signed_by_others(by_source: dict[str, tuple[str, ...]], source: str, byline: str | None) -> bool:
    """Tell if the printed byline, with its prefix, surely names persons, and none of the metadata's."""
    printed = by_source.get("printed", ())
    prefix = PREFIX.match(byline or "")
    if source == "printed" or prefix is None or not printed:
        return False
    is_label = prefix[0].rstrip().endswith(_LABEL_ENDS)
    return (is_label or any(map(sure, printed))) and _name_words(by_source[source]).isdisjoint(
        _name_words(printed)
    )


def _is_in_other_letters(by_source: dict[str, tuple[str, ...]], source: str, claims: Sequence[Claim]) -> bool:
    """Tell if the page prints as many names in letters of its own, and all others of the metadata are Latin.

    Those are accounts, that of the editor who published it too.
    """
    printed = by_source.get("printed", ())
    lines = " ".join(claim.value for claim in claims if claim.source == "printed")
    others = [name for name in by_source[source] if name not in printed]
    return (
        len(printed) >= len(others) > 0
        and all(name.isascii() and name not in lines for name in others)
        and not any(_LATIN.search(name) for name in printed)
    )


def _name_words(names: Iterable[str]) -> set[str]:
    words: set[str] = set()
    for name in names:
        words.update(name_key(name).split())
    return words


def _without(persons: tuple[str, ...], nobody: set[str], host: str) -> tuple[str, ...]:
    address = for_comparison(host.removeprefix("www."))

    def may_be(name: str) -> bool:
        folded = for_comparison(name)
        return folded not in nobody and not (len(folded) > _SHORT and address.startswith(folded))

    return tuple(name for name in persons if sure(name) or may_be(name))


def _of_source(source: str, claims: Sequence[Claim], byline: str | None) -> tuple[str, ...]:
    values = [claim.value for claim in claims if claim.source == source]
    if source == "printed" and byline is not None:
        values = [byline, *(value for value in values if value != byline)]
    persons: list[str] = []
    for value in values:
        names = [*_persons_in(value)]
        if source == "beside-day":
            # a line of a day and two capitalised words may name an organisation
            names = [*filter(sure, names)]
        persons += [person for person in names if person.casefold() not in map(str.casefold, persons)]
        # bylines are often printed several times: the first line with a person is the byline
        if names and source == "printed":
            break
    return tuple(persons)


@lru_cache(maxsize=4096)  # the names of a newsroom come again with every page
def _persons_in(line: str) -> tuple[str, ...]:
    return tuple(persons_in(line))


@lru_cache(maxsize=4096)
def _organisations_in(line: str) -> tuple[str, ...]:
    return tuple(organisations_in(line))


def _credits(item: Article) -> list[Claim]:
    """Organisations that the page names as authors, except those that it already credits."""
    credited = {for_comparison(claim.value) for claim in item.extra if claim.source == "credit"}
    claims = []
    for line in dict.fromkeys((*(claim.value for claim in item.author_claims), item.byline or "")):
        for name in _organisations_in(line):
            if (folded := for_comparison(name)) not in credited:
                credited.add(folded)
                claims.append(Claim("credit", name))
    return claims


def _disagreement(item: Article, authors: tuple[str, ...], source: str | None) -> Iterator[Claim]:
    """Yield the persons that another source names, where it names none of the authors."""
    if source is None:
        return
    believed = _name_words(authors)
    for origin in ORDER:
        persons = () if origin == source else _of_source(origin, item.author_claims, item.byline)
        if persons and believed.isdisjoint(_name_words(persons)):
            yield Claim("authors_disagree", f"{origin}: {', '.join(persons)}")
