"""The stage that computes the article's id and the hash of its content.

Both stay the same as long as the article, or its text, does.
"""

import hashlib
import unicodedata

from archive.addresses import address_key
from archive.format.records import TEXT_COLUMNS
from crawler.items import Article
from crawler.workers.stages import WorkerStage


class DigestStage(WorkerStage):
    """Fill `article_id` and `content_hash`."""

    def decide(self, article: Article) -> Article:
        return article.with_(article_id=article_id(article.url), content_hash=content_hash(article))


def article_id(url: str) -> str:
    """Return the id of the article at an address, in any spelling of it.

    The archive gives a page the id of an article that it has, where the page belongs to one; see
    archive/state/article_identity.py. What a page calls itself decides nothing here.
    """
    return address_key(url).hex()


def content_hash(article: Article) -> str:
    """sha256 of the text, which is headline and body: NFC, runs of white space as one space.

    The lead is left out: a lead that readers see is in the body too. Otherwise it comes from a meta
    description; templates rewrite that while the text stays, and each rewriting would count as a version.
    """
    text = "\n".join(
        " ".join(unicodedata.normalize("NFC", getattr(article, name) or "").split()) for name in TEXT_COLUMNS
    )
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
