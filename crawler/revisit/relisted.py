"""Rules for addresses that are listed repeatedly: when to request them, and when to write a row if not.

A feed lists an article for a day, and 96 crawls of that day read it.
"""

from datetime import datetime, timedelta

from archive.format.reasons import Reason, is_asked, is_of_the_moment
from archive.state.model import LastObservation
from crawler.items import Observation

# a page without text may get one, and the feed of a large newsroom drops it within three hours
NO_ARTICLE_FOR = timedelta(hours=1)
ROW_EVERY = timedelta(days=1)


def had_no_article_lately(last: LastObservation | None, now: datetime) -> bool:
    """Return True if a request of the last hour brought no article, for a lasting reason."""
    if last is None or last.reason is None or now - last.at >= NO_ARTICLE_FOR:
        return False
    # a failed guess of the address before the page was listed does not count
    was_requested = is_asked(last.reason) and last.reason != Reason.NO_SUCH_VARIANT
    return was_requested and not is_of_the_moment(last.reason)


def leaves_a_row(observation: Observation, last: LastObservation | None) -> bool:
    """Return True if an observation is written into `observations`: each one with a request is.

    An observation without a request is if the address has had no row for a day, or if it settles a debt.
    """
    if is_asked(observation.reason) or last is None or observation.at - last.at >= ROW_EVERY:
        return True
    return observation.reason == Reason.NOT_AN_ARTICLE and is_of_the_moment(last.reason)
