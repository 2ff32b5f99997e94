"""What a crawl of the newsroom must find: taken from the stories, so there is one truth.

Read from the stories of `crawler/demo`; nothing here says how to find it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from crawler.demo.article_page import byline_text, hreflang_targets, switcher_targets
from crawler.demo.site import announced
from crawler.demo.story_files import Story, Variant, load_stories, plain
from crawler.items import TextBlock


@dataclass(frozen=True, slots=True)
class ExpectedArticle:
    """Paths, not addresses: the port is known only once the newsroom runs."""

    story: str
    language: str
    path: str
    """After redirects."""
    requested_path: str
    """The one that feeds and siblings name: the old address where the page has moved, else `path`."""
    headline: str
    byline: str | None
    authors: tuple[str, ...]
    """Persons only."""
    blocks: tuple[TextBlock, ...]
    """Without the caption; markup removed."""
    caption: str | None
    published_at: datetime
    """UTC."""
    modified_at: datetime | None
    """As the page states it: JSON-LD repeats the time of publication where nothing changed."""
    tags: tuple[str, ...]
    announced_in: str | None
    """`sitemap` or `rss`; None for those that only a sibling leads to."""
    hreflang: tuple[tuple[str, str], ...]
    """(tag, path) as printed, wrong ones too; the same for the switcher, by language."""
    switcher: tuple[tuple[str, str], ...]
    shows: tuple[str, ...]
    """The oddities of its story; README.md explains the names."""

    def count(self, kind: str) -> int:
        return sum(block.kind == kind for block in self.blocks)

    @property
    def body(self) -> str:
        return "\n\n".join(block.text for block in self.blocks)


def expected_articles() -> tuple[ExpectedArticle, ...]:
    return tuple(
        _expected(story, variant)
        for story in load_stories()
        if story.layout != "video"
        for variant in story.variants
    )


def expected_dropped() -> tuple[str, ...]:
    """Paths that are announced and answer 200, but carry no article."""
    return tuple(v.path for story in load_stories() if story.layout == "video" for v in story.variants)


def expected_missing() -> tuple[str, ...]:
    """Paths that a page promises as a translation and that answer 404."""
    articles = expected_articles()
    known = {"/", "/ukr/", "/eng/", "/rus/"} | {article.requested_path for article in articles}
    promised = {path for article in articles for _, path in article.hreflang + article.switcher}
    return tuple(sorted(promised - known))


def _expected(story: Story, variant: Variant) -> ExpectedArticle:
    listed = {told.path for where in ("sitemap", "rss") for _, told in announced((story,), where)}
    modified = variant.modified or (variant.published if variant.linked_data != "none" else None)
    return ExpectedArticle(
        story=story.name,
        language=variant.language,
        path=variant.path,
        requested_path=variant.linked_path,
        headline=variant.headline,
        byline=byline_text(variant),
        authors=variant.authors,
        blocks=tuple(TextBlock(block.kind, plain(block.text)) for block in variant.body),
        caption=variant.caption,
        published_at=variant.published.astimezone(UTC),
        modified_at=modified.astimezone(UTC) if modified else None,
        tags=variant.tags,
        announced_in=story.announced_in if variant.path in listed else None,
        hreflang=tuple(hreflang_targets(story, variant).items()),
        switcher=tuple(switcher_targets(story, variant).items()),
        shows=story.shows,
    )
