"""Questions as addresses of the web have them, and addresses made of questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from archive.exceptions import UnknownValue
from archive.read.values import nearest
from archive.viewer.search.answers import COMPARED, FLAGS, ORDERS, Question
from archive.viewer.search.word_forms import MOST_TERMS, choices

_LONGEST = 500
"""Characters of a search."""
_MOST_VALUES = 50
"""Of one filter."""
_MOST_PAGES = 10_000_000
PARAMETERS = (
    *("q", "outlet", "language", "missing", "since", "until", "author", "section", *FLAGS),
    *("omitted", "order", "page", "late", "interface"),
)
"""Of a question; the last two are of its feed."""


class LongQuestion(UnknownValue):
    """A question that has more than is looked for: a part of it would seem to be the answer to all."""


def check_parameters(query: QueryParams, names: Sequence[str]) -> None:
    """Raise UnknownValue for a parameter with another name.

    A page that left a filter out would seem to be the answer to it.
    """
    for name in query:
        if name not in names:
            raise wrong("parameter", name, names)


def question_of(query: QueryParams) -> Question:
    """Read a question. Raises UnknownValue for a value that means nothing here."""
    text = _words(query, "q")
    order = query.get("order", "")
    if order and order not in ORDERS:
        raise wrong("order", order, ORDERS)
    omitted = number_of(query, "omitted")
    if omitted is not None and omitted > 100:
        raise wrong("parameter", f"omitted={omitted}")
    return Question(
        text,
        _values(query, "outlet"),
        _values(query, "language"),
        _values(query, "missing"),
        _day("since", query.get("since", "")),
        _day("until", query.get("until", "")),
        query.get("author", "").strip(),
        query.get("section", ""),
        frozenset(x for x in FLAGS if query.get(x)),
        omitted,
        order or ("match" if text.strip() else "time"),
    )


def _words(query: QueryParams, name: str) -> str:
    text = query.get(name, "")
    if len(text) > _LONGEST:
        raise LongQuestion(f"A search has at most {_LONGEST} characters, not {len(text)}.", name, text, None)
    if (n := sum(map(len, choices(text)))) > MOST_TERMS:
        raise LongQuestion(f"A search has at most {MOST_TERMS} words and phrases, not {n}.", name, text, None)
    return text


def terms_of(query: QueryParams) -> dict[str, str]:
    """Read the terms that are compared, by language.

    Raises UnknownValue for one that only excludes words: it would find all texts.
    """
    terms = {}
    for language in COMPARED:
        if term := _words(query, language).strip():
            if all(choice[0].is_excluded for choice in choices(term)):
                raise wrong("parameter", f"{language}={term}")
            terms[language] = term
    return terms


def of_address(query: str) -> Question:
    """Read a question from the part of an address after its question mark."""
    parameters = QueryParams(query)
    check_parameters(parameters, PARAMETERS)
    return question_of(parameters)


def page_of(query: QueryParams) -> int:
    return max(1, min(number_of(query, "page") or 1, _MOST_PAGES))


def number_of(query: QueryParams, name: str) -> int | None:
    """Read a number; None where there is none. Raises UnknownValue."""
    text = query.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise wrong("parameter", f"{name}={text}")
    return int(text)


def address_of(question: Question, page: int = 1, suffix: str = "") -> str:
    """Write the address of a question's list; `suffix`: of another format, `csv`."""
    path = f"/search{suffix and f'.{suffix}'}" if question.text else f"/stories.{suffix}" if suffix else "/"
    return _address(path, [*asked(question), ("page", page if page > 1 else "")])


def feed_of(question: Question, suffix: str, interface: str) -> str:
    """Write the address of a question's feed: readers of feeds do not say which language they want."""
    return _address(f"/search.{suffix}", [*asked(question), ("interface", interface)])


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter that applies to a list, and the address of the list without it."""

    name: str
    value: str
    without: str


def filters(question: Question) -> list[Filter]:
    """List the filters of a question; its words and its order are none."""
    pairs = asked(question)
    path = address_of(question).partition("?")[0]
    applied = []
    for n, (name, value) in enumerate(pairs):
        if name not in {"q", "order"}:
            applied.append(Filter(name, value, _address(path, [*pairs[:n], *pairs[n + 1 :]])))
    return applied


def asked(question: Question) -> list[tuple[str, str]]:
    """List the parameters of a question that have a value."""
    return [(name, str(value)) for name, value in _parameters(question) if value not in {"", None}]


def _parameters(question: Question) -> list[tuple[str, object]]:
    plain = "match" if question.text else "time"
    return [
        ("q", question.text),
        *(("outlet", x) for x in question.outlets),
        *(("language", x) for x in question.languages),
        *(("missing", x) for x in question.missing),
        ("since", question.since),
        ("until", question.until),
        ("author", question.author),
        ("section", question.section),
        *((x, 1) for x in FLAGS if x in question.flags),
        ("omitted", question.omitted),
        ("order", question.order if question.order != plain else ""),
    ]


def _address(path: str, pairs: Sequence[tuple[str, object]]) -> str:
    query = urlencode([(name, str(value)) for name, value in pairs if value not in {"", None}])
    return f"{path}?{query}" if query else path


def _values(query: QueryParams, name: str) -> tuple[str, ...]:
    values = dict.fromkeys(value.strip() for value in query.getlist(name))
    values.pop("", None)
    if len(values) > _MOST_VALUES:
        message = f"A search has at most {_MOST_VALUES} values of {name}, not {len(values)}."
        raise LongQuestion(message, name, "", None)
    return tuple(values)


def _day(name: str, text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise wrong(name, text) from None


def wrong(name: str, value: str, existing: Sequence[str] = ()) -> UnknownValue:
    """Make the error for a value of an address that means nothing, with the nearest that does."""
    near = nearest(value, existing)
    hint = f"; did you mean {near}?" if near else "."
    return UnknownValue(f"This page has no {name} {value!r}{hint}", name, value, near)
