"""Alignments of a text that was read anew are of another text: the past forgets them as the present does."""

from dataclasses import replace

import pytest

import archive
from archive.format.records import TextBlock
from archive.operations.reread import Rereading, publish
from tests.archive.operations.test_reread import pair


@pytest.mark.parametrize("language", ["uk", "en"])
def test_whichever_of_two_texts_was_read_anew(root, open_writer, variants, language):
    told = {record.language: record for record in variants(1, "uk", "en")}
    with open_writer() as writer:
        for record in told.values():
            writer.add_article(record)
        before = writer.commit(pair)
    body = "Read anew, and longer."
    anew = replace(
        told[language],
        body=body,
        blocks=(TextBlock("paragraph", body),),
        content_hash="7" * 64,
        extractor="2",
    )
    after = publish(root, [Rereading(1, anew)], lambda _variants, _couples: [])
    opened = archive.open(root)
    assert len(opened.alignments(as_of=before.committed_at).to_pandas()) == 1
    assert len(opened.alignments().to_pandas()) == 0
    assert len(opened.alignments(as_of=after.committed_at).to_pandas()) == 0
