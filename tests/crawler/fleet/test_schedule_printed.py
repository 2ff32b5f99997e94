"""What `scrapy schedule` prints, as systemd and a shell read it."""

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from archive.storage.cache import cache
from crawler.commands.schedule import Machine, cron, systemd, units


def machine(folder):
    return Machine(
        sys.executable,
        folder,
        str(folder / "news"),
        (folder / "news", cache()),
        folder / "logs",
        folder / "triptych.toml",
        "root",
    )


@pytest.mark.parametrize("name", ["news", '50% of $HOME\'s "news"'])
def test_systemd_takes_the_units_as_they_are_meant(tmp_path, name):
    if not shutil.which("systemd-analyze"):
        pytest.skip("NOT TESTED: the units. systemd-analyze is missing: apt-get install systemd")
    folder = tmp_path / name
    files = []
    for unit, text in units(machine(folder)).items():
        files.append(tmp_path / unit)
        files[-1].write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *files], capture_output=True, text=True, check=False
    )
    ours = [line for line in done.stderr.splitlines() if "triptych" in line]
    assert (ours, done.returncode) == ([], 0), done.stderr


@pytest.mark.parametrize("name", ["news", '50% of $HOME\'s "news"'])
def test_a_shell_takes_the_lines_of_cron_as_they_are_meant(tmp_path, name):
    folder = tmp_path / name
    lines = [line for line in cron(machine(folder)).splitlines() if not line.startswith("#")]
    assert len(lines) == 2
    for line in lines:
        command = line.split(None, 5)[5]
        assert command.count("%") == command.count("\\%")
        as_run = command.replace("\\%", "%")
        subprocess.run(["sh", "-n", "-c", as_run], check=True)
        words = shlex.split(as_run)
        assert words[:2] == ["cd", str(folder)]
        assert f"TRIPTYCH_CONFIG={folder / 'triptych.toml'}" in words


def test_a_path_that_would_begin_a_line_of_its_own_is_refused():
    with pytest.raises(ValueError, match="characters that no scheduler takes"):
        systemd(machine(Path("/srv/x\nUser=root")))
