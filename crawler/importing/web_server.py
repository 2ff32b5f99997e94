"""Files on web servers, part by part (`Range`), under the guard on addresses that the crawl is under.

Every address is judged before it is asked (`refusal`), redirects too, and every IP address before a
connection is made to it: what a name has resolved to is what is connected to. The operator's own PROXY
resolves names itself.
"""

import contextlib
import ipaddress
import re
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

import urllib3
from scrapy.settings import BaseSettings
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, NewConnectionError
from urllib3.response import BaseHTTPResponse
from urllib3.util.connection import create_connection
from urllib3.util.url import parse_url

from archive.terminal import visible
from crawler.downloader.proxy_setting import read_proxy
from crawler.downloader.public_hosts import is_public, refusal
from crawler.downloader.resolver import pinned_address, pinned_names
from crawler.exceptions import SourceFailed, Unavailable
from crawler.importing.records import number
from crawler.importing.remote_file import Part, Ranged

_Read = TypeVar("_Read")
_REDIRECTS = (301, 302, 303, 307, 308)
_OF_THE_MOMENT = (408, 425, 429, 500, 502, 503, 504)
_DEADLINE = 10
"""A part is retried after this many times DOWNLOAD_TIMEOUT, however the server delays it."""
_RANGE = re.compile(r"bytes (?:(\d{1,15})-(\d{1,15})|\*)/(\d{1,15})")


class WebServers:
    """Connections to any public web server. For one thread at a time."""

    def __init__(self, settings: BaseSettings) -> None:
        self._allow_private = settings.getbool("ALLOW_PRIVATE_NETWORK")
        self._pinned = pinned_names(settings.get("RESOLVE_TO") or "")
        self._most_redirects = settings.getint("REDIRECT_MAX_TIMES")
        self._headers = {"User-Agent": settings["USER_AGENT"], "Accept-Encoding": "identity"}
        self._deadline = _DEADLINE * settings.getfloat("DOWNLOAD_TIMEOUT")
        self._lines: set[socket.socket] = set()
        """Second handles of the connections that are open: another thread may shut them down."""
        timeout = urllib3.Timeout(connect=10, read=settings.getfloat("DOWNLOAD_TIMEOUT"))
        proxy = read_proxy(settings["PROXY"])
        if proxy is not None:
            proxy_headers = {"Proxy-Authorization": proxy.credentials.decode()} if proxy.credentials else None
            self._pools: urllib3.PoolManager = urllib3.ProxyManager(
                proxy.url, proxy_headers=proxy_headers, timeout=timeout
            )
        else:
            self._pools = urllib3.PoolManager(timeout=timeout)
        guard = None if proxy is not None else self._addresses
        self._pools.pool_classes_by_scheme = _pool_classes(guard, self._lines)

    def refuse(self, url: str) -> None:
        """Raise SourceFailed where an address may not be asked."""
        if reason := refusal(url, allow_private=self._allow_private):
            raise SourceFailed(
                f"refused ({reason}): expected a public web address without a password; "
                "ALLOW_PRIVATE_NETWORK=True lets one of your own network pass"
            )

    def part(self, url: str, begin: int, length: int) -> Part:
        """Raises Unavailable, SourceFailed."""
        headers = {"Range": f"bytes={begin}-{begin + length - 1}"}
        return self._timed(
            f"{length:,} bytes",
            lambda: self._follow(url, headers, lambda answer, _: _part_of(answer, begin, length)),
        )

    def whole(self, url: str, most: int, *, stays_at_host: bool = False) -> "Answer":
        """Fetch an answer of any status but those of the moment. Raises Unavailable, SourceFailed."""

        def read(answer: BaseHTTPResponse, address: str) -> Answer:
            if answer.status in _OF_THE_MOMENT:
                raise _refused_for_now(answer)
            return _whole(answer, address, most)

        return self._timed("the answer", lambda: self._follow(url, {}, read, stays_at_host=stays_at_host))

    def _timed(self, what: str, request: Callable[[], _Read]) -> _Read:
        expired = threading.Event()
        cut = threading.Timer(self._deadline, self._cut, [expired])
        cut.start()
        try:
            return request()
        except (HTTPError, SourceFailed) as error:
            if expired.is_set():  # a head that was cut makes another answer
                raise Unavailable(f"{what} took more than {self._deadline:g} s") from None
            raise (_unavailable(error) if isinstance(error, HTTPError) else error) from None
        finally:
            cut.cancel()

    def _follow(
        self,
        url: str,
        headers: dict[str, str],
        read: Callable[[BaseHTTPResponse, str], _Read],
        *,
        stays_at_host: bool = False,
    ) -> _Read:
        host, headers = urlsplit(url).netloc, self._headers | headers
        for _ in range(self._most_redirects + 1):
            self.refuse(url)
            answer = self._pools.request(
                "GET", url, headers=headers, redirect=False, retries=False, preload_content=False
            )
            try:
                if answer.status not in _REDIRECTS:
                    return read(answer, url)
                location = answer.headers.get("Location", "")
            finally:
                # what is left of an answer is not read, so its connection cannot serve another one
                answer.release_conn() if answer.closed else answer.close()
            try:
                url = urljoin(url, location)
                parse_url(url)
            except ValueError:
                raise SourceFailed(
                    f"it redirects to {visible(location[:200])!r}, which is not an address"
                ) from None
            if stays_at_host and urlsplit(url).netloc != host:
                raise SourceFailed(f"it redirects to another host, {visible(url[:200])}")
        raise SourceFailed(f"it redirects more than {self._most_redirects} times")

    def _cut(self, expired: threading.Event) -> None:
        """End the request under way: the time limits of a socket do not bound a whole answer."""
        expired.set()
        for line in [*self._lines]:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def _addresses(self, name: str) -> list[str]:
        """IP addresses that may be connected to; OSError where there is none."""
        if (pinned := pinned_address(name, self._pinned, allow_private=self._allow_private)) is not None:
            return [str(pinned)]
        answers = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in answers))
        public = [x for x in addresses if self._allow_private or is_public(ipaddress.ip_address(x))]
        if not public:
            raise PrivateAddress(f"private-address: {name} is at {', '.join(addresses)}")
        return public


@dataclass(frozen=True, slots=True)
class Answer:
    url: str
    """After redirects."""
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    """In the coding that the headers name."""
    is_cut: bool
    """True if there is more than was asked for."""


class PrivateAddress(OSError):
    """A name of a host that is in no public network."""


def _pool_classes(
    addresses: Callable[[str], list[str]] | None, lines: set[socket.socket]
) -> dict[str, type[Any]]:
    """Pools whose connections go to these addresses of a name, and have a second handle in `lines`."""

    def connect(connection: HTTPConnection) -> socket.socket:
        assert addresses is not None
        try:
            candidates = addresses(connection.host)
        except PrivateAddress:
            raise
        except (OSError, UnicodeError) as error:
            raise NewConnectionError(connection, f"its name is not known: {error}") from None
        failure: OSError | None = None
        for address in candidates:
            try:
                return create_connection((address, connection.port), connection.timeout)
            except OSError as error:
                failure = error
        raise NewConnectionError(connection, f"it cannot be reached: {failure}")

    class Line(HTTPConnection):
        line: socket.socket | None = None

        def _new_conn(self) -> socket.socket:
            connected = super()._new_conn() if addresses is None else connect(self)
            # TLS takes the first handle over
            self.line = connected.dup()
            lines.add(self.line)
            return connected

        def close(self) -> None:
            super().close()
            if self.line is not None:
                lines.discard(self.line)
                self.line.close()
                self.line = None

    class SecureLine(Line, HTTPSConnection):
        pass

    class PlainPool(urllib3.HTTPConnectionPool):
        ConnectionCls = Line

    class SecurePool(urllib3.HTTPSConnectionPool):
        ConnectionCls = SecureLine

    return {"http": PlainPool, "https": SecurePool}


def _unavailable(error: HTTPError) -> Unavailable | SourceFailed:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, PrivateAddress):
            return SourceFailed(f"refused ({cause}); ALLOW_PRIVATE_NETWORK=True lets it pass")
        if isinstance(cause, urllib3.exceptions.SSLError):
            return SourceFailed(f"its certificate is not accepted: {str(cause)[:200]}")
        cause = cause.__cause__ or cause.__context__
    message = str(error).removeprefix(f"{getattr(error, 'conn', None)}: ").rpartition(">: ")[2]
    message = message or type(error).__name__
    return Unavailable(message[:200])


def _part_of(answer: BaseHTTPResponse, begin: int, length: int) -> Part:
    headers = answer.headers
    tag = headers.get("ETag") or headers.get("Last-Modified")
    content_range = _RANGE.fullmatch(headers.get("Content-Range", "").strip())
    if answer.status == 416 and content_range is not None:
        return Part(b"", int(content_range[3]), tag)
    if answer.status == 206:
        if content_range is None or (sent := content_range[1]) is None or int(sent) != begin:
            sent_range = headers.get("Content-Range", "others")[:60]
            raise SourceFailed(f"asked for bytes {begin}-{begin + length - 1}, it sent {sent_range!r}")
        size = int(content_range[3])
        expected = min(length, size - begin)
    elif answer.status == 200:
        total = number(headers.get("Content-Length"))
        if begin or total is None or total > length:
            raise SourceFailed("its server gives no parts of a file (Range): download it, and import that")
        size = expected = total
    elif answer.status in _OF_THE_MOMENT:
        raise _refused_for_now(answer)
    else:
        raise SourceFailed(f"the server answered {answer.status}, where a part of a file (206) was expected")
    body = answer.read(max(expected, 0), decode_content=False)
    if (missing := expected - len(body)) > 0:
        raise Unavailable(f"the connection was cut {missing:,} bytes before the end of the answer")
    return Part(body, size, tag)


def _refused_for_now(answer: BaseHTTPResponse) -> Unavailable:
    return Unavailable(f"the server answered {answer.status}", _seconds(answer.headers.get("Retry-After")))


def _whole(answer: BaseHTTPResponse, url: str, most: int) -> Answer:
    body = answer.read(most + 1, decode_content=False)
    headers = tuple((str(name), str(value)) for name, value in answer.headers.items())
    return Answer(url, answer.status, headers, body[:most], len(body) > most)


def _seconds(retry_after: str | None) -> float | None:
    """In seconds alone: a date of another clock is passed over."""
    return float(retry_after) if retry_after and retry_after.isdecimal() and len(retry_after) < 8 else None


class WebFile(Ranged):
    def __init__(self, url: str, servers: WebServers) -> None:
        self._url, self._servers = url, servers
        # what follows `?` may be a signature
        self.address = urlsplit(url)._replace(query="", fragment="").geturl()

    def part(self, begin: int, length: int) -> Part:
        return self._servers.part(self._url, begin, length)
