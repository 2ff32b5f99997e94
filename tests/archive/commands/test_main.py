import hashlib
import json
import os
import pty
import re
import subprocess
import sys
from contextlib import suppress
from datetime import timedelta

import pytest

from archive.__main__ import main
from archive.format.layout import Layout
from archive.writer import ArchiveWriter
from tests.archive.made import NOON, make_article, make_look

HOUR = timedelta(hours=1)


@pytest.fixture
def run(root, capsys):
    """Exit code, what is said on stdout, what on stderr."""

    def call(*arguments):
        try:
            code = main([*arguments, "--archive", str(root)])
        except SystemExit as ended:
            code = ended.code
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def write_edit(root):
    with ArchiveWriter.open(root, run_id="run-1") as writer:
        writer.add_article(make_article(1, text="Перший абзац."))
        writer.commit()
        again = make_article(1, text="Перший [bold]новий[/bold] абзац.", fetched_at=NOON + HOUR)
        writer.add_article(again)
        writer.add_article(make_article(1, "en"))
        writer.add_observation(make_look(again.url, at=NOON + 2 * HOUR))
        writer.commit()


@pytest.fixture
def edited(copied, root):
    copied(write_edit, root)


def test_ls_counts(run, edited):
    code, out, _ = run("ls")
    assert code == 0
    assert "3 snapshots" in out
    last = out.splitlines()[-2].split()
    # snapshot, date, time, what, articles, versions, stories, pairs, looks, run
    assert (last[0], last[3:]) == ("2", ["append", "2", "3", "2", "0", "4", "run-1"])


def test_show_by_id_start_and_address(run, edited, article):
    record = article(1)
    for wanted in (record.article_id, record.article_id[:6], record.url):
        code, out, _ = run("show", wanted)
        assert code == 0
        assert record.url in out
        assert "[bold]новий[/bold]" in out


def test_diff_by_words(run, edited, article):
    code, out, _ = run("diff", article(1).article_id[:8])
    assert code == 0
    assert "{+[bold]новий[/bold] +}" in out
    assert run("diff", article(1).url, "1", "2")[1] == out
    assert "only one version" in run("diff", article(1, "en").url)[1]
    assert run("diff", article(1).url, "1")[0] == 2
    assert run("diff", article(1).url, "1", "7")[0] == 1


def test_a_terminal_gets_the_words_in_colour(edited, root, article):
    """Only the words that changed: what is the same stays plain."""
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "archive", "diff", article(1).url, "--archive", str(root)]
    environment = {"TERM": "xterm", "PATH": os.environ["PATH"], "COLUMNS": "100"}
    subprocess.run(command, stdout=follower, stderr=follower, check=True, env=environment)
    os.close(follower)
    shown = b""
    with suppress(OSError), os.fdopen(leader, "rb", 0) as terminal:  # EIO is the end of a terminal
        while part := terminal.read(4096):
            shown += part
    text = shown.decode()
    coloured = re.findall(r"\x1b\[([\d;]+)m(.*?)\x1b\[0m", text)
    assert [(style, words.strip()) for style, words in coloured] == [("1;32", "[bold]новий[/bold]")]


def test_why_knows_another_spelling_of_the_same_page(run, edited, article):
    url = article(1).url
    code, out, _ = run("why", f"{url.replace('https://', 'http://www.')}/?utm_source=tg")
    assert code == 0
    assert f"visited as {url}" in out
    assert out.count("archived") == run("why", url)[1].count("archived") > 0


def test_show_and_why_tell_a_copy_from_its_original_and_what_a_page_calls_itself(run, open_writer, article):
    original, live = article(1).url, "https://courier.example/live"
    copy = "https://herald.example/news/9"
    named = {"canonical_url": original}
    writer = open_writer()
    for url, outlet, text, more in (
        (copy, "herald", "A", {"syndicated_from": original}),
        (live, "courier", "B", {}),
    ):
        identity = hashlib.blake2b(url.encode(), digest_size=16).hexdigest()
        writer.add_article(
            article(
                9, text=text, article_id=identity, url=url, requested_url=url, outlet=outlet, **named, **more
            )
        )
    writer.commit()
    # a copy is shown as one, and is not taken for the original
    assert f"copy of {original}" in run("show", copy)[1]
    assert run("diff", copy)[0] == 0
    assert run("diff", original)[0] == 1
    code, out, err = run("why", original)
    assert (code, "No crawl has visited" in err) == (1, True)
    assert "no article was fetched at this address" in out
    assert f"copied by herald: {copy}" in out
    assert f"another article of courier calls itself this address: {live}" in out
    assert f"its page calls itself {original}; nothing was fetched there" in run("why", live)[1]
    writer.add_article(article(1, text="C"))
    writer.commit()
    assert f"copied by herald: {copy}" in run("why", original)[1]
    assert f"a copy: its page names {original} as the original" in run("why", copy)[1]
    assert "that is another article, with another text" in run("why", live)[1]
    assert f"copy of {original}" in run("show", copy)[1]
    assert f"calls itself {original}" in run("show", live)[1]
    assert article(1).headline in run("show", original)[1]


def test_why_tells_every_look(run, edited, article):
    code, out, _ = run("why", article(1).url)
    assert code == 0
    assert [line.split()[2] for line in out.splitlines() if "2026-03-01" in line] == [
        "archived",
        "archived",
        "failed",
    ]
    code, _, err = run("why", "https://courier.example/never")
    assert code == 1
    assert "No crawl has visited" in err


def test_problems_are_one_sentence_and_exit_1(run, root):
    for command in (["ls"], ["show", "x"], ["verify"], ["purge", "https://a.example/", "--reason", "x"]):
        code, _, err = run(*command)
        assert code == 1
        assert err == f"There is no archive at {root}; a crawl makes one.\n"
    assert not root.exists()


def test_an_unknown_id(run, edited):
    code, _, err = run("show", "zzz")
    assert code == 1
    assert "'zzz'" in err


@pytest.mark.parametrize(
    "command",
    [
        ["gc", "--keep-days", "-1"],
        ["gc", "--keep-days", "nan"],
        ["gc", "--keep-days", "inf"],
        ["purge", "https://courier.example/uk/news/1", "--reason", "  "],
        ["ls", "-n", "many"],
        ["search", "--omitted", "101"],
        ["search", "--since", "2026-03-02", "--until", "2026-03-01"],
        ["export", "--format", "csv", "--output", "-", "--as-of", "soon"],
        ["export", "--format", "csv", "--output", "-", "--table", "none"],
        ["export", "--format", "csv", "--output", "-", "--language", "ua"],
        ["export", "--format", "csv", "--output", "-", "--outlet", "nobody"],
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_done(run, edited, root, command):
    before = sorted(root.rglob("*"))
    code, _, err = run(*command)
    assert code == 2
    assert "Traceback" not in err
    assert sorted(root.rglob("*")) == before


@pytest.mark.parametrize(
    "command",
    [
        ["view", "--no-browser", "--output"],
        ["export", "--html"],
        ["export", "--dataset"],
        ["export", "--wacz"],
        ["export", "--format", "csv", "--output"],
        ["export", "--format", "iceberg", "--output"],
        ["feed", "--output"],
    ],
    ids=" ".join,
)
def test_nothing_is_written_into_an_archive(run, edited, root, tmp_path, command):
    """Neither beside its files, nor through the links of its tables, nor where pages have their folders."""
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages/stories").symlink_to(root)
    (tmp_path / "pages/data").symlink_to(root)
    places = ["", "/stories", "/_log/00000000000000000001.json", "/new", "/new/deep", "/../news-archive"]
    outputs = [*(f"{root}{x}" for x in places), f"{tmp_path}/pages/stories/new"]
    if command[-1] == "--html" or "iceberg" in command:
        outputs.append(f"{tmp_path}/pages")
    if "feed" in command:
        outputs = [f"{root}/new.atom", f"{tmp_path}/pages/stories/new.atom"]
    before = {path: path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}
    for output in outputs:
        code, _, err = run(*command, output)
        assert (code, "give another place" in err) == (2, True), (output, err)
    assert before == {path: path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["gc", "--keep-days", "many"], "many is not a number of days; write 0 to 36500"),
        (["ls", "-n", "0"], "'0' is not a number of at least 1"),
        (["view", "--most", "none"], "'none' is not a number of at least 1"),
        (["view", "--port", "99999"], "'99999' is not a port; write 0 to 65535"),
    ],
)
def test_a_number_that_is_none_is_told(run, edited, command, said):
    code, _, err = run(*command)
    assert (code, said in err) == (2, True), err


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (
            ["search", "--langage", "uk"],
            "search: error: there is no option --langage; did you mean --language?",
        ),
        (["show", "--langage", "uk", "x"], "show: error: there is no option --langage"),
        (["verify", "/"], "verify: error: '/' is one argument too many; did you mean --archive /?"),
        (["ls", "none"], "ls: error: 'none' is one argument too many"),
        (["ls", "--archive", "a"], "ls: error: --archive may be given once"),
        (
            ["search", "--since", "2026-04-01", "--until", "2026-03-01"],
            "from 2026-04-01 on and until 2026-03-01",
        ),
    ],
)
def test_the_command_itself_says_what_it_does_not_take(run, edited, command, said):
    code, out, err = run(*command)
    assert (code, out, err.rstrip().rstrip(".").endswith(said) or said in err) == (2, "", True), err
    assert not err.startswith("usage:") or f"{command[0]} [-h]" in err.splitlines()[0]


def test_a_command_in_another_spelling_is_asked_for(capsys):
    with pytest.raises(SystemExit):
        main(["compct"])
    assert "there is no 'compct'; did you mean compact?" in capsys.readouterr().err


def test_what_is_no_id_is_an_archive_to_view(run, edited, root, tmp_path, capsys):
    for place in ("/no/such/folder", "news-archiv"):
        assert main(["view", place, "--no-browser"]) == 1
        assert capsys.readouterr().err == f"There is no archive at {place}; a crawl makes one.\n"
    # and not one of two without a word
    assert run("view", str(tmp_path)) == (2, "", f"view shows one archive: {tmp_path} or {root}.\n")


def test_what_an_empty_archive_lacks_is_said(run, open_writer, tmp_path):
    open_writer().close()
    how = "no article is archived yet; `triptych crawl OUTLET` archives some.\n"
    code, out, err = run("export", "--format", "tmx", "--output", f"{tmp_path}/x.tmx")
    assert (code, out) == (0, f"0 units, as no story is in two languages, in {tmp_path}/x.tmx.\n")
    assert err.endswith(f" is empty: {how}")
    code, _, err = run("export", "--wacz", f"{tmp_path}/x.wacz")
    assert (code, err.endswith(f" has no pages: {how}")) == (1, True), err
    code, _, err = run("export", "--format", "csv", "--output", "-", "--outlet", "demo")
    assert (code, "None has any; `triptych ls` counts the rows." in err) == (2, True), err


def test_without_duckdb_a_checkout_has_its_own_way(run, edited, monkeypatch):
    monkeypatch.setitem(sys.modules, "duckdb", None)
    code, _, err = run("sql", "SELECT 1")
    assert code == 1
    assert "SQL needs DuckDB: `make install` in a checkout" in err


def test_no_address_is_not_every_address(run, edited):
    code, out, err = run("why", "")
    assert (code, out) == (1, "")
    assert "No crawl has visited" in err


def test_a_wrong_command_is_exit_2_and_help_teaches(run, capsys):
    assert run("destroy")[0] == 2
    code, out, _ = run("--help")
    assert code == 0
    assert "examples:" in out
    assert "triptych archive verify" in out


def test_verify_is_content_with_a_good_archive(run, edited):
    code, out, _ = run("verify")
    assert code == 0
    assert "The archive is whole." in out


@pytest.mark.parametrize("harm", ["flip", "cut", "remove", "gap", "poison"])
def test_verify_finds(run, edited, open_writer, root, article, harm):  # noqa: PLR0917
    layout = Layout(root)
    document = json.loads(layout.manifest(2).read_text())
    path = root / next(file["path"] for file in document["files"] if file["table"] == "articles")
    data = path.read_bytes()
    if harm == "flip":
        path.write_bytes(data[:100] + bytes([data[100] ^ 1]) + data[101:])
    elif harm == "cut":
        path.write_bytes(data[:-1])
    elif harm == "remove":
        path.unlink()
    elif harm == "gap":
        layout.manifest(1).unlink()
    else:
        from archive.exceptions import PoisonRecord

        with pytest.raises(PoisonRecord):
            open_writer().add_article(article(5, headline="\0"))
    code, out, _ = run("verify")
    expected = {
        "flip": "checksum",
        "cut": "checksum",
        "remove": "cannot be read",
        "gap": "snapshot 1 is missing",
        "poison": "quarantine: 1 × nul",
    }[harm]
    assert expected in " ".join(out.split())
    assert code == (0 if harm == "poison" else 1)


@pytest.mark.parametrize("harm", ["gone", "cut"])
def test_a_data_file_that_is_gone_or_cut(run, root, article, tmp_path, harm):
    write_edit(root)
    for path in (root / "_data/articles").rglob("*.parquet"):
        path.unlink() if harm == "gone" else os.truncate(path, 500)
    for command in (
        ("show", article(1).article_id),
        ("diff", article(1).article_id),
        ("view", "--output", str(tmp_path / "pages")),
        ("purge", article(1).url, "--reason", "asked", "--yes"),
        ("export", "--format", "csv", "--output", str(tmp_path / "rows.csv")),
        ("export", "--format", "tmx", "--output", str(tmp_path / "rows.tmx")),
        ("export", "--format", "parquet", "--output", str(tmp_path / "x"), "--as-of", "2999-01-01"),
    ):
        code, _, said = run(*command)
        assert code == 1, command
        assert "`triptych archive verify` tells" in said, command
        assert "Cannot write" not in said, command
    assert run("verify")[0] == 1


@pytest.fixture
def read_only(edited, root):
    mount = ["mount", "--bind", str(root), str(root)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("NOT TESTED: a folder that cannot be written to; mounting it needs root")
    subprocess.run(["mount", "-o", "remount,bind,ro", str(root)], check=True)
    yield
    subprocess.run(["umount", "-l", str(root)], check=True)


@pytest.mark.usefixtures("read_only")
def test_what_cannot_be_written_to_is_one_sentence(run, article):
    for command in (
        ("repair",),
        ("repair", "--rebuild"),
        ("compact",),
        ("gc", "--dry-run"),
        ("gc",),
        ("purge", article(1).url, "--reason", "asked", "--dry-run"),
    ):
        code, _, said = run(*command)
        assert code == 1, command
        assert "Read-only file system" in said, command
    assert run("verify")[0] == 0
