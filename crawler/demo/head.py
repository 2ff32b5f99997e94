"""What a page tells machines: canonical, hreflang, Open Graph, JSON-LD. Many contradict the text."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING

from crawler.demo import printed_time
from crawler.demo.wording import WORDING

if TYPE_CHECKING:
    from crawler.demo.story import Story, Variant

_ESCAPED = str.maketrans({"&": "&amp;", "«": "&laquo;", "»": "&raquo;", "“": "&ldquo;", "”": "&rdquo;"})


def hreflang_targets(story: Story, variant: Variant) -> dict[str, str]:
    """Tag -> path of the `<link rel="alternate">`s, the page itself among them; empty where it has none."""
    made = {sibling.language: sibling.linked_path for sibling in story.variants}
    return (made if "hreflang" in story.links else {}) | dict(variant.hreflang)


def render(story: Story, variant: Variant, base_url: str) -> str:
    words = WORDING[variant.language]
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
        told = printed_time.for_machines(variant, variant.published)
        lines.append(_property("article:published_time", told))
    if variant.linked_data != "none":
        lines.append(_linked_data(story, variant, base_url))
    return "\n".join(lines)


def _property(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{escape(content)}">'


def _linked_data(story: Story, variant: Variant, base_url: str) -> str:
    words = WORDING[variant.language]
    outlet = {"@type": "Organization", "name": words.outlet}
    persons = [{"@type": "Person", "name": name} for name in variant.authors]
    told: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": base_url + variant.path,
        "headline": variant.headline.translate(_ESCAPED if variant.linked_data == "escaped" else {}),
        "datePublished": printed_time.for_machines(variant, variant.published),
        "dateModified": printed_time.for_machines(variant, variant.modified or variant.published),
        "author": outlet if variant.linked_data == "organisation" or not persons else persons,
        "publisher": outlet,
        "image": [f"{base_url}/media/{story.name}.svg"],
        "articleSection": words.section(story.section),
    }
    # A headline may hold `</script>`; JSON allows the slash to be escaped.
    text = json.dumps(told, ensure_ascii=False, indent=1).replace("</", r"<\/")
    return f'<script type="application/ld+json">\n{text}\n</script>'
