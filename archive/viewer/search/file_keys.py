"""Keys by which the side file knows the data files that have rows of a story, an article or an address."""

import hashlib

from archive.addresses import bare_url, names_an_article, plain_url


def key_of(text: str) -> int:
    """Hash an id, or an address in its plain form."""
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1  # SQLite's numbers have a sign


def address_key_of(url: str) -> int:
    """Make the key of an address in a row: without its query where its path names an article."""
    plain = plain_url(url)
    path, mark, _ = plain.partition("?")
    if mark:
        requested_path = url.partition("#")[0].partition("?")[0].partition("://")[2]
        if names_an_article(path.partition("://")[2]) or names_an_article(requested_path):
            return key_of(path)
    return key_of(plain)


def keys_of_spellings(url: str) -> set[int]:
    """Make the keys that the other spellings of an address may have, and others that differ in the query."""
    plain = plain_url(url)
    return set(map(key_of, (plain, plain.partition("?")[0], plain_url(bare_url(url)))))
