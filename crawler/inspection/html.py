"""An inspection as one HTML page that needs nothing else and runs nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from archive.viewer.pages import environment
from crawler.inspection.view import field_lines, runs, summary

if TYPE_CHECKING:
    from crawler.inspection.inspection import Inspection


def inspection_page(inspection: Inspection) -> str:
    """Render what was read from a page, and what became of each of its lines."""
    template = environment(Path(__file__).parent).get_template("inspection.html")
    return template.render(
        inspection=inspection,
        article=inspection.article,
        fields=field_lines(inspection),
        runs=runs(inspection),
        summary=summary(inspection),
    )
