"""What comes out is what is in the archive, in a form that its readers take as it is meant."""

import csv
import io
import json
import os
import pty
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import archive
from archive.__main__ import main
from archive.exceptions import ExportError
from archive.export.choice import Choice
from archive.export.files import csv_cell, export
from archive.format.records import AlignmentRecord, Decisions, Membership, TextBlock
from archive.format.schema import ARTICLES, DELETION, STORIES

CHECKOUT = Path(__file__).parents[3]
TEXTS = [
    "Площа Ринок",
    '=HYPERLINK("http://x";"y")',
    "+1",
    "-2",
    "@SUM(A1)",
    "\t=1",
    "＝1",
    'said "so"; a,b',
    "a\nb",
]


@pytest.fixture
def odd_headlines(root, writer, article, variants):
    for number, text in enumerate(TEXTS):
        writer.add_article(article(number, headline=text, text=f"{text}\n\nend"))
    writer.add_article(article(70, "en", outlet="other"))
    writer.commit()
    return root


def rows_of(path, form):
    if form == "csv":
        return pd.read_csv(path)
    return pd.read_json(path, lines=True) if form == "jsonl" else pd.read_parquet(path)


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_rows_and_choices(odd_headlines, tmp_path, form):
    opened = archive.open(odd_headlines)
    out = tmp_path / f"out.{form}"
    assert export(opened, str(out), form).startswith("10 rows of articles")
    frame = rows_of(out, form)
    assert list(frame.columns) == [*ARTICLES.names, *DELETION.names]
    assert sorted(frame["article_id"]) == sorted(opened.articles().to_pandas()["article_id"])
    assert export(opened, str(out), form, Choice(("en",), ("other",))).startswith("1 rows")
    assert rows_of(out, form)["outlet"].tolist() == ["other"]
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [out.name]


def test_csv_has_no_formula_and_all_its_text(odd_headlines, tmp_path):
    out = tmp_path / "out.csv"
    export(archive.open(odd_headlines), str(out), "csv")
    data = out.read_bytes()
    assert data.startswith(b"\xef\xbb\xbfarticle_id,")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    said = {row["headline"] for row in rows}
    assert said == {*(f"'{x}" if x[0] in "=+-@\t＝" else x for x in TEXTS), "Headline 70 en"}
    assert not any(value[:1] in {"=", "+", "-", "@", "\t", "\r"} for row in rows for value in row.values())
    assert rows[0]["fetched_at"] == "2026-03-01T12:00:00Z"
    assert json.loads(rows[0]["tags"]) == ["місто"]
    assert rows[0]["lead"] == ""
    export(archive.open(odd_headlines), str(out), "csv", bom=False)
    assert out.read_bytes().startswith(b"article_id,")


@given(st.text())
def test_no_text_becomes_a_formula(text):
    cell = csv_cell(text)
    assert cell.removeprefix("'") == text.removeprefix("'") or cell == text
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_numbers_stay_numbers():
    assert [csv_cell(x) for x in (-5, -0.5, None, True)] == [-5, -0.5, None, True]


def test_jsonl_tells_times_in_utc(odd_headlines, tmp_path):
    out = tmp_path / "out.jsonl"
    export(archive.open(odd_headlines), str(out), "jsonl")
    rows = [json.loads(line) for line in out.read_text().split("\n")[:-1]]
    assert {row["fetched_at"] for row in rows} == {"2026-03-01T12:00:00Z"}
    assert {row["headline"] for row in rows} >= set(TEXTS)
    assert rows[0]["blocks"][0]["kind"] == "paragraph"
    assert rows[0]["valid_to"] is None


@pytest.mark.parametrize(("table", "schema"), [("articles", ARTICLES), ("stories", STORIES)])
def test_parquet_is_one_file_of_the_written_schema(odd_headlines, tmp_path, table, schema):
    out = tmp_path / "out.parquet"
    export(archive.open(odd_headlines), str(out), "parquet", table=table)
    written = pq.read_schema(out)
    joined = DELETION if table == "articles" else ()
    assert written.equals(pa.schema([*schema, *joined]))
    assert written.metadata == schema.metadata
    assert written.field(0).metadata[b"description"] == schema.field(0).metadata[b"description"]
    assert pq.read_table(out).num_rows == 10


def test_an_empty_table_is_a_whole_file(odd_headlines, tmp_path):
    out = tmp_path / "out"
    for form in ("csv", "jsonl", "parquet"):
        assert export(archive.open(odd_headlines), str(out), form, table="pairs") == "0 rows of pairs"
    assert pq.read_table(out).num_rows == 0


def test_as_of(odd_headlines, writer, article, tmp_path):
    before = archive.open(odd_headlines).snapshot.committed_at
    writer.add_article(article(71))
    writer.commit()
    out = str(tmp_path / "out.jsonl")
    assert export(archive.open(odd_headlines), out, "jsonl", Choice(as_of=before)).startswith("10 rows")
    assert export(archive.open(odd_headlines), out, "jsonl").startswith("11 rows")


@pytest.fixture
def stories(root, writer, article):
    """Two stories in three languages, the first aligned; a third that is alone."""
    for number in (1, 2):
        for language in ("uk", "en", "ru"):
            blocks = tuple(TextBlock("paragraph", f"{language} {number}.{x} <&\x0b") for x in range(3))
            text = "\n\n".join(x.text for x in blocks)
            writer.add_article(article(number, language, text=text, blocks=blocks))
    writer.add_article(article(9, "uk"))

    def decide(fresh, _related):
        by_number = {}
        for facts in fresh:
            by_number.setdefault(facts.url.rpartition("/")[2], []).append(facts)
        joined = [Membership(x.article_id, xs[0].story_id) for xs in by_number.values() for x in xs]
        return Decisions((), tuple(joined), (), align=align)

    def align(texts, couples):
        found = []
        for a, b in couples:
            languages = texts[a].language, texts[b].language
            if not texts[a].headline.startswith("Headline 1"):
                continue
            places = [
                ((0,), (1, 2), "aligned", 0.91),
                ((2,), (0,), "moved", 0.9),
                ((1,), (), "omitted", None),
            ]
            found += [
                AlignmentRecord(a, 1, b, 1, *languages, n, kind, x, y, score, 9, 9)
                for n, (x, y, kind, score) in enumerate(places)
            ]
        return found

    writer.commit(decide)
    return root


def units_of(path):
    """(kind, score, {language: text}) of each."""
    for unit in ET.parse(path).getroot().iter("tu"):
        told = {x.get("type"): x.text for x in unit.findall("prop")}
        lang = "{http://www.w3.org/XML/1998/namespace}lang"
        segments = {x.get(lang): x.find("seg").text for x in unit.iter("tuv")}
        yield told["x-kind"], told.get("x-score"), segments


def test_tmx_puts_side_by_side_what_was_aligned(stories, tmp_path):
    out = tmp_path / "out.tmx"
    told = export(archive.open(stories), str(out), "tmx")
    # two headlines, and two paragraphs of each two languages of the first story
    assert told == "8 units of 2 stories (1 by the headline only: `triptych pair` aligns paragraphs)"
    found = list(units_of(out))
    assert [kind for kind, _, _ in found].count("headline") == 2
    paragraphs = [(score, segments) for kind, score, segments in found if kind == "paragraph"]
    assert {frozenset(segments) for _, segments in paragraphs} == {
        frozenset(x) for x in (("uk", "en"), ("uk", "ru"), ("en", "ru"))
    }
    numbers = {
        (score, *sorted(" ".join(re.findall(r"\d\.\d", x)) for x in segments.values()))
        for score, segments in paragraphs
    }
    assert numbers == {("0.910", "1.0", "1.1 1.2"), ("0.900", "1.0", "1.2")}
    assert all(
        text.startswith(f"{language} 1") for _, segments in paragraphs for language, text in segments.items()
    )
    ids = [unit.get("tuid") for unit in ET.parse(out).getroot().iter("tu")]
    assert len(ids) == len(set(ids))
    assert export(archive.open(stories), str(out), "tmx", Choice(("uk", "en"))).startswith("4 units")


def test_tmx_leaves_out_what_was_aligned_of_another_text(stories, writer, article, tmp_path, noon):
    edited = replace(article(1, "en", text="Edited."), fetched_at=noon + timedelta(days=1))
    writer.add_article(edited)
    writer.commit()
    out = tmp_path / "out.tmx"
    export(archive.open(stories), str(out), "tmx")
    paragraphs = [set(segments) for kind, _, segments in units_of(out) if kind == "paragraph"]
    assert paragraphs == [{"uk", "ru"}] * 2


def test_a_full_disk_leaves_what_was_there(odd_headlines, tmp_path):
    out = tmp_path / "missing" / "out.csv"
    with pytest.raises(ExportError, match="missing"):
        export(archive.open(odd_headlines), str(out), "csv")


def test_the_command(odd_headlines, tmp_path, capsysbinary):
    where = ["--archive", str(odd_headlines)]
    out = str(tmp_path / "o.csv")
    assert main(["export", "--format", "csv", "--output", out, "--language", "en", *where]) == 0
    assert capsysbinary.readouterr().out == f"1 rows of articles in {out}.\n".encode()
    assert main(["export", "--format", "jsonl", "--output", "-", "--table", "stories", *where]) == 0
    said = capsysbinary.readouterr()
    assert len(said.out.splitlines()) == 10
    assert b"10 rows of stories in -." in said.err
    for wrong in (
        ["--table", "nothing"],
        ["--table", "pairs", "--outlet", "x"],
        ["--as-of", "yesterday"],
    ):
        assert main(["export", "--format", "csv", "--output", out, *wrong, *where]) == 2
        assert capsysbinary.readouterr().err.count(b"\n") == 1
    assert main(["export", "--format", "csv", *where]) == 2


def test_a_bar_on_a_terminal(odd_headlines, tmp_path):
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "archive", "export", "--format", "csv", "--archive", str(odd_headlines)]
    # a dumb terminal has no bar
    environment = {**os.environ, "TERM": "xterm"}
    output = ["--output", str(tmp_path / "o.csv")]
    subprocess.run([*command, *output], stderr=theirs, cwd=CHECKOUT, env=environment, check=True)
    os.close(theirs)
    assert b"10/10" in os.read(ours, 1 << 16)
    os.close(ours)


def test_iceberg_registers_the_files_as_they_are(odd_headlines, tmp_path, writer, article):
    catalogs = pytest.importorskip("pyiceberg.catalog.sql", reason="NOT TESTED: triptych[iceberg] is missing")
    from archive.operations import maintain

    where = ["--output", str(tmp_path / "ice"), "--archive", str(odd_headlines)]
    for table in ("articles", "stories", "articles"):
        assert main(["export", "--format", "iceberg", "--table", table, *where]) == 0
    writer.add_article(article(72))
    writer.commit()
    maintain.compact(odd_headlines)
    maintain.gc(odd_headlines, 0)
    catalog = catalogs.SqlCatalog(
        "triptych", uri=f"sqlite:///{tmp_path}/ice/catalog.db", warehouse=(tmp_path / "ice").as_uri()
    )
    assert catalog.load_table("triptych.articles").scan().to_arrow().num_rows == 10
    assert catalog.load_table("triptych.stories").scan().to_arrow().num_rows == 10
    assert main(["export", "--format", "iceberg", "--language", "uk", *where]) == 2


@pytest.mark.parametrize(
    "given",
    [
        ("--format", "tmx", "--table", "stories", "--output", "o.tmx"),
        ("--format", "tmx", "--language", "uk", "--output", "o.tmx"),
        ("--format", "csv", "--table", "stories", "--language", "uk", "--output", "o.csv"),
        ("--wacz", "o.wacz", "--output", "x"),
    ],
)
def test_what_an_export_cannot_do_is_a_sentence(odd_headlines, tmp_path, monkeypatch, capsys, given):
    monkeypatch.chdir(tmp_path)
    assert main(["export", *given, "--archive", str(odd_headlines)]) == 2
    said = capsys.readouterr().err
    assert said.endswith(".\n")
    # which columns there are is no answer to --language
    assert "article_id" not in said
    assert not list(tmp_path.glob("o.*"))
