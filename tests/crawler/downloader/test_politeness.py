"""Hosts that refuse: the crawl waits as it is told, asks more slowly, gives up, comes back another time."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path

import pytest

from tests.newsrooms.block_pages import CLOUDFLARE
from tests.newsrooms.newsroom import Answer, Site
from tests.newsrooms.story_pages import PARAGRAPHS, Page
from tests.support.forked import A_WHILE, scrapy
from tests.support.running import Crawl, Run

REFUSING, OTHER = "visnyk.example", "herald.example"
# without a delay, as here, Scrapy sends all that it has for a host at once; crawler/downloader/queue.py gives
# 4
AT_ONCE = 4
QUICK = ("-s", "BACKOFF_DELAY=0.05", "-s", "RESOLVE_TO=127.0.0.1")


def page(number: int) -> str:
    return Page("uk", paragraphs=(f"{number}. {PARAGRAPHS['uk'][0]}", *PARAGRAPHS["uk"][1:])).render()


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as site:
        yield site


def asked(site: Site, host: str) -> list[str]:
    return [request for request in site.articles_asked() if request.startswith(host)]


def addresses(site: Site, host: str, count: int) -> list[str]:
    """Addresses of a host whose pages there are."""
    for number in range(count):
        site[f"{host}/news/{number}"] = page(number)
    return [f"http://{host}:{site.port}/news/{number}" for number in range(count)]


def refuse(site: Site, host: str, answer: Answer) -> None:
    for path in [path for path in site.answers if path.startswith(host)]:
        site[path] = answer


def listed(tmp_path: Path, urls: list[str]) -> tuple[str, ...]:
    (tmp_path / "urls.txt").write_text("\n".join(urls), encoding="utf-8")
    return "page", "-a", f"urls={tmp_path / 'urls.txt'}", *QUICK


def ends(run: Run, host: str) -> dict[str, int]:
    looks = run.table("observations")
    looks = looks[looks["requested_url"].str.contains(host, regex=False)]
    return (looks["outcome"] + "(" + looks["reason"].fillna("") + ")").value_counts().to_dict()


@pytest.mark.parametrize("status", [429, 503])
def test_it_waits_as_long_as_it_is_told_and_asks_again(status: int, site: Site, crawl: Crawl) -> None:
    (url,) = addresses(site, OTHER, 1)
    site.first = [Answer(b"later", status, {"Retry-After": "1"})]
    run = crawl("page", "-a", f"url={url}", *QUICK)
    assert run.exit_code == 0, run.err
    assert len(run.table("articles")) == 1
    first, second = (at for request, at in zip(site.requests, site.moments, strict=True) if "news" in request)
    # the clocks of both sides are one
    assert second - first >= 0.99
    assert f"slowed    {OTHER} refused (http-{status} 1)" in run.out


def test_the_moment_may_be_a_date(site: Site, crawl: Crawl) -> None:
    (url,) = addresses(site, OTHER, 1)
    moment = int(time.time()) + 6
    site.first = [Answer(b"later", 503, {"Retry-After": formatdate(moment, usegmt=True)})]
    run = crawl("page", "-a", f"url={url}", *QUICK)
    assert len(run.table("articles")) == 1, run.err
    assert site.moments[-1] >= moment - 0.01


def test_a_host_that_is_always_busy_is_asked_three_times(site: Site, crawl: Crawl) -> None:
    (url,) = addresses(site, OTHER, 1)
    refuse(site, OTHER, Answer(b"busy", 503))
    run = crawl("page", "-a", f"url={url}", *QUICK)
    assert run.exit_code == 1
    assert ends(run, OTHER) == {"failed(http-503)": 1}
    assert len(asked(site, OTHER)) == 3


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(b"no", 403), "http-403"),
        (Answer(CLOUDFLARE.encode()), "blocked"),
        (Answer(CLOUDFLARE.encode(), 403), "http-403"),
    ],
    ids=["403", "a block page with status 200", "a block page with status 403"],
)
def test_a_host_that_refuses_is_left_for_the_next_run_and_the_others_are_not(
    answer: Answer, reason: str, site: Site, crawl: Crawl, tmp_path: Path
) -> None:
    refusing, others = addresses(site, REFUSING, 20), addresses(site, OTHER, 4)
    pages = dict(site.answers)
    refuse(site, REFUSING, answer)
    run = crawl(*listed(tmp_path, [*refusing, *others]), "-s", "REFUSALS_IN_A_ROW=3")
    assert run.exit_code == 1
    assert f"{REFUSING} refuses this crawl: {reason}, 3 refusals in a row; " in run.err
    assert ends(run, OTHER) == {"archived()": 4}
    found = ends(run, REFUSING)
    assert set(found) <= {f"failed({reason})", "skipped(host-refuses)"}
    assert found[f"failed({reason})"] >= 3
    # the three, and what was under way; what a page with status 200 is, a worker tells, a little later
    assert found[f"failed({reason})"] <= 3 + AT_ONCE or reason == "blocked"
    assert sum(found.values()) == 20
    assert len(asked(site, REFUSING)) == found[f"failed({reason})"]
    assert len(run.table("articles")) == 4

    site.answers = pages
    again = crawl(*listed(tmp_path, [*refusing, *others]))
    assert again.exit_code == 0, again.err
    assert len(again.table("articles")) == 24


def test_a_wall_that_its_words_alone_tell_is_a_refusal(site: Site, crawl: Crawl, tmp_path: Path) -> None:
    refusing = addresses(site, REFUSING, 20)
    wall = "<html><h1>Підтвердіть, що ви не робот</h1><p>Натисніть на всі світлофори картинки.</p></html>"
    refuse(site, REFUSING, Answer(wall.encode()))
    run = crawl(*listed(tmp_path, refusing), "-s", "REFUSALS_IN_A_ROW=3")
    assert run.exit_code == 1
    assert f"{REFUSING} refuses this crawl: blocked-page, 3 refusals in a row; " in run.err
    found = ends(run, REFUSING)
    assert set(found) == {"dropped(blocked-page)", "skipped(host-refuses)"}
    assert sum(found.values()) == 20


def test_who_asks_to_be_left_alone_for_long_is_left_at_once(site: Site, crawl: Crawl, tmp_path: Path) -> None:
    refusing, others = addresses(site, REFUSING, 9), addresses(site, OTHER, 2)
    refuse(site, REFUSING, Answer(b"", 429, {"Retry-After": "86400"}))
    run = crawl(*listed(tmp_path, [*refusing, *others]))
    assert f"{REFUSING} refuses this crawl: http-429, and asks to be left alone for 86400 s" in run.err
    assert ends(run, OTHER) == {"archived()": 2}
    assert len(asked(site, REFUSING)) <= AT_ONCE


def test_a_host_that_makes_the_crawl_wait_does_not_hold_the_places_of_another(
    site: Site, crawl: Crawl, tmp_path: Path
) -> None:
    waiting, others = addresses(site, REFUSING, 40), addresses(site, OTHER, 10)
    refuse(site, REFUSING, Answer(b"", 503, {"Retry-After": "600"}))
    process = crawl.fork(*listed(tmp_path, [*waiting, *others]))
    site.wait_until(lambda: len(asked(site, OTHER)) == 10, process)
    process.kill()
    process.communicate(timeout=A_WHILE)
    assert len(asked(site, REFUSING)) <= AT_ONCE


# prints the slot after each refusal, and before the crawl has drawn its conclusion from an article
PROGRAM = """
import json, sys
from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.utils.project import get_project_settings
from crawler.story.arguments import Arguments
from crawler.spiders.page import AnyPage

settings = get_project_settings()
own = {"ARCHIVE_URI": sys.argv[1], "ALLOW_PRIVATE_NETWORK": True, "BACKOFF_DELAY": 0.04}
own["OPT_OUT_FILES"] = False
own |= {"DOWNLOAD_DELAY": 0.01, "AUTOTHROTTLE_ENABLED": False, "CONCURRENT_REQUESTS_PER_DOMAIN": 1}
settings.setdict(own, priority="cmdline")
process = AsyncCrawlerProcess(settings)
crawler = process.create_crawler(AnyPage)

def told(kind):
    slot = crawler.engine.downloader.slots["127.0.0.1"]
    print(json.dumps([kind, slot.delay, slot.concurrency, slot.jitter]))

# when a refusal has come out of the pipelines, the next one may have come already
def downloaded(response, request, spider):
    if response.status == 403:
        told("refused")

def scraped(item, response, spider):
    if item.outcome == "archived":
        told("archived")

def opened(spider):
    # behind the crawl's own
    crawler.signals.connect(downloaded, signals.response_downloaded)

crawler.signals.connect(opened, signals.spider_opened)
crawler.signals.connect(scraped, signals.item_scraped)
process.crawl(crawler, arguments=Arguments(urls=tuple(sys.argv[2:])))
process.start()
"""


def test_the_delay_doubles_and_recovers(site: Site, tmp_path: Path) -> None:
    urls = []
    for number in range(7):
        site[f"/news/{number}"] = page(number)
        urls.append(f"{site.base}/news/{number}")
    no = Answer(b"no", 403)
    site.first = [no, no, no]
    run = scrapy(PROGRAM, str(tmp_path / "news-archive"), *urls, module="-c")
    assert run.returncode == 0, run.stderr
    assert [json.loads(line) for line in run.stdout.splitlines()] == [
        ["refused", 0.04, 1, 0.0],
        ["refused", 0.08, 1, 0.0],
        ["refused", 0.16, 1, 0.0],
        ["archived", 0.16, 1, 0.0],
        ["archived", 0.08, 1, 0.0],
        ["archived", 0.04, 1, 0.0],
        ["archived", 0.01, 1, 0.5],
    ]


@pytest.mark.parametrize(("name", "value"), [("BACKOFF_DELAY", "soon"), ("REFUSALS_IN_A_ROW", "0")])
def test_a_setting_that_cannot_be_meant_is_told(name: str, value: str, crawl: Crawl) -> None:
    run = crawl("demo", "-s", f"{name}={value}", private=False)
    assert run.exit_code == 2
    assert f"{name}='{value}': expected a number" in run.err
