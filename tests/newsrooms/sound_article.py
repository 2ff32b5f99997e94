"""What any reading must be, whatever the page was: used on mauled, generated and found pages."""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from crawler.exceptions import ExtractionError
from crawler.extraction.page import extract
from crawler.items import Article, Fetch, Hints

URL = "https://courier.example/news/2024/02/03/101/"
_KINDS = {"heading", "paragraph", "quote", "list_item", "caption"}
_CONTROL = {"Cc", "Cs"}


def read_soundly(body: bytes, encoding: str | None, at: datetime) -> str | Article:
    """The article, or the short reason of a refusal that says something; anything else fails the test."""
    try:
        article = extract(Fetch(URL, URL, body, encoding, 200, at), Hints("courier"))
    except ExtractionError as error:
        why = error
    else:
        check(article, at)
        return article
    assert why.reason
    assert str(why)
    return why.reason


def check(article: Article, at: datetime) -> None:
    assert article.body == "\n\n".join(b.text for b in article.blocks if b.kind != "caption")
    for block in article.blocks:
        assert block.kind in _KINDS
        assert block.text
        assert block.text == " ".join(block.text.split())
    for moment in (article.published_at, article.modified_at):
        assert moment is None or (moment.utcoffset() == timedelta(0) and moment <= at + timedelta(days=1))
    for name, text in strings(article):
        text.encode()
        control = {c for c in text if unicodedata.category(c) in _CONTROL}
        assert control <= ({"\n"} if name == "body" else set()), (name, text[:200])


def strings(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Each string within, and the field it came from."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, tuple):
        for item in value:
            yield from strings(item, name)
    elif isinstance(value, msgspec.Struct):
        for own, part in msgspec.structs.asdict(value).items():
            yield from strings(part, own)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from strings(getattr(value, field.name), field.name)
