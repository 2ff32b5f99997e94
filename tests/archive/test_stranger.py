"""An archive from a stranger is harmless: whatever stands in it, commands stay inside of it.

Each case is a copy of one archive in which one name, number, file or link was altered, and sealed again so
that the checksum is right. All commands run on it in a jail: an empty home, a canary beside the archive that
inotify watches, a server in place of proxy and object store that must not be asked, limits of memory and CPU.
"""

import ctypes
import functools
import hashlib
import json
import os
import random
import select
import shutil
import socket
import subprocess
import sys
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from archive.commit.committer import Committer
from archive.format.layout import FOLDERS
from archive.format.log_entry import encode_block
from archive.format.snapshot import seal
from archive.opening import open_existing
from archive.operations import purge
from archive.writer import ArchiveWriter
from tests.archive.conftest import CHECKOUT, PROGRAMS, make_article, make_page

FULL = "TRIPTYCH_FAULTS" in os.environ
SAMPLE = 24
MEMORY = 600_000_000
"""Bytes that the process of a case may have in memory; 150 MB of them are imports."""
ARTICLE = make_article(1)
COMMANDS = [
    ["ls"],
    ["show", ARTICLE.url],
    ["diff", ARTICLE.url],
    ["why", ARTICLE.url],
    ["raw", ARTICLE.url],
    ["view", "--no-browser", "--output", "OUTPUT"],
    ["export", "--format", "csv", "--output", "EXPORT/articles.csv"],
    ["export", "--wacz", "EXPORT/pages.wacz"],
    ["verify"],
    ["gc", "--keep-days", "0"],
    ["compact"],
    ["purge", "--dry-run", "--reason", "asked for", ARTICLE.url],
    ["repair"],
    ["repair", "--rebuild"],
]
READING = 9
"""So many of them only read."""


@pytest.fixture(scope="session")
def whole(tmp_path_factory):
    """An archive with edits, pages, a purge that is done and one that is not, and a view."""
    root = tmp_path_factory.mktemp("whole") / "archive"
    with ArchiveWriter.open(root, run_id="run-1") as writer:
        for number in (1, 2, 3):
            writer.add_article(*make_page(make_article(number)))
        writer.commit()
        writer.add_article(*make_page(replace(ARTICLE, body="Another.", content_hash="0" * 64)))
        writer.commit()
    purge.purge(root, make_article(3).url, "asked for")
    (stone,) = (root / "_purged").iterdir()
    told = json.loads(stone.read_bytes()) | {
        "id": "5" * 32,
        "done": None,
        "articles": [],
        "addresses": ["6" * 32],
    }
    (page,) = list((root / "_raw").glob("*.warc.gz"))[:1]
    told["ranges"] = [{"path": f"_raw/{page.name}", "offset": 10**9, "length": 100}]
    told.pop("sha256")
    (root / "_purged" / f"{'5' * 32}.json").write_bytes(seal(json.dumps(told, indent=1)))
    with Committer.open(root, "run-2") as quiet:
        quiet.commit({}, None, {"skipped(known)": 2})
    first, second = list(open_existing(root)[1].entries())[:2]
    put_block(root, [first, second])
    return root


def put_block(root, entries):
    ((numbers, data),) = encode_block(entries)
    (root / "_history").mkdir(exist_ok=True)
    (root / "_history" / f"{numbers}-{'8' * 32}.json.zst").write_bytes(data)


# Ways to alter it.


def leaves(value, at=()):
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in items:
            yield from leaves(inner, (*at, key))
    else:
        yield at


def altered(value, at, new):
    if not at:
        return new
    copied = value.copy()
    copied[at[0]] = altered(value[at[0]], at[1:], new)
    return copied


TEXTS = (
    "../canary/secret",
    "_raw/../../canary/secret.warc.gz",
    "_data/articles/ingest_month=../../../../canary/part-" + "0" * 32 + ".parquet",
    "ABSOLUTE/secret",
    "a\0b",
    "x" * 100_000,
    "\x1b[31mred\u202e",
    "",
    "..",
)
NUMBERS = (-1, 10**11, 2**63, 10**30, 1e308, True)
ODD = (None, [], {}, "../canary/new")


def sealed(document):
    document.pop("sha256", None)
    return seal(json.dumps(document, indent=1))


def in_json(path, at, new, root, canary):
    if isinstance(new, str):
        new = new.replace("ABSOLUTE", str(canary))
    file = root / path
    file.write_bytes(sealed(altered(json.loads(file.read_bytes()), at, new)))


def in_block(path, at, new, root, canary):
    """As `in_json`, in a block of history."""
    if isinstance(new, str):
        new = new.replace("ABSOLUTE", str(canary))
    file = root / path
    document = altered(unpacked(file), at, new)
    file.write_bytes(zstandard.ZstdCompressor().compress(sealed(document)))


def unpacked(file):
    document = json.loads(zstandard.ZstdDecompressor().decompress(file.read_bytes()))
    document.pop("sha256", None)
    return document


def in_index(path, at, new, root, canary):
    file = root / path
    lines = []
    for line in file.read_bytes().splitlines():
        key, moment, entry = line.split(b" ", 2)
        lines.append(b" ".join((key, moment, json.dumps(altered(json.loads(entry), at, new)).encode())))
    file.write_bytes(b"\n".join(lines))


def manifest_of(root):
    return max((root / "_log").iterdir())


def put_data(root, path, data, rows=None):
    """Alter a data file, and say so in the manifest."""
    (root / path).unlink()
    (root / path).write_bytes(data)
    manifest = manifest_of(root)
    document = json.loads(manifest.read_bytes())
    for file in document["files"]:
        if file["path"] == path:
            file.update(bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
            file["rows"] = rows or file["rows"]
    manifest.write_bytes(sealed(document))


def in_rows(path, column, new, root, canary):
    table = pq.ParquetFile(root / path).read()
    field = table.schema.field(column)
    if isinstance(new, str):
        new = new.replace("ABSOLUTE", str(canary))
    array = pa.array([new] * table.num_rows, field.type)
    sink = pa.BufferOutputStream()
    pq.write_table(table.set_column(table.schema.get_field_index(column), field, array), sink)
    put_data(root, path, sink.getvalue().to_pybytes())


def link(path, target, root, canary):
    place = root / path
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)
    place.parent.mkdir(exist_ok=True)
    place.symlink_to(canary / target)


def pipe(path, root, canary):
    (root / path).unlink(missing_ok=True)
    os.mkfifo(root / path)


def remote(root, canary):
    server = os.environ["STRANGERS_SERVER"]
    (root / "_remote.json").write_text(json.dumps({"uri": "s3://bucket/archive", "endpoint": server}))
    (root / "_outbox").mkdir()
    (root / "_outbox/..%2Fcanary%2Fsecret").touch()


def far_snapshot(root, canary):
    document = json.loads(manifest_of(root).read_bytes()) | {"id": 10**7}
    (root / f"_log/{10**7:020d}.json").write_bytes(sealed(document))


def nested(root, canary):
    manifest_of(root).write_bytes(b"[" * 1_000_000)


def large_rows(root, canary):
    """A few kilobytes that unpack to gigabytes: one long text for each of many rows."""
    path = next(
        x["path"] for x in json.loads(manifest_of(root).read_bytes())["files"] if x["table"] == "articles"
    )
    table = pq.ParquetFile(root / path).read()
    row = table.slice(0, 1)
    place = table.schema.get_field_index("body")
    row = row.set_column(place, table.schema.field("body"), pa.array(["x" * 1_000_000], pa.string()))
    many = pa.concat_tables([row] * 20).combine_chunks()
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(sink, table.schema, compression="zstd") as writer:
        for _ in range(400):
            writer.write_table(many)
    put_data(root, path, sink.getvalue().to_pybytes(), 8000)


def large_page(root, canary):
    """A page of 1 GB in 1 MB."""
    from zlib_ng import zlib_ng

    squeeze = zlib_ng.compressobj(9, zlib_ng.DEFLATED, 31)
    size = 1 << 30
    head = f"WARC/1.1\r\nWARC-Type: response\r\nContent-Length: {size}\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"
    parts = [squeeze.compress(head.encode())]
    parts += [squeeze.compress(bytes(1 << 20)) for _ in range(size >> 20)]
    data = b"".join([*parts, squeeze.flush()])
    (file,) = list((root / "_raw").glob("*.warc.gz"))[:1]
    file.write_bytes(data)
    for path in [
        x["path"] for x in json.loads(manifest_of(root).read_bytes())["files"] if x["table"] == "articles"
    ]:
        in_rows(path, "raw_offset", 0, root, canary)
        in_rows(path, "raw_length", len(data), root, canary)


def cases(root):
    """Name and way, of all that can be altered."""
    name = f"_log/{manifest_of(root).name}"
    found = []
    for path in (name, *(f"_purged/{x.name}" for x in sorted((root / "_purged").iterdir()))):
        document = json.loads((root / path).read_bytes())
        document.pop("sha256")
        for at in leaves(document):
            for new in (*TEXTS, *NUMBERS, *ODD):
                found.append((f"{path} {at} {new!r:.40}", functools.partial(in_json, path, at, new)))
    (account,) = (root / "_runs").iterdir()
    (block,) = (root / "_history").iterdir()
    for file, document, way in (
        (account, json.loads(account.read_bytes()), in_json),
        (block, unpacked(block), in_block),
    ):
        document.pop("sha256", None)
        path = str(file.relative_to(root))
        for at in leaves(document):
            for new in (*TEXTS, *NUMBERS, *ODD):
                found.append((f"{path} {at} {new!r:.40}", functools.partial(way, path, at, new)))
    for index in sorted((root / "_raw/index").iterdir()):
        path = f"_raw/index/{index.name}"
        entry = json.loads(index.read_bytes().splitlines()[0].split(b" ", 2)[2])
        for at in leaves(entry):
            for new in (*TEXTS, *NUMBERS, *ODD):
                found.append((f"{path} {at} {new!r:.40}", functools.partial(in_index, path, at, new)))
    for file in json.loads((root / name).read_bytes())["files"]:
        schema = pq.ParquetFile(root / file["path"]).schema_arrow
        for field in schema:
            values = (
                TEXTS
                if field.type == pa.string()
                else (-1, 2**31 - 1)
                if pa.types.is_integer(field.type)
                else ()
            )
            for new in values:
                if file["rows"]:
                    found.append(
                        (
                            f"{file['path']} {field.name} {new!r:.40}",
                            functools.partial(in_rows, file["path"], field.name, new),
                        )
                    )
    for path in links(root):
        for target in (".", "secret", "new"):
            found.append((f"link {path} {target}", functools.partial(link, path, target)))
    for path in ("_lock", "state.sqlite", "_remote.json", name):
        found.append((f"pipe {path}", functools.partial(pipe, path)))
    return found


def links(root):
    yield from (
        *FOLDERS,
        "_outbox",
        "_incoming",
        "_lock",
        "_remote.json",
        "_raw/index",
        "_views/current",
        "articles",
    )
    yield from ("state.sqlite", "state.sqlite-wal", "state.sqlite-shm", "state.sqlite-journal")
    yield from ("_wal/" + "7" * 32 + ".jsonl.zst", "_quarantine/" + "7" * 32 + ".jsonl", "_tmp/x")
    for folder in ("_log", "_purged", "_raw", "_raw/index", "_data/articles", "_views", "_history", "_runs"):
        yield from (f"{folder}/{x.name}" for x in sorted((root / folder).iterdir()))
    yield from (str(x.relative_to(root)) for x in sorted((root / "_data").rglob("*.parquet")))


def large_block(root, canary):
    """A block of 1 GB in 30 kB."""
    (block,) = (root / "_history").iterdir()
    text = b'{"version": 1, "entries": [' + b" " * (1 << 30) + b"]}"
    block.write_bytes(zstandard.ZstdCompressor().compress(text))


def large_counters(root, canary):
    """A block whose entries have as many counters as fit into it."""
    (block,) = (root / "_history").iterdir()
    document = unpacked(block)
    document["entries"][0]["summary"] = {f"{number:x}": number for number in range(800_000)}
    block.write_bytes(zstandard.ZstdCompressor().compress(sealed(document)))


def strange_names(root, canary):
    """Names of blocks and accounts that are numbers beyond all, or no names of ours."""
    (block,) = (root / "_history").iterdir()
    (account,) = (root / "_runs").iterdir()
    data = block.read_bytes()
    for name in (f"{'9' * 20}-{'9' * 20}-{'9' * 32}.json.zst", "..-x-y.json.zst", "\x1b[31m.json.zst"):
        (block.parent / name).write_bytes(data)
    (account.parent / f"99999999T999999999999-{'9' * 32}.json").write_bytes(account.read_bytes())
    (root / "_views/current").unlink()
    (root / "_views/current").symlink_to("v" + "9" * 20)


ATTACKS = (
    ("large block", large_block),
    ("large counters", large_counters),
    ("strange names", strange_names),
    ("remote", remote),
    ("far snapshot", far_snapshot),
    ("nested", nested),
    ("large rows", large_rows),
    ("large page", large_page),
)


# The jail.


class Watch:
    """What is done to a tree, by any process, as inotify tells it."""

    def __init__(self, root):
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._descriptor = self._libc.inotify_init1(os.O_NONBLOCK)
        assert self._descriptor >= 0
        for folder in (root, *(x for x in root.rglob("*") if x.is_dir())):
            # all but the opening and closing of the folder itself by who lists it
            assert self._libc.inotify_add_watch(self._descriptor, os.fsencode(folder), 0xFFF) >= 0

    def seen(self):
        if not select.select([self._descriptor], [], [], 0)[0]:
            return b""
        return os.read(self._descriptor, 65_536)

    def close(self):
        os.close(self._descriptor)


def content(root):
    return {
        str(path.relative_to(root)): (path.lstat().st_mtime_ns, path.read_bytes() if path.is_file() else None)
        for path in sorted(root.rglob("*"))
        if not path.is_symlink()
    }


@pytest.fixture
def server(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        monkeypatch.setenv("STRANGERS_SERVER", f"http://127.0.0.1:{listening.getsockname()[1]}")
        yield listening


@pytest.fixture
def jail(tmp_path, whole, server):
    """Run the cases; gives what went wrong."""
    home, canary = tmp_path / "home", tmp_path / "canary"
    url = os.environ["STRANGERS_SERVER"]
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(CHECKOUT),
        "HOME": str(home),
        "TMPDIR": str(tmp_path / "tmp"),
        "TRIPTYCH_CACHE": str(tmp_path / "cache"),
        "AWS_ACCESS_KEY_ID": "stranger",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_ENDPOINT_URL": url,
        "AWS_ALLOW_HTTP": "true",
        **dict.fromkeys(("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"), url),
    }
    for folder in (home, canary / "deep", tmp_path / "tmp"):
        folder.mkdir(parents=True)
    (canary / "secret").write_text("a private key")
    (canary / "deep/part-0.parquet").write_bytes(b"PAR1")
    for name in ("secret.warc.gz", "secret.json", "index.cdxj"):
        (canary / name).write_bytes(b"\x1f\x8b secret")

    def run(chosen, codes=frozenset({0, 1, 2})):
        wrong = []
        process = subprocess.Popen(
            [sys.executable, str(PROGRAMS / "jailed.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=env,
            cwd=tmp_path,
        )
        with process:
            for name, alter in chosen:
                wrong += [f"{name}: {text}" for text in one(process, alter, codes)]
            process.stdin.close()
        return wrong

    def one(process, alter, codes):
        root, out = tmp_path / "archive", tmp_path / "out"
        for folder in (root, out, tmp_path / "cache"):
            shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(whole, root, symlinks=True)
        out.mkdir()
        alter(root, canary)
        before = content(canary)
        watch = Watch(canary)
        reading = content(root)
        try:
            commands = [
                [x.replace("OUTPUT", f"{out}/view").replace("EXPORT", str(out)) for x in command]
                for command in COMMANDS
            ]
            for part in (commands[:READING], commands[READING:]):
                process.stdin.write(json.dumps([str(root), part]).encode() + b"\n")
                process.stdin.flush()
                answer = json.loads(process.stdout.readline())
                yield from complaints(answer, codes)
                if part[0] == ["ls"]:
                    after = content(root)
                    new = {x for x in after.keys() | reading.keys() if after.get(x) != reading.get(x)}
                    if new := {x for x in new if not x.startswith("state.sqlite-")}:
                        yield f"reading changed {sorted(new)[:3]}"
            if seen := watch.seen():
                yield f"the canary was touched: {seen[:64]!r}"
            if content(canary) != before:
                yield "the canary was changed"
            if list(home.iterdir()):
                yield "something lies in the home"
            if strange := {x.name for x in tmp_path.iterdir()} - {
                "archive",
                "canary",
                "home",
                "tmp",
                "cache",
                "out",
            }:
                yield f"something new lies beside the archive: {strange}"
        finally:
            watch.close()
        try:
            server.accept()
        except BlockingIOError:
            return
        yield "the server was asked"

    return run


def complaints(answer, codes):
    if answer["status"] != 0:
        yield f"the process ended with {answer['status']}"
        return
    if answer["memory"] > MEMORY:
        yield f"{answer['memory'] >> 20} MB"
    for command, (code, out, err) in answer["told"].items():
        if code not in codes:
            yield f"{command}: {code} {err}"
        if "Traceback" in err:
            yield f"{command}: {err}"
        if not command.startswith("raw") and any(x in out + err for x in ("\x1b", "\u202e", "\0")):
            yield f"{command}: control characters"


def test_the_archive_is_read_as_it_is(jail):
    assert jail([("nothing", lambda root, canary: None)], codes={0}) == []


@pytest.mark.parametrize("attack", ATTACKS, ids=[name for name, _ in ATTACKS])
def test_an_attack_ends_in_a_sentence(jail, attack):
    assert jail([attack]) == []


def test_no_link_is_followed(jail, whole):
    chosen = [x for x in cases(whole) if x[0].startswith(("link", "pipe"))]
    assert jail(chosen if FULL else random.Random(18).sample(chosen, SAMPLE)) == []


def test_no_name_and_no_number_leads_out_of_the_archive(jail, whole):
    chosen = [x for x in cases(whole) if not x[0].startswith(("link", "pipe"))]
    assert jail(chosen if FULL else random.Random(18).sample(chosen, SAMPLE)) == []
