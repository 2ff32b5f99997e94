"""Regular expressions for `article_url`, made from addresses that lists name.

A form that several addresses share is taken for that of articles if it has a number, a date or a headline in
it. It is a proposal for a person: sections of a site may have such addresses, too.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from archive.addresses import plain_origin
from archive.format.languages import CODE_OF

LEAST_ADDRESSES, LEAST_SHARE = 3, 0.2
"""Addresses of one form, and their share of all, from which on it is a form of articles."""
MOST_FORMS = 2
MOST_ADDRESSES, LONGEST = 5000, 1024
"""Addresses that are looked at, and characters of one: a list is anybody's, and may have a million."""
_EDITIONS = CODE_OF.keys() - {"english"}
"""First path segments that name an edition."""
_HOST = re.compile(r"[\w.-]+(?::\d+)?")
"""A person copies a proposal into a declaration, which is a program: no quotation mark may come along."""
_ENDING = re.compile(r"\.(?:html?|php|aspx?)$")
_DAY = re.compile(r"(?:19|20)\d\d/\d{1,2}/\d{1,2}(?=/|$)")
_KINDS = (
    ("number", re.compile(r"\d+")),
    ("number-slug", re.compile(r"\d{3,}[-_][\w-]+")),
    ("slug-number", re.compile(r"\w[\w-]*[-_]\d{3,}")),
    ("slug", re.compile(r"\w+(?:-\w+){2,}")),
    ("word", re.compile(r"[A-Za-z][\w-]*")),
)
_TELLING = {"day", "number", "number-slug", "slug-number", "slug"}


@dataclass(slots=True)
class Form:
    host: str
    kinds: tuple[str, ...]
    ending: str
    urls: list[str] = field(default_factory=list)
    steps: list[tuple[str, ...]] = field(default_factory=list)
    editions: set[str] = field(default_factory=set)
    """First steps that only some of the addresses have; empty for those without."""
    closed: bool = False
    """True if some of the addresses end with a slash."""


def proposed_patterns(urls: Iterable[str], home: str) -> list[tuple[str, list[str]]]:
    """Return each pattern as it is written in a declaration of `home`, with the addresses it is made from.

    Most frequent first; an empty list if no form is frequent enough.
    """
    addresses = [url for url in dict.fromkeys(urls) if len(url) <= LONGEST][:MOST_ADDRESSES]
    forms = sorted(_forms(addresses).values(), key=lambda form: -len(form.urls))
    least = max(LEAST_ADDRESSES, LEAST_SHARE * len(addresses))
    frequent = [form for form in forms if len(form.urls) >= least]
    return [(_written(form, home), form.urls) for form in frequent[:MOST_FORMS]]


def _forms(urls: Sequence[str]) -> dict[tuple[str, tuple[str, ...], str], Form]:
    forms: dict[tuple[str, tuple[str, ...], str], Form] = {}
    for url in urls:
        parts = urlsplit(url)
        path = parts.path.strip("/")
        ending = match[0] if (match := _ENDING.search(path)) else ""
        steps = _steps(path.removesuffix(ending))
        edition = steps[0] if len(steps) > 1 and steps[0] in _EDITIONS else ""
        steps = steps[1:] if edition else steps
        kinds = tuple(_kind(step) for step in steps)
        if not _TELLING & {*kinds} or "other" in kinds or not _HOST.fullmatch(parts.netloc):
            continue
        key = (parts.hostname or "", kinds, ending)
        form = forms.setdefault(key, Form(*key))
        form.urls.append(url)
        form.steps.append(steps)
        form.editions.add(edition)
        form.closed = form.closed or parts.path.endswith("/")
    return forms


def _steps(path: str) -> tuple[str, ...]:
    day = _DAY.search(path)
    if day is None:
        return tuple(path.split("/"))
    before, after = path[: day.start()].strip("/"), path[day.end() :].strip("/")
    return (*(before.split("/") if before else ()), day[0], *(after.split("/") if after else ()))


def _kind(step: str) -> str:
    if _DAY.fullmatch(step):
        return "day"
    return next((kind for kind, form in _KINDS if form.fullmatch(step)), "other")


def _written(form: Form, home: str) -> str:
    values = zip(*form.steps, strict=True)
    steps = "/".join(map(_step, form.kinds, map(list, values)))
    editions = [f"{edition}/" for edition in sorted(form.editions - {""})]
    edition = editions[0] if len(editions) == 1 else f"(?:{'|'.join(editions)})"
    if not editions:
        edition = ""
    elif "" in form.editions:
        edition = f"(?:{'|'.join(editions)})?"
    path = f"/{edition}{steps}{re.escape(form.ending)}{'/?' if form.closed else ''}"
    home_place, place = (urlsplit(plain_origin(url)).netloc for url in (home, form.urls[0]))
    if place.removeprefix("www.") == home_place.removeprefix("www."):
        return path
    return rf"https?://{re.escape(place)}{path}"


def _step(kind: str, values: list[str]) -> str:
    if kind == "day":
        return r"\d{4}/\d{1,2}/\d{1,2}"
    if kind == "slug":
        return r"\w+(?:-\w+){2,}"
    if kind == "word":
        return _word(values)
    place = 0 if kind.startswith("number") else -1
    number = _digits([re.findall(r"\d+", value)[place] for value in values])
    return {"number": number, "number-slug": rf"{number}[-_][\w-]+", "slug-number": rf"[\w-]+[-_]{number}"}[
        kind
    ]


def _word(values: list[str]) -> str:
    distinct = sorted({*values})
    if len(distinct) == 1:
        return re.escape(distinct[0]).replace(r"\-", "-")
    return "[a-z-]+" if all(re.fullmatch("[a-z-]+", word) for word in distinct) else r"[\w-]+"


def _digits(numbers: list[str]) -> str:
    """Return an expression that takes one digit less and one more, too: ids grow, older ones are shorter."""
    lengths = [len(number) for number in numbers]
    return rf"\d{{{max(1, min(lengths) - 1)},{max(lengths) + 1}}}"
