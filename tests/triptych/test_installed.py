"""The wheel, unpacked somewhere, used in a folder that is no checkout."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tokenize
import zipfile
from pathlib import Path

import pytest

from hatch_build import PACKAGES, under_one_name
from tests.support.running import python

ROOT = Path(__file__).parents[2]
# nothing of the checkout: what its installation for work put on the path is taken off
_RUN = """
import sys
sys.path[:] = [sys.argv.pop(1)] + [x for x in sys.path if x not in ("", {root!r})]
from triptych.__main__ import main
code = main(sys.argv[1:])
print("beside:", sorted({{"archive", "crawler", "pipelines"}} & set(sys.modules)))
sys.exit(code)
"""


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = "import sys; from hatchling.build import build_wheel; build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", build, str(folder)], cwd=ROOT, check=True, capture_output=True)
    [wheel] = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder / "site")
    return folder / "site"


def triptych(unpacked: Path, folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [sys.executable, "-c", _RUN.format(root=str(ROOT)), str(unpacked), *arguments],
        cwd=folder,
        env={**environment, **more},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_crawl_needs_no_checkout(unpacked: Path, tmp_path: Path) -> None:
    crawled = triptych(unpacked, tmp_path, "crawl", "demo")
    assert crawled.returncode == 0, crawled.stderr
    # its workers and its committer are processes of their own, and only one name is taken
    assert "beside: []" in crawled.stdout
    assert "archived  39" in crawled.stdout
    listed = triptych(unpacked, tmp_path, "ls")
    assert listed.returncode == 0, listed.stderr
    assert "beside: []" in listed.stdout
    assert "39" in listed.stdout


_ADDON = """
import sys
sys.path[:] = [sys.argv[1]] + [x for x in sys.path if x not in ("", {root!r})]
from scrapy import Spider
from scrapy.crawler import Crawler
crawler = Crawler(Spider, {{"ADDONS": {{"triptych.addon.Triptych": 500}}, "TRIPTYCH_ARCHIVE": "kept"}})
crawler.addons.load_settings(crawler.settings)
print(*(kind.__module__ for kind in crawler.settings["ITEM_PIPELINES"]), crawler.settings["ROBOTSTXT_PARSER"])
print("beside:", sorted({{"archive", "crawler", "pipelines"}} & set(sys.modules)))
"""


def test_the_add_on_of_a_wheel_takes_one_name(unpacked: Path, tmp_path: Path) -> None:
    told = python("-c", _ADDON.format(root=str(ROOT)), str(unpacked), cwd=tmp_path, check=True).stdout
    assert "triptych.item_pipeline triptych.crawler.downloader.robots_parser.BoundedRobots" in told
    assert "beside: []" in told


def test_a_wheel_takes_one_name(unpacked: Path) -> None:
    assert {path.name for path in unpacked.iterdir() if not path.name.endswith(".dist-info")} == {"triptych"}
    [metadata] = unpacked.glob("*.dist-info")
    assert {path.name for path in (metadata / "licenses").iterdir()} == {"LICENSE", "NOTICE"}
    assert (unpacked / "triptych/py.typed").exists()


def test_no_module_of_the_wheel_imports_a_short_name(unpacked: Path) -> None:
    short = tuple(f"{word} {package}" for word in ("from", "import") for package in PACKAGES)
    found = [
        (path.name, line)
        for path in unpacked.rglob("*.py")
        for line in path.read_text("utf-8").splitlines()
        if line.strip().startswith(short)
    ]
    assert found == []


def test_no_process_of_the_wheel_begins_with_a_short_name(unpacked: Path) -> None:
    """`/sql` of an installed viewer answered every query with "No module named archive"."""
    begun: list[str] = []
    for path in unpacked.rglob("*.py"):
        begun += re.findall(r'"-m",\s*"([\w.]+)"', path.read_text("utf-8"))
    assert begun
    assert [module for module in begun if not module.startswith("triptych.")] == []


def test_a_module_that_an_f_string_names_is_refused() -> None:
    """`triptych live` of a wheel asked nothing, as it named two so."""
    modules = frozenset({"crawler.extensions", "crawler.settings"})
    under_one_name('x = f"{crawler.settings} archive.open"\n', modules)
    with pytest.raises(ValueError, match="names a module in an f-string"):
        under_one_name('x = f"crawler.extensions.progress.{name}"\n', modules)


def test_a_message_names_the_command_that_is_there(unpacked: Path, tmp_path: Path) -> None:
    wrong = triptych(unpacked, tmp_path, "crawl")
    assert wrong.returncode == 2
    assert "triptych crawl" in wrong.stderr
    assert "see `triptych list`" in wrong.stderr
    assert "scrapy" not in wrong.stderr


@pytest.mark.parametrize(
    ("line", "rewritten"),
    [
        ("from archive.format import gate\n", "from triptych.archive.format import gate\n"),
        ("    import archive\n", "    from triptych import archive\n"),
        ('X = "crawler.settings"\n', 'X = "triptych.crawler.settings"\n'),
        ('X = f"{crawler.settings}"\n', 'X = f"{crawler.settings}"\n'),
        ('X = "archive.org"\n', 'X = "archive.org"\n'),
        ('"""Як `crawler.settings`."""\n', '"""Як `triptych.crawler.settings`."""\n'),
        ("x = archive.settings\n", "x = archive.settings\n"),
    ],
)
def test_a_module_is_rewritten(line: str, rewritten: str) -> None:
    assert under_one_name(line, frozenset({"crawler.settings", "archive.format"})) == rewritten


def test_an_import_that_binds_a_short_name_stops_the_build() -> None:
    with pytest.raises(ValueError, match="from … import"):
        under_one_name("import archive.format.gate\n", frozenset())


def test_a_text_that_is_no_python_is_not_rewritten_as_python() -> None:
    """Python 3.11 reads on behind an apostrophe, 3.12 does not: the build refuses it on both."""
    with pytest.raises((ValueError, tokenize.TokenError)):
        under_one_name("An outlet's articles\n", frozenset())
