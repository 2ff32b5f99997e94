"""Rules with a repeat within a repeat, and addresses of a server that knows it: no match goes on for ever."""

from __future__ import annotations

import pickle
import re
import time

import pytest

from crawler.discovery.archive_lists import days_of, is_archive_list
from crawler.discovery.sitemaps import ChildSitemap
from crawler.outlet.address_pattern import AddressPattern, address_pattern
from crawler.outlet.declaration import Outlet, article_address
from tests.hostile.crawled import HostileOutlet

SLOW = r"/(?:[\w-]|\w\w)+\.html"
ATTACK = "https://gazette.example/" + "a" * 60 + "!.html"


def outlet(**fields: object) -> Outlet:
    values = {"name": "gazette", "home": "https://gazette.example", "languages": ("uk",), **fields}
    return type("Gazette", (Outlet,), values)()


@pytest.fixture(autouse=True)
def _forgotten() -> None:
    address_pattern.cache_clear()


@pytest.mark.parametrize(
    "pattern", [SLOW, r"/(?:a|aa)+\.html", r"/(?P<story>(?:[a-z]+|\w+)*)/x", r"/(a*)*\1b"]
)
def test_no_address_is_matched_for_ever(pattern: str) -> None:
    gazette = outlet(article_url=pattern, variant_url={"uk": "/uk/{story}"})
    began = time.process_time()
    assert not gazette.is_article(ATTACK)
    assert gazette.siblings(ATTACK) == ()
    assert gazette.story_key(ATTACK) is None
    assert time.process_time() - began < 5


def test_a_thousand_such_addresses_are_given_up() -> None:
    pattern = AddressPattern(f"https://gazette.example{SLOW}", seconds=0.5)
    good = "https://gazette.example/a-b.html"
    for number in range(9):
        assert pattern.fullmatch(f"{ATTACK}{number}") is None
    assert pattern.fullmatch(good) == {}
    assert "takes too long for 9 addresses, which count as no articles, for instance https://ga" in (
        pattern.problem() or ""
    )
    began = time.process_time()
    for number in range(1000):
        assert pattern.fullmatch(f"{ATTACK}{number}") is None
    assert time.process_time() - began < 5
    assert pattern.fullmatch(good) is None
    assert "after them none was matched any more" in (pattern.problem() or "")
    assert AddressPattern(SLOW).problem() is None


def test_lists_of_an_archive_are_matched_within_the_same_time() -> None:
    patterns = outlet(archive_lists=SLOW).list_patterns
    assert not is_archive_list(ATTACK, patterns)
    assert days_of(ATTACK, patterns) is None


def test_a_year_of_more_digits_than_python_reads_is_no_day() -> None:
    patterns = outlet(archive_lists=r"/(?P<year>\d+)\.xml").list_patterns
    children = [ChildSitemap(f"https://gazette.example/{'9' * digits}.xml", None) for digits in (4, 5, 5000)]
    assert [days_of(child.url, patterns) is None for child in children] == [True, True, True]


def test_a_worker_has_the_same_time() -> None:
    copied = pickle.loads(pickle.dumps(outlet(article_url=SLOW).compiled_patterns))
    assert article_address(f"{ATTACK}?a=b", copied) == f"{ATTACK}?a=b"
    assert article_address("https://gazette.example/bridge-opened-again-8015225.html?a=b", copied).endswith(
        ".html"
    )


def test_no_group_is_none_and_a_wrong_pattern_is_python_s_error() -> None:
    assert AddressPattern(r"(?P<a>x)?(?P<b>y)").fullmatch("y") == {"a": "", "b": "y"}
    for wrong in (r"(", r"(?P<a>x)(?P<a>y)", r"(?<=x+)y", r"[z-a]"):
        with pytest.raises(re.error):
            AddressPattern(wrong)


def test_a_crawl_goes_on_with_addresses_that_were_made_for_its_rule(outlet: HostileOutlet) -> None:
    good = outlet.good("/good-story.html")
    attacks = [f"{outlet.base}/{'a' * length}!.html" for length in range(50, 54)]
    outlet.server["/sitemap.xml"] = outlet.sitemap(*attacks[:2], good, *attacks[2:])
    run = outlet.crawl(TABLOID_ARTICLES=rf"https?://[^/]+{SLOW}")
    assert run.exit_code == 1, run.err
    outcomes = outlet.outcomes(run)
    assert outcomes.pop("/good-story.html") == "archived", run.err
    assert set(outcomes.values()) == {"skipped(not-an-article)"}
    assert "takes too long for 4 addresses" in run.err
