"""A worker finds compiled what every page needs; it was forked from a process that has read some."""

from tests.support.running import python

PAGES = """
import re._compiler
from datetime import UTC, datetime
from crawler.extraction.page import extract
from crawler.workers.fork_server import prepare
from crawler.items import Fetch, Hints

if {warm}:
    prepare()
letters, compile = [], re._compiler.compile
def counted(pattern, flags=0):
    letters.append(len(pattern))
    return compile(pattern, flags)
re._compiler.compile = counted
url = "https://courier.example/a"
for said in {said!r}:
    page = f"<html><body><article><h1>{{said}}</h1><p>{{said}}</p><p>{{said}}</p></article></body></html>"
    extract(Fetch(url, url, page.encode(), None, 200, datetime.now(UTC)), Hints("courier"))
print(sum(letters))
"""
SAID = (
    "Передплатники газети дізналися про ремонт мосту першими, каже редактор Олена Гнатюк.",
    "Подписчики газеты узнали о ремонте моста первыми, говорит редактор Елена Гнатюк.",
    "Subscribers were the first to read about the bridge, its editor Olena Hnatiuk says.",
)


def test_the_first_pages_find_the_rules_compiled() -> None:
    assert letters_compiled(warm=False) > 20_000
    assert letters_compiled(warm=True) < 500


def letters_compiled(*, warm: bool) -> int:
    script = PAGES.format(warm=warm, said=SAID)
    done = python("-c", script, check=True)
    return int(done.stdout)
