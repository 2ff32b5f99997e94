"""Changes of a declaration that the findings of a live check ask for, a sentence each."""

from collections.abc import Iterable, Iterator, Sequence

from archive.format.reasons import http_reason
from crawler.health.address_patterns import proposed_patterns
from crawler.health.live_findings import Check, CheckedList

LISTS = ("news_sitemaps", "feeds", "archive_sitemaps", "day_archives")
_NOT_THERE = {http_reason(404), http_reason(410)}


def propose(check: Check, candidates: Sequence[CheckedList]) -> str | None:
    """Say in the check what to change; return an address of the proposed article_url.

    `candidates` may take the place of lists that are gone.
    """
    changes = check.proposed_changes
    if any(candidate.accepted for candidate in (*check.lists, *candidates)):
        # addresses have the form that they had: what has another is a list of tags or authors
        candidates = [candidate for candidate in candidates if not candidate.takes_too_few]
    lists = [checked for checked in (*check.lists, *candidates) if checked.addresses]
    patterns = _patterns(check, lists)
    for pattern, urls in patterns:
        changes.append(
            f'article_url: {len(urls)} addresses in its lists have the form r"{pattern}", as {urls[0]}'
        )
    for rule in LISTS:
        replacements = [candidate for candidate in candidates if candidate.rule == rule]
        changes += _sources(check, rule, replacements)
    is_replaced = patterns and not any(checked.accepted for checked in lists)
    if is_replaced and check.outlet.variant_url:
        changes.append("variant_url: its groups are those of the old article_url")
    elif _has_wrong_guess(check):
        # what is wrong for one language is a wrong form of all: the slug is no longer shared
        changes.append("variant_url: it makes addresses at which nothing is; pages name others")
    return patterns[0][1][0] if patterns else None


def _sources(check: Check, rule: str, replacements: list[CheckedList]) -> Iterator[str]:
    # where not one could be read they have another form, and no shorter list is the answer
    was_read = any(checked.rule == rule and checked.accepted for checked in check.lists)
    declared = getattr(check.outlet, rule)
    for checked in check.lists:
        if checked.rule != rule or checked.declared_as not in declared:
            continue
        if checked.moved_to is not None and not checked.is_gone:
            yield f"{rule}: {checked.url} has moved for good to {checked.moved_to}"
        elif checked.is_gone and replacements:
            replacement = replacements.pop(0)
            where = "the home page" if rule == "feeds" else "robots.txt"
            yield (
                f"{rule}: {checked.url} is not a list ({checked.reason}); {where} names {replacement.url}, "
                f"which lists {replacement.addresses} addresses"
            )
        elif checked.reason in _NOT_THERE and was_read:
            yield f"{rule}: {checked.url} is gone ({checked.reason}), and nothing names another"


def _patterns(check: Check, lists: Iterable[CheckedList]) -> list[tuple[str, list[str]]]:
    """Make article_url of the addresses that it does not take; each pattern with its addresses."""
    refused: list[str] = []
    for checked in lists if check.outlet.compiled_patterns else ():
        # a day's page links to all that a menu has
        if checked.takes_too_few and checked.rule != "day_archives":
            refused += checked.refused
    return proposed_patterns(refused, check.outlet.home)


def _has_wrong_guess(check: Check) -> bool:
    """Tell if variant_url made an address without a page, and the page itself links to another."""
    guesses: set[str] = set()
    for page in check.pages:
        guesses.update(guess.url for guess in check.outlet.siblings(page.url))
    for finding in check.of_state("fails"):
        url, separator, _ = finding.message.partition(": not there; the page of it is ")
        if finding.rule == "variant_url" and separator and url in guesses:
            return True
    return False
