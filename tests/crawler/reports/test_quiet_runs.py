"""Runs that nobody watches: what they print, log and report, and what the first Ctrl-C says."""

from __future__ import annotations

import json
import re
import signal
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from archive.commands.exit_codes import ExitCode
from archive.writer import ArchiveWriter
from crawler.reports import run_report
from crawler.reports.run_report import Ending
from tests.newsrooms.herald import Herald
from tests.newsrooms.newsroom import Answer
from tests.support.forked import A_WHILE, HEARTBEAT, ROOT, scrapy

TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"


def test_runs_without_a_terminal(herald: Herald, tmp_path: Path) -> None:
    logs, file = tmp_path / "logs", tmp_path / "report.json"
    herald.publish(1, 2)
    herald.announce(1, 2)

    def run() -> tuple[Any, dict[str, Any]]:
        # none of these runs has to wait for Scrapy's heartbeat
        quiet = {"TRIPTYCH_LOG_TO": "auto", "TRIPTYCH_LOGS_FOLDER": str(logs), HEARTBEAT: str(A_WHILE)}
        done = herald.crawl("--report", str(file), **quiet)
        return done, json.loads(file.read_text("utf-8"))

    first, report = run()
    assert (first.exit_code, first.err) == (0, "")
    assert re.match(rf"{TIME} UTC  herald\n", first.out)
    # cron mails what is printed: the stories are in the archive
    assert "Stories of this run" not in first.out
    assert len(first.out.splitlines()) < 15
    begun, ended = (datetime.fromisoformat(report.pop(key)) for key in ("begun_at", "ended_at"))
    assert begun <= ended
    counts = report.pop("counts")
    assert counts["archived"] == 6
    assert counts["run/problems"] == 0
    assert re.fullmatch(r"\d{8}T\d{6}Z-herald-\d+", report.pop("run_id"))
    assert report.pop("snapshots")[0] == 1
    assert report == {
        "outlet": "herald", "errand": "crawl", "archive": str(herald.archive), "ended": "ok", "exit_code": 0,
        "problems": [], "missed": {}, "monitors": [], "not_crawled": [], "unread": {}, "owed": 0,
        "log": str(logs / "herald.log"),
    }  # fmt: skip

    again, report = run()
    assert re.fullmatch(rf"{TIME} UTC  herald: nothing new; 2 addresses: skipped 2 \(known 2\)\n", again.out)
    assert (again.err, report["ended"], report["exit_code"]) == ("", "nothing-new", 0)
    asked = ("-s", "EXIT_NOTHING_NEW=True", "--report", str(file))
    assert herald.crawl(*asked, "--limit", "1", command="revisit").exit_code == 7
    report = json.loads(file.read_text("utf-8"))
    assert (report["ended"], report["exit_code"]) == ("nothing-new", 7)

    herald.announce(1, 2, 3)
    herald.site["/news/3"] = Answer(b"", 500)
    owing, report = run()
    assert (owing.exit_code, report["ended"], report["exit_code"], report["owed"]) == (3, "owed", 3, 1)

    for path in herald.site.answers:
        if "news/" not in path:
            herald.site[path] = Answer(b"", 500)
    failed, report = run()
    assert (failed.exit_code, report["ended"], report["exit_code"]) == (1, "lost", 1)
    assert list(report["unread"].values()) == ["http-500"] * len(report["unread"]) != []
    assert failed.err.splitlines() == [
        f"triptych crawl: {report['problems'][0]}", f"triptych crawl: the log is {logs / 'herald.log'}",
    ]  # fmt: skip
    logged = (logs / "herald.log").read_text("utf-8").splitlines()
    assert logged
    assert all(re.match(rf"{TIME} \[", line) for line in logged)


def test_the_first_signal_says_what_it_does(herald: Herald, tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    herald.publish(*range(1, 7), languages=("uk",))
    herald.announce(*range(1, 7))
    herald.site.hold_after = 5
    process = herald.start("--report", str(file))
    herald.site.wait_for(6, process)
    process.send_signal(signal.SIGINT)
    assert process.stderr is not None
    # while the server still holds the pages back
    told = process.stderr.readline()
    assert re.fullmatch(r"triptych crawl: stopping; \d+ requests under way are finished, and what came is "
                        r"published\. Once more \(Ctrl-C\) stops now: .*\n", told), told  # fmt: skip
    herald.site.over.set()
    out, err = process.communicate(timeout=A_WHILE)
    assert process.returncode == 130, out + err
    report = json.loads(file.read_text("utf-8"))
    assert (report["ended"], report["exit_code"]) == ("interrupted", 130)
    assert report["counts"]["failed(unfinished)"] > 0


def test_a_report_that_cannot_be_written_is_told_before_anything_is_fetched(herald: Herald) -> None:
    run = herald.crawl("--report", "/nowhere/report.json")
    assert run.exit_code == 2
    assert "--report /nowhere/report.json: there is no such folder" in run.err
    assert herald.site.requests == []


def test_a_request_is_not_waited_for_when_the_crawl_has_ended(herald: Herald) -> None:
    process = herald.start("--report", "/nowhere/report.json")
    with pytest.raises(AssertionError, match=r"ended with 2, asked \[\]:[\s\S]*there is no such folder"):
        herald.site.wait_for(1, process)


def test_a_place_for_the_log_that_nobody_knows_is_refused(herald: Herald) -> None:
    run = herald.crawl(TRIPTYCH_LOG_TO="syslog")
    assert (run.exit_code, herald.site.requests) == (2, [])
    assert "LOG_TO='syslog': expected auto, file or stderr" in run.err
    run = herald.crawl(TRIPTYCH_LOG_TO="file", TRIPTYCH_LOGS_FOLDER="/proc/here")
    assert (run.exit_code, herald.site.requests) == (2, [])
    assert "LOGS_FOLDER: /proc/here/herald.log cannot be written" in run.err


def test_neither_a_log_nor_metrics_are_written_into_an_archive(herald: Herald, tmp_path: Path) -> None:
    ArchiveWriter.open(tmp_path / "other", run_id="r").close()
    inside = tmp_path / "other/logs"
    run = herald.crawl(TRIPTYCH_LOG_TO="file", TRIPTYCH_LOGS_FOLDER=str(inside))
    assert (run.exit_code, herald.site.requests) == (2, [])
    watch, every = (
        scrapy(*words, str(inside), "--archive", str(tmp_path / root), module="triptych")
        for words, root in ((("watch", "--metrics"), "other"), (("crawl", "--all", "--logs"), "new"))
    )
    assert (watch.returncode, every.returncode) == (2, 2)
    for said in (run.err, watch.stderr, every.stderr):
        assert f"is in the archive {tmp_path / 'other'}" in said
    assert not inside.exists()


def test_the_table_of_endings_is_that_of_the_code() -> None:
    page = (ROOT / "docs/reference/outcomes.md").read_text("utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \| (\d+) \|", page[page.index("## Exit codes") :], re.M)
    assert {word: int(code) for word, code in rows} == {one.value: one.exit_code for one in Ending}
    table = re.findall(r"^\| (\d+) \|", page, re.M)
    assert [int(code) for code in table] == [*ExitCode]


@pytest.mark.parametrize("key", run_report.RunReport.__dataclass_fields__)
def test_each_key_of_the_report_is_documented(key: str) -> None:
    page = (ROOT / "docs/reference/outcomes.md").read_text("utf-8")
    assert f"`{key}`" in page[page.index("## The report of a run") :]
