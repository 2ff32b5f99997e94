"""What is installed is pinned to one version, and each of its files to its hash."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)

OF_OTHER_SYSTEMS = {"appnope", "brotlicffi", "colorama", "pypydispatcher", "setuptools"}
"""Locked for macOS, Windows and PyPy, where `constraints.txt`, of Linux, has none; and the builder."""


def pins(text: str) -> dict[str, str]:
    return {name(found): version for found, version in PIN.findall(text)}


def name(written: str) -> str:
    return re.sub(r"[-_.]+", "-", written).lower()


def test_each_pinned_version_is_locked_and_no_other() -> None:
    pinned = pins((ROOT / "constraints.txt").read_text())
    locked: set[str] = set()
    for lock in ("requirements.lock", "requirements-dev.lock", "requirements-pip.lock"):
        versions = pins((ROOT / lock).read_text())
        locked |= versions.keys()
        others = {found for found, version in versions.items() if pinned.get(found) != version}
        assert others <= OF_OTHER_SYSTEMS, "run `make lock`"
    assert pinned.keys() <= locked, "run `make lock`"


@pytest.mark.parametrize(
    ("lock", "least"),
    [
        ("requirements-pip.lock", 0),
        ("requirements.lock", 60),
        ("requirements-dev.lock", 60),
        ("docs/requirements.lock", 20),
    ],
)
def test_each_locked_package_has_hashes(lock: str, least: int) -> None:
    entries = re.split(r"\n(?=[A-Za-z0-9])", (ROOT / lock).read_text().strip())
    assert len(entries) > least
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


def required(lines: list[str]) -> set[str]:
    return {name(re.match(r"[A-Za-z0-9._-]+", line)[0]) for line in lines} - {"triptych"}


def test_what_a_crawl_needs_and_the_builder_are_locked_apart_from_what_tests_need() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    core = required([*project["project"]["dependencies"], *project["build-system"]["requires"]])
    dev = required(project["project"]["optional-dependencies"]["dev"])
    locked = pins((ROOT / "requirements.lock").read_text()).keys()
    for_tests = pins((ROOT / "requirements-dev.lock").read_text()).keys()
    assert core - locked == set()
    assert dev - locked - for_tests == set()
    assert locked & for_tests == set()


def test_what_builds_the_docs_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = project["project"]["optional-dependencies"]["docs"]
    wanted = {name(re.match(r"[A-Za-z0-9._-]+", line)[0]) for line in asked}
    assert wanted - pins((ROOT / "docs/requirements.lock").read_text()).keys() == set()


def test_the_archive_opens_no_pickle() -> None:
    sources = {path: path.read_text() for path in (ROOT / "archive").rglob("*.py")}
    words = ("pickle", "marshal", "shelve", "dill", "eval(", "exec(", "yaml")
    found = [
        (path.name, word)
        for path, text in sources.items()
        for word in words
        if re.search(rf"\b{re.escape(word)}", text)
    ]
    assert found == []
