"""Names of classes are read by their words, and weighed with the text that stands under them."""

# ruff: noqa: E501 - a table of names

import pytest

from crawler.extraction.document.class_names import last_part, other_things, removed_names
from crawler.extraction.document.decoding import read_outline
from crawler.extraction.document.prose import Prose, read_prose

LINE = "The council of Port Invented passed its budget for the next year after twelve hours of debate in the hall."


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("teaser", {"teaser"}),
        ("article__teaser", {"teaser"}),
        ("relatedLinks", {"related"}),
        ("related-posts", {"related", "related-posts"}),
        ("commentlist", {"comment"}),
        ("comment-body", {"comment"}),
        ("side-bar", {"side bar"}),
        ("author_bio", {"author bio"}),
        ("post__tags", {"tags"}),
        ("share-bar", {"share"}),
        ("Footer", {"footer"}),
        ("cookies-notice", {"cookies"}),
        ("theme-post-add-box", {"post add"}),
        ("region region-bottom", {"region bottom"}),
    ],
)
def test_a_name_that_speaks_of_other_things(name: str, words: set[str]) -> None:
    assert other_things(name) == words


@pytest.mark.parametrize(
    "name",
    [
        "with-sidebar", "withSidebar", "has-comments", "no-share", "overflow-hidden", "md:hidden", "label-hidden", "field-label-hidden",  # beside it
        "commentary", "shareholders", "advice", "adverse", "navy", "modality", "correlated", "masthead", "submenus-x", "popularity",
        "unrelated", "headline", "article-body", "entry-content", "",
    ],
)  # fmt: skip
def test_a_name_that_does_not(name: str) -> None:
    assert other_things(name) == frozenset()


def test_the_last_part_says_what_an_element_is() -> None:
    assert [*map(last_part, ("post__tags", "tags_root__x3k", "share-bar", "box"))] == [
        "tags",
        "tags",
        "share",
        "box",
    ]
    assert all(name == name.lower() and reason for name, reason in removed_names().items())


def prose_of(body: str, article: str | None = None) -> Prose:
    page = f"<html><head><title>x</title></head><body><h1>Budget</h1>{body}</body></html>"
    return read_prose(read_outline(page.encode(), None), "Budget", article)


def paragraphs(count: int, names: str = "") -> str:
    return "".join(f'<p class="{names}">{i}. {LINE}</p>' for i in range(count))


def test_a_passage_has_the_words_of_all_boxes_around_it() -> None:
    prose = prose_of(f'<div class="teaser"><div class="share"><aside><p>{LINE}</p></aside></div></div>')
    assert [piece.words for piece in prose.pieces] == [{"<aside>", "teaser", "share"}]


@pytest.mark.parametrize(
    ("body", "spared"),
    [
        (f'<div class="teaser">{paragraphs(5)}</div><p>{LINE}</p>', {"teaser"}),
        (f"<div>{paragraphs(5, 'share')}</div>", {"share"}),
        (f"<aside>{paragraphs(5)}</aside><p>{LINE}</p>", {"<aside>"}),
        (f'<div class="comments-open">{paragraphs(5)}</div>', {"comments"}),
        # it does not begin there
        (f'{paragraphs(2)}<div class="comments">{paragraphs(20)}</div>', set()),
        (f'<p>{LINE}</p><div class="comments">{paragraphs(20)}</div>', set()),
        (f'{paragraphs(3)}<div class="disclaimer">{paragraphs(9)}</div>', set()),
        # comments are longer, and count only where the article begins among them
        (f"<div>{paragraphs(4, 'share')}</div>{paragraphs(9, 'comments')}", {"share"}),
        (f'<div class="comments-open">{paragraphs(5)}</div><p>{LINE}</p>', {"comments"}),
        # it is the smaller part
        (f'<div class="related">{paragraphs(2)}</div>{paragraphs(4)}', set()),
        # stories, each with a link for its heading
        (5 * f'<div class="related"><h3><a href="/x">Other</a></h3><p>{LINE}</p></div>', set()),
    ],
)
def test_a_word_says_nothing_where_the_article_stands_under_it(body: str, spared: set[str]) -> None:
    assert prose_of(body).spared >= spared
    assert bool(prose_of(body).spared) == bool(spared)


def test_the_page_s_own_data_says_that_a_name_is_nothing() -> None:
    body = f'{paragraphs(4)}<div class="related">{LINE}</div>'
    assert prose_of(body).spared == frozenset()
    assert prose_of(body, f"Before. {LINE} After.").spared == {"related"}
