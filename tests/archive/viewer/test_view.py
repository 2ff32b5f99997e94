from dataclasses import replace
from datetime import timedelta

import lxml.html
import pytest

import archive
from archive.__main__ import main
from archive.format.records import BlockRecord


@pytest.fixture
def view(root, tmp_path, capsys):
    """The pages written by `python -m archive view`, as trees by file name."""

    def run(*arguments):
        folder = tmp_path / "pages"
        code = main(["view", "--archive", str(root), "--output", str(folder), "--no-browser", *arguments])
        captured = capsys.readouterr()
        run.out, run.err = captured
        pages = {x.name: lxml.html.fromstring(x.read_text("utf-8")) for x in folder.glob("*.html")}
        return code, pages

    return run


def texts(element, path):
    return [" ".join(x.text_content().split()) for x in element.xpath(path)]


def grid(page):
    return [texts(row, "./div") for row in page.xpath('//div[contains(@class, "row")]')]


def test_what_says_the_same_stands_side_by_side(bridge, view):
    code, pages = view(bridge["uk"])
    assert code == 0
    (page,) = pages.values()
    assert texts(page, '//span[@class="tag"]') == ["Ukrainian", "Russian", "English"]
    assert [x.split()[0] for x in grid(page)[0]] == ["Міст", "Мост", "The"]
    assert grid(page)[1:] == [
        ["Хто будував", "not in Russian", "not in English"],
        ["Будували 40 людей із Заріччя.", "Строили 40 человек из Заречья.", "not in English"],
        [
            "«Ми чекали на нього двадцять років», — сказала Олена Коваль.",
            "«Мы ждали его двадцать лет», — сказала Елена Коваль.",
            "stands elsewhere in this text“We waited for it for twenty years,” Olena Koval said.",
        ],
        ["not in Ukrainian", "По мосту пойдут 6 автобусов.", "Six buses will cross it."],
    ]


def test_numbers_that_a_language_does_not_have_are_marked(bridge, view):
    _, pages = view(bridge["uk"])
    (page,) = pages.values()
    marks = {(x.text, x.get("title")) for x in page.iter("mark")}
    assert marks == {("12:30", "not in English"), ("165", "not in English"), ("160", "not in Ukrainian")}


def test_lags_pairs_and_coverage_are_told(bridge, view):
    _, pages = view(bridge["uk"])
    (page,) = pages.values()
    assert texts(page, '//span[@class="lag"]') == ["first", "+45 min", "+1 h 30 min"]
    assert "by hreflang both ways, content 0.97" in page.text_content()
    assert "40% stands in English too" in page.text_content()


def test_what_an_outlet_wrote_is_text(bridge, view):
    _, pages = view()
    (page,) = pages.values()
    assert not list(page.iter("script", "img", "iframe", "link", "form"))
    assert "Bridge en <script>alert(1)</script>" in texts(page, "//h1")


def test_an_address_that_is_none_of_the_web_leads_nowhere(writer, article, view):
    writer.add_article(replace(article(1), url="javascript:alert(1)"))
    writer.commit()
    _, pages = view()
    assert [x.get("href") for page in pages.values() for x in page.iter("a")] == []


def test_edits_are_shown_word_by_word(open_writer, article, view, noon):
    for day, text in enumerate(("Сорок людей на мосту.", "Сорок два людей на мосту.")):
        writer = open_writer(f"run-{day}")
        later = replace(article(1, text=text), fetched_at=noon + timedelta(days=day))
        writer.add_article(later)
        writer.commit()
        writer.close()
    _, pages = view(article(1).article_id)
    (page,) = pages.values()
    assert texts(page, "//ins") == ["два"]
    assert texts(page, "//del") == []


def test_without_an_alignment_the_texts_stand_whole(writer, variants, view):
    uk, en = variants(1, "uk", "en")
    for record in (uk, en):
        writer.add_article(record)
    writer.commit()
    _, pages = view(uk.article_id)
    (page,) = pages.values()
    assert "No other language" in page.text_content()
    assert len(grid(page)) == 1


def test_the_list_leads_to_a_page_a_story(bridge, writer, article, view):
    writer.add_article(article(7, "en", blocks=(BlockRecord("paragraph", "Alone."),)))
    writer.commit()
    code, pages = view()
    assert code == 0
    index = pages["index.html"]
    leads = [x.get("href") for x in index.iter("a")]
    assert set(leads) == set(pages)
    assert "+45 min" in index.text_content()


def test_each_head_leads_to_the_list_in_its_order(bridge, open_writer, article, view, noon):
    """The bridge came late in English; the other story is older, was edited and stands alone."""
    older = article(7, "en", text="Alone.", published_at=noon - timedelta(days=9))
    writer = open_writer("edits")
    for day, text in enumerate(("Alone.", "Alone again.")):
        writer.add_article(
            replace(
                article(7, "en", text=text),
                published_at=older.published_at,
                fetched_at=noon + timedelta(days=day),
            )
        )
        writer.commit()
    writer.close()
    _, pages = view()
    first = {name: texts(page, "//td/a")[0] for name, page in pages.items() if page.xpath("//table")}
    bridge_first = ("index.html", "by-delay.html", "by-difference.html")
    assert {name for name, headline in first.items() if "Bridge" in headline} == set(bridge_first)
    assert "Bridge" not in first["by-edits.html"]
    for name in first:
        ways = pages[name].xpath("//th/a")
        assert {x.get("href") for x in ways if "↓" in x.text_content()} == {name}
        assert {x.get("href") for x in ways} == set(first)


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


def test_reading_leaves_the_archive_as_it_was(bridge, root, view):
    before = archive.open(root).snapshot
    view()
    assert archive.open(root).snapshot == before
