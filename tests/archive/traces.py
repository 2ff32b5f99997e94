"""Where words can still be found in an archive, in whatever they are packed."""

import io
import json

import pyarrow.parquet as pq
from warcio.archiveiterator import ArchiveIterator

from archive.wal import segment


def find(root, *words):
    """Files in which one of the words stands, unpacked."""
    found = []
    for path in sorted(x for x in root.rglob("*") if x.is_file()):
        if path.suffix == ".parquet":
            data = json.dumps(pq.read_table(path).to_pylist(), default=str, ensure_ascii=False).encode()
        elif path.name.endswith(".warc.gz"):
            data = b""
            for record in ArchiveIterator(io.BytesIO(path.read_bytes()), check_digests="raise"):
                data += str(record.rec_headers.headers).encode() + record.content_stream().read()
        elif path.name.endswith(".jsonl.zst"):
            data = b"".join(x if isinstance(x, bytes) else x.data for x in segment.read(path.read_bytes()))
        else:
            data = path.read_bytes()
        if any(word.encode() in data for word in words):
            found.append(str(path.relative_to(root)))
    return found
