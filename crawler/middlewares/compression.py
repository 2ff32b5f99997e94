"""Content-Encoding as Scrapy undoes it; what no decoder takes, or takes a part of, is the host's fault.

Each library has an error of its own for the first, and Scrapy passes them on as they are. Of a body that was
cut before it was sent it gives what there is: a page without its end, which would look like an edit.
"""

import zlib
from gzip import BadGzipFile, GzipFile
from io import BytesIO

from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import IgnoreRequest, ResponseDataLossError
from scrapy.http import Request, Response
from scrapy.utils._compression import brotli, zstd  # type: ignore[attr-defined]  # as Scrapy found them

from crawler.exceptions import BadCoding

_LAST = 4096
_CHUNK = 65_536
_MEMBERS = 1000
"""Of gzip or zstd in a body: 10 MB of empty ones hold the event loop for up to 10 s."""
_MAGIC = {b"gzip": b"\x1f\x8b\x08", b"x-gzip": b"\x1f\x8b\x08", b"zstd": b"\x28\xb5\x2f\xfd"}
_SKIPPED = b"\x2a\x4d\x18"
"""The magic number of a frame that decoders of zstd pass over, without its first byte."""


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
            encodings = b", ".join(response.headers.getlist("Content-Encoding")).decode("latin-1")[:100]
            message = f"expected a body in {encodings}, its decoder refuses it: {error}"
            raise BadCoding(message) from error.with_traceback(None)

    @staticmethod
    def _decode(body: bytes, encoding: bytes, max_size: int) -> bytes:
        if encoding in _MAGIC and body.count(_MAGIC[encoding]) + body.count(_SKIPPED) > _MEMBERS:
            raise ValueError(f"it has more than {_MEMBERS} members")
        try:
            decoded = HttpCompressionMiddleware._decode(body, encoding, max_size)
        except EOFError:
            raise _cut_short(encoding) from None
        except BadGzipFile:
            # the members before are empty, and this is the first byte of one more
            if body.startswith(_MAGIC[b"gzip"]) and body.endswith(b"\x1f"):
                raise _cut_short(encoding) from None
            raise
        # a page that has its end is whole; to unpack all of them twice would cost a millisecond each
        # one without a body is none of its coding either: a 404 of a server that names it always
        if body and b"</html" not in decoded[-_LAST:].lower() and not _has_ended(body, encoding):
            raise _cut_short(encoding)
        return decoded


def _cut_short(encoding: bytes) -> ResponseDataLossError:
    return ResponseDataLossError(f"the body ends before its {encoding.decode('latin-1')} does")


def _has_ended(body: bytes, encoding: bytes) -> bool:
    """True also where it cannot be told: a wrong checksum, something behind the end that is no member.

    A body may be several members of gzip or frames of zstd in a row; each of them has to end. What follows
    the last is passed over, as browsers do; the decoders of br and zstd have refused it before.
    """
    if encoding == b"br":
        stream = brotli.Decompressor()
        stream.process(body)
        return bool(stream.is_finished())
    if encoding == b"deflate":
        return _has_deflate_ended(body)
    opened = zstd.ZstdFile(BytesIO(body)) if encoding == b"zstd" else GzipFile(fileobj=BytesIO(body))
    try:
        while opened.read(_CHUNK):
            pass
    except EOFError:
        return False
    except BadGzipFile:
        # the first byte of one more member and nothing behind it
        return not body.endswith(b"\x1f")
    return True


def _has_deflate_ended(body: bytes) -> bool:
    # the second as some servers send it: without its head
    for bits in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
        stream = zlib.decompressobj(bits)
        try:
            stream.decompress(body)
        except zlib.error:
            continue
        return stream.eof
    return True
