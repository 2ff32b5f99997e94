"""Reasons that an observation carries where more than one module has to know them."""

from __future__ import annotations

from archive.state.debts import NOT_YET_DUE, OVER_BUDGET

NOT_AN_ARTICLE = "not-an-article"
ROBOTS_UNREACHABLE = "robots-unreachable"
BLOCKED_PAGE = "blocked-page"
"""Of a wall that was told by its words, in pipelines/validate.py."""
HOST_REFUSES = "host-refuses"
"""Reason of the addresses that are left for the next run."""


# What is listed again and again: when it is asked for once more, and when that it was not is written down.
#
# A feed lists an article for a day, and 96 crawls of that day come upon it.


NO_ARTICLE_LATELY = "no-article-lately"
NOTHING_ASKED = frozenset({
    "known", "purged", NOT_AN_ARTICLE, NO_ARTICLE_LATELY, NOT_YET_DUE, OVER_BUDGET, HOST_REFUSES,
    ROBOTS_UNREACHABLE,
})  # fmt: skip
"""Reasons to skip an address without a word to its host."""
# of the moment, or of this machine: they say nothing of the rule
NOT_THE_RULE = frozenset({
    "no-such-host", "timeout", "connection-refused", "connection-lost", "cut-short", "bad-coding",
    "tls", "blocked", "http-403", "http-429", "http-500", "http-502", "http-503", "http-504", "host-refuses",
    "robots.txt", ROBOTS_UNREACHABLE,
})  # fmt: skip
