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
class Redeclared:
    """Values that differ from those of the declaration, and why."""

    values: dict[str, object] = field(default_factory=dict)
    """Lists of texts for `feeds` and the like, tuples for `article_url` and `languages`, a dictionary for
    `variant_url`."""
    reasons: list[str] = field(default_factory=list)
    example: str | None = None
    """An address of the proposed article_url."""


def redeclare(check: Check, candidates: Sequence[CheckedList]) -> Redeclared:
    """Make the changes that the findings ask for; `candidates` may take the place of lists that are gone."""
    found = Redeclared()
    if any(one.taken for one in (*check.lists, *candidates)):
        # addresses have the form that they had: what has another is a list of tags or authors
        candidates = [one for one in candidates if not one.takes_too_few]
    patterns = _patterns(check, candidates, found)
    for rule in LISTS:
        _sources(check, rule, [one for one in candidates if one.rule == rule], found)
    _languages(check, found)
    _variants(check, found, replaced=patterns)
    return found


def _sources(check: Check, rule: str, candidates: list[CheckedList], found: Redeclared) -> None:
    outlet = check.outlet
    current: list[str] = list(getattr(outlet, rule))
    changed = list(current)
    # where not one could be read they have another form, and no shorter list is the answer
    was_read = any(one.rule == rule and one.taken for one in check.lists)
    for one in check.lists:
        if one.rule != rule or one.written not in changed:
            continue
        place = changed.index(one.written)
        if one.moved_to is not None and not one.is_gone:
            moved = _moved(one.written, one.url, one.moved_to)
            if moved is not None:
                changed[place] = _short(moved, outlet)
                found.reasons.append(f"{rule}: {one.url} has moved for good to {one.moved_to}")
        elif one.is_gone and candidates:
            other = candidates.pop(0)
            changed[place] = _short(other.url, outlet)
            where = "the home page" if rule == "feeds" else "robots.txt"
            found.reasons.append(
                f"{rule}: {one.url} is no list ({one.reason}); {where} names {other.url}, which lists "
                f"{other.addresses} addresses"
            )
        elif one.reason in _NOT_THERE and was_read:
            del changed[place]
            found.reasons.append(f"{rule}: {one.url} is gone ({one.reason}), and nothing names another")
    if changed != current:
        found.values[rule] = list(dict.fromkeys(changed))


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


def _patterns(check: Check, candidates: Iterable[CheckedList], found: Redeclared) -> bool:
    """Propose article_url; return True if the old one takes nothing any more, and is replaced."""
    outlet = check.outlet
    lists = [one for one in (*check.lists, *candidates) if one.addresses]
    # a day's page links to all that a menu has
    refusing = [one for one in lists if one.takes_too_few and one.rule != "day_archives"]
    refused = [url for one in refusing for url in one.refused if outlet.compiled_patterns]
    proposed = proposed_patterns(refused, outlet.home)
    if not proposed:
        return False
    none_taken = not any(one.taken for one in lists)
    new = tuple(pattern for pattern, _ in proposed)
    found.example = proposed[0][1][0]
    found.values["article_url"] = new if none_taken else (*outlet.written_patterns(), *new)
    for pattern, urls in proposed:
        found.reasons.append(
            f"article_url: {len(urls)} addresses in its lists have the form {pattern}, as {urls[0]}"
        )
    return none_taken


def _languages(check: Check, found: Redeclared) -> None:
    gone = {
        language
        for finding in check.of_state("fails")
        if finding.rule == "languages"
        for language in check.outlet.languages
        if finding.message.startswith(f"no page in {language}:")
    }
    if gone and gone < {*check.outlet.languages}:
        found.values["languages"] = tuple(one for one in check.outlet.languages if one not in gone)
        found.reasons += [f.message for f in check.of_state("fails") if f.rule == "languages"]


def _variants(check: Check, found: Redeclared, *, replaced: bool) -> None:
    outlet = check.outlet
    rules = dict(outlet.variant_url)
    if replaced and rules:
        found.reasons.append("variant_url: its groups are those of the old article_url")
        found.values["variant_url"] = {}
        return
    wrong = {
        guess.language
        for finding in check.of_state("fails")
        if finding.rule == "variant_url" and ": not there; the page of it is " in finding.message
        for page in check.pages
        for guess in outlet.siblings(page.url)
        if finding.message.startswith(f"{guess.url}: ")
    }
    if wrong:
        # what is wrong for one language is a wrong form of all: the slug is no longer shared
        rules = {}
        found.reasons.append("variant_url: it makes addresses at which nothing is; pages name others")
    if "languages" in found.values:
        kept = found.values["languages"]
        assert isinstance(kept, tuple)
        rules = {language: rule for language, rule in rules.items() if language in kept}
    if rules != outlet.variant_url:
        found.values["variant_url"] = rules


# The file with these values.


def proposal(outlet: Outlet, found: Redeclared) -> str:
    """Return a unified diff of the declaration's file; empty where it cannot be made, or would be refused."""
    if not found.values:
        return ""
    declared = type(outlet)
    values = {**found.values, **_expectations(outlet, found.values)}
    try:
        check_declaration(type(declared.__name__, (declared,), values))
    except DeclarationError as error:
        found.reasons.append(f"no diff: the changed declaration would be refused, {error}")
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
        expected["articles_a_day"] = {one: bounds for one, bounds in amounts.items() if one in languages}
        if not expected["articles_a_day"]:
            del expected["articles_a_day"]
    if len(languages) < 2:
        expected.pop("all_languages", None)
    return {"expects": expected} if expected != outlet.expects else {}


def _rewritten(source: str, declared: type[Outlet], values: dict[str, object]) -> str | None:
    lines = source.splitlines()
    body = next(
        (
            node.body
            for node in ast.parse(source).body
            if isinstance(node, ast.ClassDef) and node.name == declared.__name__
        ),
        None,
    )
    if body is None:
        return None
    assigned = {
        node.targets[0].id: node
        for node in body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    edits: list[tuple[int, int, list[str]]] = []
    for name, value in values.items():
        node = assigned.get(name)
        current = getattr(declared, name)
        segments = {} if node is None else _segments(source, node, current)
        if isinstance(value, dict):
            segments = {key: text for key, text in segments.items() if value.get(key) == current.get(key)}
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
    if isinstance(value, dict):
        items = [f'"{key}": {segments.get(key) or _literal(one)}' for key, one in value.items()]
        opening, closing = "{", "}"
    else:
        texts = texts_of(value)  # type: ignore[arg-type]
        items = [segments.get(one) or _literal(one) for one in texts]
        if isinstance(value, list):
            opening, closing = "[", "]"
        elif name == "article_url" and len(items) == 1:
            opening, closing = "", ""
        else:
            opening, closing = "(", ",)" if len(items) == 1 else ")"
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


def _literal(value: object) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_literal(key)}: {_literal(one)}' for key, one in value.items())}}}"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, tuple) and not all(isinstance(one, str) for one in value):
        return repr(value)
    if not isinstance(value, str):
        return f"({', '.join(map(_literal, texts_of(value)))},)"  # type: ignore[arg-type]
    if not value.isprintable() or '"' in value:
        return repr(value)
    if "\\" in value:
        return repr(value) if value.endswith("\\") else f'r"{value}"'
    return f'"{value}"'
