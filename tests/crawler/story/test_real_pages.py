"""Real pages, as served, at their own addresses on a loopback internet: none vanishes without a reason."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd
import pytest

from tests.newsrooms.newsroom import Answer, Site
from tests.support.forked import A_WHILE

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def crawled(
    scrapy_command: list[str], shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[pd.DataFrame, pd.DataFrame, str]:
    """The manifest's rows with the address each was served at, the observations, and the report."""
    folder = tmp_path_factory.mktemp("real")
    manifest = (shared_data / "pages/manifest.jsonl").read_text("utf-8")
    pages = pd.DataFrame(map(json.loads, manifest.splitlines()))
    with Site() as site:
        asked = []
        for page in pages.itertuples():
            real = urlsplit(page.url if isinstance(page.url, str) else "")
            host = real.hostname or page.outlet.replace("_", ".")
            path = (real.path + (f"?{real.query}" if real.query else "")) or f"/news/{Path(page.file).stem}"
            site[f"{host}{path}"] = Answer(
                gzip.decompress((shared_data / "pages" / page.file).read_bytes()),
                headers={"Content-Type": "text/html"},
            )
            asked.append(f"http://{host}:{site.port}{path}")
        pages["asked"] = asked
        (folder / "urls.txt").write_text("\n".join(asked), encoding="utf-8")
        settings = {
            "ARCHIVE_URI": folder / "news-archive",
            "ALLOW_PRIVATE_NETWORK": True,
            "RESOLVE_TO": "127.0.0.1",
            "DOWNLOAD_DELAY": 0,
            "AUTOTHROTTLE_ENABLED": False,
            "RETRY_ENABLED": False,
        }
        run = subprocess.run(
            [*scrapy_command, "crawl", "page", "-a", f"urls={folder / 'urls.txt'}"]
            + [part for name, value in settings.items() for part in ("-s", f"{name}={value}")],
            cwd=ROOT,
            env={**os.environ, "PYTHONWARNINGS": "error"},
            capture_output=True,
            text=True,
            timeout=A_WHILE,
            check=False,
        )
    # variants on hosts that are not here, or whose robots.txt is refused, are owed
    assert run.returncode == 3, run.stderr
    return pages, pd.read_parquet(folder / "news-archive/observations"), run.stdout


def test_every_page_is_archived_or_has_a_reason(crawled: tuple[pd.DataFrame, pd.DataFrame, str]) -> None:
    pages, looks, _ = crawled
    ended = looks.drop_duplicates("requested_url").set_index("requested_url")
    assert set(pages["asked"]) <= set(ended.index)
    of_pages = ended.loc[pages["asked"]]
    assert set(of_pages["outcome"]) <= {"archived", "dropped"}
    assert of_pages.loc[of_pages["outcome"] == "dropped", "reason"].notna().all()
    assert (of_pages["outcome"] == "archived").mean() > 0.9
