"""A crawl and MEMUSAGE_LIMIT_MB: it is of the crawl's own memory, and what it stops is not whole."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.newsrooms.herald import Herald
from tests.support.running import ROOT, Crawl

LIMIT = ("-s", "MEMUSAGE_LIMIT_MB=600")
SCHEDULER = """
import json, subprocess, sys
held = bytearray(b"1") * (700 << 20)
done = subprocess.run(json.loads(sys.argv[1]), check=False)
sys.exit(done.returncode)
"""


def test_memory_of_the_process_that_starts_a_crawl_is_not_its_own(herald: Herald, crawl: Crawl) -> None:
    herald.publish(1)
    herald.announce(1)
    line = crawl.command_line(*herald.arguments, *LIMIT)
    port = {"HERALD_PORT": str(herald.site.port)}
    command = [
        sys.executable,
        "-c",
        SCHEDULER,
        json.dumps(["env", *(f"{k}={v}" for k, v in port.items()), *line]),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(herald.table("articles")) == 3


def test_a_crawl_that_its_limit_stops_before_it_has_asked_for_anything_is_no_success(herald: Herald) -> None:
    herald.publish(1)
    herald.announce(1)
    run = herald.crawl("-s", "MEMUSAGE_LIMIT_MB=1")
    assert run.exit_code == 5
    assert "more than MEMUSAGE_LIMIT_MB, 1 MB" in run.err
    assert "stopped before 2 of its 2 sitemaps and feeds were read" in run.err
    assert herald.crawl().exit_code == 0
    assert len(herald.table("articles")) == 3
