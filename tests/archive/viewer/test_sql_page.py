"""Questions in SQL, asked in the browser: rows, files, errors, and who may ask."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

import archive
from archive.addresses import story_of_one
from archive.format.records import Decisions, Membership
from archive.viewer.search import fill
from archive.viewer.web import sql_page
from archive.viewer.web.sql_page import questions
from tests.archive.viewer.test_web import serving, text_of


def test_a_question_in_sql_is_answered_as_the_command_answers_it(bridge, root):
    fill.fill(archive.open(root))
    with serving(root) as get:
        assert "lags_by_outlet" in text_of(get("/sql")[2])
        counted = "/sql?q=SELECT+language,+count(*)+AS+n+FROM+articles+GROUP+BY+ALL+ORDER+BY+ALL"
        status, _, body = get(counted)
        assert (status, "3 rows" in text_of(body)) == (200, True)
        # another site's link asks nothing
        other = {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate"}
        assert get(counted.replace("/sql", "/sql.csv"), **other)[0] == 403
        status, _, body = get(counted, **other)
        assert (status, "3 rows" in text_of(body)) == (200, False)


@pytest.mark.parametrize("name", questions())
def test_common_questions_have_answers(filled, name):
    assert archive.open(filled).sql(questions()[name]).to_pylist()


def test_a_story_has_one_section_in_whatever_languages_it_is(root, writer, variants):
    """Lags of uk to en and of en to ru stand under one name, and no text without a section takes it away."""
    records = variants(1, "uk", "ru", "en")
    sections = {"uk": "Економіка", "ru": None, "en": "Economy"}
    for hours, record in enumerate(records):
        at = record.published_at + timedelta(hours=hours)
        writer.add_article(replace(record, section=sections[record.language], published_at=at))
    story = story_of_one(records[0].article_id)
    writer.commit(lambda *_: Decisions((), tuple(Membership(x.article_id, story) for x in records[1:])))
    rows = archive.open(root).sql(questions()["lags"]).to_pylist()
    assert [(x["section"], x["median_minutes_from_a_to_b"]) for x in rows] == [
        ("Економіка", -60), ("Економіка", 120), ("Економіка", 60),
    ]  # fmt: skip


@pytest.mark.thorough
def test_a_file_ends_at_its_limit_and_a_zero_in_a_question_is_an_error_of_its_own(bridge, root, monkeypatch):
    fill.fill(archive.open(root))
    with serving(root) as get:
        monkeypatch.setattr(sql_page, "_LARGEST_FILE", 1 << 20)
        status, _, body = get("/sql.csv?q=FROM+range(1000000)")
        assert (status, body) == (400, b"The answer has more than 1 MB: use `triptych sql`.\n")
        for address in ("/sql?q=%00", "/sql.json?q=SELECT+%00"):
            assert get(address)[0] == 400


@pytest.mark.thorough
def test_files_limits_and_errors_of_sql(bridge, root):
    fill.fill(archive.open(root))
    with serving(root) as get:
        counted = "/sql?q=SELECT+language,+count(*)+AS+n+FROM+articles+GROUP+BY+ALL+ORDER+BY+ALL"
        rows = json.loads(get(counted.replace("/sql", "/sql.json"))[2])
        assert rows == [{"language": x, "n": 1} for x in ("en", "ru", "uk")]
        table = get(counted.replace("/sql", "/sql.csv"))[2].decode("utf-8-sig")
        assert table.splitlines() == ["language,n", "en,1", "ru,1", "uk,1"]
        # another site's link asks nothing
        told = text_of(get(counted, sec_fetch_site="cross-site", sec_fetch_mode="navigate")[2])
        assert "3 rows" not in told
        assert "the first 200 rows" in text_of(get("/sql?q=FROM+range(300)")[2]).lower()
        for address in ("/sql.csv?q=DROP+TABLE+articles", "/sql?question=1"):
            assert get(address)[0] == 400, address
        status, _, body = get("/sql?q=FROM+lagz")
        assert (status, "did you mean" in text_of(body).lower()) == (400, True)
        assert get("/sql?q=FROM+'/etc/passwd'")[0] == 400
