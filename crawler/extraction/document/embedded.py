"""Text in the data of a page that shows none: a browser's JavaScript would have shown it.

Next.js, Nuxt and others print the content of a page as JSON in a script. It is read only if the page itself
has next to no text, and only in an object with the headline of the page.
"""

import json
import re
from collections.abc import Iterator

from crawler.extraction.document.outline import Outline
from crawler.extraction.document.text import for_comparison, unescaped

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
    title = for_comparison(headline or "")
    if len(title) < 8:
        return None
    best = ""
    for value in _values(page):
        for node in _nodes(value):
            if any(_is_title(node.get(key), title) for key in _TITLES):
                best = max(best, _text_of(node), key=len)
    return best if len(best) >= _SHORTEST else None


def _values(page: Outline) -> list[Json]:
    """Return what the page's scripts have as JSON, linked data apart."""
    values: list[Json] = []
    flight: list[str] = []
    for i in page.by_tag.get("script", ()):
        source = page.elements[i].text or ""
        pushed = _PUSHED.match(source)
        if pushed is not None:
            flight.append(_chunk(source[pushed.end() :]))
        if pushed is not None or len(source) < _SHORTEST or "ld+json" in page.attributes[i].get("type", ""):
            continue
        loaded = _loads(source)
        if page.attributes[i].get("id") == _NUXT and isinstance(loaded, list):
            loaded = _revived(loaded)
        values.append(loaded)
    return values + _rows("".join(flight))


def _is_title(value: Json, headline: str) -> bool:
    """Tell if a title is the page's; a headline out of <title> may end in the outlet's name."""
    if not isinstance(value, str):
        return False
    text = for_comparison(unescaped(value))
    return text == headline or (len(text) > 20 and headline.startswith(text))


# Next.js with an app router prints its data in pieces, `self.__next_f.push([1,"…"])`: rows of an id, a colon
# and JSON, or `T`, a length in hex and so many bytes of text. In JSON `$1f` stands for the text of row 1f.


_PUSHED = re.compile(r"\s*self\.__next_f\.push\(")
_ROW = re.compile(r"([0-9a-f]{0,8}):(?:T([0-9a-f]{1,8}),)?")


def _chunk(pushed: str) -> str:
    try:
        piece, _ = json.JSONDecoder(strict=False).raw_decode(pushed)
    except (ValueError, RecursionError):
        return ""
    text = piece[1] if isinstance(piece, list) and len(piece) == 2 else ""
    return text if isinstance(text, str) else ""


def _rows(flight: str) -> list[Json]:
    """Return the values of all rows, with the texts that they name in their places."""
    texts: dict[str, Json] = {}
    values: list[Json] = []
    data, at = flight.encode("utf-8", "replace"), 0
    while (row := _ROW.match(data[at : at + 24].decode("utf-8", "replace"))) is not None:
        at += row.end()
        if row[2] is not None:
            end = at + int(row[2], 16)
            texts[f"${row[1]}"] = data[at:end].decode("utf-8", "replace")
        else:
            end = data.find(b"\n", at)
            end = len(data) if end < 0 else end
            values.append(_loads(data[at:end].decode("utf-8", "replace")))
            end += 1
        at = end
    return [_with_texts(value, texts) for value in values] if texts else values


def _with_texts(value: Json, texts: dict[str, Json], depth: int = 0) -> Json:
    if depth > _DEEPEST:
        return None
    if isinstance(value, str):
        return texts.get(value, value)
    if isinstance(value, list):
        return [_with_texts(inner, texts, depth + 1) for inner in value]
    if isinstance(value, dict):
        return {key: _with_texts(inner, texts, depth + 1) for key, inner in value.items()}
    return value


# Nuxt prints one list, in which every object names its values by their places.


_NUXT = "__NUXT_DATA__"
_MOST = 20_000
"""Values that are looked up; each may be named many times over."""


def _revived(payload: list[Json]) -> Json:
    remaining = _MOST

    def value(place: Json, depth: int) -> Json:
        nonlocal remaining
        remaining -= 1
        if not isinstance(place, int) or not 0 <= place < len(payload) or depth > _DEEPEST or remaining < 0:
            return None
        entry = payload[place]
        if isinstance(entry, dict):
            return {key: value(inner, depth + 1) for key, inner in entry.items()}
        if isinstance(entry, list):
            # ["Reactive", 5]: a value with the name of its kind
            inner = entry[1:] if entry and isinstance(entry[0], str) else entry
            return [value(item, depth + 1) for item in inner]
        return entry

    return [value(place, 0) for place, entry in enumerate(payload) if isinstance(entry, dict)]


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
    longest = ""
    for key, value in node.items():
        if not _ELSEWHERE.search(key):
            longest = max(longest, "\n".join(_strings(value)), key=len)
    return longest


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
