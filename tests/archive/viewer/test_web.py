"""The application over loopback: what it answers, whom it refuses, how it follows the archive."""

import csv
import gzip
import http.client
import io
import json
import re
import threading
import time
from collections import defaultdict
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree as ET

import lxml.html
import pytest
import uvicorn

import archive
import archive.viewer
from archive.addresses import story_of_one
from archive.commit.committer import publish_same_event
from archive.exceptions import ArchiveDamaged
from archive.format.records import (
    Alternate,
    Decisions,
    Membership,
    ObservationRecord,
    PairRecord,
    SameEventRecord,
    TextBlock,
)
from archive.viewer import stored_figures
from archive.viewer.catalogue import LANGUAGES, _catalogue, chosen
from archive.viewer.charts import draw_all
from archive.viewer.figure_frames import PROVEN
from archive.viewer.render import NO_ARCHIVE, Pages
from archive.viewer.search import fill, side_file
from archive.viewer.search.answers import ORDERS, Question
from archive.viewer.search.lookup import Lookup
from archive.viewer.web.app import make_app
from archive.viewer.web.chart_cache import ChartsPending, Figures
from archive.viewer.web.guard import POLICY
from archive.viewer.web.server import listening
from archive.viewer.web.shelf import Shelf
from tests.archive.made import make_article
from tests.support.forked import A_WHILE

HOSTILE = "</p><script>alert(1)</script>\"' onclick=alert(1) \x1b[31m \u202e {{ 7*7 }} ' OR 1=1 --"


@contextmanager
def serving(root):
    """A server of its own thread, and a way to ask it."""
    with closing(listening(0)) as taken, closing(Shelf(str(root))) as shelf:
        port = taken.getsockname()[1]
        config = uvicorn.Config(make_app(shelf, port), log_config=None, lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]})
        thread.start()
        try:
            yield lambda path, **headers: ask(port, path, headers)
        finally:
            server.should_exit = True
            thread.join()


def ask(port, path, headers=None, method="GET"):
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request(method, path, headers={k.replace("_", "-"): v for k, v in (headers or {}).items()})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()


@pytest.fixture
def site(bridge, writer, open_writer, article, page, noon, root):  # noqa: PLR0917
    """The bridge, a hostile article with an edit and a page, one that is gone, two that contradict."""
    for day, text in enumerate(("Перший текст.", HOSTILE)):
        record, stored = page(
            article(
                2, "uk", text, headline=HOSTILE, section=HOSTILE, authors=(HOSTILE,), outlet="evil/../outlet",
                blocks=(TextBlock(HOSTILE, text),), fetched_at=noon + timedelta(days=day),
            )
        )  # fmt: skip
        editing = open_writer(f"run-{day}")
        editing.add_article(record, stored)
        editing.commit()
        editing.close()
    gone = article(3, "uk", "Ріка вийшла з берегів.")
    apart = [article(4, "uk", "Одне."), article(4, "en", "Quite another thing.")]
    for record in (gone, *apart):
        writer.add_article(record)
    ids = sorted(x.article_id for x in apart)

    def decide(fresh, _related):
        pair = PairRecord(*ids, "hreflang", False, 0.01, '{"conflict": true}', noon)
        return Decisions((pair,), tuple(Membership(x, ids[0]) for x in ids))

    writer.commit(decide)
    for hour in range(1, 4):
        writer.add_observation(
            ObservationRecord(
                gone.url, gone.url, "courier", "failed", "http-404", noon + timedelta(days=1, hours=hour),
                404, "run-2", gone.article_id,
            )
        )  # fmt: skip
    home = "https://courier.example/"
    missed = ObservationRecord(
        home, home, "courier", "failed", "expectation-missed", noon + timedelta(days=2), None, "run-2",
        detail="articles: 3 a day; 10 expected",
    )  # fmt: skip
    writer.add_observation(missed)
    writer.commit()
    same = SameEventRecord(
        *sorted((bridge["uk"], record_of(2))), "courier", "evil/../outlet", "uk", "uk", "probable", 0.81, 2.0,
        ("Лужанка", HOSTILE), None, noon,
    )  # fmt: skip
    publish_same_event(str(root), [same], run_id="events", summary={})
    fill.fill(archive.open(root))
    return root


def record_of(n, language="uk"):
    return make_article(n, language).article_id


def text_of(body):
    return " ".join(lxml.html.fromstring(body.decode()).text_content().split())


def test_pages_lists_feeds_and_what_they_are_refused_by(site, bridge):
    with serving(site) as get:
        status, headers, body = get("/")
        assert (status, headers["content-security-policy"]) == (200, POLICY)
        assert "unsafe" not in POLICY
        assert "4 stories" in text_of(body)
        # a list and its files are the same stories
        rows = json.loads(get("/stories.json")[2])
        table = csv.DictReader(io.StringIO(get("/stories.csv")[2].decode("utf-8-sig")))
        assert [x["story_id"] for x in table] == [x["story_id"] for x in rows]
        assert len(rows) == 4
        # forms of a word, and the story's other languages with it
        for asked in ("мостом", "автобус", '"six buses"', "bridg*", "автобусы -вокзал"):
            (found,) = json.loads(get(f"/search.json?q={quote(asked)}")[2])
            assert found["languages"] == ["uk", "ru", "en"], asked
        assert json.loads(get("/search.json?q=" + quote("автобус -мост"))[2]) == []
        marked = lxml.html.fromstring(get("/search?q=" + quote("автобус"))[2].decode()).iter("mark")
        assert [x.text for x in marked] == ["автобусов"]
        # filters
        for query, count in (
            ("missing=en", 2), ("language=en", 2), ("edited=1", 1), ("gone=1", 1), ("conflict=1", 1),
            ("numbers=1", 1), ("names=1", 1), ("omitted=10", 1), ("since=2026-03-02", 0),
            ("until=2026-03-01", 4), ("outlet=courier", 3), ("author=" + quote("Олена Коваль"), 3),
            ("missing=en&gone=1", 1), ("omitted=&since=&page=0&order=", 4),
        ):  # fmt: skip
            assert len(json.loads(get(f"/stories.json?{query}")[2])) == count, query
        assert "numbers differ uk 165 ↔ en 160" in text_of(get("/?numbers=1")[2])
        assert "names differ uk Заріччя ↔ ru Нагорного" in text_of(get("/?names=1")[2])
        first = json.loads(get("/stories.json?order=difference")[2])[0]
        assert first["article_id_en"] == bridge["en"]
        # one paragraph of four; with a doubtful one, two of the five of another text
        assert first["omitted"] == 0.25
        # what nothing has is no filter: no list, and what was likely meant
        for query, told in (
            ("language=ua", "mean uk?"), ("missing=ua", "mean uk?"), ("outlet=curier", "mean courier?"),
            ("section=none", "There are"), ("author=nobody", "Олена Коваль"), ("order=date", "order 'date'"),
            ("since=yesterday", "since"), ("until=2026-02-30", "until"), ("omitted=x", "omitted"),
            ("omitted=200", "200"),
            ("lang=uk", "language?"),
        ):  # fmt: skip
            for path in ("/stories.json", "/search.csv", "/search.atom"):
                status, _, body = get(f"{path}?{query}")
                assert (status, told in body.decode()) == (400, True), (query, body)
            assert get(f"/?{query}")[0] == 400, query
        # so does what is more than a search can have; the same value again is no other one
        many = "&".join(f"outlet={number}" for number in range(51))
        for query, told in (
            (f"q={'a' * 501}", "500 characters, not 501"),
            ("q=" + quote("ї* " * 31), "30 words and phrases, not 31"),
            (many, "50 values of outlet, not 51"),
        ):
            for path in ("/stories.json", "/search.atom", "/"):
                status, _, body = get(f"{path}?{query}")
                assert (status, told in body.decode()) == (400, True), (path, query)
        for query in (f"q={'a' * 500}", "&".join(["outlet=courier"] * 51)):
            assert get(f"/stories.json?{query}")[0] == 200
        assert "50 values" not in get(f"/stories.json?{many.rpartition('&')[0]}")[2].decode()
        page = lxml.html.fromstring(get("/?language=ua&outlet=courier&order=lag")[2].decode())
        assert page.xpath("//main//a/@href")[0] == "/?language=uk&outlet=courier&order=lag"
        # feeds
        assert get("/over-time?langage=uk")[0] == 400
        assert (get("/search.atom?late=x")[0], get("/search.atom?interface=de")[0]) == (400, 400)
        feed = ET.fromstring(get("/search.atom?q=bridge")[2])
        assert len(feed.findall("{*}entry")) == 1
        assert json.loads(get("/search.feed.json?q=bridge")[2])["items"][0]["title"].startswith("Bridge en")
        # outlets
        assert "courier6" in text_of(get("/outlets")[2])
        assert get("/outlets/" + quote("evil/../outlet", safe=""))[0] == 200
        told = text_of(get("/outlets/courier")[2])
        assert "http-404" in told
        assert "articles: 3 a day; 10 expected" in told.replace("\n", " ")
        # what became of one address, and of one that nobody has asked for
        told = text_of(get("/why?url=" + quote(make_article(3, "uk").url))[2])
        assert "Showing 4 of 4 visits" in told
        assert "No crawl has visited this address" in text_of(get("/why?url=x://y")[2])
        assert "<script>alert" not in get("/why?url=" + quote(HOSTILE))[2].decode()
        assert json.loads(get("/outlets/courier.json")[2])[0]["outcome"] == "failed"


def test_no_page_has_a_parameter_that_means_nothing(site, bridge):
    """A page that ignored one would look like the answer to it."""
    shelf, start = Shelf(str(site)), story_of_one(bridge["uk"])
    with closing(shelf), serving(site) as get:
        values = {"id": bridge["uk"], "name": "courier", "name:path": "courier", "suffix": "csv"}
        values |= {"version:int": "1", "block:int": "1", "missing": bridge["en"]}
        for route in make_app(shelf, 0).routes:
            if route.path.startswith("/static/"):
                continue
            path = re.sub(r"\{([^}]+)\}", lambda name: values[name[1]], route.path)
            status, headers, body = get(f"{path}?langage=uk")
            if status == 307:  # the address of before
                status, headers, body = get(headers["location"])
            assert (status, b"langage" in body) == (400, True), path
        for path in (f"/articles/{bridge['uk']}?from=x", "/?page=two", "/changes?page=-1"):
            assert get(path)[0] == 400, path
        assert get(f"/stories/{start}")[0] == 200
        # the start of an id leads to the whole one, with what was asked
        headers = get(f"/articles/{bridge['uk'][:20]}?from=1&to=2")[1]
        assert headers["location"] == f"/articles/{bridge['uk']}?from=1&to=2"
        # that of several is no id that may have been purged
        articles = archive.open(site).articles(columns=["article_id", "story_id"]).to_pylist()
        stories, of_articles = defaultdict(set), defaultdict(set)
        for row in articles:
            stories[row["story_id"][0]].add(row["story_id"])
            of_articles[row["article_id"][0]].add(row["story_id"])
        for path, starts in (("articles", of_articles), ("stories", of_articles | stories)):
            first = next(x for x, ids in starts.items() if len(ids) > 1)
            status, _, body = get(f"/{path}/{first}")
            assert (status, "give more of it" in text_of(body)) == (404, True)


def test_every_file_that_a_page_leads_to_can_be_read(site, bridge):
    story = story_of_one(bridge["uk"])
    pages = [
        "/",
        "/search?q=bridge",
        "/charts",
        "/changes",
        "/over-time?q=bridge",
        "/sql?q=FROM+stories",
        "/outlets",
        "/outlets/courier",
        "/why",
        f"/stories/{story}",
    ]
    suffixes = re.compile(r"\.(csv|json|atom)$")
    routes = [x.path for x in make_app(Shelf(str(site)), 0).routes]
    expected = {re.sub("{name.*?}", "edits", x) for x in routes if suffixes.search(x)}
    opened = archive.open(site)
    stored_figures.store(opened, side_file.charts_file(side_file.side_file(opened.storage.layout)))
    with serving(site) as get:
        files = set()
        for page in [*pages, f"/articles/{bridge['en']}"]:
            leads = lxml.html.fromstring(get(page)[2].decode()).xpath("//@href")
            files |= {x for x in leads if re.search(r"\.(csv|json|atom)\b", x)}
        assert {f"/charts/{name}.{kind}" for name in PROVEN for kind in ("csv", "json")} < files
        assert expected <= {x.partition("?")[0] for x in files}
        for file in sorted(files):
            status, _, body = get(file)
            assert status == 200, (file, text_of(body))
            if ".csv" in file:
                head, *rows = csv.reader(io.StringIO(body.decode("utf-8-sig")))
                assert {len(x) for x in rows} <= {len(head)}, file
            elif ".json" in file:
                json.loads(body, parse_constant=pytest.fail)
            else:
                ET.fromstring(body)
        assert "2026-03-01" in get("/charts/coverage.csv")[2].decode()
        words = f"q={quote('Заріччя')}"
        days = json.loads(get(f"/over-time.json?{words}")[2])
        assert sum(x["articles"] for x in days) == 1
        told = get(f"/over-time?{words}")[2].decode()
        assert ">courier, Ukrainian: 1 of 3<" in told
        assert "None in: courier, English (2)" in told
        assert "courier, English: 0" not in told


def test_a_story_and_an_article_tell_what_is_known(site, bridge):
    rows = {}
    with serving(site) as get:
        for row in json.loads(get("/stories.json")[2]):
            rows[row["headline_uk"]] = row
        told = text_of(get(f"/stories/{rows['Headline 3 uk']['story_id']}")[2])
        assert "taken down" in told
        assert "by 2026-03-02 15:00 UTC, repeated visits had not found it" in told
        told = text_of(get(f"/stories/{rows['Bridge uk <script>alert(1)</script>']['story_id']}")[2])
        assert "the same event" in told
        assert "evil/../outlet · Ukrainian" in told
        assert "probability 81% · both mention Лужанка" in told
        apart = rows["Headline 4 uk"]
        told = text_of(get(f"/stories/{apart['story_id']}")[2])
        assert "do not seem" in told
        assert apart["omitted"] is None
        story = rows["Bridge uk <script>alert(1)</script>"]["story_id"]
        assert get(f"/stories/{story[:8]}")[1]["location"] == f"/stories/{story}"
        assert "оцінка збігу 0,97" in text_of(get(f"/stories/{story}", Accept_Language="uk")[2])
        status, headers, body = get(f"/articles/{bridge['uk'][:10]}")
        assert (status, headers["location"]) == (307, f"/articles/{bridge['uk']}")
        edited = rows[HOSTILE]["article_id_uk"]
        page = lxml.html.fromstring(get(f"/articles/{edited}?from=2&to=1")[2].decode())
        assert "Перший" in "".join(x.text_content() for x in page.iter("ins"))
        told = page.text_content()
        assert "@online{evil" in told
        for body in (
            get(f"/articles/{edited}")[2],
            get("/")[2],
            get(f"/stories/{rows[HOSTILE]['story_id']}")[2],
        ):
            tree = lxml.html.fromstring(body.decode())
            assert [x.get("src") for x in tree.iter("script")] == ["/static/viewer.js"]
            assert not [
                name for x in tree.iter() for name in x.attrib if name.startswith("on") or name == "style"
            ]
        status, headers, body = get(f"/articles/{edited}/warc")
        assert (status, gzip.decompress(body)[:8]) == (200, b"WARC/1.1")
        assert headers["content-disposition"] == f'attachment; filename="{edited}.warc.gz"'
        status, headers, body = get(f"/articles/{edited}/page")
        assert (status, body[:6]) == (200, b"<html>")
        assert headers["content-security-policy"].startswith("sandbox; default-src 'none'")


def test_charts_are_made_beside_the_pages_and_what_fails_is_told_and_tried_again(site, bridge, root):
    with serving(site) as get:
        status = 503
        while status == 503:
            status, _, body = get("/charts")
            assert status == 200 or b'http-equiv="refresh"' in body
        assert (status, body.count(b"<figure ")) == (200, len(PROVEN))
        assert get("/charts/translated.csv")[2].startswith(b"\xef\xbb\xbfoutlet,language,")
        assert get("/charts/other.csv")[0] == 404
    figures = Figures(archive.open(root))
    charts = side_file.charts_file(side_file.side_file(archive.open(root).storage.layout))
    charts.unlink()
    stories = archive.open(root).stories().files()[0]
    whole = stories.read_bytes()
    stories.write_bytes(whole[:100])
    with pytest.raises(ArchiveDamaged):
        made(figures)
    stories.write_bytes(whole)
    stored = made(figures)
    assert list(stored.numbers) == list(PROVEN)
    assert figures.stored(is_filling=False) == stored


def made(figures):
    end = time.monotonic() + A_WHILE
    while True:
        try:
            return figures.stored(is_filling=False)
        except ChartsPending:
            assert time.monotonic() < end, "the charts are never made"
            threading.Event().wait(0.02)


def test_charts_of_before_are_shown_until_filling_has_stored_the_next(site, root, writer, article):
    charts = side_file.charts_file(side_file.side_file(archive.open(root).storage.layout))
    assert fill.main(str(root), 1) == 0
    before = stored_figures.read(charts)
    assert before.snapshot == archive.open(root).snapshot.id
    with serving(site) as get:
        assert get("/charts")[0] == 200  # at the first request
    writer.add_article(article(700, "uk", "Ще один текст."))
    writer.commit()
    after = Figures(archive.open(root))
    assert after.stored(is_filling=True) == before
    pages = Pages("en", NO_ARCHIVE)
    html = pages.render("charts.html", "charts", figures=draw_all(pages, before), as_of=before.snapshot)
    assert f"These charts are of snapshot {before.snapshot}; " in text_of(html.encode())
    assert fill.main(str(root), 1) == 0
    stored = after.stored(is_filling=True)
    counts = [sum(x["articles"] for x in y.numbers["coverage"].rows) for y in (before, stored)]
    assert counts[1] == counts[0] + 1
    charts.write_bytes(charts.read_bytes().replace(b'"definitions": "', b'"definitions": "0'))
    assert stored_figures.read(charts) is None  # made by another version
    side_file.discard(charts.with_name("search.sqlite"))
    assert not charts.exists()


def test_stories_in_one_language_only_are_a_filter(site):
    with serving(site) as get:
        stories = json.loads(get("/stories.json")[2])
        single = {x["story_id"] for x in stories if len(x["languages"]) == 1}
        assert single
        assert {x["story_id"] for x in json.loads(get("/stories.json?single=1")[2])} == single
        page = text_of(get("/?single=1")[2])
        assert f"{len(single)} stories" in page
        assert f"in one language only {len(single)}" in page


def test_an_empty_list_of_quotations_says_that_they_were_compared(site):
    with serving(site) as get:
        assert "in this archive none differs" in text_of(get("/?quotes=1")[2])


def test_each_word_that_a_page_asks_for_is_in_the_catalogue():
    folder = Path(archive.viewer.__file__).parent
    asked = set()
    for path in (*folder.rglob("*.py"), *folder.glob("templates/*.html")):
        keys = re.findall(r"""\bt(?:\.count)?\(\s*["']([a-z_-]+)["'](?!\s*~)""", path.read_text("utf-8"))
        asked.update(keys)
    assert len(asked) > 200
    assert asked - set(_catalogue("en")) == set()


def test_nobody_else_is_answered_and_nothing_is_changed(site):
    with serving(site) as get:
        for host in ("evil.example", "127.0.0.1.evil.example", "", "127.0.0.1:1"):
            assert get("/", Host=host)[0] == 421, host
        assert get("/", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="no-cors")[0] == 403
        assert get("/", Host="LocalHost")[0] == 200
        for path in (
            "/stories/../../etc/passwd", "/static/../app.py", "/static/%2e%2e%2fapp.py", "/articles/%00",
            "/stories/'",
            "/outlets/nobody", "/articles/ffff/page", "/x", "/stories/" + "f" * 65,
        ):  # fmt: skip
            assert get(path)[0] == 404, path
        assert get("/?q=" + "a" * 5000)[0] == 414
        # whatever is typed is a question
        for asked in ('"', "*", "-", "NEAR(a b)", "a AND OR", "x:y", "\x00", "(" * 99, "ї* " * 30):
            assert get("/search?q=" + quote(asked))[0] == 200, asked


def test_the_languages_of_the_interface_say_the_same():
    words = {x: _catalogue(x) for x in LANGUAGES}
    for language in ("uk", "ru"):
        assert words[language].keys() == words["en"].keys()
        for key, text in words["en"].items():
            if isinstance(text, str):
                holes = [set(re.findall(r"\{\w+\}", x)) for x in (text, words[language][key])]
                assert holes[0] == holes[1], key
            else:
                assert set(words[language][key]) == {"one", "few", "other"}


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("", "en"),
        ("uk-UA,uk;q=0.9,en;q=0.8", "uk"),
        ("de, ru;q=0.5", "ru"),
        ("en;q=0.1,uk;q=0.2", "uk"),
        ("uk;q=0", "en"),
    ],
)
def test_the_interface_speaks_as_the_browser_asks(asked, language):
    assert chosen(asked) == language


def test_the_side_file_follows_commits_and_a_purge_and_is_made_anew_at_any_doubt(open_writer, article, root):
    def found(word):
        with closing(Lookup(side_file.connect(path))) as lookup:
            return lookup.ask(Question(word)).found

    writer = open_writer()
    writer.add_article(article(1, "uk", "Тролейбус зупинився."))
    writer.commit()
    opened = archive.open(root)
    path = side_file.side_file(opened.storage.layout)
    fill.fill(opened)
    assert (found("тролейбуси"), found("трамвай")) == (1, 0)
    writer.add_article(
        article(1, "uk", "Трамвай зупинився.", fetched_at=article().fetched_at + timedelta(hours=1))
    )
    writer.add_article(article(2, "uk", "Метро працює."))
    writer.commit()
    fill.fill(archive.open(root))
    assert (found("тролейбуси"), found("трамваї"), found("метро")) == (0, 1, 1)
    for damage in (b"", b"no database", path.read_bytes()[:4096] + b"\xff" * 4096):
        side_file.discard(path)
        path.write_bytes(damage)
        fill.fill(archive.open(root))
        assert found("трамваї") == 1
    writer.close()


def test_what_follows_commit_by_commit_is_what_is_made_at_once(open_writer, article, root, noon):
    """Texts in several files, read by two processes; a story that gets a language, an edit, what is gone."""

    def asked():
        with closing(Lookup(side_file.connect(path))) as lookup:
            questions = [
                Question(word, order=order)
                for word in ("", "міст", "вулиц*", '"новий міст"', "-вулиця новий")
                for order in ORDERS
                if order != "match"  # a text that an article had before counts among all there are
            ]
            answers = [lookup.ask(x) for x in (*questions, Question(author="Оля"), Question(author="Ира"))]
            found = [(x.lines, x.found, x.counts, x.order) for x in answers]
            return found, lookup.outlets(), lookup.articles, lookup.read

    def pair(_fresh, _related):
        a, b = sorted(x.article_id for x in (first, other))
        told = PairRecord(a, b, "hreflang", True, None, None, noon)
        return Decisions((told,), (Membership(other.article_id, story_of_one(first.article_id)),))

    first, edited = article(1, "uk", "Новий міст, вулиця 1."), article(3, "uk", "Новий міст.")
    named = (Alternate("uk", first.url, "hreflang"),)
    other = article(12, "ru", "Новый мост.", authors=("Ира",), alternates=named)
    writer = open_writer()
    for record in (first, article(2, "en", "A new bridge."), edited):
        writer.add_article(record)
    writer.commit()
    writer.add_article(article(4, "uk", "Новий міст, вулиця 4.", authors=("Оля", "Автор")))
    writer.commit()
    path = side_file.side_file(archive.open(root).storage.layout)
    fill.fill(archive.open(root), processes=2, shards=3)
    assert [side_file.texts_file(path, x).exists() for x in range(3)] == [True, True, False]
    writer.add_article(article(3, "uk", "Старий міст.", fetched_at=noon + timedelta(days=1)))
    writer.commit()
    fill.fill(archive.open(root))
    writer.add_article(other)
    writer.commit(pair)
    fill.fill(archive.open(root))
    for day in (2, 3, 4):
        told = ("failed", "http-404", noon + timedelta(days=day), 404, "run-1", edited.article_id)
        writer.add_observation(ObservationRecord(edited.url, edited.url, edited.outlet, *told))
    writer.commit()
    writer.close()
    fill.fill(archive.open(root))
    followed = asked()
    by_edits = followed[0][3][0]
    assert (by_edits[0].edits, len(by_edits), followed[0][-1][1]) == (1, 4, 1)
    assert sum(x.in_language("uk").gone is not None for x in by_edits if x.in_language("uk")) == 1
    side_file.discard(path)
    fill.fill(archive.open(root), shards=2)
    assert asked() == followed


def test_a_first_filling_that_is_cut_short_goes_on(open_writer, article, root):
    writer = open_writer()
    for number in (1, 2):
        writer.add_article(article(number, "uk", f"Новий міст {number}."))
        writer.commit()
    writer.close()
    opened = archive.open(root)
    path = side_file.side_file(opened.storage.layout)
    assert side_file.progress(path) == (0, 0)
    fill.fill(opened, texts=False)
    with closing(side_file.open_for_writing(path, "")) as cut:  # as it is before the last file is taken
        number, name = cut.execute(
            """SELECT no, name FROM file WHERE "table" = 'articles' ORDER BY no DESC"""
        ).fetchone()
        cut.execute("DELETE FROM article WHERE file = ?", (number,))
        cut.execute("DELETE FROM file WHERE no = ?", (number,))
        cut.execute("DELETE FROM state WHERE name = 'snapshot'")
        cut.execute("DELETE FROM digest")
        before = cut.execute("SELECT name, no FROM file").fetchall()
    taken, files = side_file.progress(path)
    assert (taken, files) == (len(before), len(before) + 1)
    with serving(root) as get:
        assert get("/")[0] in {200, 503}
    fill.fill(opened)
    with closing(side_file.connect(path)) as connection:
        assert set(before) < set(connection.execute("SELECT name, no FROM file"))
        assert connection.execute("SELECT 1 FROM file WHERE name = ?", (name,)).fetchone()
    with closing(Lookup(side_file.connect(path))) as lookup:
        assert (lookup.ask(Question("мости")).found, lookup.articles, lookup.read) == (2, 2, 2)
