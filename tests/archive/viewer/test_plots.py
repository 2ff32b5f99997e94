"""Pictures in a notebook have the numbers of those in the browser, and their recipe makes these numbers."""

import json
from dataclasses import replace
from datetime import timedelta

import lxml.html
import matplotlib as mpl
import pytest
from matplotlib import pyplot as plt

import archive
from archive.addresses import story_of_one
from archive.format.marks import QuoteMark
from archive.format.records import AlignmentRecord, Decisions, Membership, PairRecord
from archive.viewer import stored_figures
from archive.viewer.catalogue import Interface
from archive.viewer.charts import balance, sections
from archive.viewer.figure_frames import FIGURES, recipe
from archive.viewer.render import static_file
from archive.viewer.search import fill, side_file
from tests.archive.two_newsrooms import DAY, record_of
from tests.archive.viewer.test_web import serving, text_of


def _fill(opened):
    """Fill the side file, and make the charts, for which a page would wait."""
    fill.fill(opened)
    stored_figures.store(opened, side_file.charts_file(side_file.side_file(opened.storage.layout)))


@pytest.fixture
def read(open_writer, variants, noon, root):
    for day in range(2):
        writer = open_writer(f"run-{day}")
        for n in range(4):
            for late, record in enumerate(variants(n, "uk", "en", section="Місто")):
                published = noon + timedelta(hours=3 * late * n)
                text = record.body if not day else f"{record.body} Додано."
                if day == 0 or n == 0:
                    fetched = published + timedelta(hours=1 + 4 * day)
                    writer.add_article(
                        replace(
                            record,
                            published_at=published,
                            fetched_at=fetched,
                            body=text,
                            content_hash=f"{day}" * 64,
                        )
                    )
        writer.commit()
        writer.close()
    return archive.open(root)


def test_who_is_quoted_in_one_language_only(open_writer, root):
    """A speaker is one person in two spellings; of an unnamed one nothing is counted."""
    told = {
        "uk": ["Міст відкрили.", "«Чекали на це два роки», — сказала Олена Коваль.", "Все."],
        "en": [
            "The bridge is open.",
            "“It was high time for this,” Petro Bondar said.",
            "“It is late, alas,” said Ann.",
        ],
    }
    made = {x: record_of("courier", "bridge", x, (DAY, "Міст", told[x])) for x in told}
    a, b = sorted(made.values(), key=lambda x: x.article_id)

    def side(record, quote, speaker, key):
        first = record is a
        return AlignmentRecord(
            *(a.article_id, 1, b.article_id, 1, a.language, b.language, len(rows)),
            *("omitted", (1,), (), None, 40, 0) if first else ("added", (), (1,), None, 0, 40),
            quotes_only_a=(QuoteMark(quote, speaker, key),) if first else (),
            quotes_only_b=() if first else (QuoteMark(quote, speaker, key),),
            doubtful=False,
        )

    rows = []
    for language, quote, speaker, key in (
        ("uk", "Чекали на це два роки", "Олена Коваль", "koval olena"),
        ("en", "It was high time for this", "Olena Koval", "koval olena"),
        ("en", "It is late, alas", None, None),
    ):
        rows.append(side(made[language], quote, speaker, key))
    writer = open_writer("run-1")
    for record in made.values():
        writer.add_article(record)
    story = story_of_one(a.article_id)
    pair = PairRecord(a.article_id, b.article_id, "hreflang", True, 0.97, None, DAY)
    members = tuple(Membership(x.article_id, story) for x in (a, b))
    writer.commit(lambda *_: Decisions((pair,), members, align=lambda *_: rows))
    writer.close()
    frame = FIGURES["speakers"](archive.open(root))
    assert frame.to_dict("records") == [
        {"speaker": speaker, "says": says, "has_not": has_not, "quotes": 1, "outlets": "courier"}
        for speaker, says, has_not in (("Olena Koval", "en", "uk"), ("Olena Koval", "uk", "en"))
    ]


def test_of_two_at_one_moment_neither_is_the_first(filled):
    lags = FIGURES["lag"](archive.open(filled))
    assert lags[["outlet", "language", "p50", "stories"]].values.tolist() == [
        ["courier", "en", 4500, 1],
        ["courier", "ru", 600, 2],  # at once with uk, and after 20 minutes
        ["courier", "uk", 0, 1],
        ["herald", "en", 10800, 1],
    ]


def test_a_delay_has_a_section_and_a_month(writer, variants, noon, root):
    """A story stands under the section of its Ukrainian text, and in the month of its first publication."""
    members = []
    for n, hours in enumerate((1, 3, 2)):
        uk, en = variants(n, "uk", "en")
        first = noon + timedelta(days=31 * (n // 2))
        later = first + timedelta(hours=hours)
        writer.add_article(replace(uk, section="Економіка", published_at=first))
        writer.add_article(replace(en, section="Economy", published_at=later))
        members += [Membership(x.article_id, story_of_one(uk.article_id)) for x in (uk, en)]
    writer.commit(lambda *_: Decisions((), tuple(members)))
    opened = archive.open(root)
    assert FIGURES["months"](opened).values.tolist() == [
        [section, "en", month, seconds, stories]
        for section in ("all sections", "Економіка")
        for month, seconds, stories in (("2026-03", 7200, 2), ("2026-04", 7200, 1))
    ]
    _fill(opened)
    with serving(root) as get:
        page = lxml.html.fromstring(get("/charts")[2].decode())
        table, stories = page.xpath("//table")
        rows = [
            [" ".join(x.text_content().split()) for x in row.iter("th", "td")] for row in table.iter("tr")
        ]
        assert rows == [
            ["Section", "Language", "2026-03", "2026-04"],
            ["all sections", "English", "2 h 2", "2 h 1"],
            ["Економіка", "English", "2 h 2", "2 h 1"],
        ]
        assert [x.text_content() for x in stories.xpath("(.//tr)[3]/td")] == [
            *("courier", "Економіка", "3", "3", "3", "0"),
            *("0", "3", "0"),
        ]
        (row, *_) = json.loads(get("/charts/months.json")[2])
        assert list(row) == ["section", "language", "month", "p50", "stories"]


def test_where_all_that_is_left_out_is_doubtful_no_chart_and_no_file_says_nothing_is(bridge, root):
    opened = archive.open(root)
    _fill(opened)
    with serving(root) as get:
        shares = {}
        rows = json.loads(get("/charts/sections.json")[2])
        assert {(x["outlet"], x["month"]) for x in rows} == {(None, None), ("courier", "2026-03")}
        for row in rows:
            shares[row["says"], row["has_not"]] = (row["left_out"], round(row["doubtful"], 2))
        # one Ukrainian paragraph is surely not in English, another perhaps; of the others see DOUBTFUL
        assert shares["uk", "en"] == (0.2, 0.2)
        assert shares["en", "uk"] == (None, 0.2)
        assert shares["ru", "uk"] == (None, 0.2)
        assert shares["uk", "ru"] == (0.2, 0)
        told = text_of(get("/charts")[2])
        assert "in English, not in Ukrainian: perhaps 20%" in told
        assert "in Ukrainian, not in English: 20% (+20%?)" in told
        assert "Ukrainian: 0%" not in told
        lines = get("/charts/sections.csv")[2].decode("utf-8-sig").splitlines()
        assert ",,all sections,en,uk,,0.2,1" in lines
        assert "courier,2026-03,all sections,en,uk,,0.2,1" in lines
        assert "perhaps 20% 1" in told


def test_a_text_of_which_all_is_doubtful_is_neither_shared_nor_missing(bridge, open_writer, variants, root):
    pytest.importorskip("duckdb", reason="NOT TESTED: triptych[sql] is missing")
    uk, en = variants(7, "uk", "en")
    writer = open_writer("run-7")
    for record in (uk, en):
        writer.add_article(record)
    a, b = sorted((uk, en), key=lambda x: x.article_id)
    row = AlignmentRecord(
        *(a.article_id, 1, b.article_id, 1, a.language, b.language, 0, "aligned", (0,), (0,), 0.6, 20, 20),
        doubtful=True,
    )
    story = story_of_one(uk.article_id)
    pair = PairRecord(a.article_id, b.article_id, "hreflang", True, 0.97, None, DAY)
    members = tuple(Membership(x.article_id, story) for x in (uk, en))
    writer.commit(lambda *_: Decisions((pair,), members, align=lambda *_: [row]))
    question = f"SELECT shared, doubtful, missing FROM shared_text WHERE story_id = '{story}'"
    assert (
        archive.open(root).sql(question).to_pylist() == [{"shared": None, "doubtful": 1, "missing": None}] * 2
    )
    frame = FIGURES["sections"](archive.open(root))
    # as without it: it says nothing of what is left out
    assert frame[frame["month"].isna()]["left_out"].isna().sum() == 2


def test_a_table_says_how_many_rows_it_leaves_out():
    rows = [{"outlet": f"outlet-{n}", "section": "all sections", "stories": 1, "uk": 1} for n in range(50)]
    table = balance(Interface("en"), rows)
    assert (len(table.rows), table.note) == (40, "40 of 50 rows; the data has all.")


def test_numbers_recipes_and_plots(read, tmp_path, open_writer, article):
    mpl.use("Agg")
    writer = open_writer("run-9", tmp_path / "small")
    for name, figure in FIGURES.items():
        # of an archive without a story, then with one article, there is little to draw, and no error
        assert len(figure(archive.open(tmp_path / "small"))) == 0, name
    writer.add_article(article(1, published_at=None))
    writer.commit()
    writer.close()
    for name in FIGURES:
        assert getattr(archive.plots, name)(archive.open(tmp_path / "small")).get_title()
        plt.close("all")
    frames = {name: x(read) for name, x in FIGURES.items()}
    assert frames["coverage"]["articles"].sum() == 8
    assert set(frames["translated"]["language"]) == {"uk", "en"}
    assert list(frames["edits"]["hours_below"]) == [8]
    assert frames["edits"]["edits"].sum() == 2
    for name, figure in FIGURES.items():
        # what the page shows to be typed makes the same frame
        scope = {"opened": read}
        typed = recipe(figure).replace('archive.open("news-archive")', "opened")
        exec(typed, scope)
        assert scope[figure.__name__].equals(frames[name])
        axes = getattr(archive.plots, name)(read)
        assert axes.get_title()
        plt.close("all")


def test_a_printed_comparison_of_versions_may_go_on_on_the_next_page():
    """Held together, one of a page's length left half a page empty before it."""
    assert ", .edit { break-inside" not in static_file("viewer.css")[0].decode()


def test_a_quarter_of_ten_per_cent_stands_at_its_place():
    row = {"outlet": None, "section": "sport", "says": "uk", "has_not": "en", "left_out": 0.09}
    drawing = sections(Interface("en"), [{**row, "doubtful": 0, "stories": 3}])
    labels = lxml.html.fromstring(str(drawing.__html__())).xpath("//text/text()")
    assert {"0%", "2.5%", "5.0%", "7.5%", "10%"} <= {*labels}
