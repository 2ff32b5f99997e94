from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.items import Article
from crawler.requests.leads import Lead
from crawler.story.worker_task import dated

NOW = datetime(2026, 3, 17, 12, tzinfo=UTC)
URL = "https://herald.example/news/1"


def page(published_at: datetime | None = None) -> Article:
    return Article(
        url=URL, requested_url=URL, outlet="herald", fetched_at=NOW, http_status=200, headline="Міст",
        body="Міст відкрили.", raw_sha256="", published_at=published_at,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("printed", "source", "hour"),
    [
        ("Tue, 17 Mar 2026 09:20:00 +0200", "feed", "07:20"),
        ("Tue, 17 Mar 2026 07:20:00 GMT", "feed", "07:20"),
        ("Tue, 17 Mar 2026 09:20:00", "feed naive", "07:20"),
        ("2026-03-17T09:20:00+02:00", "feed", "07:20"),
        ("2026-03-17 09:20", "feed naive", "07:20"),
    ],
)
def test_a_page_without_a_date_has_that_of_its_list(printed: str, source: str, hour: str) -> None:
    article = dated(page(), Lead(URL, "feed", published_raw=printed), NOW)
    assert article.published_at is not None
    assert f"{article.published_at:%H:%M %Z}" == f"{hour} UTC"
    assert (article.published_raw, article.published_source) == (printed, source)


def test_a_page_knows_better() -> None:
    own = datetime(2026, 3, 16, tzinfo=UTC)
    lead = Lead(URL, "feed", published_raw="Tue, 17 Mar 2026 09:20:00 +0200")
    assert dated(page(own), lead, NOW).published_at == own


@pytest.mark.parametrize(
    "printed", [None, "soon", "", "Thu, 17 Mar 2126 09:20:00 GMT", "Tue, 99 Mar 2026 09:20:00 +9999"]
)
def test_what_is_no_date_dates_nothing(printed: str | None) -> None:
    assert dated(page(), Lead(URL, "feed", published_raw=printed), NOW).published_at is None
    assert dated(page(), None, NOW).published_at is None
