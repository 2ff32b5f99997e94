"""Measure persons, days, sections and tags of 60 pages read by eye: `python benchmarks/fields_by_eye.py`.

`data/fields_by_eye.tsv` has a page of ../shared/data a line: file, persons, day, sections and tags, as the
page prints them, written before our reading of it was looked at. A value after `?` is one that only the head
names, or of a part of the text: giving it is neither right nor wrong. A section or tag is the outlet's own if
it is among those of the page. `--errors` lists each value that is wrong or missing.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.extraction import _as_printed
from benchmarks.fields import read
from benchmarks.reading_diff import pages
from crawler.extraction.body import speedups
from crawler.extraction.document.text import for_comparison
from pipelines.authors import authors_of

GOLD = Path(__file__).resolve().parent / "data/fields_by_eye.tsv"
FIELDS = ("persons", "day", "section", "tags")


@dataclass(frozen=True)
class Printed:
    """Values that a page prints for one field, folded; `doubtful` are neither right nor wrong."""

    values: frozenset[str]
    doubtful: frozenset[str]

    @classmethod
    def of(cls, cell: str) -> "Printed":
        values, doubtful = set(), set()
        for value in filter(None, cell.split(";")):
            (doubtful if value.startswith("?") else values).add(for_comparison(value))
        return cls(frozenset(values), frozenset(doubtful))


def gold() -> dict[str, tuple[Printed, ...]]:
    lines = (line.split("\t") for line in GOLD.read_text("utf-8").splitlines())
    return {name: tuple(map(Printed.of, cells)) for name, *cells in lines}


def count(field: str, printed: Printed, values: Iterable[str]) -> Counter[str]:
    """Count the values of a page: right, wrong, missing, and pages with each."""
    folded = set(map(for_comparison, values)) - {""}
    counts = Counter(given=len(folded - printed.doubtful))
    counts["right"] = len(folded & printed.values)
    counts["wrong"] = len(folded - printed.values - printed.doubtful)
    # of several sections a page needs one, and its tags are not listed alike in all places
    of_all = field in {"persons", "day"}
    lacks = printed.values - folded if of_all else printed.values if not folded else ()
    counts["missing"] = len(lacks) if of_all else int(bool(lacks))
    counts["printed"] = len(printed.values) if of_all else int(bool(printed.values))
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--errors", action="store_true", help="list each page that is not right")
    errors = parser.parse_args().errors
    speedups.install()
    printed_by_page = gold()
    totals = {field: Counter[str]() for field in FIELDS}
    number = 0
    for case in pages():
        printed = printed_by_page.get(case.name)
        if printed is None:
            continue
        number += 1
        article = read(case)
        at = _as_printed(article) if article else None
        readings = (
            authors_of(article)[0] if article else (),
            (at.date().isoformat(),) if at else (),
            (article.section or "",) if article else (),
            article.tags if article else (),
        )
        for field, values, of_page in zip(FIELDS, readings, printed, strict=True):
            counts = count(field, of_page, values)
            totals[field] += counts
            if errors and (counts["wrong"] or counts["missing"]):
                print(case.name[:60], field, "; ".join(values) or "-", sep="  ")
    print(f"{number} of {len(printed_by_page)} pages")
    columns = ("printed", "given", "right", "wrong", "missing")
    print("field".ljust(9), *(column.rjust(8) for column in columns))
    for field, counts in totals.items():
        print(field.ljust(9), *(str(counts[column]).rjust(8) for column in columns))


if __name__ == "__main__":
    main()
