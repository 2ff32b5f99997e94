"""Fields of the items that other people's spiders yield, by the names that are in use for them.

The names are those of zyte-common-items' Article, those of the archive's own columns, and plain ones. An item
may be anything that itemadapter reads: a dict, a Scrapy item, a dataclass, an attrs or pydantic class.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from itemadapter import ItemAdapter

from archive.format.reasons import Reason
from crawler.downloader.public_hosts import refusal, registered_domain
from crawler.extraction.fields.dates.parsing import parse_date
from crawler.items import GivenItem

NAMES = {
    "url": ("url",),
    "canonical_url": ("canonicalUrl", "canonical_url"),
    "headline": ("headline", "title"),
    "body": ("articleBody", "article_body", "body", "text"),
    "lead": ("description", "lead"),
    "language": ("inLanguage", "language"),
    "authors": ("authors", "author", "byline"),
    "published": ("datePublishedRaw", "published_raw", "datePublished", "published_at", "published", "date"),
    "modified": ("dateModifiedRaw", "modified_raw", "dateModified", "modified_at", "modified"),
    "section": ("section", "breadcrumbs"),
    "tags": ("tags", "keywords"),
    "image_url": ("mainImage", "image_url"),
    "alternates": ("alternates",),
    "outlet": ("outlet",),
}
"""Field -> names of it, of which the first that is there and not empty counts."""
_OF_ARTICLES = frozenset({"headline", "articleBody", "article_body", "body"})
"""An item with one of these is an article; a title or a text may be that of a product or a quotation."""
_DATES = {
    "published": ("datePublished", "published_at", "published", "date"),
    "modified": ("dateModified", "modified_at", "modified"),
}
_LONGEST_LIST = 1000


class ItemRefused(Exception):
    """An item that says it is an article, and cannot be archived; `reason` as of any dropped page."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Fetched:
    """Facts of an answer that the crawl has had."""

    requested_url: str
    status: int
    at: datetime
    etag: str | None
    last_modified: str | None


def is_article(item: object) -> bool:
    """Tell if an item is meant for the archive: it has a headline or a body, even an empty one."""
    if not ItemAdapter.is_item(item):
        return False
    return not _OF_ARTICLES.isdisjoint(ItemAdapter(item).field_names())


def address_of(item: object) -> str:
    """Return the address an item names; empty where it names none."""
    return _text(_first(ItemAdapter(item), "url"))


def read_item(item: object, fetched: Fetched | None, outlet: str | None, *, allow_private: bool) -> GivenItem:
    """Read an item; `outlet` is the name that the spider gives to all of its own.

    Raises ItemRefused where there is no address that may be archived.
    """
    fields = ItemAdapter(item)
    url = address_of(item)
    if not url:
        raise ItemRefused(Reason.BAD_URL, "expected the address of the article in `url`, got none")
    if reason := refusal(url, allow_private=allow_private):
        raise ItemRefused(reason, f"expected an address of the public internet in `url`, got {url[:500]!r}")
    at = _moment(_mapping(fields.get("metadata")).get("dateDownloaded")) or (
        fetched.at if fetched else datetime.now(UTC)
    )
    return GivenItem(
        outlet=_text(_first(fields, "outlet")) or outlet or registered_domain(url),
        url=url,
        requested_url=fetched.requested_url if fetched else url,
        http_status=fetched.status if fetched else 0,
        fetched_at=at,
        headline=_text(_first(fields, "headline")),
        body=_text(_first(fields, "body")),
        etag=fetched.etag if fetched else None,
        last_modified=fetched.last_modified if fetched else None,
        canonical_url=_text(_first(fields, "canonical_url")) or None,
        lead=_text(_first(fields, "lead")) or None,
        language=_text(_first(fields, "language")) or None,
        authors=tuple(_texts(_first(fields, "authors"), "name", "nameRaw")),
        published=_date(fields, "published"),
        modified=_date(fields, "modified"),
        section=next(iter(_texts(_first(fields, "section"), "name")), None),
        tags=tuple(_texts(_first(fields, "tags"), "name")),
        image_url=next(iter(_texts(_first(fields, "image_url"), "url")), None),
        alternates=tuple(_alternates(_first(fields, "alternates"))),
    )


def _first(fields: ItemAdapter, field: str, names: Iterable[str] = ()) -> object:
    for name in names or NAMES[field]:
        value = fields.get(name)
        if value is not None and value not in ("", (), []):
            content: object = value
            return content
    return None


def _mapping(value: object) -> Mapping[str, object]:
    if isinstance(value, Mapping):
        return value
    return ItemAdapter(value) if value is not None and ItemAdapter.is_item(value) else {}


def _text(value: object) -> str:
    """Text of a value: a list of paragraphs is joined, what is no text is left out."""
    if isinstance(value, date):  # a datetime is one
        return value.isoformat()
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list | tuple):
        return "\n\n".join(part.strip() for part in value if isinstance(part, str) and part.strip())
    return ""


def _texts(value: object, *names: str) -> Iterator[str]:
    """Yield each text of a value: of a text, a list of texts, or things that have one under these names."""
    if isinstance(value, str):
        yield value
        return
    values = value if isinstance(value, list | tuple) else [value]
    for entry in values[:_LONGEST_LIST]:
        if isinstance(entry, str):
            yield entry
            continue
        inner = _mapping(entry)
        named = (_text(inner.get(name)) for name in names)
        if text := next(filter(None, named), None):
            yield text


def _date(fields: ItemAdapter, field: str) -> str | None:
    """As printed, where that can be read as a date; else the spider's own reading of it."""
    printed = _text(_first(fields, field))
    read = _text(_first(fields, field, _DATES[field]))
    return (read if read and parse_date(printed) is None else printed) or None


def _moment(value: object) -> datetime | None:
    """A time with a zone; None for anything else."""
    if isinstance(value, str):
        parsed = parse_date(value)
        return parsed[0] if parsed is not None and parsed[1] == "zone" else None
    return value.astimezone(UTC) if isinstance(value, datetime) and value.tzinfo is not None else None


def _alternates(value: object) -> Iterator[tuple[str, str]]:
    """Of `{"en": URL}`, or of a list of things with `language` and `url`."""
    if isinstance(value, Mapping) and "url" not in value:
        for language, url in list(value.items())[:_LONGEST_LIST]:
            if isinstance(language, str) and isinstance(url, str):
                yield language, url
        return
    for entry in (value if isinstance(value, list | tuple) else [value])[:_LONGEST_LIST]:
        inner = _mapping(entry)
        language = _text(inner.get("language")) or _text(inner.get("inLanguage"))
        if url := _text(inner.get("url")):
            yield language, url
