"""One article page, with all that stands around the text of a real one."""

from __future__ import annotations

from html import escape

from crawler.demo import head, printed_time
from crawler.demo.layout import LAYOUT, Layout
from crawler.demo.markup import blocks_html, plain, without_paragraphs
from crawler.demo.story import LANGUAGES, Story, Variant
from crawler.demo.wording import WORDING, Wording


def render(story: Story, variant: Variant, neighbours: tuple[Variant, ...], base_url: str) -> str:
    """`neighbours` are other stories in the same language, for the promo line and the related list."""
    words = WORDING[variant.language]
    related = "\n".join(f"<li>{_anchor(neighbour)}</li>" for neighbour in neighbours[:3])
    layout = LAYOUT[story.layout]
    promo = layout.promo.format(words=words.also, link=_anchor(neighbours[-1])) if neighbours else ""
    body = blocks_html(variant.body, promo, variant.promo_after)
    return layout.template().substitute(
        charset=_charset(variant),
        html_lang=variant.html_lang or words.html_lang,
        headline=escape(variant.headline, quote=False),
        head=head.render(story, variant, base_url),
        switcher=_switcher(story, variant, layout),
        home=words.home,
        outlet=words.outlet,
        section=words.section(story.section),
        date=printed_time.html(variant, variant.published),
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
    """Language -> path of the links above the headline; empty where there is no switcher."""
    siblings = {other.language: other.linked_path for other in story.variants if other is not variant}
    return (siblings if "switcher" in story.links else {}) | dict(variant.switcher)


def _switcher(story: Story, variant: Variant, layout: Layout) -> str:
    targets = switcher_targets(story, variant)
    link_class = f' class="{layout.link_class}"' if layout.link_class else ""
    parts = []
    for language in LANGUAGES:
        words = WORDING[language]
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
    words = WORDING[variant.language]
    names = variant.byline or f" {words.and_} ".join(variant.authors)
    return f"{words.author}: {names}" if names else None


def _byline(variant: Variant, layout: Layout) -> str:
    line = byline_text(variant)
    return layout.byline.format(escape(line, quote=False)) if line else ""


def _updated(variant: Variant, words: Wording) -> str:
    if variant.modified is None:
        return ""
    return f'<div class="updated">{words.corrected}: {printed_time.html(variant, variant.modified)}</div>'


def _tags(variant: Variant, words: Wording) -> str:
    if not variant.tags:
        return ""
    links = " ".join(f'<a href="{words.home}" rel="tag">{escape(tag)}</a>' for tag in variant.tags)
    return f'<div class="post_news_tags">{words.tags}: {links}</div>'
