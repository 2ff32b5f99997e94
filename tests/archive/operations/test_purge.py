"""After a purge nothing of the article is left in any byte of the archive, and it does not come back."""

import hashlib
import json
import os
import pty
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

import archive
from archive.exceptions import ArchiveDamaged, ArticleNotFound, ArticlePurged, PoisonRecord
from archive.format.layout import Layout
from archive.format.records import Decisions, Membership, ObservationRecord, PairRecord
from archive.operations import maintain
from archive.operations.purge import find, purge
from archive.pages import cdxj_index
from archive.state import replay
from archive.state.tombstones import PurgedAddress, Tombstones
from archive.storage.interface import Storage
from archive.writer import ArchiveWriter
from tests.archive.findings import grave, verify
from tests.archive.made import NOON, make_article, make_page
from tests.archive.strangers import altered
from tests.archive.traces import find as find_traces
from tests.support.forked import scrapy

HOUR = timedelta(hours=1)
SECRET = "Secretword"
SLUG = "secretslug"
OTHER = "https://courier.example/uk/other"
CHECKOUT = Path(__file__).parents[3]
STRIDE = 1 if os.environ.get("TRIPTYCH_FAULTS") else 36


def pair_all(fresh, related):
    facts = sorted([*fresh, *related], key=lambda x: x.article_id)
    pairs = [
        PairRecord(a.article_id, b.article_id, "hreflang", True, None, None, facts[0].first_seen)
        for number, a in enumerate(facts)
        for b in facts[number + 1 :]
    ]
    return Decisions(tuple(pairs), tuple(Membership(x.article_id, facts[0].story_id) for x in facts), ())


def traces(root):
    return find_traces(root, SECRET, SLUG)


class Clock:
    def __init__(self, now):
        self.now = now

    def __call__(self):
        self.now += timedelta(minutes=1)
        return self.now


def make_secret(hours=0, **changes):
    url = f"https://courier.example/uk/{SLUG}"
    given = {"text": f"{SECRET} {hours}", "headline": f"{SECRET} headline {hours}", "url": url}
    given |= {"requested_url": f"{url}?from=feed", "canonical_url": url}
    given["article_id"] = hashlib.blake2b(url.encode(), digest_size=16).hexdigest()
    return make_article(900, fetched_at=NOON + hours * HOUR, **{**given, **changes})


@pytest.fixture
def secret():
    """The article to be purged, in several versions."""
    return make_secret


def in_all_places(root):
    """An archive that has the article in all places: versions, pages, looks, a pair, a story, quarantine."""
    with ArchiveWriter.open(root, run_id="run-1", now=Clock(NOON)) as writer:
        for hours in range(3):
            writer.add_article(*make_page(make_secret(hours), f"<p>{SECRET} {hours}</p>".encode()))
            writer.add_article(*make_page(make_article(hours), b"<p>other</p>"))
            if not hours:
                writer.add_article(*make_page(make_article(900, "en"), b"<p>english</p>"))
            writer.commit(pair_all if not hours else None)
        missing = ("failed", "http-404", NOON + 5 * HOUR, 404, "run-1")
        for url, detail in ((make_secret().url, f"{SECRET} is missing"), (OTHER, None)):
            writer.add_observation(ObservationRecord(url, url, "courier", *missing, detail=detail))
        with pytest.raises(PoisonRecord):
            writer.add_article(make_secret(4, lead="\0"))
        with pytest.raises(PoisonRecord):
            writer.add_article(make_article(901, lead="\0"))
        writer.commit()
    assert len(traces(root)) > 5


@pytest.fixture
def everywhere(copied, root):
    copied(in_all_places, root)
    return root


def test_nothing_is_left_anywhere(everywhere, secret, article):
    before = archive.open(everywhere)
    moments = [snapshot.committed_at for snapshot in before.snapshots()][1:]
    counts = len(before.articles()), len(before.versions()), len(before.observations()), len(before.pairs())
    purge(everywhere, secret().url, "asked for by the person")
    assert traces(everywhere) == []
    opened = archive.open(everywhere)
    after = len(opened.articles()), len(opened.versions()), len(opened.observations())
    assert after == (counts[0] - 1, counts[1] - 3, counts[2])  # looks are counted on
    for moment in moments:
        for table in (opened.articles, opened.versions, opened.observations, opened.pairs, opened.stories):
            said = str(table(as_of=moment).to_arrow().to_pylist())
            assert SECRET not in said
            assert SLUG not in said
    assert (counts[3], len(opened.pairs())) == (3, 1)
    assert grave(everywhere) == []
    maintain.repair(everywhere, rebuild=True)
    assert traces(everywhere) == []
    assert grave(everywhere) == []


def test_the_rest_is_as_it_was(everywhere, secret, article):
    kept = pd.read_parquet(everywhere / "articles").set_index("article_id")
    purge(everywhere, secret().url, "asked")
    opened = archive.open(everywhere)
    left = pd.read_parquet(everywhere / "articles").set_index("article_id")
    assert sorted(left.index) == sorted(set(kept.index) - {secret().article_id})
    pd.testing.assert_frame_equal(
        left.sort_index(), kept.loc[left.index].sort_index(), check_dtype=False, check_categorical=False
    )
    assert opened.raw(article(900, "en").article_id).body == b"<p>english</p>"
    stories = opened.stories().to_pandas().set_index("story_id")
    own = stories.loc[left.loc[article(900, "en").article_id, "story_id"]]
    assert (own["n_variants"], own["headline_en"]) == (2, article(900, "en").headline)
    assert own["headline_uk"] == article(0).headline
    quarantined = [x.text for x in verify(everywhere) if "quarantine" in x.text]
    assert quarantined == ["quarantine: 1 × nul", "quarantine: 1 × purged"]
    assert len(list(cdxj_index.lines(Storage(everywhere)))) == 4


def test_it_does_not_come_back(everywhere, secret, open_writer, look, page):
    purge(everywhere, secret().url, "asked")
    writer = open_writer("run-2")
    for url in (secret().url, secret().requested_url, f"http://www.courier.example/uk/{SLUG}/#x"):
        assert isinstance(writer.known(url), PurgedAddress)
    with pytest.raises(ArticlePurged):
        writer.add_article(*page(secret(7), SECRET.encode()))
    with pytest.raises(ArticlePurged):  # its old address under another id
        writer.add_article(secret(8, article_id="0" * 32))
    writer.add_observation(look(secret().url, "skipped", "purged", detail=SLUG))
    writer.commit(summary={"dropped(purged)": 1})
    assert traces(everywhere) == []
    looks = archive.open(everywhere).observations(outcome="skipped").to_pandas()
    assert looks["reason"].tolist() == ["purged"]
    assert looks["url"].str.startswith("purged:").all()


def test_a_living_writer_drops_what_it_had_acknowledged(everywhere, secret, article, open_writer, page):
    writer = open_writer("run-2")
    writer.add_article(*page(secret(9), f"<p>{SECRET} 9</p>".encode()))
    writer.add_article(*page(article(77), b"<p>77</p>"))
    writer.add_article(*page(secret(10), f"<p>{SECRET} 10</p>".encode()))
    purge(everywhere, secret().url, "asked")
    writer.add_article(article(78))
    writer.commit()
    assert traces(everywhere) == []
    assert archive.open(everywhere).raw(article(77).article_id).body == b"<p>77</p>"
    assert len(archive.open(everywhere).articles()) == 6
    assert grave(everywhere) == []


def test_a_dead_writer_s_segment_brings_nothing_back(everywhere, secret, article, open_writer, page):
    writer = open_writer("run-2")
    writer.add_article(*page(secret(9), f"<p>{SECRET} 9</p>".encode()))
    writer.add_article(article(77))
    writer.close()
    purge(everywhere, secret().url, "asked")
    assert traces(everywhere) == []
    assert len(archive.open(everywhere).articles()) == 5
    assert list((everywhere / "_wal").glob("*.zst")) == []


def test_a_look_alone_can_be_purged(everywhere, open_writer):
    purge(everywhere, "https://courier.example/uk/other", "asked")
    assert "https://courier.example/uk/other" not in set(
        archive.open(everywhere).observations().to_pandas()["url"]
    )


def test_nothing_there(everywhere, secret):
    with pytest.raises(ArticleNotFound, match="spelled"):
        find(everywhere, "https://courier.example/never")
    with pytest.raises(ArticleNotFound, match="`triptych show` prints an id's"):
        find(everywhere, "07a0b8cb")
    purge(everywhere, secret().url, "asked by letter 12")
    with pytest.raises(ArticleNotFound, match="asked by letter 12"):
        purge(everywhere, secret().url, "again")
    assert len(Tombstones(Layout(everywhere)).all) == 1


def test_the_tombstone_tells_no_word(everywhere, secret):
    stone = purge(everywhere, secret().url, "asked")
    text = (everywhere / "_purged" / f"{stone.id}.json").read_text()
    assert SLUG not in text
    assert "courier" not in text
    assert json.loads(text)["reason"] == "asked"
    assert json.loads(text)["done"] is not None


def test_old_files_that_only_a_view_has_are_found(everywhere, secret):
    maintain.compact(everywhere)
    maintain.gc(everywhere, 0)
    assert len(list((everywhere / "_views").glob("v*"))) > 1
    purge(everywhere, secret().url, "asked")
    assert traces(everywhere) == []


def test_killed_at_any_step_it_is_finished_by_the_next_writer(
    everywhere, program, secret, open_writer, tmp_path
):
    done = program("purges.py", everywhere, secret().url, STRIDE)
    output, _ = done.communicate()
    assert done.returncode == 0
    steps = output.splitlines()
    assert steps[-1].endswith(" done")
    assert len(steps) > 40 / STRIDE  # some come before the tombstone, most after it
    whole = len(archive.open(everywhere).articles())
    for line in steps[:-1]:
        number, copy = line.split(" ", 1)
        copy = Path(copy)
        ids = pd.read_parquet(copy / "articles")["article_id"]
        versions = pd.read_parquet(copy / "versions")["article_id"]
        there = secret().article_id in set(ids)
        assert len(ids) == whole - (not there), number
        assert (versions == secret().article_id).sum() == (3 if there else 0), number
        begun = list((copy / "_purged").glob("*.json")) != []
        with open_writer("run-2", copy) as writer:
            assert isinstance(writer.known(secret().url), PurgedAddress) == begun, number
        if not begun:
            assert there, number
            continue
        assert traces(copy) == [], number
        assert grave(copy) == [], number


def run(everywhere, *arguments, command="purge"):
    return scrapy(command, *arguments, "--archive", str(everywhere), module="archive")


def answered(everywhere, *arguments, terminal):
    command = [sys.executable, "-m", "archive", "purge", *arguments, "--archive", str(everywhere)]
    return subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False, stdin=terminal)


def test_the_command_asks_first(everywhere, secret):
    url = secret().url
    told = run(everywhere, url, "--reason", "asked", "--dry-run")
    assert (told.returncode, "3 versions" in told.stdout) == (0, True)
    assert f"stays: {archive.open(everywhere).articles(language='en').to_pandas()['url'][0]}" in told.stdout
    assert run(everywhere, url, "--reason", "asked").returncode == 1
    assert run(everywhere, url).returncode == 2
    ours, theirs = pty.openpty()
    os.write(ours, b"no\n")
    asked = partial(answered, everywhere, url, "--reason", "asked", terminal=theirs)
    assert "Nothing was changed" in asked().stderr
    assert len(archive.open(everywhere).versions(secret().article_id)) == 3
    os.write(ours, b"y\n")
    assert asked().returncode == 0
    os.close(ours)
    os.close(theirs)
    assert len(archive.open(everywhere).versions(secret().article_id)) == 0
    why = run(everywhere, url, command="why")
    assert why.returncode == 0
    assert "UTC: asked\n" in why.stdout
    assert why.stdout.count("archived") == 3
    assert SLUG not in why.stdout
    again = run(everywhere, url, "--reason", "asked", "--yes")
    assert (again.returncode, "was purged on" in again.stderr) == (1, True)


@pytest.mark.parametrize(
    ("before", "after"), [(b'"addresses"', b'"addreSses"'), (b'"articles": [\n  "', b'"articles": [\n  "!')]
)
def test_a_tombstone_that_cannot_be_read_is_found(everywhere, secret, open_writer, before, after):
    """Without it the article could be taken in again: nobody writes until it is put right."""
    stone = purge(everywhere, secret().url, reason="asked")
    path = Layout(everywhere).purged / f"{stone.id}.json"
    data = path.read_bytes()
    assert before in data
    path.unlink()
    path.write_bytes(data.replace(before, after))
    assert f"{stone.id}.json is not readable" in next(x for x in verify(everywhere) if x.grave).text
    with pytest.raises(ArchiveDamaged, match="restore it from a backup"):
        open_writer("run-2")


# A purge takes what was fetched, and nothing that is only named.


def at(article, url, text, canonical=None, outlet="courier", **changes):
    identity = hashlib.blake2b(url.encode(), digest_size=16).hexdigest()
    given = {"url": url, "requested_url": url, "canonical_url": canonical, "outlet": outlet}
    return article(1, text=text, **({"article_id": identity} | given | changes))


ORIGINAL, COPY = "https://courier.example/uk/news/1", "https://herald.example/news/9"


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("gone", [0, 1])
def test_a_copy_and_its_original_go_alone(root, open_writer, article, page, order, gone):  # noqa: PLR0917
    both = [at(article, ORIGINAL, "A"), at(article, COPY, "A", ORIGINAL, "herald", syndicated_from=ORIGINAL)]
    writer = open_writer()
    for number in order:
        writer.add_article(*page(both[number], f"<p>{both[number].url}</p>".encode()))
    with pytest.raises(PoisonRecord):  # and each is in quarantine too
        writer.add_article(replace(both[0], lead="\0"))
    with pytest.raises(PoisonRecord):
        writer.add_article(replace(both[1], lead="\0"))
    writer.commit()
    purge(root, both[gone].url, "asked")
    left = both[1 - gone]
    held = archive.open(root)
    assert list(held.articles().to_pandas()["url"]) == [left.url]
    assert held.raw(left.article_id).body == f"<p>{left.url}</p>".encode()
    assert writer.known(left.url).article_id == left.article_id
    assert isinstance(writer.known(both[gone].url), PurgedAddress)
    quarantined = [x.text for x in verify(root) if "quarantine" in x.text]
    assert quarantined == ["quarantine: 1 × nul", "quarantine: 1 × purged"]


def test_what_was_never_fetched_is_not_purged_for_it(root, open_writer, article):
    writer = open_writer()
    writer.add_article(at(article, COPY, "A", ORIGINAL, "herald", syndicated_from=ORIGINAL))
    with pytest.raises(PoisonRecord):
        writer.add_article(at(article, COPY, "A", ORIGINAL, "herald", lead="\0"))
    writer.commit()
    done = run(root, ORIGINAL, "--reason", "asked", "--yes")
    assert (done.returncode, done.stdout) == (1, "")
    assert "nothing is purged; an article names it" in done.stderr
    assert COPY in done.stderr
    assert run(root, ORIGINAL, "--reason", "asked", "--dry-run").returncode == 1
    assert len(archive.open(root).articles()) == 1
    assert Tombstones(Layout(root)).all == ()


def test_all_addresses_of_an_article_go_and_are_named(root, open_writer, article):
    amp = "https://courier.example/amp/uk/news/1"
    writer = open_writer()
    writer.add_article(at(article, ORIGINAL, "A"))
    writer.add_article(at(article, amp, "A", ORIGINAL))
    other = at(article, "https://courier.example/uk/live", "B", ORIGINAL)
    writer.add_article(other)
    writer.commit()
    told = run(root, amp, "--reason", "asked", "--dry-run").stdout
    assert [line for line in told.splitlines() if line.startswith("goes:")] == [
        f"goes: {amp}",
        f"goes: {ORIGINAL}",
    ]
    dry_run = run(root, other.url, "--reason", "x", "--dry-run").stdout
    assert f"stays: {ORIGINAL}, its canonical address" in dry_run
    purge(root, amp, "asked")
    assert list(archive.open(root).articles().to_pandas()["url"]) == [other.url]
    # it does not come back under another address of its own, and nobody else is kept out
    with pytest.raises(ArticlePurged):
        writer.add_article(at(article, f"{ORIGINAL}?visit=7", "A", ORIGINAL))
    writer.add_article(at(article, "https://herald.example/news/9", "A", ORIGINAL, "herald"))
    assert writer.known("https://herald.example/news/9") is not None


def test_an_article_with_an_id_of_before_takes_that_address_along(root, open_writer, article):
    old = at(article, "https://courier.example/show?id=1", "A", ORIGINAL)
    old = replace(old, article_id=hashlib.blake2b(ORIGINAL.encode(), digest_size=16).hexdigest())
    writer = open_writer()
    writer.add_article(old)
    writer.commit()
    assert find(root, old.url).addresses == {old.url, ORIGINAL}
    purge(root, old.url, "asked")
    with pytest.raises(ArticlePurged):
        writer.add_article(at(article, ORIGINAL, "A"))


def test_an_address_that_led_to_it_and_has_an_article_now_keeps_that_one(root, open_writer, article, page):
    short = "https://courier.example/s/1"
    led = page(at(article, ORIGINAL, "A", requested_url=short), b"<p>A</p>")
    own = page(at(article, short, "B"), b"<p>B</p>")
    writer = open_writer()
    for one in (led, own):
        writer.add_article(*one)
    writer.commit()
    purge(root, ORIGINAL, "asked")
    held = archive.open(root)
    assert list(held.articles().to_pandas()["url"]) == [short]
    assert held.raw(own[0].article_id).body == b"<p>B</p>"
    assert not isinstance(writer.known(short), PurgedAddress)


def test_an_impossible_time_ends_in_a_sentence(everywhere, secret):
    """Of a look, in what somebody else sent: no second error, of the cache that is closed in the middle."""
    seen = next(x["path"] for x in altered.head_of(everywhere)["files"] if x["table"] == "observations")
    year_28164_bc = pa.scalar(-950_900_000_000_000_000, pa.int64()).cast(pa.timestamp("us", tz="UTC"))
    altered.in_rows(seen, "observed_at", year_28164_bc, everywhere, None)
    replay.discard_state(Layout(everywhere))
    done = run(everywhere, secret().url, "--yes", "--reason", "asked")
    assert done.returncode == 1, done.stderr
    # which file is read first is by chance: the cache is everywhere from it, or its rows are rewritten
    told = ("expected a time in the years 1 to 9999", "A row has an impossible value")
    assert any(words in done.stderr for words in told), done.stderr
    assert "Exception ignored" not in done.stderr
    assert "Traceback" not in done.stderr
