"""Compare two checkouts on every page at hand: `python benchmarks/reading_diff.py CHECKOUT [--part WORD]`.

Both read all pages of ../shared/data and of tests/fixtures. Printed are the pages whose headline, text,
persons or day differ, each with its lines removed (-) and added (+), then scores of both: F1 by group, pages
whose first long passage is missing, and pages with a long passage that the gold lacks. The other checkout
needs `../shared` beside it: `git worktree add ../before REVISION`. Run it before EXTRACTOR is raised.
"""

import argparse
import gzip
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import unified_diff
from pathlib import Path

sys.path.insert(0, os.environ.get("TRIPTYCH_CHECKOUT") or str(Path(__file__).resolve().parents[1]))
from benchmarks.gold import DATA, Case, cases, f1, precision_recall, shingles, world

HERE = Path(__file__).resolve().parents[1]
_SAVED = datetime(2026, 1, 1, tzinfo=UTC)
"""Moment of fetching, where a page's is unknown: both sides must have the same."""
_LONG = 100
"""Characters of a long passage."""
_SHOWN = 700
"""Characters of a line that are printed."""
_SHARED = 0.5
"""Share of a passage's 4-grams that the other text has, if it has the passage."""


@dataclass(frozen=True)
class Reading:
    """What one checkout reads from a page."""

    blocks: list[str]
    persons: list[str]
    day: str | None

    def lines(self) -> list[str]:
        return [f"persons: {', '.join(self.persons)}", f"day: {self.day}", *self.blocks]


def pages() -> list[Case]:
    """Every page at hand once; those without gold have no text."""
    with_gold = [*cases(), *world()]
    paths = [*DATA.glob("pages/*/*.html.gz"), *DATA.glob("newsrooms_2025/pages/*.html.gz")]
    paths += [path for ending in ("html", "html.gz") for path in HERE.glob(f"tests/fixtures/**/*.{ending}")]
    named = {case.name for case in with_gold}
    cases_without_gold = []
    for path in paths:
        name = "/".join(path.parts[-3:])
        if "/".join(path.parts[-2:]) not in named:
            url = f"https://page.example/{path.name}"
            cases_without_gold.append(Case(name, url, "no gold", _unpacked(path), None))
    return with_gold + sorted(cases_without_gold, key=lambda case: (case.name, case.html))


def _unpacked(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def serve() -> None:
    """Print what this checkout reads, a page a line, in JSON."""
    from crawler.exceptions import ExtractionError  # noqa: PLC0415 - of the checkout that the environment names
    from crawler.extraction.body import speedups  # noqa: PLC0415
    from crawler.extraction.page import extract  # noqa: PLC0415
    from crawler.items import Fetch, Hints  # noqa: PLC0415
    from pipelines.authors import authors_of  # noqa: PLC0415

    speedups.install()
    for case in pages():
        fetch = Fetch(case.url, case.url, case.html, None, 200, case.fetched or _SAVED)
        try:
            article = extract(fetch, Hints("benchmark"))
        except ExtractionError as error:
            print(json.dumps({"blocks": [f"refused: {error}"], "persons": [], "day": None}))
            continue
        blocks = [f"headline: {article.headline}"]
        blocks += [f"{block.kind}: {block.text}" for block in article.blocks]
        day = article.published_at.date().isoformat() if article.published_at else None
        print(json.dumps({"blocks": blocks, "persons": [*authors_of(article)[0]], "day": day}))


def readings(checkout: Path, kept: Path | None = None) -> list[Reading]:
    """Read all pages with a checkout; what is in the file `kept` is not read again."""
    if kept is not None and kept.exists():
        return [Reading(**json.loads(line)) for line in kept.read_text("utf-8").splitlines()]
    command = [sys.executable, "-W", "ignore", __file__, "--serve"]
    environment = {**os.environ, "TRIPTYCH_CHECKOUT": str(checkout)}
    output = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    if kept is not None:
        kept.write_text(output, "utf-8")
    return [Reading(**json.loads(line)) for line in output.splitlines()]


def text_of(reading: Reading) -> list[str]:
    """Return the passages that are body text."""
    passages = []
    for block in reading.blocks:
        kind, _, text = block.partition(": ")
        if kind not in {"headline", "caption", "refused"}:
            passages.append(text)
    return passages


def lacks(text: str, passage: str) -> bool:
    words = shingles(passage)
    return sum((words & shingles(text)).values()) < _SHARED * sum(words.values())


def first_is_missing(gold: str, reading: Reading) -> bool:
    """Tell if the first long passage is nowhere in a reading; gold may begin with a headline or caption."""
    first = next((line for line in gold.splitlines() if len(line) >= _LONG), None)
    return first is not None and lacks(
        "\n".join([block.partition(": ")[2] for block in reading.blocks]), first
    )


def has_stranger(gold: str, reading: Reading) -> bool:
    return any(len(text) >= _LONG and lacks(gold, text) for text in text_of(reading))


def print_scores(known: list[tuple[Case, Reading, Reading]]) -> None:
    print("group (pages): F1, first long passage missing, with a long passage of others; before → after")
    for group in sorted({case.group for case, _, _ in known}):
        rows = [(case.text or "", before, after) for case, before, after in known if case.group == group]
        cells = []
        for side in (1, 2):
            pairs = [precision_recall(row[0], "\n".join(text_of(row[side]))) for row in rows]
            missing = sum(first_is_missing(row[0], row[side]) for row in rows)
            strangers = sum(has_stranger(row[0], row[side]) for row in rows)
            cells.append(f"{f1(pairs):.4f}, {missing}, {strangers}")
        print(f"  {group} ({len(rows)}): {' → '.join(cells)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("checkout", type=Path, nargs="?", help="the code before")
    parser.add_argument("--part", default="", help="show only lines that contain this: `persons`, `day`")
    parser.add_argument("--keep", type=Path, metavar="FILE", help="readings of that code; used if it exists")
    parser.add_argument("--serve", action="store_true", help="for the process of one checkout")
    options = parser.parse_args()
    if options.serve:
        serve()
        return
    if options.checkout is None:
        parser.error("name the checkout to compare with")
    rows = list(zip(pages(), readings(options.checkout.resolve(), options.keep), readings(HERE), strict=True))
    differing = 0
    for case, before, after in rows:
        diff = [*unified_diff(before.lines(), after.lines(), n=1, lineterm="")][2:]
        changed = [line for line in diff if line[:1] in "+-" and options.part in line]
        if changed:
            differing += 1
            print(f"=== {case.group}: {case.name}{_change_of_score(case, before, after)}")
            print("\n".join(line[:_SHOWN] for line in (changed if options.part else diff)), end="\n\n")
    print(f"{differing} of {len(rows)} pages differ")
    print_scores([row for row in rows if row[0].text])


def _change_of_score(case: Case, before: Reading, after: Reading) -> str:
    if not case.text:
        return ""
    scores = [f1([precision_recall(case.text, "\n".join(text_of(reading)))]) for reading in (before, after)]
    return f" (F1 {scores[0]:.3f} → {scores[1]:.3f})"


if __name__ == "__main__":
    main()
