"""The pages in a real Chromium, Debian's: what a person does, in three languages, at any width, printed."""

import re
import shutil
import threading
from contextlib import closing, contextmanager
from datetime import timedelta

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

import archive
from archive.addresses import story_of_one
from archive.format.records import Decisions, Membership, PairRecord, TextBlock
from archive.viewer.search import fill
from archive.viewer.web.app import make_app
from archive.viewer.web.server import listening
from archive.viewer.web.shelf import Shelf
from archive.writer import ArchiveWriter
from tests.archive.made import NOON, make_article, make_page
from tests.archive.viewer.conftest import TEXTS, rows

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="NOT TESTED IN A BROWSER: there is no chromium (apt-get install chromium)"
)
expect.set_options(timeout=60_000)  # lemmas are loaded on a machine with much else to do
STORIES = 300
HOSTILE = (
    "</style></title><script>alert(1)</script><img src=x onerror=alert(1)><iframe src=javascript:alert(1)> "
    "\"' onclick='alert(1)' autofocus onfocus=alert(1) {{ 7*7 }}"
)
PAGE = (
    b"<html><body><h1>As archived</h1><script>parent.document.title='broken';alert(1)</script>"
    b"<img src=https://tracker.example/x.png onerror=alert(1)><input autofocus onfocus=alert(1)>"
    b"<meta http-equiv=refresh content='0;url=https://evil.example'></body></html>"
)
"""An archived page that tries to run, to load, to leave."""


def build(root):
    """300 stories of two languages, the bridge with its alignment, and one whose every field is markup."""
    writer = ArchiveWriter.open(root, run_id="run-1")
    members, pairs = {}, []
    for n in range(STORIES):
        ids = []
        for language, text in (
            ("uk", f"Новина {n} про ремонт дороги."),
            ("en", f"News {n} of a road repaired."),
        ):
            record = make_article(n + 100, language, text, section="Дороги", outlet=f"outlet-{n % 3}")
            writer.add_article(record)
            ids.append(record.article_id)
        pairs.append(PairRecord(*sorted(ids), "hreflang", True, None, None, NOON))
        members |= dict.fromkeys(ids, story_of_one(ids[0]))
    bridge = {}
    for late, language in enumerate(("uk", "ru", "en")):
        blocks = tuple(TextBlock(*x) for x in TEXTS[language])
        record = make_article(
            1, language, "\n\n".join(x.text for x in blocks), blocks=blocks, headline=f"Bridge {language}",
            published_at=NOON + timedelta(minutes=45 * late),
        )  # fmt: skip
        writer.add_article(record)
        bridge[language] = record.article_id
    pairs += [
        PairRecord(*sorted((bridge["uk"], bridge[x])), "hreflang", True, 0.97, None, NOON)
        for x in ("ru", "en")
    ]
    members |= dict.fromkeys(bridge.values(), story_of_one(bridge["uk"]))

    def align(texts, couples):
        of = {x.article_id: x.language for x in texts.values()}
        return [row for a, b in couples if a in bridge.values() for row in rows(a, b, of[a], of[b])]

    for day, text in enumerate((f"165 {HOSTILE}", HOSTILE)):
        record = make_article(
            *(2, "en", text), headline=HOSTILE, section=HOSTILE, outlet=HOSTILE, byline=HOSTILE,
            authors=(HOSTILE,), blocks=(TextBlock(HOSTILE, text),), published_at=NOON,
            fetched_at=NOON + timedelta(days=day),
        )  # fmt: skip
        writer.add_article(*make_page(record, PAGE))
        writer.commit(
            lambda fresh, _: Decisions(
                tuple(pairs) if len(fresh) > 1 else (),
                tuple(Membership(x.article_id, members.get(x.article_id, x.story_id)) for x in fresh),
                align=align,
            )
        )
    writer.close()
    fill.fill(archive.open(root))
    return {"bridge": members[bridge["uk"]], "hostile": record.article_id, "article": bridge["uk"]}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    root = tmp_path_factory.mktemp("browser") / "news-archive"
    ids = build(root)
    with served(root) as address:
        yield address, ids


@contextmanager
def served(root):
    with closing(listening(0)) as taken, closing(Shelf(str(root))) as shelf:
        port = taken.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(make_app(shelf, port), log_config=None, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def tab(browser, site):
    """Open a page of its own: tab("/", locale=…); what goes wrong in any of them fails the test."""
    contexts, wrong = [], []

    def open_tab(path, **options):
        context = browser.new_context(
            reduced_motion="reduce",
            base_url=site[0],
            **{"viewport": {"width": 1280, "height": 900}, "locale": "en-GB", **options},
        )
        contexts.append(context)
        page = context.new_page()
        page.on("dialog", lambda dialog: (wrong.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
        page.on("response", lambda x: x.url.startswith(site[0]) or wrong.append(f"answer: {x.url}"))
        # what the policy refused, or what a page of ours no longer wanted, has not left the browser
        page.on(
            "requestfailed",
            lambda x: (
                x.failure == "csp" or x.url.startswith(site[0]) or wrong.append(f"{x.failure}: {x.url}")
            ),
        )
        page.goto(path)
        return page

    yield open_tab
    for context in contexts:
        context.close()
    assert wrong == []


def test_the_first_search_of_an_archive_that_nobody_has_opened_answers_by_itself(browser, tmp_path):
    root = tmp_path / "news-archive"
    with closing(ArchiveWriter.open(root, run_id="run-1")) as writer:
        writer.add_article(make_article(1, "uk", "Трамвай зупинився."))
        writer.commit()
    with served(root) as address, closing(browser.new_context(locale="en-GB")) as context:
        context.add_init_script(
            "addEventListener('DOMContentLoaded', () => sessionStorage.all = "
            "(sessionStorage.all || '') + document.body.innerText)"
        )
        page = context.new_page()
        page.goto(f"{address}/search?q=трамваї")
        expect(page.locator("h1")).to_have_text("“трамваї”: 1 story")
        shown = page.evaluate("sessionStorage.all")
    assert "This page reloads itself" in shown
    assert "No story matches" not in shown


def test_a_person_searches_filters_and_reads(tab):
    page = tab("/")
    expect(page.locator("h1")).to_have_text("302 stories")
    page.keyboard.press("/")
    page.keyboard.type("мостом")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("“мостом”: 1 story")
    expect(page.locator("mark").first).to_have_text("Міст")
    page.get_by_role("link", name="Clear all filters").click()
    # a box that is ticked is applied at once, and the address says it
    page.get_by_role("checkbox", name="Russian 301").check()
    expect(page.locator("h1")).to_have_text("301 stories")
    assert page.url.endswith("/?missing=ru")
    page.get_by_role("link", name="Next page").click()
    expect(page.locator(".pager")).to_contain_text("Page 2 of 7")


def test_keys_light_up_what_says_the_same_and_a_line_is_copied(tab, site):
    page = tab(f"/stories/{site[1]['bridge']}", permissions=["clipboard-read", "clipboard-write"])
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator(".cell.lit")).to_have_count(3)
    expect(page.locator(".cell.lit").first).to_contain_text("Хто будував")
    page.keyboard.press("k")
    expect(page.locator(".cell.lit").nth(2)).to_contain_text("The bridge over the Luzhanka")
    page.keyboard.press("m")
    expect(page.locator("mark:focus")).to_have_attribute("title", "160 in English")
    row = page.locator(".row").nth(2)
    row.locator(".cell").nth(1).hover()
    expect(row.locator(".cell.lit").first).to_contain_text("Будували 40 людей")
    page.get_by_role("button", name="Copy").first.click()
    expect(page.locator("#told")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("“Будували 40 людей із Заріччя.” — Ukrainian, courier, 2026-03-01 UTC, https://")


def test_what_is_doubtful_says_so_and_an_address_is_followed(tab, site):
    page = tab(f"/stories/{site[1]['bridge']}")
    row = page.locator(".row", has_text="Six buses")
    expect(row.locator(".perhaps")).to_have_text("perhaps only in Russian and English")
    expect(row).not_to_have_class("row alone")
    expect(page.locator(".omissions.omission li")).to_have_count(1)
    expect(page.locator(".omissions.doubtful li")).to_have_count(1)
    # however many languages it can be cited for
    assert page.locator(".omissions p").first.bounding_box()["width"] > 800
    page.get_by_role("link", name="Outlets").click()
    page.get_by_role("link", name="outlet-1").click()
    page.locator("td a", has_text="https://").first.click()
    expect(page.locator("h1")).to_have_text("What happened to an address")
    expect(page.locator("main p", has_text="Article of outlet-1")).to_be_visible()
    page.locator("#url").fill("https://nowhere.example/")
    page.keyboard.press("Enter")
    expect(page.locator(".note")).to_contain_text("No crawl has visited this address")


def test_two_versions_are_compared(tab, site):
    page = tab(f"/articles/{site[1]['hostile']}")
    page.locator("select[name=from]").select_option("2")
    page.locator("select[name=to]").select_option("1")
    page.locator(".compare button").click()
    expect(page.locator("ins")).to_have_text("165 ")


def test_nothing_of_a_hostile_archive_runs(tab, site):
    """Each page of it; `tab` fails for any dialog and any request to elsewhere."""
    page = tab(f"/articles/{site[1]['hostile']}?page=1")
    frame = page.frame_locator("iframe")
    expect(frame.locator("h1")).to_have_text("As archived")
    expect(page).not_to_have_title("broken")
    expect(page.locator("main h1")).to_have_text(HOSTILE)
    for path in (
        "/",
        "/outlets",
        "/charts",
        "/search?q=alert",
        f"/search?q={HOSTILE}",
        f"/?section={HOSTILE}",
    ):
        page.goto(path)
        _wait_for_charts(page, path)
    page.goto(f"/articles/{site[1]['hostile']}/page")
    expect(page.locator("h1")).to_have_text("As archived")


@pytest.mark.parametrize(
    ("locale", "title", "chip", "quoted"),
    [
        ("uk-UA", "302 історії", "мова історії: українська", "^«міст»: "),
        ("ru-RU", "302 истории", "язык истории: украинский", "^«міст»: "),
        ("de-DE", "302 stories", "language of the story: Ukrainian", "^“міст”: "),
    ],
)
def test_the_interface_and_each_text_say_their_language(tab, site, locale, title, chip, quoted):  # noqa: PLR0917
    page = tab("/", locale=locale)
    expect(page.locator("h1")).to_have_text(title)
    expect(page.locator("html")).to_have_attribute("lang", locale[:2] if locale[:2] != "de" else "en")
    page.goto("/?language=uk&q=міст")
    expect(page.locator(".chips a")).to_have_text(re.compile(f"^{chip}"))
    expect(page.locator("h1")).to_have_text(re.compile(quoted))
    page.goto(f"/stories/{site[1]['bridge']}")
    assert page.locator(".cell p.paragraph").evaluate_all("x => x.map(y => y.lang)")[:3] == ["uk", "ru", "en"]


def test_print_has_the_texts_and_no_controls(tab, site):
    page = tab(f"/stories/{site[1]['bridge']}")
    page.emulate_media(media="print")
    for hidden in (".top", ".keys", "button"):
        expect(page.locator(hidden).first).to_be_hidden()
    cell = page.locator(".cell").first
    expect(cell).to_be_visible()
    expect(cell).to_have_css("break-inside", "avoid")
    page.goto("/?language=uk")
    expect(page.locator(".chips a")).to_have_text(re.compile("^language of the story: Ukrainian"))
    expect(page.locator(".chips [aria-hidden]")).to_be_hidden()


def test_axe_finds_nothing_and_no_page_is_wider_than_the_screen(tab, site):
    page = tab("/")
    axe = Axe()
    for path in (
        "/", "/search?q=bridge", f"/stories/{site[1]['bridge']}", f"/articles/{site[1]['hostile']}",
        "/outlets", "/outlets/outlet-1", "/charts", "/changes", "/over-time", "/sql?q=FROM+lags", "/why?url=https://courier.example/en/news/100",
    ):  # fmt: skip
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(path)
        _wait_for_charts(page, path)
        found = axe.run(page).response["violations"]
        page.emulate_media(color_scheme="dark")
        found += axe.run(page, options={"runOnly": ["color-contrast"]}).response["violations"]
        page.emulate_media(color_scheme="light")
        assert [(x["id"], x["nodes"][0]["html"][:200]) for x in found] == [], path
        assert _wider(page) == [], path
    # words of another language are longer
    page = tab("/", locale="uk-UA")
    assert _wider(page) == []


def test_stories_in_one_language_fit_the_screen_in_russian(browser, tmp_path):
    root = tmp_path / "news-archive"
    with closing(ArchiveWriter.open(root, run_id="run-1")) as writer:
        for number, language in enumerate(("uk", "en", "ru")):
            writer.add_article(make_article(number, language, "Трамвай"))
        writer.commit()
    with served(root) as address, closing(browser.new_context(locale="ru-RU")) as context:
        page = context.new_page()
        page.goto(address)
        expect(page.locator("td", has_text="единственный")).to_have_count(3)
        assert _wider(page) == []


def _wait_for_charts(page, path):
    if path == "/charts":
        expect(page.locator("figure").first).to_be_visible()


def _wider(page):
    wider = []
    for width in (360, 768, 840, 900, 1024, 1217, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wider.append(width)
    return wider
