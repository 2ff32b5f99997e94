"""Columns of an article and the fields of the item that they are filled from."""

import re
from inspect import formatannotation
from typing import get_type_hints

from archive.format.columns import By, columns_of
from archive.format.records import ArticleRecord
from crawler.items import Article
from pipelines.records import COMPUTED, SAME


def types(record: type) -> dict[str, str]:
    """Types of a record's fields as text; a choice of words is a text."""
    hints = get_type_hints(record)
    return {
        name: re.sub(r"(typing\.)?Literal\[[^]]*\]", "str", formatannotation(x)) for name, x in hints.items()
    }


def test_every_column_of_a_crawl_is_filled():
    filled = {*SAME, *COMPUTED}
    assert {x.name for x in columns_of(ArticleRecord) if x.by is not By.ARCHIVE} == filled
    assert filled >= COMPUTED


def test_a_column_is_a_field_of_the_item_with_the_same_type():
    """`**` hides it from mypy; a value that is never None may go where None is allowed."""
    given, stored = types(Article), types(ArticleRecord)
    for name in SAME:
        assert given[name] in {stored[name], stored[name].removesuffix(" | None")}, name
