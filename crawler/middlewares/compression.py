"""Content-Encoding as Scrapy undoes it; what no decoder takes, or takes a part of, is the host's fault.

Each library has an error of its own for the first, and Scrapy passes them on as they are. Of a body that was
cut before it was sent it gives what there is: a page without its end, which would look like an edit.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Protocol

from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import IgnoreRequest, ResponseDataLossError
from scrapy.utils._compression import brotli, zstd  # type: ignore[attr-defined]  # as Scrapy found them

from crawler.exceptions import BadCoding

if TYPE_CHECKING:
    from scrapy.http import Request, Response

_LAST = 4096


class CodingsMiddleware(HttpCompressionMiddleware):
    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        try:
            return super().process_response(request, response)
        except ResponseDataLossError:
            raise
        except IgnoreRequest as error:
            # the frames of a bomb hold what was unpacked of it until Python's collector comes by
            if error.__cause__ is not None:
                error.__cause__.__traceback__ = None
            raise
        except Exception as error:
            named = b", ".join(response.headers.getlist("Content-Encoding")).decode("latin-1")[:100]
            message = f"expected a body in {named}, its decoder refuses it: {error}"
            raise BadCoding(message) from error.with_traceback(None)

    @staticmethod
    def _decode(body: bytes, encoding: bytes, max_size: int) -> bytes:
        decoded = HttpCompressionMiddleware._decode(body, encoding, max_size)
        # a page that has its end is whole; to unpack all of them twice would cost a millisecond each
        if b"</html" not in decoded[-_LAST:].lower() and not _has_ended(body, encoding):
            raise ResponseDataLossError(f"the body ends before its {encoding.decode('latin-1')} does")
        return decoded


def _has_ended(body: bytes, encoding: bytes) -> bool:
    """True also where it cannot be told: a wrong checksum, something behind the end."""
    if encoding == b"br":
        stream = brotli.Decompressor()
        stream.process(body)
        return bool(stream.is_finished())
    for decompressor in _of(encoding):
        try:
            decompressor.decompress(body)
        except (zlib.error, zstd.ZstdError):
            continue
        return bool(decompressor.eof)
    return True


class _Decompressor(Protocol):
    def decompress(self, data: bytes, /) -> bytes: ...

    @property
    def eof(self) -> bool: ...


def _of(encoding: bytes) -> tuple[_Decompressor, ...]:
    if encoding in {b"gzip", b"x-gzip"}:
        return (zlib.decompressobj(zlib.MAX_WBITS | 16),)
    if encoding == b"deflate":
        # the second as some servers send it: without its head
        return (zlib.decompressobj(), zlib.decompressobj(-zlib.MAX_WBITS))
    return (zstd.ZstdDecompressor(),) if encoding == b"zstd" else ()
