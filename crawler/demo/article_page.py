"""Article pages, with everything that surrounds the text of a real one."""

import json
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup

from archive.viewer.pages import environment as page_templates
from crawler.demo.story_files import Story, Variant, blocks_html, plain, without_paragraphs, wording

_ESCAPED = str.maketrans({"&": "&amp;", "«": "&laquo;", "»": "&raquo;", "“": "&ldquo;", "”": "&rdquo;"})
LAYOUTS = Path(__file__).with_name("layouts")
PROMO = {
    "post": "<p><strong>{words}:</strong> {link}</p>",
    "agency": '<section class="read"><span>{words}:</span> {link}</section>',
}
"""The line "Read also", by layout; the others have that of `post`."""
MONTHS = {
    "uk": "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
    "en": "January February March April May June July August September October November December",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
}


def render(story: Story, variant: Variant, neighbours: tuple[Variant, ...], base_url: str) -> str:
    """Render the page of a variant.

    `neighbours` are other stories in the same language, for the promo line and the related list.
    """
    editions, image = wording(), f"/media/{story.name}.svg"
    words = editions[variant.language]
    link = anchor(neighbours[-1]) if neighbours else ""
    promo = PROMO.get(story.layout, PROMO["post"]).format(words=words["also"], link=link) if link else ""
    body = blocks_html(variant.body, promo, variant.promo_after)
    template = templates().get_template(f"{story.layout}.html")
    return template.render(
        story=story,
        variant=variant,
        words=words,
        editions=editions,
        base_url=base_url,
        image=image,
        hreflang=hreflang_targets(story, variant),
        targets=switcher_targets(story, variant),
        linked_data=_linked_data(story, variant, base_url + image, base_url + variant.path),
        byline=byline_text(variant),
        body=Markup(without_paragraphs(body) if variant.line_breaks else body),  # noqa: S704  our own text
        neighbours=neighbours,
    )


@cache
def templates() -> Environment:
    """Layouts of pages, each modelled on one outlet's markup; also the sitemap, the feed, the home page."""
    environment = page_templates(LAYOUTS)
    for function in (anchor, printed_time, time_for_machines):
        environment.globals[function.__name__] = function
    environment.filters["rfc822"] = format_datetime
    return environment


def anchor(variant: Variant) -> Markup:
    return Markup('<a href="{}">{}</a>').format(variant.linked_path, plain(variant.headline))


def switcher_targets(story: Story, variant: Variant) -> dict[str, str]:
    """Return language -> path of the links above the headline; empty without a switcher."""
    siblings = {sibling.language: sibling.linked_path for sibling in story.variants if sibling is not variant}
    return (siblings if "switcher" in story.links else {}) | dict(variant.switcher)


def byline_text(variant: Variant) -> str | None:
    words = wording()[variant.language]
    names = variant.byline or f" {words['and_']} ".join(variant.authors)
    return f"{words['author']}: {names}" if names else None


def hreflang_targets(story: Story, variant: Variant) -> dict[str, str]:
    """Return tag -> path of the `<link rel="alternate">`, the page itself among them; empty without any."""
    paths = {sibling.language: sibling.linked_path for sibling in story.variants}
    return (paths if "hreflang" in story.links else {}) | dict(variant.hreflang)


def _linked_data(story: Story, variant: Variant, image: str, address: str) -> Markup:
    words = wording()[variant.language]
    outlet = {"@type": "Organization", "name": words["outlet"]}
    persons = [{"@type": "Person", "name": name} for name in variant.authors]
    data: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": address,
        "headline": variant.headline.translate(_ESCAPED if variant.linked_data == "escaped" else {}),
        "datePublished": time_for_machines(variant, variant.published),
        "dateModified": time_for_machines(variant, variant.modified or variant.published),
        "author": outlet if variant.linked_data == "organisation" or not persons else persons,
        "publisher": outlet,
        "image": [image],
        "articleSection": words["sections"][story.section],
        "isAccessibleForFree": True,
    }
    # a headline may contain `</script>`; JSON allows an escaped slash
    text = json.dumps(data, ensure_ascii=False, indent=1).replace("</", r"<\/")
    return Markup(text)  # noqa: S704  our own text


# Times as outlets print them; each `published` has Kyiv's offset, so its clock is Kyiv's.


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
    month = MONTHS[variant.language].split()[at.month - 1]
    text = f"{at.day} {month} {at.year}, {at:%H:%M}"
    if variant.dates != "zone":
        return text
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(), text)
