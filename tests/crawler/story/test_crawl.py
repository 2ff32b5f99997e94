"""The whole way, as a user goes it: `scrapy crawl …` in a process of its own, then pandas on the archive."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from tests.newsrooms.newsroom import Answer, Site
from tests.newsrooms.story_pages import HEADLINES, PARAGRAPHS, Page
from tests.support.running import Crawl, archive_prints


def three_variants(site: Site, **page: object) -> dict[str, str]:
    """A story whose pages name each other by hreflang; returns the addresses by language."""
    addresses = {
        language: f"{site.base}/{language}/news/bridge-{number}.html"
        for number, language in enumerate(("uk", "en", "ru"))
    }
    for language, address in addresses.items():
        site[address.removeprefix(site.base)] = Page(
            language, hreflang=tuple(addresses.items()), **page
        ).render()
    return addresses


def test_one_address_brings_the_story_in_all_its_languages(crawl: Crawl) -> None:
    with Site() as site:
        addresses = three_variants(site)
        run = crawl("page", "-a", f"url={addresses['ru']}")
    assert run.exit_code == 0, run.err
    articles = run.table("articles")
    assert set(articles["language"]) == {"uk", "en", "ru"}
    assert articles["story_id"].nunique() == 1
    assert str(articles["published_at"].dtype).endswith("UTC]")
    assert set(articles["published_at"]) == {pd.Timestamp("2026-03-17T07:20:00Z")}
    for row in articles.itertuples():
        assert row.headline == HEADLINES[row.language]
        assert row.body == "\n\n".join(PARAGRAPHS[row.language])
    pairs = run.table("pairs")
    assert len(pairs) == 3
    assert set(pairs["evidence"]) == {"hreflang"}
    assert pairs["reciprocal"].all()
    assert 'pandas.read_parquet("' in run.out


def test_a_switcher_pairs_and_a_home_page_never_does(crawl: Crawl) -> None:
    with Site() as site:
        site["/ukr/news/bridge-1.html"] = Page(
            "uk",
            switcher=(("ua", "/ukr/news/bridge-1.html"), ("en", "/eng/"), ("ru", "/rus/news/most-2.html")),
        ).render()
        site["/rus/news/most-2.html"] = Page(
            "ru", switcher=(("ua", "/ukr/news/bridge-1.html"),), hreflang=(("en", "/"), ("uk", "/ukr/"))
        ).render()
        site["/"] = site["/eng/"] = site["/ukr/"] = (
            "<html><body><h1>Front</h1><p>Front page</p></body></html>"
        )
        run = crawl("page", "-a", f"url={site.base}/ukr/news/bridge-1.html")
    assert run.exit_code == 0, run.err
    assert sorted(run.table("articles")["language"]) == ["ru", "uk"]
    assert list(run.table("pairs")["evidence"]) == ["switcher"]
    assert not [path for path in site.articles_asked() if path.endswith(("/", "/eng/", "/ukr/"))]


def test_the_text_decides_where_the_path_and_the_tag_lie(crawl: Crawl) -> None:
    with Site() as site:
        site["/ukr/news/most-1.html"] = Page(
            "ru", html_lang="ua", hreflang=(("uk", "/rus/news/most-1.html"),)
        ).render()
        site["/rus/news/most-1.html"] = Page("uk", html_lang="ru").render()
        run = crawl("page", "-a", f"url={site.base}/ukr/news/most-1.html")
    articles = run.table("articles").set_index("url")
    assert articles.loc[f"{site.base}/ukr/news/most-1.html", "language"] == "ru"
    assert articles.loc[f"{site.base}/ukr/news/most-1.html", "html_lang"] == "ua"
    assert articles.loc[f"{site.base}/rus/news/most-1.html", "language"] == "uk"
    assert len(run.table("pairs")) == 1


def test_who_gives_an_address_is_told_that_no_other_run_requests_it(crawl: Crawl) -> None:
    with Site() as site:
        site["/news/most.html"] = Answer(b"later", 500)
        run = crawl("page", "-a", f"url={site.base}/news/most.html", "-s", "RETRY_ENABLED=False")
    told = archive_prints("why", "--archive", str(run.archive), f"{site.base}/news/most.html")
    for text in (run.out, told):
        assert "no other run requests it" in text
    assert "revisit" not in told


def test_a_body_in_a_fourth_language_is_kept_and_labelled(crawl: Crawl) -> None:
    with Site() as site:
        site["/news/most.html"] = Page("be", html_lang="uk").render()
        run = crawl("page", "-a", f"url={site.base}/news/most.html")
    assert list(run.table("articles")["language"]) == ["be"]


def test_another_host_is_fetched_when_hreflang_names_it_and_paired_when_it_points_back(crawl: Crawl) -> None:
    with Site() as site:
        uk = f"http://visnyk.example:{site.port}/news/mist.html"
        en = f"http://herald.example:{site.port}/news/bridge.html"
        ru = f"http://vestnik.example:{site.port}/news/most.html"
        site["visnyk.example/news/mist.html"] = Page("uk", hreflang=(("en", en), ("ru", ru))).render()
        site["herald.example/news/bridge.html"] = Page("en", hreflang=(("uk", uk),)).render()
        site["vestnik.example/news/most.html"] = Page(
            "ru", switcher=(("ua", "http://fourth.example/x-1"),)
        ).render()
        run = crawl("page", "-a", f"url={uk}", "-s", "RESOLVE_TO=127.0.0.1")
    assert run.exit_code == 0, run.err
    articles = run.table("articles").set_index("language")
    assert set(articles.index) == {"uk", "en", "ru"}
    assert articles.loc["uk", "story_id"] == articles.loc["en", "story_id"]
    assert articles.loc["ru", "story_id"] != articles.loc["uk", "story_id"]
    assert not [request for request in site.requests if request.startswith("fourth")]
    assert "skipped(offsite)" in run.outcomes(site).values()


def test_a_variant_of_a_later_run_joins_its_story(crawl: Crawl) -> None:
    with Site() as site:
        site["/uk/mist-1.html"] = Page("uk").render()
        first = crawl("page", "-a", f"url={site.base}/uk/mist-1.html")
        story = first.table("articles")["story_id"].item()
        site["/en/bridge-2.html"] = Page(
            "en", hreflang=(("uk", "/uk/mist-1.html"), ("en", "/en/bridge-2.html"))
        ).render()
        second = crawl("page", "-a", f"url={site.base}/en/bridge-2.html")
    assert second.exit_code == 0, second.err
    articles = second.table("articles")
    assert sorted(articles["language"]) == ["en", "uk"]
    assert set(articles["story_id"]) == {story}
    assert second.table("stories")["n_variants"].tolist() == [2]


def test_an_edit_makes_a_version_and_a_second_look_does_not(crawl: Crawl) -> None:
    with Site() as site:
        site["/uk/mist-1.html"] = Page("uk").render()
        crawl("page", "-a", f"url={site.base}/uk/mist-1.html")
        again = crawl("page", "-a", f"url={site.base}/uk/mist-1.html")
        assert "unchanged" in again.out
        changed = (PARAGRAPHS["uk"][0].replace("38", "83"), *PARAGRAPHS["uk"][1:])
        site["/uk/mist-1.html"] = Page("uk", paragraphs=changed).render()
        run = crawl("page", "-a", f"url={site.base}/uk/mist-1.html")
    assert run.table("articles")["version"].tolist() == [2]
    assert "83 мільйон" in run.table("articles")["body"].item()
    assert sorted(run.table("versions")["version"]) == [1, 2]
    assert len(run.table("observations")) == 3


def test_what_is_no_article_is_counted_with_a_reason_and_the_crawl_goes_on(
    crawl: Crawl, tmp_path: Path
) -> None:
    expected = {
        "/good.html": "archived",
        "/empty.html": "dropped(empty)",
        "/paper.pdf": "dropped(not-html)",
        "/broken.html": "failed(http-500)",
        "/gone.html": "failed(http-410)",
        "/huge.html": "failed(too-large)",
        "/old.html": "archived",
        "/ua-tag.html": "archived",
        "/surrogate.html": "archived",
        "/moved.html": "dropped(home-page)",
    }
    with Site() as site:
        site["/good.html"] = Page("uk").render()
        site["/empty.html"] = ""
        site["/paper.pdf"] = Answer(b"%PDF-1.7\n" + bytes(2000), headers={"Content-Type": "application/pdf"})
        site["/broken.html"] = Answer(b"oops", 500)
        site["/gone.html"] = Answer(b"gone", 410)
        site["/huge.html"] = b"<html><body>" + b"<p>word word</p>" * 2_000_000
        site["/old.html"] = Answer(
            Page("ru")
            .render()
            .replace('charset="utf-8"', 'charset="windows-1251"')
            .encode("windows-1251", "xmlcharrefreplace"),
            headers={"Content-Type": "text/html; charset=windows-1251"},
        )
        site["/ua-tag.html"] = Page("uk", html_lang="ua").render()
        site["/surrogate.html"] = (
            Page("en")
            .render()
            .replace("school buses", "school \ud83d buses")
            .encode("utf-8", "surrogatepass")
        )
        site["/moved.html"] = Answer(b"", 301, {"Location": "/"})
        site["/"] = "<html><body><h1>Front</h1></body></html>"
        paths = list(expected)
        urls = tmp_path / "urls.txt"
        urls.write_text("# a comment\n" + "\n".join(site.base + path for path in paths) + "\n")
        run = crawl("page", "-a", f"urls={urls}")
        outcomes = run.outcomes(site)
    assert run.exit_code == 3, run.err
    assert {path: outcomes.get(path) for path in paths} == expected
    by_path = (
        run.table("articles")
        .assign(path=lambda frame: frame["url"].str.removeprefix(site.base))
        .set_index("path")
    )
    assert by_path.loc["/old.html", "body"] == "\n\n".join(PARAGRAPHS["ru"])
    assert by_path.loc["/ua-tag.html", "language"] == "uk"
    assert "school" in by_path.loc["/surrogate.html", "body"]
    assert "10 " in run.out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nobody"], "no outlet 'nobody'; `triptych list` has all"),
        (["page"], "page needs an address"),
        (["page", "-a", "colour=red"], "unknown argument 'colour'"),
        (["page", "-a", "url=ftp://visnyk.example/a"], "only http and https addresses"),
        (["page", "-a", "url=http://127.0.0.1:9/a"], "private network"),
        (["page", "-a", "urls=no-such-file.txt"], "cannot be read: No such file"),
        (["pravda", "-a", "since=yesterday"], "since='yesterday' is not a date"),
        (["pravda", "-a", "since=2026-02-01", "-a", "until=2026-01-01"], "must be before"),
        (["pravda", "-a", "since=2126-02-01"], "since=2126-02-01 is after today"),
        (["pravda", "-a", "since=0226-02-01"], "since=0226-02-01 is before there was a web"),
        (["pravda", "-a", "since=2026-02-01T00:00+02:00"], "is not a date; write it as 2026-01-31"),
        (["bbc", "-a", "since=2026-02-01"], "bbc declares no archive_sitemaps and no day_archives"),
        (["demo", "-a", "url=https://visnyk.example/a"], "unknown argument 'url'"),
        (["demo", "-s", "EXTRACTION_PROCESSES=many"], "EXTRACTION_PROCESSES='many': expected a number"),
        (["demo", "-s", "DOWNLOD_DELAY=3"], "did you mean DOWNLOAD_DELAY?"),
        (["demo", "-s", "ALLOW_PRIVATE_NETWORK=perhaps"], "expected True or False"),
        (["demo", "-s", "RESOLVE_TO=visnyk.example"], "RESOLVE_TO: 'visnyk.example' does not appear to be"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_in_one_sentence(crawl: Crawl, arguments: list[str], sentence: str) -> None:
    run = crawl(*arguments, private=False)
    assert run.exit_code == 2
    assert sentence in run.err
    assert "Traceback" not in run.err
    assert not run.archive.exists()


def test_an_address_may_have_commas_and_a_file_of_them_the_mark_of_windows(
    crawl: Crawl, tmp_path: Path
) -> None:
    with Site() as site:
        paths = ["/7,75399,1.html", "/7,75399,2.html"]
        asked = [f"127.0.0.1{path}" for path in paths]
        site[paths[0]] = site[paths[1]] = Page("uk").render()
        run = crawl("page", "-a", f"url={site.base}{paths[0]}, {site.base}{paths[1]}")
        assert run.exit_code == 0, run.err
        assert sorted(site.articles_asked()) == asked
        urls = tmp_path / "urls.txt"
        urls.write_text("".join(f"{site.base}{path}\r\n" for path in paths), "utf-8-sig")
        run = crawl("page", "-a", f"urls={urls}")
        assert run.exit_code == 0, run.err
    assert sorted(site.articles_asked()) == sorted(asked * 2)


def test_a_broken_line_is_named_and_the_good_ones_run(crawl: Crawl, tmp_path: Path) -> None:
    urls = tmp_path / "urls.txt"
    with Site() as site:
        site["/good.html"] = Page("uk").render()
        urls.write_text(f"{site.base}/good.html\nnot an address\n")
        run = crawl("page", "-a", f"urls={urls}")
    assert run.exit_code == 2
    assert "line 2: 'not an address'" in run.err
    assert len(run.table("articles")) == 1


def test_an_archive_that_cannot_be_written_is_told_before_anything_is_fetched(
    crawl: Crawl, tmp_path: Path
) -> None:
    file = tmp_path / "a-file"
    file.write_text("not an archive")
    with Site() as site:
        site["/good.html"] = Page("uk").render()
        for uri in (file, "/proc/news-archive", "s3://bucket/news"):
            run = crawl("page", "-a", f"url={site.base}/good.html", "-s", f"ARCHIVE_URI={uri}")
            assert run.exit_code == 6, run.err
            assert str(uri) in run.err
            assert "Traceback" not in run.err
    assert site.requests == []
    assert file.read_text() == "not an archive"


def test_an_archive_of_a_newer_version_is_refused_and_left_alone(crawl: Crawl) -> None:
    with Site() as site:
        site["/good.html"] = Page("uk").render()
        run = crawl("page", "-a", f"url={site.base}/good.html")
        newest = max((run.archive / "_log").iterdir())
        newest.write_text(re.sub(r'"schema_version": ?\d+', '"schema_version": 99', newest.read_text()))
        before = sorted(path.name for path in run.archive.rglob("*"))
        site.requests.clear()
        again = crawl("page", "-a", f"url={site.base}/good.html")
    assert again.exit_code == 6
    assert "99" in again.err
    assert "Traceback" not in again.err
    assert site.requests == []
    assert sorted(path.name for path in run.archive.rglob("*")) == before


def test_robots_txt_is_obeyed_and_counted(crawl: Crawl) -> None:
    with Site() as site:
        site["/robots.txt"] = Answer(
            b"User-agent: triptych\nDisallow: /private/\n", headers={"Content-Type": "text/plain"}
        )
        site["/private/a.html"] = Page("uk").render()
        run = crawl("page", "-a", f"url={site.base}/private/a.html")
    assert run.exit_code == 1
    assert site.articles_asked() == []
    assert run.outcomes(site) == {"/private/a.html": "skipped(robots.txt)"}
