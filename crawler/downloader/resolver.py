"""The DNS resolver, which discards private addresses: the last check before a connection.

Twisted asks the installed name resolver for every host, IP addresses included, and connects to the address
that it returns. So redirects, numeric notations and names that change their address cannot avoid this check.
Only a proxy or a download handler without Twisted could; settings.py allows neither, unless PROXY names one.
"""

import ipaddress
import socket
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from threading import Thread
from typing import Any, NoReturn

from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings
from scrapy.utils.datatypes import LocalCache
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.defer import Deferred
from twisted.internet.defer import TimeoutError as DeferredTimeout
from twisted.internet.error import DNSLookupError
from twisted.internet.error import TimeoutError as ConnectTimeout
from twisted.internet.interfaces import IAddress, IHostnameResolver, IHostResolution
from twisted.internet.threads import deferToThreadPool
from twisted.python.threadpool import ThreadPool
from zope.interface import implementer  # type: ignore[import-untyped]

from crawler.downloader.proxy_setting import read_proxy
from crawler.downloader.public_hosts import is_public

# a reactor or a resolution receiver: zope's interfaces are no types to mypy
TwistedObject = Any

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

ANY_NAME = "*"
_MOST_LOOKUPS = 64
"""At a time, also of those that nobody waits for any more."""
_TIMES_REMEMBERED = 10


@implementer(IHostResolution)
class _Resolution:
    def __init__(self, name: str) -> None:
        self.name = name

    def cancel(self) -> None:
        """Do nothing: the thread ends by itself, and its answer is ignored."""


class _NoAddress(IPv4Address):
    """An address that cannot be used: reading any part of it raises the reason.

    Twisted turns an empty answer into its own error ("no results for hostname lookup"), and the reason would
    be lost.
    """

    def __init__(self, why: Exception) -> None:
        self.why = why

    def __getattr__(self, name: str) -> NoReturn:
        raise self.why


@implementer(IHostnameResolver)
class PublicOnlyResolver:
    """Resolver for TWISTED_DNS_RESOLVER; IPv4 and IPv6, in threads, within DNS_TIMEOUT seconds.

    A host without a public address fails with DNSLookupError("private-address: …"). ALLOW_PRIVATE_NETWORK
    allows private addresses. RESOLVE_TO is the operator's own table of names, like /etc/hosts: see
    `pinned_names`. A name that could not be looked up fails at once for ten times as long as that took.
    """

    def __init__(self, reactor: TwistedObject, settings: BaseSettings) -> None:
        self._reactor = reactor
        self._timeout = settings.getfloat("DNS_TIMEOUT")
        self._allow_private = settings.getbool("ALLOW_PRIVATE_NETWORK")
        self._pinned = pinned_names(settings.get("RESOLVE_TO") or "")
        proxy = read_proxy(settings["PROXY"])
        # the operator's own host, mostly in a private network
        self._proxy = proxy.host if proxy else None
        cached = settings.getint("DNSCACHE_SIZE") if settings.getbool("DNSCACHE_ENABLED") else 0
        self._cache: LocalCache[str, tuple[Address, ...]] = LocalCache(cached)
        self._failures: LocalCache[str, tuple[float, Callable[[], Exception]]] = LocalCache(cached)
        self._threads = _threads()

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: TwistedObject) -> "PublicOnlyResolver":
        return cls(reactor, crawler.settings)

    def install_on_reactor(self) -> None:
        self._reactor.installNameResolver(self)

    def resolveHostName(
        self,
        resolutionReceiver: TwistedObject,
        hostName: str,
        portNumber: int = 0,
        addressTypes: Sequence[type[IAddress]] | None = None,
        transportSemantics: str = "TCP",
    ) -> _Resolution:
        resolution = _Resolution(hostName)
        resolutionReceiver.resolutionBegan(resolution)

        async def answer() -> None:
            try:
                for address in await self._addresses(hostName):
                    kind = IPv4Address if address.version == 4 else IPv6Address
                    if addressTypes is None or kind in addressTypes:
                        resolutionReceiver.addressResolved(kind("TCP", str(address), portNumber))
            except (DNSLookupError, ConnectTimeout) as error:
                # a caller that asks for one type (reactor.resolve) gets an empty answer, and makes an error
                # of it
                if addressTypes is None:
                    resolutionReceiver.addressResolved(_NoAddress(error))
            resolutionReceiver.resolutionComplete()

        Deferred.fromCoroutine(answer())
        return resolution

    async def _addresses(self, name: str) -> tuple[Address, ...]:
        if name in self._cache:
            return self._cache[name]
        pinned = pinned_address(name, self._pinned, allow_private=self._allow_private)
        addresses = await self._look_up(name) if pinned is None else (pinned,)
        trusted = self._allow_private or pinned is not None or name == self._proxy
        public = addresses if trusted else tuple(address for address in addresses if is_public(address))
        if not public:
            raise DNSLookupError(
                f"private-address: expected a host of the public internet, got {name} at "
                f"{', '.join(map(str, addresses))}; ALLOW_PRIVATE_NETWORK=True lets it pass"
            )
        self._cache[name] = public
        return public

    async def _look_up(self, name: str) -> tuple[Address, ...]:
        began = self._reactor.seconds()
        if name in self._failures and began < self._failures[name][0]:
            raise self._failures[name][1]()
        lookup = deferToThreadPool(
            self._reactor, self._threads, socket.getaddrinfo, name, None, type=socket.SOCK_STREAM
        )
        try:
            answer = await lookup.addTimeout(self._timeout, self._reactor)
        except DeferredTimeout:
            message = f"expected an answer from DNS for {name} within {self._timeout:g} s, got none"
            raise self._failure(name, began, partial(ConnectTimeout, string=message)) from None
        except (OSError, UnicodeError) as error:
            raise self._failure(name, began, partial(DNSLookupError, f"{name}: {error}")) from None
        return tuple(dict.fromkeys(ipaddress.ip_address(sockaddr[0]) for *_, sockaddr in answer))

    def _failure(self, name: str, began: float, make_error: Callable[[], Exception]) -> Exception:
        """Remember that a name could not be looked up: each page of a dead host would wait for it again."""
        now = self._reactor.seconds()
        self._failures[name] = now + _TIMES_REMEMBERED * (now - began), make_error
        return make_error()


class _LookupThread(Thread):
    """A thread that the end of the process does not wait for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs, daemon=True)


def _threads() -> ThreadPool:
    """Return threads for lookups alone. The C library waits for a dead DNS server longer than DNS_TIMEOUT.

    The reactor has few threads, and its shutdown would wait for them.
    """
    pool = ThreadPool(0, _MOST_LOOKUPS, "dns")
    pool.threadFactory = _LookupThread
    pool.start()
    return pool


def pinned_names(setting: str) -> dict[str, Address]:
    """Read RESOLVE_TO: `herald.example=127.0.0.1,other.example=::1` sets the addresses of both names.

    A single address without a name applies to every name, and only with ALLOW_PRIVATE_NETWORK, because it
    disables the guard. Raises ValueError for an invalid address.
    """
    pinned: dict[str, Address] = {}
    for part in filter(None, (part.strip() for part in setting.split(","))):
        name, _, address = part.rpartition("=")
        pinned[name.strip().lower() or ANY_NAME] = ipaddress.ip_address(address.strip())
    return pinned


def pinned_address(name: str, pinned: Mapping[str, Address], *, allow_private: bool) -> Address | None:
    """Return the address that RESOLVE_TO has for a name; the one for every name is for no IP address."""
    address = pinned.get(name.lower().removesuffix("."))
    if address is not None or not allow_private:
        return address
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return pinned.get(ANY_NAME)
    return None
