"""A value that no row has is an error with the nearest, and the start of an id is enough."""

import pytest

import archive
from archive.exceptions import ArchiveError, ArticleNotFound, UnknownValue
from archive.read import values


@pytest.fixture
def opened(writer, article, root):
    for number in (1, 2):
        for language in ("uk", "en"):
            writer.add_article(article(number, language))
    writer.commit()
    return archive.open(root)


@pytest.mark.parametrize(
    ("ask", "nearest"),
    [
        (lambda x: x.articles(language="ua"), "uk"),
        (lambda x: x.articles(language=["en", "eng"]), "en"),
        (lambda x: x.articles(outlet="curier"), "courier"),
        (lambda x: x.stories(outlet="curier"), "courier"),
        (lambda x: x.table("versions", language="de"), None),
        (lambda x: x.observations(outcome="archive"), "archived"),
    ],
)
def test_an_unknown_value_names_the_nearest(opened, ask, nearest):
    with pytest.raises(UnknownValue) as error:
        ask(opened)
    assert error.value.nearest == nearest
    assert isinstance(error.value, (ArchiveError, ValueError))
    assert (f"did you mean {nearest}?" in str(error.value)) == (nearest is not None)


def test_a_part_of_a_name_leads_to_the_name():
    names = ["Anna Reed", "Олена Коваль-Петренко"]
    assert [values.nearest(x, names) for x in ("Коваль", "reed", "an")] == [names[1], names[0], None]


def test_a_language_that_an_archive_may_have_is_none_that_is_unknown(opened):
    assert len(opened.articles(language="ru")) == 0
    assert len(opened.articles(language=["uk", "ru"], outlet="courier")) == 2


def test_the_start_of_an_id_is_enough_where_it_is_unique(opened):
    row = opened.articles().to_pylist()[0]
    story, article_id = row["story_id"], row["article_id"]
    assert opened.stories(story[:8]).to_pylist()[0]["story_id"] == story
    assert opened.versions(article_id[:8]).to_pylist()[0]["article_id"] == article_id
    assert len(opened.observations(article_id[:8])) == len(opened.observations(article_id))
    assert len(opened.alignments(story[:8])) == 0
    assert opened.only_in(story[:8]) == []
    for ask in (opened.stories, opened.versions, opened.only_in):
        with pytest.raises(ArticleNotFound, match="begins with '0badbad'"):
            ask("0badbad")
    digits = [x["article_id"][0] for x in opened.articles(columns=["article_id"]).to_pylist()]
    for digit in set(digits):
        if digits.count(digit) > 1:
            with pytest.raises(ArticleNotFound, match=f"ids begin with '{digit}'; give more"):
                opened.versions(digit)
