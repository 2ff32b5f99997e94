from __future__ import annotations

import socket
from pathlib import Path

import pytest
from scrapy.settings import Settings

from archive.writer import ArchiveWriter
from crawler.health.machine import Condition, examine
from crawler.outlet.declaration import Outlet
from tests.support.forked import scrapy


def conditions(place: Path | str, outlet: type[Outlet] | None = None) -> dict[str, Condition]:
    settings = Settings({"ARCHIVE_URI": str(place), "USER_AGENT": "triptych"})
    return {found.what: found for found in examine(settings, outlet)}


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIPTYCH_CACHE", str(tmp_path / "cache"))


def test_a_machine_that_can_do_it_is_well(tmp_path: Path) -> None:
    ArchiveWriter.open(tmp_path / "news", run_id="r").close()
    found = conditions(tmp_path / "news")
    assert found["packages"].state == "well"
    assert found["archive: locks"].state == "well"
    assert found["archive"].state == "well"
    assert found["archive: verify"].mend == "triptych archive verify"
    assert not any(condition.state == "bad" for condition in found.values())
    # nothing of the trial stays
    assert not [path for path in (tmp_path / "news").iterdir() if path.name.startswith(".triptych-")]


def test_what_is_wrong_says_what_mends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIPTYCH_PROXI", "http://127.0.0.1:1")
    found = conditions(tmp_path / "nothing")
    assert "TRIPTYCH_PROXI" in found["environment"].message
    assert "triptych crawl" in str(found["archive"].mend)
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "diary.txt").touch()
    assert conditions(tmp_path / "news")["archive"].state == "bad"


_FULL = """
import resource, sys
from scrapy.settings import Settings
from crawler.health.machine import examine
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
settings = Settings({"ARCHIVE_URI": sys.argv[1], "USER_AGENT": "triptych"})
sys.exit(str([x.mend for x in examine(settings, None) if x.state == "bad"]))
"""


def test_who_has_no_room_is_not_told_to_change_permissions(tmp_path: Path) -> None:
    (tmp_path / "news").mkdir()
    program = scrapy(_FULL, str(tmp_path / "news"), module="-c")
    assert "make room" in program.stdout + program.stderr


def test_an_outlet_that_answers_nobody_is_bad(tmp_path: Path) -> None:
    class Nowhere(Outlet):
        name = "nowhere"
        home = "https://nowhere.invalid"
        languages = ("uk",)

    class Private(Outlet):
        name = "private"
        home = "https://127.0.0.1"
        languages = ("uk",)

    assert conditions(tmp_path, Nowhere)["nowhere: DNS"].state == "bad"
    with socket.create_server(("127.0.0.1", 0)):
        assert "private" in conditions(tmp_path, Private)["private: DNS"].message
