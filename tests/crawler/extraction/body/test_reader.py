"""The first step of trafilatura alone gives what all of its steps would."""

# ruff: noqa: E501 - pieces of pages

import copy
import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from crawler.extraction.body.container import find_container
from crawler.extraction.body.reader import _alone, read_element, read_tree
from crawler.extraction.document.decoding import parse
from crawler.extraction.document.outline import outline
from crawler.extraction.document.prose import read_prose
from tests.crawler.extraction.test_systems import PAGES, parts
from tests.support import tiers

LINE = "Міська рада ухвалила бюджет на наступний рік після дванадцяти годин обговорення в сесійній залі."


def container_of(body: html.HtmlElement) -> html.HtmlElement:
    page = outline(body.getroottree().getroot())
    return find_container(read_prose(page, None, None), body).element


def both(element: html.HtmlElement, *, named: bool) -> tuple[object, object]:
    return read_element(copy.deepcopy(element), with_names=named), read_tree(
        _alone(element, with_names=named)
    )


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("system", PAGES)
def test_pages_of_publishing_systems(system: str, named: bool) -> None:
    body = html.document_fromstring(PAGES[system].format(**parts("uk"))).find("body")
    one, whole = both(container_of(body), named=named)
    assert one == whole
    one, whole = both(body, named=named)
    assert one == whole


def test_real_pages(shared_data: Path) -> None:
    for path in sorted(shared_data.glob("*/*/*.html.gz"))[::7]:
        body = parse(gzip.decompress(path.read_bytes()), None).find("body")
        if body is not None:
            one, whole = both(container_of(body), named=True)
            assert one == whole, path.name


PIECES = st.sampled_from([
    f"<p>{LINE}</p>", f"<p>{LINE} <a href='/x'>{LINE}</a></p>", "<p><a href='/x'>Інше</a></p>", f"<div class='comments'>{LINE}",
    "</div>", "<div>", f"{LINE}<br>", "<ul><li><a href='/1'>Раз</a></li><li>Два</li></ul>", "<h2>Що далі</h2>",
    f"<blockquote><p>{LINE}</p></blockquote>", "<table><tr><td>1</td><td>2</td></tr></table>", "<form>", "</form>", "<figure>",
    f"<aside class='related'><p>{LINE}</p></aside>", f"<p class='teaser'>{LINE}</p>", "<script>1</script>", "слово",
])  # fmt: skip


@settings(deadline=None, max_examples=tiers.examples(60))
@given(st.lists(PIECES, max_size=25), st.booleans())
def test_any_element(pieces: list[str], named: bool) -> None:
    one, whole = both(html.fromstring(f"<div class='text'>{''.join(pieces)}</div>"), named=named)
    assert one == whole


def test_each_item_of_a_list_in_a_list_once() -> None:
    inner = "<ul><li>Перша черга</li><li>Друга <b>черга</b><ol><li>Етап</li></ol></li></ul>"
    element = html.fromstring(
        f"<div><p>{LINE}</p><p>{LINE}</p><ul><li>Мости{inner}Разом</li><li>Дороги</li></ul></div>"
    )
    items = [block.text for block in read_element(element) if block.kind == "list_item"]
    assert items == ["Мости", "Перша черга", "Друга черга", "Етап", "Разом", "Дороги"]
