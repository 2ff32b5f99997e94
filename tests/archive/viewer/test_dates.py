"""Dates as a page of the viewer tells them."""

import lxml.html
import pytest

from archive.__main__ import main


@pytest.mark.parametrize(
    ("changes", "told"), [({}, "2026-03-01 11:00 UTC"), ({"published_at": None}, "no date")]
)
def test_a_page_tells_when_its_article_was_published(  # noqa: PLR0917
    root, writer, article, tmp_path, changes, told
):
    writer.add_article(article(1, **changes))
    writer.commit()
    assert main(["view", "--archive", str(root), "--output", str(tmp_path / "pages"), "--no-browser"]) == 0
    (page,) = (tmp_path / "pages" / "stories").glob("*.html")
    (head,) = lxml.html.fromstring(page.read_text("utf-8")).xpath('//div[@class="head"]/p[2]')
    assert head.text_content().partition(" · ")[0] == told
