"""Time at which a debt is due next: what a budget has cut off tells none."""

from datetime import UTC, datetime, timedelta

import archive

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_what_a_budget_cut_off_tells_no_time(root, open_writer, look):
    with open_writer(now=lambda: NOW) as writer:
        add = writer.add_observation
        add(look("https://courier.example/uk/news/1", "skipped", "over-budget", None, at=NOW))
        before = writer.debts().count("courier", NOW)
        writer.commit()
    with archive.open(root).debts() as found:
        assert found.count("courier", NOW) == before
    assert (before.reasons, before.next_at) == ({"over-budget": 1}, None)


def test_what_failed_is_due_after_its_pause(root, open_writer, look):
    with open_writer(now=lambda: NOW) as writer:
        for number, reason in enumerate(("over-budget", "http-503", "timeout")):
            url = f"https://courier.example/uk/news/{number}"
            writer.add_observation(look(url, "failed", reason, None, at=NOW + number * MINUTE))
            writer.add_observation(look(url, "failed", reason, None, at=NOW + (number + 2) * MINUTE))
        before = writer.debts().count("courier", NOW + 5 * MINUTE)
        writer.commit()
    with archive.open(root).debts() as found:
        assert found.count("courier", NOW + 5 * MINUTE) == before
    assert before.reasons == {"over-budget": 1, "http-503": 1, "timeout": 1}
    assert before.next_at == NOW + 3 * MINUTE + 15 * MINUTE
