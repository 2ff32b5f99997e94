"""`triptych record`: save one story of an outlet, in all its languages, for the tests."""

import argparse
import gzip
import json
import re
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from scrapy import signals
from scrapy.http import Request, Response

from archive.no_pandas import fast_start
from archive.terminal import visible
from crawler.commands.crawl import Command as Crawl
from crawler.items import Article, Observation
from crawler.reports.terminal import WrongUse, refuse_archive
from crawler.requests.fetch import encoding_of
from crawler.story.arguments import read_arguments

FIXTURES = Path("tests/fixtures/outlets")


class Command(Crawl):
    takes_arguments: ClassVar[bool] = False
    usage = "[options] OUTLET URL"
    summary = "Save a story in all its languages as a fixture for the tests"
    about = (
        f"Fetch the story at URL in all its languages and save its pages in {FIXTURES}/OUTLET/STORY. "
        "Then `pytest --accept -k OUTLET` writes the expected readings beside them. Nothing is "
        "archived. Exit code 1: no page could be saved."
    )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--into", type=Path, default=FIXTURES, help=f"folder (default: {FIXTURES})")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        fast_start()
        if len(args) != 2:
            raise WrongUse("give an outlet and the address of one of its stories")
        name, url = args
        refuse_archive(opts.into)
        spider_class = self._spider(name)
        self._take_settings(spider_class)
        settings = self.crawler_process.settings
        arguments = read_arguments(
            {"url": url}, accepts=("url",), allow_private=settings.getbool("ALLOW_PRIVATE_NETWORK")
        )
        # nothing is decided and nothing archived
        settings.set("ITEM_PIPELINES", {}, priority="cmdline")
        pages = _Pages()
        crawler = self.crawler_process.create_crawler(spider_class)
        crawler.signals.connect(pages.response_received, signal=signals.response_received)
        crawler.signals.connect(pages.item_scraped, signal=signals.item_scraped)
        self.crawler_process.crawl(crawler, arguments=arguments)
        self.crawler_process.start()
        for observation in pages.observations:
            line = f"{observation.requested_url}: {observation.outcome}, {observation.reason}"
            print(f"not saved: {visible(line)}", file=sys.stderr)
        if not pages.articles:
            print(f"triptych record: no page of {visible(url)} could be saved", file=sys.stderr)
            self.exitcode = 1
            return
        folder = opts.into / name / story_folder(url)
        pages.recording().write(folder)
        for language, article in pages.articles.items():
            print(
                f"{folder}/{language}.html.gz  {visible(article.url)}\n    {visible(article.headline or '')}"
            )
        if missing := [language for language in spider_class.languages if language not in pages.articles]:
            print(f"without {', '.join(missing)}: no page of the story names an address in it")
        print(f"next: pytest --accept -k {name}")


class _Pages:
    def __init__(self) -> None:
        self.articles: dict[str, Article] = {}
        self.observations: list[Observation] = []
        self._responses: dict[str, Response] = {}

    def response_received(self, response: Response, request: Request) -> None:
        self._responses[response.url] = response

    def item_scraped(self, item: object) -> None:
        if isinstance(item, Observation):
            self.observations.append(item)
        elif isinstance(item, Article):
            read = item.text_language
            # the first page of a language is the requested one
            self.articles.setdefault(read.language if read is not None else "und", item)

    def recording(self) -> "Recording":
        recording = Recording(datetime.now(UTC).replace(microsecond=0), {}, {})
        for language, article in self.articles.items():
            response = self._responses[article.url]
            recording.urls[language], recording.bodies[language] = article.url, response.body
            if encoding := encoding_of(response):
                recording.encodings[language] = encoding
        return recording


# A recording: a story in all languages as its outlet served it, for test_recorded_stories.py. Its folder has
# `story.json` with time and addresses, and the bytes in `<language>.html.gz`.


@dataclass(frozen=True, slots=True)
class Recording:
    fetched_at: datetime
    urls: dict[str, str]
    """Language of the text, as detected -> address."""
    bodies: dict[str, bytes]
    encodings: dict[str, str] = field(default_factory=dict)
    """Charset of the Content-Type header, for pages whose header has one."""

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for language, body in self.bodies.items():
            # without the time that gzip would add, so that the same page gives the same file
            (folder / f"{language}.html.gz").write_bytes(gzip.compress(body, mtime=0))
        story = {"fetched_at": self.fetched_at.isoformat(), "urls": self.urls}
        if self.encodings:
            story["encodings"] = self.encodings
        text = json.dumps(story, ensure_ascii=False, indent=2)
        (folder / "story.json").write_text(text + "\n", encoding="utf-8")


def story_folder(url: str) -> str:
    """Make a folder's name from an address: the words of its longest part, or of all parts if it has few."""
    parts = re.sub(r"\.html?$", "", url.split("?", maxsplit=1)[0]).split("/")[3:]
    longest = max(parts or [""], key=len)
    title = longest if len(re.findall(r"\w+", longest)) >= 3 else "-".join(parts)
    words = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    return (words if len(words) <= 50 else words[:50].rpartition("-")[0]) or "story"
