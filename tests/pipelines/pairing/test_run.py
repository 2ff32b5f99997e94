import csv
import hashlib
import io
import json
import random
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

import archive
from archive.__main__ import main
from archive.format.records import Alternate, ArticleRecord, TextBlock
from archive.writer import ArchiveWriter
from pipelines.pairing.content.days import dates_named_by_weekday
from pipelines.pairing.content.match import Match
from pipelines.pairing.decide import DecisionBasis, decide
from pipelines.pairing.explain import explain
from pipelines.pairing.labels import Label, precision, read_labels
from pipelines.pairing.report import explanation_lines, explanation_table, outcome_table
from pipelines.pairing.review import COLUMNS, harmless, write_review
from pipelines.pairing.run import pair_archive
from pipelines.pairing.weekly.weeks import Weeks
from pipelines.similarity.document import Document, read

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
LANGUAGES = ("uk", "ru", "en")
PEOPLE = [
    ("Кравчук", "Кравчук", "Kravchuk"),
    ("Шевченко", "Шевченко", "Shevchenko"),
    ("Рощіна", "Рощина", "Roshchina"),
]
PLACES = [
    ("Чернігові", "Чернигове", "Chernihiv"),
    ("Полтаві", "Полтаве", "Poltava"),
    ("Херсоні", "Херсоне", "Kherson"),
]
EVENTS = [
    ("пожежа знищила лікарню", "пожар уничтожил больницу", "a fire destroyed the hospital"),
    ("школи отримають нові книги", "школы получат новые книги", "schools will get new books"),
    ("банк підняв ціни на газ", "банк поднял цены на газ", "the bank raised the price of gas"),
    ("команда святкує перемогу", "команда празднует победу", "the team celebrates its victory"),
]
SENTENCES = (
    "У {place} {event}. Про це сказала {person} у понеділок. Витрати сягнули {n} гривень, роботи "
    "триватимуть {m} днів. Сусіди чекають на допомогу, {person} обіцяє відповідь.",
    "В {place} {event}. Об этом сказала {person} в понедельник. Расходы достигли {n} гривен, работы "
    "продлятся {m} дней. Соседи ждут помощи, {person} обещает ответ.",
    "In {place} {event}. This was said by {person} on Monday. The cost reached {n} hryvnias, work "
    "will last {m} days. Neighbours wait for help, {person} promises an answer.",
)


def article(number, language, at=MONDAY, outlet="courier", named=()):
    rng = random.Random(number)
    event, person, place = rng.choice(EVENTS), rng.choice(PEOPLE), rng.choice(PLACES)
    column = LANGUAGES.index(language)
    body = SENTENCES[column].format(
        place=place[column],
        event=event[column],
        person=person[column],
        n=rng.randint(1000, 99_000),
        m=rng.randint(11, 99),
    )
    url = f"https://{outlet}.example/{language}/{number}"
    fields = {
        "article_id": hashlib.blake2b(url.encode(), digest_size=16).hexdigest(),
        "outlet": outlet, "url": url, "requested_url": url, "language": language, "language_evidence": (),
        "headline": event[column].capitalize(), "body": body, "blocks": (TextBlock("paragraph", body),),
        "authors": (), "published_at": at, "tags": (),
        "alternates": tuple(
            Alternate(code, f"https://{outlet}.example/{code}/{x}", "hreflang") for code, x in named
        ),
        "content_hash": hashlib.sha256(body.encode()).hexdigest(), "raw_sha256": "0" * 64, "http_status": 200,
        "fetched_at": MONDAY + timedelta(days=30), "extractor": "test", "run_id": "test",
    }  # fmt: skip
    return ArticleRecord(**{**dict.fromkeys(ArticleRecord.__dataclass_fields__), **fields})


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("TRIPTYCH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "news-archive"


def add(root, *articles):
    with ArchiveWriter.open(root, run_id="test") as writer:
        for each in articles:
            writer.add_article(each)
        writer.commit(lambda fresh, related: decide(fresh, related, DecisionBasis(now=MONDAY)))


def name(read):
    rows = read.articles(columns=["article_id", "url"]).to_arrow().to_pylist()
    return {row["article_id"]: "/".join(row["url"].split("/")[3:]) for row in rows}


def pairs(root):
    read = archive.open(root)
    named = name(read)
    return {
        tuple(sorted((named[row["article_id_a"]], named[row["article_id_b"]]))): row
        for row in read.pairs().to_arrow().to_pylist()
    }


def grouped(root):
    read = archive.open(root)
    named, stories = name(read), {}
    for row in read.articles(columns=["article_id", "story_id"]).to_arrow().to_pylist():
        stories.setdefault(row["story_id"], set()).add(named[row["article_id"]])
    return sorted(map(sorted, stories.values()))


def newsroom(days=20):
    return [
        article(number, language, MONDAY + timedelta(days=number, hours=7 * column))
        for number in range(days)
        for column, language in enumerate(LANGUAGES)
    ]


def three_each(days):
    return sorted([f"en/{n}", f"ru/{n}", f"uk/{n}"] for n in range(days))


def test_stories_are_found_on_both_sides_of_midnight_on_sunday(root):
    add(root, *newsroom())
    outcome = pair_archive(str(root))
    assert grouped(root) == three_each(20)
    assert outcome.weeks > 2
    assert outcome.moved_articles == 40


def test_other_languages_are_counted_and_paired_by_their_links(root):
    belarusian = [
        replace(article(n, "uk", named=[("ru", n)]), language="be", article_id=f"{n:032x}") for n in range(3)
    ]
    linked = [
        replace(article(n, "ru"), alternates=(Alternate("be", belarusian[n].url, "hreflang"),))
        for n in range(3)
    ]
    add(root, *belarusian, *linked, replace(article(9, "en"), language=None))
    outcome = pair_archive(str(root))
    assert outcome.left_out == {"be": 3, "no language": 1}
    assert {row["evidence"] for row in pairs(root).values()} == {"hreflang"}
    assert len(pairs(root)) == 3
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(outcome_table(outcome))
    assert "left out" in (shown := console.export_text())
    assert "be 3, no language 1: texts are compared in uk, en and ru only" in shown
    assert pair_archive(str(root)).left_out == {}
    pair_archive(str(root), everything=True)
    assert len(pairs(root)) == 3


def test_an_explanation_names_the_figures_that_differ(root):
    changed = article(1, "en")
    number = max(re.findall(r"\d+", changed.body), key=len)
    body = changed.body.replace(number, "7777")
    changed = replace(changed, body=body, blocks=(TextBlock("paragraph", body),))
    add(root, article(1, "uk"), changed, article(2, "en"))
    explained = explain(archive.open(root), article(1, "uk").url, changed.url)
    assert [x[1] for x in explained.figures] == ["7777"]
    assert "Figures differ at one place" in "\n".join(explanation_lines(explained))
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(explanation_table(explained))
    shown = console.export_text()
    assert re.search(rf"figures differ +{number} \(¶1\) +7777 \(¶1\)", shown)
    assert re.search(r"same words +\w+ \((?:headline|¶1)", shown)
    assert "Not one story, by their texts." in "\n".join(
        explanation_lines(explain(archive.open(root), article(1, "uk").url, article(2, "en").url))
    )


def test_an_explanation_with_names_that_differ_does_not_say_that_nothing_contradicts(root):
    body = re.sub("Chernihiv|Poltava|Kherson", "Odesa", article(1, "en").body)
    changed = replace(article(1, "en"), body=body, blocks=(TextBlock("paragraph", body),))
    add(root, article(1, "uk"), changed)
    lines = "\n".join(explanation_lines(explain(archive.open(root), article(1, "uk").url, changed.url)))
    assert "paragraphs contradict each other, see above" in lines
    assert "no contradiction" not in lines


def test_a_weekday_is_the_date_that_the_other_text_names():
    uk = Document("a", "harbour", "uk", "Міст закрили", "Міст закрили 26 лютого, а не 20 січня.", MONDAY)
    en = Document("b", "harbour", "en", "Bridge closed", "It closed on Thursday, at 7 a.m.", MONDAY)
    assert dates_named_by_weekday(read(uk), read(en)) == {"26/2"}
    assert dates_named_by_weekday(read(en), read(uk)) == frozenset()
    assert dates_named_by_weekday(read(uk), read(replace(en, at=None))) == frozenset()


def test_run_after_run_comes_to_what_one_run_does(root, tmp_path):
    articles = newsroom(12)  # two weeks
    random.Random(5).shuffle(articles)
    for start in range(0, 36, 9):
        add(root, *articles[start : start + 9])
        pair_archive(str(root))
    assert grouped(root) == three_each(12)
    add(tmp_path / "at once", *articles)
    pair_archive(str(tmp_path / "at once"))
    assert pairs(root).keys() == pairs(tmp_path / "at once").keys()


def test_a_run_compares_only_the_weeks_of_what_is_new(root):
    add(root, *newsroom())
    assert pair_archive(str(root)).articles == 60
    add(root, article(50, "uk", MONDAY + timedelta(days=3)))
    outcome = pair_archive(str(root))
    assert (outcome.articles, outcome.weeks) == (1, 2)
    assert outcome.pairs.total() == 0


def test_every_article_is_in_the_core_of_one_block(root):
    add(root, *newsroom())
    cores = [article_id for block in Weeks(archive.open(root)) for article_id in block.core]
    assert len(cores) == len(set(cores)) == 60


def test_a_link_that_the_texts_contradict_is_kept_and_flagged(root):
    wrong = article(3, "en", named=[("uk", 14)])
    others = [x for x in newsroom() if not x.url.endswith("/en/3")]
    add(root, wrong, *others)
    outcome = pair_archive(str(root))
    assert outcome.conflicts == 1
    row = pairs(root)["en/3", "uk/14"]
    details = json.loads(row["details"])
    assert (row["evidence"], details["conflict"]) == ("hreflang", True)
    assert row["score"] < 0.1
    assert row["score"] is not None
    # and the stories are as the texts say
    assert grouped(root) == three_each(20)
    refusals = archive.open(root).refusals().to_arrow().to_pylist()
    assert [(x["reason"], x["evidence"]) for x in refusals] == [("conflict", "hreflang")]


def test_a_link_that_the_texts_contradict_stands_while_there_is_nothing_better(root, capsys):
    """And gives way when the right variant comes; who has its place by the texts stays with it."""
    wrong = article(3, "en", MONDAY + timedelta(days=3, hours=2), named=[("uk", 4)])
    late = {"uk/3", "en/4"}
    others = [x for x in newsroom(8) if not x.url.endswith(("/en/3", "/uk/3", "/en/4", "/ru/3"))]
    add(root, wrong, *others)
    pair_archive(str(root))
    assert ["en/3", "ru/4", "uk/4"] in grouped(root)
    assert main(["show", wrong.url, "--archive", str(root)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "These texts do not seem to be the same story (probability 0.0" in said
    assert f"although hreflang links them: en: {wrong.url} uk: {article(4, 'uk').url}" in said
    before = {x["article_id_uk"]: x["story_id"] for x in archive.open(root).stories().to_arrow().to_pylist()}
    add(root, *(x for x in newsroom(8) if "/".join(x.url.split("/")[3:]) in late))
    assert pair_archive(str(root)).conflicts == 1
    assert {tuple(x) for x in grouped(root)} >= {("en/3", "uk/3"), ("en/4", "ru/4", "uk/4")}
    after = {x["article_id_uk"]: x["story_id"] for x in archive.open(root).stories().to_arrow().to_pylist()}
    kept = article(4, "uk").article_id
    assert after[kept] == before[kept]
    # each is told of the link, though they are two stories now
    for each in (wrong, article(4, "uk")):
        main(["show", each.url, "--archive", str(root)])
        assert "do not seem to be the same story" in capsys.readouterr().out
    main(["show", article(5, "uk").url, "--archive", str(root)])
    assert "do not seem" not in capsys.readouterr().out
    assert pair_archive(str(root), everything=True).moved_articles == 0


def rewritten(story: int, as_story: int) -> ArticleRecord:
    """The English article of one story, which a later look finds with the text of another."""
    at = MONDAY + timedelta(days=3, hours=14)
    other = article(as_story, "en", at)
    return replace(
        article(story, "en", at),
        headline=other.headline, body=other.body, blocks=other.blocks, content_hash=other.content_hash,
        fetched_at=MONDAY + timedelta(days=31),
    )  # fmt: skip


def test_a_pair_by_its_texts_is_none_any_more_when_one_of_them_has_become_another(root):
    """And where the right one is at hand, that is it."""
    add(root, *(x for x in newsroom(8) if not x.url.endswith("/en/4")))
    pair_archive(str(root))
    assert ["en/3", "ru/3", "uk/3"] in grouped(root)
    add(root, rewritten(3, 4))
    outcome = pair_archive(str(root))
    assert (outcome.withdrawn, outcome.conflicts) == (2, 0)
    expected = [["en/3", "ru/4", "uk/4"], ["ru/3", "uk/3"]]
    assert [x for x in grouped(root) if {"en/3", "uk/3"} & set(x)] == expected
    assert {x for x in pairs(root) if "en/3" in x} == {("en/3", "ru/4"), ("en/3", "uk/4")}
    again = pair_archive(str(root), everything=True)
    assert (again.withdrawn, again.moved_articles) == (0, 0)


def test_a_text_that_has_become_another_stands_alone_where_nothing_better_is_at_hand(root):
    add(root, *newsroom(8))
    pair_archive(str(root))
    add(root, rewritten(3, 30))
    assert pair_archive(str(root)).withdrawn == 2
    assert [x for x in grouped(root) if {"en/3", "uk/3"} & set(x)] == [["en/3"], ["ru/3", "uk/3"]]
    assert {x for x in pairs(root) if "en/3" in x} == set()


def test_pairs_are_of_one_story_when_a_person_has_taken_one_out(root):
    add(root, *newsroom(6))
    pair_archive(str(root))
    one, other = sorted(article(3, language).article_id for language in ("uk", "en"))
    pair_archive(str(root), labels=[Label(one, other, same=False)])
    # the texts speak for each of the two, and the third can only be with one
    left = [x for x in grouped(root) if "ru/3" in x]
    assert left in ([["en/3", "ru/3"]], [["ru/3", "uk/3"]])
    assert {x for x in pairs(root) if "ru/3" in x} == {tuple(left[0])}
    pair_archive(str(root), everything=True)
    assert {x for x in pairs(root) if "ru/3" in x} == {tuple(left[0])}
    # what was withdrawn for its sake comes back when the person says otherwise
    pair_archive(str(root), labels=[Label(one, other, same=True)])
    assert {x for x in pairs(root) if "ru/3" in x} == {("en/3", "ru/3"), ("ru/3", "uk/3")}


@pytest.mark.parametrize(
    ("right", "of", "expected"),
    [(0, 1, (0.0, 0.0, 0.7935)), (5, 10, (0.5, 0.2366, 0.7634)), (50, 50, (1.0, 0.9287, 1.0))],
)
def test_a_precision_has_the_interval_of_wilson(right, of, expected):
    assert precision(right, of) == pytest.approx(expected, abs=1e-4)


def test_what_a_person_has_judged_is_not_asked_again(root):
    """Whatever was said: here that what is probable by the texts is no pair."""
    told = {
        "uk": "Кравчук відкриє нову школу в Чернігові у вересні, її будували два роки.",
        "en": "Kravchuk was elected mayor of Chernihiv; the vote took place on Sunday.",
    }
    add(
        root,
        *newsroom(4),
        *(
            replace(article(50, code), headline=text, body=text, blocks=(TextBlock("paragraph", text),))
            for code, text in told.items()
        ),
    )
    ids = tuple(sorted(article(50, code).article_id for code in told))

    def asked():
        found = pair_archive(str(root), keep_uncertain=True, everything=True).uncertain
        return {(each.a_id, each.b_id) for each in found}

    assert ids in asked()
    pair_archive(str(root), labels=[Label(*ids, same=False)])
    assert ids not in asked()


def test_two_strangers_laid_side_by_side_are_called_that(root):
    """Any two texts have paragraphs that can be laid beside each other."""
    add(root, *newsroom(6))
    pair_archive(str(root))
    read = archive.open(root)
    strange, same = (
        "\n".join(explanation_lines(explain(read, f"{at}/uk/1", f"{at}/en/{number}")))
        for at in ["https://courier.example"]
        for number in (4, 1)
    )
    assert "as if they were a pair" in strange
    assert "no pair, two stories" in strange
    assert "as if" not in same
    assert "a pair by content, one story" in same


def test_other_outlets_tell_their_own_stories(root):
    add(
        root, *newsroom(8), *(article(n, "en", MONDAY + timedelta(days=n), outlet="mirror") for n in range(8))
    )
    pair_archive(str(root))
    outlets = {
        row["article_id"]: row["outlet"] for row in archive.open(root).articles().to_arrow().to_pylist()
    }
    rows = archive.open(root).pairs().to_arrow().to_pylist()
    assert rows
    assert all(outlets[row["article_id_a"]] == outlets[row["article_id_b"]] for row in rows)


@pytest.mark.parametrize(
    "text", ['=HYPERLINK("x")', "+1", "-1", "@SUM(1)", "\t=1", "\r=1", " =1", "|calc", "\n+2"]
)
def test_no_cell_is_a_formula(text):
    assert harmless(text).startswith("'")


def test_headlines_of_pages_do_no_harm_in_a_review(root, tmp_path):
    from dataclasses import replace

    uk, en = article(1, "uk"), replace(article(1, "en"), headline='=cmd|"/c calc"!A1')
    add(root, uk, en)
    ids = sorted((uk.article_id, en.article_id))
    match = Match(*ids, 0.4, "review", mutual=True, runner_up=0.1, shared=(("-5", "=5"),))
    assert write_review(tmp_path / "r.csv", archive.open(root), [match]) == 1
    with (tmp_path / "r.csv").open(encoding="utf-8-sig", newline="") as file:
        (line,) = csv.DictReader(file)
    assert tuple(line) == COLUMNS
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in line.values())


def test_a_review_says_what_is_one_story_and_asks_last_where_a_yes_changes_nothing(root, tmp_path):
    add(root, *newsroom(6))
    pair_archive(str(root))
    ids = {(n, code): article(n, code).article_id for n in (1, 4) for code in LANGUAGES}
    joined, apart = (tuple(sorted((ids[1, "ru"], ids[n, "en"]))) for n in (1, 4))
    told = [
        Match(*each, p, "review", mutual=True, runner_up=0.1) for each, p in ((joined, 0.5), (apart, 0.2))
    ]
    assert write_review(tmp_path / "r.csv", archive.open(root), told) == 2
    with (tmp_path / "r.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = [(x["now"], x["probability"]) for x in csv.DictReader(file)]
    assert lines == [("two stories", "0.2"), ("one story", "0.5")]


def test_verdicts_are_read_as_a_review_writes_them(tmp_path):
    file = tmp_path / "labels.csv"
    file.write_text("\ufeffverdict,a,b\nyes,'b,a\n,a,c\nНІ,c,a\nno,a,b\n", "utf-8")
    verdicts, broken = read_labels(file, lambda text: text)
    assert {(x.a_id, x.b_id, x.same) for x in verdicts} == {("a", "b", False), ("a", "c", False)}
    assert broken == ()
    file.write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(ValueError, match="verdict"):
        read_labels(file, lambda text: text)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_verdicts_may_have_been_saved_by_any_spreadsheet(tmp_path, separator):
    file = tmp_path / "labels.csv"
    file.write_text("a,b,verdict\na,b,yes\n".replace(",", separator), "utf-8")
    verdicts, broken = read_labels(file, lambda text: text)
    assert ([(x.a_id, x.b_id, x.same) for x in verdicts], broken) == ([("a", "b", True)], ())


@pytest.mark.parametrize(
    ("stored", "told"),
    [
        ("a,b,verdict\nа,б,так\n".encode("cp1251"), "labels.csv is not in UTF-8"),
        (b"", "labels.csv has no column 'a'"),
        (b'a,b,verdict\n"' + b"x" * 200_000 + b'",b,yes\n', "labels.csv line 2 cannot be read as CSV"),
    ],
)
def test_a_file_that_is_no_labels_is_told_by_name(tmp_path, stored, told):
    file = tmp_path / "labels.csv"
    file.write_bytes(stored)
    with pytest.raises(ValueError, match=told):
        read_labels(file, lambda text: text)


def test_one_story_has_one_article_of_a_language_whatever_a_verdict_says(tmp_path):
    file = tmp_path / "labels.csv"
    file.write_text("a,b,verdict\na,b,yes\na,c,yes\na,b,no\n", "utf-8")
    verdicts, broken = read_labels(file, lambda x: x, {"a": "uk", "b": "uk", "c": "en"}.get)
    assert {(x.a_id, x.b_id, x.same) for x in verdicts} == {("a", "c", True), ("a", "b", False)}
    assert [(x.number, x.why) for x in broken] == [
        (2, "both are in uk, and a story has one article of a language")
    ]


def test_a_line_without_an_address_is_told_with_its_number(tmp_path):
    file = tmp_path / "labels.csv"
    file.write_text("a,b,verdict\na,,yes\n,b,no\na,b,perhaps\n", "utf-8")
    verdicts, broken = read_labels(file, lambda text: text or None)
    assert verdicts == ()
    assert [(x.number, x.why) for x in broken] == [
        (2, "b is empty, not an address or article id"),
        (3, "a is empty, not an address or article id"),
        (4, "verdict is 'perhaps', not yes or no"),
    ]


def test_a_run_lays_the_variants_beside_each_other(root):
    add(root, *newsroom(days=3))
    assert archive.open(root).alignments().to_arrow().num_rows == 0
    pair_archive(str(root))
    read = archive.open(root)
    rows = read.alignments().to_arrow().to_pylist()
    assert len(rows) == 9
    assert {row["kind"] for row in rows} == {"aligned"}
    stories = read.stories().to_arrow().to_pylist()
    assert {story["coverage_en_of_uk"] for story in stories} == {1.0}
    # a new text is aligned anew, and only it
    changed = article(1, "en", MONDAY + timedelta(days=1, hours=14))
    body = f"{changed.body} A bridge in Lviv stays closed as well."
    add(root, replace(changed, body=body, blocks=(TextBlock("paragraph", body),), content_hash="1" * 64))
    pair_archive(str(root))
    rows = archive.open(root).alignments().to_arrow().to_pylist()
    assert sum(2 in (row["version_a"], row["version_b"]) for row in rows) >= 2
