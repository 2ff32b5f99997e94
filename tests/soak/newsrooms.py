"""What the server of the soak answers: good pages through a bad network, and a hostile outlet beside them."""

from __future__ import annotations

import random
import socket
import struct
from collections import Counter
from collections.abc import Callable, Iterable

from tests.hostile import bombs
from tests.hostile.server import Handler, HostileServer
from tests.hostile.test_bombs import TOO_MUCH, drip, half_a_body, packed, silence
from tests.hostile.test_pages import EXPENSIVE, REFUSED
from tests.newsrooms.story_pages import PARAGRAPHS, Page

PART = 60
"""Articles of the chronicle that one of its sitemaps lists."""
BURST, APART = 4, 40
"""Answers in a row that are 503, once one is, and the least between two bursts: REFUSALS_IN_A_ROW is 5."""


def text(path: str) -> str:
    """What the first paragraph of a page begins with, so that each body tells its address."""
    return f"Запис {path.strip('/')}."


class Network:
    """Spoils one answer in twelve, by the seed; the same address is never spoilt more than four times."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._asked: Counter[str] = Counter()
        self._answers = 0
        self._burst_ends = 0
        self.faults: Counter[str] = Counter()
        self.calm = False

    def give(self, handler: Handler, page: str) -> None:
        address = handler.headers["Host"] + handler.path
        self._asked[address] += 1
        fault = self._fault(address)
        if self.calm or fault is None:
            handler.give(page.encode())
            return
        self.faults[fault] += 1
        if fault == "503":
            handler.give(b"busy", status=503)
            return
        handler.close_connection = True
        if fault == "half a body":
            body = page.encode()
            handler.begin(Content_Length=str(len(body)))
            handler.wfile.write(body[: len(body) // 2])
            handler.wfile.flush()
        else:
            # closing with unsent data and no lingering sends a reset
            linger = struct.pack("ii", 1, 0)
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    def _fault(self, address: str) -> str | None:
        nth = self._asked[address]
        draw = random.Random(f"{self._seed} {address} {nth}")
        self._answers += 1
        if self._answers < self._burst_ends:
            return "503"
        if nth > 4 or draw.random() >= 1 / 12:
            return None
        fault = draw.choice(("reset", "half a body", "503"))
        if fault == "503":
            if self._answers < self._burst_ends + APART:
                return None
            self._burst_ends = self._answers + BURST
        return fault


class Newsrooms:
    def __init__(self, server: HostileServer, seed: int) -> None:
        self._server = server
        self.network = Network(seed)
        self.stories = 0
        self.parts = 0
        self.over = False
        """The chronicle has no more to tell."""
        self.told: set[int] = set()
        server["/gazette.xml"] = lambda handler: handler.give(self._listed("gazette", range(self.stories)))
        server["/chronicle.xml"] = lambda handler: handler.give(self._index())
        server["/part-*"] = self._part
        for language in ("uk", "en", "ru"):
            server[f"/{language}-*"] = self._page(language)
        server["/day-*"] = self._page("uk")
        self._open_tabloid()

    def gazette(self) -> set[str]:
        """The path of every article it has published."""
        return {f"/{language}-{n}" for n in range(self.stories) for language in ("uk", "en", "ru")}

    def chronicle(self) -> set[str]:
        return {f"/day-{part * PART + n}" for part in self.told for n in range(PART)}

    def _page(self, language: str) -> Callable[[Handler], None]:
        def answer(handler: Handler) -> None:
            first, *rest = PARAGRAPHS[language]
            paragraphs = (f"{text(handler.path)} {first}", *rest)
            self.network.give(handler, Page(language, paragraphs=paragraphs).render())

        return answer

    def _base(self, outlet: str) -> str:
        return f"http://{outlet}.example:{self._server.port}"

    def _listed(self, outlet: str, numbers: Iterable[int]) -> bytes:
        first = {"gazette": "uk", "chronicle": "day"}[outlet]
        entries = "".join(f"<url><loc>{self._base(outlet)}/{first}-{n}</loc></url>" for n in numbers)
        return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'.encode()

    def _index(self) -> bytes:
        parts = "".join(
            f"<sitemap><loc>{self._base('chronicle')}/part-{n}</loc></sitemap>" for n in range(self.parts)
        )
        return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{parts}</sitemapindex>'.encode()

    def _part(self, handler: Handler) -> None:
        part = int(handler.path.rpartition("-")[2])
        if not self.over:
            self.told.add(part)
        mine = range(part * PART, (part + 1) * PART) if part in self.told else ()
        handler.give(self._listed("chronicle", mine))

    def _open_tabloid(self) -> None:
        base = self._base("tabloid")
        pages: dict[str, Callable[[Handler], None]] = {f"/{x.__name__}": x for x in TOO_MUCH}
        pages |= {f"/{x.__name__}": x for x in (drip, silence, half_a_body)}
        pages |= {f"/{codec}.html": packed(made(), codec) for codec, made in bombs.CODECS.items()}
        dear = {**{name: EXPENSIVE[name] for name in ("paragraphs", "json", "digits", "table")}, **REFUSED}
        for name, filling in dear.items():
            page = Page("uk").render().replace("</article>", f"{filling}</article>").encode()
            pages[f"/{name}.html"] = lambda handler, page=page: handler.give(page)
        for path, answer in pages.items():
            self._server[path] = answer
        self._server.redirect("/loop.html", f"{base}/loop.html")
        for host in ("127.0.0.1", "169.254.169.254", "2130706433"):
            self._server.redirect(f"/inside{host}.html", f"http://{host}:{self._server.port}/inside.html")
        paths = [*pages, "/loop.html", *(f"/inside{host}.html" for host in ("127.0.0.1", "2130706433"))]
        entries = "".join(f"<url><loc>{base}{path}</loc></url>" for path in paths)
        self._server["/sitemap.xml"] = f"<urlset>{entries}</urlset>"
