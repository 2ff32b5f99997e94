"""An object store as an archive uses it: whole objects, listings, and a put that never overwrites.

Through obstore, whose `mode="create"` is a conditional put (`If-None-Match: *`). Endpoint and credentials
come from the usual variables of S3, `AWS_ACCESS_KEY_ID` and so on; obstore reads those of Google in the same
way.
"""

import contextlib
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from archive.exceptions import NotAnArchive, ObjectStoreError
from archive.format import gate

SCHEMES = ("s3", "gs")
_KEYS = (
    "AWS_ACCESS_KEY_ID",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_SKIP_SIGNATURE",
)
_AT_ONCE = 8
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
# an unreachable server is detected within 20 s; a part of a large object may take longer to transfer
_RETRY = {
    "max_retries": 4,
    "retry_timeout": timedelta(seconds=10),
    "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=2), "base": 2},
}
_CLIENT = {"connect_timeout": "5s", "read_timeout": "15s", "timeout": "120s"}
_CODE = re.compile(r"<Code>(\w{1,60})</Code>")
_REFUSED = re.compile(r"the server answered 4(?!08|29)")
_STATUS = re.compile(r"status code: (\d{3})")
NO_KEYS = "NoKeys"


@dataclass(frozen=True, slots=True)
class StoredObject:
    path: str
    """Relative to the archive."""
    bytes: int
    modified: datetime
    """Time of the put, by the clock of the store."""
    tag: str | None = None
    """The store's hash (ETag); not every store documents how it is computed."""


@dataclass(frozen=True, slots=True)
class Stamped:
    data: bytes
    modified: datetime
    """Time of the put, by the clock of the store."""
    version: dict[str, str | None]
    """The ETag, and the generation if the store has one; `update` compares them."""


class Store:
    """One prefix of one bucket. Every method raises ObjectStoreError, in one sentence without secrets.

    It connects on first use, and is sent to another process as its address.
    """

    def __init__(self, uri: str, endpoint: str | None = None, *, anonymous: bool = False) -> None:
        """`anonymous`: read public objects without keys, even if there are keys."""
        self.uri = uri
        self.endpoint = endpoint or endpoint_of(uri)
        self._anonymous = anonymous

    def __reduce__(self) -> "tuple[type[Store], tuple[str, str | None]]":
        return Store, (self.uri, self.endpoint)

    @cached_property
    def _client(self) -> Any:
        return _connect(self.uri, self.endpoint, anonymous=self._anonymous)

    def get(self, path: str) -> bytes:
        """Read an object. FileNotFoundError where there is none."""
        return self.get_tagged(path)[0]

    def get_tagged(self, path: str) -> tuple[bytes, str | None]:
        """Read an object with the store's hash of it. FileNotFoundError where there is none."""
        with self._obstore() as obstore:
            answer = obstore.get(self._client, path)
            return bytes(answer.bytes()), answer.meta["e_tag"]

    def stat(self, path: str) -> StoredObject:
        """Request the size and the tag of an object. FileNotFoundError where there is none."""
        with self._obstore() as obstore:
            return _stored({**obstore.head(self._client, path), "path": path})

    def part(self, path: str, begin: int, end: int) -> tuple[bytes, StoredObject]:
        """Read bytes of an object, with its size and tag. FileNotFoundError where there is none."""
        with self._obstore() as obstore:
            answer = obstore.get(self._client, path, options={"range": (begin, end)})
            item = _stored({**answer.meta, "path": path})
            return bytes(answer.bytes()), item

    def put(self, path: str, data: bytes | Path) -> None:
        with self._obstore() as obstore:
            obstore.put(self._client, path, data)

    def create(self, path: str, data: bytes) -> bool:
        """Put an object unless it exists (False). After an error it may have been put nevertheless."""
        with self._obstore() as obstore:
            try:
                obstore.put(self._client, path, data, mode="create")
            except (obstore.exceptions.AlreadyExistsError, obstore.exceptions.PreconditionError):
                return False
        return True

    def get_stamped(self, path: str, most: int) -> Stamped:
        """Read an object of at most `most` bytes. Raises FileNotFoundError, or ArchiveDamaged if larger."""
        with self._obstore() as obstore:
            answer = obstore.get(self._client, path)
            gate.number(answer.meta["size"], most, f"bytes of {path}")
            version = {"e_tag": answer.meta["e_tag"], "version": answer.meta["version"]}
            return Stamped(bytes(answer.bytes()), answer.meta["last_modified"], version)

    def update(self, path: str, data: bytes, version: dict[str, str | None]) -> bool:
        """Replace this version of an object; False if there is another version, or none.

        After an error, and after a lost answer to the first try, it may have been put nevertheless.
        """
        tag = version["e_tag"] or ""
        # Ceph compares without quotes, although it sends the tag with quotes
        for form in dict.fromkeys((tag, tag.strip('"'))):
            fields = {"e_tag": form, "version": version["version"]}
            mode: Any = {name: value for name, value in fields.items() if value}
            with (
                self._obstore() as obstore,
                contextlib.suppress(FileNotFoundError, obstore.exceptions.PreconditionError),
            ):
                obstore.put(self._client, path, data, mode=mode)
                return True
        return False

    def list(self, prefix: str, after: str | None = None, most: int | None = None) -> list[StoredObject]:
        """List objects by their names; only those after the name `after`.

        If there are more than `most`, the list ends soon after them.
        """
        with self._obstore() as obstore:
            stream = obstore.list(self._client, prefix or None, offset=after, chunk_size=1000)
            items: list[StoredObject] = []
            for portion in stream:
                items += map(_stored, portion)
                if most is not None and len(items) > most:
                    break
        return sorted(items, key=lambda x: x.path)

    def names(self) -> set[str]:
        """Names of objects and folders at the top."""
        with self._obstore() as obstore:
            top = obstore.list_with_delimiter(self._client)
        return {*top["common_prefixes"], *(x["path"] for x in top["objects"])}

    def delete(self, paths: Sequence[str]) -> None:
        """Delete objects; a missing one is no error."""
        if paths:
            with self._obstore() as obstore:
                obstore.delete(self._client, list(paths))

    @contextmanager
    def _obstore(self) -> Iterator[Any]:
        """Give the library; an error of it becomes one of ours."""
        import obstore.exceptions  # noqa: PLC0415  15 MB that only an archive in an object store needs

        try:
            yield obstore
        except FileNotFoundError as error:
            if "NoSuchKey" in str(error) or "NoSuchBucket" not in str(error):
                raise
            raise self._error(error) from None
        except (obstore.exceptions.BaseError, ValueError) as error:
            raise self._error(error) from None

    def _error(self, error: Exception) -> ObjectStoreError:
        keys = self._anonymous or not self.uri.startswith("s3:") or has_keys()
        return ObjectStoreError(sentence(self.uri, self.endpoint, str(error) if keys else NO_KEYS))


def _stored(meta: Mapping[str, Any]) -> StoredObject:
    return StoredObject(meta["path"], meta["size"], meta["last_modified"], meta["e_tag"])


def has_keys() -> bool:
    """Return True if the environment has credentials for S3."""
    return any(os.environ.get(name) for name in _KEYS)


def may_pass(error: ObjectStoreError) -> bool:
    """Return True if the same request may succeed later."""
    return "try again" in str(error) and not _REFUSED.search(str(error))


def each(work: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
    """Call a function for each item in threads, because a store is slow to answer. Raises the first error."""
    pending = list(items)
    if len(pending) < 2:
        return list(map(work, pending))
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        return list(threads.map(work, pending))


def is_address(text: str) -> bool:
    return "://" in text


def check_address(text: str) -> str:
    """Strip the slash at the end of an address; NotAnArchive if it is no address of an archive."""
    parts = urlsplit(text)
    if parts.scheme not in SCHEMES:
        schemes = ", ".join(f"{scheme}://" for scheme in SCHEMES)
        raise NotAnArchive(f"{text}: an archive is a folder or at {schemes}; not at {parts.scheme}://.")
    if not parts.netloc or parts.query or parts.fragment or "@" in parts.netloc:
        raise NotAnArchive(
            f"{parts.scheme}://{parts.hostname or ''}…: give {parts.scheme}://bucket/prefix, "
            "and the keys in the environment."
        )
    return f"{parts.scheme}://{parts.netloc}/{parts.path.strip('/')}".rstrip("/")


def endpoint_of(uri: str) -> str | None:
    if uri.startswith("s3:"):
        for name in ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"):
            if endpoint := os.environ.get(name):
                return endpoint.rstrip("/")
    return None


def _connect(uri: str, endpoint: str | None, *, anonymous: bool = False) -> Any:
    try:
        from obstore.store import from_url  # noqa: PLC0415  15 MB: a folder needs none of it
    except ImportError:
        raise ObjectStoreError(f"{uri} needs obstore: pip install obstore.") from None

    config: dict[str, str] = {}
    client: dict[str, Any] = dict(_CLIENT)
    if uri.startswith("s3:"):
        if not (os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")):
            config["aws_region"] = "us-east-1"
        if endpoint is not None:
            config["aws_endpoint"] = endpoint
            client["allow_http"] = _plain_allowed(uri, endpoint)
        if anonymous:
            config["aws_skip_signature"] = "true"
    try:
        options: Any = {"config": config or None, "client_options": client, "retry_config": _RETRY}
        return from_url(uri, **options)
    except Exception as error:  # its exceptions for a wrong option have no common base
        raise ObjectStoreError(sentence(uri, endpoint, str(error))) from None


def _plain_allowed(uri: str, endpoint: str) -> bool:
    parts = urlsplit(endpoint)
    if parts.scheme != "http":
        return False
    is_allowed = os.environ.get("AWS_ALLOW_HTTP", "").lower() in {"1", "true", "yes"}
    if parts.hostname in _LOOPBACK or is_allowed:
        return True
    raise ObjectStoreError(
        f"{uri}: the endpoint {endpoint} is not encrypted; use https://, or set AWS_ALLOW_HTTP=true "
        "where the network is trusted."
    )


# Messages for errors of an object store: one sentence that says what to do, and contains no secret.
#
# obstore's messages are pages long and may quote addresses with signatures, so only harmless parts are used:
# the code of the answer and the kind of the failure.


_CODES = {
    "NoSuchBucket": "there is no such bucket; make it, or correct the name",
    "SignatureDoesNotMatch": "the secret key is wrong; check AWS_SECRET_ACCESS_KEY",
    "InvalidAccessKeyId": "the access key is not known there; check AWS_ACCESS_KEY_ID",
    "AccessDenied": "these keys may not do this; they need to list, read, write and delete in the bucket",
    "RequestTimeTooSkewed": "the clock of this machine is wrong; set it",
    "ExpiredToken": "the session token has expired; get a new one",
    "InvalidToken": "the session token is not valid; check AWS_SESSION_TOKEN",
    "PermanentRedirect": "the bucket is in another region; set AWS_REGION",
    "AuthorizationHeaderMalformed": "the bucket is in another region; set AWS_REGION",
    "NotImplemented": "it has no put that never overwrites, which an archive needs; use another store",
    "QuotaExceeded": "its quota is used up; `compact` and `gc` give space back",
}
_KINDS = (
    # the first whose pattern is found in the message
    (NO_KEYS, "no keys were found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
    ("certificate", "its certificate is not trusted; check the endpoint, or install its authority"),
    (
        "InvalidContentType|corrupt message",
        "it does not speak TLS; an endpoint without encryption begins with http://",
    ),
    ("dns error|failed to lookup", "its name is not known; check the endpoint, the region and the network"),
    ("Connection ?[Rr]efused", "nothing answers there; check the endpoint, or try again later"),
    ("kind: Timeout|TimedOut", "it does not answer in time; check the network, or try again later"),
    ("kind: Connect", "it cannot be reached; check the endpoint and the network"),
    ("error sending request|error decoding response body", "the connection was lost; try again"),
)


def sentence(uri: str, endpoint: str | None, message: str) -> str:
    """Explain an error of the store; `message` is searched, never quoted."""
    where = f"{uri} at {endpoint}" if endpoint else uri
    code = _CODE.search(message)
    if code and code[1] in _CODES:
        return f"{where}: {_CODES[code[1]]}."
    status = _STATUS.search(message)
    if status and status[1] == "501":
        return f"{where}: {_CODES['NotImplemented']}."
    if code or status:
        answered = " ".join(x for x in (status and status[1], code and code[1]) if x)
        return f"{where}: the server answered {answered}; try again, or ask its operator."
    for pattern, meaning in _KINDS:
        if re.search(pattern, message):
            return f"{where}: {meaning}."
    kind = re.match(r"[A-Z][A-Za-z ]{3,40}(?=:)", message)
    return f"{where}: the store failed ({kind[0] if kind else 'unknown'}); try again."
