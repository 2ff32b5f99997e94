"""The files that are named to `triptych import`: paths, addresses of web servers and buckets, lists of them.

A list (`warc.paths.gz`, as Common Crawl publishes it) may come from anybody. A line of it is a path below the
prefix that the operator gives, and nothing else: it leads to no other host, bucket or folder.
"""

import gzip
import io
import os
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from scrapy.settings import BaseSettings

from archive.exceptions import ObjectStoreError
from archive.storage.object_store import SCHEMES, Store, StoredObject, has_keys, may_pass
from archive.terminal import visible
from crawler.exceptions import SourceFailed, Unavailable, WrongSource
from crawler.importing.frames import read_up_to
from crawler.importing.remote_file import Part, Ranged, RemoteFile
from crawler.importing.web_server import WebFile, WebServers

SUFFIXES = (".warc", ".warc.gz", ".wacz", ".arc", ".arc.gz")
LISTS = (".paths", ".paths.gz")
COMMON_CRAWL = "https://data.commoncrawl.org/"
_LARGEST_LIST = 64 << 20
"""Bytes of a list, unpacked: Common Crawl's largest has 15 MB."""
_MOST = 1_000_000
"""Files of one list or one prefix."""
_PATH = re.compile(r"[\w=+@,~-][\w.=+@,~ -]*(?:/[\w=+@,~-][\w.=+@,~ -]*)*", re.ASCII)
"""No segment begins with a dot, so none is `..`; no scheme, query, percent sign or backslash."""
_LONGEST_PATH = 1000


class OpenLocalFile(io.BufferedReader):
    def __init__(self, path: Path) -> None:
        """Raises OSError."""
        super().__init__(io.FileIO(path))
        state = os.fstat(self.fileno())
        self.size, self.tag = state.st_size, str(state.st_mtime_ns)

    def stop(self) -> None:
        """Do nothing: its reads do not wait."""


OpenFile = OpenLocalFile | RemoteFile


@dataclass(frozen=True)
class LocalFile:
    path: Path

    @property
    def address(self) -> str:
        return self.path.name

    @property
    def key(self) -> str:
        return str(self.path.absolute())

    def open(self) -> OpenFile:
        return OpenLocalFile(self.path)


Source = LocalFile | Ranged
"""`address`: as it is shown, and kept with the articles; `key`: among all other files on this machine."""


class BucketFile(Ranged):
    def __init__(self, store: Store, key: str) -> None:
        self._store, self._key = store, key
        self.address = f"{store.uri}/{key}"
        self._size: int | None = None

    def part(self, begin: int, length: int) -> Part:
        try:
            if self._size is None:
                stored = self._store.stat(self._key)
                self._size = stored.bytes
                if not self._size:
                    return Part(b"", 0, _tag(stored))
            if begin >= self._size:
                return Part(b"", self._size, _tag(self._store.stat(self._key)))
            data, stored = self._store.part(self._key, begin, min(begin + length, self._size))
            return Part(data, stored.bytes, _tag(stored))
        except FileNotFoundError:
            raise SourceFailed("there is no such object") from None
        except ObjectStoreError as error:
            message = str(error).removesuffix(".")
            raise (Unavailable if may_pass(error) else SourceFailed)(message) from None


def _tag(stored: StoredObject) -> str:
    return stored.tag or stored.modified.isoformat()


class SourceFinder:
    """Finds the files that a user names, with the options about where they are."""

    def __init__(
        self,
        settings: BaseSettings,
        *,
        prefix: str | None = None,
        endpoint: str | None = None,
        anonymous: bool = False,
    ) -> None:
        self._prefix, self._endpoint = prefix, endpoint
        self._anonymous = anonymous or not has_keys()
        self.servers = WebServers(settings)
        self._stores: dict[str, Store] = {}

    def sources(self, names: Sequence[str]) -> list[Source]:
        """Find all files, in their order. Raises WrongSource, and SourceFailed where a list cannot be had."""
        sources: list[Source] = []
        for name in names:
            sources += self._named(name)
        return sources

    def _named(self, name: str) -> list[Source]:
        if not name.partition("?")[0].endswith(LISTS):
            if name.endswith("/") and name.startswith(_BUCKETS):
                return self._below(name)
            return [self._one(name)]
        prefix = self._prefix
        if prefix is None:
            raise WrongSource(
                f"{visible(name)} is a list of paths: say with --prefix what they begin with, such as "
                f"{COMMON_CRAWL} or a folder"
            )
        base = prefix if prefix.endswith("/") else f"{prefix}/"
        return [self._one(base + path) for path in self._paths(name)]

    def check(self, address: str) -> None:
        """Raise WrongSource for an address that may not be asked."""
        try:
            self.servers.refuse(address)
        except SourceFailed as error:
            raise WrongSource(f"{visible(address)}: {error}") from None

    def part(self, name: str, offset: int, length: int) -> bytes:
        """Read some bytes of a file. Raises Unavailable, SourceFailed."""
        source = self._one(name)
        if isinstance(source, Ranged):
            return source.part(offset, length).data
        with source.open() as file:
            file.seek(offset)
            return file.read(length)

    def _one(self, name: str) -> Source:
        if name.startswith(("http://", "https://")):
            self.check(name)
            return WebFile(name, self.servers)
        if name.startswith(_BUCKETS):
            bucket, key = _bucket(name)
            return BucketFile(self._store(bucket), key)
        if "://" in name:
            raise WrongSource(
                f"{visible(name)}: expected a file's path, https://…, http://… or s3://bucket/key"
            )
        path = Path(name)
        if path.exists() and not path.is_file():  # a pipe would be waited for
            raise WrongSource(f"{visible(name)} is not a file")
        try:
            with path.open("rb") as file:
                file.read(1)
        except (OSError, ValueError) as error:
            raise WrongSource(f"{visible(name)}: {getattr(error, 'strerror', None) or error}") from None
        return LocalFile(path)

    def _store(self, uri: str) -> Store:
        if uri not in self._stores:
            self._stores[uri] = Store(uri, self._endpoint, anonymous=self._anonymous)
        return self._stores[uri]

    def _below(self, name: str) -> list[Source]:
        bucket, prefix = _bucket(name)
        try:
            objects = self._store(bucket).list(prefix, most=_MOST)
        except (ObjectStoreError, FileNotFoundError) as error:
            kind = SourceFailed if isinstance(error, ObjectStoreError) and may_pass(error) else WrongSource
            raise kind(str(error)) from None
        if len(objects) > _MOST:
            raise WrongSource(f"{visible(name)} has more than {_MOST:,} objects: give a longer prefix")
        keys = [stored.path for stored in objects if stored.path.endswith(SUFFIXES)]
        if not keys:
            raise WrongSource(f"{visible(name)}: no object there ends with {', '.join(SUFFIXES)}")
        store = self._store(bucket)
        return [BucketFile(store, key) for key in keys]

    def _paths(self, name: str) -> list[str]:
        try:
            with self._one(name).open() as file:
                data = read_up_to(file, _LARGEST_LIST + 1)
            if data.startswith(b"\x1f\x8b"):
                data = gzip.GzipFile(fileobj=io.BytesIO(data)).read(_LARGEST_LIST + 1)
            text = data.decode()
        except SourceFailed as error:
            raise type(error)(f"{visible(name)}: {error}") from None
        except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
            raise WrongSource(f"{visible(name)} is not a list of paths: {error}") from None
        if len(data) > _LARGEST_LIST:
            raise WrongSource(f"{visible(name)} has more than {_LARGEST_LIST:,} bytes")
        paths = [path for line in text.splitlines() if (path := line.strip())]
        if len(paths) > _MOST:
            raise WrongSource(f"{visible(name)} has more than {_MOST:,} lines")
        for path in paths:
            if not is_path_below(path):
                raise WrongSource(
                    f"{visible(name)}: expected paths below the prefix, such as crawl-data/CC-NEWS/2025/"
                    f"03/….warc.gz, not {visible(path[:120])!r}; nothing was read"
                )
        return paths


def is_path_below(path: str) -> bool:
    """Tell if a path that a stranger names stays below the prefix that the operator gives."""
    return len(path) <= _LONGEST_PATH and _PATH.fullmatch(path) is not None


_BUCKETS = tuple(f"{scheme}://" for scheme in SCHEMES)


def _bucket(name: str) -> tuple[str, str]:
    """Address of the bucket, and the key or the prefix in it."""
    parts = urlsplit(name)
    if not parts.netloc or "@" in parts.netloc or parts.query or parts.fragment:
        raise WrongSource(f"{parts.scheme}://{parts.hostname or ''}…: expected {parts.scheme}://bucket/key")
    return f"{parts.scheme}://{parts.netloc}", parts.path.strip("/")
