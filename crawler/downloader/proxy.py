"""The proxy of the settings, read and checked."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True, slots=True)
class Proxy:
    url: str
    """Without the credentials."""
    host: str
    credentials: bytes | None
    """As in Proxy-Authorization."""


def read_proxy(setting: str) -> Proxy | None:
    """Read PROXY, `http://user:password@host:port`; None where it is empty, ValueError where it is none."""
    if not setting:
        return None
    parts = urlsplit(setting)
    if parts.scheme != "http" or not parts.hostname or parts.path.strip("/") or parts.query:
        # not the setting itself: it may hold a password
        raise ValueError("expected http://host:port or http://user:password@host:port")
    port = f":{parts.port}" if parts.port else ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    credentials = None
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        credentials = b"Basic " + base64.b64encode(pair.encode())
    return Proxy(f"http://{host}{port}", parts.hostname, credentials)
