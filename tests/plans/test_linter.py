"""Faults planted in small plans: each is found, with the case that proves it. Capability Q.4."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from attain.kernel.errors import Finding
from attain.plans.linter import RULES, check
from attain.plans.loader import load_plan
from tests.plans.clean_plans import CLEAN
from tests.plans.planted_faults import BOOKED, SEEDED, plan_with, tiered, without


@pytest.mark.parametrize(
    ("sections", "code", "level", "witness"), [pytest.param(*seed[1:], id=seed[0]) for seed in SEEDED]
)
def test_a_planted_fault_is_found_with_the_case_that_proves_it(
    sections: dict[str, Any], code: str, level: str, witness: str
) -> None:
    """Q.4."""
    cleaned = deepcopy(sections)
    for component in cleaned.get("components", {}).values():
        if component.get("per"):
            component.pop("each", None)
    found = [finding for finding in check(plan_with(**cleaned)) if finding.code == code]
    assert found, f"{code} was not found"
    assert any(finding.level == level and witness in (finding.witness or "") for finding in found), found


def test_every_rule_has_a_planted_fault() -> None:
    assert {rule.code for rule in RULES} == {code for _, _, code, _, _ in SEEDED}


def test_every_rule_says_itself_in_a_sentence() -> None:
    for rule in RULES:
        assert rule.text().endswith("."), rule
        assert rule.code.startswith("plan.")


@pytest.mark.parametrize("sections", [pytest.param(sections, id=name) for name, sections in CLEAN.items()])
def test_a_sound_plan_gives_no_error_and_no_warning(sections: dict[str, Any]) -> None:
    """Q.4: what is found in a sound plan is at most worth knowing."""
    serious = [finding for finding in check(plan_with(**sections)) if finding.level != "note"]
    assert serious == []


def test_everything_is_found_in_one_pass_errors_first() -> None:
    found = check(
        plan_with(
            measures=BOOKED,
            policies=without("rounding"),
            components=tiered(("50%", "5"), ("100%", "4%"), (None, "-1%")),
        )
    )
    assert {"plan.policy-missing", "plan.rate-above-100", "plan.falling-pay"} <= {finding.code for finding in found}
    levels = [finding.level for finding in found]
    assert levels == sorted(levels, key=["error", "warning", "note"].index)


def test_a_finding_names_file_line_and_place() -> None:
    text = """\
plan: small
version: "1"
currency: EUR
period: month
effective: {from: 2026-01-01}
participants: "true"
credits: {bookings: {from: deals, amount: acv}}
components:
  commission:
    each: bookings
    pays: percent
    rate: 5
policies: {rounding: {mode: half_up, scope: line}, missing: hold, negative_pay: carry, late_facts: difference}
"""
    document = load_plan(text, file="plans/small.yaml")
    found: list[Finding] = [finding for finding in check(document.plan, document.where) if finding.level == "warning"]
    assert [(str(finding.where), finding.code) for finding in found] == [
        ("plans/small.yaml:12  component commission, rate", "plan.rate-above-100")
    ]


def test_a_witness_rests_on_the_default_of_a_parameter() -> None:
    """A.15: who overrides the parameter gets the same rule with other numbers."""
    parameters = {"low": "1%", "high": "3%"}
    components = tiered(("50%", "low"), (None, "high"), pays="whole", retroactive="yes")
    found = check(plan_with(parameters=parameters, measures=BOOKED, components=components))
    assert any("1000.10 more" in (finding.witness or "") for finding in found if finding.code == "plan.cliff")
