"""Items of other people's spiders as anything that fields can hold: archived, or refused with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.exceptions import PoisonRecord
from archive.format.codec import validate
from archive.format.reasons import Reason
from crawler.extraction.given_item import article_of_item
from crawler.items import Article, GivenItem
from pipelines.digest import DigestStage
from pipelines.language import LanguageStage
from pipelines.records import article_record
from triptych.item_fields import NAMES, ItemRefused, is_article, read_item

EET = timezone(timedelta(hours=2))
URL = "https://courier.example/news/7"
BODY = "Міст через річку Снивід у Калинівці відкрили для руху у вівторок зранку."


def read(**fields: object) -> GivenItem:
    item = {"url": URL, "headline": "Міст відкрили", "body": BODY, **fields}
    return read_item(item, None, None, allow_private=False)


def article(**fields: object) -> Article:
    return article_of_item(read(**fields))


@dataclass
class Named:
    name: str


ANYTHING: Any = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.binary(max_size=5)
    | st.datetimes(timezones=st.none() | st.just(UTC))
    | st.builds(Named, st.text(max_size=5))
    | st.just("\ud800\0"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = sorted({name for names in NAMES.values() for name in names} | {"metadata"})


@given(st.dictionaries(st.sampled_from(FIELDS), ANYTHING, max_size=6), st.booleans())
def test_whatever_an_item_holds_it_is_read_or_refused(fields: dict[str, object], addressed: bool) -> None:
    item = {**fields, **({"url": URL} if addressed else {})}
    is_article(item)
    refused: str | None = None
    try:
        said = article_of_item(read_item(item, None, None, allow_private=False))
        decided = DigestStage().decide(LanguageStage().decide(said))
        validate(article_record(decided, run_id="run"))
    except (
        ItemRefused,
        PoisonRecord,
    ) as error:  # the second is the archive's word, of which stages make a reason
        refused = error.reason
    # nothing else is raised, and an item without an address is never an article
    assert refused in {None, *Reason, "surrogate", "nul", "year"}
    assert addressed or refused


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (None, Reason.BAD_URL),
        (7, Reason.BAD_URL),
        ("file:///etc/passwd", Reason.SCHEME),
        ("http://127.0.0.1/a", Reason.PRIVATE_ADDRESS),
        ("http://user@courier.example/a", Reason.CREDENTIALS),
        ("https:///a", Reason.NO_HOST),
    ],
)
def test_an_address_that_may_not_be_archived(url: object, reason: Reason) -> None:
    with pytest.raises(ItemRefused) as refused:
        read(url=url)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("given", "at", "source"),
    [
        ("2026-03-01T10:00:00Z", datetime(2026, 3, 1, 10, tzinfo=UTC), "item"),
        (datetime(2026, 3, 1, 12, tzinfo=EET), datetime(2026, 3, 1, 10, tzinfo=UTC), "item"),
        (datetime(2026, 3, 1, 12), datetime(2026, 3, 1, 10, tzinfo=UTC), "item naive"),
        (date(2026, 3, 1), datetime(2026, 3, 1, tzinfo=UTC), "item day"),
        ("soon", None, None),
    ],
)
def test_dates(given: object, at: datetime | None, source: str | None) -> None:
    said = article(published=given)
    assert (said.published_at, said.published_source) == (at, source)
    assert said.published_raw is not None


def test_a_printed_date_that_cannot_be_read_gives_way_to_the_spiders() -> None:
    said = article(datePublishedRaw="this morning-ish", datePublished="2026-03-01T10:00:00Z")
    assert said.published_at == datetime(2026, 3, 1, 10, tzinfo=UTC)


def test_the_time_of_a_download_is_the_items_own_where_it_has_a_zone() -> None:
    at = datetime(2020, 3, 1, 10, tzinfo=UTC)
    for stated in ("2020-03-01T12:00:00+02:00", datetime(2020, 3, 1, 12, tzinfo=EET)):
        assert read(metadata={"dateDownloaded": stated}).fetched_at == at
    for without in ("2020-03-01T12:00:00", datetime(2020, 3, 1, 12)):  # nobody knows where: now
        assert read(metadata={"dateDownloaded": without}).fetched_at > at + timedelta(days=1)


def test_lists_texts_and_things_with_a_name() -> None:
    said = article(
        body=["Перший абзац.", "Другий абзац."],
        authors=[Named("Роман Петренко"), {"name": "Олена Рощіна"}, "Іван Франчук"],
        tags="мости",
        alternates=[{"language": "ua", "url": "/uk/7"}, {"url": "javascript:alert(1)"}],
        mainImage={"url": "/bridge.jpg"},
    )
    assert said.body == "Перший абзац.\n\nДругий абзац."
    assert [claim.value for claim in said.author_claims] == ["Роман Петренко", "Олена Рощіна", "Іван Франчук"]
    assert said.tags == ("мости",)
    assert [(x.language, x.url) for x in said.alternates] == [("uk", "https://courier.example/uk/7")]
    assert said.image_url == "https://courier.example/bridge.jpg"


def test_the_outlet_is_named_by_item_spider_or_domain() -> None:
    assert read().outlet == "courier.example"
    assert read(outlet="courier").outlet == "courier"
    item = {"url": URL, "headline": "Міст"}
    assert read_item(item, None, "weekly", allow_private=False).outlet == "weekly"


@pytest.mark.parametrize(
    "item", [{"title": "A book", "price": 7}, {"text": "A word", "author": "Me"}, "text", None, 7]
)
def test_what_is_no_article_is_left_alone(item: object) -> None:
    assert not is_article(item)
