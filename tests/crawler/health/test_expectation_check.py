"""Expectations of a declaration against an archive of many days."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

import archive
from crawler.exceptions import DeclarationError
from crawler.extraction.fields.dates.timezones import KYIV
from crawler.health.expectation_check import Verdict, judge, note_missed
from crawler.health.monitoring.collector import outlet_states
from crawler.story.spider import StorySpider
from tests.newsrooms.herald import Herald
from tests.newsrooms.newsroom import Answer, Site
from tests.spiders.expecting.gazette import Gazette
from tests.support.crawled_days import Day, days_of
from tests.support.running import Crawl, Run

GONE = Day(crawled=False)


def verdicts(root: Path, days: Iterable[Day]) -> dict[str, Verdict]:
    days_of(root, days)
    state = outlet_states(archive.open(root), str(root), [Gazette], datetime.now(UTC))["gazette"]
    return {verdict.expectation: verdict for verdict in judge(Gazette, state.days)}


def states(root: Path, days: Iterable[Day]) -> dict[str, str]:
    return {name: verdict.state for name, verdict in verdicts(root, days).items() if name in DECLARED}


DECLARED = {"articles_a_day uk", "articles_a_day en", "byline", "all_languages"}


def test_what_days_brought_is_held_against_each_expectation(tmp_path: Path) -> None:
    by_name = verdicts(tmp_path, [Day()] * 13)
    assert {name: (by_name[name].state, by_name[name].value) for name in DECLARED} == {
        "articles_a_day uk": ("met", 10),
        # four, where three at most are expected
        "articles_a_day en": ("over", 4),
        "byline": ("met", 1),
        "all_languages": ("met", 0.4),
    }
    assert by_name["articles_a_day uk"].message == "10 a day, median of the last 3; 8 to 40 expected"
    # what is not declared is held against the days before
    assert by_name["articles_a_day"].state == by_name["length en"].state == by_name["picture"].state == "met"
    assert re.fullmatch(
        r"14 in the 24 hours before [-:\d ]+ UTC, usually 14 to 14", by_name["articles_a_day"].message
    )


def test_a_floor_that_is_missed_is_told_with_both_numbers(tmp_path: Path) -> None:
    by_name = verdicts(tmp_path, [*[Day()] * 5, *[Day(uk=3, en=0, bylines=False)] * 3])
    assert {name: by_name[name].state for name in DECLARED} == {
        "articles_a_day uk": "missed",
        "articles_a_day en": "missed",
        # most of a week with bylines
        "byline": "met",
        "all_languages": "met",
    }
    assert by_name["articles_a_day uk"].message.startswith("3 a day, ")


def test_one_poor_day_is_no_finding_and_two_are(tmp_path: Path) -> None:
    poor = Day(uk=0, en=2)
    assert states(tmp_path / "one", [*[Day(en=2)] * 6, poor, Day()])["articles_a_day uk"] == "met"
    two = states(tmp_path / "two", [*[Day(en=2)] * 5, poor, poor, Day()])
    assert two["articles_a_day uk"] == "missed"


def test_bylines_that_vanish_are_noticed_within_the_week(tmp_path: Path) -> None:
    assert states(tmp_path, [*[Day()] * 3, *[Day(bylines=False)] * 5])["byline"] == "missed"


def test_pages_without_dates_count_on_the_day_they_were_first_seen(tmp_path: Path) -> None:
    assert states(tmp_path, [Day(dates=False)] * 5)["articles_a_day uk"] == "met"


@pytest.mark.parametrize(
    "days",
    [
        # the archive is of yesterday; a weekly crawl; the schedule stood still
        [Day(), Day()],
        [Day(), *[GONE] * 6, Day()],
        [*[Day()] * 4, *[GONE] * 5, Day()],
    ],
    ids=["young", "weekly", "gap"],
)
def test_days_that_were_not_crawled_are_unknown_and_no_miss(tmp_path: Path, days: list[Day]) -> None:
    by_name = verdicts(tmp_path, days)
    del by_name["newest"]
    assert {verdict.state for name, verdict in by_name.items() if name != "all_languages"} == {"unknown"}
    assert re.match(r"not enough days yet: [012] of 3", by_name["byline"].message)
    assert by_name["byline"].value is None


def test_files_of_months_before_are_not_read(tmp_path: Path) -> None:
    days_of(tmp_path, [Day()], until=datetime.now(KYIV) - timedelta(days=100))
    (old,) = {tmp_path / file.path for file in archive.open(tmp_path).snapshot.stored("articles")}
    days_of(tmp_path, [Day()] * 5)
    old.unlink()
    state = outlet_states(archive.open(tmp_path), str(tmp_path), [Gazette], datetime.now(UTC))["gazette"]
    assert state.days.count(1) == 14


def test_a_share_of_few_articles_is_unknown(tmp_path: Path) -> None:
    by_name = verdicts(tmp_path, [Day(uk=1, en=1, bylines=False)] * 8)
    assert (by_name["byline"].state, by_name["byline"].message) == (
        "unknown",
        "14 articles on 7 days, 20 are needed",
    )


def test_crawls_of_another_outlet_make_no_day_known(tmp_path: Path) -> None:
    days_of(tmp_path, [Day()] * 8, outlet="herald")
    assert states(tmp_path, [Day()])["byline"] == "unknown"


@pytest.mark.parametrize(
    ("expects", "said"),
    [
        ({"articles_per_day": (1, 2)}, "'articles_per_day' is none of articles_a_day, byline, date"),
        ({"byline": 60}, "expects byline 60: a share is above 0 and at most 1, as .6"),
        ({"byline": True}, "a share is above 0"),
        ({"date": "all"}, "expects date 'all': a share"),
        ({"articles_a_day": 40}, "does not have the form (40, 400)"),
        ({"articles_a_day": (400, 40)}, "the least number of articles comes first"),
        ({"articles_a_day": (-1, 40)}, "the least number"),
        ({"articles_a_day": (0, 0)}, "the least number"),
        ({"articles_a_day": (1, float("nan"))}, "the least number"),
        ({"articles_a_day": {"ua": (1, 2)}}, "'ua' is not among languages uk"),
        ({"all_languages": 0.3}, "the outlet has not two languages"),
        ([("byline", 0.6)], "does not have the form {'articles_a_day'"),
    ],
)
def test_what_cannot_be_meant_is_refused_when_the_class_is_defined(expects: object, said: str) -> None:
    with pytest.raises(DeclarationError, match=re.escape(said)) as refused:
        type("Courier", (StorySpider,), {"name": "courier", "languages": ("uk",), "expects": expects})
    assert str(refused.value).startswith("outlet 'courier': expects")


def test_such_a_file_is_one_outlet_less_with_the_sentence(crawl: Crawl, tmp_path: Path) -> None:
    (tmp_path / "fresh").mkdir()
    (tmp_path / "fresh/__init__.py").touch()
    text = (
        "from crawler.story.spider import StorySpider\n"
        "class Courier(StorySpider):\n    name = 'courier'\n    expects = {'byline': 60}\n"
    )
    (tmp_path / "fresh/courier.py").write_text(text, "utf-8")
    run = crawl("courier", "-s", "SPIDER_MODULES=fresh", PYTHONPATH=str(tmp_path))
    assert run.exit_code == 2
    assert "outlet 'courier': expects byline 60: a share is above 0 and at most 1, as .6" in run.err
    assert "Traceback" not in run.err


# --- as an operator meets them -------------------------------------------------------------------------
GAZETTE = ("-s", "SPIDER_MODULES=tests.spiders.expecting", "-s", "RESOLVE_TO=127.0.0.1")


@pytest.fixture
def herald(crawl: Crawl) -> Iterator[Herald]:
    with Site() as site:
        herald = Herald(site, crawl)
        herald.publish(1, languages=("uk", "en"))
        herald.announce(1)
        yield herald


def crawl_gazette(crawl: Crawl, herald: Herald, *arguments: str, command: str = "crawl") -> Run:
    named = ("gazette", *GAZETTE, *arguments)
    return crawl(*named, command=command, HERALD_PORT=str(herald.site.port))


def missed_rows(run: Run) -> list[tuple[str, str]]:
    rows = run.table("observations").query("reason == 'expectation-missed'")
    return [*zip(rows["outcome"], rows["detail"], strict=True)]


def test_a_crawl_that_ends_the_days_compares_them_and_says_so_once_a_day(
    crawl: Crawl, herald: Herald
) -> None:
    """The days before today's are poor, and the crawl is the one that makes yesterday known."""
    poor = Day(uk=3, en=2, bylines=False)
    days_of(crawl.archive, [*[poor] * 5], until=datetime.now(KYIV) - timedelta(days=1))
    for _ in range(2):
        run = crawl_gazette(crawl, herald)
        assert (run.exit_code, run.err) == (4, ""), run.out
        assert "missed    articles_a_day uk: 0 on the last day; 8 to 40 expected" in run.out
        assert "missed    byline: 0% of 20 articles" in run.out
        assert "all_languages" not in run.out
    ((outcome, detail),) = missed_rows(run)
    assert outcome == "failed"
    assert detail.startswith("articles_a_day uk: 0 on the last day; 8 to 40 expected")
    assert "; byline: 0% of 20 articles" in detail
    # neither single addresses nor a revisit say anything of days
    single = crawl_gazette(crawl, herald, "-a", f"url={herald.base}/news/1")
    assert single.exit_code == 0, single.out
    listed = crawl_gazette(crawl, herald, command="outlets")
    assert listed.exit_code == 4
    assert "missed: articles_a_day uk, articles_a_day en, byline" in " ".join(
        listed.out.split()
    )  # wide or narrow
    assert "unknown  gazette all_languages: not enough days yet: 1 of 3" in listed.out


def test_what_was_lost_stands_before_what_is_missed_and_that_before_what_is_owed(
    crawl: Crawl, herald: Herald
) -> None:
    poor = Day(uk=3, en=2)
    days_of(crawl.archive, [*[poor] * 5], until=datetime.now(KYIV) - timedelta(days=1))
    herald.announce(1, 2)
    herald.site["/news/2"] = Answer(b"later", 503)
    run = crawl_gazette(crawl, herald, "-s", "BACKOFF_DELAY=0.01")
    assert run.exit_code == 4, run.out + run.err
    assert "1 page is still to retry" in run.out
    herald.site["/sitemap-news.xml"] = Answer(b"gone", 410)
    run = crawl_gazette(crawl, herald, "-s", "BACKOFF_DELAY=0.01")
    assert run.exit_code == 1
    assert "no sitemap or feed could be read" in run.err


def test_a_young_archive_is_compared_with_nothing(crawl: Crawl, herald: Herald) -> None:
    run = crawl_gazette(crawl, herald)
    assert (run.exit_code, run.err) == (0, ""), run.out
    assert "missed" not in run.out
    assert missed_rows(run) == []


def test_pages_that_are_no_articles_are_a_finding_whatever_is_declared(crawl: Crawl, herald: Herald) -> None:
    numbers = range(10, 74)
    herald.announce(*numbers)
    for number in numbers:
        herald.site[f"/news/{number}"] = "<html><title>Herald</title><div id=app></div></html>"
    run = crawl("herald", "-s", "SPIDER_MODULES=tests.spiders.outlets", "-s", "RESOLVE_TO=127.0.0.1",
                HERALD_PORT=str(herald.site.port))  # fmt: skip
    assert (run.exit_code, run.err) == (4, "")
    assert "missed    64 of 64 pages are no articles: no-body 64" in run.out
    assert missed_rows(run) == [("failed", "64 of 64 pages are no articles: no-body 64")]
    listed = crawl("-s", "SPIDER_MODULES=tests.spiders.outlets", command="outlets", COLUMNS="250")
    assert listed.exit_code == 4
    assert "64 of 64 pages are no articles: no-body 64" in " ".join(listed.out.split())


def test_outlets_as_json(crawl: Crawl, herald: Herald) -> None:
    nothing = json.loads(crawl_gazette(crawl, herald, "--json", command="outlets").out)
    assert nothing["archive"] is None
    days_of(crawl.archive, [Day(uk=3, en=2)] * 13)
    run = crawl_gazette(crawl, herald, "--json", command="outlets")
    assert run.exit_code == 4
    (told,) = json.loads(run.out)["outlets"]
    assert (told["outlet"], told["articles"], told["byline"]) == ("gazette", 65, 1.0)
    assert (told["is_well"], told["health"]) == (False, "good")
    named = {one["name"]: (one["state"], one["value"]) for one in told["expectations"]}
    assert named["articles_a_day uk"] == ("missed", 3.0)
    assert named["byline"] == ("met", 1.0)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("nosuch",), "no outlet 'nosuch'")],
)
def test_what_cannot_be_meant_is_a_sentence(crawl: Crawl, arguments: tuple[str, ...], said: str) -> None:
    run = crawl(*arguments, *GAZETTE, command="outlets")
    assert run.exit_code == 2
    assert said in run.err


def test_a_miss_is_noted_once_a_day_and_again_the_next(tmp_path: Path) -> None:
    begin = datetime(2026, 3, 1, tzinfo=UTC)
    for hours in (0, 23, 25, 47, 49):
        note_missed(
            str(tmp_path / "news"),
            Gazette(),
            "byline: 10% of 40 articles",
            "run",
            begin + timedelta(hours=hours),
        )
    rows = pd.read_parquet(tmp_path / "news" / "observations")
    assert sorted((at - begin) / timedelta(hours=1) for at in rows["observed_at"]) == [0, 25, 49]
