"""Shorter times for a cluster: leases of 24 seconds in place of 180, and checks every 3 in place of 30.

Workers preload this; a driver runs it with what it would give to `scrapy`.
"""

from archive.storage import leases
from crawler.outlet.fleet import dask_engine, runner, turn

leases.LEASE_SECONDS, leases.RENEW_SECONDS, leases._MARGIN = 24, 4, 10
turn.RENEW_SECONDS, turn._TICK, turn._LEASE_GRACE = 4, 1.0, 6.0
runner._CHECK_DUE, dask_engine._CHECK_WORKERS = 3.0, 3.0

if __name__ == "__main__":
    from scrapy.cmdline import execute

    execute()
