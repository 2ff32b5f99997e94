"""The checkout given to a tool that wants an egg."""

from __future__ import annotations

from tests.support.running import python


def test_a_tool_that_wants_an_egg_is_told_what_to_deploy() -> None:
    done = python("setup.py", "clean", "-a", "bdist_egg")
    assert done.returncode == 1
    assert "Deploy a Scrapy project of your own that has Triptych as an add-on" in done.stderr
    assert "Traceback" not in done.stderr
