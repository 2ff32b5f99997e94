"""Options of commands that Scrapy's parser would let through unseen."""

from __future__ import annotations

from pathlib import Path

import pytest

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


def test_commands_that_crawl_take_the_archive_as_those_that_read_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["reextract", "--archive", str(tmp_path / "elsewhere")]) == 6
    assert str(tmp_path / "elsewhere") in capsys.readouterr().err
