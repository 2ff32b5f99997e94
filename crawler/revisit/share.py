"""Requests available to revisits: at most a fifth of all requests to an outlet in 24 hours."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from archive.read.runs import runs
from crawler.revisit.schedule import Visit

# one request of revisits for four of the outlet's crawls
SHARE = 4
SHARE_OF = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Share:
    crawled: int
    revisited: int
    """Requests of the last 24 hours, from the accounts in the manifests."""

    @property
    def remaining(self) -> int:
        """Requests a revisit may still make."""
        return max(0, self.crawled // SHARE - self.revisited)

    def fitting(self, visits: tuple[Visit, ...], a_host: int) -> tuple[Visit, ...]:
        """The first visits that fit; `a_host`: additional requests for each host, such as robots.txt."""
        chosen: list[Visit] = []
        hosts: set[str | None] = set()
        for visit in visits:
            hosts.add(urlsplit(visit.url).hostname)
            if len(chosen) + 1 + a_host * len(hosts) > self.remaining:
                break
            chosen.append(visit)
        return tuple(chosen)


def share_of(uri: str, outlet: str, now: datetime) -> Share:
    accounts = [run.counts for run in runs(uri, now - SHARE_OF) if run.outlet == outlet]
    crawled = sum(counts.get("requests/crawl", 0) for counts in accounts)
    return Share(crawled, sum(counts.get("requests/revisit", 0) for counts in accounts))
