from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest

from archive.addresses import story_of_one
from archive.exceptions import DecisionError
from archive.format.records import Decisions, LeftOut, LinkFacts, Membership, PairRecord

HOUR = timedelta(hours=1)


@pytest.fixture
def decide(noon):
    """Pair what names each other; the smallest story id of the group holds. The calls are kept."""

    def run(fresh, related):
        run.calls.append((fresh, related))
        by_url = {facts.url: facts for facts in (*fresh, *related)}
        pairs, group = [], {facts.article_id: facts.story_id for facts in by_url.values()}
        for facts in by_url.values():
            for alternate in facts.alternates:
                other = by_url.get(alternate.url)
                if other:
                    story = min(group[facts.article_id], group[other.article_id])
                    joined = {group[facts.article_id], group[other.article_id]}
                    group = {x: story if s in joined else s for x, s in group.items()}
                    pairs.append(
                        PairRecord(
                            facts.article_id, other.article_id, "hreflang", True, None, '{"a": 1}', noon
                        )
                    )
        memberships = tuple(Membership(x, s) for x, s in group.items())
        return Decisions(tuple(pairs), memberships, (("no-return-link", 2),))

    run.calls = []
    return run


def tables(root):
    names = ("articles", "stories", "pairs", "versions")
    return [pd.read_parquet(root / name) for name in names]


def test_unpaired_articles_are_stories_of_one(writer, root, article):
    writer.add_article(article(1))
    writer.commit()
    articles, stories, pairs, _ = tables(root)
    assert list(articles["story_id"]) == list(stories["story_id"]) == [story_of_one(article(1).article_id)]
    assert len(pairs) == 0
    (row,) = stories.to_dict("records")
    assert (row["n_variants"], list(row["languages"]), row["headline_uk"]) == (1, ["uk"], "Headline 1 uk")
    assert pd.isna(row["headline_en"])
    assert pd.isna(row["original_language"])


def test_three_languages_side_by_side(writer, root, variants, decide, noon):
    ukrainian, english, russian = variants(1, "uk", "en", "ru")
    writer.add_article(ukrainian)
    writer.add_article(replace(english, published_at=noon))
    writer.add_article(replace(russian, published_at=None))
    snapshot = writer.commit(decide)
    articles, stories, pairs, _ = tables(root)
    assert articles["story_id"].nunique() == 1
    (row,) = stories.to_dict("records")
    assert row["story_id"] == articles["story_id"][0]
    assert (row["n_variants"], list(row["languages"])) == (3, ["uk", "en", "ru"])
    assert (row["lag_uk"], row["lag_en"]) == (0, 3600)
    assert pd.isna(row["lag_ru"])
    assert row["first_published_at"] == noon - HOUR
    assert [row[f"url_{x}"] for x in ("uk", "en", "ru")] == [ukrainian.url, english.url, russian.url]
    assert [row[f"article_id_{x}"] for x in ("uk", "ru")] == [ukrainian.article_id, russian.article_id]
    assert list(row["evidence"]) == ["hreflang"]
    assert len(pairs) == 3
    assert (pairs["article_id_a"] < pairs["article_id_b"]).all()
    assert snapshot.summary["archive/pairs_refused/no-return-link"] == 2


def test_a_day_without_an_hour_gives_no_lag(writer, root, variants, decide, noon):
    ukrainian, english = variants(1, "uk", "en")
    writer.add_article(ukrainian)
    writer.add_article(replace(english, published_at=noon + HOUR, published_source="printed day"))
    writer.commit(decide)
    (row,) = pd.read_parquet(root / "stories").to_dict("records")
    assert row["first_published_at"] == noon - HOUR
    assert pd.isna(row["lag_uk"])
    assert pd.isna(row["lag_en"])


def test_the_lines_left_out_of_a_page_are_aligned_with_new_and_stored_texts(
    open_writer, root, variants, decide, noon
):
    ukrainian, english = variants(1, "uk", "en")
    ukrainian = replace(ukrainian, left_out=(LeftOut("Читайте нас у Telegram", "asks to follow"),))
    seen = {}

    def align(texts, _couples):
        seen.update({text.language: text.left_out for text in texts.values()})
        return []

    for record in (ukrainian, english):
        writer = open_writer("run")
        writer.add_article(record)
        writer.commit(lambda fresh, related: replace(decide(fresh, related), align=align))
    assert seen == {"uk": ("Читайте нас у Telegram",), "en": ()}
    stored = pd.read_parquet(root / "articles").set_index("language")["left_out"]
    assert list(stored["uk"]) == [{"text": "Читайте нас у Telegram", "reason": "asks to follow"}]
    assert stored["en"] is None


def test_a_variant_of_a_later_run_joins_its_story(open_writer, root, variants, article, decide):
    ukrainian, english, russian = variants(1, "uk", "en", "ru")
    writer = open_writer("run-1")
    writer.add_article(ukrainian)
    writer.add_article(article(9))
    writer.commit(decide)
    for record in (english, russian):
        writer = open_writer("run-2")
        writer.add_article(record)
        writer.commit(decide)
        fresh, related = decide.calls[-1]
        assert [facts.article_id for facts in fresh] == [record.article_id]
        assert ukrainian.article_id in {facts.article_id for facts in related}
        assert article(9).article_id not in {facts.article_id for facts in related}
        assert all(isinstance(facts, LinkFacts) for facts in (*fresh, *related))
    articles, stories, pairs, versions = tables(root)
    assert articles["story_id"].nunique() == 2
    assert sorted(stories["n_variants"]) == [1, 3]
    assert set(stories["story_id"]) == set(articles["story_id"])
    assert len(pairs) == 3
    assert len(versions) == 4
    assert versions.groupby("article_id")["story_id"].nunique().max() == 1


def test_two_stories_that_prove_one_are_merged_with_all_their_versions(
    open_writer, root, variants, decide, noon
):
    from dataclasses import replace

    ukrainian, english, russian = variants(1, "uk", "en", "ru")
    bare = [replace(x, alternates=()) for x in (ukrainian, english)]
    writer = open_writer()
    writer.add_article(replace(bare[0], body="A", content_hash="a"))
    writer.add_article(replace(bare[0], body="B", content_hash="b", fetched_at=noon + HOUR))
    writer.add_article(bare[1])
    writer.commit(decide)
    assert len(tables(root)[1]) == 2
    writer.add_article(russian)
    writer.commit(decide)
    articles, stories, _, versions = tables(root)
    assert articles["story_id"].nunique() == versions["story_id"].nunique() == len(stories) == 1
    assert len(versions) == 4
    assert writer.known(ukrainian.url).story_id == stories["story_id"][0]


def test_members_of_a_related_story_are_shown_too(writer, variants, article, decide, noon):
    from archive.format.records import Alternate

    for record in variants(1, "uk", "en"):
        writer.add_article(record)
    writer.commit(decide)
    points_at_uk = (Alternate("uk", article(1).url, "switcher"),)
    writer.add_article(article(1, "ru", alternates=points_at_uk))
    writer.commit(decide)
    assert {facts.language for facts in decide.calls[-1][1]} == {"uk", "en"}


def test_the_outlets_own_id_relates_articles_of_one_outlet_only(writer, article, decide):
    writer.add_article(article(1, story_key="7"))
    writer.add_article(article(2, story_key="7", outlet="other"))
    writer.commit(decide)
    writer.add_article(article(3, "en", story_key="7"))
    writer.commit(decide)
    assert [facts.article_id for facts in decide.calls[-1][1]] == [article(1).article_id]


def test_the_same_decision_again_writes_nothing(writer, root, variants, decide, noon):
    from dataclasses import replace

    for record in variants(1, "uk", "en"):
        writer.add_article(record)
    writer.commit(decide)
    before = pd.read_parquet(root / "pairs")
    for record in variants(1, "uk", "en"):
        writer.add_article(replace(record, fetched_at=noon + HOUR))
    snapshot = writer.commit(decide)
    assert snapshot.summary["archive/pairs_decided"] == 0
    pd.testing.assert_frame_equal(pd.read_parquet(root / "pairs"), before)


def test_a_pair_decided_otherwise_replaces_the_earlier_decision(writer, root, variants, noon):
    ukrainian, english = variants(1, "uk", "en")
    writer.add_article(ukrainian)
    writer.add_article(english)

    def with_evidence(evidence):
        return lambda fresh, related: Decisions(
            (PairRecord(ukrainian.article_id, english.article_id, evidence, False, None, None, noon),)
        )

    writer.commit(with_evidence("url-rule"))
    writer.add_article(ukrainian)
    writer.commit(with_evidence("story-id"))
    assert list(pd.read_parquet(root / "pairs")["evidence"]) == ["story-id"]


def test_a_decision_on_an_article_that_was_not_shown_is_refused(writer, article, noon):
    writer.add_article(article(1))
    with pytest.raises(DecisionError, match="not shown"):
        writer.commit(lambda fresh, related: Decisions(memberships=(Membership("nobody", "story"),)))
    assert writer.pending == 1
