import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

import archive
from archive.exceptions import PoisonRecord
from archive.format import schema
from archive.format.layout import TABLES, Layout
from archive.format.records import Alternate
from archive.storage.interface import Storage
from archive.wal import quarantine
from tests.archive.made import NOON
from tests.support.forked import A_WHILE

HOUR = timedelta(hours=1)


def frame(root, table):
    return pd.read_parquet(root / table)


def test_a_new_archive_can_be_read_at_once(writer, root):
    for table in TABLES:
        got = frame(root, table)
        assert len(got) == 0
        assert list(got.columns) == schema.STORED.get(table, schema.VERSIONS).names


def test_an_article_is_one_row_with_utc_times(writer, root, article, noon):
    writer.add_article(article(1))
    assert writer.pending == 1
    snapshot = writer.commit()
    assert (snapshot.id, writer.pending) == (1, 0)
    (row,) = frame(root, "articles").to_dict("records")
    assert row["fetched_at"] == noon
    assert str(row["fetched_at"].tz) == "UTC"
    assert row["version"] == 1
    assert pd.isna(row["valid_to"])
    assert row["blocks"][0] == {"kind": "paragraph", "text": "Перший абзац."}
    assert frame(root, "articles")["language"].dtype == "str"
    assert row["ingested_at"] == snapshot.committed_at
    assert row["commit_seq"] == 1


def test_nothing_to_commit_is_no_snapshot(writer, article):
    assert writer.commit() is None
    writer.add_article(article(1))
    assert writer.commit() is not None
    assert writer.commit() is None


def test_a_run_with_nothing_to_commit_keeps_one_account(open_writer, root, article):
    writer = open_writer()
    writer.add_article(article(1))
    writer.commit(summary={"archived": 1})
    assert writer.commit(summary={"archived": 1}) is None
    assert [x.id for x in archive.open(root).history()] == [1, 0], "the snapshot has said so already"
    quiet = open_writer("run-2")
    assert quiet.commit(summary={"skipped": 2}) is None
    assert quiet.commit(summary={"skipped": 3}) is None
    account, snapshot, _ = archive.open(root).history()
    assert (account.run_id, account.summary, account.is_snapshot) == ("run-2", {"skipped": 3}, False)
    assert account.id == snapshot.id == archive.open(root).snapshot.id == 1
    assert len(list((root / "_runs").iterdir())) == 1


def test_counters_of_commit_and_caller_are_in_the_manifest(writer, article, look):
    writer.add_article(article(1))
    writer.add_article(article(1))
    writer.add_observation(look("https://courier.example/uk/none", "dropped", "empty", 200))
    summary = writer.commit(summary={"discovered": 3}).summary
    assert summary["archive/archived"] == summary["archive/unchanged"] == summary["archive/dropped"] == 1
    assert summary["discovered"] == 3


def test_an_edit_keeps_the_earlier_text(writer, root, article, noon):
    writer.add_article(article(1, text="A"))
    writer.add_article(article(2, text="Z"))
    writer.commit()
    writer.add_article(article(1, text="A", fetched_at=noon + HOUR))
    writer.add_article(article(1, text="B", fetched_at=noon + 2 * HOUR))
    writer.commit()
    assert sorted(frame(root, "articles")["body"]) == ["B", "Z"]
    versions = frame(root, "versions").set_index(["body"])
    assert versions.loc["A", "valid_to"] == versions.loc["B", "valid_from"] == noon + 2 * HOUR
    assert versions.loc["A", "last_seen"] == noon + HOUR
    assert (versions["first_seen"] == noon).all()
    assert list(versions.sort_index()["version"]) == [1, 2, 1]
    assert list(frame(root, "observations")["outcome"].value_counts().loc[["archived", "unchanged"]]) == [
        3,
        1,
    ]


def test_two_edits_within_one_commit(writer, root, article, noon):
    for hours, text in enumerate("ABC"):
        writer.add_article(article(1, text=text, fetched_at=noon + hours * HOUR))
    writer.commit()
    versions = frame(root, "versions").sort_values("version")
    assert list(versions["body"]) == list("ABC")
    assert list(versions["valid_to"])[:2] == list(versions["valid_from"])[1:]
    assert list(frame(root, "articles")["body"]) == ["C"]


def test_flapping_is_an_observation_of_the_version_it_found(writer, root, article, noon):
    for hours, text in enumerate("ABABA"):
        writer.add_article(article(1, text=text, fetched_at=noon + hours * HOUR))
        writer.commit()
    assert len(frame(root, "versions")) == 2
    looks = frame(root, "observations").sort_values("observed_at")
    assert list(looks["version"]) == [1, 2, 1, 2, 1]
    assert list(looks["reason"].fillna("")) == ["", "", "reverted", "", "reverted"]


def test_seen_again_moves_last_seen_only(writer, root, article, look, noon):
    writer.add_article(article(1))
    writer.commit()
    before = frame(root, "articles")
    writer.add_article(article(1, fetched_at=noon + HOUR, etag='"2"'))
    writer.commit()
    url = article(1).url
    writer.add_observation(look(url, "unchanged", "not-modified", 304, noon + 2 * HOUR))
    writer.commit()
    after = frame(root, "articles")
    assert list(after["last_seen"]) == [noon + 2 * HOUR]
    pd.testing.assert_frame_equal(after.drop(columns="last_seen"), before.drop(columns="last_seen"))
    assert writer.known(url).etag == '"2"'
    assert writer.known(url).last_seen == noon + 2 * HOUR


def test_an_article_is_gone_after_the_third_404_in_a_row(writer, root, article, look, noon):
    url = article(1).url
    writer.add_article(article(1))
    steps = [404, 410, 304, 404, 404, 500, 410]
    for hours, status in enumerate(steps, 1):
        outcome = "unchanged" if status == 304 else "failed"
        writer.add_observation(look(url, outcome, f"http-{status}", status, noon + hours * HOUR))
        writer.commit()
    looks = frame(root, "observations").sort_values("observed_at")
    assert list(looks["missing"].fillna(0)) == [0, 1, 2, 0, 1, 2, 0, 3]
    assert list(looks["gone"]) == [False] * 7 + [True]
    assert looks["article_id"].notna().all()


@pytest.mark.parametrize(
    ("at_once", "day"), [(True, 1), (False, 1), (True, -1)], ids=["one commit", "a writer each", "captures"]
)
def test_looks_less_than_an_hour_apart_are_one(open_writer, root, article, look, *, at_once, day):
    with closing(open_writer("first")) as writer:
        writer.add_article(article(1, fetched_at=NOON))
        writer.commit()
    minutes = [0, 1, 59, 60, 61, 119, 120, 125]
    looks = [look(article(1).url, at=NOON + timedelta(days=day, minutes=x)) for x in minutes]
    for n, group in enumerate([looks] if at_once else [[x] for x in looks]):
        with closing(open_writer(f"look-{n}")) as writer:
            for each in group:
                writer.add_observation(each)
            snapshot = writer.commit()
        assert snapshot.summary.get("archive/articles_gone", 0) == (at_once or n == minutes.index(120))
    visits = frame(root, "observations").sort_values("observed_at")
    visits = visits[visits["http_status"] == 404]
    assert list(visits["missing"]) == [1, 1, 1, 2, 2, 2, 3, 3]
    assert list(visits["gone"]) == [False] * 6 + [True] * 2


def test_a_look_at_an_unknown_address_is_kept_too(writer, root, look):
    writer.add_observation(look("https://courier.example/x.pdf", "dropped", "not-html", 200))
    assert writer.pending == 0
    writer.commit()
    (row,) = frame(root, "observations").to_dict("records")
    assert (row["outcome"], row["reason"]) == ("dropped", "not-html")
    assert row["article_id"] is None or pd.isna(row["article_id"])


def test_known_by_its_own_addresses_before_and_after_the_commit(writer, article):
    record = article(
        1,
        requested_url="http://courier.example/short/1#top",
        canonical_url="https://courier.example/uk/canonical/1/",
    )
    addresses = [record.url, "https://courier.example/short/1"]
    assert not any(writer.known(url) for url in addresses)
    assert not writer.candidates(record).all
    writer.add_article(record)
    before = [writer.known(url) for url in addresses]
    writer.commit()
    assert [writer.known(url) for url in addresses] == before
    assert writer.candidates(record).of_address.article_id == record.article_id
    assert {known.article_id for known in before} == {record.article_id}
    assert before[0].content_hash == record.content_hash
    # it is not known that anything was ever fetched where a page only says that it is
    assert writer.known("https://COURIER.example/uk/canonical/1") is None
    assert writer.known("https://courier.example/uk/news/2") is None


def test_what_an_unchanged_page_now_declares_is_known_to_pairing(open_writer, article, noon):
    writer = open_writer()
    writer.add_article(article(1))
    writer.commit()
    english = "https://courier.example/en/news/1"
    writer.add_article(article(1, alternates=(Alternate("en", english, "hreflang"),), fetched_at=noon + HOUR))
    writer.commit()
    shown = []
    writer.add_article(article(1, "en", fetched_at=noon + 2 * HOUR))
    from archive.format.records import Decisions

    writer.commit(lambda fresh, related: shown.extend(related) or Decisions())
    assert [facts.url for facts in shown] == [article(1).url]
    assert shown[0].alternates[0].url == english


def test_one_poison_record_in_a_thousand(writer, root, article):
    for number in range(1000):
        record = article(number)
        if number == 500:
            with pytest.raises(PoisonRecord):
                writer.add_article(article(number, byline="\ud800"))
        else:
            writer.add_article(record)
    writer.commit()
    assert len(frame(root, "articles")) == 999
    (entry,) = quarantine.entries(Storage(root))
    assert (entry.reason, entry.source) == ("surrogate", article(500).url)


def test_what_a_closed_writer_left_is_recovered_once(open_writer, root, article):
    first = open_writer()
    for number in range(3):
        first.add_article(article(number))
    first.close()
    second = open_writer("run-2")
    third = open_writer("run-3")
    assert (second.recovered, second.pending, third.recovered) == (3, 3, 0)
    assert second.known(article(1).url).article_id == article(1).article_id
    second.commit()
    third.commit()
    assert len(frame(root, "articles")) == 3
    assert set(frame(root, "articles")["run_id"]) == {"run-1"}
    fourth = open_writer("run-4")
    assert fourth.recovered == 0
    assert fourth.known(article(1).url).article_id == article(1).article_id


def test_a_committed_segment_whose_removal_was_cut_short_is_not_replayed(open_writer, root, article):
    first = open_writer()
    first.add_article(article(1))
    (path,) = [x for x in Layout(root).segments.iterdir() if x.stat().st_size > 200]
    kept = path.read_bytes()
    first.commit()
    first.close()
    path.write_bytes(kept)
    second = open_writer("run-2")
    assert second.recovered == 0
    assert not path.exists()
    assert len(frame(root, "observations")) == 1


def test_a_segment_named_in_a_manifest_is_never_committed_again(writer, root, article, noon):
    """Even when the writer could not know: its commit stood, and only the answer got lost."""
    from archive.commit.committer import Committer
    from archive.storage.snapshot_log import Log

    folder = Storage(root)
    committer = Committer(folder, Log(folder, schema.SCHEMA_VERSION), "run-1", lambda: noon)
    batches = {"segment-1": [article(1)]}
    assert committer.commit(batches, None, {}).segments == ("segment-1",)
    assert committer.commit(batches, None, {}) is None
    committer.close()
    assert len(frame(root, "observations")) == 1


def test_a_segment_of_a_newer_version_waits_for_it(open_writer, root):
    import json

    import zstandard

    with open_writer():
        pass
    path = Layout(root).new_segment()
    header = json.dumps({"kind": "segment", "version": 99}).encode() + b"\n"
    path.write_bytes(zstandard.ZstdCompressor(write_checksum=True).compress(header))
    with open_writer("run-2") as writer:
        assert writer.recovered == 0
        writer.commit()
    assert path.exists()


def test_a_damaged_record_is_quarantined_and_the_rest_recovered(open_writer, root, article):
    first = open_writer()
    for number in range(3):
        first.add_article(article(number))
    (path,) = Layout(root).segments.iterdir()
    first.close()
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    second = open_writer("run-2")
    assert second.recovered == 2
    assert [entry.reason for entry in quarantine.entries(Storage(root))] == ["damaged-segment"]


def test_a_commit_that_pairing_broke_loses_nothing(writer, root, article):
    writer.add_article(article(1))

    def decide(fresh, related):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        writer.commit(decide)
    assert writer.pending == 1
    assert writer.known(article(1).url) is not None
    assert list((root / "_data" / "articles").rglob("*.parquet"))  # the empty one of snapshot 0
    writer.add_article(article(2))
    writer.commit()
    assert len(frame(root, "articles")) == 2


def test_appends_go_on_while_another_thread_commits(writer, root, article):
    from archive.format.records import Decisions

    deciding, added = threading.Event(), threading.Event()

    def decide(fresh, related):
        deciding.set()
        assert added.wait(A_WHILE)
        return Decisions()

    writer.add_article(article(1))
    thread = threading.Thread(target=writer.commit, args=(decide,))
    thread.start()
    assert deciding.wait(A_WHILE)
    writer.add_article(article(2))
    assert writer.known(article(1).url)
    assert writer.known(article(2).url)
    writer.sync()
    added.set()
    thread.join()
    assert len(frame(root, "articles")) == 1
    assert writer.pending == 1
    writer.commit()
    assert len(frame(root, "articles")) == 2


def test_a_snapshot_is_later_than_its_parent_though_the_clock_goes_back(open_writer, article, noon):
    first = open_writer(now=lambda: noon)
    first.add_article(article(1))
    one = first.commit()
    second = open_writer(now=lambda: noon - 10 * HOUR)
    second.add_article(article(2))
    two = second.commit()
    assert one.committed_at < two.committed_at
    assert two.committed_at.tzinfo is UTC or two.committed_at.utcoffset() == timedelta(0)


def test_a_text_that_was_fetched_earlier_but_committed_later(open_writer, root, article, noon):
    one, two = open_writer("run-1"), open_writer("run-2")
    one.add_article(article(1, text="old", fetched_at=noon))
    two.add_article(article(1, text="new", fetched_at=noon + HOUR))
    two.commit()
    one.commit()
    assert list(frame(root, "articles")["body"]) == ["new"]
    versions = frame(root, "versions").set_index("body")
    assert versions.loc["old", "valid_to"] == versions.loc["new", "valid_from"]
    assert list(frame(root, "articles")["first_seen"]) == [noon]


def test_no_text_of_a_page_is_in_any_path(writer, root, article):
    writer.add_article(article(1, outlet="../../x", story_key="../..", section="=HYPERLINK("))
    writer.commit()
    assert not [path for path in root.parent.rglob("*") if "HYPERLINK" in path.name or path.name == "x"]
    assert list(frame(root, "articles")["outlet"]) == ["../../x"]


def test_times_of_another_zone_are_the_same_moment(writer, root, article):
    from datetime import timezone

    kyiv = timezone(timedelta(hours=2))
    writer.add_article(article(1, published_at=datetime(2026, 3, 1, 12, tzinfo=kyiv)))
    writer.commit()
    assert list(frame(root, "articles")["published_at"]) == [datetime(2026, 3, 1, 10, tzinfo=UTC)]


def test_a_commit_that_comes_after_the_last_one_makes_no_snapshot(writer, root, article):
    writer.add_article(article(1))
    writer.commit(summary={"run/finished": 1})
    writer.close()
    last = archive.open(root).snapshot
    assert writer.commit(summary={"run/finished": 0}) is None
    assert archive.open(root).snapshot == last


def test_texts_of_the_past_follow_each_other(open_writer, root, article, noon):
    """A capture of long ago holds until the next one, not until the page itself was first fetched."""
    with closing(open_writer("live")) as writer:
        writer.add_article(article(1, text="today", fetched_at=noon))
        writer.commit()
    days = {-30: "first", -25: "first", -20: "second", -10: "today", -5: "today"}
    with closing(open_writer("import")) as writer:
        for day in (-20, -30, -5, -25, -10):
            writer.add_article(article(1, text=days[day], fetched_at=noon + timedelta(days=day)))
        writer.commit()
    rows = archive.open(root).versions().to_pandas().sort_values("valid_from")
    columns = rows[["valid_from", "valid_to", "last_seen"]].itertuples(index=False)
    found = [tuple(None if pd.isna(moment) else (moment - noon).days for moment in row) for row in columns]
    assert found == [(-30, -20, -25), (-20, -10, -20), (0, None, 0)]


def test_a_page_that_was_missing_in_the_past_is_not_missing_now(open_writer, root, article, look, noon):
    url = article(1).url
    with closing(open_writer("live")) as writer:
        writer.add_article(article(1, fetched_at=noon))
        writer.commit()
    with closing(open_writer("import")) as writer:
        for day in (-20, -19, -18):
            writer.add_observation(look(url, at=noon + timedelta(days=day)))
        writer.commit()
    for day in (1, 2):
        with closing(open_writer(f"live-{day}")) as writer:
            writer.add_observation(look(url, at=noon + timedelta(days=day)))
            # a capture of the past is imported between them
            writer.add_article(article(1, fetched_at=noon - timedelta(days=day)))
            writer.commit()
    visits = frame(root, "observations").sort_values("observed_at")
    assert list(visits["missing"].dropna()) == [1, 2, 3, 1, 2]
    assert list(visits["observed_at"][visits["gone"]]) == [noon - timedelta(days=18)]
    row = archive.open(root).articles().to_pandas().iloc[0]
    assert (row["gone_reason"], pd.isna(row["gone"])) == ("came-back", True)
