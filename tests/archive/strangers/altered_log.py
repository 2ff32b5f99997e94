"""Alterations of the history and the accounts of an archive; those of its files are in altered.py."""

import json

import zstandard

from archive.commit.committer import Committer
from archive.format.log_entry import encode_block
from archive.opening import open_existing
from tests.archive.strangers.altered import (
    NUMBERS,
    ODD,
    TEXTS,
    altered,
    in_json,
    in_place,
    leaves,
    sealed,
    ways,
)


def put_history(root):
    """Give an archive the account of a run without news, and a block of history."""
    with Committer.open(root, "20260303T120000Z-courier-3") as quiet:
        quiet.commit({}, None, {"skipped(known)": 2})
    first, second = list(open_existing(root)[1].entries())[:2]
    ((numbers, data),) = encode_block([first, second])
    (root / "_history").mkdir(exist_ok=True)
    (root / "_history" / f"{numbers}-{'8' * 32}.json.zst").write_bytes(data)
    return root


def unpacked(file):
    document = json.loads(zstandard.ZstdDecompressor().decompress(file.read_bytes()))
    document.pop("sha256", None)
    return document


def in_block(path, at, new, root, canary):
    file = root / path
    document = altered(unpacked(file), at, in_place(new, canary))
    file.write_bytes(zstandard.ZstdCompressor().compress(sealed(document)))


def of_log(root):
    (account,) = (root / "_runs").iterdir()
    (block,) = (root / "_history").iterdir()
    found = []
    for file, document, way in (
        (account, json.loads(account.read_bytes()), in_json),
        (block, unpacked(block), in_block),
    ):
        document.pop("sha256", None)
        path = str(file.relative_to(root))
        for at in leaves(document):
            found += ways(f"{path} {at}", way, (*TEXTS, *NUMBERS, *ODD), path, at)
    return found


def large_block(root, _canary):
    """A block of 1 GB in 30 kB."""
    (block,) = (root / "_history").iterdir()
    text = b'{"version": 1, "entries": [' + b" " * (1 << 30) + b"]}"
    block.write_bytes(zstandard.ZstdCompressor().compress(text))


def large_counters(root, _canary):
    """A block whose entries have as many counters as fit into it."""
    (block,) = (root / "_history").iterdir()
    document = unpacked(block)
    document["entries"][0]["summary"] = {f"{number:x}": number for number in range(800_000)}
    block.write_bytes(zstandard.ZstdCompressor().compress(sealed(document)))


def strange_names(root, _canary):
    """Names of blocks and accounts that are numbers beyond all, or no names of ours."""
    (block,) = (root / "_history").iterdir()
    (account,) = (root / "_runs").iterdir()
    data = block.read_bytes()
    for name in (f"{'9' * 20}-{'9' * 20}-{'9' * 32}.json.zst", "..-x-y.json.zst", "\x1b[31m.json.zst"):
        (block.parent / name).write_bytes(data)
    (account.parent / f"99999999T999999999999-{'9' * 32}.json").write_bytes(account.read_bytes())
    (root / "_views/current").unlink()
    (root / "_views/current").symlink_to("v" + "9" * 20)


LOG_ATTACKS = {
    "large block": large_block,
    "large counters": large_counters,
    "strange names": strange_names,
}
