"""Names and places of all files of an archive; this page is the specification of the format.

```
news-archive/
  _log/00000000000000000012.json      manifest of snapshot 12; its creation by link(2) IS the commit
  _history/<first>-<last>-<uuid>.json.zst   entries of snapshots whose manifests were folded, and of runs
                                      without one: archive/format/log_entry.py
  _runs/<time>-<hash of the run>.json   account of a run that found nothing to commit
  _data/<stored table>/ingest_month=2026-03/part-<uuid>.parquet        immutable, zstd
  _wal/<uuid>.jsonl.zst               segments: one zstd frame with checksum a record, or a line of addresses
                                      that are about to be requested; locked by their writer
  _views/v000000000012/<table>/*.parquet   hard links: exactly snapshot 12
  _views/current -> v000000000012     swapped by one rename, so that all tables change at once
  _raw/20260301-<run>-00000.warc.gz   complete pages, WARC/1.1; of one writer, locked while it grows, 1 GB at
                                      most
  _raw/index/<sha256>.cdxj            their index by address, sorted; rebuilt from them
  _quarantine/<uuid>.jsonl            records that could not be stored, each with the reason
  _purged/<id>.json                   tombstones: hashes of what was purged, the reason, the time
  _leases/<outlet>.json               only in an object store: which machine crawls an outlet, and how its
                                      last crawl ended: archive/storage/leases.py
  _tmp/                               files of a commit in progress; swept under the commit lock
  _lock                               flock'ed while committing
  state.sqlite                        cache: addresses, current texts, links, debts; rebuilt when missing,
                                      behind, or changed by another program
  state.fingerprint                   inode, size and times of the cache, as its last writer left it
  articles -> _views/current/articles     likewise versions, observations, stories, pairs,
                                      refusals, alignments, same_event
```

Stored tables are `articles` (the latest text of each article), `superseded` (the earlier ones),
`observations`, `stories`, `pairs`, `refusals`, `alignments`, `same_event`, and three internal ones, from
which past states are derived: the logs `memberships` and `decisions`, and `former_alignments`. A reader's
`versions` is `articles` and `superseded` together, so no text is stored twice.

Only columns derived from the logs ever change in a stored row (`story_id`, `valid_to`, `first_seen`,
`last_seen`), by rewriting the file (copy on write). A row is in the month of its commit.

The order of an article: its page to `_raw`, then its record to the segment; synced in this order too.

The order of a commit: pages into their index, data to `_tmp`, fsync, rename into `_data`, fsync directory,
manifest to `_tmp`, fsync, link into `_log`, fsync directory; then, repairable at any time: `state.sqlite`,
view, swap; then the segments named in the manifest are removed. A segment named in a manifest is never
replayed.

The order of a fold: a block with the entries to `_tmp`, fsync, rename into `_history`, fsync directory; then
delete the blocks whose entries it has, then manifests, then accounts. Snapshots are numbered without gaps: 0,
whose manifest identifies an archive, then the history, then `_log`. An entry in two places counts once. The
number of a folded snapshot is never used again.

No path contains text from a page.
"""

from pathlib import Path
from uuid import uuid4

FOLDERS = ("_log", "_data", "_wal", "_views", "_quarantine", "_tmp", "_raw", "_purged", "_history", "_runs")
_LATER = frozenset({"_raw", "_purged", "_history", "_runs"})
"""Created with the first file in them."""
TABLES = ("articles", "versions", "observations", "stories", "pairs", "refusals", "alignments", "same_event")
ONLY_IN_STORES = ("_leases",)
WORKING_FOLDERS = ("_incoming", "_outbox")  # archive/storage/working_copy.py
_CACHE = ("state.sqlite", "state.sqlite-wal", "state.sqlite-shm")
FILES = ("_remote.json", *_CACHE, "state.sqlite-journal", "state.fingerprint", "_lock")
OWN_NAMES = frozenset({*FOLDERS, *TABLES, *WORKING_FOLDERS, *ONLY_IN_STORES, *FILES})


def snapshot_number(name: str) -> int | None:
    """The number of a snapshot in the name or path of its manifest; None for any other file."""
    stem = name[name.rfind("/") + 1 : -len(".json")]
    if not name.endswith(".json") or len(stem) != 20 or not (stem.isascii() and stem.isdecimal()):
        return None
    return int(stem)


class Layout:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.log = root / "_log"
        self.data = root / "_data"
        self.segments = root / "_wal"
        self.views = root / "_views"
        self.current_view = self.views / "current"
        self.quarantine = root / "_quarantine"
        self.raw = root / "_raw"
        self.raw_index = self.raw / "index"
        self.purged = root / "_purged"
        self.temporary = root / "_tmp"
        self.lock = root / "_lock"
        self.state = root / "state.sqlite"
        self.state_fingerprint = root / "state.fingerprint"

    def manifest(self, snapshot_id: int) -> Path:
        return self.log / f"{snapshot_id:020d}.json"

    def bare_table(self, table: str) -> Path:
        """Path of a table for a bare Parquet reader."""
        return self.root / table

    def view(self, snapshot_id: int) -> Path:
        return self.views / f"v{snapshot_id:012d}"

    def new_temporary(self) -> Path:
        return self.temporary / uuid4().hex

    def new_data_file(self, table: str, month: str) -> str:
        """A new name for a data file, relative to the root as in manifests."""
        return f"_data/{table}/ingest_month={month}/part-{uuid4().hex}.parquet"

    def new_segment(self) -> Path:
        return self.segments / f"{uuid4().hex}.jsonl.zst"

    def first_folders(self) -> list[Path]:
        """The folders that always exist; the others are created with their first file."""
        return [self.root / name for name in FOLDERS if name not in _LATER]
