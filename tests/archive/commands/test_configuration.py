from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from archive.commands.configuration import NAMES, read_configuration
from archive.exceptions import WrongSetting
from archive.format import gate
from tests.support import forked

ROOT = forked.ROOT


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "triptych.toml"


def test_values_are_those_of_the_file(written: Path) -> None:
    written.write_text(
        '[settings]\narchive_uri = "/srv/news"\npage_budget = 7\n[scrapy]\nDOWNLOAD_DELAY = 2\n'
    )
    read = read_configuration()
    assert read.settings == {"ARCHIVE_URI": "/srv/news", "PAGE_BUDGET": "7"}
    assert read.scrapy == {"DOWNLOAD_DELAY": 2}


def test_no_file_is_no_error(written: Path) -> None:
    assert read_configuration().path is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[settings]\narchive_url = "x"\n', "did you mean archive_uri?"),
        ('[setings]\narchive_uri = "x"\n', r"\[setings\] is not a table"),
        ("[settings]\npage_budget = [1]\n", "page_budget in .settings. is a list"),
        ("settings = 3\n", "must be a table"),
        ("[scrapy]\ndownload_delay = 2\n", "use capitals"),
        ("[scrapy]\nPAGE_BUDGET = 2\n", "page_budget, below .settings."),
        ("page_budget = 2\n", "must be below a line .settings."),
        ("[settings\n", "is not valid TOML"),
        ("\udcff", "is not valid TOML"),
        pytest.param(f"a = {'9' * 5000}\n", "is not valid TOML", id="digits"),
        ('[settings]\ncontact = "a\\u0000b"\n', "an invalid character"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused(written: Path, text: str, told: str) -> None:
    written.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(WrongSetting, match=told):
        read_configuration()


def test_a_file_that_is_named_has_to_be_there(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIPTYCH_CONFIG", str(written))
    with pytest.raises(WrongSetting, match="cannot be read"):
        read_configuration()


def test_a_pipe_is_not_waited_for_and_a_device_not_read(
    written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(written)
    for strange in (written, Path("/dev/zero"), written.parent):
        monkeypatch.setenv("TRIPTYCH_CONFIG", str(strange))
        with pytest.raises(WrongSetting, match="is not a file of settings"):
            read_configuration()


def test_a_mark_of_windows_is_passed_over(written: Path) -> None:
    written.write_bytes(b'\xef\xbb\xbf[settings]\ncontact = "x"\n')
    assert read_configuration().settings == {"CONTACT": "x"}


def test_an_archive_sets_nothing(written: Path) -> None:
    written.write_text('[settings]\nproxy = "http://127.0.0.1:1"\n')
    (written.parent / "_log").mkdir()
    with pytest.raises(WrongSetting, match="is in an archive"):
        read_configuration()


def test_every_setting_of_ours_can_stand_in_it() -> None:
    own = re.findall(r'_own\("([A-Z_]+)"', (ROOT / "crawler/settings.py").read_text("utf-8"))
    assert {*own, *gate.LIMITS, "CACHE", "KEEP_HOURS"} == NAMES


def test_the_file_goes_over_the_environment(written: Path) -> None:
    """And its mistake is a sentence, not a traceback, whichever command reads it."""
    written.write_text('[settings]\narchive_uri = "of-the-file"\n')
    environment = {"TRIPTYCH_ARCHIVE_URI": "of-the-shell", "TRIPTYCH_CONFIG": str(written)}
    for module in ("triptych", "archive"):
        done = forked.scrapy("ls", module=module, **environment)
        assert done.returncode == 1
        assert "of-the-file" in done.stderr
    written.write_text("[settings]\nproxi = 1\n")
    for module, command in (("triptych", ["ls"]), ("archive", ["ls"]), ("scrapy", ["crawl", "demo"])):
        done = forked.scrapy(*command, module=module, **environment)
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1
        assert "did you mean proxy?" in done.stderr


def test_a_folder_of_that_name_is_not_passed_over(written: Path) -> None:
    written.mkdir()
    with pytest.raises(WrongSetting, match="file of settings"):
        read_configuration()
