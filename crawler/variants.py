"""Which of the addresses a page declares are worth a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from archive.addresses import plain_url
from crawler.extraction.alternates import is_home_page

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from archive.records import AlternateRecord
    from crawler.items import Alternate, Article

Named = TypeVar("Named", bound="Alternate | AlternateRecord")


def variants_to_fetch(article: Article) -> tuple[Alternate, ...]:
    """One alternate for each other page that an article names; see `worth_fetching`."""
    own = (url for url in (article.url, article.requested_url, article.canonical_url) if url)
    return worth_fetching(own, article.alternates)


def worth_fetching(addresses: Iterable[str], alternates: Sequence[Named]) -> tuple[Named, ...]:
    """One alternate for each other page: never the page itself, which has these addresses, never a home page.

    hreflang stands before switcher, sitemap and URL rule, as it may lead to another host. A claim of
    the article's own language is followed all the same: RBC's paths and tags claim the wrong one. Not so
    one that differs in the region alone, BBC's `en` and `en-GB`: that is the same text on another host.
    """
    own = {plain_url(url) for url in addresses}
    own_tags = {a.language for a in alternates if a.language and plain_url(a.url) in own}
    found: dict[str, Named] = {}
    for source in ("hreflang", "switcher", "sitemap", "url-rule"):
        for alternate in alternates:
            if alternate.source != source or is_home_page(alternate.url):
                continue
            key = plain_url(alternate.url)
            if key not in own and not _differs_in_region(alternate.language, own_tags):
                found.setdefault(key, alternate)
    return tuple(found.values())


def _differs_in_region(tag: str | None, own: set[str]) -> bool:
    return tag is not None and tag not in own and tag.split("-")[0] in {one.split("-")[0] for one in own}
