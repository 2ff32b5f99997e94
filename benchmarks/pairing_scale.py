"""Measure what `scrapy pair` costs: `python benchmarks/pairing_scale.py [--documents N]… [--new N]`.

Scoring, aligning and committing are measured in archives of `--outlets` made-up outlets over `--days`.
Their texts are those of ../shared/data/pairs, two stories mixed into one and every number changed, so
that each is another story. Each archive is paired in a process of its own, which gives CPU seconds and
the largest memory. Then a day's worth of articles is added and paired again.

With `--new`, all but the last so many articles of the year count as paired already, and these are paired:
the cost of an article in a large archive, in a fraction of the time. With `--letters`, articles have a
headline and about so many letters, where it is not the texts that matter but what grows with their
number. After each tenth of the weeks, and when all is compared, the cost so far goes to stderr.
"""

import argparse
import json
import math
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

# a benchmark beside this one has the name of a package of ours
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from archive.format.records import ArticleRecord
from archive.writer import ArchiveWriter
from benchmarks.storage.invented import article
from pipelines.pairing.run import pair_archive

DATA = Path(__file__).resolve().parents[1] / "../shared/data/pairs/dev.jsonl"
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
LANGUAGES = ("uk", "ru", "en")


def stories(data: Path) -> list[dict[str, tuple[str, str]]]:
    texts: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
    for line in data.read_text("utf-8").splitlines():
        row = json.loads(line)
        texts[row["story_id"]][row["lang"]] = (row["title"], row["text"])
    return [variants for _, variants in sorted(texts.items()) if len(variants) == 3]


def articles(  # noqa: PLR0917
    data: Path, documents: int, seed: int, outlets: int = 5, over: int = 365, letters: int = 3000
) -> Iterator[ArticleRecord]:
    """A third of the stories in three languages, a third in two, a third in one; in the order of days."""
    rng, all_stories, count = random.Random(seed), stories(data), 0
    days = sorted(rng.uniform(0, over * 86_400) for _ in range(documents // 2))
    while count < documents:
        story_a, story_b = rng.sample(all_stories, 2)
        shift = rng.randint(2, 97)
        at = BEGIN + timedelta(seconds=days[min(count // 2, len(days) - 1)])
        outlet = f"outlet{rng.randrange(outlets)}"
        for language in rng.sample(LANGUAGES, rng.choice((1, 2, 3))):
            (title, text), (_, more) = story_a[language], story_b[language]
            half = "\n\n".join(x[: min(letters // 2, len(x) // 2)] for x in (text, more))
            body = re.sub(r"\d+", lambda number, by=shift: str(int(number[0]) * by % 9973), half)  # type: ignore[misc]
            url, paragraphs = f"https://{outlet}.example/{language}/{seed}-{count}", body.split("\n")
            values = {"outlet": outlet, "language": language, "headline": title, "published_at": at}
            yield article(url, [text for text in paragraphs if text.strip()], at, **values)
            at += timedelta(seconds=rng.expovariate(1 / 21_600))
            count += 1


def fill(folder: Path, records: Iterable[ArticleRecord], paired: int = 0) -> None:
    """So many of the first articles count as `paired` already."""
    last = 0
    with ArchiveWriter.open(folder, run_id="benchmark") as writer:
        for number, record in enumerate(records, start=1):
            writer.add_article(record)
            if number % 20_000 == 0 or number == paired:
                snapshot = writer.commit(None, {"pairing/through": last + 1} if number == paired else None)
                last = snapshot.id if snapshot else last
        writer.commit()


def fill_day(folder: Path, data: Path, documents: int) -> None:
    with ArchiveWriter.open(folder, run_id="benchmark-day") as writer:
        for record in articles(data, max(1, documents // 365), 7):
            writer.add_article(replace(record, published_at=BEGIN + timedelta(days=180)))
        writer.commit()


def measured(folder: Path) -> dict[str, float]:
    """Of a process of its own, so that its memory is nobody else's."""
    command = [sys.executable, __file__, "--pair", str(folder)]
    output = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    figures: dict[str, float] = json.loads(output)
    return figures


def megabytes() -> float:
    """The most that this process ever had; ru_maxrss would begin with what its parent had."""
    status = Path("/proc/self/status").read_text("utf-8")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def pair(folder: str) -> None:
    started = time.process_time()

    def tell(done: int, of: int) -> None:
        if of >= 10 and (done == of or done % (of // 10) == 0):
            took = time.process_time() - started
            print(f"{done:6,} of {of:,} weeks {took:8.1f} s CPU {megabytes():6.0f} MB", file=sys.stderr)

    outcome = pair_archive(folder, progress=tell)
    figures = {"cpu": time.process_time() - started, "megabytes": megabytes()}
    print(json.dumps({**figures, "articles": outcome.articles, "pairs": outcome.pairs.total()}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--documents", type=int, action="append", help="1000 and 10000 where not given")
    parser.add_argument("--new", type=int, default=0, help="pair only the last so many of each archive")
    parser.add_argument("--outlets", type=int, default=5)
    parser.add_argument("--days", type=int, default=365, help="over which the articles are spread")
    parser.add_argument("--letters", type=int, default=3000, help="of an article, at most")
    parser.add_argument("--once", action="store_true", help="without the day more")
    parser.add_argument("--pair", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.pair:
        pair(arguments.pair)
        return
    print(
        "| documents | run | compared | pairs | CPU s | CPU s per 1,000 | MB |\n"
        "|---:|---|---:|---:|---:|---:|---:|"
    )
    seconds: dict[int, float] = {}
    """Of CPU, by the number of documents compared."""
    for documents in arguments.documents or [1000, 10_000]:
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary) / "news-archive"
            form = arguments.outlets, arguments.days, arguments.letters
            records = articles(arguments.data, documents, 1, *form)
            fill(folder, records, paired=documents - arguments.new if arguments.new else 0)
            runs = ("the last",) if arguments.new else ("all",) if arguments.once else ("all", "a day more")
            for run in runs:
                if run == "a day more":
                    fill_day(folder, arguments.data, documents)
                figures = measured(folder)
                cost = "" if run == "a day more" else f"{figures['cpu'] / figures['articles'] * 1000:.1f}"
                # at once: the large ones take their time
                print(
                    f"| {documents:,} | {run} | {figures['articles']:,.0f} | {figures['pairs']:.0f}"
                    f" | {figures['cpu']:.1f} | {cost} | {figures['megabytes']:.0f} |",
                    flush=True,
                )
                if cost:
                    seconds[round(figures["articles"])] = figures["cpu"]
    least, most = min(seconds), max(seconds)
    costs = f"{seconds[most] / most * 1000:.1f} CPU s per 1,000 full texts of {arguments.days} days"
    print(f"* Pairing takes {costs}, where {most:,} are compared.")
    if most > least:
        exponent = math.log(seconds[most] / seconds[least]) / math.log(most / least)
        print(f"* From {least:,} to {most:,} texts its cost grows with the power {exponent:.2f} of them.")


if __name__ == "__main__":
    main()
