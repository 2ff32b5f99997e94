"""Columns of an article and the fields of the item that they are filled from."""

import re
from dataclasses import fields

from archive.format.columns import By, columns_of
from archive.format.records import ArticleRecord
from crawler.items import Article
from pipelines.records import COMPUTED, SAME

FORMS = {field.name: str(field.type) for field in fields(Article)}


def test_every_column_of_a_crawl_is_filled():
    filled = {*SAME, *COMPUTED}
    assert {x.name for x in columns_of(ArticleRecord) if x.by is not By.ARCHIVE} == filled
    assert filled >= COMPUTED


def test_a_column_is_a_field_of_the_item_with_the_same_type():
    """`**` hides it from mypy; a value that is never None may go where None is allowed."""
    for column in columns_of(ArticleRecord):
        if column.name in SAME:
            form = re.sub(r"Literal\[[^]]*\]", "str", FORMS[column.name])
            assert form in {column.form, column.base}, column.name
