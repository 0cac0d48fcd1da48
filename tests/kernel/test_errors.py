"""Errors read like a colleague's note: where, what, what to do."""

from __future__ import annotations

import json
import pickle

import pytest

from attain.kernel import errors
from attain.kernel.errors import AttainError, Finding, Findings, PlanError, Refused, Where

GAP = PlanError(
    "Tier 2 ends at 90% and tier 3 starts at 100%: attainment of 95% would pay nothing.",
    code="plan.tier-gap",
    where=Where("plans/ae.yaml", 23, "component commission, tier 3"),
    hint="Let tier 2 end at 100%, or add a tier from 90% to 100%.",
)


def test_an_error_is_shown_in_the_house_form() -> None:
    assert str(GAP) == (
        "plans/ae.yaml:23  component commission, tier 3  [plan.tier-gap]\n"
        "  Tier 2 ends at 90% and tier 3 starts at 100%: attainment of 95% would pay nothing.\n"
        "  Let tier 2 end at 100%, or add a tier from 90% to 100%."
    )


def test_an_error_without_a_place_starts_with_its_message() -> None:
    assert str(Refused("Period 2026-03 is closed.", hint="Book it in 2026-04.")) == (
        "Period 2026-03 is closed.  [refused]\n  Book it in 2026-04."
    )


def test_an_error_goes_through_json_and_through_a_child_process_unchanged() -> None:
    assert json.loads(json.dumps(GAP.as_dict())) == {
        "code": "plan.tier-gap",
        "message": GAP.message,
        "where": {"file": "plans/ae.yaml", "line": 23, "field": "component commission, tier 3"},
        "hint": GAP.hint,
    }
    for error in (GAP, Findings([Finding("error", "plan.cliff", "Pay falls.", witness="100%")])):
        again = pickle.loads(pickle.dumps(error))
        assert type(again) is type(error)
        assert (str(again), again.as_dict()) == (str(error), error.as_dict())


def test_findings_carry_all_that_was_found() -> None:
    cliff = Finding("error", "plan.cliff", "At 100% pay falls by 5.00.", Where("a.yaml", 3), witness="100%")
    note = Finding("note", "plan.unused", "Measure booked is not used.")
    raised = Findings([cliff, note])
    assert isinstance(raised, AttainError)
    assert raised.message == "1 error, 1 note"
    assert "a.yaml:3  [plan.cliff]" in str(raised) and "[plan.unused]" in str(raised)
    assert [found["witness"] for found in raised.as_dict()["findings"]] == ["100%", None]
    with pytest.raises(ValueError, match="at least one"):
        Findings([])


def test_each_kind_of_error_has_its_own_default_code() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, AttainError)]
    assert len({kind.default_code for kind in kinds}) == len(kinds) > 10
