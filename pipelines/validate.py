"""The stage that refuses pages which are no article, each with a reason.

A page with HTTP status 200 may still be a block page, a list or empty.
"""

from __future__ import annotations

import re

from crawler.extraction.fields.alternates import is_home_page
from crawler.extraction.kind.page_kind import BRIEF
from crawler.items import Article, Look
from pipelines.exceptions import Refused

_OPENING = 200
"""Characters of the body searched for a block page. A block page says so at once; an article about captchas
has a headline and a date first."""

_BLOCKED = re.compile(
    r"just a moment\.\.\.|checking (?:if the site connection|your browser)|attention required!"
    r"|verify(?:ing)? (?:that )?you are (?:a )?human|are you a robot|access denied|unusual traffic from your"
    r"|enable javascript and cookies to continue|ddos-guard|incapsula incident"
    r"|(?:підтвердіть|доведіть),\s*що ви не робот|перевіряємо ваш браузер|доступ (?:заборонено|обмежено)\b"
    r"|(?:подтвердите|докажите),\s*что вы не робот|проверяем ваш браузер|доступ (?:запрещ[её]н|ограничен)\b",
    re.IGNORECASE,
)
_NOT_FOUND = re.compile(
    r"(?:error\s*)?404\b|page not found|сторінк[уа] не (?:знайдено|існує)|страница не (?:найдена|существует)"
    r"|помилка 404|ошибка 404",
    re.IGNORECASE,
)


class ValidateStage:
    """First of the deciding stages: it lets only articles pass."""

    def process_item(self, item: Article | Look) -> Article | Look:
        if isinstance(item, Article):
            _refuse_what_is_no_article(item)
        return item


def _refuse_what_is_no_article(article: Article) -> None:
    headline, body = (article.headline or "").strip(), article.body.strip()
    dated = article.published_at is not None
    if is_home_page(article.url):
        raise Refused("home-page", f"{article.url} is a front page, not an article")
    if not dated and (wall := _BLOCKED.search(f"{headline}\n{body[:_OPENING]}")):
        raise Refused("blocked-page", f"{article.url} shows a wall instead of the article: {wall[0]!r}")
    if not dated and _NOT_FOUND.match(headline):
        raise Refused("error-page", f"{article.url} answered {article.http_status} and says {headline!r}")
    # Some sites print the front page as canonical on each article; then only the date tells them apart.
    if article.canonical_url and is_home_page(article.canonical_url) and not dated:
        raise Refused("home-page", f"{article.url} names the front page {article.canonical_url} as itself")
    if not headline:
        raise Refused("no-headline", f"{article.url} has no headline in h1, og:title or JSON-LD")
    if not body:
        raise Refused("no-body", f"{article.url} has a headline and no text: {headline!r}")
    if len(body) < BRIEF:
        _refuse_what_is_no_brief(article, len(body))


def _refuse_what_is_no_brief(article: Article, length: int) -> None:
    """Accept a short text only if the page says that it is an article, and gives its date."""
    said = {claim.source: claim.value for claim in article.extra}
    if (kind := said.get("kind")) in {"video", "gallery"}:
        raise Refused(
            "not-an-article", f"{article.url} is a {kind} ({said.get('kind_source')}) of {length} characters"
        )
    missing = [
        what
        for what, there in (("no date", article.published_at), ("no type", "page_type" in said))
        if not there
    ]
    if missing:
        raise Refused(
            "too-short", f"{article.url} has {length} characters of text and {' and '.join(missing)}"
        )
