"""Name the article and its content: two hashes that stay the same for as long as the thing does."""

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
    """Fills `article_id` and `content_hash`."""

    def decide(self, article: Article) -> Article:
        return article.with_(article_id=article_id(identity_url(article)), content_hash=content_hash(article))


def article_id(identity: str) -> str:
    return hashlib.blake2b(identity.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def content_hash(article: Article) -> str:
    """sha256 of the text, which is headline and body: NFC, runs of white space as one space.

    Without the lead: where a reader sees it it is in the body; elsewhere it comes from a meta description,
    which templates rewrite while the text stays, and each rewriting would be a version.
    """
    text = "\n".join(
        " ".join(unicodedata.normalize("NFC", getattr(article, name) or "").split()) for name in TEXT_COLUMNS
    )
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def identity_url(article: Article) -> str:
    """The address that names the article for ever: as declared where that can be trusted, else as fetched."""
    own = plain_url(article.url)
    if article.canonical_url and _is_trustworthy(article, article.canonical_url, own):
        return plain_url(article.canonical_url)
    return own


def _is_trustworthy(article: Article, canonical: str, own: str) -> bool:
    """Whether a declared address may stand for this article.

    Not a front page, not another host, not another language's page (a missing translation often declares the
    original), and not the own address less the query that says which article it is.
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
        # it is of a session or a reader, but for a page's number or a language
        return bare_url(own) == declared
    return not (loses_query and any(map(str.isdigit, own_query)))


def _place(plain: str) -> tuple[str, str, str]:
    parts = urlsplit(plain)
    return parts.netloc, parts.path, parts.query
