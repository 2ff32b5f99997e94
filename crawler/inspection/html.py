"""An inspection as one HTML page that needs nothing else and runs nothing."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from crawler.inspection.view import field_lines, runs, summary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.inspection.inspection import Inspection, MarkedLine

# whatever a page wrote is text here; should that fail, nothing may be loaded or run
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = """
:root { color-scheme: light dark; --ink: #1d1f23; --quiet: #666c76; --paper: #fff; --rule: #e3e5e9;
  --kept: #1a7f37; --field: #0a6c86; --dropped: #b3261e; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e7ea; --quiet: #9298a3; --paper: #16181c; --rule: #2d3138;
    --kept: #57c47a; --field: #5cc3de; --dropped: #f28b82; } }
body { margin: 2rem auto; max-width: 76rem; padding: 0 1.5rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.35rem; line-height: 1.3; margin: 0 0 .2rem; } h2 { font-size: 1rem; margin: 2rem 0 .5rem; }
p.url { margin: 0; color: var(--quiet); overflow-wrap: anywhere; }
.refused { color: var(--dropped); font-weight: 600; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; }
td { padding: .25rem .6rem; vertical-align: top; border-top: 1px solid var(--rule); overflow-wrap: anywhere; }
td:first-child { width: 7rem; font-weight: 600; } .fields td:last-child { width: 22rem; color: var(--quiet); }
tr.more td { border-top: 0; padding-top: 0; color: var(--quiet); }
.line { display: grid; grid-template-columns: 10rem 1fr 15rem; gap: 1rem; padding: .15rem .6rem;
  border-left: 4px solid transparent; }
.line > * { overflow-wrap: anywhere; } .line small, .line code { color: var(--quiet); font-size: 12px; }
.line.kept, .legend .kept { border-color: var(--kept); } .kept small { color: var(--kept); }
.kept.heading span { font-weight: 700; } .kept.quote span { font-style: italic; }
.kept.list_item span::before { content: "• "; } .kept.caption span { font-size: 13px; }
.line.field, .legend .field { border-color: var(--field); } .field small { color: var(--field); }
.line.dropped, .legend .dropped { border-color: var(--dropped); } .dropped small { color: var(--dropped); }
.legend { color: var(--quiet); font-size: 13px; margin: .4rem 0; }
.legend span { border-left: 4px solid transparent; padding: 0 1rem 0 .4rem; color: var(--ink); }
.line.dropped span, .line.outside span { text-decoration: line-through; }
.line.outside, .legend .outside { color: var(--quiet); }
summary { color: var(--quiet); padding: .15rem .6rem; cursor: pointer; }
@media (max-width: 50rem) { .line { grid-template-columns: 1fr; gap: 0; } td:first-child { width: 5rem; }
  .fields td:last-child { width: 8rem; } }
"""


def inspection_page(inspection: Inspection) -> str:
    article = inspection.article
    refused = (
        f'<p class="refused">Not an article: {escape(inspection.refused)}</p>' if inspection.refused else ""
    )
    language = escape(article.language or "und")
    headline = escape(article.headline or "No headline")
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width"><title>Inspected: {headline}</title>
<style>{_STYLE}</style></head><body>
<h1 lang="{language}">{headline}</h1>
<p class="url">{escape(article.url)}</p>{refused}
<h2>What was read, and from where</h2><table class="fields">{"".join(_rows(inspection))}</table>
<h2>The page, line by line</h2>
<p class="legend"><span class="kept">part of the text</span><span class="field">another field</span>
<span class="dropped"><s>left out, and why</s></span><span class="outside"><s>outside the text</s></span></p>
<p class="legend">{summary(inspection)}</p>
<div lang="{language}">{"".join(_lines(inspection))}</div></body></html>
"""


def _rows(inspection: Inspection) -> Iterator[str]:
    for line in field_lines(inspection):
        more = "" if line.field else ' class="more"'
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in (line.field, line.value, line.source))
        yield f"<tr{more}>{cells}</tr>\n"


def _lines(inspection: Inspection) -> Iterator[str]:
    for run, folded in runs(inspection):
        lines = "".join(map(_line, run))
        yield (
            f"<details><summary>{len(run)} lines outside the text</summary>{lines}</details>\n"
            if folded
            else lines
        )
    for text in inspection.unseen:
        yield (
            f'<div class="line kept"><small>not a line of the page</small><span>{escape(text)}</span>'
            "<code>JSON-LD, or put together</code></div>\n"
        )


def _line(marked: MarkedLine) -> str:
    names = marked.mark + (f" {marked.label}" if marked.mark == "kept" else "")
    return (
        f'<div class="line {escape(names)}"><small>{escape(marked.label)}</small>'
        f"<span>{escape(marked.line.text)}</span><code>{escape(marked.line.selector)}</code></div>\n"
    )
