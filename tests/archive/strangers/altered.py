"""Ways to alter an archive so that it may do harm: every name, number and file of it, sealed again.

A way is a function of the archive's root and of the canary, a folder that nothing may touch.
"""

import contextlib
import functools
import hashlib
import json
import math
import os
import shutil
import socket
import sqlite3
import struct
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard
from zlib_ng import zlib_ng

from archive.exceptions import PoisonRecord
from archive.format.layout import FOLDERS
from archive.format.snapshot import seal
from archive.operations import purge
from archive.writer import ArchiveWriter
from tests.archive.made import make_article, make_page

TEXTS = (
    "../canary/secret",
    "_raw/../../canary/secret.warc.gz",
    "_data/articles/ingest_month=../../../../canary/part-" + "0" * 32 + ".parquet",
    "ABSOLUTE/secret",
    "a\0b",
    "x" * 100_000,
    "\x1b[31mred\u202e[link=file:///etc/passwd]",
    "",
    "..",
)
NUMBERS = (-1, 10**11, 2**63, 10**30, 1e308, True)
ODD = (None, [], {}, "../canary/new")
BYTES = (b"", b"\0" * 1000, b"[" * 100_000, b"\xff\xfe{}", b"{}", b"[1]\n")
SMALLEST, LARGEST = -(2**63), 2**63 - 1


ARTICLE = make_article(1)


def make_whole(root):
    """An archive with edits, pages, a purge that is done and one that is not, and what a kill has left."""
    with ArchiveWriter.open(root, run_id="20260301T120000Z-courier-1") as writer:
        for number in (1, 2, 3):
            writer.add_article(*make_page(make_article(number)))
        with contextlib.suppress(PoisonRecord):
            writer.add_article(replace(make_article(7), headline="a\0b"))
        writer.commit(summary={"archived": 3})
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
    (root / "_purged" / f"{'5' * 32}.json").write_bytes(sealed(told))
    left = ArchiveWriter.open(root, run_id="20260302T120000Z-courier-2")
    left.note_asked({make_article(9).url: "courier"})
    left.add_article(*make_page(make_article(8)))
    left.close()
    return root


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


def in_place(value, canary):
    return value.replace("ABSOLUTE", str(canary)) if isinstance(value, str) else value


def sealed(document):
    document.pop("sha256", None)
    return seal(json.dumps(document, indent=1))


def in_json(path, at, new, root, canary):
    file = root / path
    document = json.loads(file.read_bytes())
    file.write_bytes(sealed(altered(document, at, in_place(new, canary))))


def in_index(path, at, new, root, canary):
    file = root / path
    lines = []
    for line in file.read_bytes().splitlines():
        key, moment, entry = line.split(b" ", 2)
        changed = altered(json.loads(entry), at, in_place(new, canary))
        lines.append(b" ".join((key, moment, json.dumps(changed).encode())))
    file.write_bytes(b"\n".join(lines))


def in_lines(path, number, at, new, root, canary):  # noqa: PLR0917
    file = root / path
    lines = file.read_bytes().splitlines()
    lines[number] = json.dumps(altered(json.loads(lines[number]), at, in_place(new, canary))).encode()
    file.write_bytes(b"\n".join([*lines, b""]))


def frames(data):
    """The lines of a segment."""
    found = []
    while data:
        reader = zstandard.ZstdDecompressor().decompressobj()
        found.append(reader.decompress(data))
        data = reader.unused_data
    return found


def packed(lines):
    squeeze = zstandard.ZstdCompressor(write_checksum=True, write_content_size=True)
    return b"".join(squeeze.compress(line) for line in lines)


def in_segment(path, number, at, new, root, canary):  # noqa: PLR0917
    file = root / path
    lines = frames(file.read_bytes())
    changed = altered(json.loads(lines[number]), at, in_place(new, canary))
    lines[number] = json.dumps(changed, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
    file.write_bytes(packed(lines))


def manifest_of(root):
    return max((root / "_log").iterdir())


def head_of(root):
    return json.loads(manifest_of(root).read_bytes())


def put_data(root, path, data, rows=None):
    """Alter a data file, and say so in the manifest."""
    (root / path).unlink()
    (root / path).write_bytes(data)
    document = head_of(root)
    for file in document["files"]:
        if file["path"] == path:
            file.update(bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
            file["rows"] = rows or file["rows"]
    manifest_of(root).write_bytes(sealed(document))
    # a reader of the view gets the same file
    for view in (root / "_views").glob(f"*/*/*{path.rpartition('-')[2]}"):
        view.unlink()
        os.link(root / path, view)


def in_rows(path, column, new, root, canary):
    table = pq.ParquetFile(root / path).read()
    field = table.schema.field(column)
    array = pa.array([in_place(new, canary)] * table.num_rows, field.type)
    write_rows(root, path, table.set_column(table.schema.get_field_index(column), field, array))


def write_rows(root, path, table):
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    put_data(root, path, sink.getvalue().to_pybytes())


def odd_values(form):
    """Values of an Arrow type that no crawl writes."""
    if form == pa.string():
        return TEXTS
    if pa.types.is_integer(form):
        most = 2 ** (form.bit_width - 1)
        return (-1, most - 1, -most)
    if pa.types.is_floating(form):
        return (math.nan, math.inf, -1.0)
    if pa.types.is_timestamp(form):
        return tuple(pa.scalar(x, pa.int64()).cast(form) for x in (SMALLEST, LARGEST, 0))
    if pa.types.is_list(form):
        return ([], *([x] for x in odd_values(form.value_type)))
    if pa.types.is_struct(form):
        names = [field.name for field in form]
        return tuple(dict.fromkeys(names) | {field.name: x} for field in form for x in odd_values(field.type))
    return ()


def link(path, target, root, canary):
    clear(root / path)
    (root / path).symlink_to(canary / target)


def pipe(path, root, canary):
    clear(root / path)
    os.mkfifo(root / path)


def folder(path, root, canary):
    clear(root / path)
    (root / path).mkdir()


def device(path, root, canary):
    """A socket: a device is not for everybody to make."""
    clear(root / path)
    here = os.open(root / path.rpartition("/")[0], os.O_RDONLY)
    try:  # the path of a socket is a hundred bytes at most
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(f"/proc/self/fd/{here}/{path.rpartition('/')[2]}")
    finally:
        os.close(here)


def content(path, data, root, canary):
    clear(root / path)
    (root / path).write_bytes(data)


def clear(place):
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)
    place.parent.mkdir(exist_ok=True)


def in_page(old, new, root, canary):
    """Alter a page of a WARC file, and have every row point at it."""
    (file, *_) = sorted((root / "_raw").glob("*.warc.gz"))
    put_page(root, file, page_of(root).replace(old, in_place(new, canary).encode("utf-8", "replace"), 1))


def page_of(root):
    """The first response record, unpacked."""
    for file in sorted((root / "_raw").glob("*.warc.gz")):
        data = file.read_bytes()
        while data:
            reader = zlib_ng.decompressobj(31)
            plain = reader.decompress(data)
            if b"WARC-Type: response" in plain:
                return plain
            data = reader.unused_data
    raise AssertionError("no page")


def put_page(root, file, plain):
    squeeze = zlib_ng.compressobj(9, zlib_ng.DEFLATED, 31)
    data = squeeze.compress(plain) + squeeze.flush()
    file.write_bytes(data)
    point_at(root, file, len(data))


def point_at(root, file, length):
    for path in [x["path"] for x in head_of(root)["files"] if x["table"] == "articles" and x["rows"]]:
        for column, value in (("raw_offset", 0), ("raw_length", length), ("raw_file", f"_raw/{file.name}")):
            in_rows(path, column, value, root, None)


# All of it.


def cases(root):
    """Name and way, of all that can be altered."""
    return [*texts_and_numbers(root), *kinds_of_files(root)]


def ways(what, way, values, *arguments):
    return [(f"{what} {new!r:.40}", functools.partial(way, *arguments, new)) for new in values]


def texts_and_numbers(root):
    found = []
    name = f"_log/{manifest_of(root).name}"
    every = (*TEXTS, *NUMBERS, *ODD)
    for path in (name, *(f"_purged/{x.name}" for x in sorted((root / "_purged").iterdir()))):
        document = json.loads((root / path).read_bytes())
        document.pop("sha256")
        for at in leaves(document):
            # of the files that a manifest names three will do
            if at[0] != "files" or at[1] in {0, 1, len(document["files"]) - 1}:
                found += ways(f"{path} {at}", in_json, every, path, at)
    for index in sorted((root / "_raw/index").iterdir()):
        path = f"_raw/index/{index.name}"
        entry = json.loads(index.read_bytes().splitlines()[0].split(b" ", 2)[2])
        for at in leaves(entry):
            found += ways(f"{path} {at}", in_index, every, path, at)
    for file in head_of(root)["files"]:
        if file["rows"]:
            for field in pq.ParquetFile(root / file["path"]).schema_arrow:
                values = (*odd_values(field.type), *((None,) if field.nullable else ()))
                found += ways(f"{file['path']} {field.name}", in_rows, values, file["path"], field.name)
    for segment in sorted((root / "_wal").glob("*.zst")):
        path = f"_wal/{segment.name}"
        for number, line in enumerate(frames(segment.read_bytes())):
            for at in leaves(json.loads(line)):
                found += ways(f"{path} {number} {at}", in_segment, every, path, number, at)
    for file in sorted((root / "_quarantine").iterdir()):
        path = f"_quarantine/{file.name}"
        for number, line in enumerate(file.read_bytes().splitlines()):
            for at in leaves(json.loads(line)):
                found += ways(f"{path} {number} {at}", in_lines, every, path, number, at)
    head, _, rest = page_of(root).partition(b"\r\n\r\n")
    for line in (*head.split(b"\r\n"), *rest.partition(b"\r\n\r\n")[0].split(b"\r\n")):
        name, _, value = line.partition(b": ")
        new = (*TEXTS, "-1", str(10**11), "1" * 5000)
        found += ways(f"page {name.decode()}", in_page, new, value or name)
    return found


def kinds_of_files(root):
    found = []
    for path in places(root):
        found += [
            (f"link {path} {x}", functools.partial(link, path, x)) for x in (".", "secret", "new", "deep")
        ]
        found += [(f"pipe {path}", functools.partial(pipe, path))]
        found += [(f"folder {path}", functools.partial(folder, path))]
        found += [(f"socket {path}", functools.partial(device, path))]
        found += ways(f"content {path}", content, BYTES, path)
    return found


def places(root):
    own = "_outbox _incoming _lock _remote.json _raw/index _views/current articles observations _tmp/x"
    yield from (*FOLDERS, *own.split(), f"_quarantine/{'7' * 32}.jsonl", f"_wal/{'7' * 32}.jsonl.zst")
    yield from ("state.fingerprint", *(f"state.sqlite{x}" for x in ("", "-wal", "-shm", "-journal")))
    inner = "_log _purged _raw _raw/index _data/articles _views _wal _quarantine _history _runs"
    yield from (f"{name}/{x.name}" for name in inner.split() for x in sorted((root / name).glob("*")))
    yield from (str(x.relative_to(root)) for x in sorted((root / "_data").rglob("*.parquet")))
    shown = sorted((root / "_views").glob("v*/*/*.parquet"))
    yield from (str(x.relative_to(root)) for x in shown[-2:])


# What has been tried, each an attack of its own.


def foreign_month(root, canary):
    """A file with a name of its own choice, in whose folder a reader's Python looks for code."""
    document = head_of(root)
    file = next(x for x in document["files"] if x["table"] == "articles")
    data = b"import os\n"
    (root / "_data/articles/p-x.pth").write_bytes(data)
    file.update(
        month="../../canary/site-packages/a",
        path="_data/articles/p-x.pth",
        bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
    )
    manifest_of(root).write_bytes(sealed(document))
    shutil.rmtree(root / "_views")  # so that a reader's folder is made anew, by the manifest's names
    for name in ("articles", "versions"):
        (root / name).unlink()


def tombstone_range(root, canary):
    for file in (root / "_purged").iterdir():
        told = json.loads(file.read_bytes())
        told |= {"done": None, "ranges": [{"path": "../canary/secret", "offset": 0, "length": 10}]}
        file.write_bytes(sealed(told))


def story_outside(root, canary):
    for file in head_of(root)["files"]:
        if file["table"] in {"articles", "stories", "memberships"} and file["rows"]:
            in_rows(file["path"], "story_id", "../../canary/story", root, canary)


def remote(root, canary):
    server = os.environ["STRANGERS_SERVER"]
    (root / "_remote.json").write_text(json.dumps({"uri": "s3://bucket/archive", "endpoint": server}))
    (root / "_outbox").mkdir()
    (root / "_outbox/..%2Fcanary%2Fsecret").touch()


def far_snapshot(number, root, canary):
    document = head_of(root) | {"id": number}
    (root / f"_log/{number:020d}.json").write_bytes(sealed(document))


def nested(root, canary):
    manifest_of(root).write_bytes(b"[" * 1_000_000)


def articles_of(root):
    return next(x["path"] for x in head_of(root)["files"] if x["table"] == "articles" and x["rows"])


def large_rows(column, value, options, root, canary):
    """A few kilobytes that unpack to gigabytes: one long text for each of many rows."""
    path = articles_of(root)
    table = pq.ParquetFile(root / path).read()
    place = table.schema.get_field_index(column)
    field = table.schema.field(column)
    row = table.slice(0, 1).set_column(place, field, pa.array([value], field.type))
    many = pa.concat_tables([row] * 20).combine_chunks()
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(sink, table.schema, compression="zstd", **options) as writer:
        for _ in range(80):
            writer.write_table(many)
    put_data(root, path, sink.getvalue().to_pybytes(), 1600)


def large_page(root, canary):
    """A page of 800 MB in 1 MB."""
    squeeze = zlib_ng.compressobj(9, zlib_ng.DEFLATED, 31)
    size = 800 << 20
    head = f"WARC/1.1\r\nWARC-Type: response\r\nContent-Length: {size}\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"
    parts = [squeeze.compress(head.encode())]
    parts += [squeeze.compress(bytes(1 << 20)) for _ in range(size >> 20)]
    data = b"".join([*parts, squeeze.flush()])
    (file, *_) = sorted((root / "_raw").glob("*.warc.gz"))
    file.write_bytes(data)
    point_at(root, file, len(data))


def large_segment(root, canary):
    """A record that says it has 2 kB and unpacks to 1 GB, and 20 that say what they are, 50 MB each."""
    squeeze = zstandard.ZstdCompressor(level=3, write_checksum=True, write_content_size=True)
    frame = bytearray(squeeze.compress(bytes(1 << 30)))
    size = 4 + 1 + (0 if frame[4] & 32 else 1)
    width = {0: 1, 1: 2, 2: 4, 3: 8}[frame[4] >> 6]
    frame[size : size + width] = (2048).to_bytes(width, "little")
    (root / f"_wal/{'7' * 32}.jsonl.zst").write_bytes(frame)
    line = b'{"kind": "asked", "asked": []}' + b" " * 50_000_000 + b"\n"
    (root / f"_wal/{'8' * 32}.jsonl.zst").write_bytes(squeeze.compress(line) * 20)


def escapes(root, canary):
    """Text that a terminal obeys, in every column but the addresses by which the rows are found."""
    for file in head_of(root)["files"]:
        if file["rows"]:
            table = pq.ParquetFile(root / file["path"]).read()
            for number, field in enumerate(table.schema):
                if field.type == pa.string() and not field.name.endswith(("_id", "url", "raw_file")):
                    array = pa.array([f"\x1b]0;{x}\x07\x9b31m\u202e" for x in table[field.name].to_pylist()])
                    table = table.set_column(number, field, array)
            write_rows(root, file["path"], table)


def hostile_journal(root, canary):
    """A rollback journal that names a file, which SQLite deletes when it opens the cache."""
    state = root / "state.sqlite"
    for suffix in ("", "-wal", "-shm"):
        state.with_name(state.name + suffix).unlink(missing_ok=True)
    made = sqlite3.connect(state)
    made.execute("CREATE TABLE about (name, value)")
    made.commit()
    made.close()
    data, page = state.read_bytes(), 4096
    start = bytes.fromhex("d9d505f920a163d7") + struct.pack(">IIIII", 1, 7, len(data) // page, 512, page)
    checksum = (7 + sum(data[x] for x in range(page - 200, 0, -200))) & 0xFFFFFFFF
    name = os.fsencode(canary / "secret")
    named = struct.pack(">I", (1 << 30) // page + 1) + name + struct.pack(">II", len(name), sum(name))
    written = start.ljust(512, b"\0") + struct.pack(">I", 1) + data[:page] + struct.pack(">I", checksum)
    (root / "state.sqlite-journal").write_bytes(written + named + start[:8])


LONG = "x" * 1_000_000
ATTACKS = {
    "month": foreign_month,
    "link _tmp": functools.partial(link, "_tmp", "deep"),
    "link _data": functools.partial(link, "_data", "deep"),
    "link _views": functools.partial(link, "_views", "deep"),
    "link state.sqlite": functools.partial(link, "state.sqlite", "secret"),
    "link view": functools.partial(link, "_views/v000000000000", "deep"),
    "tombstone": tombstone_range,
    "story": story_outside,
    "remote": remote,
    "far snapshot": functools.partial(far_snapshot, 10**11),
    "snapshot far off": functools.partial(far_snapshot, 10**8),
    "nested": nested,
    "large rows": functools.partial(large_rows, "body", LONG, {}),
    "large lists": functools.partial(large_rows, "tags", [LONG], {}),
    "large prefixes": functools.partial(
        large_rows, "body", LONG, {"use_dictionary": False, "column_encoding": {"body": "DELTA_BYTE_ARRAY"}}
    ),
    "large page": large_page,
    "large segment": large_segment,
    "escapes": escapes,
    "journal": hostile_journal,
}
