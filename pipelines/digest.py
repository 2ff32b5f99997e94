"""Name the article and its content: two hashes that stay the same for as long as the thing does."""

from __future__ import annotations

import contextlib
import hashlib
import re
import unicodedata
from urllib.parse import SplitResult, quote, urlsplit

from crawler.extraction.alternates import is_home_page
from crawler.items import Article, Look

_TRACKING = re.compile(
    r"(?:utm|mtm|pk|ns|at|mc|vero|oly|hsa)_\w*"
    r"|fbclid|gclid|dclid|yclid|ttclid|twclid|msclkid|gbraid|wbraid|igshid|igsh"
    r"|_ga|_gl|_openstat|cmpid|ocid|xtor|ref|ref_src|ref_url|referrer|from_source|smid|amp|outputtype",
    re.IGNORECASE,
)
"""Parameters that say where the reader came from or how the page is dressed, never which page it is."""
_VARIANT_HOST = re.compile(r"^(?:(?:www|m|amp|mobile)\.)+(?=[^.]+\.[^.])")
_AMP_STEPS = {"amp", "index.amp", "amp.html"}
_ESCAPE = re.compile(r"%[0-9a-fA-F]{2}")
_UNQUOTED = "%/?:@!$&'()*+,;=~[]|"


class DigestStage:
    """Fills `article_id` and `content_hash`."""

    def process_item(self, item: Article | Look) -> Article | Look:
        if isinstance(item, Look):
            return item
        return item.with_(article_id=article_id(identity_url(item)), content_hash=content_hash(item))


def article_id(identity: str) -> str:
    return hashlib.blake2b(identity.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def content_hash(article: Article) -> str:
    """sha256 of headline and body, NFC, runs of white space as one space.

    Without the lead: where a reader sees it it is in the body; elsewhere it comes from a meta description,
    which templates rewrite while the text stays, and each rewriting would be a version.
    """
    text = "\n".join(
        " ".join(unicodedata.normalize("NFC", part).split())
        for part in (article.headline or "", article.body)
    )
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def identity_url(article: Article) -> str:
    """The address that names the article for ever: as declared where that can be trusted, else as fetched."""
    own = plain_url(article.url)
    if article.canonical_url and _is_trustworthy(article, article.canonical_url, own):
        return plain_url(article.canonical_url)
    return own


def plain_url(url: str) -> str:
    """One spelling for an address: a name to compare, not always one that can be fetched.

    https; no `www.` `m.` `amp.`, user, default port, AMP suffix, doubled or last slash, tracking or fragment;
    the query sorted. What is no http(s) address is given back as it is.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return url.strip()
    if parts.scheme.lower() not in {"http", "https"} or not parts.hostname:
        return url.strip()
    host = _host(parts)
    if port not in {None, 80, 443}:
        host = f"{host}:{port}"
    steps = [step for step in parts.path.split("/") if step]
    while steps and steps[-1].lower() in _AMP_STEPS:
        steps.pop()
    path = _escaped("/".join(steps))
    kept = sorted(
        _escaped(piece)
        for piece in parts.query.split("&")
        if piece and not _TRACKING.fullmatch(piece.partition("=")[0])
    )
    return f"https://{host}/{path}" + (f"?{'&'.join(kept)}" if kept else "")


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    # A name that DNS could not carry still compares, as it stands.
    with contextlib.suppress(UnicodeError):
        host = host if host.isascii() else host.encode("idna").decode("ascii").lower()
    host = f"[{host}]" if ":" in host else host
    return _VARIANT_HOST.sub("", host)


def _escaped(part: str) -> str:
    """Percent-encoding in one spelling: what is not ASCII encoded, escapes in capitals."""
    return _ESCAPE.sub(lambda escape: escape[0].upper(), quote(part, safe=_UNQUOTED, errors="replace"))


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
    return not (loses_query and any(map(str.isdigit, own_query)))


def _place(plain: str) -> tuple[str, str, str]:
    parts = urlsplit(plain)
    return parts.netloc, parts.path, parts.query
