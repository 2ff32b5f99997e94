"""The texts themselves: enough of them, in the language they say, with the same facts in all three."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from archive.format.languages import LANGUAGES
from crawler.demo.site import build_site
from crawler.demo.story_files import STORIES, load_stories, read_story
from tests.support.expected import expected_articles

ARTICLES = expected_articles()
README = Path(__file__).parents[3] / "crawler/demo/README.md"
by_path = pytest.mark.parametrize(
    "article", ARTICLES, ids=lambda article: f"{article.story}-{article.language}"
)

UKRAINIAN = set("іїєґ")
RUSSIAN = set("ыэъё")


def variants(name):
    return {article.language: article for article in ARTICLES if article.story == name}


def all_text(article):
    return "\n".join((article.headline, article.caption or "", article.body, *article.tags))


def test_enough_stories_in_enough_languages():
    stories = {article.story for article in ARTICLES}
    assert len(stories) >= 14
    assert sum(len(variants(name)) == 3 for name in stories) >= 9
    assert sum(len(variants(name)) == 1 for name in stories) == 2


@by_path
def test_six_substantial_paragraphs(article):
    assert article.count("paragraph") >= 6
    assert article.count("heading") >= 1
    assert len(article.body) > 1200


@by_path
def test_the_letters_are_those_of_the_language(article):
    letters = set(all_text(article).lower())
    cyrillic = letters & set(map(chr, range(0x400, 0x530)))
    if article.language == "uk":
        assert letters >= UKRAINIAN - {"ґ"}
        assert not letters & RUSSIAN
    elif article.language == "ru":
        assert "ы" in letters
        assert not letters & UKRAINIAN
    else:
        assert not cyrillic


@by_path
def test_typography(article):
    text = all_text(article)
    assert not set("\"'`") & set(text), "use ’, «» or “”"
    assert not re.search(r"  | $|\s[,.;:!?]", text, re.MULTILINE)
    if article.language == "en":
        assert "«" not in text
        assert text.count("“") == text.count("”")
    else:
        assert not set("“”„") & set(text)
        assert text.count("«") == text.count("»")
    if article.language == "ru":
        assert "’" not in text


def numbers(text, language):
    """Numbers in digits, thousands written out, the decimal mark a point."""
    if language == "en":
        text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    else:
        text = re.sub(r"(?<=\d),(?=\d)", ".", text)
        text = re.sub(r"(\d+(?:\.\d+)?) (?:тисяч|тыся)\w*", lambda m: f"{float(m[1]) * 1000:g}", text)
    return {f"{float(found):.10g}" for found in re.findall(r"\d+(?:\.\d+)?", text)}


@pytest.mark.parametrize("story", load_stories(), ids=lambda story: story.name)
def test_numbers_are_the_same_in_all_languages(story):
    found = {language: numbers(article.body, language) for language, article in variants(story.name).items()}
    if "dropped-paragraph" in story.shows:
        assert found["ru"] < found["uk"]
        del found["ru"]
    if "corrected-in-english" in story.shows:
        assert found["en"] - found["uk"] == {"63"}
        return
    assert len({frozenset(told) for told in found.values()}) <= 1, found


@pytest.mark.parametrize("story", load_stories(), ids=lambda story: story.name)
def test_translations_come_within_an_hour_and_a_half(story):
    times = sorted(variant.published for variant in story.variants)
    lags = [(later - times[0]).total_seconds() / 60 for later in times[1:]]
    assert all(20 <= lag <= 90 for lag in lags)
    assert len(set(times)) == len(times)


def test_kyiv_offsets_on_both_sides_of_the_clock_change():
    offsets = {variant.published.isoformat()[-6:] for story in load_stories() for variant in story.variants}
    assert offsets == {"+02:00", "+03:00"}
    for story in load_stories():
        for variant in story.variants:
            summer = f"{variant.published:%m-%d}" >= "03-29"
            assert variant.published.isoformat().endswith("+03:00" if summer else "+02:00"), story.name


def test_every_oddity_is_explained_and_shown():
    explained = set(re.findall(r"^\| `([a-z0-9-]+)` \|", README.read_text(encoding="utf-8"), re.MULTILINE))
    shown = {name for story in load_stories() for name in story.shows}
    assert shown == explained


def test_a_story_is_announced_in_one_place_only_and_both_places_are_used():
    places = {story.announced_in for story in load_stories()}
    assert places == {"sitemap", "rss"}
    for story in load_stories():
        assert set(story.announced) <= {variant.language for variant in story.variants} <= set(LANGUAGES)


def test_a_misspelt_field_is_refused_with_its_name(tmp_path):
    told = STORIES.joinpath("ferry-timetable.toml").read_text(encoding="utf-8")
    story = tmp_path / "a.toml"
    story.write_text(told.replace("section =", "sectoin ="), encoding="utf-8")
    with pytest.raises(ValueError, match=r"a\.toml: unknown sectoin; known: .*section"):
        read_story(story)


def test_a_time_without_offset_is_refused(tmp_path):
    told = STORIES.joinpath("ferry-timetable.toml").read_text(encoding="utf-8")
    story = tmp_path / "a.toml"
    story.write_text(told.replace("+03:00", ""), encoding="utf-8")
    with pytest.raises(ValueError, match=r"a\.toml: \[uk\] published has no offset"):
        read_story(story)


def test_on_the_next_day_one_text_is_edited_and_one_page_withdrawn():
    first, second = (build_site("http://127.0.0.1:1", day) for day in (1, 2))
    assert first == build_site("http://127.0.0.1:1")
    withdrawn = [variant for story in load_stories() for variant in story.variants if variant.withdrawn]
    assert first.keys() - second.keys() == {variant.path for variant in withdrawn}
    assert len(withdrawn) == 1
    assert withdrawn[0].path.encode() in second["/sitemap-news.xml"].body
    (edited,) = [path for path in second if second[path] != first[path]]
    (variant,) = [one for story in load_stories() for one in story.variants if one.edits]
    assert edited == variant.path
    for words, others in variant.edits:
        assert words.encode() in first[edited].body
        assert words.encode() not in second[edited].body
        assert others.encode() in second[edited].body


def test_an_edit_of_words_that_are_not_there_is_refused(tmp_path):
    told = STORIES.joinpath("tram-line.toml").read_text(encoding="utf-8")
    (tmp_path / "a.toml").write_text(told.replace('"коштує 12', '"коштує 11'), encoding="utf-8")
    with pytest.raises(ValueError, match=r"a\.toml: \[uk\] edits 'коштує 11 гривень', which is in no block"):
        read_story(tmp_path / "a.toml")
