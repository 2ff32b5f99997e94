"""Pages that failed for the moment, and whose list has moved on: later runs ask for them again."""

from __future__ import annotations

import json
import os
import re
import signal
from datetime import UTC, datetime, timedelta

import pytest

import archive
from archive.format.records import ObservationRecord
from archive.writer import ArchiveWriter
from crawler.settings import ITEM_PIPELINES
from tests.newsrooms.herald import Herald, page
from tests.newsrooms.newsroom import Answer
from tests.support.running import Run, archive_prints

AT = "2026-03-17T09:20:00+02:00"
OWED, ALARM = 3, 4


def failing(herald: Herald, *numbers: int, status: int = 500) -> None:
    for number in numbers:
        for language in ("uk", "en", "ru"):
            herald.site[herald.path(number, language)] = Answer(b"later", status)


def move_on(herald: Herald) -> None:
    """The list names another story, and no more those before."""
    herald.publish(99)
    herald.announce(99)


def asked(herald: Herald) -> list[str]:
    return [path for path in herald.asked() if "/news/" in path]


def revisit(herald: Herald, **later: float) -> Run:
    herald.site.requests.clear()
    at = (datetime.now(UTC) + timedelta(**later)).isoformat(timespec="seconds")
    run = herald.crawl("--at", at, command="revisit")
    assert "Traceback" not in run.err
    return run


def summary(run: Run) -> dict[str, int]:
    return next(archive.open(run.archive).history()).summary


def why(run: Run, url: str) -> str:
    return archive_prints("why", "--archive", str(run.archive), url)


def owe(herald: Herald, urls: list[str], at: datetime, reason: str = "http-500") -> None:
    """As a crawl of that moment would have left it."""
    with ArchiveWriter.open(herald.archive, run_id="20260301T000000Z-herald-1") as writer:
        for number, url in enumerate(urls):
            moment = at - timedelta(microseconds=number)
            writer.add_observation(
                ObservationRecord(
                    url, url, "herald", "failed", reason, moment, 500, "20260301T000000Z-herald-1"
                )
            )
        writer.commit()


def test_a_page_whose_list_has_moved_on_comes_with_the_next_run_in_all_languages(herald: Herald) -> None:
    failing(herald, 1)
    herald.announce(1)
    first = herald.crawl()
    assert first.exit_code == OWED, first.err
    assert (
        "1 page is still to retry (http-500 1): the next run requests them again, listed or not" in first.out
    )
    assert summary(first)["run/owed"] == 1
    assert summary(first)["run/problems"] == 0
    assert re.search(
        r"Retried since .*, tried once; the first crawl or revisit of herald",
        why(first, f"{herald.base}/news/1"),
    )
    move_on(herald)
    herald.publish(1)
    run = herald.crawl()
    assert run.exit_code == 0, run.err
    assert "1 of 1 pages retried from earlier runs were fetched" in run.out
    assert summary(run)["run/owed"] == 0
    articles = run.table("articles")
    assert sorted(articles[articles["url"].str.endswith("/1")]["language"]) == ["en", "ru", "uk"]
    assert "Retried" not in why(run, f"{herald.base}/news/1")
    herald.site.requests.clear()
    assert herald.crawl().exit_code == 0
    assert asked(herald) == []


def test_a_variant_that_failed_comes_with_the_next_run(herald: Herald) -> None:
    herald.publish(1)
    herald.site["/en/news/1"] = Answer(b"later", 500)
    herald.announce(1)
    first = herald.crawl()
    assert (first.exit_code, len(first.table("articles"))) == (OWED, 2)
    move_on(herald)
    herald.publish(1)
    assert herald.crawl().exit_code == 0
    articles = first.table("articles")
    assert articles[articles["url"].str.endswith("/1")]["story_id"].nunique() == 1
    assert len(articles) == 6


@pytest.mark.parametrize("command", ["crawl", "revisit"])
def test_a_debt_that_is_gone_is_no_debt_any_more(herald: Herald, command: str) -> None:
    failing(herald, 1)
    herald.announce(1)
    herald.crawl()
    move_on(herald)
    for language in ("uk", "en", "ru"):
        del herald.site.answers[herald.path(1, language)]
    run = herald.crawl(command=command)
    assert run.exit_code == 0, run.err
    assert "0 of 1 pages retried from earlier runs were fetched, 1 do not exist or are no articles" in run.out
    assert "Retried" not in why(run, f"{herald.base}/news/1")


def test_a_revisit_pays_debts_too(herald: Herald) -> None:
    failing(herald, 1)
    herald.announce(1)
    herald.crawl()
    move_on(herald)
    herald.publish(1)
    run = herald.crawl(command="revisit")
    assert run.exit_code == 0, run.err
    assert len(run.table("articles")) == 3
    assert "1 of 1 pages retried" in run.out


def test_the_pause_between_tries_grows(herald: Herald) -> None:
    """The second try is at once, the third after 15 minutes, the fourth half an hour after that."""
    failing(herald, 1)
    herald.announce(1)
    herald.crawl()
    herald.announce()
    herald.site.requests.clear()
    second = herald.crawl()
    assert "/news/1" in asked(herald)
    assert second.exit_code == OWED
    assert re.search(r"the first run after 2\d{3}-\S+ \S+ UTC requests them again", second.out)
    assert revisit(herald, minutes=10).exit_code == OWED
    assert asked(herald) == []
    revisit(herald, minutes=16)
    assert "/news/1" in asked(herald)
    revisit(herald, minutes=29)
    assert asked(herald) == []
    herald.publish(1)
    run = revisit(herald, minutes=31)
    assert run.exit_code == 0, run.out
    assert len(run.table("articles")) == 3


def test_a_list_that_goes_on_naming_it_does_not_shorten_the_pause(herald: Herald) -> None:
    failing(herald, 1)
    herald.announce(1)
    for _ in range(2):
        herald.crawl()
    herald.site.requests.clear()
    run = herald.crawl()
    assert run.exit_code == OWED
    assert asked(herald) == []
    assert summary(run)["skipped(not-yet-due)"] == 1


def test_after_four_days_it_is_given_up_and_written_down(herald: Herald) -> None:
    failing(herald, 1)
    herald.announce(1)
    herald.crawl()
    move_on(herald)
    assert revisit(herald, hours=95).exit_code == OWED
    assert "/news/1" in asked(herald)
    run = revisit(herald, hours=97)
    assert "/news/1" not in asked(herald)
    assert run.exit_code == OWED
    assert "1 pages given up" in run.out
    looks = run.table("observations")
    (last,) = looks[looks["reason"] == "given-up"].itertuples()
    assert last.outcome == "skipped"
    assert "2 tries, last failure: http-500" in last.detail
    assert herald.crawl().exit_code == 0
    # a list that names it for ever begins no other four days
    herald.announce(1)
    failing(herald, 1)
    assert herald.crawl().exit_code == 0


def test_an_outlet_of_ten_thousand_debts_gets_its_share_the_newest_first(herald: Herald) -> None:
    move_on(herald)
    herald.crawl()
    urls = [f"{herald.base}/news/{number}" for number in range(100_000, 110_000)]
    owe(herald, urls, datetime.now(UTC) - timedelta(minutes=1))
    herald.site.requests.clear()
    herald.announce(98)
    herald.publish(98)
    run = herald.crawl("-a", "pages=50", "-s", "DEBT_SHARE=0.2")
    assert run.exit_code == ALARM  # so many pages to retry are one
    assert "pages to retry" in run.out.splitlines()[-1], run.out
    assert asked(herald) == sorted(
        [
            *(f"/news/{number}" for number in range(100_000, 100_010)),
            *(herald.path(98, x) for x in ("uk", "en", "ru")),
        ]
    )
    assert "0 of 10 pages retried from earlier runs were fetched, 10 do not exist" in run.out
    assert "9990 pages are still to retry" in run.out


def also_decided_by(stage: str) -> str:
    return f"ITEM_PIPELINES={json.dumps({f'tests.support.bad_stages.{stage}': 50, **ITEM_PIPELINES})}"


@pytest.mark.parametrize(
    ("reason", "arguments"),
    [
        ("cut-short", ()),
        ("timeout", ("-s", "EXTRACTION_TIMEOUT=1", "-s", also_decided_by("NeverEndsStage"))),
        ("worker-died", ("-s", also_decided_by("DiesStage"))),
    ],
)
def test_whatever_kept_it_away_it_comes_with_the_next_run(
    herald: Herald, reason: str, arguments: tuple[str, ...]
) -> None:
    herald.publish(1)
    herald.announce(1)
    if reason == "cut-short":
        herald.site["/news/1"] = Answer(page(1, "uk", AT).encode(), cut=True)
    first = herald.crawl(*arguments)
    assert first.exit_code == OWED, first.err
    assert f"({reason} 1)" in first.out
    move_on(herald)
    herald.publish(1)
    run = herald.crawl()
    assert run.exit_code == 0, run.err
    assert len(run.table("articles")) == 6


def test_a_crawl_that_was_killed_before_it_asked_owes_what_it_had_found(herald: Herald) -> None:
    """Five stories listed, two answered; then SIGKILL, and the list names none of them any more."""
    herald.publish(*range(1, 6))
    herald.announce(*range(1, 6))
    kill_in_the_middle(herald, 4)
    move_on(herald)
    run = herald.crawl()
    assert run.exit_code == 0, run.err
    assert len(run.table("articles")) == 18


def kill_in_the_middle(herald: Herald, requests: int) -> None:
    """What is asked for after so many requests waits until the crawl is dead."""
    herald.site.requests.clear()
    process = herald.start()
    herald.site.wait_for(requests, process)
    herald.site.held.clear()
    herald.site.wait_for(requests + 1, process)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    herald.site.held.set()


def test_a_crawl_stopped_by_hand_owes_what_it_had_found(herald: Herald) -> None:
    herald.publish(*range(1, 9))
    herald.announce(*range(1, 9))
    process = herald.start("-s", "CONCURRENT_REQUESTS_PER_DOMAIN=1")
    herald.site.wait_for(6, process)
    herald.site.held.clear()
    process.send_signal(signal.SIGTERM)
    herald.site.held.set()
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    move_on(herald)
    run = herald.crawl()
    assert run.exit_code == 0, run.err
    assert len(run.table("articles")) == 27


def test_a_run_of_debts_that_is_killed_leaves_them_owed(herald: Herald) -> None:
    failing(herald, *range(1, 7))
    herald.announce(*range(1, 7))
    herald.crawl()
    move_on(herald)
    herald.publish(*range(1, 7))
    kill_in_the_middle(herald, 6)
    run = herald.crawl()
    assert run.exit_code == 0, run.err
    assert len(run.table("articles")) == 21


def test_what_is_over_the_budget_of_pages_is_owed_and_no_reason_for_exit_code_3(herald: Herald) -> None:
    herald.publish(*range(1, 4), languages=("uk",))
    herald.announce(*range(1, 4))
    first = herald.crawl("-a", "pages=1")
    assert first.exit_code == 0
    assert "2 pages were over the budget; the next runs request them" in first.out
    move_on(herald)
    run = herald.crawl()
    assert run.exit_code == 0
    assert len(run.table("articles")) == 6


def test_what_a_backfill_leaves_over_its_budget_is_no_debt(herald: Herald) -> None:
    herald.publish(*range(1, 4), languages=("uk",))
    herald.announce(*range(1, 4), path="/sitemap-2026-03.xml")
    first = herald.crawl("-a", "since=2026-03-17", "-a", "until=2026-03-18", "-a", "pages=1")
    assert "skipped" in first.out
    assert summary(first)["run/owed"] == 0
    herald.site.requests.clear()
    move_on(herald)
    herald.crawl()
    assert not [path for path in asked(herald) if not path.endswith("/99")]


def test_an_address_given_that_does_not_come_keeps_exit_code_1(herald: Herald) -> None:
    failing(herald, 1)
    move_on(herald)
    herald.crawl()
    run = herald.crawl("-a", f"url={herald.base}/news/1")
    assert run.exit_code == 1
    herald.publish(1)
    herald.site["/en/news/1"] = Answer(b"later", 500)
    run = herald.crawl("-a", f"url={herald.base}/news/1")
    assert run.exit_code == OWED
    assert "1 page is still to retry (http-500 1)" in run.out


def test_the_table_of_outlets_has_a_column_of_debts(herald: Herald) -> None:
    failing(herald, 1, 2)
    herald.announce(1, 2)
    herald.crawl()
    told = herald.outlets()
    header, row = (line for line in told.splitlines() if line.startswith(("outlet", "herald")))
    at = header.index("owed")
    assert row[: at + 4].split()[-1] == "2"


def test_a_debt_that_robots_txt_comes_to_forbid_is_not_asked_for(herald: Herald) -> None:
    failing(herald, 1)
    herald.announce(1)
    herald.crawl()
    move_on(herald)
    herald.site["/robots.txt"] = Answer(
        b"User-agent: *\nDisallow: /news/1\n", headers={"Content-Type": "text/plain"}
    )
    herald.site.requests.clear()
    run = herald.crawl()
    assert run.exit_code == 0
    assert "/news/1" not in asked(herald)


def test_a_debt_at_an_address_that_is_no_article_any_more_is_dropped(herald: Herald) -> None:
    move_on(herald)
    herald.crawl()
    owe(herald, [f"{herald.base}/calendar/2026", "http://elsewhere.example/news/1"], datetime.now(UTC))
    herald.site.requests.clear()
    run = herald.crawl()
    assert run.exit_code == 0, run.out
    assert asked(herald) == []
    assert summary(run)["skipped(not-an-article)"] == 2
