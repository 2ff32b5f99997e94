"""Descriptions of a data set: a card for people, Croissant and a Data Package for programs.

No text of an archive is interpreted as markup: outlets and languages are JSON strings in the card's head, and
escaped in its tables.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from operator import attrgetter
from pathlib import Path

import pyarrow as pa

from archive.export.choice import Choice
from archive.format.columns import SCHEMA_VERSION
from archive.terminal import visible

Json = dict[str, object]

RIGHTS = (
    "Headlines, texts, quotations and pictures belong to the outlets and authors named in each row. This "
    "folder comes without a licence to them, and none was requested: you may only do what the law of your "
    "country allows without the owner's permission, such as quotation, and text and data mining for research "
    "(in the European Union articles 3 and 4 of Directive 2019/790). Do not republish the texts. A person "
    "named in them may request erasure; a later purge of the archive does not reach this folder."
)
_FOLDER = Path(__file__).parent
"""With `croissant_context.json`, from the specification of Croissant 1.0,
https://docs.mlcommons.org/croissant/."""


@dataclass(frozen=True, slots=True)
class Part:
    path: str
    """Relative to the folder of the data set."""
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class TableParts:
    name: str
    about: str
    schema: pa.Schema
    parts: tuple[Part, ...]

    @property
    def rows(self) -> int:
        return sum(x.rows for x in self.parts)


@dataclass(frozen=True, slots=True)
class Holding:
    """Articles of an outlet in a language; `und` if it is unknown."""

    outlet: str
    language: str
    articles: int
    first: datetime | None
    last: datetime | None


@dataclass(frozen=True, slots=True)
class Contents:
    tables: tuple[TableParts, ...]
    holdings: tuple[Holding, ...]
    gone: int
    """Articles that their outlet has removed."""
    choice: Choice
    archive: str
    snapshot: int
    committed_at: datetime
    sha256: str | None
    """Of the manifest of the snapshot; None if it is folded into the history."""
    extractors: tuple[str, ...]
    triptych: str

    @property
    def bytes(self) -> int:
        return sum(map(attrgetter("bytes"), chain.from_iterable(x.parts for x in self.tables)))

    def rows(self, table: str) -> int:
        return next(x.rows for x in self.tables if x.name == table)

    @property
    def languages(self) -> list[str]:
        return sorted({x.language for x in self.holdings})

    @property
    def version(self) -> str:
        return f"{SCHEMA_VERSION}.{self.snapshot}.0"


def files(contents: Contents, name: str) -> Iterator[tuple[str, str]]:
    """The name and text of each file besides the parts."""
    yield "README.md", _card(contents, name)
    yield "croissant.json", _json(_croissant(contents, name))
    yield "datapackage.json", _json(_package(contents, name))


def _json(content: Json) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


# the card


def _card(contents: Contents, name: str) -> str:
    configs, tables, holdings = [], [], []
    for table in contents.tables:
        if table.rows:  # `datasets` rejects a table without rows
            configs.append(
                f"- config_name: {table.name}\n"
                + ("  default: true\n" if table.name == "articles" else "")
                + f"  data_files:\n  - split: train\n    path: data/{table.name}/*.parquet"
            )
        about = table.about.split(". ")[0].removeprefix("One row ").rstrip(".")
        tables.append(f"| `{table.name}` | {table.rows:,} | {about} |")
    for x in contents.holdings:
        cells = (_plain(x.outlet), _plain(x.language), f"{x.articles:,}", _day(x.first), _day(x.last))
        holdings.append(f"| {' | '.join(cells)} |")
    languages = "\n".join(f"- {json.dumps(x)}" for x in contents.languages if x != "und") or "- und"
    provenance = "\n".join(f"| {k} | {_plain(v)} |" for k, v in _provenance(contents).items())
    title, rows = _title(contents), "\n".join
    template = (_FOLDER / "dataset_card.txt").read_text("utf-8")
    return template.format(
        quoted_title=json.dumps(title, ensure_ascii=False),
        title=_plain(title),
        about=_about(contents),
        languages=languages,
        size=_size(contents.rows("articles")),
        configs=rows(configs),
        tables=rows(tables),
        quoted_name=json.dumps(name),
        name=re.sub(r"[\"'\\\n]", "_", name),
        holdings=rows(holdings),
        deletions=_of_deletions(contents),
        choice=_of_a_choice(contents),
        provenance=provenance,
        rights=RIGHTS,
    )


def _title(contents: Contents) -> str:
    outlets = sorted({x.outlet for x in contents.holdings})
    names = ", ".join(outlets[:3]) + (f" and {len(outlets) - 3} more" if len(outlets) > 3 else "")
    return f"News of {names or 'no outlet'}, archived by Triptych"


def _about(contents: Contents) -> str:
    return (
        f"{contents.rows('articles'):,} news articles in {len(contents.languages)} languages, "
        f"{contents.rows('stories'):,} stories, with the variants of a story in each language side by side, "
        "every version of a text, and every visit of its address."
    )


def _of_deletions(contents: Contents) -> str:
    if not contents.gone:
        return ""
    return f"\nRemoved by their outlets: {contents.gone:,} of the articles; see the column `gone`.\n"


def _of_a_choice(contents: Contents) -> str:
    if contents.choice.is_everything:
        return ""
    sampled = (
        f"The articles are those of a sample of {contents.choice.sample} stories, balanced by outlet and "
        "month of publication: as many of each as there are, up to the same number; shares of outlets and "
        "months in it say nothing about the archive. "
        if contents.choice.sample
        else ""
    )
    return (
        f"\n{sampled}Rows of other tables are those of these articles: `stories` names variants that may "
        "not be here; of pairs, refusals, alignments and `same_event` those are here of which both articles "
        "are.\n"
    )


def _provenance(contents: Contents) -> dict[str, str]:
    choice = contents.choice
    facts = {
        "archive": contents.archive,
        "snapshot": f"{contents.snapshot}, committed {contents.committed_at:%Y-%m-%d %H:%M:%S} UTC",
        "SHA-256 of its manifest": contents.sha256 or "folded into the history",
        "schema version": str(SCHEMA_VERSION),
        "Triptych": contents.triptych,
        "extractors of the texts": ", ".join(contents.extractors),
        "languages chosen": ", ".join(choice.language) or "all",
        "outlets chosen": ", ".join(choice.outlet) or "all",
        "as of": str(choice.as_of or "the snapshot"),
    }
    if choice.sample:
        facts["sample"] = f"{choice.sample} stories, seed {choice.seed}"
    return facts


def _size(rows: int) -> str:
    """Name the size as the Hugging Face Hub does."""
    steps = (("n<1K", 1000), ("1K<n<10K", 10**4), ("10K<n<100K", 10**5), ("100K<n<1M", 10**6))
    return next((name for name, most in steps if rows < most), "1M<n<10M")


def _day(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d}" if at else ""


def _plain(text: str) -> str:
    """Escape a text so that Markdown finds no markup in it, and it fits into a table."""
    one_line = " ".join(visible(text).split())
    return re.sub(r"([\\`*_{}\[\]()#+!|<>~&])", r"\\\1", one_line)


# Croissant


def _croissant(contents: Contents, name: str) -> Json:
    distribution: list[Json] = []
    records: list[Json] = []
    for table in contents.tables:
        distribution.append(
            {
                "@type": "cr:FileSet",
                "@id": f"{table.name}-parts",
                "name": f"{table.name}-parts",
                "description": f"The parts of {table.name}",
                "encodingFormat": "application/x-parquet",
                "includes": f"data/{table.name}/*.parquet",
            }
        )
        records.append(
            {
                "@type": "cr:RecordSet",
                "@id": table.name,
                "name": table.name,
                "description": table.about,
                "field": [_field(table.name, column) for column in table.schema],
            }
        )
    return {
        "@context": json.loads((_FOLDER / "croissant_context.json").read_text("utf-8")),
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": name,
        "description": f"{_title(contents)}: {_about(contents)} {RIGHTS}",
        "license": "README.md#rights",
        "url": "README.md",
        "version": contents.version,
        "datePublished": f"{contents.committed_at:%Y-%m-%d}",
        "creator": {"@type": "sc:Organization", "name": "Triptych"},
        "citeAs": _cite(contents),
        "inLanguage": contents.languages,
        "isLiveDataset": False,
        "distribution": distribution,
        "recordSet": records,
    }


def _cite(contents: Contents) -> str:
    seal = f", manifest sha256 {contents.sha256}" if contents.sha256 else ""
    return f"{_title(contents)}. Snapshot {contents.snapshot} of {contents.archive}{seal}."


def _field(table: str, column: pa.Field) -> Json:
    kind = column.type
    inner = kind.value_type if pa.types.is_list(kind) else kind
    name = f"{table}/{column.name}"
    source: Json = {"fileSet": {"@id": f"{table}-parts"}, "extract": {"column": column.name}}
    field: Json = {"@type": "cr:Field", "@id": name, "name": column.name, "description": _meaning(column)}
    if pa.types.is_list(kind):
        field["repeated"] = True
    if not pa.types.is_struct(inner):
        return {**field, "dataType": _croissant_type(inner), "source": source}
    parts: list[Json] = []
    for part in inner:
        sub_field: Json = {"@type": "cr:Field", "@id": f"{name}/{part.name}", "name": part.name}
        sub_field |= {"dataType": _croissant_type(part.type), "repeated": True}
        parts.append(sub_field | {"source": {**source, "transform": {"jsonPath": f"$[*].{part.name}"}}})
    return {**field, "subField": parts}


def _croissant_type(kind: pa.DataType) -> str:
    if pa.types.is_integer(kind):
        return "sc:Integer"
    if pa.types.is_floating(kind):
        return "sc:Float"
    if pa.types.is_boolean(kind):
        return "sc:Boolean"
    return "sc:Date" if pa.types.is_timestamp(kind) else "sc:Text"


def _meaning(column: pa.Field) -> str:
    return str((column.metadata or {}).get(b"description", b"").decode())


# Data Package


def _package(contents: Contents, name: str) -> Json:
    resources: list[Json] = []
    for table in contents.tables:
        for n, part in enumerate(table.parts):
            resources.append(
                {
                    "name": f"{table.name}-{n:05}",
                    "title": table.name,
                    "description": table.about,
                    "path": part.path,
                    "format": "parquet",
                    "mediatype": "application/vnd.apache.parquet",
                    "hash": f"sha256:{part.sha256}",
                    "schema": {"fields": [_column(x) for x in table.schema]},
                }
            )
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip("-._") or "dataset",
        "title": _title(contents),
        "description": f"{_about(contents)} {RIGHTS}",
        "version": contents.version,
        "created": f"{contents.committed_at:%Y-%m-%dT%H:%M:%SZ}",
        "licenses": [{"title": "None is given: see Rights", "path": "README.md"}],
        "sources": [{"title": _cite(contents)}],
        "provenance": _provenance(contents),
        "resources": resources,
    }


def _column(column: pa.Field) -> Json:
    """Describe a column so that frictionless accepts the rows, which it reads with pandas.

    In pandas a list is a numpy array and a nullable integer is a float; `arrowType` is exact.
    """
    description: Json = {
        "name": column.name,
        "type": _package_type(column),
        "arrowType": str(column.type),
        "description": _meaning(column),
    }
    if not column.nullable:
        description["constraints"] = {"required": True}
    return description


def _package_type(column: pa.Field) -> str:
    kind = column.type
    if pa.types.is_list(kind):
        return "any"
    if pa.types.is_integer(kind):
        return "number" if column.nullable else "integer"
    if pa.types.is_floating(kind):
        return "number"
    if pa.types.is_boolean(kind):
        return "boolean"
    return "datetime" if pa.types.is_timestamp(kind) else "string"
