"""Questions in SQL, asked in the browser: rows, files, errors, and who may ask."""

import json

import pytest

import archive
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
