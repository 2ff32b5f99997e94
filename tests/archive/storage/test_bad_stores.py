"""Stores that do not keep their word: they overwrite, alter, cut short, list late, and refuse."""

import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

import archive
from archive.exceptions import ArchiveDamaged, ArchiveError, ArchiveNotWritable, ObjectStoreError
from archive.opening import storage_at
from archive.operations import maintain
from archive.operations.purge import purge
from archive.state.tombstones import PurgedAddress
from archive.writer import ArchiveWriter
from tests.archive.findings import grave
from tests.support.forked import scrapy

LOG = r"^PUT \S*/_log/"


def cut_short(body):
    return body[: len(body) // 2]


def altered(body):
    middle = len(body) // 2
    return body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1 :]


def write(uri, *records, run="run-1"):
    with ArchiveWriter.open(uri, run_id=run) as writer:
        for record in records:
            writer.add_article(record)
        writer.commit()


def ids(uri):
    return set(archive.open(uri).articles(columns=["article_id"]).to_pandas()["article_id"])


# A put that overwrites.


def test_a_store_that_overwrites_is_refused_before_anything_is_written(  # noqa: PLR0917
    uri, machine, program, cuts, store, tally
):
    write(uri)
    before = {x.path: x.tag for x in store.list("")}
    cuts.overwrite(r"^PUT ")
    running = [
        program("appends.py", uri, f"run-{n}", n * 15, 15, 1, env=machine(n), stderr=subprocess.PIPE)
        for n in range(2, 6)
    ]
    for process in running:
        _, said = process.communicate()
        assert process.returncode != 0
        assert "ignores If-None-Match: *" in said
    assert {x.path: x.tag for x in store.list("")} == before
    tally("four machines at a store that overwrites, each refused", 4, 0, 0, 0, len(grave(uri)))
    machine(2)
    assert list(storage_at(uri).layout.segments.iterdir()) == []
    assert len(archive.open(uri).articles()) == 0  # it can be read all the same


def test_the_refusal_is_a_sentence_and_an_exit_code(uri, machine, cuts, store):
    write(uri)
    machine(2)
    cuts.overwrite(r"^PUT ")
    for command in (["repair"], ["compact"], ["gc"]):
        done = scrapy(*command, "--archive", uri, module="archive")
        assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
        assert "If-None-Match" in done.stderr


@pytest.mark.parametrize(
    ("misbehave", "error", "said"),
    [
        (lambda cuts: cuts.refuse(r"^PUT ", "501 Not Implemented"), ObjectStoreError, "never overwrites"),
        (
            lambda cuts: cuts.refuse(r"^PUT ", "409 Conflict"),
            ArchiveNotWritable,
            "refuses to put a new object",
        ),
        (
            lambda cuts: cuts.refuse(r"^PUT ", "412 Precondition Failed"),
            ArchiveNotWritable,
            "refuses to put a new object",
        ),
        (lambda cuts: cuts.pretend(r"^PUT "), ArchiveNotWritable, "success for the second put"),
        (lambda cuts: cuts.refuse(r"^PUT ", "503 Slow Down"), ObjectStoreError, "answered 503"),
    ],
    ids=["501", "409", "412", "200 and nothing done", "503"],
)
def test_a_store_without_the_put_is_refused(  # noqa: PLR0917
    uri, cuts, store, misbehave, error, said
):
    misbehave(cuts)
    with pytest.raises(error, match=said):
        ArchiveWriter.open(uri, run_id="run-1")
    assert store.list("") == []


def test_the_proof_is_made_once_on_a_machine_and_leaves_nothing(uri, machine, cuts, store, article):
    cuts.lose_request("no such request")
    write(uri, article(1))
    assert store.list("_tmp") == []
    cuts.change(r"^PUT \S*/_tmp/", lambda body: body)  # counts them
    write(uri, article(2), run="run-2")
    assert cuts.lost == 0
    machine(2)
    write(uri, article(3), run="run-3")
    assert cuts.lost == 2


def test_machines_that_prove_it_at_once_do_not_disturb_each_other(uri, machine, program, store):
    running = [program("appends.py", uri, f"run-{n}", n, 1, 1, env=machine(n)) for n in range(4)]
    for process in running:
        process.communicate()
    assert [process.returncode for process in running] == [0] * 4
    assert store.list("_tmp") == []
    assert len(archive.open(uri).articles()) == 4


def test_a_conflict_that_passes_is_tried_again(uri, cuts, article):
    write(uri)
    cuts.refuse(LOG, "409 Conflict", times=1)
    write(uri, article(1), run="run-2")
    assert cuts.lost == 1
    assert ids(uri) == {article(1).article_id}


def test_a_commit_that_is_answered_and_not_made_is_not_believed(uri, cuts, article):
    with ArchiveWriter.open(uri, run_id="run-1") as writer:
        writer.add_article(article(1))
        cuts.pretend(LOG)
        with pytest.raises(ObjectStoreError, match=r"does not exist; try again later.*safe in their segment"):
            writer.commit()
        assert writer.pending == 1
        cuts.mend()
        writer.commit()
    assert ids(uri) == {article(1).article_id}


def test_a_store_that_begins_to_overwrite_is_found_out_by_the_next_commit(uri, machine, cuts, article):
    """The proof was made when it did not. Who was overwritten says so, and still has what it wrote."""
    write(uri)
    machine(2)
    other = ArchiveWriter.open(uri, run_id="run-2")
    machine(1)
    with ArchiveWriter.open(uri, run_id="run-1") as writer:
        cuts.overwrite(LOG)
        cuts.freeze_lists(uri)
        writer.add_article(article(1))
        writer.commit()
        other.add_article(article(2))
        other.commit()
        cuts.mend()
        writer.add_article(article(3))
        with pytest.raises(ArchiveDamaged, match="does not have the snapshot 1"):
            writer.commit()
        assert writer.pending == 1
    other.close()


# Answers that are altered or cut short.


@pytest.fixture
def three_articles(uri, article, page, noon):
    with ArchiveWriter.open(uri, run_id="run-1") as writer:
        writer.add_article(*page(article(1, text="перша")))
        writer.add_article(*page(article(2)))
        writer.commit()
        writer.add_article(*page(article(3)))
        writer.commit()
    return uri


KINDS = [r"/_log/0*2\.json", r"/_log/0*0\.json", r"/_data/articles/", r"\.warc\.gz", r"/_raw/index/"]


def read_all(uri):
    opened = archive.open(uri)
    rows = opened.articles().to_pandas()
    assert len(rows) == 3
    for article_id in rows["article_id"]:
        assert opened.raw(article_id).body
    assert len(opened.snapshots()) == 3
    opened.storage.mirror("_raw/index")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("changed", [cut_short, altered])
def test_one_bad_answer_is_asked_again_and_never_kept(three_articles, machine, cuts, kind, changed):
    machine(2)
    cuts.change(rf"^GET \S*{kind}", changed, times=1)
    read_all(three_articles)
    assert cuts.lost == 1
    assert storage_at(three_articles).renew_altered(archive.open(three_articles).snapshot.files) == 0
    write(three_articles, run="run-2")
    assert grave(three_articles) == []


@pytest.mark.parametrize("kind", [KINDS[0], KINDS[2], KINDS[4]])
@pytest.mark.parametrize("changed", [cut_short, altered])
def test_answers_that_stay_bad_are_a_sentence_and_stop_nobody_for_ever(  # noqa: PLR0917
    three_articles, machine, cuts, article, kind, changed
):
    machine(2)
    cuts.change(rf"^GET \S*{kind}", changed)
    with pytest.raises(ArchiveDamaged, match="altered or cut short, 3 times in a row"):
        read_all(three_articles)
    cuts.mend()
    read_all(three_articles)
    write(three_articles, article(9), run="run-2")
    assert grave(three_articles) == []


@pytest.mark.parametrize("changed", [cut_short, altered])
def test_a_bad_tombstone_is_not_believed(  # noqa: PLR0917
    three_articles, machine, cuts, article, page, changed
):
    machine(2)
    archive.open(three_articles).articles().to_pandas()
    machine(1)
    purge(three_articles, article(1).url, "test")
    machine(2)
    cuts.change(r"^GET \S*/_purged/", changed)
    with pytest.raises(ArchiveDamaged, match="altered or cut short"):
        ArchiveWriter.open(three_articles, run_id="run-2")
    cuts.mend()
    cuts.change(r"^GET \S*/_purged/", changed, times=1)
    with ArchiveWriter.open(three_articles, run_id="run-2") as writer:
        assert isinstance(writer.known(article(1).url), PurgedAddress)
    assert grave(three_articles) == []


@pytest.mark.parametrize("changed", [cut_short, altered, lambda _: b""])
@pytest.mark.parametrize("number", [0, 1, 2])
def test_an_altered_manifest_that_is_kept_stops_no_machine(three_articles, article, changed, number):
    path = storage_at(three_articles).layout.manifest(number)
    whole = path.read_bytes()
    path.write_bytes(changed(whole))
    read_all(three_articles)
    write(three_articles, article(9), run="run-2")
    maintain.repair(three_articles)
    assert path.read_bytes() == whole
    assert grave(three_articles) == []


def test_repair_fetches_altered_copies_again(three_articles):
    storage = storage_at(three_articles)
    read_all(three_articles)
    (data,) = [storage.path(x.path) for x in archive.open(three_articles).snapshot.stored("articles")][:1]
    index = next(storage.layout.raw_index.iterdir())
    before = {path: path.read_bytes() for path in (data, index, storage.layout.manifest(1))}
    for path, whole in before.items():
        path.write_bytes(altered(whole))
    assert maintain.repair(three_articles).renewed == 3
    assert {path: path.read_bytes() for path in before} == before
    assert maintain.repair(three_articles).renewed == 0


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_manifest_damaged_in_the_store_is_put_right_by_a_machine_that_has_it(
    three_articles, machine, store, number
):
    name = f"_log/{number:020d}.json"
    whole = store.get(name)
    store.put(name, altered(whole))
    machine(2)
    with pytest.raises(ArchiveDamaged, match=name):
        read_all(three_articles)
    machine(1)
    assert maintain.repair(three_articles).returned == 1
    assert store.get(name) == whole
    machine(2)
    read_all(three_articles)


# Lists that are late.


def test_a_list_that_lacks_the_last_commit_stops_nobody(uri, machine, cuts, article):
    write(uri)
    cuts.freeze_lists(uri)
    write(uri, article(1), run="run-2")
    # this machine has made it, and knows more than the list
    write(uri, article(2), run="run-3")
    assert ids(uri) == {article(n).article_id for n in (1, 2)}
    machine(2)
    # the other one sees what the list shows, until its own commit meets those of the first
    assert ids(uri) == set()
    write(uri, article(3), run="run-4")
    assert ids(uri) == {article(n).article_id for n in (1, 2, 3)}
    cuts.mend()
    assert [x.id for x in archive.open(uri).snapshots()] == [0, 1, 2, 3]
    assert grave(uri) == []


def test_a_list_that_lacks_the_archive_itself_makes_no_second_one(uri, machine, cuts, article):
    cuts.freeze_lists(uri)
    write(uri, article(1))
    machine(2)
    write(uri, article(2), run="run-2")
    cuts.mend()
    assert ids(uri) == {article(n).article_id for n in (1, 2)}
    assert grave(uri) == []


# A store that is overloaded.


@pytest.mark.parametrize("request_of", [r"^GET \S*/_log/", LOG, r"^PUT \S*/_data/", r"^GET \S*list-type"])
def test_503_now_and_then_costs_nothing(uri, cuts, article, machine, request_of):
    write(uri)
    machine(2)
    cuts.refuse(request_of, "503 Slow Down", times=2)
    write(uri, article(1), run="run-2")
    assert cuts.lost == 2
    assert ids(uri) == {article(1).article_id}


def test_readers_at_once_keep_one_whole_copy(three_articles, machine, cuts):
    machine(2)
    cuts.change(r"^GET \S*/_log/", altered, times=4)
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: _tried(three_articles), range(4)))
    assert set(found) <= {3, None}
    read_all(three_articles)


def _tried(uri):
    try:
        return len(archive.open(uri).articles())
    except ArchiveError:
        return None
