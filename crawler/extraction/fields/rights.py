"""Opt-outs of a page against text and data mining and AI, in its <meta>."""

import re
from collections.abc import Iterator, Mapping

from crawler.items import Claim

OPT_OUT = "opt_out"
"""Source of these claims, and their key in `extra`; a value is `place: rule`."""
# DeviantArt's two, Mojeek's, and the older request not to be archived
_DIRECTIVES = re.compile(r"\b(?:noai|noimageai|noml|noarchive)\b", re.IGNORECASE)


def directives(directive: str) -> str:
    """Return the opt-outs in a robots directive: `noai, noimageai` from `index, noai, noimageai`."""
    return ", ".join(dict.fromkeys(word.lower() for word in _DIRECTIVES.findall(directive)))


def read_reserved(names: Mapping[str, str]) -> Iterator[Claim]:
    """Yield the opt-outs in `names`, the content of <meta> by lower-cased name."""
    for name in ("robots", "triptych"):
        if opt_outs := directives(names.get(name, "")):
            yield Claim(OPT_OUT, f"meta {name}: {opt_outs}")
    for name in ("tdm-reservation", "tdm-policy"):
        if name in names:
            yield Claim(OPT_OUT, f"meta {name}: {names[name][:500]}")
