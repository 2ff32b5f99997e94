"""Questions in SQL: each view answers as docs/reference/sql.md shows, and DuckDB reaches nothing but rows.

`pytest tests/archive/read/test_sql.py --accept` writes that page.
"""

import csv
import io
import json
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import archive
from archive.__main__ import main
from archive.format.layout import TABLES
from archive.read.quotations import speaker_of
from archive.read.sql_views import views
from tests.archive.two_newsrooms import id_of
from tests.support.forked import scrapy

PAGE = Path(__file__).parents[3] / "docs/reference/sql.md"
pytest.importorskip("duckdb", reason="NOT TESTED: triptych[sql] is missing")


@pytest.fixture(scope="module")
def opened(filled):
    return archive.open(filled)


def test_the_views_are_as_documented(opened, accept):
    text = PAGE.read_text("utf-8") if PAGE.exists() else ""
    mark = "<!-- from here on made by tests/archive/read/test_sql.py -->\n"
    head = text.partition(mark)[0]
    made = "".join(_section(opened, view) for view in views().values())
    if accept:
        PAGE.write_text(f"{head}{mark}{made}", "utf-8")
    assert text.partition(mark)[2] == made or accept, (
        "run: pytest tests/archive/read/test_sql.py --accept, and read what has changed"
    )


def test_what_is_doubtful_is_neither_shared_nor_missing(opened):
    shares = opened.sql("FROM shared_text").to_pylist()
    stories = {x["story_id"]: x for x in opened.stories().to_arrow().to_pylist()}
    rows = opened.alignments().to_arrow().to_pylist()
    assert any(x["doubtful"] for x in rows)
    for row in shares:
        assert abs(row["shared"] + row["doubtful"] + row["missing"] - 1) < 1e-9
        story = stories[row["story_id"]]
        assert abs(row["shared"] - story[f"coverage_{row['other']}_of_{row['language']}"]) < 1e-4
        doubtful = sum(
            x[f"characters_{side}"]
            for x in rows
            for side, other in ("ab", "ba")
            if x["doubtful"]
            and (x[f"article_id_{side}"], x[f"article_id_{other}"])
            == (row["article_id"], row["other_article_id"])
        )
        assert abs(row["doubtful"] - doubtful / row["characters"]) < 1e-9


def _section(opened, view):
    rows = opened.sql(view.example).to_pylist()
    assert rows, view.name
    # SELECT * has the columns that are described, and no other
    assert opened.sql(f"SELECT * FROM {view.name}").columns == list(view.columns)
    columns = "".join(f"| `{name}` | {meaning} |\n" for name, meaning in view.columns.items())
    names = list(rows[0])
    example = f"| {' | '.join(names)} |\n|{'---|' * len(names)}\n"
    for row in rows[:2]:
        example += f"| {' | '.join(_cell(x) for x in row.values())} |\n"
    return (
        f"\n## {view.name}\n\n{view.about}\n\n| column | meaning |\n|---|---|\n{columns}"
        f"\n```sql\n{view.example}\n```\n\n{example}"
    )


def _cell(value):
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4g}"
    if hasattr(value, "astimezone"):
        return f"{value:%Y-%m-%d %H:%M}"
    text = ", ".join(value) if isinstance(value, list) else str(value)
    return " ".join(text.split())


def test_what_the_views_tell(opened):
    """By the values that the stories were made with."""

    def rows(question):
        return [tuple(x.values()) for x in opened.sql(question).to_pylist()]

    assert rows("SELECT language_a, language_b, seconds FROM lags WHERE outlet = 'herald'") == [
        ("uk", "en", 3 * 3600)
    ]
    assert rows(
        "SELECT stories, a_first, median_hours FROM lags_by_outlet WHERE language_b = 'en' ORDER BY 3"
    ) == [
        (1, 1.0, 1.25),
        (1, 1.0, 3.0),
    ]
    lacking = rows("SELECT language, missing_in, text, article_id FROM omissions ORDER BY language")
    assert lacking == [
        (
            "ru",
            "en",
            "Билет будет стоить 35 гривен, для пенсионеров — бесплатно.",
            id_of("courier", "ferry", "ru"),
        ),
        (
            "uk",
            "en",
            "Квиток коштуватиме 30 гривень, для пенсіонерів — безкоштовно.",
            id_of("courier", "ferry", "uk"),
        ),
    ]
    assert rows("SELECT version, hours, headline_before, headline_after FROM edits") == [
        (2, 5.0, "Бібліотека працюватиме вночі", "Бібліотека працюватиме до ранку")
    ]
    assert set(rows("SELECT language, speaker FROM quotes")) == {
        ("uk", "Олена Коваль"),
        ("ru", "Елена Коваль"),
        ("en", "Olena Koval"),
    }
    # asked of one quotation the rules say the same
    said = rows("SELECT speaker, quote, body FROM quotes JOIN articles USING (article_id)")
    assert [speaker_of(quote, body) for _, quote, body in said] == [speaker for speaker, *_ in said]
    assert speaker_of("на цей день", "«Ми чекали на цей день два роки», — сказав Президент.") is None
    assert speaker_of("не тут", said[0][2]) is speaker_of("", said[0][2]) is None
    gone = rows("SELECT outlet, language, gone_since > last_seen FROM deletions")
    assert gone == [("herald", "en", True)]
    assert rows("SELECT outlet, missing FROM missing_languages ORDER BY ALL") == [
        ("courier", "en"),
        ("courier", "ru"),
        ("courier", "uk"),
        ("herald", "en"),
    ]
    assert rows("SELECT language, share FROM who_is_first WHERE outlet = 'courier' ORDER BY ALL") == [
        ("uk", 0.5),
        (None, 0.5),
    ]
    assert rows("SELECT outlet, original_outlet FROM syndicated") == [("herald", "courier")]


def test_every_table_is_there_and_the_past_too(opened):
    for name in TABLES:
        (row,) = opened.sql(f"SELECT count(*) AS n FROM {name}").to_pylist()
        assert row["n"] == len(opened.table(name))
    shown = {row["name"] for row in opened.sql("SHOW TABLES").to_pylist()}
    assert shown == {*TABLES, *views(), "articles_stored", "articles_gone"}
    first = next(x for x in opened.history() if x.id == 1)
    (past,) = opened.sql("SELECT count(*) AS n FROM edits", as_of=first.committed_at).to_pylist()
    assert past["n"] == 0
    assert opened.sql("SELECT $1 + $2 AS n", [1, 2]).to_pandas()["n"].tolist() == [3]
    assert opened.sql("SELECT $x AS n", {"x": "' OR 1"}).to_pylist() == [{"n": "' OR 1"}]
    assert sum(x.num_rows for x in opened.sql("FROM range(25000)").batches(1000)) == 25_000


REACHES = [
    "SELECT * FROM '{secret}'",
    "SELECT * FROM read_text('{secret}')",
    "SELECT * FROM read_csv('{secret}')",
    "SELECT * FROM read_parquet('{root}/articles/*.parquet')",
    "SELECT * FROM glob('{folder}/*')",
    "SELECT * FROM sniff_csv('{secret}')",
    "SELECT * FROM read_csv('http://127.0.0.1:{port}/x.csv')",
    "SELECT * FROM 's3://bucket/x.parquet'",
    "SELECT * FROM outer_table",
    "COPY articles TO '{folder}/stolen.csv'",
    "ATTACH '{folder}/made.db'",
    "EXPORT DATABASE '{folder}/dump'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "LOAD '{folder}/x.duckdb_extension'",
    "SET enable_external_access = true",
    "SET memory_limit = '100GB'",
    "PRAGMA temp_directory = '{folder}'",
    "CREATE SECRET (TYPE s3)",
    "DELETE FROM articles",
    "CREATE TABLE x AS SELECT 1",
    "SELECT 1; SELECT 2",
    "SELECT 1; COPY (SELECT 1) TO '{folder}/stolen.csv'",
    "WITH x AS (SELECT * FROM read_blob('{secret}')) SELECT * FROM x",
    "SELECT nothing FROM articles",
    "SELEC 1",
    "",
]


def test_the_case_of_a_name_is_of_no_account(opened):
    joined = "SELECT count(*) AS n FROM {} s JOIN articles a ON a.story_id = s.story_id"
    expected = opened.sql(joined.format("stories")).to_pylist()
    assert opened.sql(joined.format("STORIES")).to_pylist() == expected


def test_no_question_reaches_a_file_or_the_network(opened, tmp_path):
    import socket

    outer_table = pq.read_table(next(opened.path("articles").glob("*.parquet")))  # a name of this program
    assert outer_table.num_rows
    secret = tmp_path / "secret.csv"
    secret.write_text("a,b\n1,2\n")
    before = sorted(tmp_path.iterdir())
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        told = {
            "secret": secret,
            "folder": tmp_path,
            "root": opened.root,
            "port": server.getsockname()[1],
        }
        for question in REACHES:
            with pytest.raises(archive.QuestionError):
                opened.sql(question.format(**told)).to_pylist()
        with pytest.raises(BlockingIOError):
            server.accept()
    assert sorted(tmp_path.iterdir()) == before


def test_memory_is_bounded(opened):
    question = "SELECT list(repeat('x', 1000000) || i::VARCHAR) AS x FROM range(1000) t(i)"
    with pytest.raises(archive.QuestionError, match="--memory"):
        opened.sql(question, memory="100MB").to_arrow()
    with pytest.raises(archive.QuestionError, match="write 500MB"):
        opened.sql("SELECT 1", memory="all")


def test_time_is_bounded(opened):
    question = "SELECT count(*) FROM range(100000000) a, range(1000000) b"
    with pytest.raises(archive.QuestionError, match=r"more than 0\.2 seconds"):
        opened.sql(question, seconds=0.2).to_arrow()
    with pytest.raises(archive.QuestionError, match="--seconds N"):
        list(opened.sql(question, seconds=0.2).batches())
    assert opened.sql("SELECT 1 AS x", seconds=60).to_pylist() == [{"x": 1}]


GREEDY = (
    "SELECT length(repeat('x', 3000000000)) AS x",
    "SELECT repeat('x', 100000000) AS x FROM range(30)",
    "SELECT 'é' || repeat('x', 400000000) AS x FROM range(5)",
    "SELECT list(range) AS x FROM range(400000000)",
)


@pytest.mark.skipif(sys.platform != "linux", reason="NOT TESTED: only Linux counts a limit of data")
@pytest.mark.parametrize("question", GREEDY, ids=["repeated", "rows", "joined", "list"])
def test_the_command_takes_no_more_memory_than_it_may(filled, question):
    """DuckDB's own limit does not count a text that a function makes: 5.9 GB under 2 GB without ours."""
    # ru_maxrss would count what the process of the tests took before it started this one
    asked = """
import re, sys
from pathlib import Path
from archive.__main__ import main
assert main(["sql", sys.argv[2], "--archive", sys.argv[1], "--memory", "100MB", "--csv"]) == 1
print(int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024)
"""
    command = [sys.executable, "-c", asked, str(filled), question]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("needs more memory than allowed") == 1, done.stderr
    assert done.stderr.count("\n") == 1
    assert int(done.stdout) < 1500  # MB: 100, a gigabyte for rows, and the program


def test_ctrl_c_ends_a_question(filled):
    program = """
import os, signal, sys, threading, time, traceback
from archive.__main__ import main
signal.signal(signal.SIGINT, signal.default_int_handler)
def interrupt():
    running = set()
    while not running & {"batches", "to_arrow"}:
        threading.Event().wait(0.05)
        frames = traceback.walk_stack(sys._current_frames()[threading.main_thread().ident])
        running = {x.f_code.co_name for x, _ in frames}
    begun = time.process_time()
    while time.process_time() < begun + 0.5:  # it is at the question by then
        threading.Event().wait(0.1)
    os.kill(os.getpid(), signal.SIGINT)
threading.Thread(target=interrupt, daemon=True).start()
main(sys.argv[1:])
"""
    question = "SELECT count(*) FROM range(100000000) a, range(100000) b"
    done = scrapy(program, "sql", question, "--archive", str(filled), module="-c", timeout=100)
    assert done.returncode == -signal.SIGINT


def test_a_damaged_file_is_a_sentence(filled, tmp_path):
    import shutil

    root = tmp_path / "copy"
    shutil.copytree(filled, root, symlinks=True)
    for path in root.glob("_data/articles/**/*.parquet"):
        path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(archive.ArchiveError):
        archive.open(root).sql("SELECT headline FROM articles").to_pylist()


def test_a_value_that_cannot_be_is_a_sentence(filled, tmp_path, capsys):
    """A text that is no UTF-8 and a time of no calendar, in a file as a writer would make it."""
    import shutil

    root = tmp_path / "copy"
    shutil.copytree(filled, root, symlinks=True)
    for path in root.glob("_data/articles/**/*.parquet"):
        table = pq.read_table(path)
        count = table.num_rows
        data = pa.array([b"\xff\xd0"] * count, pa.binary())
        text = pa.StringArray.from_buffers(count, *data.buffers()[1:]) if count else table["headline"]
        late = pa.array([2**62] * count, pa.int64()).cast(pa.timestamp("us", "UTC"))
        for name, column in (("headline", text), ("published_at", late)):
            at = table.column_names.index(name)
            table = table.set_column(at, table.schema.field(name), column)
        pq.write_table(table, path, compression="zstd", use_dictionary=["outlet"])
    opened = archive.open(root)
    for question in ("SELECT headline FROM articles", "SELECT published_at::DATE AS day FROM articles"):
        for rows in ("to_pylist", "to_pandas"):
            with pytest.raises(archive.ArchiveError):
                getattr(opened.sql(question), rows)()
        assert main(["sql", question, "--archive", str(root)]) == 1
        assert capsys.readouterr().err.count("\n") == 1
    with pytest.raises(archive.QuestionError):
        opened.sql("SELECT upper(headline) FROM articles").to_arrow()


def test_without_duckdb_it_says_what_to_install(opened, monkeypatch):
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(archive.QuestionError, match=r"`make install` .* pip install 'triptych\[sql\]'"):
        opened.sql("SELECT 1")


@pytest.fixture
def run(filled, capsysbinary):
    def call(*arguments):
        try:
            code = main(["sql", *arguments, "--archive", str(filled)])
        except SystemExit as ended:
            code = ended.code
        said = capsysbinary.readouterr()
        return code, said.out.decode(), said.err.decode()

    return call


@pytest.mark.parametrize("program", ["triptych", "triptych archive"])
def test_the_example_is_of_the_command_that_was_typed(filled, capsys, program):
    assert main(["sql", "--archive", str(filled)], program=program) == 0
    assert f"For example:  {program} sql 'SELECT" in capsys.readouterr().out


def test_the_command(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    code, out, _ = run("SELECT headline, outlet, published_at FROM articles ORDER BY published_at")
    assert code == 0
    assert out.splitlines()[0].split() == ["headline", "outlet", "published_at"]
    assert max(map(len, out.splitlines())) <= 80
    assert "Пором через Лужанку повертається" in out
    assert "9 rows" in out
    # more columns than fit stand below each other
    code, out, _ = run("FROM articles LIMIT 1")
    assert out.splitlines()[0].startswith("article_id")
    code, out, _ = run("SELECT language, day, articles FROM coverage_by_day ORDER BY ALL LIMIT 1", "--csv")
    assert "\r" not in out  # cut, awk and read take it for a letter
    assert list(csv.DictReader(io.StringIO(out))) == [
        {"language": "en", "day": "2026-03-02", "articles": "1"}
    ]
    code, out, _ = run("SELECT headline, published_at, tags, 'NaN'::DOUBLE AS x FROM articles", "--json")
    assert json.loads(out)[0].keys() == {"headline", "published_at", "tags", "x"}
    assert json.loads(out)[0]["x"] is None
    assert json.loads(run("SELECT 1 WHERE false", "--json")[1]) == []
    code, out, _ = run()
    assert code == 0
    assert all(name in out for name in (*TABLES, *views()))
    code, out, err = run("SELECT nothing FROM articles")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert run("SELECT 1", "--as-of", "yesterday")[0] == 2
