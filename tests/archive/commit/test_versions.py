from datetime import timedelta

import pytest

from archive.commit.versions import judge

HOUR = timedelta(hours=1)


@pytest.fixture
def follow(article, noon):
    """The verdicts on a series of looks, an hour apart."""

    def run(*looks):
        current, verdicts = None, []
        for hours, changes in enumerate(looks):
            record = article(1, **{"fetched_at": noon + hours * HOUR, **changes})
            verdict, current = judge(current, record, "story")
            verdicts.append((verdict.outcome, verdict.version, verdict.reason))
        return verdicts, current

    return run


def test_an_edit_is_a_version_the_same_text_is_not(follow):
    verdicts, current = follow({"text": "A"}, {"text": "A"}, {"text": "B"})
    assert verdicts == [("archived", 1, None), ("unchanged", 1, None), ("archived", 2, None)]
    assert current.version == 2


def test_a_revert_is_seen_as_one_and_makes_no_version(follow):
    verdicts, current = follow({"text": "A"}, {"text": "B"}, {"text": "A"}, {"text": "B"}, {"text": "C"})
    assert verdicts[2:] == [("unchanged", 1, "reverted"), ("unchanged", 2, None), ("archived", 3, None)]
    assert current.recent[0][0] == 3


def test_a_text_older_than_five_versions_is_a_new_one_again(follow):
    verdicts, _ = follow(*({"text": x} for x in "ABCDEFA"))
    assert verdicts[-1] == ("archived", 7, None)


def test_a_new_extractor_makes_no_edit(follow):
    new = {"extractor": "reader 2"}
    verdicts, current = follow({"text": "A"}, {"text": "A.", **new}, {"text": "A.", **new}, {"text": "A"})
    assert verdicts[1:] == [
        ("unchanged", 1, "new-extractor"),
        ("unchanged", 1, "new-extractor"),
        ("unchanged", 1, None),
    ]
    assert current.version == 1


def test_an_edit_is_found_again_once_the_new_extractor_has_read_the_page(follow):
    new = {"extractor": "reader 2"}
    verdicts, current = follow({"text": "A"}, {"text": "A.", **new}, {"text": "B.", **new})
    assert verdicts[2] == ("archived", 2, None)
    assert current.extractor == "reader 2"


def test_a_new_extractor_and_a_page_that_says_it_was_edited_is_an_edit(follow, noon):
    edited = {"text": "B", "extractor": "reader 2", "modified_at": noon}
    before = {"text": "A", "modified_at": noon - HOUR}
    assert follow(before, edited)[0][1] == ("archived", 2, None)
    # not when the bytes are the same: the page cannot have been edited
    same_bytes = {**edited, "raw_sha256": "0" * 64}
    assert follow({**before, "raw_sha256": "0" * 64}, same_bytes)[0][1] == ("unchanged", 1, "new-extractor")


def test_a_text_fetched_before_the_latest_is_kept_as_an_earlier_one(article, noon):
    _, current = judge(None, article(1, text="B", fetched_at=noon), "story")
    verdict, after = judge(current, article(1, text="A", fetched_at=noon - HOUR), "story")
    assert (verdict.outcome, verdict.version, verdict.late) == ("archived", 2, True)
    assert (after.version, after.content_hash) == (1, current.content_hash)
    assert after.first_seen == noon - HOUR


FEED = {"text_from": "feed"}


def test_a_page_takes_the_place_of_its_feed_whatever_it_says_and_whoever_reads_it(follow):
    for page in ({"text": "A"}, {"text": "B"}, {"text": "B", "extractor": "reader 2"}):
        verdicts, current = follow({"text": "A", **FEED}, {"text": "A", **FEED}, page, page)
        assert verdicts == [
            ("archived", 1, "from-feed"),
            ("unchanged", 1, "from-feed"),
            ("archived", 2, "replaces-feed"),
            ("unchanged", 2, None),
        ]
        assert current.text_from != "feed"


def test_an_edit_in_the_feed_is_a_version_and_a_new_extractor_makes_none(follow):
    verdicts, _ = follow(
        {"text": "A", **FEED}, {"text": "B", **FEED}, {"text": "C", "extractor": "reader 2", **FEED}
    )
    assert verdicts[1:] == [("archived", 2, "from-feed"), ("unchanged", 2, "new-extractor")]


def test_a_feed_changes_nothing_of_a_page_that_is_held(follow):
    verdicts, current = follow({"text": "A"}, {"text": "B", **FEED})
    assert verdicts[1] == ("unchanged", 1, "from-feed")
    assert current == follow({"text": "A"})[1]
