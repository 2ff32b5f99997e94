"""Measure the marks of aligned texts: `python benchmarks/marks.py [--write] [--missed]`.

First all marks on the stories of ../shared/data/pairs, and all that is called speech, with the verdict of a
reader of both texts (data/mark_verdicts.tsv, which has ids and values, no texts).

Then one thing of the second text is altered, in PLANTED pairs for a figure and each of QUOTATIONS. The table
has how many of these are marked, and how many other marks that makes, which are false. `--missed` prints what
is not marked. The last rows are invented paragraphs as two newsrooms tell them (data/numbers_*.tsv:
languages, both numbers or `same`, both paragraphs): of `numbers_1` the rules were mended, of `numbers_2` not;
and stories with the paragraphs that only one text has (data/left_out_*.jsonl), with which nothing was mended.
"""

import hashlib
import json
import random
import re
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from collections.abc import Callable, Iterator, Sequence

from archive.format.marks import CONTRADICTIONS
from archive.format.records import AlignmentRecord, TextBlock, VariantText
from archive.read.quotations import speaker_of
from benchmarks.alignment_sets import PAIRS, stories
from benchmarks.quality_page import write as write_page
from pipelines.alignment.aligner import Aligner
from pipelines.alignment.marks.number_marks import Passage, number_marks
from pipelines.alignment.marks.quantities import agree, quantities
from pipelines.alignment.marks.quote_marks import speech

Texts = tuple[list[str], list[str]]
Languages = tuple[str, str]

DATA = Path(__file__).resolve().parents[1] / "../shared/data/pairs/dev.jsonl"
VERDICTS = Path(__file__).parent / "data" / "mark_verdicts.tsv"
LEFT_OUT = sorted(VERDICTS.parent.glob("left_out_*.jsonl"))
PLANTED = 60
_YEAR = re.compile(r"(?:19|20)\d\d")
_NOT = {"uk": "не", "ru": "не", "en": "not"}
_WORD = re.compile(r"[^\W\d_]+")


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


def by_verdict() -> dict[str, Counter[str]]:
    """Count the marks of the texts as they are, and their speech, by the verdicts of a reader."""
    verdicts = dict(line.rsplit("\t", 1) for line in VERDICTS.read_text("utf-8").splitlines())
    counts, read = defaultdict[str, Counter[str]](Counter), set[str]()
    for story_id, languages, texts in couples():
        for row in aligned(texts, languages):
            for column in (*CONTRADICTIONS.values(), "numbers_converted"):
                name = column.replace("_", " ")
                for mark in getattr(row, column) or ():
                    key = "\t".join((story_id, "-".join(languages), name, mark.a, mark.b))
                    counts[name][verdicts.get(key, "not read")] += 1
            counts["quotes"]["not read"] += len(row.quotes_only_a) + len(row.quotes_only_b)
        for paragraph in (*texts[0], *texts[1]):
            read.update(map(quote_id, speech(paragraph)))
    for key in read:
        counts["speech"][verdicts.get(key, "not read")] += 1
    return counts


def another_figure(figure: str, rng: random.Random) -> str:
    """Return a figure that no rounding explains; a year of the same decade."""
    if _YEAR.fullmatch(figure):
        return figure[:3] + rng.choice("123456789".replace(figure[3], ""))
    unchanged = "0" if re.search("[1-9]", figure) else ""
    while True:
        changed = "".join(rng.choice("123456789") if x.isdigit() and x != unchanged else x for x in figure)
        value, before = (float(re.sub(r"[.,](?=\d{3})", "", x).replace(",", ".")) for x in (changed, figure))
        if abs(value - before) > 0.25 * max(value, before):
            return changed


def plant_figure(texts: Texts, languages: Languages, rng: random.Random) -> str | None:
    numbers_a = [x for text in texts[0] for x in quantities(text, languages[0])]
    figures = list[str]()
    for text in texts[1]:
        for number in quantities(text, languages[1]):
            digits = re.search(r"\d+(?:[.,]\d+)?", number.text)
            if number.kind == "version" or digits is None or len(digits[0]) == 1:
                continue
            if any(x.digits and agree(x, number) for x in numbers_a):
                figures.append(digits[0])
    if not figures:
        return None
    figure = rng.choice(figures)
    changed = another_figure(figure, rng)
    pattern = re.compile(rf"(?<![\d.,]){re.escape(figure)}(?!\d|[.,]\d)")
    texts[1][:] = [pattern.sub(changed, text) for text in texts[1]]
    return changed


def chosen_quotation(texts: Texts, rng: random.Random) -> tuple[int, str] | None:
    """Return a quotation of the second text and its place, where the first has as many there."""
    if len(texts[0]) != len(texts[1]):
        return None
    quotes = list[tuple[int, str]]()
    for place, (text_a, text_b) in enumerate(zip(*texts, strict=True)):
        quotes_b = [*speech(text_b)]
        if quotes_b and len([*speech(text_a)]) == len(quotes_b):
            quotes += [(place, quote) for quote in quotes_b]
    return rng.choice(quotes) if quotes else None


def drop_paragraph(texts: Texts, place: int, _quote: str, *_more: object) -> str:
    del texts[1][place]
    return next(speech(texts[0][place]))


def drop_quotation(texts: Texts, place: int, quote: str, *_more: object) -> str:
    number = [*speech(texts[1][place])].index(quote)
    texts[1][place] = texts[1][place].replace(quote, " ")
    return [*speech(texts[0][place])][number]


def plant_words(texts: Texts, place: int, quote: str, languages: Languages, rng: random.Random) -> str:
    quotations = [x for x in quotations_of(languages[1]) if x not in texts[1][place]]
    instead = min(rng.sample(quotations, 20), key=lambda x: abs(len(x) - len(quote)))
    texts[1][place] = texts[1][place].replace(quote, instead)
    return instead


def plant_negation(texts: Texts, place: int, quote: str, languages: Languages, rng: random.Random) -> str:
    middle = len(quote.split()) // 2
    words = quote.split()
    denial = f"{_NOT[languages[1]]} {words[middle]}"
    denied = " ".join([*words[:middle], denial, *words[middle + 1 :]])
    texts[1][place] = texts[1][place].replace(quote, denied)
    return denial


def plant_speaker(
    texts: Texts, place: int, quote: str, languages: Languages, rng: random.Random
) -> str | None:
    speaker = speaker_of(quote, texts[1][place])
    if speaker is None:
        return None
    name = "Kovalchuk" if languages[1] == "en" else "Ковальчук"
    texts[1][place] = texts[1][place].replace(speaker, name)
    return name


FIGURE = "a figure is another one"
# each contradicts the first text in the second; it returns what a mark should have, None if nothing can be
QUOTATIONS: dict[str, Callable[..., str | None]] = {
    "a paragraph with a quotation is missing": drop_paragraph,
    "a quotation is missing": drop_quotation,
    "a quotation has other words": plant_words,
    "a quotation is denied": plant_negation,
    "a quotation is another person's": plant_speaker,
}


@cache
def quotations_of(language: str) -> tuple[str, ...]:
    quotes = set[str]()
    for _, variants in sorted(stories(DATA).items()):
        for text in variants.get(language, ()):
            quotes.update(speech(text))
    return tuple(sorted(quotes))


def marks_of(texts: Texts, languages: Languages) -> list[str]:
    """Return the numbers of b that are marked, and the quotations of both."""
    marks = list[str]()
    for row in aligned(texts, languages):
        for column in CONTRADICTIONS.values():
            marks += [mark.b for mark in getattr(row, column) or ()]
        marks += [mark.text for mark in (*row.quotes_only_a, *row.quotes_only_b)]
    return marks


def planted(name: str, *, missed: bool) -> tuple[int, int, int]:
    """Return how many were planted and marked, and how many other marks there are because of them."""
    rng = random.Random(name)
    pairs = list(couples())
    rng.shuffle(pairs)
    count = marked = false = 0
    for story_id, languages, (text_a, text_b) in pairs:
        texts = list(text_a), list(text_b)
        if name == FIGURE:
            expected = plant_figure(texts, languages, rng)
        else:
            chosen = chosen_quotation(texts, rng)
            expected = chosen and QUOTATIONS[name](texts, *chosen, languages, rng)
        if expected is None:
            continue
        count += 1
        before, marks = marks_of((text_a, text_b), languages), marks_of(texts, languages)
        right = [mark for mark in marks if expected in mark]
        marked += bool(right)
        wrong = [mark for mark in marks if expected not in mark and mark not in before]
        # the first text has alone what the second has lost
        if name != FIGURE:
            wrong = [mark for mark in wrong if mark not in "\n".join(text_a)]
        false += len(wrong)
        if missed:
            for mark in wrong:
                print(f"{name}: FALSE: {story_id} {'-'.join(languages)}: {mark}")
        if missed and not right:
            print(f"{name}: {story_id} {'-'.join(languages)}: {expected}")
        if count == PLANTED:
            break
    return count, marked, false


def retold(path: Path, *, missed: bool) -> tuple[int, int, int]:
    """Return how many of these paragraphs contradict each other, how many are marked, and the false marks."""
    count = marked = false = 0
    for line in path.read_text("utf-8").splitlines():
        language_a, language_b, expected, a, b = line.split("\t")
        differ, _ = number_marks(Passage(a, language_a), Passage(b, language_b))
        wrong = [mark for mark in differ if not _is_in(mark.a, mark.b, expected)]
        count += expected != "same"
        marked += len(wrong) < len(differ)
        false += len(wrong)
        for mark in wrong if missed else ():
            print(f"{path.stem}: FALSE: {mark.a} ↔ {mark.b}: {a}")
        if missed and expected != "same" and not differ:
            print(f"{path.stem}: {expected}: {a}")
    return count, marked, false


def _is_in(number_a: str, number_b: str, expected: str) -> bool:
    """Tell if a mark has both numbers that a reader has named; either may be printed with its unit."""
    pairs = zip((number_a, number_b), expected.split(" ↔ "), strict=False)
    plain = [(re.sub(r"\W", "", x.lower()), re.sub(r"\W", "", y.lower())) for x, y in pairs]
    return len(plain) == 2 and all(x in y or y in x for x, y in plain)


def left_out(path: Path, *, missed: bool) -> tuple[int, int, int]:
    """Return how many paragraphs one text alone has, how many are surely called so, and the false."""
    count = marked = false = 0
    for line in path.read_text("utf-8").splitlines():
        story = json.loads(line)
        count += len(story["only_a"]) + len(story["only_b"])
        for row in aligned((story["a"], story["b"]), tuple(story["languages"])):
            if row.doubtful or (row.paragraphs_a and row.paragraphs_b):
                continue
            side, places = ("a", row.paragraphs_a) if row.paragraphs_a else ("b", row.paragraphs_b)
            for place in places:
                is_right = place in story[f"only_{side}"]
                marked, false = marked + is_right, false + (not is_right)
                if missed and not is_right:
                    print(f"left out: FALSE: {story[side][place]}")
    return count, marked, false


def planted_table(*, missed: bool) -> Table:
    table = Table("in the second text", "pairs", "marked", "other marks")
    for name in (FIGURE, *QUOTATIONS):
        table.add_row(name, *map(str, planted(name, missed=missed)))
    for path in sorted(VERDICTS.parent.glob("numbers_*.tsv")):
        table.add_row(
            f"a number is another one, retold ({path.stem})", *map(str, retold(path, missed=missed))
        )
    for path in LEFT_OUT:
        name = f"left out, retold ({path.stem})"
        table.add_row(name, *map(str, left_out(path, missed=missed)))
    return table


def main() -> int:
    parser = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="write the table into the page of figures")
    parser.add_argument("--missed", action="store_true", help="print what was planted and is not marked")
    options = parser.parse_args()
    if not DATA.exists():
        print(f"{DATA} is missing: this benchmark needs the stories of ../shared", file=sys.stderr)
        return 2
    for name, count in by_verdict().items():
        read = count["right"] + count["false"]
        share = f"{count['right'] / read:.3f}" if read else "-"
        print(f"{name}: {count.total()}, of them read {read}, right {share}")
    table = planted_table(missed=options.missed)
    Console(width=100).print(table)
    if options.write:
        write_page("marks", table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
