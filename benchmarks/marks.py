"""Measure the marks of aligned texts: `python benchmarks/marks.py`.

Numbers: all marks on the stories of ../shared/data/pairs, with the verdict of a reader of both texts
(data/mark_verdicts.tsv, which has ids and values, no texts); then one number of every third link is changed,
and a mark counts as right where it is that number. Quotations: what is called speech, with the
verdict of a reader; then the paragraph of a quotation is dropped, or the quotation alone.
"""

from __future__ import annotations

import hashlib
import random
import re
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from archive.format.records import TextBlock, VariantText
from benchmarks.alignment_sets import PAIRS, stories
from pipelines.alignment.aligner import Aligner
from pipelines.alignment.number_marks import agree
from pipelines.alignment.quantities import quantities
from pipelines.alignment.quote_marks import speech

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archive.format.records import AlignmentRecord

    Texts = tuple[list[str], list[str]]
    Languages = tuple[str, str]

DATA = Path(__file__).resolve().parents[1] / "../shared/data/pairs/dev.jsonl"
VERDICTS = Path(__file__).parent / "data" / "mark_verdicts.tsv"
CHANGED_OF = 3
"""One linked paragraph in so many has a number changed."""


def aligned(texts: Texts, languages: Languages) -> Sequence[AlignmentRecord]:
    variants = {}
    for article_id, paragraphs, language in zip("ab", texts, languages, strict=True):
        blocks = tuple(TextBlock("paragraph", text) for text in paragraphs)
        variants[article_id] = VariantText(article_id, 1, language, "", blocks)
    return Aligner()(variants, [("a", "b")])


def quote_id(quote: str) -> str:
    return hashlib.sha256(quote.encode()).hexdigest()[:12]


def couples() -> Iterator[tuple[str, Languages, Texts]]:
    for story_id, variants in sorted(stories(DATA).items()):
        for a, b in PAIRS:
            if variants.get(a) and variants.get(b):
                yield story_id, (a, b), (variants[a], variants[b])


def changed_digits(number: str, rng: random.Random) -> str:
    places = [place for place, letter in enumerate(number) if letter.isdigit()]
    place = rng.choice(places[1:] or places)
    return number[:place] + rng.choice("123456789".replace(number[place], "")) + number[place + 1 :]


def change_a_number(
    texts: Texts, languages: Languages, row: AlignmentRecord, rng: random.Random
) -> str | None:
    """Change a number of b that a has too; return it, or None where there is none."""
    numbers_a = quantities(" ".join(texts[0][n] for n in row.paragraphs_a), languages[0])
    for place in row.paragraphs_b:
        for number in quantities(texts[1][place], languages[1]):
            digits = re.search(r"\d+(?:[.,]\d+)?", number.text)
            if digits and any(x.digits and agree(x, number) for x in numbers_a):
                changed = changed_digits(digits[0], rng)
                texts[1][place] = texts[1][place].replace(digits[0], changed, 1)
                return changed
    return None


def changed_numbers(rng: random.Random) -> Counter[str]:
    count = Counter[str]()
    for _, languages, (text_a, text_b) in couples():
        for row in aligned((text_a, text_b), languages):
            if not row.paragraphs_a or not row.paragraphs_b or rng.randrange(CHANGED_OF):
                continue
            texts = list(text_a), list(text_b)
            if (changed := change_a_number(texts, languages, row, rng)) is None:
                continue
            count["changed"] += 1
            rows = [x for x in aligned(texts, languages) if x.paragraphs_b == row.paragraphs_b]
            marks = [mark for x in rows for mark in x.numbers_differ]
            count["right"] += sum(changed in mark.b for mark in marks)
            count["wrong"] += sum(changed not in mark.b for mark in marks)
    return count


def dropped_quotations(rng: random.Random, *, whole: bool) -> Counter[str]:
    """Drop a paragraph of b with speech, or the quotation alone, where both texts have as many paragraphs."""
    count = Counter[str]()
    for _, languages, (text_a, text_b) in couples():
        places = [n for n, text in enumerate(text_a) if [*speech(text)]]
        if len(text_a) != len(text_b) or not places:
            continue
        place = rng.choice(places)
        quotes_a, quotes_b = [*speech(text_a[place])], [*speech(text_b[place])]
        texts = list(text_a), list(text_b)
        if whole:
            del texts[1][place]
        elif len(quotes_a) != len(quotes_b):
            continue
        else:
            texts[1][place] = texts[1][place].replace(quotes_b[0], " ")
            quotes_a = quotes_a[:1]
        count["dropped"] += len(quotes_a)
        for row in aligned(texts, languages):
            for mark in (*row.quotes_only_a, *row.quotes_only_b):
                count["right" if mark.text in quotes_a else "wrong"] += 1
    return count


def by_verdict() -> dict[str, Counter[str]]:
    """Count the marks of the texts as they are, and their speech, by the verdicts of a reader."""
    verdicts = dict(line.rsplit("\t", 1) for line in VERDICTS.read_text("utf-8").splitlines())
    counts = {name: Counter[str]() for name in ("numbers differ", "numbers converted", "quotes", "speech")}
    read = set[str]()
    for story_id, languages, texts in couples():
        for row in aligned(texts, languages):
            for name, marks in (
                ("numbers differ", row.numbers_differ),
                ("numbers converted", row.numbers_converted),
            ):
                for mark in marks:
                    key = "\t".join((story_id, "-".join(languages), name, mark.a, mark.b))
                    counts[name][verdicts.get(key, "not read")] += 1
            counts["quotes"]["not read"] += len(row.quotes_only_a) + len(row.quotes_only_b)
        for paragraph in (*texts[0], *texts[1]):
            read.update(map(quote_id, speech(paragraph)))
    for key in read:
        counts["speech"][verdicts.get(key, "not read")] += 1
    return counts


def main() -> int:
    if not DATA.exists():
        print(f"{DATA} is missing: this benchmark needs the stories of ../shared", file=sys.stderr)
        return 2
    for name, count in by_verdict().items():
        read = count["right"] + count["false"]
        share = f"{count['right'] / read:.3f}" if read else "-"
        print(f"{name}: {count.total()}, of them read {read}, right {share}")
    rng = random.Random(1)
    print("changed numbers:", dict(changed_numbers(rng)))
    print("dropped paragraphs with speech:", dict(dropped_quotations(rng, whole=True)))
    print("dropped quotations:", dict(dropped_quotations(rng, whole=False)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
