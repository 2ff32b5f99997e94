"""One spelling for an address, and the ids made from it.

Every package goes by it: two addresses with the same plain form are one page.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from functools import lru_cache
from urllib.parse import SplitResult, quote, urlsplit

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


@lru_cache(maxsize=1 << 14)  # url, requested and canonical address are mostly one
def address_key(url: str) -> bytes:
    """16 bytes that stand for the plain form, in the cache."""
    return hashlib.blake2b(plain_url(url).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def story_of_one(article_id: str) -> str:
    """The story_id of an article that nothing has been paired with."""
    return hashlib.blake2b(b"story\0" + article_id.encode(), digest_size=16).hexdigest()
