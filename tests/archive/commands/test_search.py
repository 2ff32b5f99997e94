"""Search and stories in the terminal: the same answers as on the page, in lines that fit."""

import io
import json
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from wcwidth import wcswidth

import archive
from archive.__main__ import main
from archive.commands.grid import fit, print_grid, widths_within
from archive.viewer.search import side_file
from archive.viewer.search.answers import Question
from archive.viewer.search.lookup import Lookup
from tests.archive.two_newsrooms import MARKET, id_of, url_of


@pytest.fixture
def run(filled, capsysbinary, monkeypatch):
    def call(*arguments, width=100):
        monkeypatch.setenv("COLUMNS", str(width))
        try:
            code = main([*arguments, "--archive", str(filled)])
        except SystemExit as ended:
            code = ended.code
        said = capsysbinary.readouterr()
        return code, said.out.decode(), said.err.decode()

    return call


def test_words_in_any_form_find_the_story_with_all_its_languages(run):
    code, out, _ = run("search", "пороми")
    assert code == 0
    lines = out.splitlines()
    assert lines[0].split() == ["published,", "UTC", "story", "outlet", "languages", "headline"]
    assert "2 stories" in lines
    (ferry,) = [x for x in lines if "uk ru en" in x]
    assert "The Luzhanka ferry is back" in ferry
    assert any(x.startswith("    uk  ") and "Пором через Лужанку" in x for x in lines)
    assert run("search", '"across the Luzhanka"')[1].count("The Luzhanka ferry") == 1
    assert "0 stories" in run("search", "ferry -Luzhanka")[1]


def test_filters_are_those_of_the_page(run, filled):
    def found(*arguments):
        rows = json.loads(run("search", "--json", *arguments)[1])
        return {x["headline_en"] or x["headline_uk"] for x in rows}

    assert found("--missing", "en") == {"Бібліотека працюватиме до ранку", "Пором повертається: пише Кур'єр"}
    assert found("--edited") == {"Бібліотека працюватиме до ранку"}
    assert found("--gone", "--outlet", "herald") == {MARKET["en"][1]}
    assert found("--since", "2026-03-03", "--language", "uk") == {MARKET["en"][1]}
    assert found("--omitted", "20") == {"The Luzhanka ferry is back"}
    assert re.search(r"\d+% of (uk|ru|en) not in (uk|ru|en)", run("search", "--omitted", "20")[1])
    # an address of the browser is a search too, and options come on top
    address = "http://127.0.0.1:8765/search?q=%D0%BF%D0%BE%D1%80%D0%BE%D0%BC&missing=en"
    assert found(address) == {"Пором повертається: пише Кур'єр"}
    assert found(address, "--outlet", "courier") == set()
    path = side_file.side_file(archive.open(filled).storage.layout)
    lookup = Lookup(side_file.connect(path))
    asked = lookup.ask(Question("пором", order="match"))
    lookup.close()
    rows = json.loads(run("search", "пором", "--json")[1])
    assert [x["story_id"] for x in rows] == [x.story_id for x in asked.lines]
    assert rows[0]["snippets"]["uk"].startswith("Пором")


def test_pages_and_what_there_is_not(run):
    _, first, _ = run("search", "--most", "3")
    assert "5 stories, 1 to 3 shown; --page 2 continues" in first
    assert run("search", "--most", "3", "--json")[2] == "3 of 5 stories: give --page or --most\n"
    assert run("search", "--most", "5", "--json")[2] == ""
    _, second, _ = run("search", "--most", "3", "--page", "2")
    assert "5 stories, 4 to 5 shown" in second
    assert "none on page 9" in run("search", "--page", "9")[1]
    code, out, err = run("search", "--language", "ua")
    assert (code, out) == (2, "")
    assert err == "No article has language ua; did you mean uk? There are: en, ru, uk.\n"
    assert "did you mean courier?" in run("search", "--outlet", "curier")[2]
    assert run("search", "--since", "yesterday")[0] == 2
    assert "none differs" in run("search", "--quotes")[1]
    assert "2 stories" in run("search", "--single")[1]


@pytest.mark.parametrize("width", [40, 80, 120, 200, 400])
def test_lines_fit_and_columns_stand_below_each_other(run, width):
    most = min(max(width, 80), 200)
    for command in (("search", "пором"), ("search",), ("show", url_of("courier", "ferry", "uk"))):
        _, out, _ = run(*command, width=width)
        lines = [x for x in out.splitlines() if "https://" not in x]
        assert max(map(wcswidth, lines)) <= most
        assert not any("\x1b" in x for x in lines)


def test_a_story_stands_side_by_side(run):
    code, out, _ = run("show", id_of("courier", "ferry", "en")[:8], width=100)
    assert code == 0
    lines = out.splitlines()
    (heads,) = [x for x in lines if x.split() == ["uk", "en", "ru"]]
    at = [heads.index(x) for x in ("uk", "en", "ru")]
    (published,) = [x for x in lines if x.startswith("published")]
    assert [published[n : n + 16] for n in at] == ["2026-03-02 08:00", "2026-03-02 09:15", "2026-03-02 08:20"]
    for language in ("uk", "en", "ru"):
        assert f"  {url_of('courier', 'ferry', language)}" in lines
        assert f"{language}  {id_of('courier', 'ferry', language)}" in lines
    assert f"  copy of {url_of('courier', 'ferry', 'uk')}" in run("show", url_of("herald", "ferry", "uk"))[1]


CELLS = [
    "Київ і Львів",
    unicodedata.normalize("NFD", "Йоржі й їжаки"),
    "日本語のニュース、横幅は二倍",
    "🇺🇦 прапор 👩‍👩‍👧 сім'я",
    "plain",
    "a very long headline that has no room in a narrow terminal at all, whatever it does " * 3,
    "line\nbreak\tand \x1b[31mcolour\x1b[0m \u202eturned",
    "",
]


@pytest.mark.parametrize("width", [80, 100, 200])
def test_wide_and_combining_characters_are_counted_as_a_terminal_draws_them(width, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(width))
    console = Console(file=io.StringIO(), width=width, highlight=False)
    print_grid(console, ["one", "two", "n"], [[x, x, "|"] for x in CELLS], right=["n"])
    lines = console.file.getvalue().splitlines()
    assert len(lines) == len(CELLS) + 1
    ends = {wcswidth(x.removesuffix("|")) for x in lines[1:]}
    assert len(ends) == 1
    assert max(map(wcswidth, lines)) <= width
    assert "\x1b" not in console.file.getvalue()
    assert "[31m" in console.file.getvalue()


@given(st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"])), st.integers(2, 60))
def test_a_text_that_is_fitted_has_its_width(text, width):
    from rich.cells import cell_len

    assert cell_len(fit(text, width)) == width


@given(st.lists(st.integers(0, 300), min_size=1, max_size=12), st.integers(24, 200))
def test_the_widest_columns_give_way_first(natural, limit):
    widths = widths_within(natural, limit)
    assert sum(widths) <= max(limit, len(widths))
    assert all(a <= b for a, b in zip(widths, natural, strict=True))
    cut = [a for a, b in zip(widths, natural, strict=True) if a < b]
    assert not cut or max(widths) <= min(cut) + 1
