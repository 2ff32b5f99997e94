"""Work over partitions comes to the same bytes on any number of workers, and with one of them killed."""

import shutil

import pytest

import archive
from archive.exceptions import EngineError
from archive.export.choice import Choice
from archive.export.files import Part, encoded_part, export
from archive.operations.maintain import compact
from archive.operations.partitions import ALONE, Spread, over
from tests.archive.findings import grave
from tests.support.fleet.dying import at_last, never
from tests.support.fleet.machines import cluster


@pytest.fixture
def many(open_writer, root, article, noon):
    """An archive of several files a table."""
    writer = open_writer()
    for number in range(5):
        writer.add_article(article(number, text=f'=1+1; "{number}"\n' * 20))
        writer.commit()
    writer.close()
    return root


def parts(root):
    opened = archive.open(root)
    files = range(len(opened.articles().files()))
    return [Part(str(root), opened.snapshot.id, "jsonl", "articles", Choice(), file) for file in files]


def hashes(snapshot):
    return sorted((file.table, file.month, file.rows, file.sha256) for file in snapshot.files)


def test_two_processes_make_the_bytes_that_one_makes(many, tmp_path):
    shutil.copytree(many, tmp_path / "copy", symlinks=True)
    for form in ("csv", "jsonl"):
        made = []
        for spread in (ALONE, Spread(2)) if form == "csv" else (ALONE,):
            told = export(archive.open(many), str(tmp_path / "out"), form, spread=spread)
            made.append(((tmp_path / "out").read_bytes(), told))
        assert len(set(made)) == 1
        assert made[0][0].count(b"https://courier.example/uk/news/") >= 5
    assert b"".join(text for text, _ in map(encoded_part, parts(many))) == (tmp_path / "out").read_bytes()
    alone, two = compact(many), compact(tmp_path / "copy", Spread(2))
    assert hashes(alone) == hashes(two)
    assert len(two.files) < len(archive.open(many).at(two.parent).snapshot.files)
    assert grave(tmp_path / "copy") == []


def test_a_killed_process_costs_its_job_a_second_try_and_nothing_else(many, tmp_path):
    jobs = [
        (encoded_part, part, tmp_path / "killed" if n == 1 else None) for n, part in enumerate(parts(many))
    ]
    assert len(jobs) >= 4
    found = [*over(at_last, jobs, Spread(3))]
    assert (tmp_path / "killed").exists()
    assert found == [*map(encoded_part, parts(many))]


def test_a_job_that_kills_whoever_does_it_ends_in_a_sentence():
    with pytest.raises(EngineError, match="4 times a process was killed"):
        [*over(never, [1, 2], Spread(2))]


@pytest.mark.slow
def test_on_a_cluster_it_is_the_same_with_a_worker_killed(many, tmp_path):
    with cluster(3, tmp_path) as engine:
        jobs = [
            (encoded_part, part, tmp_path / "killed" if n == 1 else None)
            for n, part in enumerate(parts(many))
        ]
        found = [*over(at_last, jobs, Spread(engine=engine))]
        assert (tmp_path / "killed").exists()
        assert found == [*map(encoded_part, parts(many))]
        shutil.copytree(many, tmp_path / "copy", symlinks=True)
        alone, several = compact(many), compact(tmp_path / "copy", Spread(engine=engine))
        assert hashes(alone) == hashes(several)


def test_a_driver_that_loses_a_result_ends_in_a_sentence():
    with pytest.raises(EngineError, match="got 3 parts and returned 2 results"):
        [*over(str, [1, 2, 3], Spread(driver=lambda function, jobs: map(function, jobs[1:])))]
    with pytest.raises(EngineError, match="got 1 parts and returned 2 results"):
        [*over(str, [1], Spread(driver=lambda function, jobs: map(function, [*jobs, *jobs])))]
    assert [*over(str, [1, 2], Spread(driver=map))] == ["1", "2"]
