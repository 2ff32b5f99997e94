"""Each rule on archives that real commits left: what is wrong is told, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.exceptions import WrongSetting
from archive.operations.verify import check
from archive.writer import ArchiveWriter
from crawler.health.monitoring.collector import collect_facts
from crawler.health.monitoring.limits import AllLimits, Limits, read_limits
from crawler.health.monitoring.rules import alarms
from tests.spiders.expecting.gazette import Gazette
from tests.support.crawled_days import WHOLE, Day, days_of


class Plain(Gazette):
    """The same without expectations; a subclass, whose name stays."""

    expects = {}


ROOMY = Limits(disk_free=1e-9, verify_after=timedelta(days=365))


def told(
    root: Path, limits: Limits = ROOMY, *, skipped: bool = False, outlet: type[Gazette] = Gazette
) -> dict[str, str]:
    known = collect_facts(str(root), [outlet])
    found = alarms(known, AllLimits(limits).without(["gazette"] if skipped else []))
    return {f"{alarm.outlet}/{alarm.rule}".lstrip("/"): alarm.message for alarm in found}


def told_by_accounts(root: Path) -> dict[str, str]:
    """What is told beside that there is no article, of which these accounts have none."""
    sentences = told(root, outlet=Plain)
    sentences.pop("gazette/newest", None)
    return sentences


def accounts(root: Path, *runs: tuple[float, Mapping[str, int]]) -> None:
    """Commits without articles, so many hours ago each, the oldest first."""
    for hours, counts in runs:
        at = datetime.now(UTC) - timedelta(hours=hours)
        run = f"{at:%Y%m%dT%H%M%SZ}-gazette-{int(hours * 10)}"
        with ArchiveWriter.open(root, run_id=run, now=lambda at=at: at) as writer:
            writer.commit(summary={**WHOLE, "run/owed": 0, **counts})


def test_an_outlet_that_goes_well_and_what_is_of_the_archive(tmp_path: Path) -> None:
    days_of(tmp_path, [Day(en=2)] * 9)
    assert told(tmp_path) == {}
    of_archive = told(tmp_path, Limits(disk_free=1e8))
    assert list(of_archive) == ["disk", "verify"]
    assert of_archive["disk"].endswith(f" GB are free at {tmp_path}, 1e+08 at least")
    assert "never verified on this machine" in of_archive["verify"]
    assert not any(finding.grave for finding in check(tmp_path).findings)
    assert list(told(tmp_path, Limits(disk_free=1e-9))) == []
    # nothing new to look at, and yet it was looked at
    assert list(told(tmp_path, Limits(disk_free=1e-9, verify_after=timedelta(seconds=30)))) == []


def test_bylines_and_a_language_that_vanish(tmp_path: Path) -> None:
    """Each is an alarm of its own, so that the second is told as well."""
    days_of(tmp_path, [*[Day(en=3)] * 9, *[Day(uk=15, en=0, bylines=False)] * 2])
    sentences = told(tmp_path)
    assert list(sentences) == ["gazette/articles_a_day en", "gazette/byline"]
    assert sentences["gazette/articles_a_day en"].startswith(
        "articles_a_day en: 0 on the last day; 1 to 3 expected; see http://herald.example"
    )
    assert sentences["gazette/byline"].startswith("byline: 0% of 15 articles of the last day; 50% or more")
    plain = told(tmp_path, outlet=Plain)["gazette/byline"]
    assert plain.startswith("byline: 0% of 15 articles of the last day, usually 100% to 100%")
    assert told(tmp_path, skipped=True) == {}


def test_an_outlet_that_dies_is_noticed(tmp_path: Path) -> None:
    days_of(tmp_path, [Day(en=2)] * 10, until=datetime.now(UTC) - timedelta(days=4))
    accounts(tmp_path, (50, WHOLE), (25, WHOLE), (1, WHOLE))
    # it publishes at midnight
    (sentence,) = told(tmp_path, outlet=Plain).values() or ("",)
    assert re.match(r"newest: nothing new for \d+ (hours|days), usually 24 hours at most; see http", sentence)
    roomy = Limits(**{**vars_of(ROOMY), "silent_after": timedelta(days=6)})
    assert "gazette/newest" not in told(tmp_path, roomy, outlet=Plain)


def test_the_last_run_whose_pages_are_no_articles_is_told_whatever_the_day_was(tmp_path: Path) -> None:
    good = [(hours, {"archived": 60}) for hours in (9.0, 6.0, 3.0)]
    accounts(tmp_path, *WEEK, *good, (1, {"dropped(no-body)": 12}))
    assert told_by_accounts(tmp_path) == {"gazette/crawls": "12 of 12 pages are no articles: no-body 12"}


def test_a_day_of_runs_ends_a_day_before_the_last(tmp_path: Path) -> None:
    """Neither run alone has pages enough; what came before that day does not weigh them up."""
    accounts(tmp_path, (30, {"archived": 100}), (9, {"dropped(no-body)": 6}), (1, {"dropped(no-body)": 6}))
    assert told(tmp_path, outlet=Plain)["gazette/crawls"] == "12 of 12 pages are no articles: no-body 12"


def vars_of(limits: Limits) -> dict[str, object]:
    return {name: getattr(limits, name) for name in limits.__slots__}


WEEK = [(24.0 * day, {"archived": 20, "dropped(no-body)": 1, "run/owed": 4}) for day in (6, 2)]


@pytest.mark.parametrize(
    ("runs", "rule", "said"),
    [
        ([(2, {"archived": 10, "dropped(no-body)": 15})], "reasons",
         "dropped(no-body) 60% of 25 pages, 5% in the week before"),
        ([(2, {"archived": 18, "dropped(no-body)": 2})], None, None),
        ([(2, {"archived": 3, "dropped(no-body)": 9})], None, None),  # too few to say
        # as in the week before
        ([(30, {"archived": 30, "dropped(no-body)": 30}), (2, {"archived": 15, "dropped(no-body)": 10})],
         None, None),
        ([(2, {"run/owed": 60})], "debts", "60 pages to retry, 4 in the week before"),
        ([(2, {"run/owed": 49})], None, None),
        ([(h, {"skipped(over-budget)": 40}) for h in (3, 2, 1)], "budget",
         "the last 3 crawls left pages over their budget: PAGE_BUDGET, page_budget"),
        ([(3, {"skipped(over-budget)": 40}), (2, {}), (1, {"skipped(over-budget)": 40})], None, None),
        ([(1, {"sources/failed": 2})], None, None),
        ([(3, {"sources/failed": 1}), (2, {}), (1, {"sources/failed": 2})], None, None),
        ([(2, {"sources/failed": 1}), (1, {"sources/failed": 2})], "sources",
         "2 of 3 sitemaps and feeds were not read, as by the crawl before"),
        # lists of the past are other lists
        ([(2, {"sources/failed": 1}), (1, {"sources/failed": 2, "run/backfill": 1})], None, None),
        ([(h, {"feeds/overrun": 1, "feeds/minutes": 25}) for h in (3, 2, 1)], "feeds",
         "a feed was faster than each of the last 3 crawls: crawl every 25 minutes"),
        ([(3, {"feeds/overrun": 1}), (2, {}), (1, {"feeds/overrun": 1})], None, None),
        ([(1, {"run/finished": 0})], None, None),  # one may still run
        ([(2, {"run/finished": 0}), (1, {"run/problems": 1, "sources/read": 0, "sources/failed": 3})],
         "crawls",
         "failed 2 times: no source could be read"),
        ([(2, {"dropped(no-body)": 12})], "crawls", "12 of 12 pages are no articles: no-body 12"),
        ([], None, None),
    ],
)  # fmt: skip
def test_what_the_accounts_tell(
    tmp_path: Path, runs: list[tuple[float, dict[str, int]]], rule: str | None, said: str | None
) -> None:
    accounts(tmp_path, *WEEK, *(runs or [(1, {})]))
    assert told_by_accounts(tmp_path) == ({f"gazette/{rule}": said} if rule else {})


def test_an_outlet_that_nobody_crawls_is_in_no_alarm(tmp_path: Path) -> None:
    accounts(tmp_path, (24 * 40, WHOLE))
    assert told(tmp_path) == {}


def test_an_outlet_that_is_no_longer_crawled(tmp_path: Path) -> None:
    accounts(tmp_path, (24 * 5, WHOLE))
    assert told(tmp_path) == {"gazette/crawls": "not crawled for 5 days"}


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"": {"silent_fater": "1h"}}, "silent_fater is not a key of it; did you mean silent_after?"),
        ({"": {"silent_after": 5}}, "[watch]: silent_after = '5' is not a time"),
        ({"": {"fall": 1.5}}, "[watch]: fall = 1.5 is not a share; expected such as 0.3"),
        ({"": {"debts": True}}, "[watch]: debts = 'True' is not a number above 0"),
        ({"": {"skip": "no"}}, "[watch]: skip = 'no' has to be true or false"),
        ({"gazete": {}}, "[watch.gazete]: there is no such outlet; did you mean gazette?"),
        ({"gazette": {"disk_free": 3}}, "[watch.gazette]: disk_free is not a key of it"),
    ],
)  # fmt: skip
def test_a_limit_that_cannot_be_meant_is_refused(table: dict[str, dict[str, object]], said: str) -> None:
    with pytest.raises(WrongSetting) as refused:
        read_limits(table, ["gazette"])  # type: ignore[arg-type]
    assert said in str(refused.value)
