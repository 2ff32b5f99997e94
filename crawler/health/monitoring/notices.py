"""Notices of alarms: Spidermon's actions for Slack, Telegram and mail, and a webhook of any kind.

Each tells what is new, what is over, and once a day what still holds. The settings are Spidermon's own; we
send in one request with a time limit, escape what the service would obey, and name no secret in an error.
"""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from html import escape
from typing import Any, ClassVar

import requests
from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from spidermon.contrib.actions.email import SendEmail
from spidermon.contrib.actions.slack import SendSlackMessage, SlackMessageManager
from spidermon.contrib.actions.telegram import SendTelegramMessage
from spidermon.core.actions import Action
from spidermon.exceptions import SkipAction

from archive.operations.cluster import is_loopback
from archive.terminal import visible
from crawler.health.monitoring.notice_memory import Notice

_SECONDS = 30
_LONGEST = 3500
"""Characters; Telegram takes 4,096, Slack 40,000."""
_TELEGRAM = "https://api.telegram.org"


class SendError(Exception):
    """A notice that did not arrive; the message names no secret."""


class _WithNotice:
    notice: Notice

    def _news(self) -> Notice:
        if not self.notice:
            raise SkipAction("nothing is new")
        return self.notice


def _posted(service: str, address: str, document: dict[str, Any], **headers: str) -> Any:
    """The answer to a POST, as JSON where it is that. Raises SendError."""
    try:
        answer = requests.post(
            address, json=document, headers=headers, timeout=_SECONDS, allow_redirects=False
        )
    except requests.RequestException as error:
        # the message of these has the whole address, and a token may be part of that
        raise SendError(f"{service} could not be reached: {type(error).__name__}") from None
    if not answer.ok or answer.is_redirect:
        raise SendError(f"{service} answered {answer.status_code}: {visible(answer.text[:200])}")
    return answer


class Slack(_WithNotice, SendSlackMessage):  # type: ignore[misc]
    """SPIDERMON_SLACK_SENDER_TOKEN, _SENDER_NAME and _RECIPIENTS."""

    needed: ClassVar[tuple[str, ...]] = ("SPIDERMON_SLACK_SENDER_TOKEN", "SPIDERMON_SLACK_RECIPIENTS")

    def __init__(self, *, api: str | None = None, sender_name: str | None = None, **kwargs: Any) -> None:
        super().__init__(sender_name=sender_name or "Triptych", **kwargs)
        self.manager = _SlackManager(kwargs["sender_token"], sender_name or "Triptych", self.fake, api)

    @classmethod
    def from_crawler_kwargs(cls, crawler: Crawler) -> dict[str, Any]:
        values: dict[str, Any] = super().from_crawler_kwargs(crawler)
        return {**values, "api": crawler.settings.get("SPIDERMON_SLACK_API")}

    def run_action(self) -> None:
        text = escape(self._news().text(_LONGEST), quote=False)
        try:
            self.manager.send_message(self.recipients, text, link_names=0)
        except SlackApiError as error:
            raise SendError(f"Slack answered {visible(str(error.response.get('error')))}") from None
        except OSError as error:
            raise SendError(f"Slack could not be reached: {type(error).__name__}") from None


class _SlackManager(SlackMessageManager):  # type: ignore[misc]
    def __init__(self, token: str, name: str, fake: bool, api: str | None) -> None:
        super().__init__(token, name, fake)
        self._client = WebClient(token, base_url=api or WebClient.BASE_URL, timeout=_SECONDS)

    def _get_icon_url(self) -> None:
        """Ask for no list of users: that needs a right more, and the app has an icon."""


class Telegram(_WithNotice, SendTelegramMessage):  # type: ignore[misc]
    """SPIDERMON_TELEGRAM_SENDER_TOKEN and _RECIPIENTS."""

    needed: ClassVar[tuple[str, ...]] = ("SPIDERMON_TELEGRAM_SENDER_TOKEN", "SPIDERMON_TELEGRAM_RECIPIENTS")

    def __init__(self, *, api: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._address = f"{api or _TELEGRAM}/bot{kwargs['sender_token']}/sendMessage"
        self.manager._client = self

    @classmethod
    def from_crawler_kwargs(cls, crawler: Crawler) -> dict[str, Any]:
        values: dict[str, Any] = super().from_crawler_kwargs(crawler)
        return {**values, "api": crawler.settings.get("SPIDERMON_TELEGRAM_API")}

    def run_action(self) -> None:
        self.manager.send_message(self.recipients, self._news().text(_LONGEST))

    def send_message(self, text: str, recipient: str) -> None:
        """Send it as it is: Spidermon's own is Markdown, where `articles_a_day` is an error."""
        _posted("Telegram", self._address, {"chat_id": recipient, "text": text})


class Mail(_WithNotice, SendEmail):  # type: ignore[misc]
    """SPIDERMON_EMAIL_SENDER, _TO, _CC, _BCC, _REPLY_TO and SPIDERMON_SMTP_….

    Spidermon's own goes through scrapy.mail, which is deprecated, needs a reactor and a password, and makes
    the whole message a part of itself.
    """

    needed: ClassVar[tuple[str, ...]] = ("SPIDERMON_EMAIL_TO", "SPIDERMON_SMTP_HOST")

    def __init__(self, *, smtp: dict[str, Any], sender: str | None = None, **kwargs: Any) -> None:
        super().__init__(sender or kwargs["to"][0], **{**kwargs, "subject": kwargs.get("subject") or "-"})
        self._smtp = smtp

    @classmethod
    def from_crawler_kwargs(cls, crawler: Crawler) -> dict[str, Any]:
        settings = crawler.settings
        ssl_ = settings.getbool("SPIDERMON_SMTP_ENFORCE_SSL")
        smtp = {
            "host": settings["SPIDERMON_SMTP_HOST"],
            "port": settings.getint("SPIDERMON_SMTP_PORT") or (smtplib.SMTP_SSL_PORT if ssl_ else 25),
            "user": settings.get("SPIDERMON_SMTP_USER"),
            "password": settings.get("SPIDERMON_SMTP_PASSWORD") or "",
            "tls": settings.getbool("SPIDERMON_SMTP_ENFORCE_TLS"),
            "ssl": ssl_,
        }
        values: dict[str, Any] = super().from_crawler_kwargs(crawler)
        return {**values, "smtp": smtp}

    def run_action(self) -> None:
        notice = self._news()
        message = EmailMessage()
        message["Subject"] = notice.subject
        message["From"], message["To"] = self.sender, ", ".join(self.to)
        message["Date"], message["Message-ID"] = formatdate(), make_msgid()
        if self.cc:
            message["Cc"] = ", ".join(self.cc)
        if self.reply_to:
            message["Reply-To"] = self.reply_to
        message.set_content(notice.text())
        self.send_message(message)

    def send_message(self, message: EmailMessage, **kwargs: Any) -> None:
        del kwargs
        smtp, to = self._smtp, [*self.to, *(self.cc or ()), *(self.bcc or ())]
        if smtp["user"] and not (smtp["ssl"] or smtp["tls"] or is_loopback(f"tcp://{smtp['host']}")):
            raise SendError(
                f"{smtp['host']} would get the password unencrypted: set SPIDERMON_SMTP_ENFORCE_TLS or _SSL"
            )
        context = ssl.create_default_context()
        try:
            with (
                smtplib.SMTP_SSL(smtp["host"], smtp["port"], timeout=_SECONDS, context=context)
                if smtp["ssl"]
                else smtplib.SMTP(smtp["host"], smtp["port"], timeout=_SECONDS)
            ) as server:
                if smtp["tls"]:
                    server.starttls(context=context)
                if smtp["user"]:
                    server.login(smtp["user"], smtp["password"])
                server.send_message(message, self.sender, to)
        except (smtplib.SMTPException, OSError) as error:
            raise SendError(f"{smtp['host']}:{smtp['port']} took no mail: {visible(str(error))}") from None


class Webhook(_WithNotice, Action):  # type: ignore[misc]
    """A POST of JSON to WATCH_WEBHOOK: `text` for people, and `subject`, `new`, `still`, `over`."""

    needed: ClassVar[tuple[str, ...]] = ("WATCH_WEBHOOK",)

    def __init__(self, address: str, authorization: str | None = None) -> None:
        super().__init__()
        self._address, self._authorization = address, authorization

    @classmethod
    def from_crawler_kwargs(cls, crawler: Crawler) -> dict[str, Any]:
        settings = crawler.settings
        return {
            "address": settings["WATCH_WEBHOOK"],
            "authorization": settings.get("WATCH_WEBHOOK_AUTHORIZATION"),
        }

    def run_action(self) -> None:
        headers = {"Authorization": self._authorization} if self._authorization else {}
        _posted("the webhook", self._address, self._news().document(), **headers)


class Remember(_WithNotice, Action):  # type: ignore[misc]
    """Runs last, and remembers what was sent; what reached nobody is sent again the next time."""

    def run_action(self) -> None:
        tried = False
        for action in self.result.step.all_items:
            if action.status == "OK":
                self.notice.remember()
                return
            tried = tried or (action.status != "SKIPPED" and action.item is not self)
        if not tried:
            self.notice.remember()


NOTICES: tuple[Any, ...] = (Slack, Telegram, Mail, Webhook)


def configured(settings: BaseSettings) -> list[Any]:
    """Return the actions whose settings are set."""
    return [notice for notice in NOTICES if all(settings.get(name) for name in notice.needed)]
