"""JSON-LD and microdata of a page (schema.org) about its article, as plain strings."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crawler.extraction.document.outline import Outline
from crawler.extraction.document.text import one_line, unescaped
from crawler.items import Claim

Json = object
_ARTICLE = re.compile(r"(?:Article|BlogPosting|Report|Review|NewsStory|LiveBlogPosting)$")
_DEEPEST = 12
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_WRAPPER = re.compile(r"^\s*(?://)?\s*(?:<!\[CDATA\[|<!--)|(?://)?\s*(?:\]\]>|-->)\s*;?\s*$")
_WRAPPERS = ("<!", "]]>", "-->")
"""Of these one is in any wrapper: the pattern takes long over a block without."""
_KIND = re.compile(r'"@type"\s*:\s*"(\w{3,40})"')
_PLAIN_FIELD = re.compile(
    r'"(headline|datePublished|dateCreated|dateModified|articleSection)"\s*:\s*"((?:[^"\\]|\\.|"(?!\s*(?:,\s*"|[}\]]))){1,500})"'
)
_TAGS = re.compile(r"<[^<>]{1,300}>")


@dataclass(frozen=True, slots=True)
class LinkedData:
    """Values of the first article node that has them; empty if the page has none."""

    headline: str | None = None
    description: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    """Authors that the page does not call an organisation; later stages decide what they are."""
    organisations: tuple[str, ...] = ()
    """Authors that are called an organisation, and the publisher."""
    published: tuple[str, ...] = ()
    modified: tuple[str, ...] = ()
    image: str | None = None
    image_caption: str | None = None
    body: str | None = None
    """`articleBody` with its lines; None if it is shorter than 200 characters."""
    kinds: tuple[str, ...] = ()
    """@type of the nodes that may be the page's subject, in page order."""
    article_kind: str | None = None
    """@type that made the first article node one."""
    free: bool | None = None
    """`isAccessibleForFree` of an article node; False wins, as a part may be free."""
    paid_part: bool = False
    """True if a part of the article, `hasPart` with its cssSelector, is not free."""
    words: int | None = None
    """`wordCount` of an article node."""
    based_on: tuple[str, ...] = ()
    """`isBasedOn` of the article nodes, as printed."""
    breadcrumbs: tuple[str, ...] = ()
    """Names of the longest BreadcrumbList in its order, the page itself among them if it is listed."""


def read_linked_data(page: Outline) -> LinkedData:  # complex: one line a field, none depends on another
    """Read all `application/ld+json` blocks; a broken block is skipped."""
    nodes = [*_nodes_of(page)]
    articles = [node for node in nodes if any(map(_ARTICLE.search, _kinds(node)))]
    pages = [node for node in nodes if "WebPage" in _kinds(node)]
    videos = [] if articles else [node for node in nodes if "VideoObject" in _kinds(node)]
    by_id = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and "name" in node}
    persons, organisations = _authors(articles, by_id)
    image, image_caption = _image(articles)
    return LinkedData(
        headline=_first(articles, "headline", "name"),
        description=_first(articles, "description", "alternativeHeadline"),
        section=_first(articles, "articleSection"),
        tags=_tags(articles),
        persons=persons,
        organisations=organisations,
        published=_all(articles + pages, "datePublished", "dateCreated") or _all(videos, "uploadDate"),
        modified=_all(articles + pages, "dateModified"),
        image=image,
        image_caption=image_caption,
        body=next(filter(None, (_long_text(node.get("articleBody")) for node in articles)), None),
        kinds=tuple(dict.fromkeys(kind for node in nodes for kind in _kinds(node))),
        article_kind=next(
            filter(_ARTICLE.search, (kind for node in articles for kind in _kinds(node))), None
        ),
        free=_free(node.get("isAccessibleForFree") for node in articles + pages),
        paid_part=any(map(_has_paid_part, articles + pages)),
        words=next((words for words in map(_words, articles) if words is not None), None),
        based_on=_originals(articles),
        breadcrumbs=max(map(_breadcrumbs, nodes), key=len, default=()),
    )


def _nodes_of(page: Outline) -> Iterator[dict[str, Json]]:
    """Yield the nodes of all blocks; of scripts, the outline has the text of JSON only."""
    for i in page.by_tag.get("script", ()):
        if page.texts[i] and "ld+json" in page.elements[i].get("type", "").lower():
            yield from _nodes(_loads(page.texts[i]))


def _first(nodes: Iterable[dict[str, Json]], *keys: str) -> str | None:
    for node in nodes:
        for key in keys:
            if text := _text(node.get(key)):
                return text
    return None


def _tags(articles: Iterable[dict[str, Json]]) -> tuple[str, ...]:
    tags: list[str] = []
    for node in articles:
        tags += _keywords(node.get("keywords"))
    return tuple(tags)


def _image(articles: Iterable[dict[str, Json]]) -> tuple[str | None, str | None]:
    """Return the address of the first image that has one, and the first caption of an image."""
    url = caption = None
    for node in articles:
        for image in _each(node.get("image")):
            url = url or _url(image)
            if isinstance(image, dict):
                caption = caption or _text(image.get("caption") or image.get("description"))
    return url, caption


def _has_paid_part(node: dict[str, Json]) -> bool:
    parts = (part for part in _each(node.get("hasPart")) if isinstance(part, dict))
    return any(_free([part.get("isAccessibleForFree")]) is False for part in parts)


def _words(article: dict[str, Json]) -> int | None:
    text = _number(article.get("wordCount"))
    return int(text) if text else None


def _originals(articles: Iterable[dict[str, Json]]) -> tuple[str, ...]:
    urls: list[str] = []
    for node in articles:
        for key in ("isBasedOn", "isBasedOnUrl"):
            urls += filter(None, map(_url, _each(node.get(key))))
    return tuple(urls)


def _breadcrumbs(node: dict[str, Json]) -> tuple[str, ...]:
    names: list[str] = []
    for entry in _each(node.get("itemListElement")) if "BreadcrumbList" in _kinds(node) else ():
        if isinstance(entry, dict):
            name = _text(entry.get("name")) or _text(
                entry.get("item") if isinstance(entry.get("item"), dict) else None
            )
            names += [name] if name else []
    return tuple(names)


def _loads(block: str) -> Json:
    if any(map(block.__contains__, _WRAPPERS)):
        block = _WRAPPER.sub("", block)
    for has_failed in (False, True):
        try:
            loaded: Json = json.loads(
                _TRAILING_COMMA.sub(r"\1", block) if has_failed else block, strict=False
            )
            return loaded
        except (ValueError, RecursionError):
            continue
    return _salvaged(block)


def _salvaged(block: str) -> Json:
    """Return the plain fields of an article from a block that is broken elsewhere, the first of each."""
    kind = next((kind for kind in _KIND.findall(block) if _ARTICLE.search(kind)), None)
    if kind is None:
        return None
    fields: dict[str, Json] = {"@type": kind}
    for name, raw in _PLAIN_FIELD.findall(block):
        try:
            fields.setdefault(name, json.loads(_quoted(raw), strict=False))
        except ValueError:
            continue
    return fields


def _quoted(raw: str) -> str:
    """Return a value as JSON; quotation marks in it need not be escaped."""
    return '"' + re.sub(r'(?<!\\)"', r'\\"', raw) + '"'


def _nodes(value: Json, depth: int = 0) -> Iterator[dict[str, Json]]:
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for item in value:
            yield from _nodes(item, depth + 1)
    elif isinstance(value, dict):
        if "@type" in value:
            yield value
        for key in ("@graph", "mainEntity", "mainEntityOfPage", "breadcrumb"):
            if key in value:
                yield from _nodes(value[key], depth + 1)


def _kinds(node: dict[str, Json]) -> list[str]:
    return [kind for kind in _each(node.get("@type")) if isinstance(kind, str)]


def _free(values: Iterable[Json]) -> bool | None:
    words = {str(value).strip().lower().rpartition("/")[2] for value in values if value is not None}
    if words & {"false", "no", "0"}:
        return False
    return True if words & {"true", "yes", "1"} else None


def _number(value: Json) -> str | None:
    text = _text(value)
    return text if text and text.isascii() and text.isdigit() and len(text) < 7 else None


def _each(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _text(value: Json) -> str | None:
    """Return one line; entities are resolved again, as many sites escape HTML inside JSON."""
    for item in _each(value):
        if isinstance(item, dict):
            item = item.get("name") or item.get("@value")  # noqa: PLW2901
        if isinstance(item, str | int) and not isinstance(item, bool):
            text = one_line(_TAGS.sub(" ", unescaped(str(item))))
            if text and text.lower() not in {"null", "none", "undefined"}:
                return text
    return None


def _long_text(value: Json) -> str | None:
    body = value if isinstance(value, str) else "\n".join(x for x in _each(value) if isinstance(x, str))
    body = unescaped(body)
    return body if len(body) > 200 else None


def _url(value: Json) -> str | None:
    if isinstance(value, dict):
        value = value.get("url") or value.get("contentUrl") or value.get("@id")
    for item in _each(value):
        if isinstance(item, str) and item.strip():
            return one_line(item)
    return None


def _keywords(value: Json) -> list[str]:
    tags = [text for item in _each(value) if (text := _text(item))]
    if len(tags) == 1:
        tags = [one_line(part) for part in re.split(r"[,;]", tags[0])]
    return [tag for tag in tags if tag and not re.match(r"[a-z]{2,12}:", tag)]


def _all(nodes: list[dict[str, Json]], *keys: str) -> tuple[str, ...]:
    texts: dict[str, None] = {}
    for key in keys:
        for node in nodes:
            if text := _text(node.get(key)):
                texts[text] = None
    return tuple(texts)


def _names(author: Json, by_id: dict[Json, dict[str, Json]]) -> tuple[list[str], bool]:
    """Return an author's names, which may stand elsewhere under its `@id`; and if it is an organisation."""
    if isinstance(author, str) and author.startswith("{"):
        # an object written as a string
        author = next(_nodes(_loads(author)), author)
    if isinstance(author, dict) and "name" not in author and isinstance(author.get("@id"), str):
        author = by_id.get(author["@id"], author)
    values = _each(author.get("name")) if isinstance(author, dict) else [author]
    names = []
    for value in values:
        text = _text(value) if isinstance(value, str) else None
        if text and not text.startswith("http") and len(text) < 300:
            names.append(text)
    return names, isinstance(author, dict) and any("Organization" in kind for kind in _kinds(author))


def _authors(
    articles: list[dict[str, Json]], by_id: dict[Json, dict[str, Json]]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    persons: list[str] = []
    organisations: list[str] = []
    for node in articles:
        for author in _each(node.get("author")) + _each(node.get("creator")):
            names, is_organisation = _names(author, by_id)
            (organisations if is_organisation else persons).extend(names)
        for publisher in _each(node.get("publisher")):
            name = _text(publisher) if isinstance(publisher, dict) else None
            if name:
                organisations.append(name)
    return tuple(dict.fromkeys(persons)), tuple(dict.fromkeys(organisations))


def author_in_microdata(page: Outline) -> Iterator[Claim]:
    """Yield the only author of an article that microdata name without printing him; pictures have theirs."""
    names: dict[str, None] = {}
    for i in page.by_itemprop.get("author", ()):
        item = next((x for x in page.elements[i].iterancestors() if "itemscope" in x.attrib), None)
        if item is None or not (item.get("itemtype") or "").endswith(("Article", "BlogPosting")):
            continue
        for meta in page.elements[i].iterdescendants("meta"):
            if meta.get("itemprop") == "name" and (name := one_line(meta.get("content") or "")):
                names[name] = None
    if len(names) == 1:
        yield Claim("meta", next(iter(names)))
