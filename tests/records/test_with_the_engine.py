"""The records and the engine together: a late deal is paid in the open period, and the closed one stays."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pyarrow.parquet as pq

from attain.engine import run as run_folder
from attain.engine.calculation import calculate
from attain.web.doctor import doctor
from attain.web.workspace import Workspace
from tests.records.company import PEOPLE, deals, month_of_deals, months, plan


def pay(workspace: Workspace, app: SimpleNamespace, month: int) -> Any:
    """Calculate and close a month."""
    start = app.runs.begin_run(workspace, months(month, month), actor="ada")
    hashes = {document.id: document.hash for document in start.plans}
    calculation = calculate([document.plan for document in start.plans], start.snapshot, start.span)
    run_folder.write(calculation, start.snapshot, hashes, start.folder, workspace.ports.files)
    run = app.runs.publish_run(workspace, start, actor="ada")
    return app.pay.close_period(workspace, f"2026-{month:02d}", run.pk, actor="ada")


def test_a_late_deal_is_paid_as_a_difference_in_the_open_period(workspace: Workspace, app: SimpleNamespace) -> None:
    """C2: a closed period never changes."""
    app.imports.import_file(workspace, PEOPLE.encode(), actor="ada", into="people", trusted=True)
    app.plans.publish_plan(workspace, plan(), actor="ada")
    app.imports.import_file(workspace, month_of_deals(1, 4), actor="ada", into="deals", trusted=True)
    january = pay(workspace, app, 1)
    late = deals(("L1", "2026-01-31", "200.00", "bob"), ("D2", "2026-02-03", "100.00", "eve"))
    app.imports.import_file(workspace, late, actor="ada", into="deals", trusted=True)
    february = pay(workspace, app, 2)
    lines = pq.read_table(workspace.runs / february.run.pk / "lines.parquet").to_pylist()
    assert sorted((line["source"], line["earning_period"], line["pay_period"], line["amount"]) for line in lines) == [
        ("D2", "2026-02", "2026-02", 500),
        ("L1", "2026-01", "2026-02", 1000),
    ]
    ledger = list(app.read.snapshot(workspace).rows("ledger_lines"))
    assert len(ledger) == 6
    assert doctor(workspace) == []
    january.refresh_from_db()
    assert january.run.pk == "run-000001"
