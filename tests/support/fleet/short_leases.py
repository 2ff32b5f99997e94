"""Shorter leases for workers of a cluster, which preload this: 60 seconds in place of 180."""

from archive.storage import leases
from crawler.outlet.fleet import turn

leases.LEASE_SECONDS, leases.RENEW_SECONDS, leases._MARGIN = 60, 10, 25
turn.RENEW_SECONDS, turn._LEASE_GRACE = 10, 12.0
