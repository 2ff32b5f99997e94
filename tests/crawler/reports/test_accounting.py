"""Every address that a crawl comes upon is in its account: as printed, in the manifest, and look by look."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator

import pytest

import archive
from tests.newsrooms.herald import Herald, page
from tests.newsrooms.newsroom import Answer, Site
from tests.spiders.careless.counting import ARTICLES, KNOWN
from tests.support.running import Crawl, Run, archive_prints

AT = "2026-03-17T09:20:00+02:00"


@pytest.fixture
def herald(crawl: Crawl) -> Iterator[Herald]:
    """One of each: a story, one without translations, a dead link, an empty page, another form of address."""
    with Site() as site:
        herald = Herald(site, crawl)
        herald.publish(1)
        herald.publish(2, languages=("uk",))
        herald.announce(1, 2, 3, 4, 5)
        site["/news/4"] = "<html><title>Herald</title><h1>Soon</h1></html>"
        site["/news/5"] = Answer(status=302, headers={"Location": "http://elsewhere.example/news/5"})
        entry = f"<url><loc>{herald.base}/about-us</loc></url></urlset>".encode()
        listed = site.answers["/sitemap-news.xml"]
        site["/sitemap-news.xml"] = Answer(listed.body.replace(b"</urlset>", entry), headers=listed.headers)
        yield herald


def manifests(run: Run) -> list[dict[str, object]]:
    names = [path for path in (run.archive / "_log").glob("*.json") if path.stem.isdecimal()]
    return [json.loads(path.read_bytes()) for path in sorted(names)]


def account(manifest: dict[str, object]) -> Counter[str]:
    """What has a slash in its name is the run's own, or the archive's."""
    summary = manifest["summary"]
    assert isinstance(summary, dict)
    return Counter({kind: count for kind, count in summary.items() if "/" not in kind})


KEPT = ("archived", "unchanged")
EXPECTED = {
    "archived": 4,
    "skipped(no-such-variant)": 4,
    "failed(http-404)": 1,
    "dropped(no-body)": 1,
    "skipped(offsite)": 1,
    "skipped(not-an-article)": 1,
}


def test_the_sums_agree_in_print_in_the_manifest_and_in_the_looks(herald: Herald) -> None:
    run = herald.crawl()
    assert run.exit_code == 0, run.err
    latest = manifests(run)[-1]
    assert account(latest) == EXPECTED
    printed = re.search(r"^addresses +(\d+)", run.out, re.M)
    assert printed is not None
    assert int(printed[1]) == sum(EXPECTED.values())
    looks = Counter(
        row.outcome if not isinstance(row.reason, str) else f"{row.outcome}({row.reason})"
        for row in run.table("observations").itertuples()
        # a source is no discovered address
        if not row.requested_url.endswith(".xml")
    )
    assert looks == EXPECTED
    summary = latest["summary"]
    assert isinstance(summary, dict)
    assert summary["run/finished"] == 1
    assert summary["run/problems"] == 0
    assert summary["requests/crawl"] == len(herald.site.requests)
    assert (summary["sources/read"], summary["sources/failed"]) == (2, 0)


def test_an_address_that_nobody_settles_is_a_problem_and_exit_code_1(crawl: Crawl, herald: Herald) -> None:
    """The spider loses one on purpose: it is entered, and no request for it is made."""
    settings = ("-s", "SPIDER_MODULES=tests.spiders.careless", "-s", "RESOLVE_TO=127.0.0.1")
    run = crawl("careless", *settings, HERALD_PORT=str(herald.site.port))
    assert run.exit_code == 1
    assert "1 URLs were not finished" in run.err
    assert account(manifests(run)[-1])["failed(unfinished)"] == 1


def test_a_spider_that_breaks_at_the_start_is_a_problem_and_exit_code_1(crawl: Crawl, herald: Herald) -> None:
    settings = ("-s", "SPIDER_MODULES=tests.spiders.careless", "-s", "RESOLVE_TO=127.0.0.1")
    run = crawl("stumbling", *settings, HERALD_PORT=str(herald.site.port))
    assert run.exit_code == 1
    assert "not everything that this crawl should begin with was requested (LookupError)" in run.err
    assert len(run.table("articles")) == EXPECTED["archived"]
    assert manifests(run)[-1]["summary"]["run/problems"] == 1  # type: ignore[index]


def test_what_is_published_on_the_way_has_the_account_of_that_moment(crawl: Crawl, herald: Herald) -> None:
    """Counting 150,000 addresses takes long enough for the crawl to enter the next one meanwhile."""
    settings = ("-s", "SPIDER_MODULES=tests.spiders.careless", "-s", "RESOLVE_TO=127.0.0.1")
    run = crawl("counting", *settings, HERALD_PORT=str(herald.site.port))
    assert (run.exit_code, run.err) == (0, "")
    accounts = [account(manifest) for manifest in manifests(run)[1:]]
    assert len(accounts) == 2
    assert {told["skipped(known)"] for told in accounts} == {KNOWN}
    assert accounts[0]["archived"] < accounts[1]["archived"] == ARTICLES


def test_why_tells_the_story_of_an_address(herald: Herald) -> None:
    herald.crawl()
    herald.site["/news/4"] = page(4, "uk", AT)
    run = herald.crawl("-a", f"url={herald.base}/news/4")
    assert run.exit_code == 0, run.err
    told = why(run, f"{herald.base}/news/4?utm_source=telegram")
    assert f"visited as {herald.base}/news/4" in told
    assert re.findall(r"(dropped|archived) +(no-body)?", told) == [("dropped", "no-body"), ("archived", "")]
    assert re.search(r"skipped +not-an-article", why(run, f"{herald.base}/about-us"))


def test_what_is_listed_for_a_day_has_one_row_and_each_crawl_its_account(herald: Herald) -> None:
    herald.crawl()
    herald.site.requests.clear()
    for _ in range(2):
        run = herald.crawl()
        assert run.exit_code == 0, run.err
        latest = account({"summary": next(archive.open(run.archive).history()).summary})
        assert latest.total() == 6
        assert (latest["skipped(known)"], latest["skipped(no-article-lately)"]) == (2, 3)
    # what is dead, empty or elsewhere is left for an hour
    assert not [request for request in herald.site.requests if "/news/" in request]
    rows = run.table("observations").sort_values("observed_at")
    looks = rows.groupby("requested_url")["outcome"].agg(list)
    assert looks[f"{herald.base}/news/1"] == ["archived", "skipped"]
    assert looks[f"{herald.base}/news/4"] == ["dropped"]
    assert looks[f"{herald.base}/about-us"] == ["skipped"]
    assert re.findall(r"(archived|skipped) +(known)?", why(run, f"{herald.base}/news/1")) == [
        ("archived", ""), ("skipped", "known"),
    ]  # fmt: skip


def why(run: Run, url: str) -> str:
    return archive_prints("why", "--archive", str(run.archive), url)


def test_an_outlet_of_which_nothing_answers_leaves_its_account(herald: Herald) -> None:
    herald.site.answers.clear()
    run = herald.crawl()
    assert run.exit_code == 1
    summary = manifests(run)[-1]["summary"]
    assert isinstance(summary, dict)
    assert (summary["sources/read"], summary["sources/failed"]) == (0, 2)
    assert summary["run/problems"] == 1
    assert re.search(r"failed +http-404", why(run, f"{herald.base}/rss.xml"))


def test_a_text_that_comes_back_is_unchanged_in_print_as_it_is_in_the_archive(herald: Herald) -> None:
    edited = page(2, "uk", AT, " Corrected: the cost was 39 million.")
    address = f"url={herald.base}/news/2"
    outcomes = []
    for text in (page(2, "uk", AT), edited, page(2, "uk", AT)):
        herald.site["/news/2"] = text
        run = herald.crawl("-a", address)
        assert run.exit_code == 0, run.err
        summary = manifests(run)[-1]["summary"]
        assert isinstance(summary, dict)
        told = [(kind, count) for kind, count in account(manifests(run)[-1]).items() if kind in KEPT]
        assert told == [(kind, summary.get(f"archive/{kind}")) for kind, _ in told]
        outcomes += [kind for kind, _ in told]
    assert outcomes == ["archived", "archived", "unchanged"]


def test_a_run_that_finds_nothing_new_has_an_account_and_makes_no_snapshot(herald: Herald) -> None:
    herald.crawl()
    herald.crawl()  # what is known by now has its row of the day
    before = sorted(path.name for path in herald.archive.glob("_*/*"))
    for number in range(1, 4):
        run = herald.crawl()
        assert run.exit_code == 0, run.err
        assert re.fullmatch(r"[\d-]+ [\d:]+ UTC  herald: nothing new; \d+ addresses: .*\n", run.out)
        assert len(list((run.archive / "_runs").iterdir())) == number
    kept = {path.name for path in herald.archive.glob("_*/*")} - {
        path.name for path in (herald.archive / "_runs").iterdir()
    }
    assert sorted(kept) == sorted(set(before))
    told = [account({"summary": entry.summary}) for entry in archive.open(herald.archive).history()]
    assert len(told) == 3 + 3
    assert {counts.total() for counts in told[:3]} == {6}
    shown = archive_prints("ls", "--archive", str(herald.archive))
    assert shown.count("nothing new") == 3
