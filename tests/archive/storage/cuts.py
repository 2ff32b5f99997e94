"""A forwarder between a client and a server that misbehaves where it is told to."""

import contextlib
import hashlib
import re
import socket
import threading
from dataclasses import dataclass

from archive.storage.object_store import Store

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_KEY = re.compile(rb"<Contents>.*?<Key>(.*?)</Key>.*?</Contents>", re.DOTALL)


@dataclass
class Rule:
    pattern: re.Pattern[bytes]
    how: str
    left: int
    """Requests that it is still for."""
    value: object = None


class Cuts:
    """Its rules have a PATTERN that is searched in the head of each request, `PUT /tests/…/_log/…`.

    `times`: of how many requests.
    """

    def __init__(self, endpoint):
        host, _, port = endpoint.rpartition("//")[2].partition(":")
        self._target = (host, int(port))
        self._behind = endpoint
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._rules = []
        self._open = set()
        self._listed = None
        self.lost = 0
        """Requests that a rule was for."""
        self._lock = threading.Lock()

    def lose_request(self, pattern, times=1_000):
        """Cut before a request is passed on."""
        self._add(pattern, "request", times)

    def lose_answer(self, pattern, times=1_000):
        """Cut before the answer of a request is passed on."""
        self._add(pattern, "answer", times)

    def refuse(self, pattern, status, times=1_000):
        """Answer with this status, `501 Not Implemented`, and pass nothing on."""
        self._add(pattern, "status", times, status)

    def pretend(self, pattern, times=1_000):
        """Answer that all is well, and pass nothing on."""
        self._add(pattern, "status", times, '200 OK\r\nETag: "d41d8cd98f00b204e9800998ecf8427e"')

    def change(self, pattern, changed, times=1_000):
        """Pass on `changed(body)` in place of the body of an answer."""
        self._add(pattern, "change", times, changed)

    def overwrite(self, pattern, times=1_000_000):
        """Be a store that knows no `If-None-Match`: what was there is overwritten."""
        self._add(pattern, "overwrite", times)

    def freeze_lists(self, uri):
        """Show no name in a list from here on that is not there now."""
        place = uri.rpartition("://")[2].partition("/")[2]
        self._listed = {f"{place}/{x.path}".encode() for x in Store(uri, self._behind).list("")}

    def mend(self):
        self._rules.clear()
        self._listed = None

    def _add(self, pattern, how, times, value=None):
        self._rules.append(Rule(re.compile(pattern.encode()), how, times, value))

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._listener.close()
        with self._lock:
            for each in self._open:
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with client, contextlib.suppress(OSError), socket.create_connection(self._target) as server:
            with self._lock:
                self._open |= {client, server}
            incoming, outgoing = client.makefile("rb"), server.makefile("rb")
            while head := _head(incoming):
                body = incoming.read(_length(head))
                rule = self._rule(head)
                how = rule.how if rule else None
                if how == "request":
                    break
                if how == "status":
                    client.sendall(_answer(rule.value))
                    continue
                server.sendall(head + body)
                answer = _head(outgoing)
                content = b""
                if not answer.startswith(b"HTTP/1.1 204") and not head.startswith(b"HEAD"):
                    content = _body(outgoing, answer)
                if how == "answer":
                    break
                if how == "overwrite" and answer.startswith(b"HTTP/1.1 412"):
                    answer, content = self._overwritten(head, body), b""
                if how == "change":
                    content = rule.value(_plain(answer, content))
                    answer = _of_length(answer, len(content))
                if self._listed is not None and b"list-type" in head.split(b"\r\n")[0]:
                    content = self._without_late(_plain(answer, content))
                    answer = _of_length(answer, len(content))
                client.sendall(answer + content)
            with self._lock:
                self._open -= {client, server}
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)

    def _rule(self, head):
        with self._lock:
            for rule in self._rules:
                if rule.left and rule.pattern.search(head.split(b"\r\n")[0]):
                    rule.left -= 1
                    self.lost += 1
                    return rule
        return None

    def _overwritten(self, head, body):
        bucket, _, key = head.split(b" ")[1].decode().lstrip("/").partition("/")
        Store(f"s3://{bucket}", self._behind).put(key, body)
        return _answer("200 OK", f'ETag: "{hashlib.md5(body).hexdigest()}"\r\n')

    def _without_late(self, content):
        return _KEY.sub(lambda found: found[0] if found[1] in self._listed else b"", content)


def _answer(status, headers=""):
    return f"HTTP/1.1 {status}\r\n{headers}Content-Length: 0\r\n\r\n".encode()


def _head(stream):
    lines = []
    while line := stream.readline():
        lines.append(line)
        if line == b"\r\n":
            return b"".join(lines)
    return b""


def _length(head):
    found = _LENGTH.search(head)
    return int(found[1]) if found else 0


def _of_length(head, length):
    kept = [x for x in head.split(b"\r\n") if not x.lower().startswith((b"content-length", b"transfer-enc"))]
    return b"\r\n".join([kept[0], b"Content-Length: %d" % length, *kept[1:]])


def _plain(head, body):
    """A body without the marks of its chunks."""
    if b"chunked" not in head.lower():
        return body
    parts, rest = [], body
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        parts.append(rest[: int(size, 16)])
        rest = rest[int(size, 16) + 2 :]
    return b"".join(parts)


def _body(stream, head):
    if b"chunked" not in head.lower():
        return stream.read(_length(head))
    parts = []
    while True:
        size = stream.readline()
        parts += [size, stream.read(int(size, 16) + 2)]
        if int(size, 16) == 0:
            return b"".join(parts)
