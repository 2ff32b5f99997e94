"""Citations of an article or an omission: a sentence, BibTeX and CSL-JSON, with their snapshot."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from archive.viewer.catalogue import Interface, printed_day
from archive.viewer.render import About

_TEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "%": r"\%", "#": r"\#", "$": r"\$", "&": r"\&",
    "_": r"\_", "^": r"\^{}", "~": r"\~{}",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Citation:
    sentence: str
    bibtex: str
    csl: str


def cite(row: Mapping[str, Any], about: About, t: Interface) -> Citation:
    """Cite a row of `versions`."""
    hashed = t("cite_hash", hash=about.sha256) if about.sha256 else ""
    sentence = t(
        "cite_sentence",
        headline=row["headline"],
        outlet=row["outlet"],
        date=t.day_of_page(row["published_at"], row["published_raw"]),
        url=row["url"],
        seen=f"{t.day(row['valid_from'])} UTC",
        version=row["version"],
        name=about.name,
        snapshot=about.snapshot,
        hash=hashed,
    )
    note = f"archived version {row['version']}, {_end_of_note(row, about)}"
    return Citation(sentence, _bibtex(row, note), _csl(row, note))


def _end_of_note(row: Mapping[str, Any], about: About) -> str:
    published = _published(row)
    days = "date and urldate" if published == row["published_at"] and published else "urldate"
    sha256 = f", manifest sha256 {about.sha256}" if about.sha256 else ""
    return f"snapshot {about.snapshot} of {about.name}{sha256}, {days} in UTC"


def _published(row: Mapping[str, Any]) -> date | None:
    """Return the day that the page prints, or the time in UTC."""
    at: datetime | None = row["published_at"]
    return printed_day(at, row["published_raw"]) or at


def cite_omission(
    row: Mapping[str, Any],
    missing: Mapping[str, Any],
    text: str,
    alignment: Mapping[str, Any],
    block: int,
    *,
    about: About,
    t: Interface,
) -> Citation:
    """Cite a passage of one row of `versions` that the text of another does not have."""
    is_doubtful = alignment["doubtful"] is not False
    sentence = t(
        "cite_omission_doubtful" if is_doubtful else "cite_omission",
        text=" ".join(text.split()),
        language=t.in_language(row["language"] or "?"),
        article=cite(row, about, t).sentence,
        missing_in=t.in_language(missing["language"] or "?"),
        url=missing["url"],
        version=missing["version"],
    )
    absent = "perhaps absent" if is_doubtful else "absent"
    doubt = "doubtful, " if is_doubtful else ""
    confidence = alignment["confidence"]  # never rounded up to certainty
    sure = "" if confidence is None else f"confidence {min(confidence, 0.9999):.4f}, "
    note = (
        f"block {block} of archived version {row['version']} (text hash {row['content_hash']}), "
        f"{absent} from {missing['url']}, version {missing['version']} (text hash "
        f"{missing['content_hash']}); {doubt}{sure}{_end_of_note(row, about)}"
    )
    return Citation(sentence, _bibtex(row, note, f"-{block}"), _csl(row, note, f"-{block}"))


def _bibtex(row: Mapping[str, Any], note: str, suffix: str = "") -> str:
    authors = row["authors"] or []
    fields = {
        "author": " and ".join(f"{{{_tex(x)}}}" for x in authors)
        if authors
        else f"{{{_tex(row['outlet'])}}}",
        "title": f"{{{_tex(row['headline'])}}}",
        "organization": _tex(row["outlet"]),
        "date": f"{published:%Y-%m-%d}" if (published := _published(row)) else "",
        "url": re.sub(r"[{}\\\s]", "", row["url"]),
        "urldate": f"{row['valid_from']:%Y-%m-%d}",
        "langid": _tex(row["language"] or ""),
        "note": _tex(note),
    }
    body = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
    name = re.sub("[^a-z0-9]", "", row["outlet"].lower())
    return f"@online{{{name}-{row['article_id'][:8]}{suffix},\n{body}\n}}\n"


def _tex(text: str) -> str:
    return "".join(_TEX.get(x, x) for x in " ".join(text.split()))


def _csl(row: Mapping[str, Any], note: str, suffix: str = "") -> str:
    published = _published(row)

    def parts(at: Any) -> dict[str, list[list[int]]]:
        return {"date-parts": [[at.year, at.month, at.day]]}

    item = {
        "id": f"{row['outlet']}-{row['article_id'][:8]}{suffix}",
        "type": "article-newspaper",
        "title": row["headline"],
        "container-title": row["outlet"],
        "author": [{"literal": x} for x in row["authors"] or [row["outlet"]]],
        **({"issued": parts(published)} if published else {}),
        "accessed": parts(row["valid_from"]),
        "URL": row["url"],
        "language": row["language"],
        "note": note,
    }
    return json.dumps([item], ensure_ascii=False, indent=2)
