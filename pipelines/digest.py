"""The stage that computes the article's id and the hash of its content.

Both stay the same as long as the article, or its text, does.
"""

from __future__ import annotations

import hashlib
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from archive.addresses import bare_url, names_an_article, plain_url
from archive.format.records import TEXT_COLUMNS
from crawler.extraction.fields.alternates import is_home_page
from crawler.workers.stages import WorkerStage

if TYPE_CHECKING:
    from crawler.items import Article


class DigestStage(WorkerStage):
    """Fill `article_id` and `content_hash`."""

    def decide(self, article: Article) -> Article:
        return article.with_(article_id=article_id(identity_url(article)), content_hash=content_hash(article))


def article_id(identity: str) -> str:
    return hashlib.blake2b(identity.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def content_hash(article: Article) -> str:
    """sha256 of the text, which is headline and body: NFC, runs of white space as one space.

    The lead is left out: a lead that readers see is in the body too. Otherwise it comes from a meta
    description; templates rewrite that while the text stays, and each rewriting would count as a version.
    """
    text = "\n".join(
        " ".join(unicodedata.normalize("NFC", getattr(article, name) or "").split()) for name in TEXT_COLUMNS
    )
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def identity_url(article: Article) -> str:
    """Return the address that names the article for ever.

    It is the canonical URL that the page declares if that can be trusted, else the URL of the response.
    """
    own = plain_url(article.url)
    if article.canonical_url and _is_trustworthy(article, article.canonical_url, own):
        return plain_url(article.canonical_url)
    return own


def _is_trustworthy(article: Article, canonical: str, own: str) -> bool:
    """Tell if a canonical URL may stand for this article.

    It may not be a front page, on another host, or the page of another language (a missing translation often
    declares the original). Nor may it lack the part of the query that says which article it is.
    """
    declared = plain_url(canonical)
    if declared == own:
        return True
    if is_home_page(canonical) or _place(declared)[0] != _place(own)[0]:
        return False
    if any(
        plain_url(alternate.url) == declared and alternate.language and alternate.language != article.language
        for alternate in article.alternates
    ):
        return False
    (_, declared_path, declared_query), (_, own_path, own_query) = _place(declared), _place(own)
    loses_query = declared_path == own_path and bool(own_query) and not declared_query
    if loses_query and names_an_article(own_path):
        # such a query belongs to a session or a reader, unless it is a page number or a language
        return bare_url(own) == declared
    return not (loses_query and any(map(str.isdigit, own_query)))


def _place(plain: str) -> tuple[str, str, str]:
    parts = urlsplit(plain)
    return parts.netloc, parts.path, parts.query
