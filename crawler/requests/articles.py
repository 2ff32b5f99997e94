"""Which of the addresses a page declares are worth a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive.addresses import plain_url
from archive.state.tombstones import PurgedAddress
from crawler.extraction.fields.alternates import is_home_page

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from archive.state.model import Known
    from crawler.extensions.ledger import Ledger
    from crawler.items import Alternate, Article

# DW and BBC have some 40 languages; a page that names more pages than this is a trap
MOST_VARIANTS = 60


def variants_to_fetch(article: Article) -> tuple[Alternate, ...]:
    """One alternate for each other page that an article names; see `worth_fetching`."""
    own = (url for url in (article.url, article.requested_url, article.canonical_url) if url)
    return worth_fetching(own, article.alternates)


def worth_fetching(addresses: Iterable[str], alternates: Sequence[Alternate]) -> tuple[Alternate, ...]:
    """One alternate for each other page: never the page itself, which has these addresses, never a home page.

    hreflang stands before switcher, sitemap and URL rule, as it may lead to another host. A claim of
    the article's own language is followed all the same: RBC's paths and tags claim the wrong one. Not so
    one that differs in the region alone, BBC's `en` and `en-GB`: that is the same text on another host.
    """
    own = {plain_url(url) for url in addresses}
    own_tags = {a.language for a in alternates if a.language and plain_url(a.url) in own}
    found: dict[str, Alternate] = {}
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


def why_not(known: Known) -> str:
    return "purged" if isinstance(known, PurgedAddress) else "known"


def is_new(ledger: Ledger, alternate: Alternate) -> bool:
    """Whether a page that is looked at again names a variant that nobody has looked at.

    An address that the outlet's rule made, and that was not there, counts as new once a page names it.
    """
    if ledger.known(alternate.url):
        return False
    look = ledger.last_look(alternate.url)
    return look is None or (look.reason == "no-such-variant" and alternate.source != "url-rule")
