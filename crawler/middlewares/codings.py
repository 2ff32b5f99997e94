"""Content-Encoding as Scrapy undoes it; a body in another coding than its header names is the host's fault.

Each library has an error of its own for it, and Scrapy passes them on as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import IgnoreRequest

if TYPE_CHECKING:
    from scrapy.http import Request, Response


class BadCoding(Exception):
    """What came is not in the coding that its header names."""


class CodingsMiddleware(HttpCompressionMiddleware):
    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        try:
            return super().process_response(request, response)
        except IgnoreRequest as error:
            # the frames of a bomb hold what was unpacked of it until Python's collector comes by
            if error.__cause__ is not None:
                error.__cause__.__traceback__ = None
            raise
        except Exception as error:
            named = b", ".join(response.headers.getlist("Content-Encoding")).decode("latin-1")[:100]
            message = f"expected a body in {named}, its decoder refuses it: {error}"
            raise BadCoding(message) from error.with_traceback(None)
