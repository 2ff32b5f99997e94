"""`scrapy pair` on the demo's archive: the one story that no link declares, verdicts, review, explanation."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from contextlib import nullcontext
from pathlib import Path

import pandas as pd
import pytest

import archive
from archive.viewer import stored_figures
from archive.viewer.charts import draw_all
from archive.viewer.render import NO_ARCHIVE, Pages
from tests.support import forked
from tests.support.demo_port import alone_at_its_port
from tests.support.expected import expected_articles

STORY = {article.path: article.story for article in expected_articles()}
UK, RU, EN = "sud-zoboviazav", "sud-obyazal", "court-orders"
CRANES = "poschitali-zhuravley"


def scrapy(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    with alone_at_its_port() if "demo" in arguments else nullcontext():
        return forked.scrapy(*arguments, "-s", f"ARCHIVE_URI={folder}", COLUMNS="140")


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crawled") / "news-archive"
    run = scrapy(folder, "crawl", "demo")
    assert run.returncode == 0, run.stderr
    return folder


def copied(archive: Path, to: Path) -> None:
    """Without the cache, which a copy may not use; it would be told."""
    shutil.copytree(archive, to, symlinks=True, ignore=shutil.ignore_patterns("state.sqlite*"))


@pytest.fixture(scope="module")
def paired(crawled: Path) -> tuple[Path, str]:
    folder = crawled.with_name("paired")
    copied(crawled, folder)
    run = scrapy(folder, "pair")
    assert (run.returncode, run.stderr) == (0, "")
    return folder, run.stdout


@pytest.fixture
def copy(paired: tuple[Path, str], tmp_path: Path) -> Path:
    folder = tmp_path / "news-archive"
    copied(paired[0], folder)
    return folder


def rows(folder: Path) -> pd.DataFrame:
    articles = archive.open(folder).articles().to_pandas()
    return articles.assign(path=articles["url"].str.replace(r"^http://[^/]+", "", regex=True))


def one(folder: Path, part: str) -> pd.Series:
    found = rows(folder)
    (row,) = [row for _, row in found.iterrows() if part in row["url"]]
    return row


def pair(folder: Path, a: str, b: str) -> pd.Series | None:
    ids = sorted((one(folder, a)["article_id"], one(folder, b)["article_id"]))
    pairs = archive.open(folder).pairs().to_pandas()
    found = pairs[(pairs["article_id_a"] == ids[0]) & (pairs["article_id_b"] == ids[1])]
    return found.iloc[0] if len(found) else None


def labels(path: Path, *lines: tuple[str, str, str]) -> Path:
    path.write_text("a,b,verdict\n" + "".join(f"{a},{b},{said}\n" for a, b, said in lines), "utf-8")
    return path


def test_the_story_that_nothing_declares_is_one(crawled: Path, paired: tuple[Path, str]) -> None:
    folder, out = paired
    parts = (UK, RU, EN)
    assert len({one(crawled, part)["story_id"] for part in parts}) == 3
    assert len({one(folder, part)["story_id"] for part in parts}) == 1
    for a, b in ((UK, RU), (UK, EN), (RU, EN)):
        found = pair(folder, a, b)
        assert found is not None
        # the ruling's picture is shown by these three alone; the texts would do without it
        assert found["evidence"] == "image"
        kinds = {each["kind"] for each in json.loads(found["details"])["evidence"]}
        assert kinds == {"image", "content"}
        assert found["score"] >= 0.9
        assert json.loads(found["details"])["content"]["tier"] == "auto"
    assert "content" in out


def test_no_two_stories_are_joined(paired: tuple[Path, str]) -> None:
    told = rows(paired[0]).groupby("story_id")["path"].agg(list)
    assert [paths for paths in told if len({STORY[path] for path in paths}) > 1] == []


def test_every_declared_pair_has_its_score(paired: tuple[Path, str]) -> None:
    pairs = archive.open(paired[0]).pairs().to_pandas()
    assert pairs["score"].between(0.5, 1).all()
    assert not pairs["details"].map(lambda text: json.loads(text)["conflict"]).any()
    assert (pairs["evidence"] == "story-id").sum() == 25


def test_each_chart_shows_something_but_that_of_edits(paired: tuple[Path, str]) -> None:
    """There is no edit before the second day, see test_demo.py."""
    charts = draw_all(Pages("en", NO_ARCHIVE), stored_figures.make(archive.open(paired[0])))
    assert len(charts) == 7
    empty = [x.name for x in charts if (x.drawing is None or x.narrow is None) and x.table is None]
    assert empty == ["edits"]


def test_a_story_keeps_the_older_id_and_the_other_leads_to_it(
    crawled: Path, paired: tuple[Path, str]
) -> None:
    old = {part: one(crawled, part) for part in (UK, RU, EN)}
    oldest = min(old.values(), key=lambda row: (row["first_seen"], row["story_id"]))
    now = one(paired[0], UK)["story_id"]
    assert now == oldest["story_id"]
    read = archive.open(paired[0])
    for row in old.values():
        assert read.successors(row["story_id"]) == (now,)
        assert read.stories(row["story_id"]).to_pandas()["story_id"].tolist() == [now]


def test_a_second_run_has_nothing_to_do(copy: Path) -> None:
    before = archive.open(copy).snapshot
    run = scrapy(copy, "pair", "--processes", "2", "--no-events")
    assert run.returncode == 0
    assert "nothing new" in run.stdout
    assert archive.open(copy).snapshot.id == before.id
    told, _ = run.stdout.split("\n", 1)
    assert f"were compared already, last by the run {before.run_id} (snapshot {before.id})" in told
    assert "`triptych pair --all` compares them again" in told
    assert "new pairs" not in run.stdout


def test_a_crawl_afterwards_keeps_scores_and_stories(copy: Path) -> None:
    columns = ["article_id_a", "article_id_b", "evidence", "score", "details"]
    before = archive.open(copy).pairs(columns=columns).to_pandas().sort_values(columns[:2])
    assert scrapy(copy, "crawl", "demo").returncode == 0
    after = archive.open(copy).pairs(columns=columns).to_pandas().sort_values(columns[:2])
    pd.testing.assert_frame_equal(before.reset_index(drop=True), after.reset_index(drop=True))


def test_everything_again_decides_the_same(copy: Path) -> None:
    before = archive.open(copy)
    run = scrapy(copy, "pair", "--all")
    assert run.returncode == 0, run.stderr
    after = archive.open(copy)
    assert after.snapshot.summary["archive/pairs_decided"] == 0
    assert after.pairs().to_arrow() == before.pairs().to_arrow()


def test_a_no_separates_for_good(copy: Path, tmp_path: Path) -> None:
    """Also where a link or the outlet's own id declares the pair, and in later runs and crawls."""
    ru, en = one(copy, RU), one(copy, EN)
    cranes = rows(copy)[lambda found: found["path"].map(STORY) == STORY[one(copy, CRANES)["path"]]]
    uk_cranes = cranes.loc[cranes["language"] == "uk", "url"].item()
    ru_cranes = cranes.loc[cranes["language"] == "ru", "url"].item()
    file = labels(tmp_path / "labels.csv", (ru["url"], en["article_id"], "no"), (uk_cranes, ru_cranes, "ні"))
    run = scrapy(copy, "pair", "--labels", str(file))
    assert (run.returncode, run.stderr) == (0, "")
    for again in ([], ["pair", "--all"], ["crawl", "demo"]):
        if again:
            assert scrapy(copy, *again).returncode == 0
        assert pair(copy, RU, EN) is None
        assert one(copy, RU)["story_id"] != one(copy, EN)["story_id"]
        assert pair(copy, "porakhuvaly-zhuravliv", CRANES) is None
        assert len(rows(copy).query("url == @uk_cranes or url == @ru_cranes")["story_id"].unique()) == 2
    # the third variant stays with one of them
    assert one(copy, UK)["story_id"] in {one(copy, RU)["story_id"], one(copy, EN)["story_id"]}
    past = archive.open(copy).pairs(as_of=archive.open(copy).snapshot.committed_at).to_pandas()
    assert len(past) == len(archive.open(copy).pairs().to_pandas())


def test_a_yes_joins_and_a_later_word_replaces_it(copy: Path, tmp_path: Path) -> None:
    ferry, prize = one(copy, "porom-cherez"), one(copy, "lighthouse-prize")
    for said, joined in (("yes", True), ("no", False), ("yes", True)):
        file = labels(tmp_path / "labels.csv", (ferry["url"], prize["url"], said))
        assert scrapy(copy, "pair", "--labels", str(file)).returncode == 0
        found = pair(copy, "porom-cherez", "lighthouse-prize")
        assert (found is not None) is joined
        stories = {one(copy, part)["story_id"] for part in ("porom-cherez", "lighthouse-prize")}
        assert (len(stories) == 1) is joined
        if found is not None:
            assert found["evidence"] == "label"
    assert scrapy(copy, "pair", "--all").returncode == 0
    assert pair(copy, "porom-cherez", "lighthouse-prize")["evidence"] == "label"


def test_labels_that_cannot_be_used_are_told_line_by_line(copy: Path, tmp_path: Path) -> None:
    uk, en = one(copy, UK)["url"], one(copy, EN)["url"]
    file = labels(
        tmp_path / "labels.csv",
        (uk, "https://elsewhere.example/1", "yes"),
        (uk, uk, "no"),
        (uk, en, "perhaps"),
        (uk, en, ""),
        (uk, en, "yes"),
    )
    run = scrapy(copy, "pair", "--labels", str(file))
    assert run.returncode == 2
    told = run.stderr.splitlines()
    assert [line.split("line ")[1][0] for line in told] == ["2", "3", "4"]
    assert pair(copy, UK, EN)["evidence"] == "label"
    assert scrapy(copy, "pair", "--labels", str(tmp_path / "none.csv")).returncode == 2


def test_review_goes_to_a_file_that_labels_takes_back(copy: Path, tmp_path: Path) -> None:
    """With a sample of `auto` for an audit, whose answers prove a precision."""
    file = tmp_path / "review.csv"
    run = scrapy(copy, "pair", "--review", str(file), "--audit-auto", "2", "--seed", "4")
    assert run.returncode == 0, run.stderr
    with file.open(encoding="utf-8-sig", newline="") as lines:
        found = list(csv.DictReader(lines))
    uncertain = [line for line in found if line["why"] == "uncertain"]
    audit = [line for line in found if line["why"] == "audit"]
    assert f"{len(uncertain)} uncertain pair{' is' if len(uncertain) == 1 else 's are'} in" in run.stdout
    assert "2 of 3 pairs of the tier auto" in run.stdout
    assert all(line["tier"] != "auto" for line in uncertain)
    assert [line["tier"] for line in audit] == ["auto", "auto"]
    for line in audit:
        assert (line["language_a"], line["language_b"]) in {("uk", "ru"), ("uk", "en"), ("ru", "en")}
        assert line["evidence"].index(" ↔ ")
        assert line["outlet_a"] == line["outlet_b"] == "demo"
        assert line["published_at_a"].startswith("2026-04-09")
        line["verdict"] = "yes"
    with file.open("w", encoding="utf-8", newline="") as lines:
        filled = csv.DictWriter(lines, list(found[0]))
        filled.writeheader()
        filled.writerows(found)
    run = scrapy(copy, "pair", "--labels", str(file))
    assert run.returncode == 0
    proved = "audit of auto: 2 of 2 pairs are right: precision 1.000, 95 % interval 0.342 to 1.000 (Wilson)"
    assert proved in run.stdout
    assert "label" in run.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--review", "nowhere/none/review.csv"), "has no folder to lie in"),
        (("--review", "."), "is a folder"),
        (("--review", ""), "--review: no file is named"),
        (("--labels", ""), "--labels: no file is named"),
        (("--audit-auto", "0", "--review", "x.csv"), "'0' is not a number of at least 1"),
        (("--audit-auto", "5"), "--audit-auto writes into the file of --review"),
        (("--labels", "nowhere.csv"), "--labels: nowhere.csv: No such file"),
        (("--explain", "a", "b", "--all"), "goes alone"),
        (("--explain", "a"), "expected 2 arguments"),
        (("--engine", "ray"), "expected dask=tcp://HOST:8786"),
        (("--processes", "0"), "'0' is not a number of at least 1"),
        (("more",), "takes no 'more'"),
    ],
)
def test_a_wrong_argument_is_told_before_anything_is_compared(
    paired: tuple[Path, str], arguments: tuple[str, ...], told: str
) -> None:
    run = scrapy(paired[0], "pair", *arguments)
    assert (run.returncode, run.stdout) == (2, "")
    assert told in run.stderr
    assert "Traceback" not in run.stderr


def test_explain_shows_what_a_person_can_check(paired: tuple[Path, str]) -> None:
    folder = paired[0]
    run = scrapy(folder, "pair", "--explain", one(folder, UK)["url"], one(folder, EN)["url"])
    assert (run.returncode, run.stderr) == (0, "")
    for part in (
        "Боднарук",
        "Bodnaruk",
        "9 квітня",
        "April 9",
        "runner-up",
        "in order",
        "a pair by image, content",
        "In both: ",
    ):
        assert part in run.stdout
    run = scrapy(folder, "pair", "--explain", one(folder, UK)["url"], "https://nowhere.example/")
    assert run.returncode == 1
    assert "https://nowhere.example/" in run.stderr


def test_two_articles_of_one_language_are_explained_too(paired: tuple[Path, str]) -> None:
    urls = rows(paired[0])
    a, b = urls[urls["language"] == "uk"]["url"].tolist()[:2]
    run = scrapy(paired[0], "pair", "--explain", a, b)
    assert (run.returncode, run.stderr) == (0, "")
    assert "cannot be compared (uk and uk)" in run.stdout


def test_no_archive_is_told(tmp_path: Path) -> None:
    run = scrapy(tmp_path / "nothing", "pair")
    assert run.returncode == 6
    assert "crawl" in run.stderr
    assert "Traceback" not in run.stderr
    assert not (tmp_path / "nothing").exists()
