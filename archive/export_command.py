"""`python -m archive export`: the archive in a form that others open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import archive
from archive.opening import utc_now

if TYPE_CHECKING:
    import argparse

    from rich.console import Console


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--wacz",
        type=Path,
        required=True,
        metavar="FILE",
        help="the raw pages, for ReplayWeb.page and pywb; FILE must not exist",
    )


def run(console: Console, options: argparse.Namespace) -> int:
    from archive import wacz  # noqa: PLC0415  pyarrow is not needed for --help

    count = wacz.export(archive.open(options.archive), options.wacz, utc_now())
    size = options.wacz.stat().st_size
    console.print(f"{count} pages in {options.wacz}, {size / 1e6:.1f} MB.", markup=False, soft_wrap=True)
    return 0
