"""`triptych watch` and a crawl with Spidermon: who is told what, by real servers on loopback."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiosmtpd.smtp import SMTP

from archive.operations.verify import check
from crawler.health.monitoring.limits import Limits
from crawler.health.monitoring.notice_memory import Checked, Notice, notice_of
from crawler.health.monitoring.notices import Mail, SendError
from crawler.health.monitoring.rules import Alarm
from tests.crawler.health.monitoring.test_rules import accounts
from tests.newsrooms.herald import Herald
from tests.support import forked
from tests.support.crawled_days import WHOLE, Day, days_of


class Services:
    """Slack, Telegram and a webhook by HTTP, and a mail server: what each was told."""

    def __init__(self) -> None:
        self.posts: list[tuple[str, dict[str, Any], str]] = []
        """Path, document, Authorization."""
        self.mails: list[str] = []
        self.status = 200
        services = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                is_json = "json" in self.headers["Content-Type"]
                document = json.loads(body) if is_json else {k: v[0] for k, v in parse_qs(body).items()}
                services.posts.append((self.path, document, self.headers.get("Authorization", "")))
                self.send_response(services.status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(b'{"ok": true}')

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._loop = asyncio.new_event_loop()

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:
        self.mails.append(envelope.content.decode())
        self.to = envelope.rcpt_tos
        return "250 taken"

    def __enter__(self) -> Services:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        listening = self._loop.create_server(lambda: SMTP(self, loop=self._loop), "127.0.0.1", 0)
        self._mail = self._loop.run_until_complete(listening)
        self._looping = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._looping.start()
        base = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.settings = {
            "SPIDERMON_SLACK_SENDER_TOKEN": "xoxb-secret",
            "SPIDERMON_SLACK_RECIPIENTS": "#news",
            "SPIDERMON_SLACK_API": f"{base}/slack/",
            "SPIDERMON_TELEGRAM_SENDER_TOKEN": "12:secret",
            "SPIDERMON_TELEGRAM_RECIPIENTS": "77,78",
            "SPIDERMON_TELEGRAM_API": base,
            "SPIDERMON_EMAIL_SENDER": "triptych@archive.example",
            "SPIDERMON_EMAIL_TO": "desk@archive.example, night@archive.example",
            "SPIDERMON_SMTP_HOST": "127.0.0.1",
            "SPIDERMON_SMTP_PORT": str(self._mail.sockets[0].getsockname()[1]),
            "TRIPTYCH_WATCH_WEBHOOK": f"{base}/hook",
            "TRIPTYCH_WATCH_WEBHOOK_AUTHORIZATION": "Bearer secret",
        }
        return self

    def __exit__(self, *args: object) -> None:
        self._loop.call_soon_threadsafe(self._mail.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._looping.join()
        self._loop.close()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def services() -> Iterator[Services]:
    with Services() as running:
        yield running


def watch(root: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return forked.scrapy(
        "watch", *arguments, "-s", "SPIDER_MODULES=tests.spiders.expecting", COLUMNS="200",
        TRIPTYCH_ARCHIVE_URI=str(root), **environment,
    )  # fmt: skip


def test_what_is_new_is_told_everywhere_and_once(tmp_path: Path, services: Services) -> None:
    root = tmp_path / "news"
    days_of(root, [Day(en=2)] * 2, until=datetime.now(UTC) - timedelta(days=8))
    accounts(root, (1, WHOLE))
    check(root)
    dry = watch(root, "--dry-run", "--json", **services.settings)
    assert dry.returncode == 4, dry.stderr
    (alarm,) = json.loads(dry.stdout)["alarms"]
    assert (alarm["outlet"], alarm["rule"]) == ("gazette", "newest")
    assert alarm["told"].startswith("newest: nothing new for 8 days; see http://herald")
    told = f"gazette: {alarm['told']}"
    assert not services.posts

    # one of the places is away: the others are told, and the exit code says so
    away = {**services.settings, "SPIDERMON_SMTP_PORT": "1"}
    first = watch(root, **away)
    assert (first.returncode, first.stdout) == (
        1,
        f"newest            {told}\n1 outlet is crawled: 1 alarm.\n",
    )
    assert "not told, Mail: " in first.stderr
    assert "127.0.0.1:1 took no mail" in first.stderr
    assert "Traceback" not in first.stderr
    by_path = {path: (document, authorization) for path, document, authorization in services.posts}
    assert [path for path, _, _ in services.posts] == [
        "/slack/chat.postMessage", "/bot12:secret/sendMessage", "/bot12:secret/sendMessage", "/hook",
    ]  # fmt: skip
    text = f"Triptych: 1 new ({root})\nnew: {told}"
    slack, authorization = by_path["/slack/chat.postMessage"]
    assert (slack["channel"], slack["text"], authorization) == ("#news", text, "Bearer xoxb-secret")
    assert [document for _, document, _ in services.posts[1:3]] == [
        {"chat_id": "77", "text": text}, {"chat_id": "78", "text": text},
    ]  # fmt: skip
    hook, authorization = by_path["/hook"]
    assert (hook["text"], authorization) == (text, "Bearer secret")
    assert hook["new"] == [{"outlet": "gazette", "rule": "newest", "told": told.partition(": ")[2]}]

    services.posts.clear()
    again = watch(root, **services.settings)
    assert (again.returncode, services.posts, services.mails) == (4, [], [])

    # a crawl brings something: that is news, once, to whoever was told
    days_of(root, [Day(uk=11, en=0)], until=datetime.now(UTC))
    well = watch(root, **services.settings)
    assert (well.returncode, well.stdout) == (0, "1 outlet is crawled: nothing is wrong.\n")
    assert len(services.posts) == 4
    (mail,) = services.mails
    assert "Subject: Triptych: 1 over " in mail.replace("\r\n ", " ")
    assert f"over: {told}" in mail.replace("=\r\n", "")
    assert services.to == ["desk@archive.example", "night@archive.example"]


def test_without_a_place_the_news_goes_to_stderr_for_cron_to_mail(tmp_path: Path) -> None:
    root = tmp_path / "news"
    days_of(root, [Day(en=2)] * 2, until=datetime.now(UTC) - timedelta(days=8))
    accounts(root, (1, WHOLE))
    check(root)
    first, second = watch(root), watch(root)
    assert first.returncode == second.returncode == 4
    (news,) = first.stderr.splitlines()[1:]
    assert news.startswith("new: gazette: newest: nothing new for 8 days; see http://")
    assert (second.stderr, second.stdout) == ("", first.stdout)


def test_an_archive_that_cannot_be_read_is_told_once_and_ends_no_other_alarm(
    tmp_path: Path, services: Services
) -> None:
    root = tmp_path / "news"
    accounts(root, (24 * 5, WHOLE))
    settings = {name: value for name, value in services.settings.items() if "WEBHOOK" in name}

    def told() -> dict[str, list[str | None]]:
        """The rules of the one notice since the last call."""
        [(_, document, _)] = services.posts
        services.posts.clear()
        return {state: [alarm["rule"] for alarm in document[state]] for state in ("new", "still", "over")}

    assert watch(root, **settings).returncode == 4
    assert told() == {"new": ["crawls"], "still": [], "over": []}
    root.rename(tmp_path / "away")
    done = watch(root, **settings)
    assert (done.returncode, len(done.stderr.splitlines())) == (6, 1)
    assert told() == {"new": ["archive"], "still": [], "over": []}
    assert watch(root, **settings).returncode == 6
    assert services.posts == []
    (tmp_path / "away").rename(root)
    assert watch(root, **settings).returncode == 4
    assert told() == {"new": [], "still": [], "over": ["archive"]}


def test_what_was_told_of_the_archive_is_not_over_while_it_cannot_be_read(tmp_path: Path) -> None:
    at, root = datetime(2026, 3, 1, tzinfo=UTC), tmp_path / "news"
    disk, unreadable = Alarm("", "disk", "full"), Alarm("", "archive", "cannot be read")
    notice_of(Checked(at, "news", root, ()), [disk], Limits()).remember()
    away = notice_of(Checked(at, "news", root, (), is_readable=False), [unreadable], Limits())
    assert (away.new, away.still, away.over) == ((unreadable,), (), ())
    away.remember()
    back = notice_of(Checked(at, "news", root, ()), [disk], Limits())
    assert (back.new, back.still, back.over) == ((), (), (unreadable,))


@pytest.mark.parametrize(
    ("host", "encrypted", "refused"),
    [("mail.invalid", False, True), ("mail.invalid", True, False), ("127.0.0.1", False, False)],
)
def test_a_password_goes_unencrypted_to_this_machine_alone(host: str, encrypted: bool, refused: bool) -> None:
    smtp = {"host": host, "port": 1, "user": "desk", "password": "secret", "tls": encrypted, "ssl": False}
    mail = Mail(smtp=smtp, to=["desk@archive.example"])
    with pytest.raises(SendError, match="password unencrypted" if refused else ":1 took no mail"):
        mail.send_message(EmailMessage())


def test_a_service_that_refuses_is_told_without_its_token(tmp_path: Path, services: Services) -> None:
    root = tmp_path / "news"
    accounts(root, (24 * 5, WHOLE))
    services.status = 500
    settings = {name: value for name, value in services.settings.items() if "TELEGRAM" in name}
    done = watch(root, **settings)
    assert done.returncode == 1
    assert "not told, Telegram: " in done.stderr
    assert "Telegram answered 500" in done.stderr
    assert "secret" not in done.stderr
    # it reached nobody, so it is news the next time
    services.status = 200
    services.posts.clear()
    assert watch(root, **settings).returncode == 4
    assert len(services.posts) == 2


def test_a_crawl_ends_with_what_spidermon_found(herald: Herald, services: Services, tmp_path: Path) -> None:
    herald.publish(1)
    herald.announce(1, 2)  # and of what is not there: an observation, which is no item
    suite = tmp_path / "own_suite.py"
    suite.write_text(
        "from spidermon import MonitorSuite\n"
        "from spidermon.contrib.scrapy.monitors import FinishReasonMonitor, ItemCountMonitor\n"
        "class OwnSuite(MonitorSuite):\n"
        "    monitors = [FinishReasonMonitor, ItemCountMonitor]\n"
    )
    suites = "own_suite.OwnSuite,crawler.health.monitoring.monitors.CrawlSuite"
    run = herald.crawl(
        "-s", "SPIDERMON_ENABLED=True", "-s", "SPIDERMON_MIN_ITEMS=1000",
        "-s", f"SPIDERMON_SPIDER_CLOSE_MONITORS={suites}",
        PYTHONPATH=os.pathsep.join([str(forked.ROOT), str(tmp_path)]), **services.settings,
    )  # fmt: skip
    assert run.exit_code == 4, run.err
    assert "monitor   Extracted Items Monitor/test_stat_monitor: Expecting 'item_scraped_count'" in run.out
    assert "Current value: '3.0'" in run.out.replace("\n", " ")
    assert run.out.count("monitor   ") == 1  # and so our own suite is content
    assert services.posts == []


def test_a_text_says_what_it_says_and_ends() -> None:
    alarm = Alarm("gazette", "reasons", "failed(error-\x1b[31m) <!channel>\n")
    notice = Notice("news", tuple([alarm] * 100), (), ())
    text = notice.text(3500)
    assert len(text) < 3600
    assert text.startswith(
        "Triptych: 100 new (news)\nnew: gazette: failed(error-\ufffd[31m) <!channel>\ufffd\n"
    )
    assert text.endswith("\n… `triptych watch` has all")
