"""Block pages: a robot check or a consent wall in place of the article.

Such a page is refused whatever its status, and requested again later.
"""
# ruff: noqa: E501 - patterns

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from lxml.html import HtmlElement

from crawler.exceptions import Blocked
from crawler.extraction.document.outline import Outline
from crawler.extraction.document.text import one_line

_MOST_TEXT = 3000
"""Visible characters, menus included: a block page has some hundred, a consent wall up to 2,000."""
_LITTLE_TEXT, _NEXT_TO_NO_TEXT = 600, 300
_HEAD = 64 << 10
_LINKS = 20
"""Links of a consent wall, fewer than; its partners' list is another page."""
CONSENT_HEADING = re.compile(
    r"privacy|cookies?\b|consent|before you continue|приватн|конфіденційн|конфиденциальн|файл\w* cookie"
    r"|privatsphäre|mit werbung|datenschutz|vie privée|prywatno",
    re.IGNORECASE,
)
_UNSEEN = {"script", "style", "template", "title"}
# a page with a publication date is the page that was requested
_DATED = re.compile(rb"article:published_time|datePublished")
Where = Literal["title", "markup", "text", "address"]
ROBOT_CHECK = "robot check"
CONSENT = "consent wall"


def refuse_block_page(page: Outline, body: bytes, url: str) -> None:
    """Raise Blocked if the page is a block page, with the service and the kinds of marks found.

    Two marks of one service are needed; on a page with next to no text, one in the markup or the title is
    enough. A single mark may be in an article about the service, or on any page behind it.
    """
    tree = page.root
    if _is_much(page) or (text := _visible(tree)) is None or _DATED.search(body):
        return
    title = tree.find(".//title")
    places = {
        "title": one_line("".join(title.itertext())) if title is not None else "",
        "markup": body[:_HEAD].decode("utf-8", errors="replace"),
        "text": text,
        "address": url,
    }
    for service, marks in _marks_by_service(places).items():
        where = {mark.where for mark in marks}
        if service == CONSENT and where == {"text"} and not _is_only_consent(page):
            # any page may have such a notice over its article
            continue
        if _are_enough(service, where, len(marks), len(text)):
            beginning = places["title"] or text
            message = f"{url}: expected an article, got a page of {service} ({', '.join(sorted(where))})"
            raise Blocked(f"{message}: {beginning[:80]!r}")


def _is_only_consent(page: Outline) -> bool:
    """Tell if nothing on a page is an article's: no element of one, few links, no heading but the notice's."""
    headings = [one_line(page.elements[i].text_content()) for i in page.positions("h1", "h2")]
    return (
        "article" not in page.by_tag
        and len(page.by_tag.get("a", ())) < _LINKS
        and all(CONSENT_HEADING.search(heading) for heading in headings if heading)
    )


def _is_much(page: Outline) -> bool:
    """Tell quickly if a page has more text than a block page, without reading all of it."""
    length = 0
    body = next(iter(page.by_tag.get("body", ())), 0)
    for tag, text in zip(page.tags[body:], page.texts[body:], strict=True):
        if text and tag not in _UNSEEN:
            length += len(text.strip())
            if length > _MOST_TEXT:
                return True
    return False


def _are_enough(service: str, where: Collection[str], marks: int, length: int) -> bool:
    if ("title" in where or "markup" in where) and length < _NEXT_TO_NO_TEXT:
        return True
    # an article may have a captcha at its comments
    return marks > 1 and (service != ROBOT_CHECK or "title" in where or length < _LITTLE_TEXT)


def _marks_by_service(places: dict[str, str]) -> "dict[str, list[Mark]]":
    by_service: dict[str, list[Mark]] = {}
    for mark in MARKS:
        match = mark.pattern.fullmatch if mark.where == "title" else mark.pattern.search
        if match(places[mark.where]):
            by_service.setdefault(mark.service, []).append(mark)
    return by_service


def _visible(tree: HtmlElement) -> str | None:
    """Return the visible text in one line; None if it is too long for a block page."""
    parts: list[str] = []
    length = 0
    body = tree.find("body")
    for element in (tree if body is None else body).iter():
        before = None if element.tag in _UNSEEN or not isinstance(element.tag, str) else element.text
        for piece in (before, element.tail):
            if piece and (line := piece.strip()):
                parts.append(line)
                length += len(line)
        if length > _MOST_TEXT:
            return None
    return one_line(" ".join(parts))


# What only the words of a page tell, once it is read: `blocked-page` is decided by them, in pipelines/validate.py.

_ROBOT_WORDS = (
    r"verify(?:ing)? (?:that )?you are (?:a )?human|checking (?:if the site connection|your browser)"
    r"|unusual traffic from your|access denied|(?:підтвердіть|доведіть),?\s*що ви не робот|перевіряємо ваш браузер"
    r"|(?:подтвердите|докажите),?\s*что вы не робот|проверяем ваш браузер"
    r"|доступ (?:до сайту )?(?:обмежено|заборонено)\b|доступ (?:к сайту )?(?:ограничен|запрещ[её]н)\b"
)
_JAVASCRIPT = r"enable javascript and cookies to continue"
WALL_WORDS = re.compile(
    rf"{_ROBOT_WORDS}|{_JAVASCRIPT}|just a moment\.\.\.|attention required!|are you a robot|ddos-guard|incapsula incident",
    re.IGNORECASE,
)

# What pages that stand before an article say and carry: services that keep robots away, and consent walls.
#
# Each mark names its grounds: `seen`, in tests, saved pages or detectors of public repositories, searched
# for it in November 2026; `memory`, where nothing was found. No live page was looked at.


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark of a block page; a `title` must match as a whole, the others are searched for."""

    service: str
    where: Where
    pattern: re.Pattern[str]
    grounds: Literal["seen", "memory"]


def _mark(service: str, where: Where, pattern: str, grounds: Literal["seen", "memory"] = "seen") -> Mark:
    return Mark(service, where, re.compile(pattern, re.IGNORECASE), grounds)


MARKS: tuple[Mark, ...] = (
    _mark("Cloudflare", "title", r"just a moment\W*|attention required! \| cloudflare|access denied \|.*cloudflare.*"),
    _mark("Cloudflare", "markup", r"_cf_chl_opt"),
    # not the path alone: each page behind Cloudflare may carry challenge-platform/scripts/jsd
    _mark("Cloudflare", "markup", r"/cdn-cgi/challenge-platform/h/\w+/orchestrate/"),
    _mark("Cloudflare", "markup", r"id=[\"']?(?:challenge-(?:error-text|form|running|stage)|cf-(?:wrapper|error-details))"),
    _mark("Cloudflare", "markup", r"cf-browser-verification|data-translate=[\"']?(?:block_headline|checking_browser)"),
    _mark("Cloudflare", "text", rf"{_JAVASCRIPT}|sorry, you have been blocked"),
    _mark("Cloudflare", "text", r"(?:cloudflare )?ray id:? "),
    _mark("DDoS-Guard", "title", r"ddos-guard"),
    _mark("DDoS-Guard", "markup", r"/\.well-known/ddos-guard/|data-ddg-", "memory"),
    _mark("DDoS-Guard", "text", r"ddos protection by ddos-guard|checking your browser before accessing"),
    _mark("Imperva", "markup", r"/_Incapsula_Resource\?(?:SWJIYLWA=\w+,|CWUDNSAI=)"),
    _mark("Imperva", "text", r"incapsula incident id"),
    _mark("Imperva", "title", r"pardon our interruption\W*"),
    _mark("PerimeterX", "title", r"access to this page has been denied\W*"),
    _mark("PerimeterX", "markup", r"id=[\"']?_?px-?captcha|_pxAppId|captcha\.px-(?:cdn|cloud)\.net"),
    _mark("PerimeterX", "text", r"press & hold to confirm", "memory"),
    _mark("DataDome", "markup", r"captcha-delivery\.com"),
    _mark("DataDome", "markup", r"var dd\s*=\s*\{"),
    _mark("DataDome", "text", r"please enable js and disable any ad blocker"),
    _mark("Akamai", "title", r"access denied"),
    _mark("Akamai", "text", r"you (?:don.t|do not) have permission to access"),
    _mark("Akamai", "text", r"reference\s*#[0-9a-f]+\.[0-9a-f]+|errors\.edgesuite\.net"),
    _mark("Qrator", "markup", r"/__qrator/|qrator_jsr", "memory"),
    _mark("Qrator", "text", r"qrator", "memory"),
    _mark("AWS WAF", "markup", r"awsWafCookieDomainList|token\.awswaf\.com|AwsWafIntegration"),
    _mark("Sucuri", "title", r"sucuri website firewall.*"),
    _mark("Sucuri", "markup", r"sucuri_cloudproxy_js"),
    _mark("Vercel", "title", r"vercel security checkpoint"),
    _mark(
        ROBOT_CHECK,
        "title",
        r"(?:checking|verifying) your browser\W*|robot check|security check|are you (?:a robot|human)\W*|captcha"
        r"|(?:перевірка|проверка)(?: вашого| вашего)? браузера\W*|(?:ви|вы) (?:не )?робот\W*"
        r"|доступ (?:обмежено|заборонено|ограничен|запрещ[её]н)\W*|(?:403 )?forbidden|403|access denied",
        "memory",
    ),
    _mark(
        ROBOT_CHECK,
        "text",
        rf"{_ROBOT_WORDS}"
        r"|(?:йде|триває|виконується) перевірка(?: вашого)? браузера|(?:идёт|идет|выполняется) проверка(?: вашего)? браузера"
        r"|(?:подтвердите|докажите),? что запросы отправляли вы",
        "memory",
    ),
    _mark(
        ROBOT_CHECK,
        "markup",
        r"class=[\"']?[\w -]*(?:g-recaptcha|h-captcha|cf-turnstile|smart-captcha)"
        r"|(?:recaptcha/(?:api|enterprise)|hcaptcha\.com/1/api|challenges\.cloudflare\.com/turnstile)",
    ),
    _mark(CONSENT, "address", r"https?://(?:consent|guce|myprivacy)\.|/(?:collectConsent|privacy-?gate|consent)\b", "memory"),
    _mark(CONSENT, "markup", r"action=[\"']?[^\"'>]*(?:collectConsent|/consent\b|consent\.(?:google|youtube|yahoo)\.)", "memory"),
    _mark(CONSENT, "title", r"before you continue.*|.*privacy gate|.*\bis part of the yahoo family.*", "memory"),
    _mark(
        CONSENT,
        "text",
        r"stor(?:e|ing) (?:and/or|or|and) access(?:ing)? information on (?:a|your) device|доступ до інформації на пристрої"
        r"|(?:храним|сохраня\w+|получа\w+) [^.]{0,40}на (?:вашем )?устройстве|informationen auf (?:einem|ihrem) gerät"
        r"|process(?:ing)? (?:your )?personal data|обробля\w+ (?:ваші )?персональні дані"
        r"|обрабатыва\w+ (?:ваши )?персональные данные|personenbezogene daten",
        "memory",
    ),
    _mark(
        CONSENT,
        "text",
        r"we value your privacy|ми (?:цінуємо|дбаємо про) вашу (?:приватність|конфіденційність)"
        r"|мы (?:ценим вашу|заботимся о вашей) (?:приватность|приватности|конфиденциальность|конфиденциальности)"
        r"|mit werbung (?:lesen|weiter)|werbetracking|wir schätzen ihre privatsphäre",
        "memory",
    ),
    _mark(
        CONSENT,
        "text",
        r"(?:we|we,|yahoo,?) and (?:our|its) (?:(?:up to )?\d[\d ,]* )?partners|ми (?:та|й|і) наші (?:\d+ )?партнери"
        r"|мы и наши (?:\d+ )?партн[её]р|wir und unsere (?:bis zu )?(?:\d+ )?partner"
        r"|(?:accept|agree to) (?:all )?(?:cookies )?to continue|(?:прийміть|примите) (?:файли|файлы) cookie",
        "memory",
    ),
)  # fmt: skip
