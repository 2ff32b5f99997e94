"""`scrapy outlets`, `scrapy record` and `scrapy genspider -t outlet`, as a contributor types them."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crawler.commands.record import Recording, story_folder
from tests.crawler.outlet.recordings import read_recording
from tests.newsrooms.newsroom import Answer, Site
from tests.newsrooms.story_pages import HEADLINES, Page
from tests.support import forked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Scrapy = Callable[..., subprocess.CompletedProcess[str]]

ROOT = Path(__file__).parents[3]


@pytest.fixture
def scrapy(tmp_path: Path) -> Scrapy:
    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        own = {"COLUMNS": "200", "TRIPTYCH_ARCHIVE_URI": str(tmp_path / "archive")}
        return forked.scrapy(*arguments, **(own | environment))

    return run


@pytest.fixture
def herald() -> Iterator[Site]:
    """tests/spiders/outlets/herald.py, with a story in Ukrainian and English; a Russian one is not there."""
    with Site() as site:
        for prefix, language in (("", "uk"), ("/en", "en")):
            site[f"{prefix}/news/7"] = Page(language).render()
        yield site


def record(scrapy: Scrapy, site: Site, path: str, into: Path) -> subprocess.CompletedProcess[str]:
    settings = ("SPIDER_MODULES=tests.spiders.outlets", "RESOLVE_TO=127.0.0.1", "ALLOW_PRIVATE_NETWORK=True")
    return scrapy(
        "record", "herald", f"http://herald.example:{site.port}{path}", "--into", str(into),
        *(part for setting in settings for part in ("-s", setting)), HERALD_PORT=str(site.port),
    )  # fmt: skip


def test_record_saves_a_story_in_all_its_languages(scrapy: Scrapy, herald: Site, tmp_path: Path) -> None:
    done = record(scrapy, herald, "/news/7", tmp_path)
    assert done.returncode == 0, done.stderr
    (folder,) = (tmp_path / "herald").iterdir()
    saved = read_recording(folder)
    base = f"http://herald.example:{herald.port}"
    assert saved.urls == {"uk": f"{base}/news/7", "en": f"{base}/en/news/7"}
    assert saved.bodies["en"].decode() == Page("en").render()
    assert HEADLINES["en"] in done.stdout
    assert "no-such-variant" in done.stderr
    assert "pytest --accept -k herald" in done.stdout
    assert not (tmp_path / "archive").exists()


def test_record_of_what_is_not_there_saves_nothing(scrapy: Scrapy, herald: Site, tmp_path: Path) -> None:
    done = record(scrapy, herald, "/news/8", tmp_path)
    assert done.returncode == 1
    assert "no page of" in done.stderr
    assert "http-404" in done.stderr
    assert not (tmp_path / "herald").exists()


def test_record_takes_settings_as_a_crawl_does(scrapy: Scrapy) -> None:
    done = scrapy("record", "pravda", "https://www.pravda.com.ua/news/2026/03/17/8027001/",
                  "-s", "EXTRACTION_PROCESSES=many")  # fmt: skip
    assert done.returncode == 2
    assert "EXTRACTION_PROCESSES='many': expected a number" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        ("/news/2026/03/17/kalynivka-opens-its-bridge.html", "kalynivka-opens-its-bridge"),
        ("/news/2026/03/17/8027001/", "news-2026-03-17-8027001"),
        ("/story/71?lang=en", "story-71"),
        ("/uk/node/100", "uk-node-100"),
        ("/", "story"),
    ],
)
def test_two_stories_of_an_outlet_have_two_folders(path: str, folder: str) -> None:
    assert story_folder(f"https://herald.example{path}") == folder


def test_a_recording_is_the_same_when_read_again(tmp_path: Path) -> None:
    import datetime as dt

    at = dt.datetime(2026, 3, 17, 7, tzinfo=dt.UTC)
    told = Recording(at, {"uk": "https://a.example/1"}, {"uk": b"\xcf\xf0\xe8"}, {"uk": "cp1251"})
    told.write(tmp_path)
    assert read_recording(tmp_path) == told


def test_outlets_without_an_archive_says_so(scrapy: Scrapy) -> None:
    done = scrapy("outlets")
    assert done.returncode == 0, done.stderr
    assert "kanal24" in done.stdout


def test_outlets_counts_what_the_archive_has(scrapy: Scrapy, herald: Site) -> None:
    settings = ("SPIDER_MODULES=crawler.spiders,tests.spiders.outlets", "RESOLVE_TO=127.0.0.1",
                "ALLOW_PRIVATE_NETWORK=True", "DOWNLOAD_DELAY=0", "OPT_OUT_FILES=False")  # fmt: skip
    given = [part for setting in settings for part in ("-s", setting)]
    item = f"<item><link>http://herald.example:{herald.port}/news/7</link></item>"
    herald["/rss.xml"] = Answer(f'<rss version="2.0"><channel>{item}</channel></rss>'.encode())
    crawled = scrapy("crawl", "herald", *given, HERALD_PORT=str(herald.port))
    assert crawled.returncode == 0, crawled.stderr
    told = {}
    for columns in ("80", "120", "200"):
        done = scrapy("outlets", *given, HERALD_PORT=str(herald.port), COLUMNS=columns)
        # its sitemap is not there, which may be over by the next crawl
        assert done.returncode == 0, done.stderr
        told[columns] = done.stdout
        lines = done.stdout.splitlines()
        assert len([line for line in lines if line.startswith(("herald", "ukrinform"))]) == 2
        (row,) = (line for line in lines if line.startswith("herald"))
        # two of three languages; the sitemap is not there
        assert re.search(r" 2 +0% +100% +0% +\d{4}-\d\d-\d\d", row), row
    # a line an outlet, its health in at most two
    assert re.search(r"^pravda +0 +not crawled *$", told["80"], re.M)
    assert "1 of 2 sources not read" in told["120"]
    assert "news sitemap, feeds" in told["200"]
    # three commands, one judgement
    for command in (("crawl", "herald"), ("outlets",), ("watch", "--dry-run")):
        done = scrapy(*command, *given, HERALD_PORT=str(herald.port))
        assert done.returncode == 4, (command, done.stdout, done.stderr)
        assert "1 of 2" in done.stdout


def test_no_command_starts_with_what_another_one_needs(scrapy_command: list[str]) -> None:
    """Scrapy imports all commands for each; pandas and trafilatura take a second."""
    program = (
        "import sys; from scrapy.cmdline import _get_commands_dict; from scrapy.utils.project import"
        " get_project_settings; found = _get_commands_dict(get_project_settings(), True);"
        " assert {'live', 'inspect', 'pair'} <= found.keys();"
        " print({'pandas', 'trafilatura', 'sklearn', 'scipy'} & sys.modules.keys())"
    )
    done = subprocess.run(
        [scrapy_command[0], "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"


def test_a_file_that_cannot_be_read_is_one_outlet_less(scrapy: Scrapy, tmp_path: Path) -> None:
    (tmp_path / "fresh").mkdir()
    for name, text in (("__init__", ""), ("halved", "home = ('x'"), ("careless", "languages = (uk,)")):
        (tmp_path / f"fresh/{name}.py").write_text(text, encoding="utf-8")
    settings = ("-s", "SPIDER_MODULES=fresh,crawler.spiders")
    for name, said in (("halved", "line 1: '(' was never closed"),
                       ("careless", "line 1: NameError: name 'uk' is not defined")):  # fmt: skip
        done = scrapy("crawl", name, *settings, PYTHONPATH=str(tmp_path))
        assert done.returncode == 2
        assert f"outlet '{name}': {name}.py cannot be read, {said}" in done.stderr
        assert "Traceback" not in done.stderr
    listed = scrapy("outlets", *settings, PYTHONPATH=str(tmp_path))
    assert listed.returncode == 0
    assert "kanal24" in listed.stdout
    assert "not among them  halved: halved.py cannot be read, line 1" in listed.stdout


def test_a_file_in_the_shell_is_answered_with_a_sentence(scrapy: Scrapy, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<title>x</title>")
    done = scrapy("shell", str(tmp_path / "page.html"), "-c", "response")
    assert "page.html is not fetched (scheme); `triptych inspect` reads a file" in done.stderr


def test_genspider_makes_a_declaration(scrapy: Scrapy, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh"
    listed = scrapy("genspider", "-l")
    assert (listed.returncode, listed.stdout) == (0, "Available templates:\n  outlet\n")
    done = scrapy("genspider", "courier", "courier.example", "--into", str(fresh))
    assert done.returncode == 0, done.stderr
    text = (fresh / "courier.py").read_text("utf-8")
    (declared,) = (node for node in ast.parse(text).body if isinstance(node, ast.ClassDef))
    assert ast.get_docstring(declared)
    crawl = scrapy("crawl", "courier", "-a", "nonsense=1", "-s", f"OUTLETS_FOLDER={fresh}")
    assert "unknown argument 'nonsense'" in crawl.stderr
    again = scrapy("genspider", "courier", "courier.example", "--into", str(fresh))
    assert again.returncode == 2
    assert "is there already" in again.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("genspider", "Courier", "courier.example"), "not an outlet's name"),
        (("genspider", "courier", "courier example"), "not a domain"),
        (("genspider", "courier"), "give a name and a domain"),
        (("crawl", "kanal25"), "did you mean kanal24?"),
        (("outlets", "demo"), "demo is no declared outlet; `triptych crawl demo` crawls it"),
        (("crawl", "demo", "-s", "DOWNLOAD_DELAY=abc"), "DOWNLOAD_DELAY='abc': expected a number"),
        (("crawl", "demo", "-s", "OUTLETS_FOLDER=/dev/null"), "is no folder; `triptych genspider`"),
        (("crawl", "demo", "-s", "SPIDER_MODULES=crawler.nobody"), "there is no module 'crawler.nobody'"),
        (("parse", "--spider", "kanal24", "https://24tv.ua/"), "triptych inspect"),
        (("check", "kanal24"), "triptych live"),
        (("bench",), "make bench"),
        (("runspider", "kanal24.py"), "OUTLETS_FOLDER"),
    ],
)
def test_what_cannot_be_meant_ends_with_a_sentence(scrapy: Scrapy, arguments: list[str], told: str) -> None:
    done = scrapy(*arguments)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_mistyped_name_in_the_settings_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "t.toml"
    file.write_text("[scrapy]\nOF_AN_EXTENSION = 1\nDOWNLOAD_DELAI = 2\n")
    command = ("crawl", "demo", "--archive", str(tmp_path / "a"))
    done = forked.scrapy(*command, module="triptych", TRIPTYCH_CONFIG=str(file))
    assert done.returncode == 2
    assert f"{file}: DOWNLOAD_DELAI: no such setting; did you mean DOWNLOAD_DELAY?" in done.stderr


def test_scrapys_shell_and_fetch_work_and_archive_nothing(scrapy: Scrapy, tmp_path: Path) -> None:
    with Site() as site:
        site["/page"] = "<html><body><h1>A page</h1></body></html>"
        there = ("-s", f"ARCHIVE_URI={tmp_path}/archive", "-s", "ALLOW_PRIVATE_NETWORK=True")
        fetched = scrapy("fetch", f"{site.base}/page", *there)
        shell = scrapy("shell", "-c", "response.status", f"{site.base}/page", *there)
        guarded = scrapy("fetch", f"{site.base}/page", *there[:2])
    assert "A page" in fetched.stdout
    assert shell.stdout.strip().endswith("200")
    assert "A page" not in guarded.stdout
    assert not (tmp_path / "archive").exists()
