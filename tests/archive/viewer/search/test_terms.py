"""Terms of several languages over time, side by side, as shares of their language's articles."""

import csv
import io
import json
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

import lxml.html
import pytest

import archive
from archive.addresses import story_of_one
from archive.format.records import Decisions, Membership, TextBlock
from archive.viewer.search import fill
from tests.archive.viewer.test_web import serving, text_of

TERMS = {"uk": "мобілізація", "en": "mobilization", "ru": "мобилизация"}
TEXTS = (
    ("uk", 0, "Уряд оголосив мобілізацію."),
    ("uk", 0, "Ринок закрили."),
    ("uk", 31, "Про «мобилизация» пишуть росіяни."),
    ("en", 0, "Mobilization was announced."),
    ("en", 62, "The market is closed; mobilized men left."),
    ("ru", 0, "Мобилизации не будет."),
    ("ru", 31, "Рынок закрыли."),
)
"""Language, day after the first of March 2026, and text."""


@pytest.fixture
def newsroom(writer, variants, noon, root):
    members = []
    for n, (language, day, text) in enumerate(TEXTS):
        (record,) = variants(n, language)
        record = replace(record, body=text, headline="", blocks=(TextBlock("paragraph", text),))
        outlet = "herald" if n == 1 else "courier"
        writer.add_article(replace(record, published_at=noon + timedelta(days=day), outlet=outlet))
        members.append(Membership(record.article_id, story_of_one(record.article_id)))
    writer.commit(lambda *_: Decisions((), tuple(members)))
    fill.fill(archive.open(root))
    return root


def test_each_term_is_sought_in_its_own_language_and_stands_beside_the_others(newsroom):
    with serving(newsroom) as get:
        query = urlencode(TERMS)
        page = get(f"/over-time?{query}")[2]
        tree = lxml.html.fromstring(page.decode())
        # a Russian word in a Ukrainian text is none of either language's; of no articles there is no share
        rows = [[" ".join(x.text_content().split()) for x in row.iter("th", "td")] for row in tree.iter("tr")]
        assert rows[0][1:] == ["Ukrainian: мобілізація", "English: mobilization", "Russian: мобилизация"]
        shares = {row[0]: row[1:] for row in rows[1:]}
        assert shares["2026-02-23"] == ["1 of 2 (50%)", "1 of 1 (100%)", "1 of 1 (100%)"]
        assert shares["2026-03-30"] == ["0 of 1 (0%)", "–", "0 of 1 (0%)"]
        assert shares["2026-03-09"] == ["–", "–", "–"]
        labels = [x.text_content() for x in tree.xpath("//*[@class='wide']//*[name()='text']")]
        assert labels[0] == "Ukrainian, “мобілізація”: 1 of 3 (33%)"
        assert tree.xpath("//input[@name='ru']/@value") == ["мобилизация"]
        # the stories behind a term
        (lead,) = tree.xpath("//th/a[.='мобілізація']/@href")
        assert "1 story" in text_of(get(lead)[2])
        numbers = json.loads(get(f"/over-time.json?{query}")[2])
        assert sum(x["articles"] for x in numbers) == 3
        table = csv.DictReader(io.StringIO(get(f"/over-time.csv?{query}")[2].decode("utf-8-sig")))
        of_uk = [list(x.values()) for x in table if x["language"] == "uk"]
        assert of_uk[0] == ["courier", "uk", "мобілізація", "2026-03-01", "1", "1"]
        for language, label in (("uk", "Українська, «мобілізація»"), ("ru", "Украинский, «мобілізація»")):
            assert label in text_of(get(f"/over-time?{query}", accept_language=language)[2])


def test_filters_hold_for_both_sides_of_a_share(newsroom):
    with serving(newsroom) as get:
        numbers = json.loads(get(f"/over-time.json?outlet=herald&{urlencode(TERMS)}")[2])
        assert [(x["outlet"], x["term"], x["articles"], x["all_articles"]) for x in numbers] == [
            ("herald", "мобілізація", 0, 1)
        ]
        page = lxml.html.fromstring(get(f"/over-time?outlet=herald&{urlencode(TERMS)}")[2].decode())
        assert page.xpath("//option[@selected]/text()") == ["herald"]
        both = f"/over-time?outlet=herald&outlet=courier&section=&{urlencode(TERMS)}"
        page = lxml.html.fromstring(get(both)[2].decode())
        assert page.xpath("//input[@type='hidden']/@value") == ["herald", "courier"]
        assert not page.xpath("//select")


@pytest.mark.parametrize("query", ["uk=-мобілізація", f"uk={'а' * 501}", "pl=wojna"])
def test_what_would_find_all_texts_or_means_nothing_is_refused(newsroom, query):
    with serving(newsroom) as get:
        assert get(f"/over-time?{urlencode([tuple(query.split('='))])}")[0] == 400
