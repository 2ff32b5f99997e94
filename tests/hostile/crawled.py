"""A crawl of an outlet whose server means no good."""

from __future__ import annotations

import re
import subprocess

from tests.hostile.server import HostileServer
from tests.newsrooms.story_pages import PARAGRAPHS, Page
from tests.support.running import Crawl, Run

# the only names of the private network that the crawl may reach
HOSTS = ("tabloid", "www.tabloid", "third.tabloid", "other", "third")


class HostileOutlet:
    """The crawl of tests/hostile/outlets/tabloid.py, as guarded as a real one: its host alone is pinned."""

    def __init__(self, server: HostileServer, crawl: Crawl) -> None:
        self.server = server
        self.base = f"http://tabloid.example:{server.port}"
        self._crawl = crawl

    def good(self, path: str, *, head: str = "", **page: object) -> str:
        """Publish an article, different at each address, and return the address."""
        self.server[path] = self.page(path, head=head, **page)
        return self.base + path

    def page(self, path: str, *, head: str = "", **page: object) -> str:
        paragraphs = (f"{path}. {PARAGRAPHS['uk'][0]}", *PARAGRAPHS["uk"][1:])
        html = Page("uk", **{"paragraphs": paragraphs, **page}).render()
        return html.replace("<title>", f"{head}<title>", 1)

    def sitemap(self, *locations: str, extra: str = "") -> str:
        entries = "".join(f"<url><loc>{location}</loc></url>" for location in locations)
        namespaces = (
            'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:x="http://www.w3.org/1999/xhtml"'
        )
        return f"<urlset {namespaces}>{entries}{extra}</urlset>"

    def index(self, *locations: str) -> str:
        entries = "".join(f"<sitemap><loc>{location}</loc></sitemap>" for location in locations)
        return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</sitemapindex>'

    def arguments(self, *more: str) -> tuple[str, ...]:
        pins = ",".join(f"{name}.example=127.0.0.1" for name in HOSTS)
        spiders = "SPIDER_MODULES=tests.hostile.outlets,crawler.spiders"
        return ("-s", spiders, "-s", f"RESOLVE_TO={pins}", *more)

    def crawl(self, *more: str, outlet: str = "tabloid", private: bool = False, **environment: str) -> Run:
        port = str(self.server.port)
        return self._crawl(outlet, *self.arguments(*more), private=private, TABLOID_PORT=port, **environment)

    def start(self, *more: str) -> subprocess.Popen[str]:
        port = str(self.server.port)
        return self._crawl.start("tabloid", *self.arguments(*more), private=False, TABLOID_PORT=port)

    def outcomes(self, run: Run) -> dict[str, str]:
        """`{"/path": "failed(timeout)"}`; other hosts by their whole address."""
        rows = run.table("observations").itertuples()
        return {
            row.requested_url.removeprefix(self.base): (
                f"{row.outcome}({row.reason})" if isinstance(row.reason, str) else row.outcome
            )
            for row in rows
        }


def peak(run: Run) -> int:
    """Megabytes that the crawl's own process took above what it had at the start."""
    found = re.search(r"^PEAK (\d+)$", run.err, re.MULTILINE)
    assert found, run.err
    return int(found[1])
