"""The settings file of the operator, `triptych.toml`.

```toml
[settings]                      # our own settings, as in docs/reference/settings.md, in lower case
archive_uri = "/srv/news"
contact = "news-archive@example.org"

[scrapy]                        # Scrapy's, by their own names
DOWNLOAD_DELAY = 2

[schedule]                      # of `triptych crawl --all`: crawler/outlet/fleet/timetable.py checks it
every = "1h"
[schedule.pravda]
every = "15m"

[watch]                         # of `triptych watch`: crawler/health/monitoring/limits.py
silent_after = "12h"
```

It overrides the environment, so that variables left in a shell change no scheduled run; `-s NAME=VALUE` of
one run overrides both.
"""

import difflib
import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from archive.exceptions import WrongSetting
from archive.format import gate

FILE = "triptych.toml"
_LARGEST = 1 << 20
NAMES = frozenset(
    {
        *("ALLOW_PRIVATE_NETWORK", "ARCHIVE_URI", "CACHE", "CONTACT", "DEBT_SHARE", "EXIT_NOTHING_NEW"),
        *("EXTRACTION_PROCESSES", "EXTRACTION_TIMEOUT", "FEED_NAMES", "KEEP_HOURS", "KEEP_RAW"),
        *("LOGS_FOLDER", "LOG_TO", "METRICS_FILE", "MISSES_APART", "OPT_OUT_FILES", "OUTLETS_FOLDER"),
        *("PAGE_BUDGET", "PAIR_SECONDS", "PROXY", "RESOLVE_TO", "TELEMETRY", "WATCH_WEBHOOK"),
        "WATCH_WEBHOOK_AUTHORIZATION",
        *gate.LIMITS,
    }
)
"""Our settings; each is TRIPTYCH_<NAME> in the environment."""

Value = str | int | float | bool
Table = dict[str, Value]


@dataclass(frozen=True)
class Configuration:
    path: Path | None = None
    """None if there is no file."""
    settings: dict[str, str] = field(default_factory=dict)
    """Name of one of our settings, in capitals -> value as in the environment."""
    scrapy: Table = field(default_factory=dict)
    schedule: dict[str, Table] = field(default_factory=dict)
    """Name of an outlet -> its table; "" for all outlets."""
    watch: dict[str, Table] = field(default_factory=dict)
    """Like `schedule`."""


def read_configuration() -> Configuration:
    """Read the file that TRIPTYCH_CONFIG names, or `triptych.toml` in the working folder, if it exists.

    Raises WrongSetting for a named file that is missing, that is invalid or has an unknown name, or that is
    in an archive, which a stranger may have made.
    """
    configured = os.environ.get("TRIPTYCH_CONFIG")
    path = Path(configured or FILE)
    if not configured and not path.exists():
        return Configuration()
    if not configured and Path("_log").exists():
        raise WrongSetting(
            f"{FILE} is in an archive; settings are not read from there. Work in another folder."
        )
    tables = _parsed(path)
    _check_tables(path, tables)
    settings = {}
    for name, value in _table(path, tables, "settings").items():
        _check_setting(path, name)
        settings[name.upper()] = str(value)
    scrapy = _table(path, tables, "scrapy")
    for name in scrapy:
        if name.upper() in NAMES:
            raise WrongSetting(f"{path}: {name} is a setting of Triptych: {name.lower()}, below [settings].")
        if name != name.upper():
            raise WrongSetting(f"{path}: {name} in [scrapy] is not a setting of Scrapy; use capitals.")
    return Configuration(
        path, settings, scrapy, _by_outlet(path, tables, "schedule"), _by_outlet(path, tables, "watch")
    )


def _parsed(path: Path) -> dict[str, object]:
    try:
        if path.exists() and not path.is_file():  # a pipe would block, a device would never end
            raise WrongSetting(f"{path} is not a file of settings.")
        if path.stat().st_size > _LARGEST:
            raise WrongSetting(f"{path} has more than {_LARGEST:,} bytes: that is not a file of settings.")
        return tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise WrongSetting(f"{path} cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits is no TOMLDecodeError
        raise WrongSetting(f"{path} is not valid TOML: {error}.") from None


def _check_tables(path: Path, tables: dict[str, object]) -> None:
    for name in sorted(tables.keys() - {"settings", "scrapy", "schedule", "watch"}):
        if name.upper() in NAMES:
            raise WrongSetting(f"{path}: {name} must be below a line [settings].")
        raise WrongSetting(
            f"{path}: [{name}] is not a table of this file; expected [settings], [scrapy], [schedule] or "
            "[watch]."
        )


def _check_setting(path: Path, name: str) -> None:
    if name == name.lower() and name.upper() in NAMES:
        return
    near = difflib.get_close_matches(name.lower(), map(str.lower, NAMES), 1)
    hint = f"did you mean {near[0]}?" if near else "see docs/reference/settings.md."
    raise WrongSetting(
        f"{path}: {name} in [settings] is not a setting; {hint} "
        "Settings of Scrapy go below [scrapy], in capitals."
    )


def into_environment() -> Configuration:
    """Put the settings of the file into the environment of this process. Raises WrongSetting."""
    configuration = read_configuration()
    for name, value in configuration.settings.items():
        os.environ[f"TRIPTYCH_{name}"] = value
    return configuration


def _by_outlet(path: Path, tables: dict[str, object], name: str) -> dict[str, Table]:
    table = tables.get(name, {})
    if not isinstance(table, dict):
        raise WrongSetting(f"{path}: [{name}] must be a table of names and values.")
    outlets: dict[str, object] = {}
    of_all: dict[str, object] = {}
    for key, value in table.items():
        (outlets if isinstance(value, dict) else of_all)[key] = value
    by_outlet = {"": _table(path, {name: of_all}, name)}
    for outlet in outlets:
        by_outlet[outlet] = _table(path, outlets, outlet, f"{name}.{outlet}")
    return by_outlet


def _table(path: Path, tables: dict[str, object], name: str, full_name: str | None = None) -> Table:
    table = tables.get(name, {})
    full_name = full_name or name
    if not isinstance(table, dict):
        raise WrongSetting(f"{path}: [{full_name}] must be a table of names and values.")
    for key, value in table.items():
        if isinstance(value, str) and "\0" in value:
            raise WrongSetting(f"{path}: {key} in [{name}] has an invalid character.")
        if not isinstance(value, str | int | float | bool):
            kind = type(value).__name__
            raise WrongSetting(
                f"{path}: {key} in [{full_name}] is a {kind}; expected a text, a number or true or false."
            )
    return table
