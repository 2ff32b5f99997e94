"""A capture of the past that is archived after today's text: its version has the higher number."""

from datetime import timedelta

import pytest

import archive
from archive.read.find import find_article
from archive.viewer import figure_frames
from archive.viewer.search import fill
from tests.archive.viewer.test_web import serving, text_of


@pytest.fixture
def imported(writer, article, noon, root):
    month = timedelta(days=30)
    writer.add_article(article(1, text="Вбито 61 людину.", fetched_at=noon + month))
    writer.commit()
    writer.add_article(article(1, text="Вбито 50 людей.", fetched_at=noon))
    writer.commit()
    writer.close()
    fill.fill(archive.open(root))
    return root


def test_an_edit_goes_from_the_capture_to_the_later_text(imported):
    read = archive.open(imported)
    (latest,) = read.articles(columns=["article_id", "version", "body"]).to_arrow().to_pylist()
    assert (latest["version"], latest["body"]) == (1, "Вбито 61 людину.")
    assert read.last_edit(latest["article_id"]) == (2, 1)
    (edit,) = read.sql("SELECT version, text_before, text_after FROM edits").to_pylist()
    assert [*edit.values()] == [1, "Вбито 50 людей.", "Вбито 61 людину."]
    assert find_article(read, latest["article_id"]) == (latest["article_id"], 1)
    assert figure_frames.edits(read)["edits"].sum() == 1


def test_the_viewer_shows_the_later_text_as_the_latest(imported):
    with serving(imported) as get:
        changes = text_of(get("/changes")[2])
        assert changes.index("50 людей") < changes.index("61 людину")
        story = archive.open(imported).stories().to_arrow()["story_id"][0].as_py()
        page = text_of(get(f"/stories/{story}")[2])
        assert "Вбито 61 людину." in page


def test_an_edit_is_cited_by_both_versions_and_the_command_that_shows_it(imported):
    read = archive.open(imported)
    article_id = read.articles(columns=["article_id"]).to_arrow()["article_id"][0].as_py()
    with serving(imported) as get:
        page = text_of(get(f"/articles/{article_id}")[2])
    assert page.index("version 2,") < page.index("version 1,")
    assert f"triptych diff {article_id} 2 1 --archive {imported}" in page
    assert read.diff(article_id, 2, 1).added == 2
