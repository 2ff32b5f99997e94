"""Stories of the newsroom: one file per story, with all its languages and its declared oddities."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from functools import cache
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

from archive.format.languages import STORY_LANGUAGES
from crawler.items import BlockKind, TextBlock

STORIES = Path(__file__).with_name("stories")


Links = Literal["hreflang", "switcher"]
Dates = Literal["zone", "spaced", "kyiv", "utc"]
LinkedData = Literal["person", "organisation", "escaped", "none"]
_MARKS: dict[str, BlockKind] = {"## ": "heading", "> ": "quote", "- ": "list_item"}
_TAGS = {"heading": "<h2>{}</h2>", "quote": "<blockquote><p>{}</p></blockquote>", "paragraph": "<p>{}</p>"}
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")


@dataclass(frozen=True, slots=True)
class Variant:
    language: str
    """Language of the text, whatever the page claims."""
    path: str
    headline: str
    published: datetime
    body: tuple[TextBlock, ...]
    """Blocks with their inline markup; see `parse_blocks`."""
    authors: tuple[str, ...] = ()
    byline: str | None = None
    """Byline that is printed instead of the one made from the authors."""
    caption: str | None = None
    modified: datetime | None = None
    tags: tuple[str, ...] = ()
    promo_after: int | None = None
    """Blocks before the "Read also" line; None for no such line."""
    dates: Dates = "zone"
    """Form of dates. `zone`: ISO with offset; `spaced`: the same with a space on both sides of the time,
    which ISO does not allow; `kyiv`: naive Kyiv time; `utc`: Z in JSON-LD, Kyiv time for readers."""
    linked_data: LinkedData = "person"
    html_lang: str | None = None
    og_locale: str | None = None
    encoding: str = "utf-8"
    line_breaks: bool = False
    """True for no `<p>`: the paragraphs are separated by `<br><br>`."""
    moved_from: str | None = None
    """Old address, which all links still use and which answers 301."""
    hreflang: tuple[tuple[str, str], ...] = ()
    """Tag -> path, in addition to or instead of those made from the siblings."""
    switcher: tuple[tuple[str, str], ...] = ()
    """Language -> path, in addition to or instead of those made from the siblings."""
    edits: tuple[tuple[str, str], ...] = ()
    """Words -> those in their place, from the second day on."""
    withdrawn: bool = False
    """True for a page that answers 404 from the second day on; lists and siblings still name it."""

    @property
    def linked_path(self) -> str:
        return self.moved_from or self.path


@dataclass(frozen=True, slots=True)
class Story:
    name: str
    shows: tuple[str, ...]
    """Oddities, by the names that README.md explains."""
    section: str
    announced_in: Literal["sitemap", "rss"]
    announced: tuple[str, ...]
    """Languages in the sitemap or feed."""
    sitemap_alternates: bool
    links: tuple[Links, ...]
    """Ways in which its pages name their siblings."""
    layout: Literal["publication", "post", "agency", "edition", "video"]
    variants: tuple[Variant, ...]
    relative_canonical: bool = False

    def variant(self, language: str) -> Variant | None:
        return next((variant for variant in self.variants if variant.language == language), None)


@cache
def load_stories() -> tuple[Story, ...]:
    """Load all stories, by file name. Raises ValueError with the file and the wrong field."""
    return tuple(read_story(path) for path in sorted(STORIES.glob("*.toml")))


def read_story(path: Path) -> Story:
    values = tomllib.loads(path.read_text(encoding="utf-8"))
    written = [language for language in STORY_LANGUAGES if language in values]
    variants = tuple(_variant(path, language, values.pop(language)) for language in written)
    for name in ("shows", "links", "announced"):
        values[name] = tuple(values.get(name, ()))
    values["announced"] = values["announced"] or (variants[0].language,)
    values.setdefault("sitemap_alternates", False)
    _refuse_unknown(path, Story, values)
    return Story(name=path.stem, variants=variants, **values)


def _variant(path: Path, language: str, values: dict[str, object]) -> Variant:
    body = values.pop("body")
    if not isinstance(body, str):
        raise ValueError(f"{path.name}: [{language}] body must be a string, got {body!r}")
    for name in ("authors", "tags"):
        values[name] = _texts(values.get(name, ()))
    for name in ("hreflang", "switcher", "edits"):
        table = values.get(name, {})
        values[name] = tuple(table.items()) if isinstance(table, dict) else ()
    _refuse_unknown(path, Variant, values)
    variant = Variant(language=language, body=parse_blocks(body), **values)  # type: ignore[arg-type]
    for words, _ in variant.edits:
        if not any(words in block.text for block in variant.body):
            raise ValueError(f"{path.name}: [{language}] edits {words!r}, which is in no block of the body")
    if variant.published.tzinfo is None:
        raise ValueError(
            f"{path.name}: [{language}] published has no offset; write 2026-03-12T09:15:00+02:00"
        )
    return variant


def next_day(stories: tuple[Story, ...]) -> tuple[Story, ...]:
    """Return the stories as the newsroom has them from its second day on: edited, and without some pages."""
    return tuple(replace(story, variants=tuple(map(_edited, story.variants))) for story in stories)


def _edited(variant: Variant) -> Variant:
    if not variant.edits:
        return variant
    body = []
    for block in variant.body:
        text = block.text
        for words, replacement in variant.edits:
            text = text.replace(words, replacement)
        body.append(TextBlock(block.kind, text))
    return replace(variant, body=tuple(body), modified=variant.published + timedelta(days=1))


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, (list, tuple)) else ()


def _refuse_unknown(path: Path, kind: type, values: dict[str, object]) -> None:
    names = {field.name for field in fields(kind)}
    if unknown := values.keys() - names:
        raise ValueError(
            f"{path.name}: unknown {', '.join(sorted(unknown))}; known: {', '.join(sorted(names))}"
        )


# Words around the stories: everything that the newsroom prints on each page of a language.


@cache
def wording() -> Mapping[str, Mapping[str, Any]]:
    """Language -> words; the templates name them, and `sections` is a table of its own."""
    return tomllib.loads(Path(__file__).with_name("wording.toml").read_text("utf-8"))


# The small markup of a story's body: enough for a writer, and nothing that could break a page. Blocks are
# separated by blank lines. `## ` is a subheading, `> ` a quotation, `- ` a list item, anything else a
# paragraph. Inside a block: `**bold**` and `[words](/path)`.


def parse_blocks(body: str) -> tuple[TextBlock, ...]:
    """Parse a body into blocks with their inline markup; each item of a list is a block."""
    blocks = []
    for chunk in re.split(r"\n\s*\n", body.strip()):
        lines = chunk.splitlines()
        pieces = lines if all(line.startswith("- ") for line in lines) else [" ".join(map(str.strip, lines))]
        for piece in pieces:
            mark = next((mark for mark in _MARKS if piece.startswith(mark)), "")
            blocks.append(TextBlock(_MARKS.get(mark, "paragraph"), piece.removeprefix(mark)))
    return tuple(blocks)


def plain(text: str) -> str:
    """Return a block without its inline markup."""
    return _LINK.sub(r"\1", _BOLD.sub(r"\1", text))


def inline_html(text: str) -> str:
    marked = _BOLD.sub(r"<strong>\1</strong>", escape(text, quote=False))
    return _LINK.sub(r'<a href="\2">\1</a>', marked)


def blocks_html(blocks: tuple[TextBlock, ...], promo: str, promo_after: int | None) -> str:
    """Return the blocks as HTML; `promo` comes after that many blocks, never inside a list."""
    parts, printed, promoted = [], 0, promo_after is None
    for kind, run in groupby(blocks, key=lambda block: block.kind):
        run_html = [inline_html(block.text) for block in run]
        if kind == "list_item":
            parts.append("<ul>\n" + "\n".join(f"<li>{item}</li>" for item in run_html) + "\n</ul>")
            printed += len(run_html)
            continue
        for text in run_html:
            parts.append(_TAGS[kind].format(text))
            printed += 1
            if not promoted and promo_after is not None and printed >= promo_after and kind != "heading":
                parts.append(promo)
                promoted = True
    return "\n".join(parts)


def without_paragraphs(markup: str) -> str:
    """Return the markup without `<p>`, with `<br><br>` between paragraphs."""
    return markup.replace("</p>\n<p>", "<br><br>\n").replace("<p>", "").replace("</p>", "")
