"""What was decided or published is listed, ended and taken back, as long as nothing that was closed rests on it."""

from __future__ import annotations

from pathlib import Path

from tests.cli import company
from tests.cli.conftest import Attain

LINE = "account-executive/commission/bob/D1/2026-01"
NEXT = company.PLAN.replace('"2026-1"', '"2026-2"').replace("2026-01-01, through", "2026-03-01, through")
OPEN = company.PLAN.replace(", through: 2026-12-31", "")


def decide(attain: Attain) -> dict[str, str]:
    attain("hold", "place", "account-executive", "eve", "--from", "2026-01-01", "--reason", "invoice disputed")
    attain("override", LINE, "500.00", "--reason", "agreed on 3 March")
    attain("adjust", "account-executive", "bob", "2026-02", "commission", "-10.00", "--reason", "paid twice")
    return {one["kind"]: one["id"] for one in attain("decisions", "--json").json["decisions"]}


def test_every_decision_is_listed_with_who_and_why(nordwind: Path, attain: Attain) -> None:
    """A.20"""
    assert attain("decisions").out == "Nothing was decided.\n"
    decide(attain)
    said = attain("decisions").out
    for words in ("invoice disputed", "agreed on 3 March", "paid twice", "commission/D1/2026-01", "-10.00", "ada"):
        assert words in said
    only = attain("decisions", "--kind", "override", "--payee", "bob", "--json").json["decisions"]
    assert [(one["kind"], one["amount"], one["by"], one["until"]) for one in only] == [
        ("override", "500.00", "ada", None)
    ]
    assert "did you mean override?" in attain("decisions", "--kind", "overide", status=2).err


def test_a_decision_ends_on_a_day_or_is_taken_back(nordwind: Path, attain: Attain) -> None:
    """A.20: each with its reason, each an event."""
    made = decide(attain)
    assert attain("withdraw", made["hold"][:10], status=1).err.startswith("A reason is needed to withdraw a hold")
    said = attain("end", made["override"], "--on", "2026-02-01", "--reason", "corrected at the source").out
    assert said.startswith("Runs that begin on 2026-02-01 or later pay what is computed")
    assert "is no longer held" in attain("end", made["hold"], "--on", "2026-02-01", "--reason", "settled").out
    assert "it has no end" in attain("end", made["adjustment"], "--reason", "x", status=2).err
    taken = attain("withdraw", made["adjustment"], "--reason", "wrong person", "--json").json
    assert (taken["kind"], taken["amount"], taken["withdrawn_because"]) == ("adjustment", "-10.00", "wrong person")
    left = attain("decisions", "--json").json["decisions"]
    assert [(one["kind"], one["until"]) for one in left] == [("hold", "2026-02-01"), ("override", "2026-02-01")]
    assert "No decision begins with 'abc'" in attain("withdraw", "abc", "--reason", "x", status=2).err
    events = attain("audit", "list", "--last", "3", "--json").json["events"]
    assert [(event["action"], event["reason"]) for event in events] == [
        ("pay.override-ended", "corrected at the source"),
        ("pay.hold-lifted", "settled"),
        ("pay.adjustment-withdrawn", "wrong person"),
    ]


def test_an_override_that_a_closed_period_paid_can_only_end(nordwind: Path, attain: Attain) -> None:
    """K.9: its difference is paid in the open month: 400.00 in the place of 500.00."""
    override = decide(attain)["override"]
    attain("calculate", "2026-01")
    attain("close", "2026-01")
    refused = attain("withdraw", override, "--reason", "x", status=1).err
    assert "2026-01 was closed by ada with this override" in refused and "attain end" in refused
    assert "it cannot have ended on 2026-01-01" in attain("end", override, "--on", "2026-01-01", "--reason", "x",
                                                          status=1).err  # fmt: skip
    attain("end", override, "--on", "2026-02-01", "--reason", "was a mistake")
    attain("calculate", "2026-02")
    attain("verify")
    lines = attain("explain", "bob", "--json").json["lines"]
    assert [(one["kind"], one["amount"]) for one in lines if one["source"] == "D1"] == [("difference", "-100.00")]


def test_a_retired_version_gives_its_days_back(nordwind: Path, attain: Attain) -> None:
    """A.14: the published text never changed; only where it ends is worked out again."""
    attain("retire", "account-executive", "--reason", "made anew")
    Path("plans/account-executive.yaml").write_text(OPEN.replace('"2026-1"', '"2026-a"'))
    Path("plans/next.yaml").write_text(NEXT)
    said = attain("publish", "--untested", "--json").json["published"]
    assert [(one["plan"], one["to"]) for one in said] == [
        ("account-executive@2026-a", "2026-03-01"),
        ("account-executive@2026-2", "2027-01-01"),
    ]
    assert "has the versions 2026-a, 2026-2" in attain("retire", "account-executive", "--reason", "x", status=2).err
    said = attain("retire", "account-executive", "2026-2", "--reason", "never signed").out
    assert said.splitlines() == [
        "account-executive@2026-2 no longer counts, from the next run on.",
        "account-executive@2026-a holds from 2026-01-01.",
    ]
    attain("publish", "--untested")
    assert len(attain("status", "--json").json["plans"]) == 1, "what was retired comes back only by name"
    attain("publish", "--untested", "plans/next.yaml")
    assert len(attain("status", "--json").json["plans"]) == 2
    assert "Did you mean account-executive?" in attain("retire", "acount-executive", "--reason", "x", status=2).err


def test_a_version_that_paid_a_closed_month_is_not_retired(paid: Path, attain: Attain) -> None:
    attain("close", "2026-01")
    refused = attain("retire", "account-executive@2026-1", "--reason", "x", status=1).err
    assert "account-executive@2026-1 paid 2026-01" in refused and "which is closed" in refused


def test_an_override_of_a_line_that_no_run_has_is_recorded_with_a_warning(nordwind: Path, attain: Attain) -> None:
    """It may come to be; a slip of the pen is named with the line that was probably meant."""
    why = ("--reason", "agreed on 3 March")
    assert "warning" not in attain("override", LINE, "500.00", *why).out
    attain("calculate", "2026-01")
    attain("close", "2026-01")
    attain("calculate", "2026-02")
    assert attain("override", LINE.replace("D1/2026-01", "D3/2026-02"), "1", *why, "--json").json["warning"] is None
    said = attain("override", LINE.replace("D1/2026-01", "D33/2026-02"), "500.00", *why).out
    assert "warning: run-000002 has no line account-executive/commission/bob/D33/2026-02" in said
    assert f"Did you mean {LINE.replace('D1/2026-01', 'D3/2026-02')}?" in said
    assert len(attain("decisions", "--kind", "override", "--json").json["decisions"]) == 3


def test_amounts_by_hand_are_read_as_strictly_as_those_of_a_file(nordwind: Path, attain: Attain) -> None:
    paid_in = ("adjust", "account-executive", "bob", "2026-02", "commission")
    for text in ("1e3", "1_000", "\u0661\u0662", " 5", "NaN", "1,000.00"):
        assert "is no amount" in attain(*paid_in, text, "--reason", "x", status=2).err, text
        assert "is no amount" in attain("override", LINE, text, "--reason", "x", status=2).err, text
    for text in ("0", "-0.00"):
        assert "An adjustment of nothing pays nothing." in attain(*paid_in, text, "--reason", "x", status=1).err
    for text in ("amount=1e3", "amount=1_0", "amount"):
        attain("import", "in/deals.csv", "--into", "deals", "--sum", text, status=2)
    assert attain("decisions").out == "Nothing was decided.\n"
