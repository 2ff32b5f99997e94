"""The settings file of the operator, `triptych.toml`.

```toml
[settings]                      # our own settings, as in docs/reference/settings.md, in lower case
archive_uri = "/srv/news"
contact = "news-archive@example.org"

[scrapy]                        # Scrapy's, by their own names
DOWNLOAD_DELAY = 2

[schedule]                      # of `scrapy crawl_all`: crawler/outlet/fleet/timetable.py reads and checks it
every = "1h"
[schedule.pravda]
every = "15m"

[watch]                         # of `scrapy watch`: crawler/health/monitoring/limits.py
silent_after = "12h"
```

It goes over the environment, so that a shell's leftovers change no scheduled run; `-s NAME=VALUE` of one run
goes over both.
"""

from __future__ import annotations

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
        *(
            "EXTRACTION_PROCESSES",
            "EXTRACTION_TIMEOUT",
            "KEEP_HOURS",
            "KEEP_RAW",
            "OPT_OUT_FILES",
            "OUTLETS_FOLDER",
            "PAGE_BUDGET",
        ),
        *("FEED_NAMES", "LOGS_FOLDER", "PAIR_SECONDS"),
        *(
            "LOG_TO",
            "METRICS_FILE",
            "PROXY",
            "RESOLVE_TO",
            "TELEMETRY",
            "WATCH_WEBHOOK",
            "WATCH_WEBHOOK_AUTHORIZATION",
        ),
        *gate.LIMITS,
    }
)
"""Settings of ours; each is TRIPTYCH_<NAME> in the environment."""

Value = str | int | float | bool
Table = dict[str, Value]


@dataclass(frozen=True)
class Configuration:
    path: Path | None = None
    """None: there is no file."""
    own: dict[str, str] = field(default_factory=dict)
    """Name of a setting of ours, in capitals -> value as the environment has it."""
    scrapy: Table = field(default_factory=dict)
    schedule: dict[str, Table] = field(default_factory=dict)
    """Name of an outlet -> its table; under "" what is of all."""
    watch: dict[str, Table] = field(default_factory=dict)
    """As `schedule`."""


def read_configuration() -> Configuration:
    """Read the file that TRIPTYCH_CONFIG names, else `triptych.toml` in the working folder, if it is there.

    Raises WrongSetting for a file that is named and missing, that is no TOML, has a name nobody reads, or
    lies in an archive, which a stranger may have made.
    """
    named = os.environ.get("TRIPTYCH_CONFIG")
    path = Path(named or FILE)
    if not named and not path.exists():
        return Configuration()
    if not named and Path("_log").exists():
        raise WrongSetting(
            f"{FILE} lies in an archive; settings are not taken from there. Work in another folder."
        )
    try:
        if path.exists() and not path.is_file():  # a pipe would be waited for, a device read without end
            raise WrongSetting(f"{path} is no file of settings.")
        if path.stat().st_size > _LARGEST:
            raise WrongSetting(f"{path} has more than {_LARGEST:,} bytes: that is no file of settings.")
        tables = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise WrongSetting(f"{path} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WrongSetting(f"{path} is no TOML: {error}.") from None
    if unknown := sorted(tables.keys() - {"settings", "scrapy", "schedule", "watch"}):
        if unknown[0].upper() in NAMES:
            raise WrongSetting(f"{path}: {unknown[0]} has to stand below a line [settings].")
        raise WrongSetting(
            f"{path}: [{unknown[0]}] is no table of this file; expected [settings], [scrapy], "
            "[schedule] or [watch]."
        )
    own = {}
    for name, value in _table(path, tables, "settings").items():
        if name != name.lower() or name.upper() not in NAMES:
            near = difflib.get_close_matches(name.lower(), [known.lower() for known in NAMES], 1)
            ask = f"; did you mean {near[0]}?" if near else ", see docs/reference/settings.md."
            raise WrongSetting(f"{path}: {name} in [settings] is no setting{ask}")
        own[name.upper()] = str(value)
    scrapys = _table(path, tables, "scrapy")
    for name in scrapys:
        if name.upper() in NAMES:
            raise WrongSetting(f"{path}: {name} is a setting of Triptych: {name.lower()}, below [settings].")
        if name != name.upper():
            raise WrongSetting(f"{path}: {name} in [scrapy] is no setting of Scrapy's; they are in capitals.")
    return Configuration(
        path, own, scrapys, _by_outlet(path, tables, "schedule"), _by_outlet(path, tables, "watch")
    )


def into_environment() -> Configuration:
    """Let this process and those it starts see the settings of the file. Raises WrongSetting."""
    read = read_configuration()
    for name, value in read.own.items():
        os.environ[f"TRIPTYCH_{name}"] = value
    return read


def _by_outlet(path: Path, tables: dict[str, object], name: str) -> dict[str, Table]:
    whole = tables.get(name, {})
    if not isinstance(whole, dict):
        raise WrongSetting(f"{path}: [{name}] has to be a table of names and values.")
    outlets: dict[str, object] = {key: table for key, table in whole.items() if isinstance(table, dict)}
    usual = {key: value for key, value in whole.items() if key not in outlets}
    return {
        "": _table(path, {name: usual}, name),
        **{outlet: _table(path, outlets, outlet, f"{name}.{outlet}") for outlet in outlets},
    }


def _table(path: Path, tables: dict[str, object], name: str, shown: str | None = None) -> Table:
    table = tables.get(name, {})
    shown = shown or name
    if not isinstance(table, dict):
        raise WrongSetting(f"{path}: [{shown}] has to be a table of names and values.")
    for key, value in table.items():
        if isinstance(value, str) and "\0" in value:
            raise WrongSetting(f"{path}: {key} in [{name}] has a character that no setting can have.")
        if not isinstance(value, str | int | float | bool):
            kind = type(value).__name__
            raise WrongSetting(
                f"{path}: {key} in [{shown}] is a {kind}; expected a text, a number or true or false."
            )
    return table
