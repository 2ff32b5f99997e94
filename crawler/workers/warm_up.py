"""Warming up: compile and load everything that the first page needs, before there is one.

The process that workers are forked from reads a page in each language. This takes a fifth of a second, once,
while the crawl is still at its own imports, and not in each worker.
"""

from datetime import UTC, datetime

# the last line of each has a word of paywalls and is none, so that all paywall patterns are tried
_TEXTS = {
    "uk": (
        "Рада ухвалила бюджет міста на рік",
        "Автор: Олена Гнатюк",
        "12 травня 2024, 14:05",
        "Гроші підуть на ремонт мосту та школи, повідомив міський голова Іван Франчук.",
        "Газета каже, що передплатники платять більше.",
    ),
    "ru": (
        "Совет принял бюджет города на год",
        "Автор: Елена Гнатюк",
        "12 мая 2024, 14:05",
        "Деньги пойдут на ремонт моста и школы, сообщил городской голова Иван Франчук.",
        "Газета пишет, что подписка стоит больше.",
    ),
    "en": (
        "The council has passed a budget for the year",
        "By Olena Hnatiuk",
        "12 May 2024, 14:05",
        "The money goes to a bridge and a school, the mayor Ivan Franchuk said.",
        "The paper says that subscribers pay more.",
    ),
}
_PAGE = """<!doctype html><html lang="{language}"><head><title>{headline}</title></head><body>
<nav><a href="/en/">English</a></nav><main><article class="article"><h1>{headline}</h1>
<p class="author">{byline}</p><time class="date">{date}</time><p>{text}</p><p>{text}</p><p>{aside}</p>
</article></main><footer>{text}</footer></body></html>"""


def warm() -> None:
    """Make this process ready to read pages: install the faster rules, and load what a first page needs."""
    from trafilatura.external import jt_stoplist_init  # noqa: PLC0415  only the server of workers runs this

    from crawler.extraction.body import speedups  # noqa: PLC0415  only the server of workers runs this
    from crawler.extraction.page import extract  # noqa: PLC0415  only the server of workers runs this
    from crawler.items import Fetch, Hints  # noqa: PLC0415  only the server of workers runs this

    speedups.install()
    jt_stoplist_init()
    for language, (headline, byline, date, text, aside) in _TEXTS.items():
        page = _PAGE.format(
            language=language, headline=headline, byline=byline, date=date, text=text, aside=aside
        )
        address = f"https://newspaper.example/{language}/news"
        extract(Fetch(address, address, page.encode(), None, 200, datetime.now(UTC)), Hints("newspaper"))
