"""Which article an address names, among those at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive.addresses import plain_url

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archive.records import LinkFacts


class AddressBook:
    """Articles by every address they go by.

    Where one address names several articles, the one fetched from there is meant; then the one that declares
    it canonical; then the one whose request was redirected. A missing translation often redirects to the
    original, or declares it canonical.
    """

    def __init__(self, articles: Iterable[LinkFacts]) -> None:
        self._by_rank: tuple[dict[str, list[LinkFacts]], ...] = ({}, {}, {})
        for article in articles:
            for named, url in zip(
                self._by_rank, (article.url, article.canonical_url, article.requested_url), strict=True
            ):
                if url:
                    named.setdefault(plain_url(url), []).append(article)

    def find(self, url: str) -> tuple[LinkFacts, ...]:
        plain = plain_url(url)
        for named in self._by_rank:
            if plain in named:
                return tuple(named[plain])
        return ()
