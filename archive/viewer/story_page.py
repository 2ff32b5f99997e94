"""One story as a page: a column a language, a row where they say the same, a gap where one is silent."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from archive.viewer.frame import framed, lag, linked, marked, moment, name_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from archive.read.diff import Change
    from archive.viewer.side_by_side import Row
    from archive.viewer.story import Edit, StoryView, Variant

_TAGS = {"same": "{}", "removed": "<del>{}</del>", "added": "<ins>{}</ins>"}


def story_page(view: StoryView, index: str | None = None) -> str:
    """`index` is the address of the list of stories, where there is one."""
    first = view.variants[0]
    title = next((x.headline for x in view.variants if x.language == "en"), first.headline)
    back = f'<nav><a href="{escape(index)}">All stories</a></nav>' if index else ""
    return framed(
        title,
        f"{back}<h1>{escape(title)}</h1>\n{_joints(view)}\n{_columns(view)}\n{_coverage(view)}\n"
        f"{''.join(_others(view))}{''.join(_edits(view.variants))}"
        f"<p><small>story {escape(view.story_id)}; {escape(first.outlet)}; "
        + ", ".join(f"{escape(x.language)} {escape(x.article_id)}" for x in view.variants)
        + "</small></p>\n",
    )


def _joints(view: StoryView) -> str:
    if len(view.variants) == 1:
        return '<p class="quiet">No other language of this story is known.</p>'
    told = []
    for joint in view.joints:
        score = "" if joint.score is None else f", content {joint.score:.2f}"
        both = " both ways" if joint.reciprocal else ""
        told.append(escape(f"{' and '.join(joint.languages)} by {joint.evidence}{both}{score}"))
    return f'<p class="quiet">Paired: {"; ".join(told)}.</p>'


def _columns(view: StoryView) -> str:
    shown = view.variants[: view.compared] or view.variants
    heads = "".join(_head(x, view.variants) for x in shown)
    if view.compared:
        rows = "".join(_row(row, shown) for row in view.rows)
    else:
        cells = "".join(f'<div class="cell">{_text(x, range(len(x.blocks)))}</div>' for x in shown)
        rows = f'<div class="row">{cells}</div>'
    note = (
        '<p class="quiet">Not laid beside each other yet: <code>scrapy pair</code> does that.</p>'
        if len(shown) > 1 and not view.compared
        else ""
    )
    return f'{note}<div class="story" style="--columns: {len(shown)}">{heads}{rows}</div>'


def _head(variant: Variant, variants: Iterable[Variant]) -> str:
    dates = [x.published_at for x in variants if x.published_at is not None]
    later = ""
    if variant.published_at is not None and len(dates) > 1:
        seconds = (variant.published_at - min(dates)).total_seconds()
        later = f'<span class="lag">{lag(seconds) if seconds else "first"}</span>'
    edits = f", {len(variant.edits)} edit{'s' * (len(variant.edits) > 1)}" if variant.edits else ""
    return (
        f'<div class="head"><span class="tag">{escape(name_of(variant.language))}</span>{later}'
        f'<h3 lang="{escape(variant.language)}">{linked(variant.url, variant.headline)}</h3>'
        f"<small>{moment(variant.published_at)}{edits}<br>"
        f"{escape(variant.byline or 'no byline')}</small></div>\n"
    )


def _row(row: Row, variants: tuple[Variant, ...]) -> str:
    lacking = [name_of(x.language) for x, cell in zip(variants, row.cells, strict=True) if not cell]
    cells = []
    for n, (variant, cell) in enumerate(zip(variants, row.cells, strict=True)):
        language = escape(variant.language)
        if not cell:
            content = f'<span class="lacks">not in {escape(name_of(variant.language))}</span>'
        else:
            content = _text(variant, cell)
            if n in row.moved:
                content = f'<span class="moved">stands elsewhere in this text</span>{content}'
        says = " says" if cell and lacking else ""
        cells.append(f'<div class="cell{says}" data-language="{language}">{content}</div>')
    return f'<div class="row{" alone" if lacking else ""}">{"".join(cells)}</div>\n'


def _text(variant: Variant, numbers: Iterable[int]) -> str:
    return "".join(
        f'<p lang="{escape(variant.language)}" class="{escape(block.kind)}">'
        f"{marked(block.text, variant.only.get(n, ()))}</p>"
        for n in numbers
        for block in [variant.blocks[n]]
    )


def _coverage(view: StoryView) -> str:
    if not view.coverage:
        return ""
    bars = "".join(
        f"<span>{name_of(x)}</span>"
        f'<span class="bar"><i style="width: {share:.0%}"></i></span>'
        f"<small>{share:.0%} stands in {name_of(y)} too</small>"
        for (y, x), share in sorted(view.coverage.items(), key=lambda item: (item[0][1], item[0][0]))
    )
    return f'<h2>How much of each text the others have</h2><div class="share">{bars}</div>'


def _others(view: StoryView) -> Iterator[str]:
    for variant in view.variants[view.compared :] if view.compared else ():
        yield f"<h2>{escape(name_of(variant.language))}, not laid beside the others</h2>"
        yield f'<div class="story">{_head(variant, view.variants)}'
        yield f'<div class="cell">{_text(variant, range(len(variant.blocks)))}</div></div>'


def _edits(variants: Iterable[Variant]) -> Iterator[str]:
    edited = [(variant, edit) for variant in variants for edit in variant.edits]
    if edited:
        yield "<h2>Edits since the first look</h2>"
    for variant, edit in edited:
        yield _edit(variant, edit)


def _edit(variant: Variant, edit: Edit) -> str:
    title = f"{name_of(variant.language)}, version {edit.version}, seen {moment(edit.at)}"
    size = f"{edit.diff.removed} words out, {edit.diff.added} in"
    return (
        f'<details class="edit"><summary>{escape(title)} <small>{size}</small></summary>'
        f'<p lang="{escape(variant.language)}"><b>{_changes(edit.diff.headline)}</b></p>'
        f'<p class="text" lang="{escape(variant.language)}">{_changes(edit.diff.body)}</p></details>\n'
    )


def _changes(changes: Iterable[Change]) -> str:
    return "".join(_TAGS[change.kind].format(escape(change.text)) for change in changes)
