"""Triptych as an add-on of somebody else's Scrapy project: the archive, its pipeline, and the guards.

`ADDONS = {"triptych.addon.Triptych": 500}` and `TRIPTYCH_ARCHIVE = "news-archive"` in the project's settings.
The components are those of crawler/settings.py, where each has its reason. What the project sets itself goes
over ours; a guard that is off by that is told. docs/how-to/use-it-in-a-scrapy-project.md has the whole.
"""

import logging
import os
import sys
from typing import Any, NoReturn

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import UsageError
from scrapy.settings import SETTINGS_PRIORITIES, BaseSettings
from scrapy.utils.misc import load_object

from archive.commands.configuration import NAMES
from archive.exceptions import ArchiveError
from archive.terminal import visible
from archive.writer import ArchiveWriter
from crawler import settings as own
from crawler.downloader.resolver import PublicOnlyResolver
from crawler.extensions.ledger import Ledger
from crawler.middlewares.addresses import AddressMiddleware
from crawler.middlewares.compression import CodingsMiddleware
from crawler.middlewares.exchanges import ExchangeMiddleware
from crawler.middlewares.proxy import ProxyMiddleware
from crawler.story.arguments import NUMBERS, check_settings
from triptych.item_pipeline import ArchivePipeline, archives_nothing

logger = logging.getLogger(__name__)

AFTER = 900
"""Place of our pipeline: behind the project's own, whose numbers are below 1000 by custom."""
_ADDON = SETTINGS_PRIORITIES["addon"]
_GUARDS = (
    *("DOWNLOAD_MAXSIZE", "DOWNLOAD_WARNSIZE", "DOWNLOAD_TIMEOUT", "DOWNLOAD_VERIFY_CERTIFICATES"),
    *("DNS_TIMEOUT", "REDIRECT_MAX_TIMES", "ROBOTSTXT_PARSER", "HTTPPROXY_ENABLED"),
    *("TELNETCONSOLE_ENABLED", "REMOTE_CONTROL_ENABLED"),
)
_OF_THE_RESOLVER = ("ALLOW_PRIVATE_NETWORK", "RESOLVE_TO", "PROXY", "DNS_TIMEOUT")
_RESOLVER = "TWISTED_DNS_RESOLVER"
_MIDDLEWARES = (AddressMiddleware, ProxyMiddleware, ExchangeMiddleware)
_OWN = NAMES | {name for name, _, _ in NUMBERS}


class Triptych:
    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Triptych":
        addon = cls(crawler)
        crawler.signals.connect(addon.guard_names, signal=signals.spider_opened)
        return addon

    @classmethod
    def update_pre_crawler_settings(cls, settings: BaseSettings) -> None:
        """Set what the process reads before any crawl: it makes the resolver of all."""
        if (
            not settings.getbool("TWISTED_REACTOR_ENABLED")
            or settings["TWISTED_REACTOR"] != own.TWISTED_REACTOR
        ):
            _refuse(
                f"the guards and the workers need TWISTED_REACTOR = {own.TWISTED_REACTOR!r} and "
                "TWISTED_REACTOR_ENABLED, as Scrapy has them by itself; take both out of the settings"
            )
        _take_own(settings, _OF_THE_RESOLVER)
        settings.set(_RESOLVER, own.TWISTED_DNS_RESOLVER, _ADDON)

    def update_settings(self, settings: BaseSettings) -> None:
        _take_own(settings, _OWN)
        if not archives_nothing(self._crawler):
            self._check(settings)
        # a crawl of pages is as deep and its addresses as long as its project has it
        for name in ("MOST_STEPS", "LONGEST_ADDRESS"):
            settings.set(name, 0, _ADDON)
        settings.set(_RESOLVER, own.TWISTED_DNS_RESOLVER, _ADDON)
        for name in _GUARDS:
            settings.set(name, getattr(own, name), _ADDON)
        handlers = {**own.DOWNLOAD_HANDLERS, **settings.getdict("DOWNLOAD_HANDLERS")}
        settings.set(
            "DOWNLOAD_HANDLERS", handlers, max(_ADDON, settings.getpriority("DOWNLOAD_HANDLERS") or 0)
        )
        for kind in _MIDDLEWARES:
            settings.setdefault_in_component_priority_dict(
                "DOWNLOADER_MIDDLEWARES", kind, own.DOWNLOADER_MIDDLEWARES[_path(kind)]
            )
        if not _has(settings, "DOWNLOADER_MIDDLEWARES", HttpCompressionMiddleware):
            for coding in (HttpCompressionMiddleware, CodingsMiddleware):
                settings.setdefault_in_component_priority_dict(
                    "DOWNLOADER_MIDDLEWARES", coding, own.DOWNLOADER_MIDDLEWARES[_path(coding)]
                )
        settings.setdefault_in_component_priority_dict("EXTENSIONS", Ledger, own.EXTENSIONS[_path(Ledger)])
        settings.setdefault_in_component_priority_dict("ITEM_PIPELINES", ArchivePipeline, AFTER)
        for sentence in _guards_off(settings):
            logger.warning("Triptych: %s", sentence)

    def guard_names(self) -> None:
        """Guard a reactor that somebody else has set up, as a script with a CrawlerRunner does."""
        from twisted.internet import reactor  # noqa: PLC0415  importing it installs one

        resolver: Any = reactor
        kind = load_object(self._crawler.settings[_RESOLVER])
        if kind is PublicOnlyResolver and not isinstance(resolver.nameResolver, PublicOnlyResolver):
            PublicOnlyResolver.from_crawler(self._crawler, reactor).install_on_reactor()

    def _check(self, settings: BaseSettings) -> None:
        """End with a sentence what could archive nothing, before anything is fetched."""
        if not settings["ARCHIVE_URI"]:
            _refuse(
                "the archive has no name; expected a folder or s3://bucket/prefix in TRIPTYCH_ARCHIVE, such "
                'as TRIPTYCH_ARCHIVE = "news-archive" in settings.py, or `-s TRIPTYCH_ARCHIVE=news-archive`'
            )
        try:
            check_settings(settings)  # type: ignore[arg-type]
        except UsageError as error:
            _refuse(str(error))
        try:
            ArchiveWriter.open(settings["ARCHIVE_URI"], run_id=f"probe-{os.getpid()}").close()
        except (ArchiveError, OSError) as error:
            _refuse(str(error))


def _take_own(settings: BaseSettings, names: Any) -> None:
    """Give our settings the project's TRIPTYCH_<NAME>, else the values of triptych.toml and environment."""
    for name in sorted(names):
        value = settings.get(f"TRIPTYCH_{name}", getattr(own, name, None))
        if name == "ARCHIVE_URI":  # no default: an archive is not begun in whatever folder this runs
            value = settings.get("TRIPTYCH_ARCHIVE") or os.environ.get("TRIPTYCH_ARCHIVE_URI", "")
        settings.set(name, value, _ADDON)


def _guards_off(settings: BaseSettings) -> list[str]:
    """Sentences about guards that the project's own settings leave out."""
    sentences = []
    if settings[_RESOLVER] != own.TWISTED_DNS_RESOLVER:
        sentences.append(
            f"private addresses are not refused by what they resolve to, as {_RESOLVER} is the project's"
        )
    handlers = settings.getdict("DOWNLOAD_HANDLERS")
    for scheme, guarded in own.DOWNLOAD_HANDLERS.items():
        if handlers.get(scheme) != guarded:
            sentences.append(f"{scheme}:// goes unguarded through the project's handler, {handlers[scheme]}")
    if not settings.getint("DOWNLOAD_MAXSIZE"):
        sentences.append("a body may be of any size, as DOWNLOAD_MAXSIZE is 0")
    if not settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES"):
        sentences.append("certificates are not verified, as DOWNLOAD_VERIFY_CERTIFICATES is off")
    if settings.getbool("HTTPPROXY_ENABLED"):
        sentences.append(
            "a proxy of the environment may be asked for private addresses, as HTTPPROXY_ENABLED is on"
        )
    return sentences


def _has(settings: BaseSettings, name: str, kind: type) -> bool:
    return any(load_object(path) is kind for path in settings.getdict(name))


def _path(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _refuse(message: str) -> NoReturn:
    print(f"triptych: {visible(message)}", file=sys.stderr)
    raise SystemExit(2)
