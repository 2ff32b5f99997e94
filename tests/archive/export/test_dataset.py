"""An archive as a data set: whole or not there, the same each time, and read by what people have."""

import hashlib
import json
import os
import re
import signal
from collections import Counter

import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import archive
from archive.__main__ import main
from archive.exceptions import ExportError
from archive.export import dataset, dataset_card
from archive.export.choice import Choice, balanced
from archive.export.dataset_card import Holding
from archive.format.layout import TABLES
from tests.archive.two_newsrooms import id_of
from tests.support.forked import scrapy


@pytest.fixture(scope="module")
def made(filled, tmp_path_factory):
    folder = tmp_path_factory.mktemp("made") / "news"
    dataset.export(archive.open(filled), folder, Choice())
    return folder


def files_of(folder):
    return {str(x.relative_to(folder)): x.read_bytes() for x in folder.rglob("*") if x.is_file()}


@pytest.mark.parametrize("table", TABLES)
def test_it_has_every_row_of_every_table(filled, made, table):
    told = archive.open(filled).table(table).to_arrow()
    parts = sorted((made / "data" / table).glob("*.parquet"))
    assert [x.name for x in parts] == ["part-00000.parquet"]
    assert pq.read_table(parts[0]).equals(told)
    assert pq.read_schema(parts[0]).equals(told.schema)


def test_what_people_have_reads_it(made):
    read = {
        "pandas": pd.read_parquet(made / "data/articles")["article_id"].tolist(),
        "polars": pl.read_parquet(f"{made}/data/articles/*.parquet")["article_id"].to_list(),
        "duckdb": [
            x for (x,) in duckdb.sql(f"SELECT article_id FROM '{made}/data/articles/*.parquet'").fetchall()
        ],
    }
    assert {name: len(x) for name, x in read.items()} == dict.fromkeys(read, 9)
    assert all(id_of("courier", "ferry", "uk") in x for x in read.values())


def test_the_library_of_data_sets_loads_it(made, tmp_path):
    datasets = pytest.importorskip("datasets", reason="NOT TESTED: datasets is not installed")
    loaded = datasets.load_dataset(str(made), "stories", split="train", cache_dir=str(tmp_path))
    assert loaded.num_rows == 5


def test_it_says_what_it_is(filled, made):
    opened = archive.open(filled)
    package = json.loads((made / "datapackage.json").read_text("utf-8"))
    for resource in package["resources"]:
        data = (made / resource["path"]).read_bytes()
        assert resource["hash"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
        table = resource["title"]
        assert [x["name"] for x in resource["schema"]["fields"]] == opened.table(table).schema.names
        assert all(x["description"] for x in resource["schema"]["fields"])
    assert {x["title"] for x in package["resources"]} == set(TABLES)
    croissant = json.loads((made / "croissant.json").read_text("utf-8"))
    for records in croissant["recordSet"]:
        assert [x["name"] for x in records["field"]] == opened.table(records["name"]).schema.names
    includes = [x["includes"] for x in croissant["distribution"]]
    assert all(list(made.glob(pattern)) for pattern in includes)
    card = (made / "README.md").read_text("utf-8")
    _, head, text = card.split("---\n", 2)
    # tables without rows are not among those that `datasets` is told of
    assert re.findall("config_name: (.*)", head) == [x for x in TABLES if x not in {"refusals", "same_event"}]
    assert "| courier | uk | 2 | 2026-03-02 | 2026-03-02 |" in text
    assert opened.manifest_sha256() in text
    assert opened.manifest_sha256() in package["sources"][0]["title"]
    for content in (text, package["description"], croissant["description"]):
        assert "belong to the outlets and authors" in content


def test_it_is_the_same_each_time(filled, made, tmp_path):
    again = tmp_path / "news"
    dataset.export(archive.open(filled), again, Choice())
    assert files_of(again) == files_of(made)


def test_a_long_table_has_several_parts(filled, tmp_path):
    contents = dataset.export(archive.open(filled), tmp_path / "news", Choice(), rows_of_a_part=4)
    assert contents.rows("versions") == 10
    (versions,) = [x for x in contents.tables if x.name == "versions"]
    assert max(x.rows for x in versions.parts) < 8
    assert len({x.path for x in versions.parts}) == len(versions.parts) > 2
    assert len(pd.read_parquet(tmp_path / "news/data/versions")) == 10
    package = json.loads((tmp_path / "news/datapackage.json").read_text("utf-8"))
    assert len({x["path"] for x in package["resources"]}) == len(package["resources"])


def test_what_is_chosen_takes_its_rows_along(filled, tmp_path):
    opened = archive.open(filled)
    folder = tmp_path / "news"
    dataset.export(opened, folder, Choice(language=("uk", "en"), outlet=("courier",)))
    rows = {x: pq.read_table(folder / "data" / x).to_pylist() for x in TABLES}
    ids = {x["article_id"] for x in rows["articles"]}
    assert {(x["outlet"], x["language"]) for x in rows["articles"]} == {("courier", "uk"), ("courier", "en")}
    assert {x["article_id"] for x in rows["versions"]} == ids
    assert {x["article_id"] for x in rows["observations"]} == ids
    assert {x["story_id"] for x in rows["stories"]} == {x["story_id"] for x in rows["articles"]}
    for table in ("pairs", "alignments"):
        assert rows[table] or table == "pairs"
        assert {x[f"article_id_{side}"] for x in rows[table] for side in "ab"} <= ids
    card = (folder / "README.md").read_text("utf-8")
    assert "may not be here" in card
    assert "| languages chosen | uk, en |" in card


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 40), min_size=1),
    st.integers(1, 150),
    st.integers(0, 3),
)
def test_a_sample_is_balanced(sizes, number, seed):
    keyed = [(f"{kind}{n}", kind) for kind, size in sizes.items() for n in range(size)]
    chosen = balanced(keyed, number, seed)
    assert len(chosen) == len(set(chosen)) == min(number, len(keyed))
    assert chosen == balanced(reversed(keyed), number, seed)
    taken = Counter(x[0] for x in chosen)
    # no kind has two more than one that has some left
    assert all(taken[kind] >= max(taken.values()) - 1 for kind, size in sizes.items() if taken[kind] < size)


def test_a_sample_of_an_export(filled, tmp_path, capsys):
    def export(*arguments):
        code = main(["export", *arguments, "--archive", str(filled)])
        return code, capsys.readouterr()

    out = tmp_path / "o.jsonl"
    rows = {}
    for seed in ("1", "1", "2"):
        command = ("--format", "jsonl", "--output", str(out), "--sample", "3", "--seed", seed)
        assert export(*command)[0] == 0
        lines = [json.loads(x) for x in out.read_text("utf-8").splitlines()]
        # the newsrooms in turn, each story with all its languages
        first = {x["story_id"]: x["outlet"] for x in lines}
        assert (len(first), set(first.values())) == (3, {"courier", "herald"})
        stored = pd.read_parquet(filled / "articles")
        ids = {x["article_id"] for x in lines}
        assert ids == set(stored[stored["story_id"].isin(first)]["article_id"])
        assert rows.setdefault(seed, ids) == ids
    assert rows["1"] != rows["2"]
    command = ("--format", "jsonl", "--output", str(out))
    assert export(*command, "--sample", "3", "--table", "stories")[0] == 0
    assert len(out.read_text("utf-8").splitlines()) == 3
    tmx = tmp_path / "o.tmx"
    code, said = export("--format", "tmx", "--output", str(tmx), "--sample", "1")
    assert (code, " of 1 stories" in said.out) == (0, True)
    folder = tmp_path / "news"
    assert export("--dataset", str(folder), "--sample", "3", "--seed", "1")[0] == 0
    assert set(pd.read_parquet(folder / "data/articles")["article_id"]) == rows["1"]
    assert "sample of 3 stories" in (folder / "README.md").read_text("utf-8")
    for wrong in (
        (*command, "--sample", "3", "--table", "pairs"),
        (*command, "--seed", "3"),
        ("--dataset", str(folder), "--output", "x"),
        ("--wacz", "x.wacz", "--sample", "3"),
    ):
        code, said = export(*wrong)
        assert (code, said.err.count("\n")) == (2, 1)


def test_a_value_that_is_nowhere_gets_the_nearest_named(filled, tmp_path, capsys):
    out = ("--format", "csv", "--output", str(tmp_path / "o.csv"), "--archive", str(filled))
    for choice, told in (
        (
            ("--language", "ua"),
            "No row of articles has language ua; did you mean uk? There are: en, ru, uk.\n",
        ),
        (("--language", "uk", "--language", "xx"), "has language xx. There are: en, ru, uk.\n"),
        (("--outlet", "curier"), "has outlet curier; did you mean courier? There are: courier, herald.\n"),
    ):
        for command in (
            ("export", *choice, *out),
            ("export", "--dataset", str(tmp_path / "d"), *choice, *out[4:]),
        ):
            assert main([*command]) == 2
            assert capsys.readouterr().err.endswith(told)
    assert list(tmp_path.iterdir()) == []


_KILLED = """
import os, signal, sys
from pathlib import Path
import archive
from archive.export import dataset
from archive.export.choice import Choice

def kill(table, rows):
    if table == "stories":
        os.kill(os.getpid(), signal.SIGKILL)

dataset.export(archive.open(sys.argv[1]), Path(sys.argv[2]), Choice(), kill)
"""


def test_a_killed_export_leaves_no_half(filled, made, tmp_path):
    folder = tmp_path / "news"
    ended = scrapy(_KILLED, str(filled), str(folder), module="-c")
    assert ended.returncode == -signal.SIGKILL
    assert [x.name for x in tmp_path.iterdir()] == [".news.part"]
    (tmp_path / ".news.part/data/left-over").touch()
    dataset.export(archive.open(filled), folder, Choice())
    assert [x.name for x in tmp_path.iterdir()] == ["news"]
    assert files_of(folder) == files_of(made)


def test_a_full_disk_and_a_place_that_is_taken_are_sentences(filled, made, tmp_path, limited, capsys):
    opened = archive.open(filled)
    with limited(1000), pytest.raises(ExportError, match="File too large"):
        dataset.export(opened, tmp_path / "news", Choice())
    assert list(tmp_path.iterdir()) == []
    before = files_of(made)
    assert main(["export", "--dataset", str(made), "--archive", str(filled)]) == 1
    assert capsys.readouterr().err == f"{made} exists already: give the data set a new folder.\n"
    assert files_of(made) == before
    with pytest.raises(ExportError, match="missing"):
        dataset.export(opened, tmp_path / "missing" / "news", Choice())
    (tmp_path / ".other.part").symlink_to(made)
    with pytest.raises(ExportError):
        dataset.export(opened, tmp_path / "other", Choice())
    assert files_of(made) == before


def test_two_exports_into_one_folder_do_not_mix(filled, tmp_path):
    from archive.storage import locks

    early = tmp_path / ".news.part"
    early.mkdir()
    descriptor = os.open(early, os.O_RDONLY)
    assert locks.try_lock(descriptor)
    with pytest.raises(ExportError, match="Another export"):
        dataset.export(archive.open(filled), tmp_path / "news", Choice())
    locks.close(descriptor)
    assert early.is_dir()


def test_no_name_in_an_archive_is_markup_of_the_card(filled, tmp_path):
    contents = dataset.export(archive.open(filled), tmp_path / "news", Choice())
    hostile = 'x"\n---\n# <script>|[a](b)`'
    changed = {name: getattr(contents, name) for name in contents.__dataclass_fields__} | {
        "holdings": (Holding(hostile, hostile, 1, None, None),),
        "archive": hostile,
        "extractors": (hostile,),
    }
    files = dict(dataset_card.files(type(contents)(**changed), hostile))
    for name in ("croissant.json", "datapackage.json"):
        assert json.loads(files[name])
    card = files["README.md"]
    assert card.count("\n---\n") == 1
    assert [x for x in card.splitlines() if x.startswith("# ")] == [
        x for x in card.splitlines() if x.startswith("# News of")
    ]
    assert not re.search(r"(?<!\\)<script", card.split("\n---\n")[1].split("```")[0])
