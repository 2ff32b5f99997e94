"""Pages that `python -m archive view --output` writes, each of which stands alone."""

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import lxml.html
import pytest

import archive
from archive.__main__ import main
from archive.format.records import TextBlock
from archive.viewer.catalogue import Interface
from archive.viewer.drawing import timeline
from archive.viewer.render import standalone

HOSTILE = (
    "</style></title><script>alert(1)</script><img src=x onerror=alert(1)> "
    "\"' onclick='alert(1)' {{ 7*7 }} &lt;"
)
TAGS = (
    "a article b body br button circle code del details div footer h1 h2 h3 head header html i ins li line "
    "main mark meta nav ol p pre rect section small span strong style script summary svg table tbody td text "
    "th thead title tr ul figure figcaption"
)


@pytest.fixture
def view(root, tmp_path, capsys):
    """The pages written by `python -m archive view --output`, as trees by their names."""

    def run(*arguments):
        folder = tmp_path / "pages"
        code = main(["view", "--archive", str(root), "--output", str(folder), "--no-browser", *arguments])
        captured = capsys.readouterr()
        run.out, run.err = captured
        pages = {
            str(x.relative_to(folder)): lxml.html.fromstring(x.read_text("utf-8"))
            for x in folder.rglob("*.html")
        }
        return code, pages

    return run


def texts(element, path):
    return [" ".join(x.text_content().split()) for x in element.xpath(path)]


def grid(page):
    return [texts(row, "./div") for row in page.xpath('//div[contains(@class, "row")]')]


def of_stories(pages):
    return [page for name, page in pages.items() if name.startswith("stories/")]


def test_what_says_the_same_stands_side_by_side(bridge, view):
    code, pages = view(bridge["uk"])
    assert code == 0
    (page,) = of_stories(pages)
    assert texts(page, '//div[@class="head"]//span[@class="tag"]') == ["Ukrainian", "Russian", "English"]
    assert [x.split()[0] for x in grid(page)[0]] == ["Міст", "Мост", "The"]
    assert grid(page)[1:] == [
        ["Хто будував", "not in Russian", "perhaps only in Ukrainian"],
        [
            "Будували 40 людей із Заріччя (Нагорного in Russian).",
            "Строили 40 человек из Нагорного (Заріччя in Ukrainian).",
            "not in English",
        ],
        [
            "«Ми чекали на нього двадцять років», — сказала Олена Коваль.",
            "«Мы ждали его двадцать лет», — сказала Елена Коваль.",
            "elsewhere in this text “We waited for it for twenty years,” Olena Koval said.",
        ],
        ["perhaps only in Russian and English", "По мосту пойдут 6 автобусов.", "Six buses will cross it."],
    ]


def test_what_differs_is_told_in_words(bridge, view):
    _, pages = view(bridge["uk"])
    (page,) = of_stories(pages)
    marks = {(x.text, x.get("title")) for x in page.iter("mark")}
    assert marks == {
        ("165", "160 in English"),
        ("160", "165 in Ukrainian"),
        ("Заріччя", "Нагорного in Russian"),
        ("Нагорного", "Заріччя in Ukrainian"),
    }
    assert texts(page, '//span[@class="lag"]') == ["first", "+45 min", "+1 h 30 min"]
    (why,) = page.xpath('//ul[@class="why"]')
    assert "Ukrainian – Russian: a page names the other as its translation (hreflang); both name each" in (
        why.text_content()
    )
    counterparts = "text is in paragraphs with a counterpart in"
    assert f"40% of the Ukrainian {counterparts} English" in page.text_content()
    assert f"60% of the Russian {counterparts} Ukrainian; 20% is doubtful" in page.text_content()
    assert "Original language unknown: the first two were published within an hour." in page.text_content()
    (first, *sure) = texts(page, '//ol[@class="omissions omission"]//p')
    (doubtful,) = texts(page, '//ol[@class="omissions doubtful"]//p')
    assert "По мосту" in doubtful
    assert "; perhaps only in Russian and English." in doubtful
    assert not [x for x in sure if "По мосту" in x]
    source = "“Будували 40 людей із Заріччя.” — Ukrainian, courier, 2026-03-01 UTC, https://courier.example"
    assert first.startswith(source)
    assert "not in English" in first


def test_what_an_outlet_wrote_is_text(bridge, view):
    _, pages = view()
    for page in pages.values():
        assert not list(page.iter("img", "iframe", "link", "form"))
    (page,) = of_stories(pages)
    assert "Bridge en <script>alert(1)</script>" in texts(page, "//h1")


def test_the_authors_that_the_data_name_stand_where_no_byline_is_printed(writer, article, view):
    for number, authors in enumerate((("Оля Цимбал",), ()), 1):
        writer.add_article(replace(article(number), byline=None, authors=authors))
    writer.commit()
    _, pages = view()
    articles = [page.text_content() for name, page in pages.items() if name.startswith("articles/")]
    assert sorted("Оля Цимбал" in x for x in articles) == [False, True]
    assert sorted("no byline" in x for x in articles) == [False, True]
    stories = [page.text_content() for page in of_stories(pages)]
    assert sorted(("Оля Цимбал" in x, "no byline" in x) for x in stories) == [(False, True), (True, False)]


@pytest.fixture
def hostile(open_writer, article, noon):
    """A story whose every text is markup, with an edit."""
    for day, text in enumerate((HOSTILE, f"165 {HOSTILE} <b>")):
        writer = open_writer(f"run-{day}")
        record = article(1, text=text, blocks=(TextBlock(HOSTILE, text),), headline=text, byline=HOSTILE)
        writer.add_article(
            replace(record, outlet=HOSTILE, section=HOSTILE, fetched_at=noon + timedelta(days=day))
        )
        writer.commit()
        writer.close()


def test_markup_in_any_field_is_text_and_no_page_may_load_or_run_anything(hostile, writer, article, view):
    """Should a text ever become markup, the browser refuses what it asks for."""
    writer.add_article(article(2))
    writer.commit()
    _, pages = view()
    assert len(pages) == 4 + 1 + 2 + 2
    for page in pages.values():
        assert {x.tag for x in page.iter() if isinstance(x.tag, str)} <= set(TAGS.split())
        assert not [
            name for x in page.iter() for name in x.attrib if name.startswith("on") or name == "style"
        ]
        # the program's own, named by its hash
        assert [x.text for x in page.iter("script")] == [str(standalone().script)]
        charset, policy = page.xpath("//head/*")[:2]
        assert charset.get("charset") == "utf-8"
        assert (policy.get("http-equiv"), policy.get("content")) == (
            "Content-Security-Policy",
            standalone().policy,
        )
        assert page.xpath("//head/meta[@name='referrer']/@content") == ["no-referrer"]
    assert "unsafe" not in standalone().policy
    assert sum(f"165 {HOSTILE} <b>" in texts(page, "//h1") for page in pages.values()) == 2


@pytest.mark.parametrize(
    ("url", "leads"),
    [
        ("https://courier.example/1?a=1&b='\"", True),
        ("HTTP://courier.example/1", True),
        ("javascript:alert(1)//https://", False),
        ("JavaScript:alert(1)", False),
        ("data:text/html,<script>alert(1)</script>", False),
        ("file:///etc/passwd", False),
        ("ftp://courier.example/1", False),
        ("//courier.example/1", False),
        (" https://courier.example/1", False),
        ("httpsx://courier.example/1", False),
    ],
)
def test_only_an_address_of_the_web_is_a_link(writer, article, view, url, leads):
    writer.add_article(article(1, url=url))
    writer.commit()
    _, pages = view()
    (page,) = of_stories(pages)
    outward = [x for x in page.iter("a") if not x.get("href").startswith(("#", "../"))]
    assert [x.get("href") for x in outward] == ([url] if leads else [])
    assert {x.get("rel") for x in outward} == ({"noreferrer noopener nofollow"} if leads else set())


def test_edits_are_shown_word_by_word(open_writer, article, view, noon):
    for day, text in enumerate(("Сорок людей на мосту.", "Сорок два людей на мосту.")):
        writer = open_writer(f"run-{day}")
        later = replace(article(1, text=text), fetched_at=noon + timedelta(days=day))
        writer.add_article(later)
        writer.commit()
        writer.close()
    _, pages = view(article(1).article_id)
    for page in pages.values():
        if page.xpath("//div[@class='head' or @class='edit']"):
            assert texts(page, "//ins") == ["два"]
            assert texts(page, "//del") == []


def test_a_story_of_five_megabytes_has_pages_that_a_browser_can_show(writer, article, view, noon):
    text = "Слово за словом, і так без кінця. " * 90_000
    blocks = (TextBlock("paragraph", text), *(TextBlock("paragraph", "") for _ in range(50_000)))
    for day in range(2):
        changed = text[day:]
        writer.add_article(article(1, text=changed, blocks=blocks, fetched_at=noon + timedelta(days=day)))
        writer.commit()
    code, pages = view()
    assert code == 0
    (page,) = of_stories(pages)
    assert "These texts are very long" in page.text_content()
    assert all(len(lxml.html.tostring(x, encoding="utf-8")) < 3_000_000 for x in pages.values())


def test_without_an_alignment_the_texts_stand_whole(writer, variants, view):
    uk, en = variants(1, "uk", "en")
    for record in (uk, en):
        writer.add_article(record)
    writer.commit()
    _, pages = view(uk.article_id)
    (page,) = of_stories(pages)
    assert "one language only" in page.text_content()
    assert len(grid(page)) == 1


def test_lists_lead_to_a_page_a_story_in_each_order(bridge, open_writer, article, view, noon):
    """The bridge came late in English; the other story is older, was edited and stands alone."""
    writer = open_writer("edits")
    for day, text in enumerate(("Alone.", "Alone again.")):
        record = article(7, "en", text=text, published_at=noon - timedelta(days=9))
        writer.add_article(replace(record, fetched_at=noon + timedelta(days=day)))
        writer.commit()
    writer.close()
    code, pages = view()
    assert code == 0
    lists = {name: page for name, page in pages.items() if page.xpath("//table[@class='stories']")}
    leads = {x.get("href").partition("#")[0] for x in lists["index.html"].iter("a")} - {"", "index.html"}
    assert leads == {x for x in pages if not x.startswith("articles/")} - {"index.html"}
    assert "+45 min" in lists["index.html"].text_content()
    assert "2 of 2 stories are listed here" in lists["index.html"].text_content()
    first = {name: texts(page, "//td/a")[0] for name, page in lists.items()}
    bridge_first = {"index.html", "by-delay.html", "by-difference.html"}
    assert {name for name, headline in first.items() if "Bridge" in headline} == bridge_first
    assert "Bridge" not in first["by-edits.html"]


def test_export_writes_the_same_pages(bridge, root, view, tmp_path, capsys):
    _, pages = view()
    command = ["export", "--archive", str(root), "--html", str(tmp_path / "exported")]
    assert main(command) == 0
    assert {str(x.relative_to(tmp_path / "exported")) for x in tmp_path.glob("exported/**/*.html")} == set(
        pages
    )
    assert main([*command, "--language", "uk"]) == 2


def test_a_page_that_is_not_written_again_is_removed_and_nothing_else(writer, article, view, tmp_path):
    for n in (1, 2):
        writer.add_article(replace(article(n), outlet=f"outlet-{n}"))
    writer.commit()
    (tmp_path / "pages").mkdir()
    own = tmp_path / "pages" / "notes.html"
    own.write_text("mine")
    _, before = view()
    code, after = view("--outlet", "outlet-1")
    assert code == 0
    assert len(before) - len(after) == 2
    assert own.read_text() == "mine"
    assert "1 of 2 stories are listed here" in after["index.html"].text_content()


@pytest.mark.parametrize("arguments", [["nothing-of-this-id"], ["--outlet", "nowhere"]])
def test_what_is_not_there_is_a_sentence(bridge, view, arguments):
    code, _ = view(*arguments)
    assert code == 1
    assert view.err.endswith(".\n")
    assert arguments[-1] in view.err


def test_a_folder_that_cannot_be_written(bridge, root, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    code = main(["view", "--archive", str(root), "--output", str(tmp_path / "file" / "x"), "--no-browser"])
    assert code == 1
    assert "cannot be written" in capsys.readouterr().err


def test_a_page_of_somebody_else_stays(bridge, view, tmp_path):
    """An export into the folder of a site wrote over its first page."""
    own = tmp_path / "pages" / "index.html"
    own.parent.mkdir()
    own.write_text("mine")
    code, _ = view()
    assert (code, own.read_text()) == (1, "mine")
    assert "has an index.html that no export wrote: give another folder" in view.err


def test_reading_leaves_the_archive_as_it_was(bridge, root, view):
    before = archive.open(root).snapshot
    view()
    assert archive.open(root).snapshot == before


def test_only_view_waits_for_the_templates(bridge, root):
    """`ls` would pay 25 ms for Jinja2."""
    program = "import sys; from archive.__main__ import main; main(sys.argv[1:]); print(*sys.modules)"
    command = [sys.executable, "-c", program, "ls", "--archive", str(root)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert "archive.read.archive" in done.stdout
    assert not {"jinja2", "starlette", "uvicorn", "simplemma"} & set(done.stdout.split())


def test_versions_too_close_for_a_number_each_share_one(noon):
    versions = [(1, noon), (2, noon + timedelta(minutes=1)), (3, noon + timedelta(days=1))]
    drawn = lxml.html.fromstring(str(timeline(Interface("en"), [("uk", noon, versions, None)])))
    assert texts(drawn, '//div[@class="wide"]//text')[:3] == ["Ukrainian", "1–2", "3"]
    narrow = texts(drawn, '//div[@class="narrow"]//text')
    assert narrow == ["Ukrainian", "1–2", "3", f"{noon:%Y-%m-%d}", f"{noon + timedelta(days=1):%Y-%m-%d}"]
    (svg,) = drawn.xpath('//div[@class="narrow"]/svg')
    assert int(svg.get("width")) < 344  # of a phone, without the page's margins
