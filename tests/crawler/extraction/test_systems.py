"""One story in the structures of sixteen publishing systems and three languages: its text, nothing else."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.extraction.page import extract
from crawler.items import Article, Fetch, Hints
from pipelines.authors import decide_authors

SYSTEMS = Path(__file__).parents[2] / "fixtures/systems"
STORIES = json.loads((SYSTEMS / "story.json").read_text("utf-8"))
PAGES = {path.stem: path.read_text("utf-8") for path in sorted(SYSTEMS.glob("*.html"))}
_PARTS = re.compile(r"\{(lead|p\d|quote|heading|i\d)\}")


def parts(language: str) -> dict[str, str]:
    story = STORIES[language]
    listed = {f"p{i}": text for i, text in enumerate(story["p"])}
    items = {f"i{i}": text for i, text in enumerate(story["items"])}
    return {**story, **listed, **items, "lang": language}


def article(system: str, language: str) -> Article:
    source = PAGES[system]
    encoding = "windows-1251" if "windows-1251" in source else "utf-8"
    page = source.format(**parts(language)).encode(encoding, "xmlcharrefreplace")
    url = "https://gazette.example/news/bridge"
    fetched_at = datetime(2026, 10, 20, tzinfo=UTC)
    return extract(Fetch(url, url, page, None, 200, fetched_at), Hints("gazette"))


def plain(text: str) -> str:
    return text.strip('«»"“” ')


@pytest.mark.parametrize("language", STORIES)
@pytest.mark.parametrize("system", PAGES)
def test_a_page_of_this_system(system: str, language: str) -> None:
    read, story = article(system, language), parts(language)
    # what Next.js draws is in its data a second time
    shown = PAGES[system] if system == "client-side" else PAGES[system].split("__NEXT_DATA__")[0]
    expected = [plain(story[name]) for name in _PARTS.findall(shown)]
    assert [plain(block.text) for block in read.blocks if block.kind != "caption"] == expected
    assert read.headline == story["headline"]
    assert read.published_at == datetime(2026, 10, 14, 6, 30, tzinfo=UTC) or "2026" not in shown
    assert read.text_language is not None
    assert (read.text_language.language, read.text_language.trusted) == (language, True)
    named = decide_authors(read.author_claims, read.byline)[0]
    # a page that shows nothing tells nothing of its author either
    assert named == (() if system == "client-side" else (story["author"],)) or "{author}" not in shown
