"""Our own invented news: the gold fits the texts, and the same seed gives the same pools."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from benchmarks.alignment_sets import runs
from benchmarks.invented_news import PARTS, pools, rewrites
from benchmarks.invented_reports import KINDS, reports
from benchmarks.pairing_invented import Outcome, count, errors


def test_rewrites_are_many_and_in_three_languages() -> None:
    texts = rewrites()
    assert len(texts) >= 200
    assert len({each.doc_id for each in texts}) == len(texts)
    assert len({each.published.date() for each in texts}) >= 14
    languages = Counter(each.story_id for each in texts)
    assert Counter(languages.values())[3] >= 70
    assert all(each.headline and each.text for each in texts)


def test_near_twins_are_in_one_part_and_no_story_is_in_two() -> None:
    dev, kept = ({each.event for each in rewrites(part)} for part in PARTS)
    assert dev
    assert kept
    assert not dev & kept
    twins = {each.event for each in rewrites() if " " in each.event}
    named = Counter(name for event in twins for name in event.split())
    assert set(named.values()) == {1}
    assert {each.story_id for each in rewrites()} >= set(named)


def test_pools_are_the_same_each_time() -> None:
    texts = rewrites("dev")
    assert list(pools(texts)) == list(pools(rewrites("dev")))
    by_id = {each.doc_id: each for each in texts}
    for pool in pools(texts):
        assert all(by_id[a].story_id == by_id[b].story_id for a, b in pool.gold())
        assert bool(pool.gold()) == (pool.variant != "alone")
    whole, *halved = (x.texts for x in pools(texts) if x.variant != "alone")
    assert all(0.35 < len(each) / len(whole) < 0.65 for each in halved)


def test_daily_reports_of_both_parts_are_of_the_same_kinds_and_of_other_days() -> None:
    dev, kept = (reports(part) for part in PARTS)
    assert len(dev) >= 300
    assert {each.kind for each in dev} == {each.kind for each in kept} == set(KINDS)
    assert len({each.doc_id for each in (*dev, *kept)}) == len(dev) + len(kept)
    assert not {each.story_id for each in dev} & {each.story_id for each in kept}
    assert not any("{" in each.headline + each.text for each in (*dev, *kept))
    assert dev == reports("dev")


def test_a_rising_death_toll_is_three_stories_of_one_event() -> None:
    first = [each for each in reports("dev") if each.event == "updates-dev-00-0"]
    assert len({each.story_id for each in first}) == 3
    assert {each.published.date() for each in first} == {datetime(2026, 3, 2, tzinfo=UTC).date()}
    (whole, *_) = pools(first)
    assert len(whole.gold()) == 9


def test_runs_of_paragraphs_know_which_of_them_belong_together() -> None:
    every = list(runs())
    assert len(every) >= 60
    assert every == list(runs())
    longest = {max(map(len, link)) for each in every for link in each.links}
    assert longest == {1, 3, 4}
    for each in every:
        for side in (0, 1):
            linked = [n for link in each.links for n in link[side]]
            assert len(linked) == len(set(linked))
            assert set(linked) <= set(range(len(each.texts[side])))
    assert not {x.story_id for x in runs("dev")} & {x.story_id for x in runs("kept")}


def test_wrong_and_missed_pairs_are_listed_once() -> None:
    first, second = sorted({each.story_id for each in rewrites("dev") if each.language == "en"})[:2]
    missed, wrong = (f"{first}:en", f"{first}:uk"), (f"{first}:en", f"{second}:uk")
    one = Outcome("rewrites", "whole", 4, frozenset({missed}), frozenset({wrong}), {wrong: "auto"})
    lines = list(errors([one, one], "dev"))
    assert [line.split(": ")[1] for line in lines] == ["wrong", "wrong, auto", "missed"]
    assert count([one])["auto"] == 1
    assert count([one])["auto right"] == 0
