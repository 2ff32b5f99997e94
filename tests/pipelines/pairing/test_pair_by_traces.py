"""Pages that nothing declares to be variants: a link of their own makes two of them a pair."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import archive
from tests.newsrooms.newsroom import Site
from tests.support.running import Crawl

UK = (
    "Суд зобов’язав власника кар’єру відновити озеро Біле, яке за вісім років втратило третину води.",
    "Рішення оголосив суддя Боднарук, власник має сплатити 8,4 мільйона гривень до 9 квітня.",
    "Мешканці Білоозерного чекали цього рішення шість років і кажуть, що на берег повернулися рибалки.",
)
# told anew for other readers: no number and no name is left
EN = (
    "Fishermen have returned to a shore that had lost its water.",
    "The village waited six years for a ruling on the quarry, and people hope that it holds.",
)
MUSEUM_UK = (
    "Музей у Чернігові показує 85 картин, які з 1941 року були сховані у підвалі, сказала Шевченко.",
    "Виставка працюватиме до 17 вересня, квиток коштує 120 гривень, для школярів вхід вільний.",
    "Картини знайшли під час ремонту будівлі, їх відновлювали 14 художників протягом трьох років.",
)
TEAM_EN = (
    "The national team celebrates its victory in Uzhhorod, where 2,300 fans met the coach Johnson.",
    "The match ended three to one after extra time, and the captain scored in the 118th minute.",
    "The players return to training on Thursday before they fly to Lisbon for the next game of the cup.",
)
LINK = '<p><a href="https://court.example/decision/{}">→</a></p>'


def page(
    language: str, headline: str, paragraphs: tuple[str, ...], inside: str = "", image: str = "/logo.png"
) -> str:
    text = "".join(f"<p>{x}</p>" for x in paragraphs)
    return (
        f'<html lang="{language}"><head><title>{headline}</title>'
        f'<meta property="og:title" content="{headline}"><meta property="og:image" content="{image}">'
        '<meta property="article:published_time" content="2026-05-14T09:00:00+03:00"></head>'
        f'<body><h1>{headline}</h1><div class="text">{text}{inside}</div></body></html>'
    )


@pytest.fixture(scope="module")
def told(
    scrapy_command: list[str], tmp_path_factory: pytest.TempPathFactory
) -> tuple[pd.DataFrame, str, Path]:
    """Pairs, what `scrapy pair` said, and the archive."""
    folder = tmp_path_factory.mktemp("traces") / "news-archive"

    crawl = Crawl(scrapy_command, folder)

    def scrapy(*arguments: str, command: str = "crawl") -> str:
        run = crawl(*arguments, command=command, COLUMNS="140")
        assert run.exit_code == 0, run.err
        return run.out

    with Site() as site:
        site["/news/ozero-1001"] = page("uk", "Озеро Біле відновлять за рішенням суду", UK, LINK.format(77))
        site["/news/fish-2002"] = page("en", "The lake may come back", EN, LINK.format(77))
        site["/news/muzei-1003"] = page(
            "uk", "Музей показує сховані картини", MUSEUM_UK, image="/photo/77.jpg"
        )
        site["/news/team-2004"] = page(
            "en", "The team celebrates its victory", TEAM_EN, image="/photo/77.jpg"
        )
        site["/news/shkoly-1005"] = page("uk", "Школи отримають книги", (MUSEUM_UK[2], UK[2]))
        site["/news/bank-2006"] = page("en", "Bank raises the price of gas", (TEAM_EN[2], TEAM_EN[0]))
        names = ("ozero-1001", "fish-2002", "muzei-1003", "team-2004", "shkoly-1005", "bank-2006")
        scrapy("page", "-a", "url=" + ",".join(f"{site.base}/news/{x}" for x in names))
    said = scrapy(command="pair")
    read = archive.open(folder)
    return read.pairs().to_pandas(), said, folder


def address(folder: Path, article_id: str) -> str:
    articles = archive.open(folder).articles().to_pandas().set_index("article_id")
    return str(articles.loc[article_id, "url"]).rpartition("/")[2]


def test_the_link_is_the_evidence_and_the_score_stays_what_the_texts_say(
    told: tuple[pd.DataFrame, str, Path],
) -> None:
    pairs, said, folder = told
    (pair,) = pairs.to_dict("records")
    assert {address(folder, pair["article_id_a"]), address(folder, pair["article_id_b"])} == {
        "ozero-1001",
        "fish-2002",
    }
    assert pair["evidence"] == "link"
    assert pair["score"] >= 0.1
    details = json.loads(pair["details"])
    assert details["content"]["traces"] == [["link", "https://court.example/decision/77"]]
    assert "the same link" in details["content"]["in_words"]
    assert not details["conflict"]
    assert "link" in said


def test_a_photograph_beside_another_story_is_a_conflict_and_no_pair(
    told: tuple[pd.DataFrame, str, Path],
) -> None:
    _, said, folder = told
    (refusal,) = archive.open(folder).refusals().to_pandas().to_dict("records")
    assert (refusal["reason"], refusal["evidence"]) == ("conflict", "image")
    assert json.loads(refusal["details"])["conflict"]
    assert refusal["score"] < 0.1
    assert "conflict 1" in said


def test_what_is_shown_and_linked_is_kept(told: tuple[pd.DataFrame, str, Path]) -> None:
    articles = archive.open(told[2]).articles().to_pandas()
    (lake,) = articles[articles["url"].str.endswith("ozero-1001")].to_dict("records")
    assert list(lake["outbound_links"]) == ["https://court.example/decision/77"]
    assert list(lake["media"]) == []
