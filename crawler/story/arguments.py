"""Arguments given as `-a NAME=VALUE`, checked before anything is fetched."""

import datetime as dt
import difflib
import re
from dataclasses import dataclass
from pathlib import Path

from scrapy.settings import SETTINGS_PRIORITIES, Settings, default_settings

from archive.format.reasons import Reason
from archive.storage import path_guard
from archive.terminal import visible
from crawler.downloader.proxy_setting import read_proxy
from crawler.downloader.public_hosts import refusal
from crawler.downloader.resolver import pinned_names
from crawler.extraction.fields.dates.timezones import last_day
from crawler.reports.terminal import WrongUse
from crawler.revisit.schedule import Visit

REASONS = {
    Reason.SCHEME: "only http and https addresses can be crawled",
    Reason.NO_HOST: "it names no host",
    Reason.BAD_URL: "it is not an address",
    Reason.CREDENTIALS: "it carries a user name or password",
    Reason.PRIVATE_ADDRESS: "it leads into a private network; set ALLOW_PRIVATE_NETWORK=True if you mean it",
}

# an address may have a comma of its own
_NEXT = re.compile(r",(?=\s*[a-z]+:)", re.IGNORECASE)

_SLIP = 0.9
"""How alike two names of settings are of which one is mistyped."""
FIRST_DAY = dt.date(1991, 8, 6)

NUMBERS = (
    ("EXTRACTION_PROCESSES", int, 1),
    ("EXTRACTION_TIMEOUT", float, 0.1),
    ("BACKOFF_DELAY", float, 0.01),
    ("BACKOFF_LONGEST", float, 0.01),
    ("RETRY_AFTER_LONGEST", float, 0),
    ("REFUSALS_IN_A_ROW", int, 1),
    ("PAGE_BUDGET", int, 1),
    ("PAIR_SECONDS", float, 0),
    ("MISSES_APART", float, 0),
    ("LIST_BUDGET", int, 1),
    ("DEBT_SHARE", float, 0),
)
"""Settings that are numbers, and the least that can be meant."""


@dataclass(frozen=True, slots=True)
class Arguments:
    urls: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    """Lines of the urls file that are no addresses, and why; the good ones are crawled all the same."""
    since: dt.date | None = None
    until: dt.date | None = None
    """Exclusive."""
    pages: int | None = None
    """Pages that this run may ask for; None where nothing was said."""
    day: int = 1
    """Of the demo's newsroom."""
    visits: tuple[Visit, ...] | None = None
    """Of a revisit: what is due; None for a crawl."""
    at: dt.datetime | None = None
    """The moment of a revisit's plan; None for now."""
    most_debts: int | None = None
    """Debts that a revisit may ask for, where its limit leaves fewer than their share."""


def read_arguments(arguments: dict[str, str], *, accepts: tuple[str, ...], allow_private: bool) -> Arguments:
    """Raises WrongUse, in one sentence, for anything that cannot be meant."""
    for name in arguments:
        if name not in accepts:
            accepted = ", ".join(accepts) if accepts else "none"
            raise WrongUse(f"unknown argument {name!r}; this spider takes: {accepted}")
    _check_combination(arguments)
    since, until = _date(arguments, "since"), _date(arguments, "until")
    today = last_day()
    if since and not FIRST_DAY <= since <= today:
        when = f"after today, {today}" if since > today else "before there was a web"
        raise WrongUse(f"since={since} is {when}")
    if since and until and since >= until:
        raise WrongUse(f"since={since} must be before until={until}")
    if until and not since:
        raise WrongUse("until=DATE needs since=DATE")
    if "url" in arguments:
        return _read_urls(arguments["url"], allow_private=allow_private)
    if "urls" in arguments:
        return _read_file(Path(arguments["urls"]), allow_private=allow_private)
    pages, day = _number(arguments, "pages"), _number(arguments, "day") or 1
    return Arguments(since=since, until=until, pages=pages, day=day)


def _check_combination(arguments: dict[str, str]) -> None:
    if "url" in arguments and "urls" in arguments:
        raise WrongUse("give either url=URL or urls=FILE, not both")
    if "url" not in arguments and "urls" not in arguments:
        return
    if "since" in arguments:
        raise WrongUse("since= walks the outlet's archive; it cannot be combined with url= or urls=")
    if "pages" in arguments:
        raise WrongUse("pages= bounds what is discovered; url= and urls= name all that is asked for")


def _read_urls(text: str, *, allow_private: bool) -> Arguments:
    urls = list(filter(None, (part.strip(" ,") for part in _NEXT.split(text))))
    if not urls:
        raise WrongUse("url= is empty; give the address of an article")
    for url in urls:
        if reason := refusal(url, allow_private=allow_private):
            raise WrongUse(f"url={url!r}: {REASONS[reason]}")
    return Arguments(urls=tuple(urls))


_CHOICES = (
    ("KEEP_RAW", ("warc", "none")),
    ("LOG_TO", ("auto", "file", "stderr")),
    ("FEED_NAMES", ("archive", "zyte")),
)


def check_settings(settings: Settings) -> None:
    """Raises WrongUse for a value of our own settings that cannot be meant, and a mistyped name."""
    _check_names(settings)
    for name, kind, least in NUMBERS:
        try:
            fits = kind(settings[name]) >= least
        except (TypeError, ValueError):
            fits = False
        if not fits:
            expected = f"a number of at least {least}"
            raise WrongUse(f"{name}={settings[name]!r}: expected {expected}")
    for name, value in vars(default_settings).items():
        if type(value) in (int, float):
            try:
                settings.getfloat(name)
            except (TypeError, ValueError):
                raise WrongUse(f"{name}={settings[name]!r}: expected a number") from None
    for name, words in _CHOICES:
        if settings[name] not in words:
            expected = ", ".join(words[:-1]) + f" or {words[-1]}"
            raise WrongUse(f"{name}={settings[name]!r}: expected {expected}")
    for name, read in (("PROXY", read_proxy), ("RESOLVE_TO", pinned_names)):
        try:
            read(settings[name] or "")
        except ValueError as error:
            raise WrongUse(f"{name}: {error}") from None
    for name in ("ALLOW_PRIVATE_NETWORK", "OPT_OUT_FILES", "TELEMETRY", "EXIT_NOTHING_NEW"):
        try:
            settings.getbool(name)
        except ValueError:
            raise WrongUse(f"{name}={settings[name]!r}: expected True or False") from None


def _check_names(settings: Settings) -> None:
    """Refuse a name almost like that of a setting; any other may belong to an extension of the user."""
    from crawler import settings as own_settings  # noqa: PLC0415  it reads the environment of the command

    existing = {*filter(str.isupper, vars(default_settings)), *own_settings.own_names}
    given = {name for name in settings if settings.getpriority(name) == SETTINGS_PRIORITIES["cmdline"]}
    for name in sorted({*own_settings.of_file.scrapy, *given} - existing):
        where = "-s" if name in given else f"{own_settings.of_file.path}:"
        if near := difflib.get_close_matches(str(name).upper(), existing, 1, _SLIP):
            raise WrongUse(f"{where} {visible(str(name))}: no such setting; did you mean {near[0]}?")


def _number(arguments: dict[str, str], name: str) -> int | None:
    if name not in arguments:
        return None
    text = arguments[name]
    if not (text.isascii() and text.isdecimal() and 0 < len(text) < 10 and int(text)):
        raise WrongUse(f"{name}={text!r}: expected a number of at least 1")
    return int(text)


def _date(arguments: dict[str, str], name: str) -> dt.date | None:
    if name not in arguments:
        return None
    try:
        return dt.date.fromisoformat(arguments[name])
    except ValueError:
        raise WrongUse(f"{name}={arguments[name]!r} is not a date; write it as 2026-01-31") from None


def _read_file(path: Path, *, allow_private: bool) -> Arguments:
    try:
        path_guard.expect_file(path)
        # Windows' editors begin a text with a mark
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise WrongUse(f"urls={str(path)!r} cannot be read: {why}") from None
    urls: list[str] = []
    broken: list[str] = []
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if reason := refusal(text, allow_private=allow_private):
            broken.append(f"line {number}: {text[:80]!r}: {REASONS[reason]}")
        else:
            urls.append(text)
    if not urls:
        examples = "; ".join(broken[:3])
        raise WrongUse(f"urls={str(path)!r} holds no address{': ' + examples if examples else ''}")
    return Arguments(urls=tuple(urls), broken=tuple(broken))
