"""A crawl does not bring back what was purged."""

from __future__ import annotations

from archive.operations.purge import purge
from tests.crawler.story.test_crawl import three_variants
from tests.newsrooms.newsroom import Site
from tests.support.running import Crawl


def test_a_purged_article_is_dropped_with_a_reason_and_its_story_goes_on(crawl: Crawl) -> None:
    with Site() as site:
        addresses = three_variants(site)
        run = crawl("page", "-a", f"url={addresses['ru']}")
        assert len(run.table("articles")) == 3
        purge(run.archive, addresses["ru"], "asked")
        again = crawl("page", "-a", f"url={addresses['ru']}")
        through = crawl("page", "-a", f"url={addresses['uk']}")
    assert "dropped(purged)" in again.out + again.err or "purged" in again.out
    assert set(through.table("articles")["language"]) == {"uk", "en"}
    looks = through.table("observations")
    assert "purged" in set(looks["reason"])
    assert addresses["ru"] not in set(looks["url"]) | set(looks["requested_url"])
    assert run.archive.joinpath("_purged").is_dir()
