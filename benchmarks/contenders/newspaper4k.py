"""Run newspaper4k over files in N processes: python newspaper4k.py FOLDER COPIES N."""

from __future__ import annotations

import multiprocessing
import sys
from pathlib import Path

from newspaper import Article
from newspaper.exceptions import ArticleException


def read(path: str) -> int:
    article = Article(f"http://127.0.0.1/{path}", fetch_images=False)
    article.download(input_html=Path(path).read_text(errors="replace"))
    try:
        article.parse()
    except (ArticleException, ImportError):  # Korean and others need packages that it does not install
        return 0
    return len(article.text)


if __name__ == "__main__":
    paths = [str(path) for path in sorted(Path(sys.argv[1]).glob("*.html"))] * int(sys.argv[2])
    with multiprocessing.get_context("spawn").Pool(int(sys.argv[3])) as pool:
        print(sum(pool.imap_unordered(read, paths, chunksize=4)))
