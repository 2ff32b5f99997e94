"""Which data files a page reads: those with rows of its story, article or address, and no other."""

import random
from contextlib import closing
from urllib.parse import quote

import pytest

import archive
from archive.addresses import address_key, bare_url, plain_url
from archive.read.archive import Archive
from archive.read.find import at_address, spelled_otherwise
from archive.viewer.outlet import address_values
from archive.viewer.render import NO_ARCHIVE, Pages
from archive.viewer.search import fill, side_file
from archive.viewer.search.file_keys import address_key_of, keys_of_spellings
from archive.viewer.search.lookup import Lookup
from tests.archive.made import make_article
from tests.archive.viewer.test_web import serving, site, text_of

__all__ = ["site"]
_PIECES = (
    *("https://", "http://", "a.example", "www.a.example", "M.a.example", "/", "//", "amp", "AMP.html"),
    *("a", "%61", "%41", "%C3%A9", "é", "story-1", "a-long-title-here", "?", "&", "a=1", "page=2"),
    *("utm_source=x", "#part", ":443", ";jsessionid=1", "index.amp", ".", "~", "mobile."),
)  # fmt: skip


@pytest.fixture(scope="module")
def addresses():
    drawn = random.Random(36)
    addresses = set()
    for _ in range(20_000):
        start = f"https://{drawn.choice(('', '', 'www.', 'm.', 'M.'))}a.example/"
        addresses.add(start + "".join(drawn.choices(_PIECES, k=drawn.randint(0, 4))))
    # a needless escape has a digit, which makes the step before the query the name of an article
    return sorted({*addresses, "https://a.example/%41?page=2&a=1", "https://a.example/A?page=2"})


def test_an_address_with_nothing_to_normalise_stays_as_the_others_become(addresses):
    """A fragment is always removed, so that such an address takes the long way."""
    for url in addresses:
        if "#" not in url:
            assert plain_url(url) == plain_url(f"{url}#x")


def test_every_spelling_of_an_address_is_under_one_of_its_keys(addresses):
    alike = {}
    for url in addresses:
        for name in (("fetched", address_key(url)), ("spelled", plain_url(bare_url(url)))):
            alike.setdefault(name, []).append(url)
    assert sum(len(group) > 1 for group in alike.values()) > 1000
    for group in alike.values():
        stored = {address_key_of(x) for x in group}
        assert [x for x in group if not stored <= keys_of_spellings(x)] == []


def test_a_page_is_whole_without_the_files_that_have_nothing_of_it(site):
    opened = archive.open(site)
    omission = opened.sql("SELECT * FROM omissions").to_pylist()[0]
    story_id, article_id = omission["story_id"], omission["article_id"]
    url = omission["url"]
    with closing(Lookup(side_file.connect(side_file.side_file(opened.storage.layout)))) as lookup:
        ids = [x.article_id for x in lookup.line(story_id).articles]
        of_story = lookup.rows.files(ids, story_id)
        of_article = lookup.rows.files([article_id])
        of_address = lookup.rows.files([article_id], url=url)
    passage = f"{article_id}/1/{block_of(opened, omission)}/{omission['missing_article_id']}"
    pages = {
        f"/stories/{story_id}": (of_story, "match score 0.97"),
        f"/omissions/{passage}": (of_story, omission["text"][:20]),
        f"/articles/{article_id}": (of_article, "1 visit"),
        f"/why?url={quote(url)}": (of_address, "archived 200"),
        f"/why?url={quote(url.replace('https://', 'http://www.'))}": (of_address, "archived 200"),
    }
    with serving(site) as get:
        for path, (files, words) in pages.items():
            page = text_of(get(path)[2])
            assert words in page
            others = [site / x.path for x in opened.snapshot.files if x.path not in files]
            assert len(others) > 5
            for file in others:
                file.rename(file.with_suffix(".away"))
            status, _, body = get(path)
            assert (status, text_of(body)) == (200, page)
            for file in others:
                file.with_suffix(".away").rename(file)


def test_an_address_has_what_all_files_have_of_it(open_writer, root):
    """One was asked for elsewhere, one is claimed as canonical, one is in another spelling."""
    start, claimed = "https://courier.example/old/7-story", "https://herald.example/original-story-1"
    records = [
        make_article(7, requested_url=start),
        make_article(8, canonical_url=claimed),
        make_article(9, syndicated_from=claimed),
        make_article(10),
    ]
    for n, record in enumerate(records):
        with open_writer(f"run-{n}") as writer:
            writer.add_article(record)
            writer.commit()
    opened = archive.open(root)
    fill.fill(opened, texts=False)
    asked_for = [start, claimed, "x://y", ""]
    for url in (*(x.url for x in records), start, claimed):
        asked_for += [url, url.replace("https://", "http://www."), f"{url}/amp?utm_source=x", f"{url}?a=1"]
    with closing(Lookup(side_file.connect(side_file.side_file(opened.storage.layout)))) as lookup:
        for url in asked_for:
            values = address_values(opened, lookup, Pages("en", NO_ARCHIVE), url)
            assert (values["fetched"], values["naming"]) == (at_address(opened, url) if url else ([], []))
            spelled = spelled_otherwise(opened, url)
            for spelling in (url, *spelled):
                visits = opened.observations(url=spelling).to_pylist() if spelling else []
                if visits:
                    break
            assert values["visits"] == visits
            assert values["spelled"] == (spelled if url not in {x["requested_url"] for x in visits} else [])
        assert len(address_values(opened, lookup, Pages("en", NO_ARCHIVE), claimed)["naming"]) == 2


def block_of(opened: Archive, omission):
    """Return the first block of a passage that its article has alone."""
    for row in opened.alignments(omission["story_id"]).to_pylist():
        side = {"omitted": "a", "added": "b"}.get(row["kind"])
        if side and row[f"article_id_{side}"] == omission["article_id"]:
            return row[f"paragraphs_{side}"][0]
    raise AssertionError("no such row")
