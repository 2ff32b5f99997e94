"""The little markup of a story's body: what a writer needs, and nothing a page could break on.

Blocks stand between blank lines. `## ` is a subheading, `> ` a quote, `- ` a list item, all else a paragraph.
Inside a block `**bold**` and `[words](/path)`.
"""

from __future__ import annotations

import re
from html import escape
from itertools import groupby

from crawler.items import Block, BlockKind

_MARKS: dict[str, BlockKind] = {"## ": "heading", "> ": "quote", "- ": "list_item"}
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")


def parse_blocks(body: str) -> tuple[Block, ...]:
    """The blocks of a body, inline markup kept; each item of a list is a block."""
    found = []
    for chunk in re.split(r"\n\s*\n", body.strip()):
        lines = chunk.splitlines()
        pieces = lines if all(line.startswith("- ") for line in lines) else [" ".join(map(str.strip, lines))]
        for piece in pieces:
            mark = next((mark for mark in _MARKS if piece.startswith(mark)), "")
            found.append(Block(_MARKS.get(mark, "paragraph"), piece.removeprefix(mark)))
    return tuple(found)


def plain(text: str) -> str:
    """What a reader sees of a block."""
    return _LINK.sub(r"\1", _BOLD.sub(r"\1", text))


def inline_html(text: str) -> str:
    marked = _BOLD.sub(r"<strong>\1</strong>", escape(text, quote=False))
    return _LINK.sub(r'<a href="\2">\1</a>', marked)


def blocks_html(blocks: tuple[Block, ...], promo: str, promo_after: int | None) -> str:
    """The blocks as a page prints them; `promo` is put after that many blocks, never inside a list."""
    parts, printed, promoted = [], 0, promo_after is None
    for kind, run in groupby(blocks, key=lambda block: block.kind):
        run_html = [inline_html(block.text) for block in run]
        if kind == "list_item":
            parts.append("<ul>\n" + "\n".join(f"<li>{item}</li>" for item in run_html) + "\n</ul>")
            printed += len(run_html)
            continue
        for text in run_html:
            parts.append(_wrapped(kind, text))
            printed += 1
            if not promoted and promo_after is not None and printed >= promo_after and kind != "heading":
                parts.append(promo)
                promoted = True
    return "\n".join(parts)


def without_paragraphs(markup: str) -> str:
    """The same with `<br><br>` where one paragraph follows another, and no `<p>` at all."""
    return markup.replace("</p>\n<p>", "<br><br>\n").replace("<p>", "").replace("</p>", "")


def _wrapped(kind: BlockKind, text: str) -> str:
    if kind == "heading":
        return f"<h2>{text}</h2>"
    if kind == "quote":
        return f"<blockquote><p>{text}</p></blockquote>"
    return f"<p>{text}</p>"
