"""Article pages, with everything that surrounds the text of a real one."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from string import Template

from archive.format.languages import STORY_LANGUAGES
from crawler.demo.story_files import Story, Variant, Wording, blocks_html, plain, without_paragraphs, wording

_ESCAPED = str.maketrans({"&": "&amp;", "«": "&laquo;", "»": "&raquo;", "“": "&ldquo;", "”": "&rdquo;"})
LAYOUTS = Path(__file__).with_name("layouts")
MONTHS = {
    "uk": "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
    "en": "January February March April May June July August September October November December",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
}


def render(story: Story, variant: Variant, neighbours: tuple[Variant, ...], base_url: str) -> str:
    """Render the page of a variant.

    `neighbours` are other stories in the same language, for the promo line and the related list.
    """
    words = wording()[variant.language]
    related = "\n".join(f"<li>{_anchor(neighbour)}</li>" for neighbour in neighbours[:3])
    layout = LAYOUT[story.layout]
    promo = layout.promo.format(words=words.also, link=_anchor(neighbours[-1])) if neighbours else ""
    body = blocks_html(variant.body, promo, variant.promo_after)
    return layout.template().substitute(
        charset=_charset(variant),
        html_lang=variant.html_lang or words.html_lang,
        headline=escape(variant.headline, quote=False),
        head=head_html(story, variant, base_url),
        switcher=_switcher(story, variant, layout),
        home=words.home,
        outlet=words.outlet,
        section=words.sections[story.section],
        date=printed_time(variant, variant.published),
        figure=_figure(story, variant),
        byline=_byline(variant, layout),
        body=without_paragraphs(body) if variant.line_breaks else body,
        updated=_updated(variant, words),
        share=words.share,
        copied=words.copied,
        subscribe=words.subscribe,
        tags=_tags(variant, words),
        cookies=words.cookies,
        accept=words.accept,
        related_title=words.related,
        related=f"<ul>{related}</ul>",
        footer=words.footer,
        image=f"/media/{story.name}.svg",
        video=f"/media/{story.name}.mp4",
    )


def _anchor(variant: Variant) -> str:
    return f'<a href="{variant.linked_path}">{escape(plain(variant.headline), quote=False)}</a>'


def _charset(variant: Variant) -> str:
    if variant.encoding == "utf-8":
        return '<meta charset="utf-8">'
    return f'<meta http-equiv="Content-Type" content="text/html; charset={variant.encoding}">'


def switcher_targets(story: Story, variant: Variant) -> dict[str, str]:
    """Return language -> path of the links above the headline; empty without a switcher."""
    siblings = {sibling.language: sibling.linked_path for sibling in story.variants if sibling is not variant}
    return (siblings if "switcher" in story.links else {}) | dict(variant.switcher)


def _switcher(story: Story, variant: Variant, layout: "Layout") -> str:
    targets = switcher_targets(story, variant)
    link_class = f' class="{layout.link_class}"' if layout.link_class else ""
    parts = []
    for language in STORY_LANGUAGES:
        words = wording()[language]
        label = words.menu_label if layout.menu_labels else words.label
        if language == variant.language:
            parts.append(f'<span class="active">{label}</span>')
        elif language in targets:
            parts.append(f'<a{link_class} href="{targets[language]}">{label}</a>')
    return layout.switcher.format(" ".join(parts)) if targets else ""


def _figure(story: Story, variant: Variant) -> str:
    if variant.caption is None:
        return ""
    image = f'<img src="/media/{story.name}.svg" alt="{escape(variant.headline)}" width="1200" height="675">'
    return f"<figure>{image}<figcaption>{escape(variant.caption, quote=False)}</figcaption></figure>"


def byline_text(variant: Variant) -> str | None:
    words = wording()[variant.language]
    names = variant.byline or f" {words.and_} ".join(variant.authors)
    return f"{words.author}: {names}" if names else None


def _byline(variant: Variant, layout: "Layout") -> str:
    line = byline_text(variant)
    return layout.byline.format(escape(line, quote=False)) if line else ""


def _updated(variant: Variant, words: Wording) -> str:
    if variant.modified is None:
        return ""
    return f'<div class="updated">{words.corrected}: {printed_time(variant, variant.modified)}</div>'


def _tags(variant: Variant, words: Wording) -> str:
    if not variant.tags:
        return ""
    links = " ".join(f'<a href="{words.home}" rel="tag">{escape(tag)}</a>' for tag in variant.tags)
    return f'<div class="post_news_tags">{words.tags}: {links}</div>'


# Claims for machines: canonical, hreflang, Open Graph, JSON-LD. Many contradict the text.


def hreflang_targets(story: Story, variant: Variant) -> dict[str, str]:
    """Return tag -> path of the `<link rel="alternate">`, the page itself among them; empty without any."""
    paths = {sibling.language: sibling.linked_path for sibling in story.variants}
    return (paths if "hreflang" in story.links else {}) | dict(variant.hreflang)


def head_html(story: Story, variant: Variant, base_url: str) -> str:
    words = wording()[variant.language]
    canonical = variant.path if story.relative_canonical else base_url + variant.path
    lines = [
        f'<link rel="canonical" href="{canonical}">',
        *(
            f'<link rel="alternate" hreflang="{tag}" href="{base_url}{path}">'
            for tag, path in hreflang_targets(story, variant).items()
        ),
        _property("og:type", "video.other" if story.layout == "video" else "article"),
        _property("og:title", variant.headline),
        _property("og:url", base_url + variant.path),
        _property("og:site_name", words.outlet),
        _property("og:locale", variant.og_locale or words.og_locale),
        _property("og:image", f"{base_url}/media/{story.name}.svg"),
    ]
    if story.layout == "video":
        return "\n".join(lines)
    if variant.dates in {"zone", "spaced"}:
        published = time_for_machines(variant, variant.published)
        lines.append(_property("article:published_time", published))
    if variant.linked_data != "none":
        lines.append(_linked_data(story, variant, base_url))
    return "\n".join(lines)


def _property(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{escape(content)}">'


def _linked_data(story: Story, variant: Variant, base_url: str) -> str:
    words = wording()[variant.language]
    outlet = {"@type": "Organization", "name": words.outlet}
    persons = [{"@type": "Person", "name": name} for name in variant.authors]
    data: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": base_url + variant.path,
        "headline": variant.headline.translate(_ESCAPED if variant.linked_data == "escaped" else {}),
        "datePublished": time_for_machines(variant, variant.published),
        "dateModified": time_for_machines(variant, variant.modified or variant.published),
        "author": outlet if variant.linked_data == "organisation" or not persons else persons,
        "publisher": outlet,
        "image": [f"{base_url}/media/{story.name}.svg"],
        "articleSection": words.sections[story.section],
        "isAccessibleForFree": True,
    }
    # a headline may contain `</script>`; JSON allows an escaped slash
    text = json.dumps(data, ensure_ascii=False, indent=1).replace("</", r"<\/")
    return f'<script type="application/ld+json">\n{text}\n</script>'


# Layouts of pages, each modelled on one outlet's markup, and the parts in which they differ.


@dataclass(frozen=True, slots=True)
class Layout:
    file: str
    byline: str = "<div>{}</div>"
    switcher: str = "<div>{}</div>"
    link_class: str = ""
    """Class of a link in the switcher."""
    menu_labels: bool = False
    """True for `УКР ENG РУС` instead of `ua en ru`."""
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


# Times as outlets print them; each `published` has Kyiv's offset, so its clock is Kyiv's.


def time_for_readers(variant: Variant, at: datetime) -> str:
    month = MONTHS[variant.language].split()[at.month - 1]
    return f"{at.day} {month} {at.year}, {at:%H:%M}"


def time_for_machines(variant: Variant, at: datetime) -> str:
    """Return the time in JSON-LD: with offset, as naive Kyiv time or in UTC."""
    if variant.dates == "kyiv":
        return f"{at:%Y-%m-%d %H:%M:%S}"
    if variant.dates == "spaced":
        return f"{at:%Y-%m-%d %H:%M:%S} {at.isoformat()[-6:]}"
    if variant.dates == "utc":
        return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"
    return at.isoformat()


def printed_time(variant: Variant, at: datetime) -> str:
    """Return the line under a headline; only pages that print a zone have a `<time>`."""
    text = time_for_readers(variant, at)
    return f'<time datetime="{at.isoformat()}">{text}</time>' if variant.dates == "zone" else text
