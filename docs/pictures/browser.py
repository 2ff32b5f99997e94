"""Take the README's pictures of the browser: python docs/pictures/browser.py. Needs chromium."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        archive = f"{folder}/news-archive"
        days = (["crawl", "demo", "-a", f"day={day}"] for day in range(1, 5))
        for command in (*days, ["pair"]):
            subprocess.run(
                [sys.executable, "-m", "scrapy", *command, "-s", f"ARCHIVE_URI={archive}"],
                cwd=ROOT,
                stdout=subprocess.DEVNULL,
                check=True,
            )
        subprocess.run([sys.executable, "-m", "archive.viewer.search.fill", archive], cwd=ROOT, check=True)
        server = subprocess.Popen(
            [sys.executable, "-m", "archive", "view", archive, "--port", "0", "--no-browser"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert server.stdout is not None
        try:
            found = re.search(r"http://127\.0\.0\.1:\d+", server.stdout.readline())
            assert found is not None
            take(found[0])
        finally:
            server.terminate()
            server.wait()


def take(address: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="en-GB")
        page.goto(f"{address}/search?q=місто")
        page.screenshot(path=HERE / "search.png")
        # the story whose Ukrainian text is edited on the second day
        page.goto(f"{address}/search?q=трамвай")
        page.locator("td .title").first.click()
        page.set_viewport_size({"width": 1280, "height": 960})
        page.screenshot(path=HERE / "view.png")
        browser.close()


main()
