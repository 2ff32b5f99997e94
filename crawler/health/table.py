"""The table of outlets in docs/reference/outlets.md, and the notes of their declarations.

`python -m crawler.health.table > docs/reference/outlets.md`
"""

import inspect
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from scrapy.spiderloader import SpiderLoader, SpiderLoaderProtocol
from scrapy.utils.project import get_project_settings

from crawler.outlet.declaration import Outlet
from crawler.outlet.loader import outlet_classes

LABELS = {
    "Addresses": "article_url",
    "Variants": "variant_url",
    "News sitemaps": "news_sitemaps",
    "Feeds": "feeds",
    "Archive": "archive_sitemaps",
    "Day lists": "day_archives",
    "Switcher": "switcher",
    "Byline": "byline",
    "Left out": "drop",
    "Page budget": "page_budget",
    "Expected": "expects",
    "Note": "",
}
"""Labels in a declaration's docstring -> the rule whose grounds follow."""
_LABEL = re.compile(rf"^({'|'.join(LABELS)}): ", re.MULTILINE)


def outlets(spiders: SpiderLoaderProtocol) -> list[type[Outlet]]:
    """Return the declared outlets, by name; the demo and `page` declare no language and are left out."""
    return [outlet for outlet in outlet_classes(spiders) if outlet.languages]


def discovery(outlet: type[Outlet]) -> list[str]:
    kinds = {
        "news sitemap": outlet.news_sitemaps,
        "feeds": outlet.feeds,
        "sitemaps": outlet.archive_sitemaps,
        "day lists": outlet.day_archives,
    }
    return [kind for kind, addresses in kinds.items() if addresses]


def variants(outlet: type[Outlet]) -> list[str]:
    """Return the rules that find the languages of a story, besides hreflang and switchers of any page."""
    rules = {"shared id": shares_id(outlet), "address": outlet.variant_url, "switcher": outlet.switcher}
    return [kind for kind, rule in rules.items() if rule]


def shares_id(outlet: type[Outlet]) -> bool:
    return any("(?P<story>" in pattern for pattern in outlet.patterns())


def grounds(outlet: type[Outlet]) -> tuple[str, dict[str, str]]:
    """Return the first paragraph of a declaration's docstring, and the text after each label, as lines."""
    summary, _, rest = inspect.cleandoc(outlet.__doc__ or "").partition("\n\n")
    _, *parts = _LABEL.split(rest)
    by_label = {label: " ".join(text.split()) for label, text in zip(parts[::2], parts[1::2], strict=True)}
    return " ".join(summary.split()), by_label


def render(declared: Sequence[type[Outlet]]) -> str:
    columns = "outlet", "title", "languages", "discovery", "variants", "confidence"
    lines = [f"| {' | '.join(columns)} |", "|" + "---|" * len(columns)]
    for outlet in declared:
        cells = (
            f"[`{outlet.name}`](../../crawler/spiders/{outlet.name}.py)",
            f"[{outlet.title}]({outlet.home})",
            ", ".join(outlet.languages),
            ", ".join(discovery(outlet)),
            ", ".join(variants(outlet)) or "none",
            outlet.confidence or "",
        )
        lines.append(f"| {' | '.join(cells)} |")
    head = Path(__file__).with_name("outlets_head.txt").read_text("utf-8")
    return head + "\n".join(lines) + "\n\n## Notes\n\n" + "".join(map(_note, declared))


def _note(outlet: type[Outlet]) -> str:
    note = grounds(outlet)[1].get("Note")
    return f"* `{outlet.name}`: {note}\n" if note else ""


if __name__ == "__main__":
    sys.stdout.write(render(outlets(SpiderLoader.from_settings(get_project_settings()))))
