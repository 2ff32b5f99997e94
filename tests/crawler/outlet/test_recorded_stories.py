"""Every declared outlet reads its recorded stories as is written down beside them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.crawler.outlet.recordings import read_recording
from tests.crawler.outlet.test_outlets import NAMES, outlet
from tests.newsrooms.recorded import expectation

FIXTURES = Path(__file__).parents[2] / "fixtures/outlets"
STORIES = {
    f"{folder.parent.name}/{folder.name}": folder
    for folder in sorted(FIXTURES.glob("*/*"))
    if folder.is_dir()
}
FIELDS = ("headline", "language", "authors", "byline", "published_at", "story_key", "leads_to", "body")


@pytest.mark.parametrize("name", NAMES)
def test_an_outlet_has_a_story_in_its_languages(name: str) -> None:
    recorded = {language for story, folder in STORIES.items() if story.startswith(f"{name}/")
                for language in read_recording(folder).urls}  # fmt: skip
    ours = {"uk", "en", "ru"} & {*outlet(name).languages}
    if not ours <= recorded:
        missing = ", ".join(sorted(ours - recorded))
        pytest.fail(
            f"{name} has no recorded story in {missing}; run: triptych record {name} URL", pytrace=False
        )


@pytest.mark.parametrize("story", STORIES)
def test_the_outlets_rule_takes_the_addresses(story: str) -> None:
    spider = outlet(STORIES[story].parent.name)
    urls = read_recording(STORIES[story]).urls.values()
    assert [url for url in urls if spider.match_article(url) is None] == []


@pytest.mark.parametrize("story", STORIES)
def test_a_story_reads_as_expected(story: str, accept: bool) -> None:
    folder = STORIES[story]
    name = folder.parent.name
    file = folder / "expected.json"
    found = expectation(read_recording(folder), outlet(name))
    if accept:
        text = json.dumps(found, ensure_ascii=False, indent=2)
        file.write_text(text + "\n", encoding="utf-8")
    if not file.exists():
        pytest.fail(f"nothing is expected of {story} yet; run: pytest --accept -k {name}", pytrace=False)
    expected: dict[str, dict[str, Any]] = json.loads(file.read_text("utf-8"))
    for language in found:
        for field in FIELDS:
            assert found[language][field] == expected[language][field], f"{story} {language} {field}"
    assert found.keys() == expected.keys()


@pytest.mark.parametrize("story", STORIES)
def test_what_is_expected_is_worth_expecting(story: str) -> None:
    """`--accept` takes what comes; a page that gives nothing is not accepted."""
    file = STORIES[story] / "expected.json"
    if not file.exists():
        pytest.skip("nothing is expected yet, as the test above says")
    expected = json.loads(file.read_text("utf-8"))
    for language, fields in expected.items():
        assert fields["language"] == language
        assert fields["headline"]
        assert fields["published_at"]
        assert len(fields["body"]) >= 2
