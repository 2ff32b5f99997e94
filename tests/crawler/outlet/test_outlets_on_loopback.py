"""All outlets at their real addresses on a loopback internet: from the first feed to paired rows, and after.

One translation of each story is late: it comes with an edit of the first page, which is gone at the end.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd
import pytest

from crawler.commands.record import Recording
from crawler.story.spider import StorySpider
from tests.crawler.outlet.recordings import read_recording
from tests.crawler.outlet.test_outlets import NAMES, outlet
from tests.crawler.outlet.test_recorded_stories import STORIES
from tests.newsrooms.fresh_pages import moved
from tests.newsrooms.loopback_crawls import Internet, list_at_first_source, path_of
from tests.newsrooms.newsroom import Site

# where a page or the outlet's rule leads to a variant; the others' are for pairing by content to find
JOINED = {
    "antac", "bukvy", "epravda", "eurointegration", "euronews", "focus", "imi", "kanal24", "kmu", "liga",
    "pravda", "president", "rbc", "slovoidilo", "unn", "zn",
}  # fmt: skip
EDIT = "40404"
YESTERDAY = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)


@dataclass(frozen=True)
class Story:
    """A recorded one, as if it had been published yesterday."""

    spider: StorySpider
    recording: Recording
    pages: dict[str, bytes]
    """By language."""
    body: list[str]
    """Of the first of them, paragraphs as they are read."""
    reached: list[str]
    """Languages to which the first page, or the outlet's rule, leads."""

    @property
    def original(self) -> str:
        return next(iter(self.pages))

    @property
    def late(self) -> str | None:
        """The language that comes last; one to which the first page leads, where there is one."""
        others = self.reached or [*self.pages][1:]
        return others[-1] if others else None

    def url(self, language: str) -> str:
        return self.recording.urls[language]

    def edited(self) -> bytes:
        """The first page with a number put into a sentence; as it is where it prints none as it is read."""
        page = self.pages[self.original].decode()
        starts = (told.split()[:5] for told in self.body)
        words = next((words for words in starts if len(words) > 4 and " ".join(words) in page), None)
        if words is None:
            return self.pages[self.original]
        return page.replace(" ".join(words), " ".join([*words[:3], EDIT, *words[3:]])).encode()

    def without(self, language: str, other: str) -> bytes:
        """The page of `language` as long as there is no `other`: what leads there leads to the front page."""
        page = self.pages[language]
        address = self.url(other)
        path = urlsplit(address).path.removeprefix("/")
        for told in (address, f'"/{path}'):
            page = page.replace(told.encode(), told.removesuffix(path).encode())
        return page


def read_story(name: str, folder: Path) -> Story:
    recording = read_recording(folder)
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    pages = {
        language: moved(body, dt.datetime.fromisoformat(expected[language]["published_at"]), YESTERDAY)
        for language, body in recording.bodies.items()
    }
    first = expected[next(iter(pages))]
    return Story(outlet(name), recording, pages, first["body"], [x for x in first["leads_to"] if x in pages])


# an outlet that is being added has none yet, or one that nobody has accepted: other tests say so
RECORDED = {
    name: read_story(name, folder)
    for story, folder in STORIES.items()
    if (name := story.split("/")[0]) in NAMES and (folder / "expected.json").exists()
}
Accounts = dict[str, dict[str, int]]

# all outlets at their real addresses; tests/crawler/story and the demo do the same for one, and
# test_recorded_stories.py reads the pages of all
pytestmark = pytest.mark.thorough


def lay_out(site: Site, story: Story, *, late: bool) -> None:
    """What the outlet serves; `late`: the last translation has come."""
    held_back = None if late else story.late
    shown = [language for language in story.pages if language != held_back]
    for language in shown:
        page = story.pages[language] if held_back is None else story.without(language, held_back)
        site[path_of(story.url(language))] = page
    # what no other page leads to; the other sources are not there
    alone = [language for language in shown if language not in story.reached]
    list_at_first_source(site, story.spider, [story.url(language) for language in alone])


@pytest.fixture(scope="module")
def wanted(request: pytest.FixtureRequest) -> list[str]:
    """All outlets, or with `-k OUTLET` the one: whoever adds an outlet need not wait for the others."""
    params = [getattr(item, "callspec", None) for item in request.session.items if item.path == request.path]
    names = {None if spec is None else spec.params.get("name") for spec in params}
    return [name for name in RECORDED if None in names or name in names]


@pytest.fixture(scope="module")
def internet(wanted: list[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Internet]:
    with Site() as site:
        for name in wanted:
            lay_out(site, RECORDED[name], late=False)
        yield Internet(site, tmp_path_factory.mktemp("loopback") / "news-archive", wanted)


@pytest.fixture(scope="module")
def first(internet: Internet) -> Accounts:
    return internet.run("crawl")[0]


@pytest.fixture(scope="module")
def changed(internet: Internet, first: Accounts) -> tuple[Accounts, Accounts]:
    """A revisit after an edit and the last translation, and the crawl after it."""
    for story in map(RECORDED.__getitem__, internet.outlets):
        lay_out(internet.site, story, late=True)
        internet.site[path_of(story.url(story.original))] = story.edited()
    internet.site.requests.clear()
    revisited, crawled = internet.run("revisit+48,crawl")
    return revisited, crawled


@pytest.fixture(scope="module")
def gone(internet: Internet, changed: object) -> Accounts:
    for story in map(RECORDED.__getitem__, internet.outlets):
        del internet.site.answers[path_of(story.url(story.original))]
    return internet.run("revisit+48")[0]


def rows(table: pd.DataFrame, name: str) -> pd.DataFrame:
    return table[table["outlet"] == name]


def ours(internet: Internet, name: str) -> set[str]:
    return {*rows(internet.table("articles"), name)["article_id"]}


# --- the first crawl -----------------------------------------------------------------------------------
def test_every_page_that_is_there_is_archived(internet: Internet, first: Accounts) -> None:
    there = {
        (name, story.url(language))
        for name, story in RECORDED.items()
        for language in story.pages
        if language != story.late
    }
    looks = internet.table("observations").query("outcome == 'archived'")
    articles = internet.table("articles")
    assert len(looks) >= len(there)
    assert there <= set(zip(articles["outlet"], articles["requested_url"], strict=True))
    assert {name: account["archived"] for name, account in first.items()} == {
        name: len(story.pages) - (story.late is not None) for name, story in RECORDED.items()
    }


def recent(internet: Internet) -> set[str]:
    """Outlets whose pages say that they are of yesterday: what follows is about stories of these days."""
    dates = internet.table("articles").groupby("outlet")["published_at"].min().dt.date
    return {*dates[dates == YESTERDAY].index}


def test_pages_say_that_they_are_of_yesterday(internet: Internet, first: Accounts) -> None:
    assert len(recent(internet)) >= 40


def test_home_pages_are_never_asked_for(internet: Internet, first: Accounts) -> None:
    """Ukrinform's hreflang, Euronews' x-default and switcher, UNIAN's and Interfax' menus all name them."""
    homes = {f"{path_of(outlet(name).home)}/" for name in NAMES}
    homes |= {
        "www.ukrinform.ru/",
        "www.ukrinform.net/",
        "ru.euronews.com/",
        "fr.euronews.com/",
        "www.unian.net/",
    }
    assert homes & {*internet.site.requests} == set()


# --- what has changed since ----------------------------------------------------------------------------
def test_one_english_text_at_two_hosts_is_fetched_once(
    internet: Internet, changed: tuple[Accounts, Accounts]
) -> None:
    assert [path for path in internet.site.requests if path.startswith("www.bbc.com/news/articles")]
    assert not [path for path in internet.site.requests if path.startswith("www.bbc.co.uk")]
    assert changed[1]["bbc"] == {"archived": 1, "skipped(known)": 2}


@pytest.mark.parametrize("name", RECORDED)
def test_an_edit_is_a_new_version(internet: Internet, changed: tuple[Accounts, Accounts], name: str) -> None:
    story = RECORDED[name]
    if name not in recent(internet) or story.edited() == story.pages[story.original]:
        pytest.skip(
            f"NOT TESTED: the page of {name} has a date or sentences in a form that is not changed here"
        )
    versions = rows(internet.table("versions"), name).sort_values("version")
    original = versions[versions["requested_url"] == story.url(story.original)]
    assert list(original["version"]) == [1, 2]
    assert [EDIT in body for body in original["body"]] == [False, True]
    # of the other pages none has changed
    assert len(versions) == versions["article_id"].nunique() + 1


@pytest.mark.parametrize("name", [name for name in RECORDED if RECORDED[name].late])
def test_a_late_translation_is_found(
    internet: Internet, changed: tuple[Accounts, Accounts], name: str
) -> None:
    """By the revisit where a page or the rule leads to it, by the crawl where the outlet's list does."""
    story = RECORDED[name]
    assert story.late is not None
    if name not in recent(internet):
        pytest.skip(f"NOT TESTED: the page of {name} has a date in a form that is not changed here")
    articles = rows(internet.table("articles"), name).set_index("requested_url")
    article = articles.loc[story.url(story.late)]
    assert article["language"] == story.late
    looks = rows(internet.table("observations"), name).set_index("requested_url")
    run = str(looks.loc[[story.url(story.late)]].query("outcome == 'archived'")["run_id"].item())
    assert changed[1][name].get("archived", 0) == (not story.reached)
    second = looks.loc[[story.url(story.original)]].query("outcome == 'archived'")["run_id"].max()
    assert (run == second) == bool(story.reached), "the edit was found by the revisit"
    if story.reached:
        assert article["story_id"] == articles.loc[story.url(story.original), "story_id"]


def test_stories_are_joined_where_pages_or_rules_say_so(
    internet: Internet, changed: tuple[Accounts, Accounts]
) -> None:
    articles = internet.table("articles")
    joined = articles.groupby("story_id").filter(lambda story: len(story) > 1)
    assert set(joined["outlet"]) >= JOINED
    assert (joined.groupby("story_id")["outlet"].nunique() == 1).all()


def test_ukrinforms_variants_are_stories_of_their_own(
    internet: Internet, changed: tuple[Accounts, Accounts]
) -> None:
    """No page names them and no id is shared: only their content can tell, and what it says is marked so."""
    pairs, articles = internet.table("pairs"), ours(internet, "ukrinform")
    assert len(articles) == 3
    assert set(pairs.loc[pairs["article_id_a"].isin(articles), "evidence"]) <= {"content"}


@pytest.mark.parametrize(
    ("name", "evidence"),
    [("kanal24", "switcher"), ("liga", "switcher"), ("imi", "switcher"), ("euronews", "hreflang"),
     ("bukvy", "hreflang"), ("pravda", "story-id"), ("focus", "url-rule"), ("president", "story-id"),
     ("antac", "hreflang"), ("slovoidilo", "hreflang"), ("hromadske", "story-id"), ("babel", "story-id")],
)  # fmt: skip
def test_a_pair_is_known_by_what_the_outlet_gives(
    internet: Internet, changed: tuple[Accounts, Accounts], name: str, evidence: str
) -> None:
    pairs = internet.table("pairs")
    assert set(pairs.loc[pairs["article_id_a"].isin(ours(internet, name)), "evidence"]) == {evidence}


def test_a_second_crawl_asks_for_the_sources_only(
    internet: Internet, changed: tuple[Accounts, Accounts]
) -> None:
    """And for the late page that no other leads to, which its list names now."""
    crawled = changed[1]
    assert crawled.keys() == {*RECORDED}
    for name, account in crawled.items():
        late = RECORDED[name].late is not None and not RECORDED[name].reached
        assert account.pop("archived", 0) == late, name
        assert {*account} <= {"skipped(known)", "skipped(not-an-article)"}, name


@pytest.mark.parametrize("name", RECORDED)
def test_a_deletion_is_seen_and_the_article_stays(internet: Internet, gone: Accounts, name: str) -> None:
    story = RECORDED[name]
    looks = rows(internet.table("observations"), name)
    missing = looks[looks["missing"].notna()]
    assert list(missing["requested_url"]) == [story.url(story.original)]
    assert list(missing["http_status"]) == [404]
    assert gone[name]["failed(http-404)"] == 1
    assert len(ours(internet, name)) == len(story.pages)
