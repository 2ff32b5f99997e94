"""What `scrapy schedule` prints, as systemd and a shell read it."""

import ast
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from archive.commands.exit_codes import ExitCode
from archive.storage.cache import cache
from crawler.commands.schedule import Machine, airflow, cron, dagster, systemd, units


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
    folder = Path("/srv") / name  # a folder below /dev, as in `make test`, is refused
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
    assert [line.split(" -m triptych ")[1].partition(" >>")[0] for line in lines] == [
        "crawl --all", "watch", "pair", "archive compact", "archive gc", "archive verify",
    ]  # fmt: skip
    for line in lines:
        command = line.split(None, 5)[5]
        assert command.count("%") == command.count("\\%")
        as_run = command.replace("\\%", "%")
        subprocess.run(["sh", "-n", "-c", as_run], check=True)
        words = shlex.split(as_run)
        assert words[:2] == ["cd", str(folder)]
        assert f"TRIPTYCH_CONFIG={folder / 'triptych.toml'}" in words


def test_each_care_of_the_archive_has_its_turn(tmp_path):
    made = units(machine(tmp_path))
    services = [name for name in made if name.endswith(".service")]
    assert services == [
        "triptych-crawl.service", "triptych-watch.service",
        *(f"triptych-{job}.service" for job in ("pair", "compact", "gc", "verify")),
    ]  # fmt: skip
    # at hours of their own, and where one is late, after it
    assert [re.search("OnCalendar=(.*)", made[f"triptych-{job}.timer"])[1] for job in ("pair", "verify")] == [
        "*-*-* 03:17:00", "*-*-* 06:17:00",
    ]  # fmt: skip
    assert "After=triptych-gc.service" in made["triptych-verify.service"]


class _Dagster:
    """Its two errors, as we use them."""

    class Failure(ValueError):
        def __init__(self, told, *, allow_retries):
            assert not allow_retries

    class RetryRequested(KeyError):
        def __init__(self, *, max_retries, seconds_to_wait):
            assert max_retries
            assert seconds_to_wait


@pytest.mark.parametrize("name", ["news", """50% of {'$HOME'}'s "news" """])
@pytest.mark.parametrize("scheduler", [airflow, dagster])
def test_files_of_python_go_by_the_exit_code(tmp_path, name, scheduler):
    folder = tmp_path / name
    tree = ast.parse(scheduler(machine(folder)))
    values = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant | ast.Dict | ast.Tuple)
    }
    assert (values["PYTHON"], values["FOLDER"]) == (sys.executable, str(folder))
    assert values["ENVIRONMENT"]["TRIPTYCH_ARCHIVE_URI"] == str(folder / "news")
    named = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    assert {"crawl", "--all", "watch", "pair", "archive compact", "archive gc", "archive verify"} <= named
    run = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "run")
    # the function that judges, with a program that ends as it is told
    judged = {}
    told = {
        "os": os,
        "subprocess": subprocess,
        "AirflowException": KeyError,
        "AirflowFailException": ValueError,
        "dg": _Dagster,
    }
    exec(compile(ast.Module([run], []), "dag", "exec"), known := values | told | {"FOLDER": str(tmp_path)})
    for code in ExitCode:
        # of another length each time: two in one second would share their compiled file
        (tmp_path / "triptych.py").write_text(f"raise SystemExit({code:d}){chr(10) * code}")
        try:
            judged[code] = known["run"]("watch")
        except (KeyError, ValueError) as error:
            judged[code] = KeyError if isinstance(error, KeyError) else ValueError
    again, for_good = dict.fromkeys((1, 5, 6, 130), KeyError), dict.fromkeys((2, 4), ValueError)
    assert judged == {0: 0, 3: 3, 7: 7, **again, **for_good}


def test_a_path_that_would_begin_a_line_of_its_own_is_refused():
    with pytest.raises(ValueError, match="characters that no scheduler takes"):
        systemd(machine(Path("/srv/x\nUser=root")))
