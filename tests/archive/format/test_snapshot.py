"""No letter of a manifest or a tombstone can be altered unseen."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archive
from archive.exceptions import ArchiveDamaged, SchemaTooNew
from archive.format.layout import Layout
from archive.format.snapshot import read_sealed, seal
from archive.operations import purge
from archive.state.tombstones import Tombstones
from tests.archive.findings import verify


@given(
    st.dictionaries(st.text(), st.recursive(st.none() | st.integers() | st.text(), st.lists)), st.booleans()
)
def test_what_is_sealed_reads_the_same(document, required):
    document.pop("sha256", None)
    if document:
        assert read_sealed(seal(json.dumps(document, indent=1)), lambda _: required) == document


def test_without_a_seal_only_where_none_is_asked_for():
    assert read_sealed(b'{"a": 1}', lambda _: False) == {"a": 1}
    with pytest.raises(ValueError, match="checksum"):
        read_sealed(b'{"a": 1}', lambda _: True)
    with pytest.raises(ValueError, match="an object, got list"):
        read_sealed(b"[]", lambda _: False)


def altered(path):
    data = path.read_bytes()
    for place in range(0, len(data), 1 if len(data) < 2000 else 7):
        for bit in (0, 3, 5):
            yield data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :]
    yield from (data[:end] for end in range(0, len(data), 11))


def test_an_altered_manifest_is_refused(root, writer, article):
    writer.add_article(article(1))
    writer.commit()
    manifest = Layout(root).manifest(1)
    for data in altered(manifest):
        manifest.write_bytes(data)
        with pytest.raises((ArchiveDamaged, SchemaTooNew)):
            archive.open(root)


def test_a_manifest_that_has_lost_its_checksum_is_refused(root, writer, article):
    writer.add_article(article(1))
    writer.commit()
    manifest = Layout(root).manifest(1)
    document = json.loads(manifest.read_text())
    del document["sha256"]
    manifest.write_text(json.dumps(document))
    with pytest.raises(ArchiveDamaged, match="does not end with its checksum"):
        archive.open(root)


def test_an_altered_tombstone_is_found(root, writer, article):
    for number in (1, 2):
        writer.add_article(article(number))
    writer.commit()
    stone = purge.purge(root, article(1).url, reason="asked")
    path = Layout(root).purged / f"{stone.id}.json"
    for data in altered(path):
        path.write_bytes(data)
        with pytest.raises(ArchiveDamaged, match="from a backup"):
            Tombstones(Layout(root))
    assert any(finding.grave and "tombstone" in finding.text for finding in verify(root))
