"""Whatever the alignments say, each paragraph stands once, and the first variant is read in its order."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from archive.format.records import TextBlock
from archive.viewer.load import _marked_pairs, _marks
from archive.viewer.render import NO_ARCHIVE, Pages, omissions
from archive.viewer.side_by_side import Link, lay
from archive.viewer.story import StoryView, Variant

SIZES = st.lists(st.integers(0, 6), min_size=1, max_size=4)


@st.composite
def stories(draw):
    sizes = draw(SIZES)
    links = []
    for one in range(len(sizes)):
        for other in range(one + 1, len(sizes)):
            ours, theirs = (draw(st.permutations(range(sizes[x]))) for x in (one, other))
            for x, y in zip(ours, theirs, strict=False):
                if draw(st.booleans()):
                    links.append(Link(one, (x,), other, (y,), draw(st.booleans())))
    return [list(range(size)) for size in sizes], links


@given(stories())
def test_each_paragraph_stands_once_and_the_first_variant_in_order(story):
    paragraphs, links = story
    rows = lay(paragraphs, links)
    for variant, numbers in enumerate(paragraphs):
        shown = [n for row in rows for n in row.cells[variant]]
        assert sorted(shown) == numbers
    assert [n for row in rows for n in row.cells[0]] == paragraphs[0]
    for link in links:
        if link.one == 0:
            (row,) = (row for row in rows if link.paragraphs_one[0] in row.cells[0])
            assert set(link.paragraphs_other) <= set(row.cells[link.other])


def test_twenty_thousand_paragraphs_are_laid_once_each():
    size = 20_000
    links = [Link(0, (n,), 1, (n,), False) for n in range(0, size, 2)]
    rows = lay([range(size), range(size)], links)
    assert len(rows) == size + size // 2
    assert [n for row in rows for n in row.cells[1]] == [*range(size)]


def _view(rows):
    seen = datetime(2026, 3, 1, tzinfo=UTC)
    variants = []
    for code in ("uk", "ru", "en"):
        texts = (code, 1, code, "harbour", code, "Headline")
        variants.append(
            Variant(*texts, None, None, None, last_seen=seen, first_text=seen, blocks=(), edits=(), marks={})
        )
    return StoryView("s", tuple(variants), tuple(rows), 3, (), {}, {}, None, None)


def test_a_paragraph_that_perhaps_says_something_else_is_not_named_beside_the_row():
    links = [Link(0, (0,), 1, (0,), moved=False, doubtful=True), Link(0, (1,), 1, (1,), moved=False)]
    lone = frozenset((variant, block, 2) for variant in (0, 1) for block in (0, 1))
    rows = lay([[0, 1], [0, 1], []], links, lone)
    assert [_view(rows).saying(row) for row in rows] == [("uk",), ("uk", "ru")]


def test_what_is_surely_missing_of_a_text_is_said_though_the_text_beside_it_leaves_doubt():
    blocks = (TextBlock("paragraph", "Text."),)
    rows = lay([[0], [0], []], [Link(0, (0,), 1, (0,), moved=False, doubtful=True)], frozenset({(1, 0, 2)}))
    assert (rows[0].doubtful, rows[0].sure) == ({2}, {(1, 2)})
    view = _view(rows)
    view = replace(view, variants=tuple(replace(x, blocks=blocks) for x in view.variants))
    assert view.surely_saying(rows[0], 2) == ("ru",)
    said = [(x.language, x.missing, x.doubtful) for x in omissions(view)]
    assert said == [("uk", (), ("en",)), ("ru", ("en",), ())]


def test_what_two_later_texts_share_is_told_of_both_though_the_row_has_one_of_them():
    """The first text has something else there: its doubtful links keep them apart."""
    in_doubt = Link(0, (0, 1), 1, (0, 1), moved=False, doubtful=True)
    links = [in_doubt, Link(0, (0, 1), 2, (1,), moved=False, doubtful=True)]
    links += [Link(1, (n,), 2, (n,), moved=False) for n in (0, 1)]
    rows = lay([[0, 1], [0, 1], [0, 1]], links, frozenset())
    assert [row.cells for row in rows] == [((), (), (0,)), ((0, 1), (0, 1), (1,))]
    assert _view(rows).saying(rows[0]) == ("ru", "en")
    assert (rows[0].doubtful, rows[0].likely, rows[0].elsewhere) == ({0}, {1}, {1})
    links[2] = Link(1, (0,), 2, (0,), moved=False, doubtful=True)
    row = lay([[0, 1], [0, 1], [0, 1]], links, frozenset())[0]
    assert (row.doubtful, row.likely, row.elsewhere) == ({0}, {1}, set())


def test_what_came_first_is_perhaps_the_original():
    """How often an hour's lead is that of the original nobody has measured."""
    said = {}
    for reason in ("note", "first"):
        view = StoryView("s", (), (), 0, (), {}, {}, "uk", reason)
        said[reason] = Pages("en", NO_ARCHIVE).original(view)
    assert said["note"].startswith("Original language: Ukrainian.")
    assert said["first"].startswith("Original language: perhaps Ukrainian, as it was published")


def test_numbers_of_a_doubtful_link_stand_on_both_sides_and_at_the_head():
    row = {
        "article_id_a": "a",
        "article_id_b": "b",
        "language_a": "uk",
        "language_b": "en",
        "kind": "aligned",
    }
    row |= {"paragraphs_a": (0,), "paragraphs_b": (1,), "numbers_converted": (), "quotes_only_a": ()}
    row |= {"quotes_only_b": (), "sentences_only_a": None, "sentences_only_b": None, "names_differ": None}
    row["negations_differ"] = None
    row["numbers_differ"] = ({"a": "12", "b": "15", "confidence": 0.93},)
    for doubtful, count in ((True, 1), (False, 1), (None, 0)):
        row["doubtful"] = doubtful
        marks = (*_marks("a", [row]).get(0, ()), *_marks("b", [row]).get(1, ()))
        assert [(x.text, x.other_text) for x in marks] == [("12", "15"), ("15", "12")] * count
        assert len(_marked_pairs([row], "numbers_differ")) == count
