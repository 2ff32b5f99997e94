"""Text in the data of a page that shows none: a browser's JavaScript would have shown it.

Next.js, Nuxt and others print the content of a page as JSON in a script. It is read only if the page itself
has next to no text, and only in an object with the headline of the page.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from crawler.extraction.document.text import for_comparison, unescaped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.extraction.document.outline import Outline

Json = object
_ASSIGNED = re.compile(r"^\s*(?:window|self|globalThis)?\.?[\w$.\[\]\"']{2,60}\s*=\s*(?=[{\[])")
_TITLES = {"title", "headline", "name", "heading", "h1"}
_ELSEWHERE = re.compile(
    r"relat|recommend|popular|latest|similar|read_?(?:more|also)|comment|menu|teaser|other", re.I
)
_SHORTEST = 200
"""Characters from which a string may be the text of an article."""
_DEEPEST = 30


def embedded_text(page: Outline, headline: str | None) -> str | None:
    """Return the text as it is in the JSON, which may be HTML or plain text."""
    wanted = for_comparison(headline or "")
    if len(wanted) < 8:
        return None
    best = ""
    for i in page.by_tag.get("script", ()):
        source = page.elements[i].text or ""
        if len(source) < _SHORTEST or "ld+json" in page.attributes[i].get("type", ""):
            continue
        for node in _nodes(_loads(source)):
            if any(
                isinstance(t := node.get(key), str) and for_comparison(unescaped(t)) == wanted
                for key in _TITLES
            ):
                best = max(best, _text_of(node), key=len)
    return best if len(best) >= _SHORTEST else None


def _loads(source: str) -> Json:
    start = _ASSIGNED.match(source)
    text = source[start.end() :] if start else source.lstrip()
    if not text.startswith(("{", "[")):
        return None
    try:
        loaded: Json = json.JSONDecoder(strict=False).raw_decode(text)[0]
    except (ValueError, RecursionError):
        return None
    return loaded


def _nodes(value: Json, depth: int = 0) -> Iterator[dict[str, Json]]:
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _nodes(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _nodes(inner, depth + 1)


def _text_of(node: dict[str, Json]) -> str:
    """Return the longest text of an object: one string, or the strings of a list of blocks in order."""
    found = ""
    for key, value in node.items():
        if not _ELSEWHERE.search(key):
            found = max(found, "\n".join(_strings(value)), key=len)
    return found


def _strings(value: Json, depth: int = 0) -> Iterator[str]:
    if depth > _DEEPEST:
        return
    if isinstance(value, str):
        # words of a block, not an id, a class or an address
        if " " in value.strip():
            yield value
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner, depth + 1)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if not _ELSEWHERE.search(key):
                yield from _strings(inner, depth + 1)
