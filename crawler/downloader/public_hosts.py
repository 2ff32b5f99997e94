"""Guards on addresses: the crawl may reach public hosts over http(s) only, in any notation.

There are two independent layers: `refusal` checks a URL before a request is made;
crawler/downloader/resolver.py checks every IP address before a connection is made.
"""

import contextlib
import ipaddress
import re
import socket
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from archive.format.reasons import Reason

if TYPE_CHECKING:
    from tldextract import TLDExtract

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# what the ipaddress of some Python we run on calls global: IANA's own protocols, RFC 6890, of which 3.11.7
# knows a few addresses; documentation, RFC 9637, which no Python of before 2025 knows
_SET_APART = (ipaddress.IPv4Network("192.0.0.0/24"), ipaddress.IPv6Network("3fff::/20"))
# RFC 6761, 6762, 8375, 9476 and ICANN's .internal, and what home routers and offices use
_PRIVATE = (
    *(".localhost", ".localdomain", ".local", ".internal", ".intranet"),
    *(".lan", ".home", ".corp", ".home.arpa"),
)

# a percent sign is allowed only before the zone of an IPv6 address
_NEVER_IN_HOST = re.compile(r"[\s\\]|^[^\[]*%")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


def refusal(url: str, *, allow_private: bool) -> Reason | None:
    """The reason why a URL may not be requested, or None.

    Any port is allowed: a user or an outlet chose it. A name is judged by its form; the resolver checks its
    addresses.
    """
    # all that is printable is neither
    if not url.isprintable() and any(unicodedata.category(character) in {"Cc", "Cs"} for character in url):
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
    return _host_refusal(_plain(parts.hostname or ""), allow_private=allow_private)


def _host_refusal(host: str, *, allow_private: bool) -> Reason | None:
    if not host:
        return Reason.NO_HOST
    address = _literal(host)
    if address is None and ("" in host.split(".") or _NUMBER.fullmatch(host.rpartition(".")[2])):
        # 256.1.1.1 and the like: neither an address nor a name
        return Reason.BAD_URL
    if allow_private:
        return None
    public = is_public(address) if address is not None else "." in host and not f".{host}".endswith(_PRIVATE)
    return None if public else Reason.PRIVATE_ADDRESS


def is_public(address: Address) -> bool:
    """Return True if a public host may have it; an IPv4 address inside an IPv6 one decides."""
    if any(address in network for network in _SET_APART):
        return False
    if isinstance(address, ipaddress.IPv4Address):
        # is_global is also true of multicast
        return address.is_global and not address.is_multicast
    embedded = address.ipv4_mapped or address.sixtofour
    if embedded is None and address in _NAT64:
        embedded = ipaddress.IPv4Address(address.packed[-4:])
    if embedded is not None:
        return is_public(embedded)
    # an allow-list, as ipaddress calls some ranges outside of it global
    return address in _GLOBAL_UNICAST and address.is_global


def registered_domain(url_or_host: str) -> str:
    """Return the registered domain (`pravda.com.ua`) of a URL or host, by the Public Suffix List.

    The private part of the list counts too. An IP address or a name without a dot is returned as it is, with
    its port; so are a bare suffix and text that is no address.
    """
    try:
        netloc = urlsplit(url_or_host if "://" in url_or_host else f"//{url_or_host}").netloc
        return _registered_domain(netloc.rpartition("@")[2].lower())
    except ValueError:
        return url_or_host.lower()


@cache
def _suffixes() -> "TLDExtract":
    """The list in the package: nothing is fetched, and no cache is written."""
    from tldextract import TLDExtract  # noqa: PLC0415  .15 s, half of what a declaration takes: for requests

    return TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


@lru_cache(maxsize=4096)
def _registered_domain(netloc: str) -> str:
    host = _plain(urlsplit(f"//{netloc}").hostname or "")
    if "." not in host or _literal(host) is not None:
        return netloc
    # a suffix that is not on the list counts as one label, by the list's own rule "*"
    parts = _suffixes()(host)
    return parts.top_domain_under_public_suffix or (host if parts.suffix else ".".join(host.split(".")[-2:]))


@lru_cache(maxsize=4096)
def dns_name(host: str) -> str:
    """Return a host in lower case and Punycode, as DNS has it; an invalid one stays as it is."""
    host = host.lower().removesuffix(".")
    with contextlib.suppress(UnicodeError):
        return host if host.isascii() else host.encode("idna").decode("ascii")
    return host


def _plain(host: str) -> str:
    """Return a host as a resolver reads it: wide digits and dots made narrow, no root dot."""
    return unicodedata.normalize("NFKC", host).replace("。", ".").lower().removesuffix(".")


def _literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        if ":" in host:
            return ipaddress.ip_address(host)
        # read as by the C library, which makes the connection: 127.1, 0x7f000001, 2130706433, 0177.0.0.1
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None
