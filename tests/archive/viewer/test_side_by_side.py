"""Whatever the alignments say, each paragraph stands once, and the first variant is read in its order."""

from hypothesis import given
from hypothesis import strategies as st

from archive.viewer.side_by_side import Link, lay

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
