import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.exceptions import ArchiveDamaged
from archive.format.records import Alternate, LinkFacts, Membership
from pipelines.pairing.decide import DecisionBasis, decide
from pipelines.pairing.edges import MOST_OF_A_STORY_ID
from pipelines.pairing.explain import evidence_kinds

NOW = datetime(2026, 5, 14, 12, 0, tzinfo=UTC)
ROOTS = {"uk": "", "ru": "rus/", "en": "eng/"}


def address(language, number=815):
    return f"https://courier.example/{ROOTS[language]}news/{number}/"


def names(language, number=815, source="hreflang", claimed=None):
    return Alternate(claimed or language, address(language, number), source)


def facts(language, number=815, *alternates, article_id=None, **fields):
    article_id = article_id or f"{number}-{language}"
    url = address(language or "uk", number)
    known = {
        "article_id": article_id,
        "story_id": f"story of {article_id}",
        "outlet": "courier",
        "language": language,
        "url": url,
        "requested_url": url,
        "canonical_url": None,
        "alternates": alternates,
        "story_key": None,
        "first_seen": NOW,
    }
    return LinkFacts(**(known | fields))


def decided(*fresh, related=()):
    return decide(fresh, related, DecisionBasis(now=NOW))


def evidence(pair):
    return json.loads(pair.details)["evidence"]


def test_nothing_to_decide():
    assert decided() == decide([], [], DecisionBasis(now=NOW))
    assert decided(facts("uk")).pairs == ()


def test_hreflang_and_its_return_link():
    found = decided(facts("uk", 815, names("ru")), facts("ru", 815, names("uk")))
    (pair,) = found.pairs
    assert (pair.article_id_a, pair.article_id_b) == ("815-ru", "815-uk")
    assert (pair.evidence, pair.reciprocal, pair.score, pair.decided_at) == ("hreflang", True, None, NOW)
    assert evidence(pair) == [
        {"kind": "hreflang", "from": "815-ru", "to": "815-uk", "claimed": "uk"},
        {"kind": "hreflang", "from": "815-uk", "to": "815-ru", "claimed": "ru"},
    ]
    assert found.memberships == (Membership("815-uk", "story of 815-ru"),)
    assert found.refused == ()


def test_one_direction_is_enough_within_an_outlet():
    (pair,) = decided(facts("uk", 815, names("ru", source="switcher")), facts("ru")).pairs
    assert (pair.evidence, pair.reciprocal) == ("switcher", False)


def test_the_strongest_evidence_names_the_pair_and_all_of_it_is_kept():
    uk = facts("uk", 815, names("en", source="url-rule"), names("en", source="switcher"), story_key="815")
    en = facts("en", 815, names("uk", source="sitemap"), story_key="815")
    (pair,) = decided(uk, en).pairs
    assert (pair.evidence, pair.reciprocal) == ("story-id", True)
    assert [each["kind"] for each in evidence(pair)] == ["story-id", "switcher", "sitemap", "url-rule"]


def test_a_url_rule_both_ways_is_no_return_link():
    uk, ru = (
        facts("uk", 815, names("ru", source="url-rule")),
        facts("ru", 815, names("uk", source="url-rule")),
    )
    (pair,) = decided(uk, ru).pairs
    assert (pair.evidence, pair.reciprocal) == ("url-rule", False)


def test_three_languages_by_the_outlets_own_id():
    found = decided(*(facts(language, story_key="815") for language in ROOTS))
    assert len(found.pairs) == 3
    assert {each.story_id for each in found.memberships} == {"story of 815-en"}


@pytest.mark.parametrize("is_id", [True, False])
def test_a_number_that_many_articles_share_is_no_story_id(is_id):
    """Such as a year in the address: 800 articles of one id had 319,200 refusals."""
    count = MOST_OF_A_STORY_ID + (not is_id)
    found = decided(*(facts(("uk", "ru", "en")[n % 3], n, story_key="2026") for n in range(count)))
    assert bool(found.pairs) == bool(found.refusals) == is_id


def test_no_claim_of_strangers_moves_a_story_and_their_circle_is_one_story():
    uk, ru = facts("uk", 815, names("ru")), facts("ru", 815, names("uk"))
    own = {language: f"https://rumour.example/{language}/1" for language in ROOTS}
    circle = [
        facts(
            language,
            *(1, names("uk"), names("ru"), Alternate(None, own[language], "hreflang")),
            Alternate(following, own[following], "hreflang"),
            outlet="rumour",
            url=own[language],
            canonical_url=address("uk"),
        )
        for language, following in (("uk", "ru"), ("ru", "en"), ("en", "uk"))
    ]
    found = decided(uk, ru, *circle)
    moved = {each.article_id: each.story_id for each in found.memberships}
    assert moved == {"1-ru": "story of 1-en", "1-uk": "story of 1-en", "815-uk": "story of 815-ru"}
    assert found.refused == (("one-sided-other-outlet", 4), ("same-language", 2))


def test_the_same_id_in_two_outlets_means_nothing():
    assert decided(facts("uk", story_key="815"), facts("ru", story_key="815", outlet="mirror")).pairs == ()


@pytest.mark.parametrize(
    "spelling",
    [
        "http://courier.example/rus/news/815",
        "https://www.courier.example/rus/news/815/?utm_source=hreflang",
        "https://courier.example/rus/news/815/amp#top",
    ],
)
def test_an_address_is_known_in_any_spelling(spelling):
    uk = facts("uk", 815, Alternate("ru", spelling, "hreflang"))
    assert len(decided(uk, facts("ru")).pairs) == 1


@pytest.mark.parametrize("field", ["requested_url", "canonical_url"])
def test_an_article_is_known_by_the_address_it_was_asked_for_and_the_one_it_declares(field):
    uk = facts("uk", 815, Alternate("ru", "https://courier.example/old/815", "hreflang"))
    assert len(decided(uk, facts("ru", 815, **{field: "https://courier.example/old/815"})).pairs) == 1


def test_the_page_at_an_address_is_meant_before_the_one_that_declares_it():
    en = facts("en", 815, names("uk"))
    found = decided(en, facts("uk"), facts("ru", canonical_url=address("uk")))
    assert [(pair.article_id_a, pair.article_id_b) for pair in found.pairs] == [("815-en", "815-uk")]


def test_a_copy_of_another_outlet_is_not_meant_by_the_address_it_declares():
    """It names the English page too, as the original did in the head that it has copied."""
    en = facts("en", 815, names("uk"))
    copy = facts("uk", 9, names("en", 815), outlet="herald", url="https://herald.example/9", story_key=None)
    copy = replace(copy, requested_url=copy.url, canonical_url=address("uk"))
    assert decided(en, copy).pairs == ()
    assert len(decided(en, replace(copy, outlet="courier")).pairs) == 1


def test_a_front_page_is_nobodys_variant():
    front = Alternate("ru", "https://courier.example/rus/", "hreflang")
    found = decided(facts("uk", 815, front), facts("ru", url="https://courier.example/rus/"))
    assert found.pairs == ()
    assert found.refused == (("home-page", 1),)


def test_the_same_language_is_no_variant():
    here = facts("en", 815, names("en", 816, claimed="en-GB"))
    assert decided(here, facts("en", 816)).refused == (("same-language", 1),)


def test_an_unknown_language_is_not_paired():
    found = decided(facts("uk", 815, names("ru", 816)), facts(None, url=address("ru", 816), article_id="?"))
    assert (found.pairs, found.refused) == ((), (("unknown-language", 1),))


def test_another_outlet_has_to_confirm_by_hreflang():
    uk, ru = facts("uk", 815, names("ru")), facts("ru", outlet="mirror")
    assert decided(uk, ru).refused == (("one-sided-other-outlet", 1),)
    by_switcher = facts("ru", 815, names("uk", source="switcher"), outlet="mirror")
    assert decided(uk, by_switcher).refused == (("one-sided-other-outlet", 1),)
    (pair,) = decided(uk, facts("ru", 815, names("uk"), outlet="mirror")).pairs
    assert pair.reciprocal


def test_swapped_languages_are_paired_and_noted():
    uk = facts("uk", 815, Alternate("uk", address("ru"), "hreflang"), url=address("uk"))
    (pair,) = decided(uk, facts("ru")).pairs
    assert evidence(pair) == [
        {"kind": "hreflang", "from": "815-uk", "to": "815-ru", "claimed": "uk", "contradicted": True}
    ]


def test_a_second_article_of_a_language_is_refused_and_the_stronger_edge_stands():
    uk = facts("uk", 815, names("ru", 815), names("ru", 900, source="switcher"))
    ru, other = facts("ru", 815, names("uk")), facts("ru", 900)
    found = decided(other, uk, ru)
    assert [(pair.article_id_a, pair.article_id_b) for pair in found.pairs] == [("815-ru", "815-uk")]
    assert found.refused == (("second-ru", 1),)


def test_a_return_link_outweighs_a_stronger_kind_without_one():
    uk = facts("uk", 815, names("ru", 815, source="switcher"), names("ru", 900))
    found = decided(uk, facts("ru", 815, names("uk", source="switcher")), facts("ru", 900))
    assert [pair.evidence for pair in found.pairs] == ["switcher"]


@pytest.mark.parametrize(
    ("stronger", "weaker"),
    [("hreflang", "switcher"), ("switcher", "sitemap"), ("sitemap", "url-rule")],
)
def test_kinds_in_their_order(stronger, weaker):
    # The smaller id is on the weaker edge, so that order alone would take it.
    uk = facts("uk", 815, names("ru", 815, source=weaker), names("ru", 900, source=stronger))
    (pair,) = decided(uk, facts("ru", 815), facts("ru", 900)).pairs
    assert pair.evidence == stronger


def test_the_outlets_own_id_outweighs_a_link_and_its_return():
    uk = facts("uk", 815, names("ru", 815), story_key="1")
    (pair,) = decided(uk, facts("ru", 815, names("uk")), facts("ru", 900, story_key="1")).pairs
    assert pair.evidence == "story-id"


def test_among_equals_the_edge_with_more_evidence():
    uk = facts("uk", 815, names("ru", 815), names("ru", 900), names("ru", 900, source="switcher"))
    (pair,) = decided(uk, facts("ru", 815), facts("ru", 900)).pairs
    assert (pair.article_id_a, pair.article_id_b) == ("815-uk", "900-ru")


def test_one_article_a_language_and_outlet():
    uk = facts("uk", 815, names("ru", 815), names("ru", 900))
    ours, theirs = facts("ru", 815, names("uk")), facts("ru", 900, names("uk"), outlet="mirror")
    assert len(decided(uk, ours, theirs).pairs) == 2


def test_a_variant_that_comes_later_joins_the_story_and_its_id_stays():
    older = NOW - timedelta(hours=3)
    uk = facts("uk", 815, names("en"), story_id="s1", first_seen=older)
    ru = facts("ru", 815, story_id="s1", first_seen=older)
    found = decided(facts("en"), related=[uk, ru])
    assert found.memberships == (Membership("815-en", "s1"),)
    assert len(found.pairs) == 1


def test_the_later_one_may_be_the_one_that_names_the_other():
    uk = facts("uk", first_seen=NOW - timedelta(days=1))
    assert decided(facts("en", 815, names("uk")), related=[uk]).memberships == (
        Membership("815-en", "story of 815-uk"),
    )


def test_merging_stories_keep_the_older_id_and_all_members_move():
    one = facts("uk", 815, story_id="z", first_seen=NOW - timedelta(days=2))
    two = facts("ru", 900, story_id="a", first_seen=NOW - timedelta(days=1))
    fresh = facts("en", 815, names("uk"), names("ru", 900))
    found = decided(fresh, related=[one, two])
    assert found.memberships == (Membership("815-en", "z"), Membership("900-ru", "z"))


def test_two_stories_with_a_language_in_common_do_not_merge():
    older = NOW - timedelta(days=1)
    one = [facts("uk", 815, story_id="a", first_seen=older), facts("ru", 815, story_id="a", first_seen=older)]
    two = [facts("ru", 900, names("uk", 815), story_id="b"), facts("en", 900, story_id="b")]
    found = decided(two[0], related=[*one, two[1]])
    assert (found.pairs, found.memberships, found.refused) == ((), (), (("second-ru", 1),))


def test_what_is_together_stays_together_though_it_would_not_be_joined_today():
    members = [facts("uk", 815, story_id="a"), facts("uk", 900, story_id="a"), facts("ru", 815, story_id="a")]
    assert decided(facts("en", 815, names("uk")), related=members).memberships == (Membership("815-en", "a"),)


def test_edges_between_archived_articles_were_decided_before():
    related = [facts("uk", 815, names("ru")), facts("ru", 815, names("uk"))]
    assert decided(related=related).pairs == ()
    assert decided(facts("en", 900), related=related).pairs == ()


def test_a_fresh_look_replaces_the_archived_one():
    before = facts("uk", 815, names("ru"), first_seen=NOW - timedelta(days=1))
    found = decided(facts("uk", 815), facts("ru"), related=[before])
    assert found.pairs == ()


LANGUAGES = st.sampled_from(["uk", "ru", "en", None])
SOURCES = st.sampled_from(["hreflang", "switcher", "sitemap", "url-rule"])
ALTERNATES = st.lists(
    st.builds(names, st.sampled_from(["uk", "ru", "en"]), st.integers(0, 3), SOURCES), max_size=4
)


@st.composite
def newsrooms(draw):
    """A dozen articles naming each other at random; some in stories, which hold each language once."""
    articles = []
    for number in range(4):
        for language in draw(st.lists(LANGUAGES, max_size=3, unique=True)):
            articles.append(
                facts(
                    language,
                    number,
                    *draw(ALTERNATES),
                    article_id=f"{number}-{language}",
                    outlet=draw(st.sampled_from(["courier", "courier", "mirror"])),
                    story_key=draw(st.sampled_from([None, "1", "2"])),
                    first_seen=NOW - timedelta(hours=draw(st.integers(0, 3))),
                    **({"story_id": f"story {number}"} if draw(st.booleans()) else {}),
                )
            )
    cut = draw(st.integers(0, len(articles)))
    order = draw(st.permutations(articles))
    return order[:cut], order[cut:]


@given(newsrooms(), st.randoms(use_true_random=False))
def test_any_order_gives_the_same_decisions(newsroom, rng):
    fresh, related = newsroom
    expected = decide(fresh, related, DecisionBasis(now=NOW))
    for articles in newsroom:
        rng.shuffle(articles)
    turned = [replace(a, alternates=a.alternates[::-1]) for a in fresh]
    assert decide(fresh, related, DecisionBasis(now=NOW)) == expected
    assert decide(turned, related, DecisionBasis(now=NOW)) == expected


@given(newsrooms())
def test_stories_hold_a_language_and_outlet_once_and_pairs_are_inside_stories(newsroom):
    fresh, related = newsroom
    found = decide(fresh, related, DecisionBasis(now=NOW))
    story = {each.article_id: each.story_id for each in (*fresh, *related)}
    known_together = set(story.values())
    story |= {each.article_id: each.story_id for each in found.memberships}
    assert set(story.values()) <= known_together
    by_id = {each.article_id: each for each in (*fresh, *related)}
    held = [(story[i], each.language, each.outlet) for i, each in by_id.items() if each.language]
    assert len(held) == len(set(held))
    for pair in found.pairs:
        assert pair.article_id_a < pair.article_id_b
        assert story[pair.article_id_a] == story[pair.article_id_b]
        assert by_id[pair.article_id_a].language != by_id[pair.article_id_b].language
    for one in by_id.values():
        for other in by_id.values():
            if one.story_id == other.story_id:
                assert story[one.article_id] == story[other.article_id]


@given(newsrooms())
def test_deciding_again_changes_nothing(newsroom):
    fresh, related = newsroom
    found = decide(fresh, related, DecisionBasis(now=NOW))
    moved = {each.article_id: each.story_id for each in found.memberships}

    def after(articles):
        return [replace(a, story_id=moved.get(a.article_id, a.story_id)) for a in articles]

    again = decide(after(fresh), after(related), DecisionBasis(now=NOW))
    assert again.memberships == ()
    assert again.pairs == found.pairs


def test_a_refused_edge_is_kept_with_its_reason_and_who_has_the_place():
    uk, ru = facts("uk", 815, names("ru")), facts("ru", 815, names("uk"))
    late = facts("ru", 816, names("uk"))
    found = decided(uk, ru, late)
    (refusal,) = found.refusals
    assert (refusal.article_id_a, refusal.article_id_b) == ("815-uk", "816-ru")
    assert (refusal.reason, refusal.kept, refusal.evidence) == ("second-ru", "815-ru", "hreflang")
    assert [each["from"] for each in evidence(refusal)] == ["816-ru"]
    assert found.refused == (("second-ru", 1),)


def test_what_is_barred_is_a_refusal_and_a_home_page_is_only_counted():
    same = facts("uk", 817, names("uk"))
    home = facts("en", 818, Alternate("uk", "https://courier.example/", "hreflang"))
    found = decided(facts("uk"), same, home)
    assert [(each.reason, each.kept) for each in found.refusals] == [("same-language", None)]
    assert found.refused == (("home-page", 1), ("same-language", 1))


@pytest.mark.parametrize(
    "details", ["{broken", "[]", '{"evidence": 5}', '{"evidence": [{}]}', '{"evidence": ["x"]}', "[" * 9_000]
)
def test_a_strangers_broken_details_are_a_sentence(details: str) -> None:
    with pytest.raises(ArchiveDamaged, match="cannot be explained"):
        evidence_kinds(("a", "b"), details)
    assert evidence_kinds(("a", "b"), '{"evidence": [{"kind": "label"}]}') == (["label"], False)
    assert evidence_kinds(("a", "b"), None) == ([], False)
