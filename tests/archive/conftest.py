import importlib
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from archive.writer import ArchiveWriter
from tests.archive.made import NOON, make_article, make_look, make_page, make_variants
from tests.archive.small_disk import file_size_limit
from tests.support import forked, tiers

PROGRAMS = Path(__file__).parent / "programs"
CHECKOUT = Path(__file__).parents[2]
PART = os.environ.get("TRIPTYCH_FAULTS_PART", "0/1")
"""`1/3`: the second third of all cases, for as many processes."""


def chosen(found, sample):
    """A sample of cases, the same each time; with TRIPTYCH_FAULTS all, or the part that is named."""
    if "TRIPTYCH_FAULTS" not in os.environ:
        return random.Random(18).sample(found, tiers.examples(sample))
    number, parts = map(int, PART.split("/"))
    return found[number::parts]


@pytest.fixture
def page():
    """Build an article with its page: page(record, body) -> (record, page)."""
    return make_page


@pytest.fixture
def article():
    """Build an article: article(number, language, text, **fields)."""
    return make_article


@pytest.fixture
def variants():
    """Build a story: variants(number, *languages, **fields)."""
    return make_variants


@pytest.fixture
def look():
    """Build an observation: look(url, outcome, reason, status, at, **fields)."""
    return make_look


@pytest.fixture
def root(tmp_path):
    return tmp_path / "news-archive"


@pytest.fixture(scope="session")
def copied(tmp_path_factory):
    """Copy the archive that a function writes into a folder, which is written once: copied(build, root).

    Returns what the function does. A copy takes a tenth of the CPU of two commits.
    """
    built = {}

    def copy(build, root):
        if build not in built:
            folder = tmp_path_factory.mktemp("built") / "news-archive"
            built[build] = folder, build(folder)
        folder, outcome = built[build]
        shutil.copytree(folder, root, symlinks=True)
        return outcome

    return copy


@pytest.fixture(scope="session")
def filled(tmp_path_factory):
    """The archive of tests/archive/two_newsrooms.py, for tests that only read; the others have a copy."""
    two_newsrooms = importlib.import_module("tests.archive.two_newsrooms")  # which imports from here
    root = tmp_path_factory.mktemp("filled") / "news-archive"
    two_newsrooms.write(root)
    return root


@pytest.fixture
def open_writer(root):
    """Open writers that are closed when the test ends."""
    writers = []

    def build(run_id="run-1", folder=root, **options):
        writers.append(ArchiveWriter.open(folder, run_id=run_id, **options))
        return writers[-1]

    yield build
    for writer in writers:
        writer.close()


@pytest.fixture
def writer(open_writer):
    return open_writer()


@pytest.fixture
def program():
    """Start a real process: program("appends.py", root, …); it is gone when the test ends."""
    running = []

    def start(name, *arguments, under=(), env=None, **options):
        if under or env or options:
            process = subprocess.Popen(
                [*map(str, under), sys.executable, str(PROGRAMS / name), *map(str, arguments)],
                stdout=subprocess.PIPE,
                text=True,
                cwd=CHECKOUT,
                env={**os.environ, "PYTHONPATH": str(CHECKOUT), **(env or {})},
                **options,
            )
        else:  # .7 s of CPU less
            process = forked.start(*arguments, module=str(PROGRAMS / name))
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.wait()
        for stream in (getattr(process, "stdin", None), process.stdout, process.stderr):
            if stream:
                stream.close()


@pytest.fixture
def limited():
    """A disk that takes files up to a size: `with limited(size):`."""
    return file_size_limit


@pytest.fixture
def noon():
    return NOON
