"""What is listed again and again: when it is asked for once more, and when that it was not is written down.

A feed lists an article for a day, and 96 crawls of that day come upon it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from crawler.backoff import HOST_REFUSES
from crawler.budget import OVER_BUDGET
from crawler.failures import NOT_YET, ROBOTS_UNREACHABLE

if TYPE_CHECKING:
    from datetime import datetime

    from archive.state import LastLook
    from crawler.items import Look

NO_ARTICLE_LATELY = "no-article-lately"
NOTHING_ASKED = frozenset({
    "known", "purged", "not-an-article", NO_ARTICLE_LATELY, OVER_BUDGET, HOST_REFUSES, ROBOTS_UNREACHABLE,
})  # fmt: skip
"""Reasons to skip an address without a word to its host."""

# a page without text may get one, and a feed of a large newsroom has forgotten it in three hours
NO_ARTICLE_FOR = timedelta(hours=1)
ROW_EVERY = timedelta(days=1)


def had_no_article_lately(last: LastLook | None, now: datetime) -> bool:
    """Whether a look of the last hour brought no article, for a reason that is not of the moment."""
    if last is None or last.reason is None or now - last.at >= NO_ARTICLE_FOR:
        return False
    # a guess led to nothing before the page was listed; what is an error of ours may be mended since
    says_nothing = {*NOT_YET, *NOTHING_ASKED, "no-such-variant"}
    return last.reason not in says_nothing and not last.reason.startswith("error-")


def leaves_a_row(look: Look, last: LastLook | None) -> bool:
    """Whether a look is written into `observations`: each one for which something was asked.

    Of those for which nothing was, one where the address has had no row for a day.
    """
    return look.reason not in NOTHING_ASKED or last is None or look.at - last.at >= ROW_EVERY
