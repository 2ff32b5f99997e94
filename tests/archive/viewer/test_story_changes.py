"""Edits and takedowns as a page, files and feeds; what the other languages did; why a row is in a list."""

import json
import shutil
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import lxml.html
import pytest

import archive
from archive.addresses import story_of_one
from archive.format.records import Decisions, Membership, PairRecord, TextBlock
from archive.viewer.figure_frames import FIGURES
from archive.viewer.search import fill, side_file
from archive.viewer.search.answers import ArticleLine, ChangeEvent, EditVisit, Question
from archive.viewer.search.change_log import (
    REACTIONS,
    ChangeLog,
    FollowUp,
    after_edit,
    after_takedown,
    summed_up,
)
from archive.viewer.search.lookup import Lookup
from tests.archive.viewer.conftest import TEXTS, rows
from tests.archive.viewer.test_web import serving, site, text_of

__all__ = ["site"]


def hour(n):
    return datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=n)


def test_edits_and_takedowns_are_a_page_and_a_feed(site):
    with serving(site) as get:
        told = text_of(get("/changes")[2])
        assert "taken down" in told
        assert "+ </p><script>alert(1)</script>" in told
        rows = json.loads(get("/changes.json")[2])
        assert [(x["kind"], x["language"]) for x in rows] == [("gone", "uk"), ("edit", "uk")]
        assert [x["kind"] for x in json.loads(get("/changes.json?followed=alone")[2])] == []
        for kind in ("edit", "gone"):
            assert [x["kind"] for x in json.loads(get(f"/changes.json?kind={kind}")[2])] == [kind]
        assert get("/changes?kind=takedown")[0] == 400
        status, _, body = get("/changes?followed=alon")
        assert (status, "?followed=alone" in body.decode()) == (400, True)
        assert get("/?followed=alone")[0] == 400
        titles = [x["title"] for x in json.loads(get("/changes.feed.json?interface=uk")[2])["items"]]
        assert titles[0] == "Знято текст українською: Headline 3 uk"
        kinds = {x["tags"][0] for x in json.loads(get("/search.feed.json?gone=1")[2])["items"]}
        assert "gone" in kinds
        assert get("/changes?outlet=curier")[0] == 400


def test_a_row_says_why_it_is_in_a_list(site):
    with serving(site) as get:
        row = text_of(get("/?missing=en&gone=1")[2])
        assert "not in English" in row
        assert "25% in Russian, not in English" in text_of(get("/")[2])
        assert "taken down: Ukrainian, last seen 2026-03-" in row
        listed = json.loads(get("/stories.json?q=bridge")[2])[0]
        columns = ("omitted_language", "omitted_in", "omitted", "omitted_doubtful")
        assert [listed[x] for x in columns] == ["ru", "en", 0.25, 0.0]
        told = text_of(get("/?omitted=10")[2])
        assert "25% of the Russian text is not in English" in told


def test_edits_need_no_data_file(site, root):
    opened = archive.open(root)
    fill.fill(opened, texts=False)
    versions = opened.versions(columns=["article_id", "version", "valid_from", "last_seen"]).to_pylist()
    for path in opened.versions().files():
        path.unlink()
    connection = side_file.connect(side_file.side_file(opened.storage.layout))
    with closing(Lookup(connection)) as lookup:
        asked: list[str] = []
        connection.set_trace_callback(asked.append)
        kinds = ["gone" if x.edit is None else "edit" for x in lookup.changes_of(Question())]
        # filling has sorted them: of a million texts, a page would do it for a second
        assert (kinds, asked) == (["gone", "edit"], [])
        connection.set_trace_callback(None)
        (event,) = lookup.changes_of(Question(), "edit")
        before, after = sorted(
            (x for x in versions if x["article_id"] == event.article_id), key=lambda x: x["version"]
        )
        edit = EditVisit(after["version"], before["version"], after["valid_from"], before["last_seen"])
        assert event.edit == edit
        assert lookup.changes.edits_of(lookup.lines_of([event.story_id]).values()) == {
            event.article_id: [edit]
        }


def test_edits_go_with_their_stories_and_their_versions(open_writer, variants, root, noon):
    """An edit is of the story that its article is in now, and goes where an older archive takes its place."""
    uk, en = variants(1, "uk", "en")
    with open_writer("run-0") as writer:
        writer.add_article(uk)
        writer.add_article(en)
        writer.commit()
    shutil.copytree(root, backup := root.with_name("backup"), symlinks=True)
    with open_writer("run-1") as writer:
        for record in (uk, en):
            later = replace(record, body="Edited.", content_hash=f"{1:064}", fetched_at=noon.replace(hour=20))
            writer.add_article(later)
        writer.commit()
    assert stories_of_edits(root) == ({story_of_one(uk.article_id), story_of_one(en.article_id)}, set())
    story = story_of_one(uk.article_id)
    pair = PairRecord(*sorted((uk.article_id, en.article_id)), "hreflang", True, 0.97, None, noon)
    with open_writer("run-2") as writer:
        again = replace(uk, body="Again.", content_hash=f"{2:064}", fetched_at=noon.replace(hour=22))
        writer.add_article(again)
        writer.commit(lambda *_: Decisions((pair,), (Membership(en.article_id, story),)))
    assert stories_of_edits(root) == ({story}, {story})
    shutil.rmtree(root)
    backup.rename(root)
    assert stories_of_edits(root) == (set(), set())


def test_pages_of_changes_follow_each_other(open_writer, variants, root, noon):
    """Also of those that no other language has followed."""
    pairs, members, stories = [], [], 52
    with open_writer("run-0") as writer:
        for n in range(stories):
            uk, en = variants(n, "uk", "en")
            writer.add_article(uk)
            writer.add_article(en)
            ids = sorted((uk.article_id, en.article_id))
            pairs.append(PairRecord(*ids, "hreflang", True, 0.97, None, noon))
            members += [Membership(x, story_of_one(uk.article_id)) for x in ids]
        writer.commit(lambda *_: Decisions(tuple(pairs), tuple(members)))
    with open_writer("run-1") as writer:
        for n in range(stories):
            uk, en = variants(n, "uk", "en")
            at = noon.replace(hour=20, minute=n)
            writer.add_article(replace(uk, body="Edited.", content_hash=f"{n:064}", fetched_at=at))
            writer.add_article(replace(en, fetched_at=at))
        writer.commit()
    fill.fill(archive.open(root), texts=False)
    with serving(root) as get:
        for query in ("", "followed=alone&"):
            first, second = (
                [
                    x.get("href")
                    for x in lxml.html.fromstring(get(f"/changes?{query}page={n}")[2]).xpath(
                        '//*[contains(@class, "changes")]//a[starts-with(@href, "/articles/")]'
                    )
                ]
                for n in (1, 2)
            )
            assert (len(set(first)), len(set(second))) == (50, 2)
            assert set(first).isdisjoint(second)


def test_what_the_others_did_is_summed_up_as_filling_ends_of_the_stories_that_were_touched(
    open_writer, variants, root, noon
):
    at = noon.replace(hour=20)
    stories = [story_of_one(variants(n, "uk", "en")[0].article_id) for n in range(3)]
    with open_writer("run-0") as writer:
        members = []
        for n, story in enumerate(stories):
            for record in variants(n, "uk", "en"):
                writer.add_article(record)
                members.append(Membership(record.article_id, story))
        writer.commit(lambda *_: Decisions((), tuple(members)))
    with open_writer("run-1") as writer:
        for n in range(3):
            uk, en = variants(n, "uk", "en")
            edited = {"body": "Edited.", "content_hash": f"{n:064}", "fetched_at": at}
            writer.add_article(replace(uk, **edited))
            if n:
                writer.add_article(replace(en, **(edited if n == 2 else {"fetched_at": at})))
        writer.commit()
    opened = archive.open(root)
    fill.fill(opened, texts=False)
    with closing(Lookup(side_file.connect(side_file.side_file(opened.storage.layout)))) as lookup:
        for n, reaction in enumerate(("unknown", "alone", "followed")):
            assert {x.story_id for x in lookup.changes_of(Question(), "", reaction)} == {stories[n]}
        digest = lookup._digest
        former = digest.changes.copy()
        former["reaction"] = REACTIONS.index("followed")
        log = ChangeLog(lookup._sql, digest)
        reactions = log.reactions(replace(digest, changes=former), [stories[1]])
        assert reactions.tolist() == [
            REACTIONS.index("alone" if x == digest.number(stories[1]) else "followed") for x in log.stories
        ]


@pytest.mark.parametrize(
    ("kinds", "edit", "takedown"),
    [
        ([], "", ""),
        (["taken-down"], "", "followed"),
        (["taken-down", "not-visited", "not-edited"], "unknown", "followed"),
        (["not-edited", "first-seen-after", "edited"], "followed", "followed"),
        (["still-there"], "alone", "alone"),
        (["not-visited", "still-there"], "unknown", "unknown"),
        (["together", "not-visited"], "followed", "followed"),
    ],
)
def test_what_the_others_did_in_a_word(kinds, edit, takedown):
    others = [FollowUp("ru", x, None) for x in kinds]
    for event, reaction in ((EditVisit(2, 1, hour(4), hour(2)), edit), (None, takedown)):
        assert REACTIONS[summed_up(ChangeEvent(hour(4), "a", "story", event, ""), others)] == reaction


def stories_of_edits(root):
    """Fill; the stories with an edit, and those of which another article has followed."""
    opened = archive.open(root)
    fill.fill(opened, texts=False)
    with closing(Lookup(side_file.connect(side_file.side_file(opened.storage.layout)))) as lookup:
        edited, followed = lookup.changes_of(Question()), lookup.changes_of(Question(), reaction="followed")
        return {x.story_id for x in edited}, {x.story_id for x in followed}


@pytest.mark.parametrize(
    ("others", "last_seen", "kind", "seconds"),
    [
        ([], 5, "not-edited", None),
        ([], 2.9, "not-visited", None),
        ([], 3.5, "not-edited", None),  # by the crawl that saw the edit, some minutes before
        ([(4, 6)], 6, "edited", 7200),
        ([(2, 3)], 6, "together", None),
        ([(3, 6)], 6, "together", None),  # perhaps at three, before the visit at four
        ([(0, 1)], 6, "edited-before", 10800),
        ([(0, 1)], 3, "edited-before", 10800),
        ([(-60, -50)], 6, "not-edited", None),
    ],
)
def test_what_another_language_did_is_what_visits_have_seen(others, last_seen, kind, seconds):
    other = ArticleLine("b", "courier", "ru", "", "", None, hour(0), hour(last_seen), 0, None)
    edits = [EditVisit(2, 1, hour(at), hour(after)) for after, at in others]
    follow_up = after_edit(other, EditVisit(2, 1, hour(4), hour(2)), edits)
    assert (follow_up.kind, follow_up.seconds) == (kind, seconds)
    assert follow_up.last_seen == (hour(last_seen) if kind == "not-edited" else None)


@pytest.mark.parametrize(
    ("published", "first_seen", "kind"),
    [
        (None, 2, "not-edited"),
        (1, 2.9, "not-edited"),  # by the crawl that saw the text before the edit
        (1, 3.1, "first-seen-after"),  # an edit of its own may have come before
        (None, 2.1, "first-seen-after"),
        (3, 3, "first-seen-after"),
        (5, 5, "first-seen-after"),
    ],
)
def test_nobody_knows_whether_a_text_seen_after_an_edit_was_made_of_the_edited_one(
    published, first_seen, kind
):
    made = None if published is None else hour(published)
    other = ArticleLine("b", "courier", "ru", "", "", made, hour(first_seen), hour(6), 0, None)
    follow_up = after_edit(other, EditVisit(2, 1, hour(4), hour(2)), [])
    assert (follow_up.kind, follow_up.seconds) == (kind, None)
    edited = ChangeEvent(hour(4), "a", "story", EditVisit(2, 1, hour(4), hour(2)), "")
    reaction = REACTIONS[summed_up(edited, [follow_up])]
    assert reaction == ("alone" if kind == "not-edited" else "unknown")


def test_an_address_in_the_search_leads_to_its_visits(site):
    with serving(site) as get:
        status, headers, _ = get("/search?q=https%3A%2F%2Fcourier.example%2Fx")
        assert (status, headers["location"]) == (307, "/why?url=https%3A%2F%2Fcourier.example%2Fx")


def test_what_nobody_has_judged_is_doubtful_everywhere(writer, variants, root):
    """Before schema 6 no row says whether a passage surely is in one language only."""
    records = {}
    for record in variants(1, "uk", "en"):
        blocks = tuple(TextBlock(*x) for x in TEXTS[record.language])
        records[record.language] = replace(record, blocks=blocks, section="Місто")
        writer.add_article(records[record.language])
    first, second = sorted(records.values(), key=lambda x: x.article_id)
    story = story_of_one(first.article_id)
    pair = PairRecord(first.article_id, second.article_id, "hreflang", True, 0.97, None, first.fetched_at)
    members = tuple(Membership(x.article_id, story) for x in records.values())

    def align(*_):
        for row in rows(first.article_id, second.article_id, first.language, second.language):
            sides = {"characters_a": 50 * len(row.paragraphs_a), "characters_b": 50 * len(row.paragraphs_b)}
            yield replace(row, doubtful=None, **sides)

    writer.commit(lambda *_: Decisions((pair,), members, align=align))
    opened = archive.open(root)
    assert {x["doubtful"] for x in opened.sql("SELECT doubtful FROM omissions").to_pylist()} == {True}
    shares = opened.sql("SELECT missing, doubtful FROM shared_text WHERE language = 'uk'").to_pylist()
    assert shares == [{"missing": None, "doubtful": 1.0}]
    passages = opened.only_in(story)
    assert len(passages) > 6  # what is linked is among them
    assert all(x.doubtful for x in passages)
    assert set(opened.stories().to_pandas()["coverage_en_of_uk"]) == {0.0}
    sections = FIGURES["sections"](opened)
    assert sections["left_out"].isna().all()  # unknown, not nothing
    assert sections["doubtful"].tolist()[:2] == [0.333_333_333_333_333_3, 0.5]
    fill.fill(opened)
    with serving(root) as get:
        line = json.loads(get("/stories.json")[2])[0]
        assert (line["omitted"], line["omitted_doubtful"]) == (None, 0.5)
        assert line["numbers_differ"] == []
        assert "perhaps 50%" in text_of(get("/")[2])
        page = text_of(get(f"/stories/{story}")[2])
        assert "How much of the Ukrainian text is in English is unknown: all of it is doubtful" in page
        assert "0% of the Ukrainian" not in page
        assert "Numbers that contradict" not in page


def test_any_of_many_sections_can_be_chosen(open_writer, article, root):
    writer = open_writer("run-1")
    for n in range(45):
        writer.add_article(article(n, "uk", f"Текст {n}.", section=f"section {n}"))
    writer.commit()
    writer.close()
    fill.fill(archive.open(root))
    with serving(root) as get:
        assert "<option>section 44</option>" in get("/")[2].decode()
        assert "1 story" in text_of(get("/?section=section+44")[2])


@pytest.mark.parametrize(
    ("last_seen", "is_gone", "kind"),
    [(6, False, "still-there"), (3, False, "not-visited"), (3, True, "taken-down")],
)
def test_what_the_other_languages_did_after_a_takedown(last_seen, is_gone, kind):
    gone = hour(5) if is_gone else None
    other = ArticleLine(
        "b", "courier", "en", "Headline", "https://a.example/", None, hour(0), hour(last_seen), 0, gone
    )
    assert after_takedown(other, hour(4)).kind == kind
