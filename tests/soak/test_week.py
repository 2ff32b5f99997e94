"""A week of the schedule as it is shipped: who dies is noticed, who does not is not accused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak.week import DEATHS, DIES, WELL, week


@pytest.mark.slow
def test_each_death_is_told_within_a_day_and_no_other_outlet_is(tmp_path: Path) -> None:
    found = week(tmp_path)
    told = found.table()
    before = [x for x in found.told if (x.at - found.begins).days < DIES]
    assert [x.alarms for x in before] == [()] * len(before), told
    assert {name for x in found.told for name, _ in x.alarms} == {*DEATHS}, told
    for outlet in DEATHS:
        after = found.first(outlet)
        assert after is not None, told
        assert after <= 1, told
        assert f"new: {outlet}: " in found.mailed, told
    for outlet in WELL:
        assert outlet not in found.mailed, told
    assert found.archived == found.published, told
    assert {code for x in found.told for name, code in x.codes.items() if name not in {"crawl", "watch"}} == {
        0
    }
    assert found.verified == "verify: exit 0", told
