"""What is refused leaves nothing behind but its event in the log: no run, no folder, no lease."""

from __future__ import annotations

from pathlib import Path

from attain.kernel.errors import PlanError
from tests.cli.conftest import Attain


def test_a_run_refused_for_a_mistake_of_the_user_is_no_run(nordwind: Path, attain: Attain, monkeypatch) -> None:
    """N.8: the log says who tried and why it was refused; the number is not given again."""
    from attain.web.apps.pay import calculating

    def refuse(*_: object, **__: object) -> None:
        raise PlanError("Component commission reads what nobody measures.", code="plan.planted")

    with monkeypatch.context() as planted:
        planted.setattr(calculating, "calculate", refuse)
        attain("calculate", "2026-01", status=1)
    attain("retire", "account-executive", "--reason", "never signed")
    assert "No plan is published" in attain("calculate", "2026-01", status=1).err
    assert attain("runs", "--json").json["runs"] == []
    assert not list((nordwind / "data" / "runs").glob("*"))
    events = attain("audit", "list", "--about", "run", "--json").json["events"]
    assert [(event["object"], event["action"]) for event in events] == [
        ("run run-000001", "run.begun"),
        ("run run-000001", "run.refused"),
        ("run run-000002", "run.begun"),
        ("run run-000002", "run.refused"),
    ]
    assert "Component commission reads what nobody measures." in events[1]["after"]
    attain("publish", "plans/account-executive.yaml")
    assert attain("calculate", "2026-01", "--json").json["run"] == "run-000003"
    attain("verify")


def test_a_refused_close_leaves_no_folder(paid: Path, attain: Attain) -> None:
    ledger = paid / "data" / "ledger"
    assert "2026-01 is the next period to close" in attain("close", "2026-02", status=1).err
    (paid / "late.csv").write_text("id,close_date,amount,owner\nD9,2026-01-30,1.00,bob\n")
    attain("import", "late.csv", "--into", "deals")
    assert "1 thing changed since run-000001 began" in attain("close", "2026-01", status=1).err
    assert not ledger.exists() or not list(ledger.iterdir())
    attain("close", "2026-01", "--accept", "the late deal is paid in March")
    kept = list(ledger.iterdir())
    assert "already closed by ada" in attain("close", "2026-01", status=1).err
    assert list(ledger.iterdir()) == kept and len(kept) == 1
