"""Who may work on an outlet: one at a time, on one machine and among many."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from archive.exceptions import ArchiveDamaged
from archive.storage.leases import LEASE_SECONDS, LastRun, StoreLeases, leases_of

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ENDED = LastRun(NOW, NOW + timedelta(minutes=2), 3, NOW)

DYING = """
import os, signal, subprocess, sys
from datetime import UTC, datetime
from archive.storage.leases import leases_of
lease = leases_of(sys.argv[1]).take("herald", lambda last: True, datetime.now(UTC))
works = [sys.executable, "-c", "print('works', flush=True); input()"]
subprocess.Popen(works, pass_fds=[lease.descriptor])
os.kill(os.getpid(), signal.SIGKILL)
"""


def always(last):
    return True


def test_on_one_machine_an_outlet_has_one_holder_and_its_last_run_is_remembered(tmp_path):
    here, there = leases_of(str(tmp_path / "news")), leases_of(str(tmp_path / "x/../news"))
    assert here.last_runs(["herald"]) == {"herald": LastRun()}
    lease = here.take("herald", always, NOW)
    assert lease.before == LastRun()
    assert there.take("herald", always, NOW) is None
    other = there.take("courier", always, NOW)
    assert there.last_runs(["herald"]) == {"herald": LastRun(NOW)}
    lease.release(ENDED)
    seen = []
    assert there.take("herald", seen.append, NOW) is None
    assert seen == [ENDED]
    assert there.take("herald", always, NOW).before == ENDED
    other.release(ENDED)


def test_a_name_that_leads_elsewhere_is_refused(tmp_path):
    for name in ("../herald", "a/b", ".", "", "a\n"):
        with pytest.raises(ArchiveDamaged, match="name of an outlet"):
            leases_of(str(tmp_path)).take(name, always, NOW)


def test_a_killed_runner_keeps_the_lease_while_its_crawl_works_and_no_longer(tmp_path):
    uri = str(tmp_path / "news")
    command = [sys.executable, "-c", DYING, uri]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as dying:
        assert dying.wait() < 0
        assert dying.stdout.readline() == "works\n"
        assert leases_of(uri).take("herald", always, NOW) is None
        dying.stdin.write("\n")
        dying.stdin.close()
        assert dying.stdout.read() == ""  # the last that has it open has ended
    assert leases_of(uri).take("herald", always, NOW).before.ended_at is None


def test_machines_with_one_store_take_turns_and_a_dead_one_loses_its_lease_after_its_time(store, uri):
    here, there = leases_of(uri), leases_of(uri)
    assert there.last_runs(["herald"]) == {"herald": LastRun()}
    lease = here.take("herald", always, NOW)
    assert (lease.descriptor, lease.is_over) == (None, False)
    assert there.take("herald", always, NOW) is None
    lease.renew()
    assert there.last_runs(["herald"]) == {"herald": LastRun(NOW)}
    lease.release(ENDED)
    assert there.last_runs(["herald"]) == {"herald": ENDED}
    assert there.take("herald", lambda last: False, NOW) is None

    dead = there.take("herald", always, NOW + timedelta(hours=1))
    put = store.get_stamped("_leases/herald.json", 4096).modified
    early, late = (
        StoreLeases(store, lambda seconds=seconds: put + timedelta(seconds=seconds))
        for seconds in (LEASE_SECONDS, LEASE_SECONDS + 1)
    )
    assert early.take("herald", always, NOW) is None
    taken = late.take("herald", always, NOW)
    assert taken.before == LastRun(NOW + timedelta(hours=1), None, None, NOW)
    dead.renew()  # it was asleep
    assert (dead.is_over, taken.is_over) == (True, False)
    dead.release(ENDED)
    assert there.last_runs(["herald"])["herald"].ended_at is None
    assert there.take("herald", always, NOW) is None
    taken.release(ENDED)


def test_a_lease_that_nobody_can_read_is_taken_after_its_time(store, uri):
    store.put("_leases/herald.json", b"[" * 9000)
    assert leases_of(uri).take("herald", always, NOW) is None
    put = store.get_stamped("_leases/herald.json", 10_000).modified
    late = StoreLeases(store, lambda: put + timedelta(seconds=LEASE_SECONDS + 1))
    assert late.take("herald", always, NOW).before == LastRun()


def test_who_cannot_renew_is_told_to_end_before_anybody_takes_over(store):
    ticks = [0.0]
    lease = StoreLeases(store, ticks=lambda: ticks[0]).take("herald", always, NOW)
    ticks[0] = LEASE_SECONDS - 60
    assert not lease.is_over
    ticks[0] += 1
    assert lease.is_over
    lease.renew()
    assert not lease.is_over
