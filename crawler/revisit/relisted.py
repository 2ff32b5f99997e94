"""Rules for what is listed again and again: when it is asked for, and when a row says that it was not.

A feed lists an article for a day, and 96 crawls of that day come upon it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from archive.format.reasons import Reason, is_asked, is_of_the_moment

if TYPE_CHECKING:
    from datetime import datetime

    from archive.state.model import LastObservation
    from crawler.items import Observation

# a page without text may get one, and a feed of a large newsroom has forgotten it in three hours
NO_ARTICLE_FOR = timedelta(hours=1)
ROW_EVERY = timedelta(days=1)


def had_no_article_lately(last: LastObservation | None, now: datetime) -> bool:
    """Return True if a request of the last hour brought no article, for a lasting reason."""
    if last is None or last.reason is None or now - last.at >= NO_ARTICLE_FOR:
        return False
    # a guess led to nothing before the page was listed
    says_nothing = not is_asked(last.reason) or last.reason == Reason.NO_SUCH_VARIANT
    return not says_nothing and not is_of_the_moment(last.reason)


def leaves_a_row(look: Observation, last: LastObservation | None) -> bool:
    """Return True if an observation is written into `observations`: each one with a request is.

    A look without a request gets one if the address has had no row for a day, or if it settles a debt.
    """
    if is_asked(look.reason) or last is None or look.at - last.at >= ROW_EVERY:
        return True
    return look.reason == Reason.NOT_AN_ARTICLE and is_of_the_moment(last.reason)
