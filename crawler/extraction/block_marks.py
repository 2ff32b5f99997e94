"""What pages that stand before an article say and carry: services that keep robots away, and consent walls.

Each mark names its grounds: `seen`, in tests, saved pages or detectors of public repositories, searched for it
in November 2026; `memory`, where nothing was found. No live page was looked at.
"""
# ruff: noqa: E501 - patterns

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Where = Literal["title", "markup", "text", "address"]


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that a block page has; `title` is matched whole, the others are searched for."""

    service: str
    where: Where
    pattern: re.Pattern[str]
    grounds: Literal["seen", "memory"]


def _mark(service: str, where: Where, pattern: str, grounds: Literal["seen", "memory"] = "seen") -> Mark:
    return Mark(service, where, re.compile(pattern, re.IGNORECASE), grounds)


ROBOT_CHECK = "robot check"
CONSENT = "consent wall"

MARKS: tuple[Mark, ...] = (
    _mark("Cloudflare", "title", r"just a moment\W*|attention required! \| cloudflare|access denied \|.*cloudflare.*"),
    _mark("Cloudflare", "markup", r"_cf_chl_opt"),
    # not the path alone: each page behind Cloudflare may carry challenge-platform/scripts/jsd
    _mark("Cloudflare", "markup", r"/cdn-cgi/challenge-platform/h/\w+/orchestrate/"),
    _mark("Cloudflare", "markup", r"id=[\"']?(?:challenge-(?:error-text|form|running|stage)|cf-(?:wrapper|error-details))"),
    _mark("Cloudflare", "markup", r"cf-browser-verification|data-translate=[\"']?(?:block_headline|checking_browser)"),
    _mark("Cloudflare", "text", r"enable javascript and cookies to continue|sorry, you have been blocked"),
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
        r"verify(?:ing)? (?:that )?you are (?:a )?human|checking (?:if the site connection|your browser)"
        r"|unusual traffic from your|access denied|(?:підтвердіть|доведіть),? що ви не робот|перевіряємо ваш браузер"
        r"|(?:йде|триває|виконується) перевірка(?: вашого)? браузера|(?:идёт|идет|выполняется) проверка(?: вашего)? браузера"
        r"|(?:подтвердите|докажите),? что (?:вы не робот|запросы отправляли вы)|проверяем ваш браузер"
        r"|доступ (?:до сайту )?(?:обмежено|заборонено)|доступ (?:к сайту )?(?:ограничен|запрещ[её]н)",
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
        r"(?:we|we,|yahoo,?) and (?:our|its) partners|ми (?:та|й|і) наші партнери|мы и наши партн[её]ры"
        r"|(?:accept|agree to) (?:all )?(?:cookies )?to continue|(?:прийміть|примите) (?:файли|файлы) cookie",
        "memory",
    ),
)  # fmt: skip
