"""An omission as a page of its own, which can be cited: both texts, the evidence, and how to verify it."""

import shlex
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow.dataset as ds

from archive.exceptions import ArticleNotFound
from archive.format.records import LINKED, VERSION_COLUMNS, probably_shared
from archive.read.archive import Archive
from archive.viewer.citation import cite_omission
from archive.viewer.load import joint_of, read_versions
from archive.viewer.render import Pages
from archive.viewer.search.lookup import Lookup
from archive.viewer.story import Joint

Values = Mapping[str, Any]


def omission_values(
    archive: Archive, lookup: Lookup, pages: Pages, passage: tuple[str, int, int], missing_id: str
) -> dict[str, object]:
    """Collect what the template shows of a passage: an article, its version and one of its blocks.

    Raises ArticleNotFound where this snapshot does not say that the other article is without it.
    """
    article_id, version, block = passage
    story_id = lookup.rows.story_of(article_id)
    line = lookup.line(story_id or "")
    few = archive.of_files(lookup.rows.files([article_id, missing_id], story_id or ""))
    row, side, other_side = _alignment(few, story_id, passage, missing_id)
    columns = [x.name for x in VERSION_COLUMNS]
    ids = [article_id, missing_id]
    texts = {}
    for text in read_versions(archive, lookup.rows.places(ids), ids, columns):
        texts[text["article_id"], text["version"]] = text
    article = texts[article_id, version]
    missing = texts[missing_id, row[f"version_{other_side}"]]
    blocks = row[f"paragraphs_{side}"]
    words = "\n".join(_texts(article, blocks))
    return {
        "story_id": story_id,
        "title": line.title_in(pages.t.language) if line else article,
        "article": article,
        "missing": missing,
        "blocks": frozenset(blocks),
        "nearest_blocks": frozenset(row["nearest"] or ()),
        "nearest": _texts(missing, row["nearest"] or ()),
        "doubtful": row["doubtful"] is not False,
        "confidence": row["confidence"],
        "joints": _joints(few, article, missing),
        "commands": _commands(archive, article_id, missing_id),
        "citation": cite_omission(article, missing, words, row, block, about=pages.about, t=pages.t),
    }


def _texts(row: Values, numbers: Iterable[int]) -> list[str]:
    """Return these blocks of a text, without those that it does not have."""
    return [row["blocks"][n]["text"] for n in numbers if n < len(row["blocks"])]


def _alignment(
    archive: Archive, story_id: str | None, passage: tuple[str, int, int], missing_id: str
) -> tuple[Values, str, str]:
    """Find the row that says it, the side of the passage, and the side without it."""
    article_id, version, block = passage
    rows = archive.alignments(story_id).to_pylist() if story_id else []
    for row in rows:
        side, other_side = ("a", "b") if row["kind"] == "omitted" else ("b", "a")
        if row["kind"] in LINKED or probably_shared(row["kind"], row["confidence"]):
            continue
        is_text = (row[f"article_id_{side}"], row[f"version_{side}"]) == (article_id, version)
        if is_text and row[f"article_id_{other_side}"] == missing_id and block in row[f"paragraphs_{side}"]:
            return row, side, other_side
    raise ArticleNotFound(f"Snapshot {archive.snapshot.id} has no such omission.")


def _joints(archive: Archive, article: Values, missing: Values) -> list[Joint]:
    """Read why the two were linked; both may be linked with a third article instead."""
    first, second = sorted((article, missing), key=lambda text: str(text["article_id"]))
    are_both = (ds.field("article_id_a") == first["article_id"]) & (
        ds.field("article_id_b") == second["article_id"]
    )
    languages = (first["language"] or "?", second["language"] or "?")
    return [joint_of(row, languages) for row in archive.pairs().seek(are_both).to_pylist()]


def _commands(archive: Archive, article_id: str, missing_id: str) -> str:
    """Write the commands that verify the files, and ask the archive for this omission again."""
    question = (
        "SELECT language, missing_in, confidence, doubtful, text FROM omissions"
        f" WHERE article_id = '{article_id}' AND missing_article_id = '{missing_id}'"
    )
    # readable where nothing in it means anything to a shell
    quoted = f'"{question}"' if f"{article_id}{missing_id}".isalnum() else shlex.quote(question)
    where = shlex.quote(archive.storage.name)
    moment = f"{archive.snapshot.committed_at:%Y-%m-%dT%H:%M:%S.%f+00:00}"
    return (
        f"triptych verify --all --archive {where}\n"
        f"triptych sql --json --archive {where} --as-of {moment} {quoted}"
    )
