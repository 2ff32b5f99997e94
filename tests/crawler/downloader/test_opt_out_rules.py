"""robots.txt, ai.txt and tdmrep.json as outlets write them, and as nobody should."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.downloader.opt_out_rules import read_ai_txt, read_tdmrep, rule_for, shut_out
from crawler.extraction.fields.rights import directives, read_reserved

ROBOTS = b"""\
User-agent: *
Disallow: /search
Crawl-delay: 2

User-agent: GPTBot
user-agent: ccbot   # Common Crawl
Disallow: /

User-agent: Google-Extended
Disallow: /columns/

User-agent: ClaudeBot
Disallow: /
Allow: /

Sitemap: https://herald.example/sitemap.xml
"""


def test_the_agents_that_may_read_nothing_are_named_as_their_makers_do() -> None:
    assert shut_out(ROBOTS) == ("CCBot", "GPTBot")


@pytest.mark.parametrize(
    "robots", [b"", b"User-agent: *\nDisallow: /\n", b"Disallow: /\nUser-agent: GPTBot", b"\xff\xfe"]
)
def test_what_shuts_out_everybody_or_nobody_is_no_word_on_ai(robots: bytes) -> None:
    assert shut_out(robots) == ()


@given(st.binary(max_size=200))
def test_whatever_the_bytes_nothing_is_raised(body: bytes) -> None:
    shut_out(body)
    read_ai_txt(body)
    rule_for(read_tdmrep(body), "/news/1")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(st.sampled_from(["location", "tdm-reservation", "tdm-policy"]), inner)
        ),
    )
)
def test_whatever_the_json_nothing_is_raised(document: object) -> None:
    rule_for(read_tdmrep(json.dumps(document).encode()), "/news/1")


def test_ai_txt() -> None:
    assert read_ai_txt(b"# Spawning AI\nUser-Agent: *\nDisallow: *.jpg\nDisallow: *.html\n") == "*"
    assert read_ai_txt(b"User-Agent: *\nDisallow: *.jpg\nAllow: *.html\n") is None
    assert read_ai_txt(b"<!doctype html><title>Not found</title>") is None


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/news/1", "1, policy https://herald.example/tdm"),
        ("/open/1", "0"),
        ("/a.pdf", "1"),
        ("/a.pdf.html", None),
        ("/", None),
    ],
)
def test_the_first_rule_of_tdmrep_for_a_path(path: str, said: str | None) -> None:
    rules = [
        {"location": "/open", "tdm-reservation": 0},
        {"location": "/n*s/", "tdm-reservation": 1, "tdm-policy": "https://herald.example/tdm"},
        {"location": "*.pdf$", "tdm-reservation": 1},
        {"tdm-reservation": 1},
    ]
    assert rule_for(read_tdmrep(json.dumps(rules).encode()), path) == said


def test_meta() -> None:
    assert directives("index, NoAI,noimageai; max-image-preview:large") == "noai, noimageai"
    found = read_reserved(
        {"robots": "index, follow, noai", "tdm-reservation": "1", "tdm-policy": "https://h.example/p"}
    )
    assert [claim.value for claim in found] == [
        "meta robots: noai", "meta tdm-reservation: 1", "meta tdm-policy: https://h.example/p",
    ]  # fmt: skip
    assert list(read_reserved({"robots": "index, follow, max-image-preview:large"})) == []
