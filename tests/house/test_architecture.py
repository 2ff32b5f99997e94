"""The house keeps its shape: layers, no circles, folders that can be overlooked, files that are a concept."""

from __future__ import annotations

import ast
import functools
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from scrapy.utils.misc import load_object

from crawler import settings

ROOT = Path(__file__).parents[2]
LAYERS = {
    # a part imports only those that stand before it
    "archive": (
        *(
            "no_pandas",
            "exceptions",
            "terminal",
            "addresses",
            "format",
            "storage",
            "tables",
            "state",
            "pages",
            "pull",
        ),
        *("opening", "wal", "commit", "writer", "read", "operations", "export", "viewer"),
        *("commands", "__main__"),
    ),
    "crawler": (
        *("items", "exceptions", "settings", "extraction", "downloader", "outlet", "workers"),
        *("extensions", "middlewares", "reports", "requests", "revisit", "discovery", "story", "demo"),
        *("spiders", "health", "inspection", "importing", "commands"),
    ),
    "archive.viewer": (
        *("pages", "catalogue", "figure_frames", "stored_figures", "search", "drawing", "side_by_side"),
        *("story", "load"),
        *("plots", "render", "charts", "citation", "article", "outlet", "static_site", "web"),
    ),
    "crawler.extraction": (
        "document",
        "language",
        "body",
        "fields",
        "kind",
        "page",
        "feed_entry",
        "given_item",
    ),
    "pipelines": (
        *(
            "similarity",
            "bylines",
            "alignment",
            "pairing",
            "events",
            "translation_note",
            "records",
            "feed_exports",
        ),
        *("validate", "language", "authors", "digest", "drop_refused", "repetition"),
        *("commit_process", "pair_process", "snapshot"),
        "reextraction",
    ),
    "pipelines.events": ("likeness", "shared_facts", "event_search"),
    "triptych": ("item_fields", "item_pipeline", "addon", "command_line", "__main__"),
    "pipelines.pairing.weekly": ("weeks", "week_part"),
    "pipelines.pairing": (
        *("content", "labels", "edges", "records", "clustering", "decide", "weekly", "evidence"),
        *("parts", "spool", "scoring", "run", "review", "explain", "report"),
    ),
}
PACKAGES = ("archive", "crawler", "pipelines", "triptych")
MAY_IMPORT = {
    # the commands know crawler and pipelines together, and nobody else does
    "archive": {"archive"},
    "crawler": {"archive", "crawler"},
    "crawler.commands": {"archive", "crawler", "pipelines"},
    "pipelines": {"archive", "crawler", "pipelines"},
    "triptych": {"archive", "crawler", "pipelines", "triptych"},
}
NEVER_FETCH = (
    "crawler.commands",
    "crawler.spiders",
    "crawler.story",
    "crawler.discovery",
    "crawler.requests",
)


IDIOMS = {
    "records",
    "report",
    "exceptions",
    "weights",
    "__main__",
    "spider",
    "debts",
    "plan",
    "terminal",
    "snapshot",
}
"""File names that always mean the same thing, one a layer: records for the archive, a report for people, the
tree of errors, fitted numbers, an entry point, a spider; debts and plans as rule and as requests; text for a
terminal; a snapshot as it is stored and as a crawl ends in it."""
NAMED_BY_OTHERS = ("archive.commands.", "crawler.commands.", "crawler.middlewares.", "crawler.extensions.")
"""Packages whose files are named after a command or in Scrapy's words."""


@dataclass(frozen=True)
class Module:
    name: str
    path: Path
    source: str

    @property
    def lines(self) -> int:
        return len(self.source.splitlines())

    @property
    def is_face(self) -> bool:
        return self.path.name == "__init__.py"


def _modules() -> dict[str, Module]:
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            found[name] = Module(name, path, path.read_text("utf-8"))
    return found


MODULES = _modules()


def _imports(module: Module) -> set[str]:
    """Our modules that a module imports: at its top, for its types, or in a function."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(module.source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name in MODULES}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module.path}: relative import"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                if whole in MODULES:
                    found.add(whole)
                elif node.module in MODULES:
                    found.add(node.module)
    return found


@functools.cache
def _all_imports() -> dict[str, set[str]]:
    """Of each module; read when the first test asks, not by each process that collects."""
    return {name: _imports(module) for name, module in MODULES.items()}


def _within(name: str, package: str) -> str | None:
    """The part of a package that a module belongs to."""
    return name.removeprefix(package + ".").split(".")[0] if name.startswith(package + ".") else None


def _upwards() -> set[tuple[str, str]]:
    found = set()
    for name, imported in _all_imports().items():
        for other in imported:
            for package, layers in LAYERS.items():
                own, its = _within(name, package), _within(other, package)
                if own and its and layers.index(its) > layers.index(own):
                    found.add((name, other))
            owner = max((x for x in MAY_IMPORT if f"{name}.".startswith(x + ".")), key=len)
            if other.split(".")[0] not in MAY_IMPORT[owner]:
                found.add((name, other))
    return found


def _circles() -> list[set[str]]:
    """Files each of which can be reached from each other by imports."""
    reached: dict[str, set[str]] = {}
    for name in _all_imports():
        seen: set[str] = set()
        rest = [name]
        while rest:
            new = _all_imports()[rest.pop()] - seen
            seen |= new
            rest += new
        reached[name] = seen
    circles = {
        frozenset(x for x in reached[name] if name in reached[x])
        for name in _all_imports()
        if name in reached[name]
    }
    return [set(circle) for circle in sorted(circles, key=sorted)]


def test_every_part_of_a_package_has_its_layer() -> None:
    for package, layers in LAYERS.items():
        parts = {part for name in MODULES if (part := _within(name, package))}
        assert parts == set(layers), package


def test_no_import_runs_upwards() -> None:
    assert _upwards() == set()


def test_no_files_import_each_other_in_a_circle() -> None:
    assert _circles() == []


def test_pipelines_never_fetch() -> None:
    bad = {
        (name, other)
        for name, imported in _all_imports().items()
        for other in imported
        if name.startswith("pipelines.") and other.startswith(NEVER_FETCH)
    }
    assert bad == set()


def test_the_archive_knows_no_crawl() -> None:
    """It imports nothing of ours, and of others' nothing that fetches."""
    for name, module in MODULES.items():
        if name.split(".")[0] == "archive":
            tops = {
                imported.split(".")[0]
                for node in ast.walk(ast.parse(module.source))
                for imported in (
                    [alias.name for alias in node.names]
                    if isinstance(node, ast.Import)
                    else [node.module or ""]
                    if isinstance(node, ast.ImportFrom)
                    else []
                )
            }
            assert not tops & {"crawler", "pipelines", "scrapy", "twisted"}, name


def test_only_opening_knows_where_the_bytes_of_an_archive_lie() -> None:
    kinds = {f"archive.storage.{x}" for x in ("working_copy", "download", "upload", "object_store")}
    above = {name for name in MODULES if not name.startswith("archive.storage")}
    # files of others, which are imported, may lie in a bucket too; a copy goes past both kinds of storage
    assert {name for name in above if _all_imports()[name] & kinds} == {
        "archive.opening",
        "archive.operations.copy",
        "crawler.importing.source_files",
    }
    made = {name for name in above if re.search(r"\bStorage\(", MODULES[name].source)}
    assert made == {"archive.opening"}


def test_one_door_leads_from_a_stored_name_to_a_path() -> None:
    """`Storage.path`; the names that `Layout` puts below the root are our own."""
    names = {name for name, module in MODULES.items() if re.search(r"\broot\b\)? /", module.source)}
    archive = {name for name in names if name.startswith("archive.")}
    assert archive == {
        "archive.format.layout",
        *(f"archive.storage.{x}" for x in ("path_guard", "working_copy")),
    } | {
        "archive.operations.copy",
        "archive.storage.download",
        "archive.storage.upload",
    }


def test_one_door_leads_to_data_files() -> None:
    """A file is measured before it is read, so nothing else opens one; a table in memory is no file."""
    opens = re.compile(
        r"ParquetFile\(|ParquetDataset\(|read_table\(|read_parquet\(|pq\.read_metadata\(|read_schema\(|\bds\.dataset\(|"
        r"\bFileSystemDataset|parquet_dataset\("
    )
    called = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|`[^`\n]*`")
    names = {name for name, module in MODULES.items() if opens.search(called.sub("", module.source))}
    assert names == {"archive.tables.data_file_reader"}


def test_one_loop_makes_every_snapshot() -> None:
    """Operations are given the next snapshot; only the committer, and who makes an archive, publish one."""
    archive = {name: module for name, module in MODULES.items() if name.startswith("archive.")}
    made = {name for name, module in archive.items() if re.search(r"[^.\w]Snapshot\(", module.source)}
    published = {name for name, module in archive.items() if re.search(r"log\.append\(", module.source)}
    assert made == {"archive.commit.next_snapshot", "archive.format.snapshot", "archive.opening"}
    assert published == {"archive.commit.committer", "archive.opening"}


def test_a_folder_can_be_overlooked() -> None:
    folders: dict[Path, int] = {}
    for module in MODULES.values():
        folders[module.path.parent] = folders.get(module.path.parent, 0) + (not module.is_face)
    crowded = {
        str(folder.relative_to(ROOT)): files
        for folder, files in folders.items()
        if files > 15 and folder.name != "spiders" and folder.parent != ROOT
    }
    for package in PACKAGES:
        entries = {path.name for path in (ROOT / package).iterdir()} - {"__init__.py", "__pycache__"}
        if len(entries) > 20:
            crowded[package] = len(entries)
    assert crowded == {}


def test_a_folder_of_tests_can_be_overlooked() -> None:
    folders = Counter(path.parent for path in (ROOT / "tests").rglob("*.py"))
    assert {str(folder.relative_to(ROOT)): files for folder, files in folders.items() if files > 15} == {}


def test_every_folder_says_what_it_is() -> None:
    """In one sentence, and nothing else is there but in the faces of packages."""
    for module in MODULES.values():
        if module.is_face and module.name not in {
            "archive",
            "crawler.commands",
            "crawler.spiders",
            "triptych",
        }:
            body = ast.parse(module.source).body
            assert len(body) == 1, module.name
            assert ast.get_docstring(ast.parse(module.source)), module.name


def test_no_file_is_longer_than_a_concept() -> None:
    """At 400 lines think."""
    assert {name: module.lines for name, module in MODULES.items() if module.lines > 500} == {}


def test_no_file_is_a_splinter() -> None:
    """Under 60 lines with one importer it belongs into that importer."""
    importers: dict[str, set[str]] = {name: set() for name in MODULES}
    for name, imported in _all_imports().items():
        for other in imported:
            importers[other].add(name)
    short = {
        name
        for name, module in MODULES.items()
        if module.lines < 60
        and len(importers[name]) == 1
        and not module.is_face
        and not _stands_alone(module)
    }
    assert short == set()


def test_a_file_name_occurs_once() -> None:
    """Idioms apart, and files that are named after a command or in Scrapy's words."""
    names = Counter(
        module.path.stem
        for module in MODULES.values()
        if not module.is_face and not module.name.startswith(("crawler.spiders.", *NAMED_BY_OTHERS))
    )
    assert {name for name, count in names.items() if count > 1} - IDIOMS == set()


def _stands_alone(module: Module) -> bool:
    """Declarations, and what Scrapy finds by its name: a file each, however short."""
    if module.name.startswith(("crawler.spiders.", "crawler.extensions.", "crawler.middlewares.")):
        return True
    return any(
        (
            isinstance(node, ast.ClassDef)
            and (
                node.name.endswith(("Stage", "Command"))
                or any("Spider" in ast.unparse(x) for x in node.bases)
            )
        )
        or (
            isinstance(node, ast.ClassDef)
            and any(ast.unparse(x) in {"AnyPage", "ScrapyCommand"} for x in node.bases)
        )
        for node in ast.parse(module.source).body
    )


def test_names_say_something() -> None:
    for name in MODULES:
        assert not {"utils", "util", "helpers", "helper", "misc", "common"} & set(name.split(".")), name


def _named_in_settings() -> list[str]:
    text = ast.walk(ast.parse((ROOT / "crawler/settings.py").read_text("utf-8")))
    strings = {x.value for x in text if isinstance(x, ast.Constant) and isinstance(x.value, str)}
    return sorted(
        x for x in strings if x.startswith(("crawler.", "pipelines.")) and x.split(".")[-1] != "spiders"
    )


def test_what_the_settings_name_is_there() -> None:
    for name in _named_in_settings():
        if name != settings.COMMANDS_MODULE:
            assert load_object(name), name


def test_no_query_numbers_its_placeholders() -> None:
    """Python 3.12 warns of a sequence for `?1`, and 3.14 refuses it: `?`, or `:name` and a mapping."""
    numbered = re.compile(r"[ (]\?[1-9]\b")
    assert [module.name for module in MODULES.values() if numbered.search(module.source)] == []
