"""Options of commands that Scrapy's parser would let through unseen."""

from __future__ import annotations

import os
import pstats
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.forked import scrapy
from triptych.__main__ import main


@pytest.mark.parametrize("command", [("reextract",), ("crawl", "demo"), ("crawl", "--all"), ("list",)])
def test_an_option_that_does_not_exist_is_named(
    command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        exit_code: object = main([*command, "--nosuch"])
    except SystemExit as error:
        exit_code = error.code
    assert exit_code == 2
    assert "there is no option --nosuch" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("setting", "cause"),
    [
        ('EXTENSIONS={"nosuch.X": 1}', "the crawl could not start: ModuleNotFoundError: No module named"),
        pytest.param(
            "DUPEFILTER_CLASS=nosuch", "object 'nosuch': not a full path", marks=pytest.mark.thorough
        ),
        pytest.param('ADDONS={"nosuch.X": 1}', "No module named 'nosuch'", marks=pytest.mark.thorough),
        pytest.param("LOG_LEVEL=loud", "Unknown level: 'loud'", marks=pytest.mark.thorough),
        pytest.param("SPIDER_MIDDLEWARES=[1]", "cannot unpack", marks=pytest.mark.thorough),
    ],
)
def test_a_setting_that_nothing_can_start_with_is_a_sentence(
    tmp_path: Path, setting: str, cause: str
) -> None:
    run = scrapy("crawl", "demo", "-s", setting, folder=tmp_path, module="triptych")
    assert (run.returncode, "Traceback" in run.stderr) == (2, False)
    assert cause in run.stderr.splitlines()[-1]


def test_a_profile_is_written_or_refused_before_anything_is_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["reextract", "--archive", str(tmp_path / "none"), "--profile", str(tmp_path / "p")]) == 6
    assert pstats.Stats(str(tmp_path / "p")).get_stats_profile().total_tt > 0
    for place in (tmp_path / "none/p", tmp_path):
        assert main(["reextract", "--archive", str(tmp_path / "none"), "--profile", str(place)]) == 2
        assert "error: --profile" in capsys.readouterr().err


def test_commands_that_crawl_take_the_archive_as_those_that_read_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["reextract", "--archive", str(tmp_path / "elsewhere")]) == 6
    assert str(tmp_path / "elsewhere") in capsys.readouterr().err


def test_ctrl_c_while_the_program_is_loaded_ends_it_without_a_traceback(tmp_path: Path) -> None:
    # what runs in the background has inherited that SIGINT is ignored
    interrupting = "from signal import *\nsignal(SIGINT, default_int_handler)\nraise_signal(SIGINT)\n"
    (tmp_path / "click.py").write_text(interrupting, "utf-8")
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-m", "triptych", "ls"]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (130, "")
