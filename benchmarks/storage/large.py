"""A large archive in minutes: columns made whole by numpy, written as data files by functions of the library.

    python benchmarks/storage/large.py FOLDER --articles 1000000

Words have the frequencies of Zipf's law and the endings of three languages, stories have words of their own,
names of two words come again and again. There are edits, articles that are gone, omissions, pairs that the
texts contradict, and looks that brought nothing, so that no count is trivial. The same seed is the same rows.
A commit is a snapshot of its own, as of a crawl; what a writer keeps beside them is made by the first writer.
"""

# ruff: noqa: PLR0917  arrays of one part go together

import hashlib
import multiprocessing
import random
import sys
import tomllib
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from archive.commit.rows import Commit
from archive.format.columns import SCHEMA_VERSION
from archive.format.schema import SORT, STORED
from archive.format.snapshot import Snapshot
from archive.opening import open_existing, open_or_create
from archive.tables import views
from archive.tables.parquet_files import TableFiles, encoded, rows_per_file

LANGUAGES = ("uk", "en", "ru")
END = datetime(2026, 11, 20, tzinfo=UTC)
A_DAY = 1400
"""Articles."""
STORIES = 3000
"""Of one part, some 7,000 articles: one file of `articles`."""
MOST_COMMITS = 100
OUTLETS, SECTIONS, AUTHORS, TOPICS, NAMES = 40, 14, 60, 3000, 4000
STEMS = 40_000
PARAGRAPH, SENTENCE = 45, 15
"""Words."""
_WORDS = tomllib.loads(Path(__file__).parents[1].joinpath("data/large.toml").read_text("utf-8"))
VARIANTS = 4
"""Of each word: as it is, with a capital, with a full stop, with both."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HOUR = 3_600_000_000


class Words:
    def __init__(self, language: str) -> None:
        chosen = random.Random(f"stems {language}")
        stems: dict[str, None] = {}
        syllables = _WORDS["syllables"][language].split()
        while len(stems) < STEMS:
            stems["".join(chosen.choices(syllables, k=chosen.choice((2, 2, 3, 3, 4))))] = None
        plain = [
            *_WORDS["frequent"][language].split(),
            *(stem + x for stem in stems for x in _WORDS["endings"][language]),
        ]
        self.words = tuple(plain)
        spellings = [y for x in plain for y in (x, x.capitalize(), f"{x}.", f"{x.capitalize()}.")]
        self.written = pa.array(spellings)
        weights = 1 / (np.arange(len(plain)) + 2.7) ** 1.05
        self.cumulative = np.cumsum(weights) / weights.sum()
        rng = np.random.default_rng(len(language) + ord(language[0]))
        self.names = rng.integers(2000, len(plain), (NAMES, 2))

    def ranks(self, rng: np.random.Generator, count: int) -> np.ndarray:
        return np.searchsorted(self.cumulative, rng.random(count))


@cache
def words_of(language: str) -> Words:
    return Words(language)


def author(outlet: int, language: str, number: int) -> str:
    """Name one of the authors of an outlet, in one language."""
    words = words_of(language).words
    return " ".join(words[100 + 7 * ((outlet * 97 + n) % 3000)].title() for n in (number, number + 1))


def texts(rng: np.random.Generator, language: str, topics: np.ndarray, lengths: np.ndarray, share: float):
    """Paragraphs of articles in a row, and where each article's begin."""
    words = words_of(language)
    counts = -(-lengths // PARAGRAPH)
    starts = np.concatenate(([0], np.cumsum(lengths)))
    total = int(starts[-1])
    place = np.arange(total) - np.repeat(starts[:-1], lengths)
    drawn = words.ranks(rng, total)
    of_topic = rng.random(total) < share
    topic = np.repeat(topics, lengths)[of_topic]
    drawn[of_topic] = 60 + (topic * 83 + rng.geometric(0.05, len(topic))) % 60_000
    at = np.flatnonzero(rng.random(total) < 0.015)
    at = at[at + 1 < total]
    name_words = words.names[np.minimum((rng.random(len(at)) ** 3 * NAMES).astype(int), NAMES - 1)]
    drawn[at], drawn[at + 1] = name_words[:, 0], name_words[:, 1]
    first = place % SENTENCE == 0
    last = (place % SENTENCE == SENTENCE - 1) | (np.repeat(lengths, lengths) - 1 == place)
    written_words = words.written.take(pa.array(drawn * VARIANTS + first + 2 * last))
    in_article = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    begins = np.repeat(starts[:-1], counts) + in_article * PARAGRAPH
    offsets = pa.array(np.append(begins, total), pa.int32())
    paragraphs = pc.binary_join(pa.ListArray.from_arrays(offsets, written_words), " ")
    return paragraphs, np.concatenate(([0], np.cumsum(counts)))


Table = Callable[[str, int, dict[str, object]], pa.Table]
"""Makes the rows of a table, of one commit."""


def table_of(commit: Commit, name: str, rows: int, columns: dict[str, object]) -> pa.Table:
    """The rows of a table; a column that is not given is null, or empty."""
    columns |= {column: _same(value, rows) for column, value in commit.columns().items()}
    if "decided_at" in STORED[name].names:
        columns["decided_at"] = _same(commit.at, rows)
    arrays = []
    for field in STORED[name]:
        values = columns.pop(field.name, None)
        if values is None:
            values = pa.nulls(rows, field.type) if field.nullable else _same([], rows, field.type)
        elif not isinstance(values, pa.Array | pa.ChunkedArray):
            values = pa.array(values)
        arrays.append(values.cast(field.type))
    assert not columns, columns.keys()
    return pa.Table.from_arrays(arrays, schema=STORED[name])


def _same(value: object, rows: int, kind: pa.DataType | None = None) -> pa.Array:
    return pa.repeat(pa.scalar(value, kind), rows)


def _times(micros: np.ndarray) -> pa.Array:
    return pa.array(micros.astype(np.int64), pa.int64()).cast(pa.timestamp("us", tz="UTC"))


def _lists(has: np.ndarray, values: object) -> pa.Array:
    """Lists of one value where there is one, else empty."""
    offsets = np.concatenate(([0], np.cumsum(has)))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pa.array(values))


def part(number: int, seed: int, ended: datetime, stories: int, commit: Commit) -> dict[str, pa.Table]:
    """All rows of the stories of one part, published before `ended`."""
    table = partial(table_of, commit)
    rng = np.random.default_rng((seed, number))
    kind = rng.choice(4, stories, p=(0.5, 0.25, 0.15, 0.1))
    # uk en ru, uk ru, uk, uk en
    has = np.array([(1, 1, 1), (1, 0, 1), (1, 0, 0), (1, 1, 0)], bool)[kind]
    rows = int(has.sum())
    story, language = np.nonzero(has)
    span = rows / A_DAY * 24 * HOUR
    end = int((ended - EPOCH) / timedelta(microseconds=1))
    told_at = np.sort(rng.random(stories)) * span + end - span
    outlet = np.minimum((rng.random(stories) ** 2.2 * OUTLETS).astype(int), OUTLETS - 1)
    topic = (rng.random(stories) ** 2 * TOPICS).astype(int)
    section = (topic * 7 + rng.integers(0, 2, stories)) % SECTIONS
    length = np.maximum(20, rng.lognormal(np.log(230), 0.6, stories))
    lengths = np.maximum(15, length[story] * rng.uniform(0.7, 1.1, rows)).astype(int)
    lag = np.where(language == 0, 0, rng.lognormal(np.log(2), 1.2, rows) * HOUR)
    published = told_at[story] + lag
    fetched = published + rng.uniform(0.02, 2, rows) * HOUR
    slugs = [f"{number}-{n}" for n in range(stories)]
    urls = [
        f"https://outlet{outlet[s]}.example/{LANGUAGES[x]}/news/{slugs[s]}.html"
        for s, x in zip(story, language, strict=True)
    ]
    ids = [hashlib.blake2b(x.encode(), digest_size=16).hexdigest() for x in urls]
    first_of = np.searchsorted(story, np.arange(stories))
    story_ids = [ids[first_of[s]] for s in story]
    paragraphs, bodies, headlines = _texts(rng, language, topic[story], lengths)
    body = pc.binary_join(paragraphs, "\n\n")
    edited = rng.random(rows) < 0.08
    is_gone = rng.random(rows) < 0.012
    last_seen = np.where(edited, fetched + 30 * HOUR, fetched)
    hashes = [
        hashlib.sha256(f"{x}\n{y}".encode()).hexdigest()
        for x, y in zip(headlines.to_pylist(), body.to_pylist(), strict=True)
    ]
    sections = [
        f"{words_of(LANGUAGES[x]).words[40 + 7 * section[s]].title()}"
        for s, x in zip(story, language, strict=True)
    ]
    authors = [
        [author(int(outlet[s]), LANGUAGES[x], int(n))]
        for s, x, n in zip(story, language, rng.integers(0, AUTHORS, rows), strict=True)
    ]
    tags = [LANGUAGES[x] for x in language]
    columns = {
        "article_id": ids,
        "outlet": [f"outlet{outlet[s]}" for s in story],
        "url": urls,
        "requested_url": urls,
        "canonical_url": urls,
        "language": tags,
        "language_confidence": np.full(rows, 0.99),
        "language_reason": _same("text", rows),
        "html_lang": tags,
        "headline": headlines,
        "body": body,
        "blocks": bodies,
        "byline": [x[0] for x in authors],
        "authors": authors,
        "authors_source": _same("printed", rows),
        "published_at": _times(published),
        "published_source": _same("json-ld", rows),
        "section": sections,
        "content_hash": hashes,
        "raw_sha256": hashes,
        "text_from": _same("page", rows),
        "http_status": _same(200, rows),
        "fetched_at": _times(last_seen),
        "extractor": _same("triptych 10", rows),
        "run_id": _same(f"run-{commit.seq}", rows),
        "story_id": story_ids,
        "version": np.where(edited, 2, 1),
        "valid_from": _times(last_seen),
        "first_seen": _times(fetched),
        "last_seen": _times(last_seen),
    }
    tables = {"articles": table("articles", rows, columns)}
    tables["superseded"] = _former(tables["articles"], edited, fetched, last_seen)
    tables["observations"] = _looks(rng, tables["articles"], edited, is_gone, fetched, last_seen, table)
    tables |= _pairs(rng, tables["articles"], story, language, paragraphs, table)
    tables["stories"] = _stories(tables["articles"], has, published, table)
    tables["same_event"] = _events(rng, tables["articles"], first_of, table)
    return tables


def _texts(rng: np.random.Generator, language: np.ndarray, topics: np.ndarray, lengths: np.ndarray):
    """Paragraphs of each article as a list, its blocks, and its headline, in the order of the articles."""
    order, lists, heads = [], [], []
    for n, name in enumerate(LANGUAGES):
        of_language = np.flatnonzero(language == n)
        flat, offsets = texts(rng, name, topics[of_language], lengths[of_language], 0.25)
        lists.append(pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), flat))
        heads.append(texts(rng, name, topics[of_language], np.full(len(of_language), 9), 0.5)[0])
        order.append(of_language)
    back = pa.array(np.argsort(np.concatenate(order)))
    paragraphs = pa.concat_arrays(lists).take(back)
    flat = paragraphs.flatten()
    kinds = _same("paragraph", len(flat))
    blocks = pa.ListArray.from_arrays(
        _offsets(paragraphs), pa.StructArray.from_arrays([kinds, flat], ["kind", "text"])
    )
    return paragraphs, blocks, pa.concat_arrays(heads).take(back)


def _offsets(lists: pa.ListArray) -> pa.Array:
    return pa.array(np.concatenate(([0], np.cumsum(pc.list_value_length(lists).to_numpy()))), pa.int32())


def _former(articles: pa.Table, edited: np.ndarray, fetched: np.ndarray, last_seen: np.ndarray) -> pa.Table:
    """What edited articles said before: the same without their last paragraph, under another headline."""
    rows = articles.filter(pa.array(edited)).to_pylist()
    for row, before, after in zip(rows, fetched[edited], last_seen[edited], strict=True):
        row["blocks"] = row["blocks"][:-1] or row["blocks"]
        row["body"] = "\n\n".join(x["text"] for x in row["blocks"])
        row["headline"] = row["headline"].rsplit(" ", 2)[0]
        begin, end = (EPOCH + timedelta(microseconds=int(x)) for x in (before, after))
        row |= {"version": 1, "valid_from": begin, "fetched_at": begin, "last_seen": begin, "valid_to": end}
        row["content_hash"] = hashlib.sha256(row["body"].encode()).hexdigest()
    return pa.Table.from_pylist(rows, schema=STORED["superseded"])


def _looks(rng, articles, edited, is_gone, fetched, last_seen, table: Table) -> pa.Table:
    """A look for each text, three in vain for what is gone, and a tenth that led to no article."""
    rows = articles.num_rows
    count = rows // 10
    last = np.flatnonzero(is_gone)
    number = np.concatenate((np.arange(rows), np.flatnonzero(edited), np.repeat(last, 3), np.full(count, -1)))
    vain = np.concatenate(
        (np.zeros(rows + int(edited.sum()), int), np.tile([1, 2, 3], len(last)), np.zeros(count, int))
    )
    times = np.concatenate((
        fetched, last_seen[edited], np.repeat(last_seen[last], 3) + vain[vain > 0] * 24 * HOUR,
        rng.choice(fetched, count),
    ))  # fmt: skip
    is_no_article = number < 0
    take = pa.array(np.where(is_no_article, 0, number))
    outcome = np.where(is_no_article, rng.choice(["skipped", "dropped", "failed"], len(number)), "archived")
    outcome = np.where(vain > 0, "failed", outcome)
    reason = np.where(is_no_article, rng.choice(["not-an-article", "too-short", "http-500"], len(number)), "")
    reason = np.where(vain > 0, "http-404", reason)
    urls = articles["url"].take(take).to_pylist()
    urls = [
        f"{x[:-5]}/{n}" if is_none else x
        for n, (x, is_none) in enumerate(zip(urls, is_no_article, strict=True))
    ]
    version = np.concatenate(
        (np.ones(rows), np.full(int(edited.sum()), 2), np.ones(len(vain) - rows - int(edited.sum())))
    )
    return table(
        "observations",
        len(number),
        {
            "article_id": pc.if_else(
                pa.array(is_no_article), None, articles["article_id"].take(take).combine_chunks()
            ),
            "version": pa.array(version.astype(np.int32), mask=is_no_article | (vain > 0)),
            "outlet": articles["outlet"].take(take).combine_chunks(),
            "url": urls,
            "requested_url": urls,
            "outcome": outcome,
            "reason": pa.array(reason, mask=reason == ""),
            "http_status": np.where(vain > 0, 404, 200),
            "observed_at": _times(times),
            "missing": pa.array(vain, mask=vain == 0),
            "gone": vain == 3,
            "run_id": articles["run_id"].take(take).combine_chunks(),
        },
    )


def _pairs(rng, articles, story, language, paragraphs, table: Table) -> dict[str, pa.Table]:
    ids = np.array(articles["article_id"].to_pylist())
    near = [
        (n, m) for n in range(len(ids)) for m in range(n + 1, min(n + 3, len(ids))) if story[n] == story[m]
    ]
    couples = np.array([(n, m) if ids[n] < ids[m] else (m, n) for n, m in near])
    a, b = couples[:, 0], couples[:, 1]
    details = np.where(rng.random(len(a)) < 0.005, '{"conflict": true}', '{"reciprocal": true}')
    common = {
        "article_id_a": ids[a],
        "article_id_b": ids[b],
        "evidence": _same("hreflang", len(a)),
        "reciprocal": np.ones(len(a), bool),
        "score": rng.uniform(0.5, 1, len(a)),
        "details": details,
    }
    homes = articles["story_id"].to_pylist()
    members = {"article_id": ids, "story_id": homes}
    return {
        "pairs": table("pairs", len(a), dict(common)),
        "decisions": table("decisions", len(a), common),
        "memberships": table("memberships", len(ids), members),
        "alignments": _aligned(rng, articles, a, b, language, paragraphs, table),
    }


def _aligned(rng, articles, a, b, language, paragraphs, table: Table) -> pa.Table:
    counts = pc.list_value_length(paragraphs).to_numpy()
    begins = np.concatenate(([0], np.cumsum(counts)))
    characters = pc.utf8_length(paragraphs.flatten()).to_numpy()
    many = np.maximum(counts[a], counts[b])
    rows = int(many.sum())
    place = np.arange(rows) - np.repeat(np.cumsum(many) - many, many)
    a, b = np.repeat(a, many), np.repeat(b, many)
    in_a, in_b = place < counts[a], place < counts[b]
    lone = (rng.random(rows) < 0.05) & in_a & in_b
    in_b &= ~lone
    both = in_a & in_b
    ids, versions = articles["article_id"], articles["version"]
    tags = np.array(LANGUAGES)[language]

    def size(row: np.ndarray, is_there: np.ndarray) -> np.ndarray:
        return np.where(is_there, characters[np.minimum(begins[row] + place, len(characters) - 1)], 0)

    def marks(share: float) -> pa.Array:
        chosen = rng.random(rows) < share
        values = [
            {"a": f"{n % 900 + 2}", "b": f"{n % 800 + 3}", "confidence": 0.95} for n in np.flatnonzero(chosen)
        ]
        return _lists(chosen, values)

    def quotes(share: float) -> pa.Array:
        chosen = rng.random(rows) < share
        return _lists(chosen, [{"text": f"quotation {n}"} for n in np.flatnonzero(chosen)])

    return table(
        "alignments",
        rows,
        {
            "story_id": articles["story_id"].take(pa.array(a)),
            "article_id_a": ids.take(pa.array(a)),
            "version_a": versions.take(pa.array(a)),
            "article_id_b": ids.take(pa.array(b)),
            "version_b": versions.take(pa.array(b)),
            "language_a": tags[a],
            "language_b": tags[b],
            "position": place,
            "kind": np.where(both, "aligned", np.where(in_a, "omitted", "added")),
            "paragraphs_a": _lists(in_a, place[in_a]),
            "paragraphs_b": _lists(in_b, place[in_b]),
            "score": pa.array(rng.uniform(0.5, 1, rows), mask=~both),
            "characters_a": size(a, in_a),
            "characters_b": size(b, in_b),
            "numbers_differ": marks(0.01),
            "quotes_only_a": quotes(0.01),
            "quotes_only_b": quotes(0.01),
            "confidence": pa.array(rng.uniform(0.5, 1, rows), mask=both),
            "doubtful": pa.array(rng.random(rows) < 0.3, mask=both),
        },
    )


def _stories(articles: pa.Table, has: np.ndarray, published: np.ndarray, table: Table) -> pa.Table:
    stories = len(has)
    number = np.cumsum(has.ravel()).reshape(has.shape) - 1
    times = np.where(has, published[np.maximum(number, 0)], np.inf)
    first = times.min(axis=1)
    columns: dict[str, object] = {
        "story_id": articles["story_id"].take(pa.array(number[:, 0])),
        "outlet": articles["outlet"].take(pa.array(number[:, 0])),
        "languages": [[x for x, has_it in zip(LANGUAGES, row, strict=True) if has_it] for row in has],
        "n_variants": has.sum(axis=1),
        "first_published_at": _times(first),
        "original_language": _same("uk", stories),
        "original_language_reason": _same("first", stories),
        "evidence": [["hreflang"] if n > 1 else [] for n in has.sum(axis=1)],
    }
    for n, language in enumerate(LANGUAGES):
        absent = ~has[:, n]
        take = pa.array(number[:, n], mask=absent)
        late = np.where(absent, 0, (np.where(absent, first, times[:, n]) - first) / 1e6)
        columns[f"lag_{language}"] = pa.array(late.astype(np.int64), mask=absent)
        columns |= {f"{x}_{language}": articles[x].take(take) for x in ("headline", "url", "article_id")}
    return table("stories", stories, columns)


def _events(rng, articles, first_of, table: Table) -> pa.Table:
    """A story in fifty tells what the one before it tells, of another outlet."""
    ids, outlets = (articles[x].to_pylist() for x in ("article_id", "outlet"))
    rows = []
    for n in np.flatnonzero(rng.random(len(first_of) - 1) < 0.02):
        first, second = sorted((int(first_of[n]), int(first_of[n + 1])), key=lambda x: ids[x])
        if outlets[first] != outlets[second]:
            rows.append((ids[first], ids[second], outlets[first], outlets[second]))
    names = ("article_id_a", "article_id_b", "outlet_a", "outlet_b")
    columns: dict[str, object] = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    count = len(rows)
    columns |= dict.fromkeys(("language_a", "language_b"), _same("uk", count))
    columns |= {"tier": _same("sure", count), "probability": np.full(count, 0.9)}
    columns["shared"] = [["17", "2026"]] * count
    return table("same_event", count, columns)


def _stored(job: tuple[str, int, int, datetime, int, Commit]):
    """Make and write one part, in a process of its own; its data files."""
    folder, *of_part, commit = job
    pa.set_cpu_count(1)
    storage, _, _ = open_existing(Path(folder))
    files = TableFiles(storage)
    for name, table in part(*of_part, commit).items():
        limit = rows_per_file(name)
        for start in range(0, table.num_rows, limit):
            rows = table.slice(start, limit)
            files.store(name, encoded(rows, STORED[name], SORT[name], 3), rows.num_rows, commit.month)
    return files.written


def write(folder: Path, articles: int, *, processes: int = 2, seed: int = 1) -> None:
    """Make an archive of about so many articles, which end a week ago; in a folder that is not there yet."""
    parts_count = round(articles / (STORIES * 2.25))
    sizes = [STORIES] * parts_count or [max(round(articles / 2.25), 2)]
    commits = min(len(sizes), MOST_COMMITS)
    ended = [END - timedelta(days=2.25 * sum(sizes[n + 1 :]) / A_DAY) for n in range(len(sizes))]
    seq_of = [1 + n * commits // len(sizes) for n in range(len(sizes))]
    at_of = {seq: ended[n] + timedelta(hours=40) for n, seq in enumerate(seq_of)}
    storage, log = open_or_create(folder, "build", lambda _: ended[0] - timedelta(days=30))
    jobs = [
        (str(folder), n, seed, ended[n], size, Commit(seq, at_of[seq]))
        for n, (size, seq) in enumerate(zip(sizes, seq_of, strict=True))
    ]
    head = log.head()
    empty = {file.table: file for file in head.files}
    files = []
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        for n, part_files in enumerate(pool.imap(_stored, jobs)):
            files += part_files
            for file in part_files:
                empty.pop(file.table, None)
            if n + 1 == len(jobs) or seq_of[n + 1] != seq_of[n]:
                seq = seq_of[n]
                sorted_files = sorted([*files, *empty.values()], key=lambda x: (x.table, x.month, x.path))
                head = Snapshot(
                    seq, seq - 1, "append", at_of[seq], f"run-{seq}", SCHEMA_VERSION, tuple(sorted_files)
                )
                assert log.append(head), "somebody else writes here"
    views.publish(storage, head)


def main() -> None:
    parser = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--articles", type=int, default=1_000_000)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    write(options.folder, options.articles, processes=options.processes)


if __name__ == "__main__":
    main()
