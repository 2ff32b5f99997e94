"""Images, videos and links that two articles alone have: evidence that the texts confirm, or contradict."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from archive.format.records import LinkFacts
from pipelines.pairing.content.compare import compare
from pipelines.pairing.content.match import Match
from pipelines.pairing.decide import DecisionBasis, decide
from pipelines.similarity.document import Document, Trace, read, traces

AT = datetime(2026, 5, 14, 9, 0, tzinfo=UTC)
LAKE_UK = (
    "Суд зобов’язав власника кар’єру відновити озеро Біле, яке за вісім років втратило третину води. "
    "Рішення оголосив суддя Боднарук, власник має сплатити 8,4 мільйона гривень до 9 квітня. "
    "Мешканці Білоозерного чекали цього рішення шість років і кажуть, що на берег повернулися рибалки."
)
# the same story told anew for other readers: no number and no name is left
LAKE_EN = "They have waited for years, and now the fish may come back to the shore."
OTHERS = [
    ("uk", "Школи Полтави отримають нові книги на 41 200 гривень, сказала директорка Мельник у понеділок."),
    ("uk", "Поліція Херсона затримала підозрюваного у крадіжці 17 велосипедів, сказав речник Левченко."),
    ("uk", "Банк підняв ціни на газ: тепер кубометр коштує 12,8 гривні, повідомив Кравчук."),
    ("en", "The national team celebrates its victory in Uzhhorod, where 2,300 fans met the coach Johnson."),
    ("en", "A fire destroyed a warehouse in Ternopil on Monday; 64 firefighters worked for 9 hours."),
    ("en", "A museum in Chernihiv shows 85 paintings that were hidden in a cellar, Shevchenko said."),
]
VIDEO = Trace("video", "https://youtube.com/watch?v=dQw4w9WgXcQ")


def articles(*shown, uk=LAKE_UK, en=LAKE_EN):
    """A newsroom in which the lake has these traces in both languages."""
    told = [("uk", uk), ("en", en), *OTHERS]
    return [
        Document(
            f"{n}-{code}", "courier", code, text.split(".")[0], text, AT + timedelta(hours=n),
            frozenset(shown if n < 2 else ()),
        )
        for n, (code, text) in enumerate(told)
    ]  # fmt: skip


def lake(documents):
    (found,) = compare([read(x) for x in documents], {("0-uk", "1-en")}, only_wanted=True)
    return found


def test_texts_alone_leave_it_open_and_a_video_of_their_own_makes_it_a_pair():
    plain, shown = lake(articles()), lake(articles(VIDEO))
    assert 0.1 <= plain.probability < 0.5
    assert not plain.joins
    assert shown.joins
    # the probability stays what the texts say
    assert (shown.probability, shown.tier) == (plain.probability, plain.tier)
    assert shown.traces == (VIDEO,)
    assert "the same video" in shown.in_words


@pytest.mark.parametrize("kind", ["video", "image", "link"])
def test_each_kind_does(kind):
    assert lake(articles(Trace(kind, "https://x.example/5"))).joins


def test_what_a_third_article_of_either_language_has_too_says_nothing():
    for language in ("uk", "en", "ru"):
        more = [
            Document(
                f"{n}-more", "courier", language, "Погода", f"Погода на {n} травня.", AT, frozenset({VIDEO})
            )
            for n in range(2, 3 + (language == "ru"))
        ]
        found = lake([*articles(VIDEO), *more])
        assert (found.traces, found.joins) == ((), False), language


def test_a_trace_reaches_as_far_as_the_days_of_a_translation():
    late = [replace(x, at=AT + timedelta(days=9)) if x.article_id == "1-en" else x for x in articles(VIDEO)]
    assert lake(late).traces == ()


def test_texts_that_say_another_thing_contradict_it():
    other = "The national team celebrates its victory in Uzhhorod, where 2,300 fans met the coach Johnson."
    documents = [*articles(VIDEO, en=other)[:2], *articles()[2:5], *articles()[6:]]
    (found,) = [x for x in compare([read(x) for x in documents]) if x.traces]
    assert found.contradicted
    assert not found.joins


def test_a_likely_translation_at_hand_is_preferred():
    match = Match("a", "b", 0.2, "review", mutual=False, runner_up=0.93, traces=(VIDEO,))
    assert not match.joins
    assert replace(match, runner_up=0.4).joins


def facts(article_id, language):
    return LinkFacts(article_id, article_id, "courier", language, article_id, article_id, None, (), None, AT)


def test_it_names_the_pair_and_what_contradicts_is_a_refusal():
    articles = [facts("a", "uk"), facts("b", "en"), facts("c", "ru")]
    yes = Match("a", "b", 0.3, "review", mutual=True, runner_up=0.0, traces=(Trace("image", "x"), VIDEO))
    no = Match("b", "c", 0.02, "none", mutual=True, runner_up=0.0, traces=(VIDEO,))
    decided = decide(articles, (), DecisionBasis(now=AT, matches=[yes, no]))
    (pair,), (refusal,) = decided.pairs, decided.refusals
    assert (pair.evidence, pair.score) == ("video", 0.3)
    assert '"kind": "image"' in (pair.details or "")
    assert (refusal.article_id_a, refusal.reason, refusal.evidence) == ("b", "conflict", "video")
    assert '"conflict": true' in (refusal.details or "")


def test_of_two_that_exclude_each_other_the_likely_one_stands():
    articles = [facts("a", "uk"), facts("b", "en"), facts("c", "ru"), facts("d", "en")]
    found = [
        Match("a", "b", 0.2, "review", mutual=True, runner_up=0.0, traces=(VIDEO,)),
        Match("a", "c", 0.97, "auto", mutual=True, runner_up=0.0),
        Match("c", "d", 0.96, "auto", mutual=True, runner_up=0.0),
    ]
    decided = decide(articles, (), DecisionBasis(now=AT, matches=found))
    assert [(x.article_id_a, x.article_id_b) for x in decided.pairs] == [("a", "c"), ("c", "d")]
    assert [x.reason for x in decided.refusals] == ["second-en"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://www.courier.example/i/650x434/lake.jpg?v=3", "http://courier.example/i/1200x800/lake.jpg"),
        ("https://courier.example/i/lake-1024x683.webp", "https://courier.example/i/lake-300x200.webp"),
    ],
)
def test_a_picture_is_the_same_in_any_size(one, other):
    assert traces(one, (), ()) == traces(None, [{"kind": "image", "url": other}], ())


def test_other_pictures_videos_and_links_stay_apart():
    addresses = [f"https://courier.example/watch?v={n}" for n in range(2)]
    assert len(traces(None, [{"kind": "video", "url": x} for x in addresses], addresses)) == 4
    assert (
        len(traces("https://c.example/1.jpg", [{"kind": "image", "url": "https://c.example/2.jpg"}], ())) == 2
    )
