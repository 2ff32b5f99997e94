"""Whether an address is an article's by the patterns of its outlet, and how it is then asked for.

Apart from the outlet, so that a worker process can tell without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive.addresses import bare_url

if TYPE_CHECKING:
    import re
    from collections.abc import Sequence


def match_article(url: str, patterns: Sequence[re.Pattern[str]]) -> dict[str, str] | None:
    """The named groups of an article's address; None where it is not one."""
    bare = url.split("#", 1)[0].split("?", 1)[0]
    for pattern in patterns:
        if match := pattern.fullmatch(bare):
            return {name: value or "" for name, value in match.groupdict().items()}
    return None


def article_address(url: str, patterns: Sequence[re.Pattern[str]]) -> str:
    """As it is asked for: an article's without the query, where its path says which it is."""
    return bare_url(url) if match_article(url, patterns) is not None else url
