import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from crawler.extraction.document.outline import outline
from crawler.extraction.fields.linked_data import LinkedData, read_linked_data

values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "@type",
                    "@graph",
                    "@id",
                    "author",
                    "name",
                    "headline",
                    "image",
                    "url",
                    "keywords",
                    "articleBody",
                ]
            ),
            inner | st.just("NewsArticle"),
            max_size=5,
        )
    ),
    max_leaves=20,
)


def read(*blocks: object) -> LinkedData:
    scripts = "".join(
        f'<script type="application/ld+json">{b if isinstance(b, str) else json.dumps(b)}</script>'
        for b in blocks
    )
    return read_linked_data(
        outline(html.document_fromstring(f"<html><head>{scripts}</head><body>x</body></html>"))
    )


def test_entities_escaped_within_json_are_resolved() -> None:
    data = read({"@type": "NewsArticle", "headline": "Дело &amp;quot;минера&amp;quot; &laquo;метро&raquo;"})
    assert data.headline == 'Дело "минера" «метро»'


def test_persons_and_organisations() -> None:
    data = read(
        {
            "@type": ["Article"],
            "author": [
                {"@type": "Person", "name": "Олена Іваненко"},
                {"@type": "Organization", "name": "Вісник"},
            ],
            "publisher": {"@type": "NewsMediaOrganization", "name": "Кур'єр"},
        }
    )
    assert data.persons == ("Олена Іваненко",)
    assert data.organisations == ("Вісник", "Кур'єр")


def test_a_graph_in_which_authors_are_references() -> None:
    data = read(
        {
            "@graph": [
                {"@type": "NewsArticle", "author": {"@id": "#p1"}, "articleSection": ["Війна", "Світ"]},
                {"@type": "Person", "@id": "#p1", "name": "Петро Сидоренко"},
            ]
        }
    )
    assert data.persons == ("Петро Сидоренко",)
    assert data.section == "Війна"


def test_an_author_written_as_a_string() -> None:
    author = '{ "@type": "Person", "name": "Петро Сидоренко" }'
    assert read({"@type": "NewsArticle", "author": author}).persons == ("Петро Сидоренко",)
    assert read({"@type": "NewsArticle", "author": "{{ author }}"}).persons == ("{{ author }}",)


@pytest.mark.parametrize(
    "block",
    [
        '{"@type": "NewsArticle", "headline": "Рада ухвалила",}',
        '//<![CDATA[\n{"@type": "NewsArticle", "headline": "Рада ухвалила"}\n//]]>',
        '{"@type": "NewsArticle",\n"headline": "Рада\tухвалила"}',
    ],
)
def test_blocks_that_are_nearly_json(block: str) -> None:
    assert read("{broken", block, "[" * 5000).headline == "Рада ухвалила"


@pytest.mark.parametrize(
    ("before", "after"),
    [("", ""), ("<!--", ""), ("//<![CDATA[\n", ""), ("", "\n//]]>"), ("", "-->"), ("<!--\n", "\n-->")],
)
def test_a_block_in_a_comment_is_read_whole(before: str, after: str) -> None:
    block = '{"@type": "NewsArticle", "author": {"@type": "Person", "name": "Петро Сидоренко"},}'
    assert read(f"{before}{block}{after}").persons == ("Петро Сидоренко",)


def test_what_is_no_article_says_nothing() -> None:
    assert read({"@type": "Organization", "name": "Кур'єр"}, {"@type": "BreadcrumbList"}).headline is None


@given(values)
def test_any_json_is_read(value: object) -> None:
    data = read(value)
    assert data.headline is None or data.headline.strip()
