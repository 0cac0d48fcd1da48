"""Random companies under random plans go the whole way of a user: files in, published, calculated, and proven."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from attain.checker.recompute import recompute
from attain.engine.stored import StoredRun
from attain.facts.decisions import IMPORTABLE
from tests.cli.conftest import Attain
from tests.oracle.companies import DEALS, FACT_TYPES, PARTNERS, RECEIPTS, Row, World, references
from tests.oracle.held_together import SPAN, Case, between, random_case

SEEDS = (1000, 1006, 1007)
MONTHS = "2026-01..2026-06"
REASON = ("--reason", "as agreed")


def write(case: Case, folder: Path) -> None:
    """The company as its people would write it: documents, and a file for each table that can be imported."""
    for text in (DEALS, PARTNERS, RECEIPTS):
        name = yaml.safe_load(text)["fact"]
        (folder / "facts" / f"{name}.yaml").write_text(text, encoding="utf-8")
    for number, plan in enumerate(case.plans):
        text = yaml.safe_dump(plan, sort_keys=False, allow_unicode=True, width=200)
        (folder / "plans" / f"plan-{number}.yaml").write_text(text, encoding="utf-8")
    (folder / "in").mkdir()
    for name, rows in {**case.world.facts, **case.world.decisions}.items():
        if rows and (name in FACT_TYPES or name in IMPORTABLE):
            with (folder / "in" / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(dict.fromkeys(column for row in rows for column in row)))
                writer.writeheader()
                writer.writerows({column: said(value) for column, value in row.items()} for row in rows)


def without_strangers(world: World) -> None:
    """A quota or value of a team that nobody is in would be refused at import."""
    known = {*references(world), *world.column("teams", "team"), "company"}
    for name in ("quotas", "inputs"):
        rows = world.decisions.get(name, [])
        rows[:] = [row for row in rows if row["subject"] in known]


def said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def decide(attain: Attain, world: World, case: Case) -> int:
    """Holds, overrides and adjustments by their commands; returns how many there are."""
    holds, overrides, adjustments = (world.decisions.get(name, []) for name in ("holds", "overrides", "adjustments"))
    components = {name for plan in case.plans for name in plan["components"]}
    adjustments[:] = [row for row in adjustments if row["component"] in components]  # others are refused by the command
    for row in holds:
        attain("hold", "place", row["plan"], row["payee"], "--from", str(row["valid_from"]), *REASON,
               *option(row, until="valid_to", component="component", source="source"))  # fmt: skip
    for row in overrides:
        line = "/".join(row[name] for name in ("plan", "component", "payee", "source", "earning_period"))
        attain("override", line, row["amount"], *REASON, *option(row, expires="expires_on"))
    for row in adjustments:
        words = [row[name] for name in ("plan", "payee", "pay_period", "component", "amount")]
        row["adjustment"] = attain("adjust", *words, *REASON, "--json").json["adjustment"]  # it names the line
    return len(holds) + len(overrides) + len(adjustments)


def option(row: Row, **names: str) -> list[str]:
    return [word for name, key in names.items() if row.get(key) is not None for word in (f"--{name}", str(row[key]))]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_company_is_paid_by_the_command_line_without_a_difference(
    seed: int, attain: Attain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Q.1, C7: what was imported, published and calculated is what the rows say, to the cent."""
    case = random_case(seed)
    without_strangers(case.world)
    attain("init", "oracle", "--currency", "EUR")
    monkeypatch.chdir(tmp_path / "oracle")
    write(case, Path())
    attain("import", "--all", "in")
    attain("publish", "--untested")
    decided = decide(attain, case.world, case)
    assert len(attain("decisions", "--json").json["decisions"]) == decided
    attain("calculate", MONTHS)
    proof = attain("verify", "--json").json
    assert proof["confirmed"] and proof["differences"] == [] and proof["lines"] > 0
    run = StoredRun(Path("data/runs/run-000001"))
    assert between(run, recompute(case.models, case.world.snapshot(), SPAN)) == []
