"""A forwarder between a client and a server that cuts the connection where it is told to."""

import contextlib
import re
import socket
import threading

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Cuts:
    """`lose_request(PATTERN)` cuts before a request is passed on, `lose_answer(PATTERN)` before its answer.

    PATTERN is searched in the head of each request, `PUT /tests/…/_log/…`. `times` requests are cut.
    """

    def __init__(self, endpoint):
        host, _, port = endpoint.rpartition("//")[2].partition(":")
        self._target = (host, int(port))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._rules = []
        self._open = set()
        self.lost = 0
        self._lock = threading.Lock()

    def lose_request(self, pattern, times=1_000):
        self._rules.append([re.compile(pattern.encode()), "request", times])

    def lose_answer(self, pattern, times=1_000):
        self._rules.append([re.compile(pattern.encode()), "answer", times])

    def mend(self):
        self._rules.clear()

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
                how = self._rule(head)
                if how == "request":
                    break
                server.sendall(head + body)
                answer = _head(outgoing)
                if not answer.startswith(b"HTTP/1.1 204") and not head.startswith(b"HEAD"):
                    answer += _body(outgoing, answer)
                if how == "answer":
                    break
                client.sendall(answer)
            with self._lock:
                self._open -= {client, server}
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)

    def _rule(self, head):
        with self._lock:
            for rule in self._rules:
                if rule[2] and rule[0].search(head.split(b"\r\n")[0]):
                    rule[2] -= 1
                    self.lost += 1
                    return rule[1]
        return None


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


def _body(stream, head):
    if b"chunked" not in head.lower():
        return stream.read(_length(head))
    parts = []
    while True:
        size = stream.readline()
        parts += [size, stream.read(int(size, 16) + 2)]
        if int(size, 16) == 0:
            return b"".join(parts)
