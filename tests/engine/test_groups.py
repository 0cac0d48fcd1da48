"""A calculation in parts says what one in one piece says: the hash of every table is the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from attain.engine import calculate, run
from attain.engine.groups import Parts, calculate_in_parts
from attain.kernel.errors import AttainError
from attain.kernel.files import Files
from tests.oracle.held_together import SPAN, Case, case_in_weeks, case_with_versions, random_case

SEEDS = range(1000, 1012)


def cases() -> list[tuple[str, Case]]:
    found = [(f"{seed}", random_case(seed)) for seed in SEEDS]
    return found


@pytest.mark.parametrize("make", [random_case, case_with_versions, case_in_weeks])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_company_in_parts_has_the_same_hashes(make, seed: int, tmp_path: Path) -> None:
    """P.1: three slices of events and four groups of payees, or more than there are."""
    case = make(seed)
    snapshot = case.world.snapshot()
    try:
        whole = calculate(case.models, snapshot, SPAN, threads=1)
    except AttainError as refused:
        with pytest.raises(AttainError) as again:
            calculate_in_parts(case.models, snapshot, SPAN, Parts(3, 4), {}, folder(tmp_path / "b"), Files(), threads=1)
        assert again.value.code == refused.code
        return
    one = run.write(whole, snapshot, {}, folder(tmp_path / "a"), Files())
    whole.close()
    other, _ = calculate_in_parts(
        case.models, snapshot, SPAN, Parts(3, 4), {}, folder(tmp_path / "b"), Files(), threads=1
    )
    assert other.as_dict() == one.as_dict()
    assert run.StoredRun(tmp_path / "b").verify() == []
    assert sorted(path.name for path in (tmp_path / "b").iterdir()) == sorted(
        path.name for path in (tmp_path / "a").iterdir()
    )


def folder(path: Path) -> Path:
    path.mkdir()
    return path
