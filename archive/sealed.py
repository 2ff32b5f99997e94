"""JSON documents that end with their own checksum, so that a letter altered in one is found by who reads it.

The last line but one is `"sha256": "…"`, of everything before the comma that parts it from the rest.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_SEAL = re.compile(rb',\n "sha256": "([0-9a-f]{64})"\n\}\n')


def seal(text: str) -> bytes:
    """`text` is a JSON object."""
    body = text.rstrip().removesuffix("}").rstrip().encode()
    return body + b',\n "sha256": "' + hashlib.sha256(body).hexdigest().encode() + b'"\n}\n'


def read(data: bytes, required: Callable[[dict[str, object]], bool]) -> dict[str, object]:
    """The object without its checksum; ValueError where that is not of these bytes, or no JSON.

    Documents of before schema 3 have none: `required` tells by the object, before anything is checked.
    """
    document = json.loads(data)
    if not isinstance(document, dict):
        raise ValueError(f"expected an object, got {type(document).__name__}")
    asked = required(document)
    if document.pop("sha256", None) is None and not asked:
        return document
    found = _SEAL.search(data, max(len(data) - 90, 0))
    if found is None or found.end() != len(data):
        raise ValueError("it does not end with its checksum")
    if hashlib.sha256(data[: found.start()]).hexdigest().encode() != found[1]:
        raise ValueError("its checksum is that of another text")
    return document
