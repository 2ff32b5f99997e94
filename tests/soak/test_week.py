"""A week of the schedule as it is shipped: who dies is noticed, who does not is not accused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak.week import DIES, week


@pytest.mark.slow
def test_an_outlet_that_dies_on_day_three_is_noticed(tmp_path: Path) -> None:
    found = week(tmp_path)
    told = found.table()
    before = [x for x in found.told if (x.at - found.begins).days < DIES]
    assert [x.alarms for x in before] == [()] * len(before), told
    assert found.first("courier") is None, told
    tribune, leaflet = found.first("tribune"), found.first("leaflet")
    assert tribune is not None, told
    assert leaflet is not None, told
    assert tribune <= 1, told
    assert leaflet <= 3, told
    for outlet in ("tribune", "leaflet"):  # once, and once a day that it still is so
        assert found.mailed.count(f"new: {outlet}: nothing new") == 1, told
        assert found.mailed.count(f"still: {outlet}: nothing new") in {1, 2, 3}, told
    assert "courier" not in found.mailed, told
    assert found.archived == found.published, told
    assert found.stories * 2 == found.published.total(), told
    assert {code for x in found.told for name, code in x.codes.items() if name not in {"crawl", "watch"}} == {
        0
    }
    assert found.verified == "verify: exit 0", told
