"""How cost grows: the slope is that of a straight line through the logarithms."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import growth
from benchmarks.growth import SERIES, Work


def test_a_cost_in_proportion_has_the_slope_one() -> None:
    """Q.11: twice as much for twice the work; a cost that is always the same has none."""
    sizes = (1_000, 2_000, 8_000)
    assert growth.slope(sizes, [1.5, 3.0, 12.0]) == pytest.approx(1)
    assert growth.slope(sizes, [7.0, 7.0, 7.0]) == pytest.approx(0)
    assert growth.slope(sizes, [1.0, 4.0, 64.0]) == pytest.approx(2)


def test_a_point_pays_the_company_that_is_asked_for(tmp_path: Path) -> None:
    """Q.11: two components and three months of a small company, and what it took."""
    took = growth.measure(Work(deals=2_000, payees=100, components=2, periods=3), tmp_path / "run")
    assert took["cpu_seconds"] > 0 < took["peak_mib"]
    from attain.engine.stored import StoredRun

    run = StoredRun(tmp_path / "run")
    assert {"commission_1", "commission_2", "ytd_bonus"} <= run.distinct("lines", "component")
    assert len(run.distinct("lines", "pay_period")) == 3


def test_the_page_names_each_thing_that_grows(tmp_path: Path) -> None:
    found = {
        name: [{"cpu_seconds": float(size), "peak_mib": 100.0} for size in sizes] for name, sizes in SERIES.items()
    }
    growth.picture(found, tmp_path / "growth.svg")
    said = growth.page(found, "growth.svg")
    assert "<svg" in (tmp_path / "growth.svg").read_text(encoding="utf-8")
    for name in SERIES:
        (row,) = [line for line in said.splitlines() if line.startswith(f"| {name} |")]
        assert "| 1.00 | 0.00 |" in row
