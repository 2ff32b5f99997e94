"""What a page reserves against text and data mining and AI, in its <meta>."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.items import Claim

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

OPT_OUT = "opt_out"
"""Source of these claims, and their key in `extra`: `where: what`."""
# DeviantArt's two, Mojeek's, and the older wish not to be kept
_DIRECTIVES = re.compile(r"\b(?:noai|noimageai|noml|noarchive)\b", re.IGNORECASE)


def directives(written: str) -> str:
    """`noai, noimageai` of `index, noai, noimageai`; empty where there is none of these."""
    return ", ".join(dict.fromkeys(found.lower() for found in _DIRECTIVES.findall(written)))


def read_reserved(names: Mapping[str, str]) -> Iterator[Claim]:
    """`names`: <meta> by lower-cased name."""
    for name in ("robots", "triptych"):
        if found := directives(names.get(name, "")):
            yield Claim(OPT_OUT, f"meta {name}: {found}")
    for name in ("tdm-reservation", "tdm-policy"):
        if name in names:
            yield Claim(OPT_OUT, f"meta {name}: {names[name][:500]}")
