"""The page layouts, each after one outlet's markup, and the parts in which they differ."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from string import Template

LAYOUTS = Path(__file__).with_name("layouts")


@dataclass(frozen=True, slots=True)
class Layout:
    file: str
    byline: str = "<div>{}</div>"
    switcher: str = "<div>{}</div>"
    link_class: str = ""
    """Of a link in the switcher."""
    menu_labels: bool = False
    """`УКР ENG РУС` instead of `ua en ru`."""
    promo: str = "<p><strong>{words}:</strong> {link}</p>"

    def template(self) -> Template:
        return Template((LAYOUTS / self.file).read_text(encoding="utf-8"))


LAYOUT = {
    # RBC-Ukraine: switcher above the headline, body in div.txt
    "publication": Layout(
        "publication.html",
        byline='<div class="publication-author">{}</div>',
        switcher='<span class="lang-publication">{}</span>',
    ),
    # Ukrainska Pravda: switcher in the page's header, byline beside the date
    "post": Layout(
        "post.html",
        byline='<span class="post_news_author">{}</span>',
        switcher='<div class="lang_menu">{}</div>',
        link_class="lang_menu_item",
        menu_labels=True,
    ),
    # Ukrinform: <time> below the headline, the promo line a section of its own inside the text
    "agency": Layout(
        "agency.html",
        byline='<div class="newsAuthor">{}</div>',
        switcher='<div class="langBar">{}</div>',
        promo='<section class="read"><span>{words}:</span> {link}</section>',
    ),
    # Euronews: a switcher that falls back to the home page
    "edition": Layout(
        "edition.html",
        byline='<div class="c-article-contributors">{}</div>',
        switcher='<div class="c-language-switcher">{}</div>',
        link_class="js-alternateLink",
    ),
    "video": Layout("video.html"),
}
