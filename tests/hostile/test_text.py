"""Text of a page reaches a terminal, a log and a file system; it is text, and no command to any of them."""

from __future__ import annotations

import re
from pathlib import Path

from tests.hostile.crawled import HostileOutlet, peak

# sets the window's title, clears the screen, writes the clipboard; 8-bit forms; backwards text; a bell
ESCAPES = (
    "\x1b]0;owned\x07 \x1b[2J\x1b[31m \x1b]52;c;cm0gLXJm\x07 \x9b31m \x9d0;owned\x9c \u202etxt.exe \x08\x00"
)
MARKUP = "[bold red]loud[/] [link=file:///etc/passwd]here[/link] [/nothing] %s %(a)s {0} ${HOME} `id`"
# line breaks and what rich itself prints are no danger
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
NAMES = (
    "../../etc/passwd",
    "..",
    "a/../../b",
    "x" * 170 + "ї" * 170,
    "=HYPERLINK(1)",
    "C:\\con",
    "a%00b",
    "~root",
)


def test_no_text_of_a_page_commands_the_terminal_or_leaves_the_archive(
    outlet: HostileOutlet, tmp_path: Path
) -> None:
    good = [
        outlet.good(
            f"/{number}.html",
            headline=f"{number} {text}",
            head=f'<meta name="author" content="{text}"><meta property="article:section" content="{text}">'
            f'<meta property="og:site_name" content="{text}"><meta property="og:locale" content="{text}">',
        )
        for number, text in enumerate((ESCAPES, MARKUP, *NAMES))
    ]
    named = [f"{outlet.base}/{name}-{ESCAPES}.html" for name in NAMES]
    outlet.server["/odd.xml"] = f"<{ESCAPES}>".encode()
    outlet.server["/markup.xml"] = f"<html><h1>{MARKUP}</h1></html>"
    outlet.server["/status.html"] = lambda handler: handler.give(
        b"", status=500, X=ESCAPES.encode().decode("latin-1")
    )
    outlet.server.redirect("/away.html", f"/{ESCAPES}.html")
    links = tuple((ESCAPES, f"/{ESCAPES}/{number}.html") for number in range(3))
    outlet.good("/links.html", hreflang=links, switcher=links, html_lang=ESCAPES)
    listed = [outlet.base + path for path in ("/status.html", "/away.html", "/links.html")]
    outlet.server["/links.xml"] = outlet.sitemap(
        *good, *listed, *(name.replace("\x00", "") for name in named)
    )
    lists = ("/links.xml", "/odd.xml", "/markup.xml", f"/{ESCAPES}.xml")
    outlet.server["/sitemap.xml"] = outlet.index(*(outlet.base + path for path in lists))
    before = set(tmp_path.rglob("*"))
    # stories are printed in a terminal alone; one without colours, whose codes would be rich's own
    there = {"FORCE_COLOR": "1", "TERM": "dumb"}
    run = outlet.crawl("-s", "LOG_LEVEL=DEBUG", **there)
    assert run.exit_code == 3, run.err
    assert "[scrapy" in run.err
    assert CONTROL.findall(run.out) == []
    assert CONTROL.findall(run.err) == []
    articles = run.table("articles")
    assert len(articles) == len(good) + 1
    assert not articles.map(lambda value: isinstance(value, str) and bool(CONTROL.search(value))).any(
        axis=None
    )
    assert "[bold red]loud[/]" in run.out
    made = set(tmp_path.rglob("*")) - before
    assert made
    assert [path for path in made if path != run.archive and run.archive not in path.parents] == []
    assert [path.name for path in made if not re.fullmatch(r"[\w.=%+-]{1,100}", path.name, re.ASCII)] == []


def test_a_robots_txt_that_is_quadratic_costs_nothing(outlet: HostileOutlet) -> None:
    agents = "".join(f"User-agent: agent{number}\n" for number in range(12_000))
    rules = "".join(f"Disallow: /{number}\n" for number in range(12_000))
    mine = "User-agent: triptych\nDisallow: /private\n"
    stars = "Disallow: /" + "*a" * 20_000 + "$\n"
    outlet.server["/robots.txt"] = agents + rules + mine + stars
    good = outlet.good("/good.html")
    outlet.server["/sitemap.xml"] = outlet.sitemap(
        good, f"{outlet.base}/private.html", f"{outlet.base}/1.html"
    )
    run = outlet.crawl()
    assert run.exit_code == 0, run.err
    assert outlet.outcomes(run) == {
        "/good.html": "archived",
        "/private.html": "skipped(robots.txt)",
        "/1.html": "failed(http-404)",
    }
    assert peak(run) < 150
