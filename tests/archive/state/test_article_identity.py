"""Which article a page belongs to: its own address first; a canonical one only where the texts agree."""

import hashlib
import os
from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.operations import maintain
from archive.state.article_identity import second_id
from archive.writer import ArchiveWriter
from tests.archive.made import NOON, make_article, make_page
from tests.support import tiers

MINUTE = timedelta(minutes=1)
HERALD, COURIER = "https://herald.example", "https://courier.example"


LINES = [f"Line {number} of a long text." for number in range(30)]


def id_of(url):
    return hashlib.blake2b(url.encode(), digest_size=16).hexdigest()


def fetched(url, text, canonical=None, *, at=0, outlet=None, **changes):
    """A page as the pipelines hand it over."""
    outlet = outlet or ("herald" if url.startswith(HERALD) else "courier")
    given = {"url": url, "requested_url": url, "canonical_url": canonical, "outlet": outlet}
    given |= {"article_id": id_of(url), "fetched_at": NOON + at * MINUTE}
    return make_article(1, text=text, **(given | changes))


def commit_each(root, *records):
    """Each by a writer of its own, as runs of several machines."""
    for number, record in enumerate(records):
        with ArchiveWriter.open(root, run_id=f"run-{number}") as writer:
            writer.add_article(record)
            writer.commit()


def commit_at_once(root, *records):
    with ArchiveWriter.open(root, run_id="run") as writer:
        for record in records:
            writer.add_article(record)
        writer.commit()


def commit_side_by_side(root, *records):
    """Each writer has acknowledged its page before any of them commits."""
    writers = [ArchiveWriter.open(root, run_id=f"run-{number}") for number in range(len(records))]
    for writer, record in zip(writers, records, strict=True):
        writer.add_article(record)
    for writer in writers:
        writer.commit()
        writer.close()


def commit_after_a_kill(root, *records):
    with ArchiveWriter.open(root, run_id="killed") as writer:
        for record in records:
            writer.add_article(record)
    with ArchiveWriter.open(root, run_id="next") as writer:
        writer.commit()


WAYS = [commit_each, commit_at_once, commit_side_by_side, commit_after_a_kill]
in_every_way = pytest.mark.parametrize("commit", WAYS)


def articles(root):
    return pd.read_parquet(root / "articles").set_index("url").sort_index()


def versions(root):
    return pd.read_parquet(root / "versions")


@in_every_way
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_copy_of_another_outlet_keeps_nobody_out(root, commit, order):
    original = fetched(f"{COURIER}/news/1", "The text of an agency.")
    copy = fetched(f"{HERALD}/news/9", "The text of an agency.", original.url, syndicated_from=original.url)
    commit(root, *((original, copy)[number] for number in order))
    found = articles(root)
    assert list(found["outlet"]) == ["courier", "herald"]
    assert list(found["article_id"]) == [id_of(original.url), id_of(copy.url)]
    assert list(found["version"]) == [1, 1]
    assert list(found["syndicated_from"].fillna("")) == ["", original.url]


def test_what_was_only_named_is_not_known(root):
    original = f"{COURIER}/news/1"
    with ArchiveWriter.open(root, run_id="run") as writer:
        writer.add_article(fetched(f"{HERALD}/news/9", "A", original))
        writer.add_article(fetched(f"{COURIER}/live", "B", original))
        assert writer.known(original) is None
        writer.commit()
        assert writer.known(original) is None
        assert writer.known(f"{HERALD}/news/9").article_id == id_of(f"{HERALD}/news/9")


@in_every_way
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_two_addresses_of_one_outlet_with_one_text_are_one_article(root, commit, order):
    page = fetched(f"{COURIER}/news/1", "A", at=order[0])
    amp = fetched(f"{COURIER}/amp/news/1", "A", page.url, at=order[1])
    pair = (page, amp)
    commit(root, *(pair[number] for number in order))
    assert len(versions(root)) == 1
    assert len(articles(root)) == 1
    with ArchiveWriter.open(root, run_id="look") as writer:
        assert writer.known(page.url).article_id == writer.known(amp.url).article_id
    looks = pd.read_parquet(root / "observations")
    assert sorted(looks["outcome"]) == ["archived", "unchanged"]
    assert set(looks["article_id"]) == set(articles(root)["article_id"])


THREE_FORMS = [
    fetched(f"{COURIER}/{path}", "\n\n".join([*LINES[:-1], last]), f"{COURIER}/news/1")
    for path, last in (("news/1", "Line 30."), ("amp/news/1", "Read on."), ("news/1?print", "Printed page."))
]


@in_every_way
@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (2, 1, 0)])
def test_forms_of_a_page_that_differ_in_a_line_are_one_article_in_any_order(root, commit, order):
    commit(root, *(replace(THREE_FORMS[n], fetched_at=NOON + at * MINUTE) for at, n in enumerate(order)))
    assert len(articles(root)) == 1
    looks = pd.read_parquet(root / "observations")
    assert set(looks["article_id"]) == set(articles(root)["article_id"])
    assert set(looks["reason"].fillna("")) == {""}


@in_every_way
def test_addresses_without_end_that_name_one_are_one_article(root, commit):
    named = f"{COURIER}/news/1"
    commit(root, *(fetched(f"{named}?visit={n}", "A", named, at=n) for n in range(3)))
    assert len(articles(root)) == 1


@in_every_way
@pytest.mark.parametrize("order", [(0, 1, 2), (1, 2, 0), (2, 0, 1)])
def test_a_page_with_another_text_that_calls_itself_an_article_is_one_of_its_own(root, commit, order):
    article = fetched(f"{COURIER}/news/1", "A")
    pages = [
        article,
        fetched(f"{COURIER}/live", "B", article.url),
        fetched(f"{COURIER}/tag", "C", article.url),
    ]
    commit(root, *(replace(pages[number], fetched_at=NOON + at * MINUTE) for at, number in enumerate(order)))
    found = articles(root)
    assert dict(zip(found.index, found["body"], strict=True)) == {
        f"{COURIER}/live": "B",
        f"{COURIER}/news/1": "A",
        f"{COURIER}/tag": "C",
    }
    assert list(found["version"]) == [1, 1, 1]


@in_every_way
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_contradiction_is_an_observation(root, commit, order):
    article = fetched(f"{COURIER}/news/1", "A", at=order[0])
    live = fetched(f"{COURIER}/live", "B", article.url, at=order[1])
    pair = (article, live)
    commit(root, *(pair[number] for number in order))
    looks = pd.read_parquet(root / "observations").sort_values("observed_at")
    assert list(looks["reason"].fillna("")) == ["", "canonical-contradiction"]
    assert list(looks["outcome"]) == ["archived", "archived"]
    told = looks["detail"].iloc[1]
    assert (live.url if order == (1, 0) else article.url) in told


def test_a_page_that_was_one_with_an_article_and_then_says_another_thing_is_no_version_of_it(root):
    """`/live` shows the newest article, whichever that is, and calls itself by its address."""
    one = fetched(f"{COURIER}/news/1", "A")
    commit_each(root, one, fetched(f"{COURIER}/live", "A", one.url, at=1))
    assert len(articles(root)) == 1
    two = fetched(f"{COURIER}/news/2", "B", at=2)
    commit_each(root, fetched(f"{COURIER}/live", "B", two.url, at=3), two)
    assert list(versions(root)["body"].sort_values()) == ["A", "B"]
    third = fetched(f"{COURIER}/live", "C", f"{COURIER}/news/3", at=5)
    commit_each(root, third, fetched(f"{COURIER}/live", "D", f"{COURIER}/news/4", at=6))
    found = articles(root)
    assert set(found["body"]) == {"A", "B", "D"}
    assert found.loc[f"{COURIER}/news/1", "version"] == 1


def test_an_edit_at_its_own_address_is_a_version_whatever_it_calls_itself(root):
    commit_each(
        root,
        fetched(f"{COURIER}/news/1", "A"),
        fetched(f"{COURIER}/news/2", "B"),
        fetched(f"{COURIER}/news/1", "A2", f"{COURIER}/news/2", at=1),
        fetched(f"{COURIER}/news/1", "B", f"{COURIER}/news/2", at=2),
    )
    found = articles(root)
    assert dict(zip(found.index, found["version"], strict=True)) == {
        f"{COURIER}/news/1": 3,
        f"{COURIER}/news/2": 1,
    }


def test_one_address_that_led_to_two_articles_is_the_one_whose_id_it_is(root):
    one = fetched(f"{COURIER}/news/1", "A")
    live = fetched(f"{COURIER}/live", "A", one.url, at=1)
    commit_each(root, one, live, fetched(live.url, "B", one.url, at=2))
    with ArchiveWriter.open(root, run_id="look") as writer:
        assert writer.known(live.url).article_id == id_of(live.url)
        assert writer.known(one.url).article_id == id_of(one.url)


# An archive of a version that took the id from the canonical address.


def old(url, text, canonical, **changes):
    return fetched(url, text, canonical, article_id=id_of(canonical), **changes)


def test_an_id_of_before_stays_and_the_page_keeps_its_article(root):
    before = old(f"{COURIER}/show?id=1", "A", f"{COURIER}/bridges_n1")
    commit_each(root, before, fetched(before.url, "A2", before.canonical_url, at=1))
    found = articles(root)
    assert list(found["article_id"]) == [before.article_id]
    assert list(found["version"]) == [2]


def test_the_page_whose_id_was_given_away_joins_it_or_has_a_second_id(root):
    same = old(f"{COURIER}/show?id=1", "A", f"{COURIER}/bridges_n1")
    lie = old(f"{COURIER}/live", "B", f"{COURIER}/news/2")
    commit_each(
        root,
        same,
        lie,
        fetched(f"{COURIER}/bridges_n1", "A", at=1),
        fetched(f"{COURIER}/news/2", "C", at=2),
        fetched(f"{COURIER}/news/2", "C2", at=3),
        fetched(f"{COURIER}/live", "B2", f"{COURIER}/news/2", at=4),
    )
    found = articles(root)
    second = second_id(fetched(f"{COURIER}/news/2", "C"))
    assert set(found["article_id"]) == {same.article_id, lie.article_id, second}
    assert dict(zip(found["body"], found["version"], strict=True)) == {"A": 1, "B2": 2, "C2": 2}


# Any order of any pages with any claims.

PATHS = [f"{host}/{name}" for host in (HERALD, COURIER) for name in ("a", "b", "c")]
CLAIMS = st.one_of(st.none(), st.sampled_from(PATHS))
SCALE = int(os.environ.get("TRIPTYCH_FAULTS", "1"))
STEPS = st.lists(
    st.tuples(st.sampled_from(PATHS), CLAIMS, st.sampled_from(["add", "commit", "reopen", "rebuild"])),
    max_size=14,
)


@settings(max_examples=tiers.examples(20 * SCALE))
@given(steps=STEPS)
def test_every_address_with_a_text_of_its_own_has_an_article_of_its_own(steps, tmp_path_factory):
    root = tmp_path_factory.mktemp("any") / "news-archive"
    writer = ArchiveWriter.open(root, run_id="run")
    seen = {}
    try:
        for number, (url, canonical, then) in enumerate(steps):
            assert (writer.known(url) is not None) == (url in seen)
            record, page = make_page(fetched(url, f"the text of {url}", canonical, at=number))
            writer.add_article(record, page)
            seen[url] = record
            if then != "add":
                writer.commit()
            if then in {"reopen", "rebuild"}:
                writer.close()
                if then == "rebuild":
                    maintain.repair(root, rebuild=True)
                writer = ArchiveWriter.open(root, run_id="run")
        writer.commit()
        for url in PATHS:
            assert (writer.known(url) is not None) == (url in seen)
    finally:
        writer.close()
    found = articles(root)
    assert dict(zip(found.index, found["article_id"], strict=True)) == {url: id_of(url) for url in seen}
    assert dict(zip(found.index, found["body"], strict=True)) == {url: f"the text of {url}" for url in seen}
    assert set(versions(root)["version"]) <= {1}


WHAT = st.sampled_from(["own", "own edited", "shared", "shared too"])
MORE_STEPS = st.lists(
    st.tuples(st.sampled_from(PATHS), CLAIMS, WHAT, st.sampled_from(["add", "commit", "reopen"])),
    max_size=16,
)


@settings(max_examples=tiers.examples(20 * SCALE))
@given(steps=MORE_STEPS)
def test_no_text_is_lost_or_given_to_another_outlet_and_a_new_cache_says_the_same(steps, tmp_path_factory):
    root = tmp_path_factory.mktemp("any") / "news-archive"
    writer = ArchiveWriter.open(root, run_id="run")
    seen: dict[str, list] = {}
    try:
        for number, (url, canonical, what, then) in enumerate(steps):
            text = f"{what} of {url}" if what.startswith("own") else what
            record = fetched(url, text, canonical, at=number)
            writer.add_article(record)
            seen.setdefault(url, []).append(record)
            if then != "add":
                writer.commit()
            if then == "reopen":
                writer.close()
                writer = ArchiveWriter.open(root, run_id="run")
        writer.commit()
        before = {url: writer.known(url).article_id for url in seen}
        assert not any(writer.known(url) for url in set(PATHS) - set(seen))
    finally:
        writer.close()
    maintain.repair(root, rebuild=True)
    with ArchiveWriter.open(root, run_id="look") as after:
        assert {url: after.known(url).article_id for url in seen} == before
    texts = versions(root).set_index(["article_id", "version"])
    assert texts.index.is_unique
    looks = pd.read_parquet(root / "observations").sort_values("observed_at")
    found = [texts.loc[(row.article_id, row.version)] for row in looks.itertuples()]
    records = sorted((x for of_url in seen.values() for x in of_url), key=lambda x: x.fetched_at)
    assert [x["body"] for x in found] == [x.body for x in records]
    assert [x["outlet"] for x in found] == [x.outlet for x in records]
    for url, of_url in seen.items():
        if all(x.body.startswith("own") for x in of_url):
            own = texts[texts["body"].str.endswith(f"of {url}")]
            assert set(own.index.get_level_values("article_id")) == {before[url]}
            whole = texts.loc[[before[url]]]
            assert set(whole["url"]) == {url}
