"""A run over what has changed says what a whole run says: the hash of every table is the same, edit after edit."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from itertools import count
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from attain.engine import calculate, incremental, run
from attain.engine.groups import is_separable
from attain.engine.incremental import Base, recalculate
from attain.engine.stored import StoredRun
from attain.facts.content import row_texts
from attain.facts.snapshot import FactTable
from attain.kernel.errors import AttainError
from attain.kernel.files import Files
from tests.oracle.calendars import in_weeks
from tests.oracle.edits import edited
from tests.oracle.held_together import SPAN, Case, drawn
from tests.oracle.versions import with_versions

FIRST_SEED = int(os.environ.get("ATTAIN_SOAK_FIRST", "40000"))
SEEDS = (*range(5000, 5008), 40037, 40046, 40056)


def company(seed: int) -> Case:
    """One plan, two of which one may share money, versions, or a calendar of weeks."""
    rnd = Random(seed)
    case = next(case for case in (drawn(rnd) for _ in count()) if is_separable(case.models))
    if seed % 4 == 1:
        return Case(case.world, with_versions(rnd, case.plans[0]))
    if seed % 4 == 2:
        world, plan = in_weeks(rnd, case.world, case.plans[0])
        return Case(world, [plan])
    if seed % 4 == 3:
        return Case(case.world, [*case.plans, {**drawn(rnd).plans[0], "plan": "second"}])
    return case


def whole(case: Case, path: Path) -> Base | None:
    """A whole run, unless it is refused."""
    snapshot = case.world.snapshot()
    try:
        models = case.models
        calculation = calculate(models, snapshot, SPAN, threads=1)
    except (AttainError, ValueError):
        return None
    path.mkdir()
    run.write(calculation, snapshot, {}, path, Files())
    calculation.close()
    return Base(StoredRun(path), models, snapshot)


def as_records_tell(base: Base, now: Base) -> Base:
    """The base with the facts alone that may differ, as batches tell it."""
    facts, keys = {}, {}
    for name, fact in base.snapshot.facts.items():
        tables = [state.snapshot.facts[name].table for state in (base, now)]
        texts = [row_texts(table).combine_chunks() for table in tables]
        differ = [table.filter(pc.invert(pc.is_in(mine, other)))[fact.schema.key]
                  for table, mine, other in zip(tables, texts, reversed(texts), strict=True)]  # fmt: skip
        keys[name] = pa.chunked_array([chunk for each in differ for chunk in each.chunks], pa.string()).unique()
        facts[name] = FactTable(fact.schema, tables[0].filter(pc.is_in(tables[0][fact.schema.key], keys[name])))
    return replace(base, snapshot=replace(base.snapshot, facts=facts), keys=keys)


def follow(seed: int, path: Path, seen: Counter[str]) -> None:
    """A sequence of edits: each state is calculated upon the one before, and whole."""
    rnd = Random(seed)
    path.mkdir()
    length = rnd.choice((1, 2, 3))
    case = company(seed)
    base = whole(case, path / "0")
    step = 0
    for _ in range(length * 3):
        if base is None or step == length:
            break
        try:
            changed = edited(rnd, case)
            wanted = whole(changed, path / f"{step + 1}-whole")
        except AttainError:
            continue
        if wanted is None:
            continue
        case, step = changed, step + 1
        folder = path / f"{step}"
        folder.mkdir()
        if seed % 2:
            base = as_records_tell(base, wanted)
        found = recalculate(base, wanted.plans, wanted.snapshot, SPAN, {}, folder, Files(), threads=1)
        if found is None:
            seen["whole"] += 1
            assert not list(folder.iterdir())
            base = wanted
            continue
        manifest = StoredRun(folder).manifest
        assert manifest | {"layers": 0} == wanted.run.manifest, f"seed {seed}, step {step}"
        assert StoredRun(folder).verify() == [], f"seed {seed}, step {step}"
        seen[f"layer {manifest['layers']}"] += 1
        base = Base(StoredRun(folder), wanted.plans, wanted.snapshot)


@pytest.fixture(autouse=True)
def _small_companies_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many are touched."""
    monkeypatch.setattr(incremental, "MOST", 0)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_sequence_of_edits_gives_the_tables_of_whole_runs(seed: int, tmp_path: Path) -> None:
    """A.23, Q.6: new, corrected and cancelled facts, moved people, changed quotas, decisions and plans."""
    follow(seed, tmp_path / "runs", Counter())


@pytest.mark.parametrize("few", [0, 25])
def test_what_is_much_is_calculated_at_a_desk_of_its_own(
    few: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A.23, Q.6: as at a million facts; with 25, some steps are little and others are not."""
    monkeypatch.setattr(incremental, "FEW", few)
    follow(SEEDS[0], tmp_path / "runs", Counter())


@pytest.mark.soak
def test_many_sequences_of_edits_give_the_tables_of_whole_runs(tmp_path: Path) -> None:
    seen: Counter[str] = Counter()
    for seed in range(FIRST_SEED, FIRST_SEED + int(os.environ.get("ATTAIN_SOAK", "500"))):
        follow(seed, tmp_path / str(seed), seen)
    assert seen["whole"] < seen.total() / 2, seen
