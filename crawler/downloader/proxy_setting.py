"""The proxy setting, parsed and checked."""

import base64
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True, slots=True)
class Proxy:
    url: str
    """Address without the credentials."""
    host: str
    credentials: bytes | None
    """Value of the header Proxy-Authorization."""


def read_proxy(setting: str) -> Proxy | None:
    """Read PROXY, `http://user:password@host:port`; None if it is empty. Raises ValueError."""
    if not setting:
        return None
    parts = urlsplit(setting)
    if parts.scheme != "http" or not parts.hostname or parts.path.strip("/") or parts.query:
        # the message leaves out the setting, which may have a password
        raise ValueError("expected http://host:port or http://user:password@host:port")
    port = f":{parts.port}" if parts.port else ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    credentials = None
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        credentials = b"Basic " + base64.b64encode(pair.encode())
    return Proxy(f"http://{host}{port}", parts.hostname, credentials)
