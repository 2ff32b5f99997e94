from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.repetition import same_but_for
from tests.newsrooms.newsroom import Site
from tests.newsrooms.story_pages import Page
from tests.support.running import Crawl, Run

BREAD = "Пекарня «Колосок» пригощає волонтерів нашої громади гарячим хлібом щонеділі."
BOOKS = "Міська бібліотека чекає на дитячі книжки, які можна принести до кінця місяця."


def paragraphs(number: int, *end: str) -> tuple[str, ...]:
    return (
        f"На вулиці номер {number} у Калинівці полагодили водогін, який протікав від самої весни.",
        f"Майстер бригади {number} каже, що труби лежали тут пів століття і давно просилися на спочинок.",
        f"Наступною буде вулиця {number + 100}, де воду подають за графіком і люди носять її відрами.",
        *end,
    )


def crawled(crawl: "Crawl", site: Site, tmp_path: "Path", pages: dict[int, tuple[str, ...]]) -> "Run":
    for number, text in pages.items():
        headline = f"У Калинівці полагодили водогін на вулиці номер {number}"
        site[f"/news/{number}.html"] = Page("uk", headline=headline, paragraphs=text).render()
    addresses = tmp_path / "addresses"
    addresses.write_text("".join(f"{site.base}/news/{number}.html\n" for number in pages), "utf-8")
    run = crawl("page", "-a", f"urls={addresses}")
    assert run.exit_code == 0, run.err
    return run


def test_what_an_outlet_repeats_makes_no_version_and_an_edit_does(crawl: "Crawl", tmp_path: "Path") -> None:
    with Site() as site:
        run = crawled(crawl, site, tmp_path, {n: paragraphs(n, BREAD) for n in range(24)})
        assert set(run.table("articles")["version"]) == {1}
        # another request in the same place on every page, and one article is edited
        changed = {n: paragraphs(n, BOOKS) for n in range(24)}
        changed[23] = (changed[23][0].replace("весни", "зими"), *changed[23][1:])
        run = crawled(crawl, site, tmp_path, changed)
        assert run.table("articles")["version"].value_counts().to_dict() == {1: 23, 2: 1}
        # and without any
        run = crawled(crawl, site, tmp_path, {n: (*changed[n][:-1],) for n in range(24)})
    versions = run.table("articles").set_index("url")["version"]
    assert versions.value_counts().to_dict() == {1: 23, 2: 1}
    assert versions[f"{site.base}/news/23.html"] == 2
    # the edited version names the line that it was read with
    extra = run.table("articles").set_index("url")["extra"][f"{site.base}/news/23.html"]
    assert BOOKS in extra


@pytest.mark.parametrize(
    ("stored", "now", "same"),
    [
        ("a b X", "a b", True),
        ("a b", "a b X", True),
        ("a b X", "a b y", True),
        ("a b X", "a b y z", False),
        # the repeated line is there: another one is text
        ("a b X", "a b X y", False),
        ("a b X", "a b y X", False),
        ("X a b", "y a b", True),
        ("a b X", "a c X", False),
        ("a b X", "a X", False),
        ("a b", "a b y", False),
        ("a b X Z", "a b y Z", True),
        ("X", "y", False),
        ("a b X", "", False),
    ],
)
def test_two_texts_but_for_lines_in_capitals(stored: str, now: str, same: bool) -> None:
    assert same_but_for(frozenset("XZ"), stored.split(), now.split()) is same


def test_in_the_middle_a_repeated_line_is_text() -> None:
    around = list("abcdef")
    assert not same_but_for(frozenset("X"), [*around, "X", *around], [*around, *around])


@given(st.lists(st.sampled_from("abX"), max_size=14), st.lists(st.sampled_from("abX"), max_size=14))
def test_nothing_learned_means_equal(one: list[str], other: list[str]) -> None:
    assert same_but_for(frozenset(), one, other) == (one == other and bool(one))
    if "a" in one and same_but_for(frozenset("X"), one, one[:]) is False:
        raise AssertionError("a text is the same as itself")


def test_few_articles_teach_nothing_and_what_is_learned_flips_no_digest(
    crawl: "Crawl", tmp_path: "Path"
) -> None:
    with Site() as site:
        run = crawled(crawl, site, tmp_path, {n: paragraphs(n, BREAD) for n in range(5)})
        # a third of five is no outlet: another line is another text, and says so
        run = crawled(crawl, site, tmp_path, {n: paragraphs(n, BOOKS) for n in range(5)})
        assert run.table("articles")["version"].value_counts().to_dict() == {2: 5}
        first = run.table("articles").set_index("url")["content_hash"]
        # twenty more teach the line; the five are as they were
        run = crawled(crawl, site, tmp_path, {n: paragraphs(n, BOOKS) for n in range(25)})
        articles = run.table("articles").set_index("url").sort_index()
        assert articles["version"].value_counts().to_dict() == {1: 20, 2: 5}
        assert articles["content_hash"][first.index].equals(first)
        run = crawled(crawl, site, tmp_path, {n: paragraphs(n, BOOKS) for n in range(25)})
        again = run.table("articles").set_index("url").sort_index()
        assert again["content_hash"].equals(articles["content_hash"])
        assert again["version"].equals(articles["version"])
