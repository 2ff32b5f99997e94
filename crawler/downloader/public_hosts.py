"""Which addresses the crawl may reach: public hosts over http(s), whatever form they are written in.

Two layers that do not trust each other: `refusal` reads a URL before a request is made,
crawler/downloader/resolver.py sees every address that a connection is about to be made to.
"""

from __future__ import annotations

import contextlib
import ipaddress
import re
import socket
import unicodedata
from functools import lru_cache
from urllib.parse import urlsplit

from tldextract import TLDExtract

from archive.format.reasons import Reason

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# what the ipaddress of some Python we run on calls global: IANA's own protocols, RFC 6890, of which 3.11.7
# knows a few addresses; documentation, RFC 9637, which no Python of before 2025 knows
_SET_APART = (ipaddress.IPv4Network("192.0.0.0/24"), ipaddress.IPv6Network("3fff::/20"))
# RFC 6761, 6762, 8375, 9476 and ICANN's .internal, and what home routers and offices use
PRIVATE_SUFFIXES = (
    "localhost",
    "localdomain",
    "local",
    "internal",
    "intranet",
    "lan",
    "home",
    "corp",
    "home.arpa",
)

# a percent sign only before the zone of an IPv6 address
_NEVER_IN_HOST = re.compile(r"[\s\\]|^[^\[]*%")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
# the list that comes with the package: nothing is fetched, and no cache is written
_suffixes = TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


def refusal(url: str, *, allow_private: bool) -> Reason | None:
    """Return why a URL may not be asked for; None where it may.

    A port is no reason: one given by a user or
    an outlet is theirs to choose. A name is judged by its looks; what it resolves to, by the resolver.
    """
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in url):
        return Reason.BAD_URL
    try:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"}:
            return Reason.SCHEME
        if "@" in parts.netloc:
            return Reason.CREDENTIALS
        if parts.port == 0:
            return Reason.BAD_URL
    except ValueError:
        return Reason.BAD_URL
    # browsers end the host at a backslash, and some clients decode a percent sign
    if _NEVER_IN_HOST.search(parts.netloc):
        return Reason.BAD_URL
    host = _plain(parts.hostname or "")
    if not host:
        return Reason.NO_HOST
    address = _literal(host)
    if address is None and (".." in host or _NUMBER.fullmatch(host.rpartition(".")[2])):
        # 256.1.1.1 and the like: neither an address nor a name
        return Reason.BAD_URL
    if allow_private:
        return None
    public = is_public(address) if address is not None else "." in host and not _is_private_name(host)
    return None if public else Reason.PRIVATE_ADDRESS


def is_public(address: Address) -> bool:
    """Whether a host of the public internet may have it; an IPv4 address inside an IPv6 one decides."""
    if any(address in network for network in _SET_APART):
        return False
    if isinstance(address, ipaddress.IPv4Address):
        # is_global is also true of multicast
        return address.is_global and not address.is_multicast
    embedded = address.ipv4_mapped or address.sixtofour
    if embedded is None and address in _NAT64:
        embedded = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if embedded is not None:
        return is_public(embedded)
    # an allow-list, as ipaddress calls some ranges outside of it global
    return address in _GLOBAL_UNICAST and address.is_global


def registered_domain(url_or_host: str) -> str:
    """`pravda.com.ua` of any URL or host below it, after the Public Suffix List's private part too.

    An IP address or a name without a dot gives itself, with its port if it has one; a bare suffix, and what
    is no address at all, give themselves.
    """
    try:
        netloc = urlsplit(url_or_host if "://" in url_or_host else f"//{url_or_host}").netloc
        return _registered_domain(netloc.rpartition("@")[2].lower())
    except ValueError:
        return url_or_host.lower()


@lru_cache(maxsize=4096)
def _registered_domain(netloc: str) -> str:
    host = _plain(urlsplit(f"//{netloc}").hostname or "")
    if "." not in host or _literal(host) is not None:
        return netloc
    # a suffix that is not on the list counts as one label: the list's own rule "*"
    return _suffixes(host).top_domain_under_public_suffix or (
        host if _suffixes(host).suffix else ".".join(host.split(".")[-2:])
    )


@lru_cache(maxsize=4096)
def dns_name(host: str) -> str:
    """A host as DNS has it, in small letters and Punycode; one that DNS could not carry stays as it is."""
    host = host.lower().removesuffix(".")
    with contextlib.suppress(UnicodeError):
        return host if host.isascii() else host.encode("idna").decode("ascii")
    return host


def _plain(host: str) -> str:
    """As a resolver would read it: wide digits and dots narrowed, no root dot."""
    return unicodedata.normalize("NFKC", host).replace("。", ".").lower().removesuffix(".")


def _literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        if ":" in host:
            return ipaddress.ip_address(host)
        # the C library's reading, which connects: 127.1, 0x7f000001, 2130706433, 0177.0.0.1
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


def _is_private_name(host: str) -> bool:
    return any(host == suffix or host.endswith(f".{suffix}") for suffix in PRIVATE_SUFFIXES)
