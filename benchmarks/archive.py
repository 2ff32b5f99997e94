"""What storing articles costs: this archive, Delta Lake, Iceberg, and one Parquet file a crawl, side by side.

    python benchmarks/archive.py                     10 000 articles, then our own growth to 100 000
    python benchmarks/archive.py --articles 100000
    python benchmarks/archive.py --growth 10000,100000,1000000 --only growth

All write the same rows, 500 a commit as a crawl does, and read them through their own reader, each in a
process of its own. Texts are made of invented words with the frequencies and lengths of news in the three
languages, from a fixed seed: they compress as news does, to within a tenth. Peers that are not installed are
named: pip install -e .[bench].
"""

# ruff: noqa: PLC0415  only a child imports Arrow, so that each one's memory is its own

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import platform
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

PER_COMMIT = 500
CONTENDERS = ("triptych", "delta", "iceberg", "naive")
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
LETTERS = {
    "uk": "оаинвіретсклудмпзьгяєбчхйжюцшщїфґ",
    "ru": "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэф",
    "en": "etaoinsrhldcumfpgwybvkxjqz",
}


# --- the rows


class Texts:
    """Words with the frequencies of Zipf's law, the same for the same seed."""

    def __init__(self, language: str) -> None:
        chosen = random.Random(f"words {language}")
        letters = LETTERS[language]
        weights = [1 / (rank + 2) for rank in range(len(letters))]
        self.words = [
            "".join(chosen.choices(letters, weights, k=2 + min(int(chosen.expovariate(0.2)), 14)))
            for _ in range(30_000)
        ]
        total = 0.0
        self.cumulative = [total := total + 1 / (rank + 3) for rank in range(len(self.words))]

    def sentence(self, chosen: random.Random, words: int) -> str:
        return " ".join(chosen.choices(self.words, cum_weights=self.cumulative, k=words)).capitalize() + "."


def records(first: int, count: int, size: float = 1.0) -> Iterator[object]:
    from archive.records import AlternateRecord, ArticleRecord, BlockRecord, EvidenceRecord

    for number in range(first, first + count):
        story, language = divmod(number, 3)
        language = ("uk", "ru", "en")[language]
        texts = TEXTS.setdefault(language, Texts(language)) if language not in TEXTS else TEXTS[language]
        chosen = random.Random(number)
        url = f"https://outlet{story % 40}.example/{language}/news/{story}-{texts.words[story % 30000]}.html"
        words = max(20, int(size * chosen.lognormvariate(math.log(230), 0.6)))
        paragraphs = [texts.sentence(chosen, min(45, words - n)) for n in range(0, words, 45)]
        body = "\n\n".join(paragraphs)
        at = BEGIN + timedelta(seconds=20 * number)
        yield ArticleRecord(
            article_id=hashlib.blake2b(url.encode(), digest_size=16).hexdigest(),
            outlet=f"outlet{story % 40}",
            url=url,
            requested_url=url,
            canonical_url=url,
            language=language,
            language_confidence=0.99,
            language_evidence=(EvidenceRecord("text", language), EvidenceRecord("html-lang", language)),
            language_reason="text",
            html_lang=language,
            headline=texts.sentence(chosen, 9),
            lead=texts.sentence(chosen, 22),
            body=body,
            blocks=tuple(BlockRecord("paragraph", text) for text in paragraphs),
            byline=" ".join(texts.words[chosen.randrange(300)].title() for _ in range(2)),
            authors=(),
            authors_source="printed",
            published_at=at - timedelta(minutes=chosen.randrange(600)),
            published_raw=f"{at:%Y-%m-%dT%H:%M:%S+02:00}",
            published_source="json-ld",
            modified_at=None,
            modified_raw=None,
            section=texts.words[chosen.randrange(12)],
            tags=tuple(texts.words[chosen.randrange(2000)] for _ in range(4)),
            image_url=f"https://outlet{story % 40}.example/i/{chosen.getrandbits(64):x}.jpg",
            image_caption=texts.sentence(chosen, 8),
            alternates=tuple(
                AlternateRecord(x, url.replace(f"/{language}/", f"/{x}/"), "hreflang")
                for x in ("uk", "ru", "en")
            ),
            story_key=None,
            content_hash=hashlib.sha256(body.encode()).hexdigest(),
            raw_sha256=hashlib.sha256(url.encode()).hexdigest(),
            http_status=200,
            etag=f'"{chosen.getrandbits(48):x}"',
            last_modified=None,
            fetched_at=at,
            extractor="reader 1",
            run_id="run-1",
            extra=None,
        )


TEXTS: dict[str, Texts] = {}


def table_of(batch: list[object], seq: int) -> object:
    """The rows as they lie in `articles`, for those who are handed Arrow."""
    import pyarrow as pa

    from archive.rows import plain
    from archive.schema import ARTICLES

    at = datetime.now(UTC)
    own = {"version": 1, "valid_to": None, "ingested_at": at, "commit_seq": seq}
    rows = [
        plain(x)
        | own
        | {
            "story_id": x.article_id,
            "valid_from": x.fetched_at,
            "first_seen": x.fetched_at,
            "last_seen": x.fetched_at,
        }
        for x in batch
    ]
    return pa.Table.from_pylist(rows, schema=ARTICLES)


# --- the contenders: write(batch, seq) commits; three readers


class Triptych:
    package = "pyarrow"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def begin(self) -> None:
        from archive.writer import ArchiveWriter

        self.writer = ArchiveWriter.open(self.folder, run_id="run-1")

    def write(self, batch: list[object], _seq: int) -> None:
        for record in batch:
            self.writer.add_article(record)
        self.writer.commit()

    def end(self) -> None:
        self.writer.close()

    def full(self) -> object:
        return self._open().articles().to_arrow()

    def two(self) -> object:
        return self._open().articles(columns=["outlet", "published_at"]).to_arrow()

    def past(self) -> object:
        opened = self._open()
        snapshots = opened.snapshots()
        return opened.articles(as_of=snapshots[len(snapshots) // 2].committed_at).to_arrow()

    def _open(self) -> object:
        import archive

        return archive.open(self.folder)

    def bytes(self) -> int:
        return sum(file.bytes for file in self._open().snapshot.stored("articles"))


class Delta:
    package = "deltalake"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def begin(self) -> None:
        import deltalake

        self.api = deltalake

    def write(self, batch: list[object], seq: int) -> None:
        self.api.write_deltalake(str(self.folder), table_of(batch, seq), mode="append")

    def end(self) -> None:
        pass

    def _table(self, version: int | None = None) -> object:
        import deltalake

        return deltalake.DeltaTable(str(self.folder), version=version)

    def full(self) -> object:
        return self._table().to_pyarrow_table()

    def two(self) -> object:
        return self._table().to_pyarrow_table(columns=["outlet", "published_at"])

    def past(self) -> object:
        return self._table(self._table().version() // 2).to_pyarrow_table()

    def bytes(self) -> int:
        return size_of(self.folder, ".parquet")


class Iceberg:
    package = "pyiceberg"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)

    def begin(self) -> None:
        from archive.schema import ARTICLES

        catalog = self._catalog()
        catalog.create_namespace("news")
        self.table = catalog.create_table("news.articles", schema=ARTICLES)

    def write(self, batch: list[object], seq: int) -> None:
        self.table.append(table_of(batch, seq))

    def end(self) -> None:
        pass

    def _catalog(self) -> object:
        from pyiceberg.catalog.sql import SqlCatalog

        return SqlCatalog("news", uri=f"sqlite:///{self.folder}/catalog.db", warehouse=self.folder.as_uri())

    def _scan(self, **options: object) -> object:
        return self._catalog().load_table("news.articles").scan(**options).to_arrow()

    def full(self) -> object:
        return self._scan()

    def two(self) -> object:
        return self._scan(selected_fields=("outlet", "published_at"))

    def past(self) -> object:
        snapshots = self._catalog().load_table("news.articles").metadata.snapshots
        return self._scan(snapshot_id=snapshots[(len(snapshots) - 1) // 2].snapshot_id)

    def bytes(self) -> int:
        return size_of(self.folder, ".parquet")


class Naive:
    """One file a crawl: to_parquet with pandas' defaults, and fsync."""

    package = "pyarrow"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)

    def begin(self) -> None:
        pass

    def write(self, batch: list[object], seq: int) -> None:
        import pyarrow.parquet as pq

        path = self.folder / f"crawl-{seq:06d}.parquet"
        pq.write_table(table_of(batch, seq), path)
        with path.open("rb") as file:
            os.fsync(file.fileno())

    def end(self) -> None:
        pass

    def _read(self, columns: list[str] | None = None) -> object:
        import pyarrow.parquet as pq

        return pq.read_table(self.folder, columns=columns)

    def full(self) -> object:
        return self._read()

    def two(self) -> object:
        return self._read(["outlet", "published_at"])

    past = None  # it keeps no history

    def bytes(self) -> int:
        return size_of(self.folder, ".parquet")


KINDS = dict(zip(CONTENDERS, (Triptych, Delta, Iceberg, Naive), strict=True))


def size_of(folder: Path, suffix: str = "") -> int:
    """Each file once, however many names it has."""
    files = {
        x.stat().st_ino: x.stat().st_size
        for x in folder.rglob(f"*{suffix}")
        if x.is_file() and not x.is_symlink()
    }
    return sum(files.values())


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def timed(work: Callable[[], object]) -> tuple[float, object]:
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


# --- what a child does


def child_write(name: str, folder: Path, articles: int) -> dict[str, float]:
    contender = KINDS[name](folder)
    contender.begin()
    spent = cpu = 0.0
    for seq, first in enumerate(range(0, articles, PER_COMMIT)):
        batch = list(records(first, min(PER_COMMIT, articles - first)))
        before = time.process_time()
        spent += timed(lambda batch=batch, seq=seq: contender.write(batch, seq))[0]
        cpu += time.process_time() - before
    contender.end()
    return {
        "µs an article": spent / articles * 1e6,
        "of it CPU": cpu / articles * 1e6,
        "bytes an article": contender.bytes() / articles,
        "bytes in all": size_of(folder) / articles,
        "MB to write": peak(),
    }


def child_read(name: str, folder: Path, what: str) -> dict[str, float]:
    contender = KINDS[name](folder)
    read = getattr(contender, what)
    if read is None:
        return {}
    first, result = timed(read)
    seconds = min(first, *(timed(read)[0] for _ in range(4 if what == "two" else 1)))
    del result
    label = {"full": "full read", "two": "two columns", "past": "as of"}[what]
    return {f"{label} s": seconds, **({"MB to read": peak()} if what == "full" else {})}


def child_grow(folder: Path, articles: int) -> dict[str, float]:
    """Build an archive by large commits of short texts, without the detour through segments.

    What a commit costs later depends on how many articles there are, not on how long they are.
    """
    from archive.commit import Committer
    from archive.creation import open_or_create
    from archive.opening import utc_now

    layout, log = open_or_create(folder, "build", utc_now())
    committer = Committer(layout, log, "build", utc_now)
    began = time.perf_counter()
    for first in range(0, articles, 8000):
        batch = list(records(first, min(8000, articles - first), size=0.15))
        committer.commit({f"segment{first}": batch}, None, {})
    committer.close()
    return {"seconds to build": time.perf_counter() - began}


def child_commits(folder: Path, articles: int) -> dict[str, float]:
    from archive.writer import ArchiveWriter

    start, writer = timed(lambda: ArchiveWriter.open(folder, run_id="measure"))
    memory = peak()
    os.sync()  # what building has left to write is not part of a commit
    seconds, cpu = [], []
    for number in range(16):
        for record in records(articles + number * PER_COMMIT, PER_COMMIT):
            writer.add_article(record)
        before = time.process_time()
        seconds.append(timed(writer.commit)[0])
        cpu.append(time.process_time() - before)
    writer.close()
    return {
        "writer s": start,
        "writer MB": memory,
        "commit ms": statistics.median(seconds) * 1e3,
        "commit mean ms": statistics.mean(seconds) * 1e3,
        "commit CPU ms": statistics.median(cpu) * 1e3,
    }


def child_open(folder: Path, _articles: int) -> dict[str, float]:
    import archive

    imports, _ = timed(lambda: __import__("archive.reader"))
    seconds, opened = timed(lambda: archive.open(folder))
    first, _ = timed(lambda: opened.articles(columns=["article_id"], outlet="outlet7").to_arrow().slice(0, 1))
    return {"import s": imports, "open s": seconds, "first rows s": first, "open MB": peak()}


# --- the parent


def run(*arguments: object) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, __file__, "--child", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{arguments}: {done.stderr.strip()[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def print_table(rows: dict[str, dict[str, float]], first: str) -> None:
    names = list(dict.fromkeys(name for row in rows.values() for name in row))
    print(f"| {first} | " + " | ".join(names) + " |\n|---" + "|---:" * len(names) + "|")
    for label, row in rows.items():
        cells = ["–" if name not in row else f"{row[name]:.{2 if row[name] < 10 else 0}f}" for name in names]
        print(f"| {label} | " + " | ".join(cells) + " |")


def compare(articles: int, home: Path) -> None:
    rows: dict[str, dict[str, float]] = {}
    for name in CONTENDERS:
        package = KINDS[name].package
        try:
            version = metadata.version(package)
        except metadata.PackageNotFoundError:
            print(f"{name} is NOT measured: {package} is not installed")
            continue
        folder = home / name
        row = run("write", name, folder, articles)
        for what in ("full", "two", "past"):
            row |= run("read", name, folder, what)
        rows[f"{name} ({package} {version})" if name not in {"triptych", "naive"} else name] = row
        shutil.rmtree(folder)
    print_table(rows, f"{articles} articles")
    ours, delta = rows.get("triptych"), next((rows[x] for x in rows if x.startswith("delta")), None)
    if ours and delta:
        for column, goal in (("bytes an article", 0.65), ("two columns s", 0.2)):
            ratio = ours[column] / delta[column]
            print(
                f"\n{column}: {ratio:.2f} × Delta's; goal {goal}: {'reached' if ratio <= goal else 'MISSED'}"
            )


def growth(sizes: list[int], home: Path) -> None:
    rows = {}
    for articles in sizes:
        folder = home / f"grown-{articles}"
        row = run("grow", folder, articles) | run("commits", folder, articles) | run("open", folder, articles)
        rows[str(articles)] = row
        shutil.rmtree(folder)
    print()
    print_table(rows, "articles")
    if len(sizes) > 1:
        few, many = rows[str(sizes[0])], rows[str(sizes[-1])]
        for column in ("commit ms", "commit mean ms", "commit CPU ms", "writer s"):
            ratio = many[column] / few[column]
            exponent = math.log(ratio) / math.log(sizes[-1] / sizes[0])
            print(f"\n{column}: {ratio:.2f} × from {sizes[0]} to {sizes[-1]}, exponent {exponent:.2f}")


def main() -> None:
    if sys.argv[1:2] == ["--child"]:
        what, *rest = sys.argv[2:]
        if what in {"write", "read"}:
            name, folder, last = rest
            work = (
                child_write(name, Path(folder), int(last))
                if what == "write"
                else child_read(name, Path(folder), last)
            )
        else:
            folder, articles = rest
            work = {"grow": child_grow, "commits": child_commits, "open": child_open}[what](
                Path(folder), int(articles)
            )
        print(json.dumps(work), flush=True)
        os._exit(0)  # some peers' threads do not survive the end of an interpreter
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--growth", default="10000,100000", help="sizes of our own archive, by commas")
    parser.add_argument("--only", choices=("compare", "growth"))
    options = parser.parse_args()
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, "
        f"Python {platform.python_version()}\n"
    )
    with tempfile.TemporaryDirectory(prefix="archive-benchmark-") as home:
        if options.only != "growth":
            compare(options.articles, Path(home))
        if options.only != "compare":
            growth([int(x) for x in options.growth.split(",")], Path(home))


if __name__ == "__main__":
    main()
