"""What the newsroom has written: one file a story, its languages side by side, its oddities declared."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from crawler.demo.markup import parse_blocks

if TYPE_CHECKING:
    from datetime import datetime

    from crawler.items import Block

STORIES = Path(__file__).with_name("stories")
LANGUAGES = ("uk", "en", "ru")

Links = Literal["hreflang", "switcher"]
Dates = Literal["zone", "spaced", "kyiv", "utc"]
LinkedData = Literal["person", "organisation", "escaped", "none"]


@dataclass(frozen=True, slots=True)
class Variant:
    """One language of a story."""

    language: str
    """What the text is written in, whatever the page claims."""
    path: str
    headline: str
    published: datetime
    body: tuple[Block, ...]
    """Blocks with their inline markup; see markup.py."""
    authors: tuple[str, ...] = ()
    byline: str | None = None
    """Printed instead of the line made from the authors."""
    caption: str | None = None
    modified: datetime | None = None
    tags: tuple[str, ...] = ()
    promo_after: int | None = None
    """Blocks before the "Read also" line; None prints none."""
    dates: Dates = "zone"
    """`zone`: ISO with offset; `spaced`: the same with a space on both sides of the time, which ISO does not
    allow; `kyiv`: naive Kyiv time; `utc`: Z in JSON-LD, Kyiv time for the reader."""
    linked_data: LinkedData = "person"
    html_lang: str | None = None
    og_locale: str | None = None
    encoding: str = "utf-8"
    line_breaks: bool = False
    """No `<p>`: the paragraphs are parted by `<br><br>`."""
    moved_from: str | None = None
    """The old address, which all links still use; answers 301."""
    hreflang: tuple[tuple[str, str], ...] = ()
    """Tag -> path, beside or instead of those made from the siblings."""
    switcher: tuple[tuple[str, str], ...] = ()
    """Language -> path, beside or instead of those made from the siblings."""

    @property
    def linked_path(self) -> str:
        return self.moved_from or self.path


@dataclass(frozen=True, slots=True)
class Story:
    name: str
    shows: tuple[str, ...]
    """The oddities, by the names that README.md explains."""
    section: str
    announced_in: Literal["sitemap", "rss"]
    announced: tuple[str, ...]
    """Languages that the sitemap or feed lists."""
    sitemap_alternates: bool
    links: tuple[Links, ...]
    """How its pages name their siblings."""
    layout: Literal["publication", "post", "agency", "edition", "video"]
    variants: tuple[Variant, ...]
    relative_canonical: bool = False

    def variant(self, language: str) -> Variant | None:
        return next((variant for variant in self.variants if variant.language == language), None)


@cache
def load_stories() -> tuple[Story, ...]:
    """All stories, by file name. ValueError names the file and the field that is wrong."""
    return tuple(read_story(path) for path in sorted(STORIES.glob("*.toml")))


def read_story(path: Path) -> Story:
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    variants = tuple(
        _variant(path, language, told.pop(language)) for language in LANGUAGES if language in told
    )
    for name in ("shows", "links", "announced"):
        told[name] = tuple(told.get(name, ()))
    told["announced"] = told["announced"] or (variants[0].language,)
    told.setdefault("sitemap_alternates", False)
    _refuse_unknown(path, Story, told)
    return Story(name=path.stem, variants=variants, **told)


def _variant(path: Path, language: str, told: dict[str, object]) -> Variant:
    body = told.pop("body")
    if not isinstance(body, str):
        raise ValueError(f"{path.name}: [{language}] body must be a string, got {body!r}")
    for name in ("authors", "tags"):
        told[name] = _texts(told.get(name, ()))
    for name in ("hreflang", "switcher"):
        table = told.get(name, {})
        told[name] = tuple(table.items()) if isinstance(table, dict) else ()
    _refuse_unknown(path, Variant, told)
    variant = Variant(language=language, body=parse_blocks(body), **told)  # type: ignore[arg-type]
    if variant.published.tzinfo is None:
        raise ValueError(
            f"{path.name}: [{language}] published has no offset; write 2026-03-12T09:15:00+02:00"
        )
    return variant


def _texts(given: object) -> tuple[str, ...]:
    return tuple(map(str, given)) if isinstance(given, (list, tuple)) else ()


def _refuse_unknown(path: Path, kind: type, told: dict[str, object]) -> None:
    known = {field.name for field in fields(kind)}
    if unknown := told.keys() - known:
        raise ValueError(
            f"{path.name}: unknown {', '.join(sorted(unknown))}; known: {', '.join(sorted(known))}"
        )
