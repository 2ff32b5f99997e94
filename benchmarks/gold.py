"""Real pages of ../shared/data with what is known about them, and the scores of a reading of them.

The pages are not part of the project. F1 is the 4-gram shingle metric of article-extraction-benchmark.
"""

import gzip
import json
import re
import statistics
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

DATA = Path(__file__).resolve().parents[1] / "../shared/data"
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Case:
    """A page and what is known about it.

    `group` is aeb, the grade and language of pages/, or the set of world/: `fundus en` and `fundus other`,
    `daniel en`, `htmldate`.
    """

    name: str
    url: str
    group: str
    html: bytes
    text: str | None
    """The gold of DAnIEL often begins with headline and date."""
    title: str | None = None
    authors: tuple[str, ...] | None = None
    date: str | None = None
    fetched: datetime | None = None
    """Aware; the moment the page was saved, where it is known."""


def cases(data: Path = DATA) -> Iterator[Case]:
    """All pages that have any gold; `B` gold is a reference text of which up to 15 % is not in the page."""
    for line in (data / "pages/manifest.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        gold, hand = row.get("gold") or {}, row.get("gold_hand") or {}
        grade = "hand" if hand else row.get("gold_grade")
        date = hand.get("date") or gold.get("date")
        authors = gold.get("authors") or (
            [hand["author"]] if hand.get("author") else [] if "author" in hand else None
        )
        if grade or date:
            yield Case(
                name=row["file"],
                url=row.get("url")
                or row.get("canonical")
                or f"https://{row['outlet'].replace('_', '.')}/page",
                group="B ru" if grade == "B" else f"A {row['lang']}" if grade else "date only",
                html=gzip.decompress((data / "pages" / row["file"]).read_bytes()),
                text=hand.get("text") or gold.get("text"),
                title=hand.get("title") or gold.get("title"),
                authors=None if authors is None else tuple(authors),
                date=date,
            )
    truth = json.loads((data / "aeb/ground-truth.json").read_text("utf-8"))
    for key, page in truth.items():
        path = data / "aeb/html" / f"{key}.html.gz"
        yield Case(key, page["url"], "aeb", gzip.decompress(path.read_bytes()), page["articleBody"])


ENGLISH = frozenset({"au", "ca", "ls", "my", "na", "tz", "uk", "us", "za"})
"""Countries of Fundus whose fixtures here are in English."""


def world(data: Path = DATA) -> Iterator[Case]:
    """Pages of the world: parser fixtures of Fundus, DAnIEL's English pages, htmldate's."""
    folder = data / "world"
    for line in gzip.decompress((folder / "gold.jsonl.gz").read_bytes()).splitlines():
        row = json.loads(line)
        group = {
            "fundus": "fundus en" if row["group"] in ENGLISH else "fundus other",
            "daniel_english": "daniel en",
            "htmldate": "htmldate",
        }[row["set"]]
        yield Case(
            name=row["file"],
            url=row["url"],
            group=group,
            html=gzip.decompress((folder / row["file"]).read_bytes()),
            text=row["text"],
            title=row["title"],
            authors=None if row["authors"] is None else tuple(row["authors"]),
            date=row["date"] if isinstance(row["date"], str) else None,
            fetched=datetime.fromisoformat(row["fetched"]) if row["fetched"] else None,
        )


def shingles(text: str, size: int = 4) -> Counter[tuple[str, ...]]:
    words = _WORD.findall(unicodedata.normalize("NFC", text))
    if len(words) < size:
        return Counter([tuple(words)] if words else [])
    return Counter(tuple(words[i : i + size]) for i in range(len(words) - size + 1))


def precision_recall(gold: str, text: str) -> tuple[float, float]:
    """Of one page, as article-extraction-benchmark counts them."""
    true, predicted = shingles(gold), shingles(text)
    hit = sum((true & predicted).values())
    missed, extra = sum(true.values()) - hit, sum(predicted.values()) - hit
    if not true and not predicted:
        return 1.0, 1.0
    precision = hit / (hit + extra) if hit + extra else 0.0
    recall = hit / (hit + missed) if hit + missed else 0.0
    return precision, recall


def f1(pairs: Iterable[tuple[float, float]]) -> float:
    """Of the mean precision and the mean recall, which is how that benchmark sums up."""
    all_pairs = list(pairs)
    precision = statistics.fmean(p for p, _ in all_pairs)
    recall = statistics.fmean(r for _, r in all_pairs)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def same(text_a: str | None, text_b: str | None) -> bool:
    return _WORD.findall((text_a or "").casefold()) == _WORD.findall((text_b or "").casefold())


def same_authors(gold: tuple[str, ...], authors: tuple[str, ...]) -> bool:
    return {n.casefold() for n in gold} == {n.casefold() for n in authors}


def has_clock(gold: str) -> bool:
    """Return True if the gold knows the minute; it writes a bare day as midnight."""
    at = datetime.fromisoformat(gold)
    return bool(at.hour or at.minute)


def _times(gold: str, at: datetime) -> tuple[datetime, datetime, list[tzinfo | None]]:
    true, aware = datetime.fromisoformat(gold), at if at.tzinfo else at.replace(tzinfo=UTC)
    return true, aware, [true.tzinfo] if true.tzinfo else [UTC, ZoneInfo("Europe/Kyiv")]


def same_minute(gold: str, at: datetime | None) -> bool:
    if at is None:
        return False
    true, aware, zones = _times(gold, at)
    return any(abs((aware - true.replace(tzinfo=zone)).total_seconds()) < 60 for zone in zones)


def same_day(gold: str, at: datetime | None) -> bool:
    """In the zone the gold is written in; where it has none, in Kyiv's, UTC or that of what was found."""
    if at is None:
        return False
    true, aware, zones = _times(gold, at)
    zones += [] if true.tzinfo else [aware.tzinfo]
    return any(aware.astimezone(zone).date() == true.date() for zone in zones)
