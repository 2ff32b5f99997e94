"""Pages that stand before an article, in the structure of each service, with our own or no text.

The structure: what tests and detectors of public repositories look for, see
crawler/extraction/kind/block_pages.py.
"""
# ruff: noqa: E501 - pages

from __future__ import annotations

CLOUDFLARE = (
    '<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title>'
    '<meta http-equiv="refresh" content="360"></head><body><div class="main-wrapper"><noscript><div class="h2">'
    '<span id="challenge-error-text">Enable JavaScript and cookies to continue</span></div></noscript></div>'
    "<script>(function(){window._cf_chl_opt = {cvId: '3',cZone: 'visnyk.example'};var a = document.createElement"
    "('script');a.src = '/cdn-cgi/challenge-platform/h/g/orchestrate/chl_page/v1?ray=8f0';})();</script>"
    "</body></html>"
)
BLOCK_PAGES: dict[str, str] = {
    "Cloudflare": CLOUDFLARE,
    "Cloudflare, in another language": CLOUDFLARE.replace("Just a moment...", "Зачекайте…").replace(
        "Enable JavaScript and cookies to continue", "Увімкніть JavaScript"
    ),
    "Cloudflare, an address that is blocked": (
        "<html><head><title>Attention Required! | Cloudflare</title></head><body>"
        '<div id="cf-wrapper"><div id="cf-error-details"><h1 data-translate="block_headline">'
        "Sorry, you have been blocked</h1><h2>You are unable to access visnyk.example</h2>"
        + "<p>Our words, in place of theirs, on why this could be and whom to ask about it.</p>" * 8
        + "<span>Cloudflare Ray ID: <strong>8f0</strong></span></div></div></body></html>"
    ),
    "DDoS-Guard": (
        '<!DOCTYPE html><html><head><title>DDoS-Guard</title></head><body data-ddg-origin="true">'
        "<h1>Checking your browser before accessing visnyk.example</h1>"
        '<script src="/.well-known/ddos-guard/js-challenge/index.js"></script></body></html>'
    ),
    "Imperva": (
        '<html><head><META NAME="robots" CONTENT="noindex,nofollow">'
        '<script src="/_Incapsula_Resource?SWJIYLWA=5074a744,719d34d3"></script></head><body></body></html>'
    ),
    "Imperva, an incident": (
        '<html style="height:100%"><head><META NAME="ROBOTS" CONTENT="NOINDEX, NOFOLLOW"></head><body>'
        '<iframe id="main-iframe" src="/_Incapsula_Resource?CWUDNSAI=9&incident_id=12-34">Request unsuccessful. '
        "Incapsula incident ID: 12-34</iframe></body></html>"
    ),
    "PerimeterX": (
        "<html><head><title>Access to this page has been denied</title></head><body><h1>Our words</h1>"
        "<script>window._pxAppId = 'PX1';</script><div id=\"px-captcha\"></div></body></html>"
    ),
    "DataDome": (
        "<html><head><title>visnyk.example</title></head><body><p id='cmsg'>Please enable JS and disable any ad "
        "blocker</p><script>var dd={'rt':'c','cid':'A','hsh':'1','host':'geo.captcha-delivery.com'}</script>"
        '<script src="https://ct.captcha-delivery.com/c.js"></script></body></html>'
    ),
    "Akamai": (
        "<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD><BODY><H1>Access Denied</H1>You don't have permission to "
        'access "http&#58;&#47;&#47;visnyk&#46;example&#47;" on this server.<P>Reference&#32;&#35;18&#46;5307&#46;1'
        "</BODY></HTML>"
    ),
    "Qrator": '<html><head><script src="/__qrator/qauth_utm_v2.js"></script></head><body></body></html>',
    "AWS WAF": (
        "<html><head><title></title><script>window.awsWafCookieDomainList = ['visnyk.example'];</script>"
        '<script src="https://x.token.awswaf.com/x/challenge.js"></script></head><body></body></html>'
    ),
    "browser check, Ukrainian": (
        "<html><head><title>Перевірка браузера</title></head><body><h1>Зачекайте, триває перевірка браузера</h1>"
        "<p>Вас буде переспрямовано за кілька секунд.</p></body></html>"
    ),
    "browser check, Russian": (
        "<html><head><title>Вы не робот?</title></head><body><p>Подтвердите, что вы не робот</p></body></html>"
    ),
    "hCaptcha alone": (
        "<html><head><title>visnyk.example</title><script src='https://js.hcaptcha.com/1/api.js'></script></head>"
        "<body><form action='/check' method='post'><div class='h-captcha' data-sitekey='1'></div></form></body></html>"
    ),
    "reCAPTCHA alone": (
        "<html><head><title>Вісник</title></head><body><p>Ще хвилинку</p><div class='g-recaptcha'></div>"
        "<script src='https://www.google.com/recaptcha/api.js'></script></body></html>"
    ),
    "consent wall": (
        "<html><head><title>Before you continue to Visnyk</title></head><body>"
        + "<p>We and our partners store things on your device, and this is said at length in our words.</p>"
        * 12
        + '<form action="https://consent.google.com/save"><button>Accept</button></form></body></html>'
    ),
}
