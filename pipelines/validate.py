"""The stage that refuses pages which are no article, each with a reason.

A page with HTTP status 200 may still be a block page, a list or empty.
"""

import re

from archive.format.reasons import Reason
from crawler.extraction.fields.alternates import is_home_page
from crawler.extraction.kind.block_pages import wall_words
from crawler.extraction.kind.page_kind import BRIEF
from crawler.items import Article, Refusal
from crawler.workers.stages import WorkerStage

_OPENING = 200
"""Characters of the body searched for a block page. A block page says so at once; an article about captchas
has a headline and a date first."""

_NOT_FOUND = re.compile(
    r"(?:error\s*)?404\b|page not found|сторінк[уа] не (?:знайдено|існує)|страница не (?:найдена|существует)"
    r"|помилка 404|ошибка 404",
    re.IGNORECASE,
)


class ValidateStage(WorkerStage):
    """First of the deciding stages: it lets only articles pass."""

    def decide(self, article: Article) -> Article:
        refused = _refusal(article)
        return article if refused is None else article.with_(refused=refused)


def _refusal(article: Article) -> Refusal | None:
    headline, body = (article.headline or "").strip(), article.body.strip()
    dated = article.published_at is not None
    if is_home_page(article.url):
        return Refusal(Reason.HOME_PAGE, f"{article.url} is a front page, not an article")
    if not dated and (wall := wall_words().search(f"{headline}\n{body[:_OPENING]}")):
        return Refusal(Reason.BLOCKED_PAGE, f"{article.url} shows a wall instead of the article: {wall[0]!r}")
    if not dated and _NOT_FOUND.match(headline):
        return Refusal(
            Reason.ERROR_PAGE, f"{article.url} answered {article.http_status} and says {headline!r}"
        )
    # Some sites print the front page as canonical on each article; then only the date tells them apart.
    if article.canonical_url and is_home_page(article.canonical_url) and not dated:
        return Refusal(
            Reason.HOME_PAGE, f"{article.url} names the front page {article.canonical_url} as itself"
        )
    claims = {claim.source: claim.value for claim in article.extra}
    if claims.get("kind") == "list":
        return Refusal(
            Reason.NOT_AN_ARTICLE, f"{article.url} is a list of articles: {claims.get('kind_source')}"
        )
    if not headline:
        return Refusal(Reason.NO_HEADLINE, f"{article.url} has no headline in h1, og:title or JSON-LD")
    if not body:
        return Refusal(Reason.NO_BODY, f"{article.url} has a headline and no text: {headline!r}")
    return None if len(body) >= BRIEF else _refusal_of_a_brief(article, len(body))


def _refusal_of_a_brief(article: Article, length: int) -> Refusal | None:
    """Accept a short text only if the page says that it is an article, and gives its date."""
    claims = {claim.source: claim.value for claim in article.extra}
    if (kind := claims.get("kind")) in {"video", "gallery"}:
        return Refusal(
            Reason.NOT_AN_ARTICLE,
            f"{article.url} is a {kind} ({claims.get('kind_source')}) of {length} characters",
        )
    missing: list[str] = []
    if article.published_at is None:
        missing.append("no date")
    if "page_type" not in claims:
        missing.append("no type")
    if missing:
        return Refusal(
            Reason.TOO_SHORT, f"{article.url} has {length} characters of text and {' and '.join(missing)}"
        )
    return None
