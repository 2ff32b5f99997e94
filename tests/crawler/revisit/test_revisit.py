"""`scrapy revisit`: what has changed since, as a reader of the archive sees it, on a real server.

`--at` says of which moment the plan is; nothing waits for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.newsrooms.herald import Herald, page
from tests.newsrooms.loopback_crawls import Internet
from tests.newsrooms.newsroom import Answer
from tests.support.crawled_once import Crawled, crawled
from tests.support.running import Crawl, Run

ETAG = {"Content-Type": "text/html; charset=utf-8", "ETag": 'W/"1-é"'}


def an_hour_ago() -> str:
    return (datetime.now(UTC) - timedelta(hours=1)).isoformat(timespec="seconds")


def in_time(**later: float) -> str:
    return (datetime.now(UTC) + timedelta(**later)).isoformat(timespec="seconds")


def revisit(herald: Herald, *arguments: str, lift: bool = True, **later: float) -> Run:
    herald.site.requests.clear()
    herald.site.conditions.clear()
    given = (*arguments, *(("--all",) if lift else ()), *(("--at", in_time(**later)) if later else ()))
    run = herald.crawl(*given, command="revisit")
    assert "Traceback" not in run.err
    return run


def in_one_process(herald: Herald, *errands: str) -> list[dict[str, int]]:
    """As the commands do it one after the other; they start ten times faster. The accounts of the outlet.

    Times are those of the plan alone, so that looks a second apart count.
    """
    done = Internet(herald.site, herald.archive, ["herald"]).run(",".join(errands), TRIPTYCH_MISSES_APART="0")
    return [account.get("herald", {}) for account in done]


@pytest.fixture(scope="module")
def crawled_bridge(scrapy_command: list[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    def lay_out(herald: Herald) -> None:
        herald.publish(1, published=an_hour_ago())
        herald.announce(1)

    with crawled(scrapy_command, tmp_path_factory.mktemp("bridge"), lay_out) as bridge:
        yield bridge


@pytest.fixture
def bridge(crawled_bridge: Crawled, crawl: Crawl) -> Herald:
    """One story in three languages, published an hour ago, in the archive."""
    return crawled_bridge.again(crawl)


def test_what_was_seen_a_moment_ago_is_not_asked_for(bridge: Herald) -> None:
    run = revisit(bridge)
    assert (run.exit_code, run.err) == (0, "")
    assert "nothing is due; the next one at" in run.out
    assert bridge.asked() == []


def test_an_edit_is_a_new_version(bridge: Herald) -> None:
    bridge.site[bridge.path(1, "en")] = page(1, "en", an_hour_ago(), " Corrected: the cost was 39 million.")
    run = revisit(bridge, hours=2)
    assert run.exit_code == 0, run.err
    assert bridge.asked() == ["/en/news/1", "/news/1", "/ru/news/1"]
    versions = run.table("versions").set_index("language").loc["en"].sort_values("version")
    assert list(versions["version"]) == [1, 2]
    assert "39 million" in versions["body"].iloc[1]
    assert len(run.table("versions")) == 4
    assert re.search(r"unchanged +2\b", run.out)


def test_what_is_known_is_not_fetched_twice(bridge: Herald) -> None:
    """Each page names the other two."""
    run = revisit(bridge, "--limit", "1", hours=2)
    assert "3 due, 1 looked at now" in run.out
    assert len(bridge.asked()) == 1


def test_a_deletion_is_gone_at_the_third_look_and_then_asked_for_no_more(bridge: Herald) -> None:
    del bridge.site.answers["/news/1"]
    # a page that is missing is due in six hours, one that has gone in thirty days
    accounts = in_one_process(bridge, *["revisit+24"] * 3, *["revisit+744"] * 4)
    assert [account.get("failed(http-404)", 0) for account in accounts] == [1, 1, 1, 1, 1, 1, 0]
    looks = bridge.table("observations")
    missing = looks[looks["http_status"] == 404].sort_values("observed_at")
    assert set(missing["url"]) == {f"{bridge.base}/news/1"}
    assert list(missing["missing"]) == [1, 2, 3, 4, 5, 6]
    assert list(missing["gone"]) == [False, False, True, True, True, True]
    assert len(bridge.table("articles")) == 3


def test_a_late_translation_is_found_where_the_rule_says(herald: Herald) -> None:
    herald.publish(1, languages=("uk", "ru"), published=an_hour_ago())
    herald.announce(1)
    herald.crawl()
    assert len(revisit(herald, hours=5).table("articles")) == 2
    assert "/en/news/1" in herald.asked()
    herald.publish(1, languages=("en",), published=an_hour_ago())
    run = revisit(herald, hours=5)
    assert run.exit_code == 0, run.err
    articles = run.table("articles")
    assert sorted(articles["language"]) == ["en", "ru", "uk"]
    assert articles["story_id"].nunique() == 1


def test_a_translation_is_awaited_for_four_days(herald: Herald) -> None:
    herald.publish(1, languages=("uk", "ru"), published=an_hour_ago())
    herald.announce(1)
    herald.crawl()
    revisit(herald, hours=94)
    assert "/en/news/1" in herald.asked()
    schedule = revisit(herald, "--dry-run", hours=97).out
    assert re.search(r"^translations +0 +0 *$", schedule, re.M)


def test_a_page_that_comes_to_name_a_translation_leads_to_it(bridge: Herald) -> None:
    """No rule makes this address."""
    late = f"{bridge.base}/news/77"
    linked = page(1, "uk", an_hour_ago()).replace(
        "</head>", f'<link rel="alternate" hreflang="de" href="{late}"></head>'
    )
    bridge.site["/news/1"] = linked
    bridge.site["/news/77"] = page(77, "en", an_hour_ago())
    run = revisit(bridge, hours=2)
    assert run.exit_code == 0, run.err
    assert "/news/77" in bridge.asked()
    assert late in set(run.table("articles")["url"])


# --- what a list says ----------------------------------------------------------------------------------
def moment_later() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


@pytest.fixture(scope="module")
def crawled_week(scrapy_command: list[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    def lay_out(herald: Herald) -> None:
        herald.publish(*range(1, 11), languages=("uk",), published=an_hour_ago())
        herald.announce(*range(1, 11), day=an_hour_ago())

    with crawled(scrapy_command, tmp_path_factory.mktemp("week"), lay_out) as week:
        yield week


@pytest.fixture
def week(crawled_week: Crawled, crawl: Crawl) -> Herald:
    """Ten stories in one language: 13 requests, of which revisits may be a fourth."""
    return crawled_week.again(crawl)


def test_what_a_sitemap_says_has_changed_is_looked_at_in_the_next_crawl(week: Herald) -> None:
    week.site["/news/3"] = page(3, "uk", an_hour_ago(), " Виправлено.")
    week.announce(*range(1, 11), changed={3: moment_later()})
    run = week.crawl()
    assert run.exit_code == 0, run.err
    assert [path for path in week.asked() if "news/" in path] == ["/news/3"]
    assert list(run.table("versions").query("version == 2")["url"]) == [f"{week.base}/news/3"]
    # once: the look was later than the change
    week.site.requests.clear()
    week.crawl()
    assert not [path for path in week.asked() if "news/" in path]


def test_a_list_whose_every_entry_has_changed_is_not_believed(week: Herald) -> None:
    week.announce(*range(1, 11), day=moment_later())
    run = week.crawl()
    assert "known 10" in run.out
    assert not [path for path in week.asked() if "news/" in path]


def test_a_date_that_cannot_be_is_not_believed(week: Herald) -> None:
    week.announce(*range(1, 11), changed={3: in_time(hours=2), 4: "2026-13-40T00:00:00Z", 5: "yesterday"})
    run = week.crawl()
    assert "known 10" in run.out
    assert not [path for path in week.asked() if "news/" in path]


# --- conditions ----------------------------------------------------------------------------------------
def serve(herald: Herald, answer: Answer) -> None:
    herald.site[herald.path(1)] = answer


def crawl_one(herald: Herald, conditions: str, more: str = "") -> Answer:
    body = page(1, "uk", an_hour_ago(), more).encode()
    answer = Answer(body, headers=ETAG, conditions=conditions)  # type: ignore[arg-type]
    serve(herald, answer)
    herald.announce(1)
    herald.crawl()
    return answer


def uk_conditions(herald: Herald) -> list[dict[str, str]]:
    pairs = zip(herald.site.requests, herald.site.conditions, strict=True)
    return [sent for request, sent in pairs if request.endswith("example/news/1")]


def test_a_304_is_an_unchanged_look(herald: Herald) -> None:
    crawl_one(herald, "kept")
    run = revisit(herald, hours=2)
    assert run.exit_code == 0, run.err
    assert uk_conditions(herald) == [{"If-None-Match": ETAG["ETag"]}]
    looks = run.table("observations")
    (look,) = looks[looks["http_status"] == 304].to_dict("records")
    assert (look["outcome"], look["reason"], look["version"]) == ("unchanged", "not-modified", 1)
    (article,) = run.table("articles").to_dict("records")
    assert look["article_id"] == article["article_id"]
    assert article["last_seen"] == look["observed_at"]
    assert "not-modified 1" in run.out


def test_last_modified_is_sent_where_there_is_no_etag(herald: Herald) -> None:
    stamp = "Tue, 17 Mar 2026 07:20:00 GMT"
    headers = {"Content-Type": "text/html; charset=utf-8", "Last-Modified": stamp}
    serve(herald, Answer(page(1, "uk", an_hour_ago()).encode(), headers=headers, conditions="kept"))
    herald.announce(1)
    herald.crawl()
    revisit(herald, hours=2)
    assert uk_conditions(herald) == [{"If-Modified-Since": stamp}]


def test_a_server_that_ignores_conditions_is_read_each_time(herald: Herald) -> None:
    crawl_one(herald, "ignored")
    run = revisit(herald, hours=2)
    assert re.search(r"unchanged +1\b", run.out)
    serve(herald, Answer(page(1, "uk", an_hour_ago(), " Виправлено.").encode(), headers=ETAG))
    run = revisit(herald, hours=2)
    assert run.table("versions")["version"].max() == 2


def test_an_edit_behind_a_304_is_seen_at_the_tenth_look(herald: Herald) -> None:
    answer = crawl_one(herald, "always 304")
    edited = page(1, "uk", an_hour_ago(), " Виправлено.").encode()
    serve(herald, Answer(edited, headers=answer.headers, conditions="always 304"))
    herald.site.requests.clear()
    herald.site.conditions.clear()
    accounts = in_one_process(herald, *["revisit+48"] * 10)
    assert [bool(conditions) for conditions in uk_conditions(herald)] == [True] * 9 + [False]
    assert [account.get("unchanged(not-modified)", 0) for account in accounts] == [1] * 9 + [0]
    assert list(herald.table("versions").sort_values("version")["version"]) == [1, 2]


# --- how much ------------------------------------------------------------------------------------------
def test_revisits_are_a_fifth_of_all_requests_at_most(herald: Herald) -> None:
    herald.publish(1, 2, 3, 4, published=an_hour_ago())
    herald.announce(1, 2, 3, 4)
    herald.crawl()
    crawled = len(herald.site.requests)
    run = revisit(herald, lift=False, hours=3)
    assert run.exit_code == 0, run.err
    assert crawled == 15
    # a fourth of these is three: two pages and robots.txt
    assert "12 due, 2 looked at now; crawls made 15, revisits 0, 3 are left, --all lifts it" in run.out
    assert len(herald.site.requests) == 3
    again = revisit(herald, lift=False, hours=3)
    assert "0 looked at now" in again.out
    assert herald.asked() == []


def test_a_dry_run_shows_the_schedule_and_asks_for_nothing(bridge: Herald) -> None:
    run = revisit(bridge, "--dry-run", hours=2)
    assert (run.exit_code, run.err) == (0, "")
    assert bridge.site.requests == []
    rows = {line[:30].strip(): line[30:].split() for line in run.out.splitlines()[2:]}
    assert rows["under a day"][:2] == ["3", "3"]


def test_what_cannot_be_meant_is_a_sentence(herald: Herald, crawl: Crawl) -> None:
    run = revisit(herald)
    assert run.exit_code == 6
    assert "There is no archive at" in run.err
    for arguments, said in (
        (("page",), "triptych crawl page -a url="),
        (("herald", "-a", "url=http://a.example"), "-a url=… is of `triptych crawl`"),
        (("herald", "--at", "tomorrow"), "'tomorrow' is not a time; write it as 2026-12-01T09:00"),
        (("herald", "--at", "0001-01-01"), "'0001-01-01' is a time without articles"),
        (("herald", "--at", "9999-12-31T23:00-10:00"), "is not a time"),
        (("herald", "--limit", "0"), "'0' is not a number of at least 1"),
        ((), "give one outlet"),
    ):
        run = crawl(
            *arguments, "-s", "SPIDER_MODULES=crawler.spiders,tests.spiders.outlets", command="revisit"
        )
        assert run.exit_code == 2, arguments
        assert said in run.err, run.err
