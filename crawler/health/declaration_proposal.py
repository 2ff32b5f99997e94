"""A declaration as it would have to be, by what a live check has found: values, reasons, a unified diff."""

from __future__ import annotations

import ast
import difflib
import inspect
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from archive.format.reasons import http_reason
from crawler.exceptions import DeclarationError
from crawler.health.address_patterns import proposed_patterns
from crawler.outlet.checks import check_declaration
from crawler.outlet.declaration import texts as texts_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from crawler.health.findings import Check, CheckedList
    from crawler.outlet.declaration import Outlet

WIDTH = 110
LISTS = ("news_sitemaps", "feeds", "archive_sitemaps", "day_archives")
_NOT_THERE = {http_reason(404), http_reason(410)}


@dataclass(slots=True)
class DeclarationProposal:
    """Values that differ from those of the declaration, and why."""

    values: dict[str, object] = field(default_factory=dict)
    """Lists of texts for `feeds` and the like, tuples for `article_url` and `languages`, a dictionary for
    `variant_url`."""
    reasons: list[str] = field(default_factory=list)
    example: str | None = None
    """An address of the proposed article_url."""


def redeclare(check: Check, candidates: Sequence[CheckedList]) -> DeclarationProposal:
    """Make the changes that the findings ask for; `candidates` may take the place of lists that are gone."""
    proposed = DeclarationProposal()
    if any(candidate.accepted for candidate in (*check.lists, *candidates)):
        # addresses have the form that they had: what has another is a list of tags or authors
        candidates = [candidate for candidate in candidates if not candidate.takes_too_few]
    patterns = _patterns(check, candidates, proposed)
    for rule in LISTS:
        _sources(check, rule, [candidate for candidate in candidates if candidate.rule == rule], proposed)
    _languages(check, proposed)
    _variants(check, proposed, replaced=patterns)
    return proposed


def _sources(check: Check, rule: str, candidates: list[CheckedList], proposed: DeclarationProposal) -> None:
    outlet = check.outlet
    current: list[str] = list(getattr(outlet, rule))
    changed = list(current)
    # where not one could be read they have another form, and no shorter list is the answer
    was_read = any(checked.rule == rule and checked.accepted for checked in check.lists)
    for checked in check.lists:
        if checked.rule != rule or checked.declared_as not in changed:
            continue
        place = changed.index(checked.declared_as)
        if checked.moved_to is not None and not checked.is_gone:
            new_url = _moved(checked.declared_as, checked.url, checked.moved_to)
            if new_url is not None:
                changed[place] = _short(new_url, outlet)
                proposed.reasons.append(f"{rule}: {checked.url} has moved for good to {checked.moved_to}")
        elif checked.is_gone and candidates:
            replacement = candidates.pop(0)
            changed[place] = _short(replacement.url, outlet)
            where = "the home page" if rule == "feeds" else "robots.txt"
            proposed.reasons.append(
                f"{rule}: {checked.url} is no list ({checked.reason}); {where} names {replacement.url}, "
                f"which lists {replacement.addresses} addresses"
            )
        elif checked.reason in _NOT_THERE and was_read:
            del changed[place]
            proposed.reasons.append(
                f"{rule}: {checked.url} is gone ({checked.reason}), and nothing names another"
            )
    if changed != current:
        proposed.values[rule] = list(dict.fromkeys(changed))


def _moved(written_as: str, old: str, new: str) -> str | None:
    """Return the new address, with the strftime fields of the old; None where they cannot be placed."""
    if "%" not in written_as:
        return new
    if urlsplit(old).path != urlsplit(new).path:
        return None
    parts = urlsplit(new)
    path = written_as if written_as.startswith("/") else urlsplit(written_as).path
    return f"{parts.scheme}://{parts.netloc}{path}"


def _short(url: str, outlet: Outlet) -> str:
    home = outlet.home.rstrip("/")
    return url.removeprefix(home) if home and url.startswith(f"{home}/") else url


def _patterns(check: Check, candidates: Iterable[CheckedList], proposed: DeclarationProposal) -> bool:
    """Propose article_url; return True if the old one takes nothing any more, and is replaced."""
    outlet = check.outlet
    lists = [checked for checked in (*check.lists, *candidates) if checked.addresses]
    # a day's page links to all that a menu has
    refusing = [checked for checked in lists if checked.takes_too_few and checked.rule != "day_archives"]
    refused: list[str] = []
    for checked in refusing if outlet.compiled_patterns else ():
        refused += checked.refused
    patterns = proposed_patterns(refused, outlet.home)
    if not patterns:
        return False
    none_taken = not any(checked.accepted for checked in lists)
    new = tuple(pattern for pattern, _ in patterns)
    proposed.example = patterns[0][1][0]
    proposed.values["article_url"] = new if none_taken else (*outlet.written_patterns(), *new)
    for pattern, urls in patterns:
        proposed.reasons.append(
            f"article_url: {len(urls)} addresses in its lists have the form {pattern}, as {urls[0]}"
        )
    return none_taken


def _languages(check: Check, proposed: DeclarationProposal) -> None:
    messages = [finding.message for finding in check.of_state("fails") if finding.rule == "languages"]
    remaining: list[str] = []
    for language in check.outlet.languages:
        if not any(message.startswith(f"no page in {language}:") for message in messages):
            remaining.append(language)
    if remaining and len(remaining) < len(check.outlet.languages):
        proposed.values["languages"] = tuple(remaining)
        proposed.reasons += messages


def _variants(check: Check, proposed: DeclarationProposal, *, replaced: bool) -> None:
    outlet = check.outlet
    rules = dict(outlet.variant_url)
    if replaced and rules:
        proposed.reasons.append("variant_url: its groups are those of the old article_url")
        proposed.values["variant_url"] = {}
        return
    if _has_wrong_guess(check):
        # what is wrong for one language is a wrong form of all: the slug is no longer shared
        rules = {}
        proposed.reasons.append("variant_url: it makes addresses at which nothing is; pages name others")
    if "languages" in proposed.values:
        remaining = proposed.values["languages"]
        assert isinstance(remaining, tuple)
        rules = {language: rule for language, rule in rules.items() if language in remaining}
    if rules != outlet.variant_url:
        proposed.values["variant_url"] = rules


# The file with these values.


def _has_wrong_guess(check: Check) -> bool:
    """Tell if variant_url made an address without a page, and the page itself links to another."""
    guesses: set[str] = set()
    for page in check.pages:
        guesses.update(guess.url for guess in check.outlet.siblings(page.url))
    for finding in check.of_state("fails"):
        url, separator, _ = finding.message.partition(": not there; the page of it is ")
        if finding.rule == "variant_url" and separator and url in guesses:
            return True
    return False


def proposal(outlet: Outlet, proposed: DeclarationProposal) -> str:
    """Return a unified diff of the declaration's file; empty where it cannot be made, or would be refused."""
    if not proposed.values:
        return ""
    declared = type(outlet)
    values = {**proposed.values, **_expectations(outlet, proposed.values)}
    try:
        check_declaration(type(declared.__name__, (declared,), values))
    except DeclarationError as error:
        proposed.reasons.append(f"no diff: the changed declaration would be refused, {error}")
        return ""
    file = inspect.getsourcefile(declared)
    if file is None:
        return ""
    old = Path(file).read_text("utf-8")
    new = _rewritten(old, declared, values)
    if new is None:
        return ""
    try:
        name = Path(file).resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        name = Path(file).name
    lines = difflib.unified_diff(
        old.splitlines(keepends=True), new.splitlines(keepends=True), f"a/{name}", f"b/{name}", n=2
    )
    return "".join(lines)


def _expectations(outlet: Outlet, values: dict[str, object]) -> dict[str, object]:
    """Return `expects` without the languages that are left out; nothing where it stays as it is."""
    languages = values.get("languages")
    if not isinstance(languages, tuple):
        return {}
    expected = dict(outlet.expects)
    amounts = expected.get("articles_a_day")
    if isinstance(amounts, dict):
        expected["articles_a_day"] = {
            language: bounds for language, bounds in amounts.items() if language in languages
        }
        if not expected["articles_a_day"]:
            del expected["articles_a_day"]
    if len(languages) < 2:
        expected.pop("all_languages", None)
    return {"expects": expected} if expected != outlet.expects else {}


def _body_of(source: str, class_name: str) -> list[ast.stmt] | None:
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef) and node.name == class_name:
            return node.body
    return None


def _assignments(body: list[ast.stmt]) -> dict[str, ast.Assign]:
    assigned: dict[str, ast.Assign] = {}
    for statement in body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            assigned[statement.targets[0].id] = statement
    return assigned


def _rewritten(source: str, declared: type[Outlet], values: dict[str, object]) -> str | None:
    lines = source.splitlines()
    body = _body_of(source, declared.__name__)
    if body is None:
        return None
    assigned = _assignments(body)
    edits: list[tuple[int, int, list[str]]] = []
    for name, value in values.items():
        node = assigned.get(name)
        current = getattr(declared, name)
        segments: dict[object, str] = {}
        for key, segment in _segments(source, node, current).items() if node is not None else ():
            if not isinstance(value, dict) or value.get(key) == current.get(key):
                segments[key] = segment
        text = _assignment(name, value, segments)
        if node is not None:
            edits.append((node.lineno - 1, node.end_lineno or node.lineno, text))
        elif text:
            before = assigned.get("article_url") or body[-1]
            edits.append((before.lineno - 1, before.lineno - 1, text))
    for first, after, text in sorted(edits, reverse=True):
        lines[first:after] = text
    new = "\n".join(lines) + "\n"
    try:
        ast.parse(new)
    except SyntaxError:
        return None
    return new


def _segments(source: str, node: ast.Assign, current: object) -> dict[object, str]:
    """Return how the file writes each part of a value, so that what stays is written as before."""
    if isinstance(node.value, ast.Dict) and isinstance(current, dict):
        parts: list[tuple[object, ast.expr]] = list(zip(current, node.value.values, strict=False))
    elif isinstance(node.value, ast.List | ast.Tuple) and isinstance(current, list | tuple):
        parts = list(zip(current, node.value.elts, strict=False))
    else:
        parts = [(current, node.value)]
    comprehended = (ast.ListComp, ast.Starred, ast.GeneratorExp)
    return {
        value: segment
        for value, part in parts
        if isinstance(value, str) and not isinstance(part, comprehended)
        if (segment := ast.get_source_segment(source, part))
    }


def _assignment(name: str, value: object, segments: dict[object, str]) -> list[str]:
    """Return the lines of an assignment; none for an empty value."""
    if not value:
        return []
    items = _items(value, segments)
    opening, closing = _brackets(name, value, len(items))
    line = f"    {name} = {opening}{', '.join(items)}{closing}"
    if len(line) <= WIDTH:
        return [line]
    opening, closing = opening or "(", closing or ")"
    tail = "," if opening != "(" or len(items) > 1 else ""
    return [
        f"    {name} = {opening}",
        *(f"        {item}{tail}" for item in items),
        f"    {closing.strip(',')}",
    ]


def _items(value: object, segments: dict[object, str]) -> list[str]:
    """Return the source of each item: as it was written, where it has not changed."""
    items: list[str] = []
    if isinstance(value, dict):
        for key, entry in value.items():
            items.append(f'"{key}": {segments.get(key) or _literal(entry)}')
    else:
        for text in texts_of(value):  # type: ignore[arg-type]
            items.append(segments.get(text) or _literal(text))
    return items


def _brackets(name: str, value: object, items: int) -> tuple[str, str]:
    if isinstance(value, dict):
        return "{", "}"
    if isinstance(value, list):
        return "[", "]"
    if name == "article_url" and items == 1:
        return "", ""
    return "(", ",)" if items == 1 else ")"


def _literal(value: object) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_literal(key)}: {_literal(item)}' for key, item in value.items())}}}"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, tuple) and not all(isinstance(item, str) for item in value):
        return repr(value)
    if not isinstance(value, str):
        return f"({', '.join(map(_literal, texts_of(value)))},)"  # type: ignore[arg-type]
    if not value.isprintable() or '"' in value:
        return repr(value)
    if "\\" in value:
        return repr(value) if value.endswith("\\") else f'r"{value}"'
    return f'"{value}"'
