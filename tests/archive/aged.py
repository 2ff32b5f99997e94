"""Archives with more commits than one wants to wait for: manifests of the same files, an hour apart."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from archive.format.columns import SCHEMA_VERSION
from archive.opening import open_existing
from archive.storage.snapshot_log import Log

HOUR = timedelta(hours=1)


def begun(hours):
    """A clock that begins so many hours ago, and goes on by microseconds."""
    at = datetime.now(UTC) - timedelta(hours=hours)

    def clock():
        nonlocal at
        at += timedelta(microseconds=1)
        return at

    return clock


def age(root, commits):
    """Append so many snapshots that bring nothing; the entries of the whole log, latest first."""
    storage, _, head = open_existing(root)
    log = Log(storage, SCHEMA_VERSION)
    for number in range(1, commits + 1):
        at = head.committed_at + HOUR * number
        run = f"{at:%Y%m%dT%H%M%SZ}-courier-{number}"
        assert log.append(
            replace(
                head,
                id=head.id + number,
                parent=head.id + number - 1,
                committed_at=at,
                run_id=run,
                rewrote={},
                segments=(),
                summary={"archived": number},
            )
        )
    return list(log.entries())
