"""A commit that another machine was faster than, where the lock of this one does not reach it."""

import shutil

import archive
from archive.format.records import Decisions
from archive.writer import ArchiveWriter
from tests.archive.findings import grave


def test_who_was_slower_commits_behind_the_other_and_leaves_no_file(root, open_writer, article):
    with open_writer("run-1") as writer:
        writer.add_article(article(1))
        writer.commit()
    other = root.with_name("other-machine")
    shutil.copytree(root, other, symlinks=True)
    with ArchiveWriter.open(other, run_id="run-2") as writer:
        writer.add_article(article(2))
        writer.commit()
    asked = []

    def decide(fresh, _related):
        asked.append([x.article_id for x in fresh])
        if len(asked) == 1:  # the other machine's commit arrives: its data, then its manifest
            for folder in ("_data", "_log"):
                shutil.copytree(other / folder, root / folder, dirs_exist_ok=True)
        return Decisions()

    writer = open_writer("run-3")
    writer.add_article(article(3))
    snapshot = writer.commit(decide)
    assert (snapshot.id, asked) == (3, [[article(3).article_id]] * 2)
    opened = archive.open(root)
    assert sorted(opened.articles().to_pandas()["url"]) == sorted(article(x).url for x in (1, 2, 3))
    named = {file.path for state in opened.snapshots() for file in state.files}
    assert {x.relative_to(root).as_posix() for x in (root / "_data").rglob("*.parquet")} == named
    assert grave(root) == []
