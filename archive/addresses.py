"""One key for the spellings of an address that lead to the same page."""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit


def address_key(url: str) -> bytes:
    """16 bytes: scheme http or https, case of the host, fragment and a last slash make no difference.

    It only finds candidates: whether two pages belong together is never decided by it.
    """
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        port = f":{parts.port}" if parts.port and parts.port not in {80, 443} else ""
    except ValueError:  # no address at all; the text itself is as good a key
        plain = url
    else:
        query = f"?{parts.query}" if parts.query else ""
        plain = f"{host}{port}{parts.path.rstrip('/')}{query}"
    return hashlib.blake2b(plain.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def story_of_one(article_id: str) -> str:
    """The story_id of an article that nothing has been paired with."""
    return hashlib.blake2b(b"story\0" + article_id.encode(), digest_size=16).hexdigest()
