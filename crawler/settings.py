"""Every Scrapy setting we change, and our own; each with its reason.

Our own settings are read from the environment as TRIPTYCH_<NAME> and from `-s NAME=VALUE`, which wins.
Measured grounds of the safe values: docs/reference/settings.md, "What the defaults of Scrapy would do".
"""

import os
import sys

from archive.commands.configuration import into_environment
from archive.exceptions import WrongSetting

try:
    # the processes of the crawl, and the archive, read the environment
    of_file = into_environment()
except WrongSetting as error:  # Scrapy would show a traceback
    print(f"triptych: {error}", file=sys.stderr)
    sys.exit(2)


def _own(name: str, default: str) -> str:
    return os.environ.get(f"TRIPTYCH_{name}", default)


BOT_NAME = "triptych"
SPIDER_MODULES = ["crawler.spiders"]
NEWSPIDER_MODULE = "crawler.spiders"
# one broken declaration must not end the crawls of the others
SPIDER_LOADER_CLASS = "crawler.outlet.loader.OutletLoader"
COMMANDS_MODULE = "crawler.commands"

# --- our own ---------------------------------------------------------------------------------------
ARCHIVE_URI = _own("ARCHIVE_URI", "news-archive")
# declarations of the operator's own, a file each; they are run, like ours
OUTLETS_FOLDER = _own("OUTLETS_FOLDER", "")
ALLOW_PRIVATE_NETWORK = _own("ALLOW_PRIVATE_NETWORK", "False")
# `name=address,…`: where these names are, as in /etc/hosts; the guard is off for them and for no other.
# A lone address is for every name, and needs ALLOW_PRIVATE_NETWORK. For tests.
RESOLVE_TO = _own("RESOLVE_TO", "")
EXTRACTION_PROCESSES = _own("EXTRACTION_PROCESSES", str(os.cpu_count() or 1))
# seconds of CPU that a page may use of its worker, in each of two tries
EXTRACTION_TIMEOUT = _own("EXTRACTION_TIMEOUT", "10")
# `http://user:password@host:port`: through this proxy and no other. It resolves names, so it has to keep the
# crawl out of private networks.
PROXY = _own("PROXY", "")
# `warc`: the page of each version is kept whole; `none`: its text only
KEEP_RAW = _own("KEEP_RAW", "warc")
# seconds for which a crawl compares texts at its end; what is left then, the next run does. 0: not at all
PAIR_SECONDS = _own("PAIR_SECONDS", "300")
# seconds between visits that count for a deletion, at least: an outage of a minute is none
MISSES_APART = _own("MISSES_APART", "3600")
# `/ai.txt` and `/.well-known/tdmrep.json` of each host that articles come from, once a run
OPT_OUT_FILES = _own("OPT_OUT_FILES", "True")
# of what `-O FILE` and FEEDS write: `archive`, the columns of the archive, or `zyte`, the fields of
# zyte-common-items
FEED_NAMES = _own("FEED_NAMES", "archive")
# what the crawls of `crawl_all` print, and the logs of others without a terminal, a file an outlet
LOGS_FOLDER = _own("LOGS_FOLDER", "triptych-logs")
# where the log goes: `file`, LOGS_FOLDER/OUTLET.log; `stderr`; `auto`: to stderr where that is a terminal
LOG_TO = _own("LOG_TO", "auto")
# True: exit code 7 where nothing new was found; it is 0 for cron, systemd and `&&`
EXIT_NOTHING_NEW = _own("EXIT_NOTHING_NEW", "False")
# metrics that `triptych watch` writes, in the folder that node_exporter's textfile collector reads
METRICS_FILE = _own("METRICS_FILE", "")
# a POST of JSON goes there when `triptych watch` has news, with this header `Authorization`
WATCH_WEBHOOK = _own("WATCH_WEBHOOK", "")
WATCH_WEBHOOK_AUTHORIZATION = _own("WATCH_WEBHOOK_AUTHORIZATION", "")
# traces of crawls and metrics of `triptych watch`, to the collector that OTEL_EXPORTER_OTLP_ENDPOINT names
TELEMETRY = _own("TELEMETRY", "False")
# A mail address or page where an outlet can reach whoever runs this crawl; goes into the user agent.
CONTACT = _own("CONTACT", "")

# --- who we are, and manners -----------------------------------------------------------------------
USER_AGENT = f"Triptych/0.1 (news archive{'; ' + CONTACT if CONTACT else ''})"
ROBOTSTXT_OBEY = True
ROBOTSTXT_USER_AGENT = "triptych"
ROBOTSTXT_PARSER = "crawler.downloader.robots_parser.BoundedRobots"
DOWNLOAD_DELAY = 1
CONCURRENT_REQUESTS = 16
CONCURRENT_REQUESTS_PER_DOMAIN = 2
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = 1
AUTOTHROTTLE_MAX_DELAY = 30
# a host that refuses (403, 429, 503, block pages) is asked after this many seconds, then twice as many, …
BACKOFF_DELAY = 5
BACKOFF_LONGEST = 300
# … and is left for the next run after this many refusals in a row, or when its Retry-After is longer
REFUSALS_IN_A_ROW = 5
RETRY_AFTER_LONGEST = 900
# of articles, in one run of one outlet: a day of the largest, twenty times; `-a pages=` for one run
PAGE_BUDGET = _own("PAGE_BUDGET", "20000")
# of that budget, at most, for pages owed from earlier runs: an outlet that fails on purpose gets no more
DEBT_SHARE = _own("DEBT_SHARE", "0.1")
# sitemaps that one source may lead to, an index of indexes or one that lists itself under ever new addresses
LIST_BUDGET = 1000
# a host that makes the crawl wait must not hold the places of the others
SCHEDULER_PRIORITY_QUEUE = "crawler.downloader.queue.FairQueue"

# --- what a hostile page or host may do ------------------------------------------------------------
# file:// in a link would be read, ftp:// ignores every timeout, s3:// tries the network
DOWNLOAD_HANDLERS = {
    **dict.fromkeys(("file", "ftp", "s3", "data")),
    # headers without end are in no limit of Scrapy's
    **dict.fromkeys(("http", "https"), "crawler.downloader.handler.BoundedHandler"),
}
TWISTED_DNS_RESOLVER = "crawler.downloader.resolver.PublicOnlyResolver"
# a proxy from the environment would resolve names behind the resolver's back
HTTPPROXY_ENABLED = False
DOWNLOAD_MAXSIZE = 10 << 20
DOWNLOAD_WARNSIZE = 2 << 20
DOWNLOAD_TIMEOUT = 30
DNS_TIMEOUT = 10
RETRY_TIMES = 1
# Scrapy's own without 429 and 503, which are asked again after the host's wait and not before
RETRY_HTTP_CODES = [500, 502, 504, 522, 524, 408]
REDIRECT_MAX_TIMES = 5
METAREFRESH_ENABLED = False
DOWNLOAD_VERIFY_CERTIFICATES = True
COOKIES_ENABLED = False
DOWNLOADER_STATS = False
REFERER_ENABLED = False
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
# Scrapy's own limits drop a request without a word; the address middleware counts what it refuses
DEPTH_LIMIT = 0
URLLENGTH_LIMIT = 0
MOST_STEPS = 8
LONGEST_ADDRESS = 1024
MEMUSAGE_LIMIT_MB = 1500

# --- how work flows --------------------------------------------------------------------------------
TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
ITEM_PIPELINES = {
    # these need nothing but the article: they run in the worker process that read it
    "pipelines.validate.ValidateStage": 100,
    "pipelines.language.LanguageStage": 200,
    "pipelines.authors.AuthorsStage": 300,
    "pipelines.digest.DigestStage": 400,
    # and these on the event loop
    "pipelines.drop_refused.DropRefusedStage": 500,
    "pipelines.repetition.RepetitionStage": 600,
    "pipelines.snapshot.SnapshotStage": 700,
}
# as many asyncio tasks are made for every response; a page is one item and its variants' requests
CONCURRENT_ITEMS = 1
DOWNLOADER_MIDDLEWARES = {
    # before robots.txt (100), so that a refused address is not even asked for its robots.txt
    "crawler.middlewares.addresses.AddressMiddleware": 50,
    # above Scrapy's own retries (550)
    "crawler.middlewares.retry_refused.RefusalMiddleware": 560,
    "crawler.middlewares.proxy.ProxyMiddleware": 750,
    # below decompression (590) and redirects (600): sees what came over the wire
    "crawler.middlewares.exchanges.ExchangeMiddleware": 860,
    # an error page of robots.txt is no set of rules
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "crawler.middlewares.robots_txt.RobotsAnswers": 100,
    # our own, by the spider's declaration, counted and with a reason
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    # each that does nothing for us is 20 µs a request; what went out is counted where it goes out
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "crawler.middlewares.redirects.SilentRedirectMiddleware": 600,
    # what no decoder takes has a reason
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "crawler.middlewares.compression.CodingsMiddleware": 590,
}
EXTENSIONS = {
    "crawler.extensions.ledger.Ledger": 0,
    # in this order: each keeps the pace of a host at least as slow as the one before
    "crawler.extensions.backoff.BackOff": 0,
    "crawler.extensions.crawl_delay.RobotsPace": 0,
    "crawler.extensions.opt_outs.OptOuts": 0,
    "crawler.extensions.progress.Progress": 0,
    "crawler.extensions.progress.ProgressLog": 0,
    "crawler.extensions.memory.Collector": 0,
    "crawler.health.monitoring.tracing.Tracing": 900,
    # after the statistics, whose numbers the monitors read
    "crawler.extensions.monitors.Monitors": 1000,
}
# Scrapy imports all of its own, those that are switched off too: two consoles, with aiohttp and conch, for a
# quarter of a second
EXTENSIONS_BASE = {
    "crawler.extensions.monitors.ArticleStats": 0,
    "crawler.extensions.memory.ProcessMemory": 0,
    "scrapy.extensions.closespider.CloseSpider": 0,
    "scrapy.extensions.throttle.AutoThrottle": 0,
    "scrapy.extensions.feedexport.FeedExporter": 0,
}
FEED_EXPORTERS_BASE = {
    "jsonl": "pipelines.feed_exports.JsonLines",
    "jsonlines": "pipelines.feed_exports.JsonLines",
    "json": "pipelines.feed_exports.Json",
    "csv": "pipelines.feed_exports.Csv",
    "parquet": "pipelines.feed_exports.Parquet",
}
LOG_LEVEL = "WARNING"
LOG_FORMATTER = "crawler.reports.log_format.LazyLogFormat"

# --- what the operator's environment and file have of Scrapy's and Spidermon's own -------------------
# tokens and passwords need not stand in a file
globals().update({name: value for name, value in os.environ.items() if name.startswith("SPIDERMON_")})
own_names = frozenset(filter(str.isupper, globals()))
globals().update(of_file.scrapy)
