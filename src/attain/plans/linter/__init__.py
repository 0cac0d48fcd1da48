"""The checker of plans: what is wrong or worth knowing about a plan, seen without any data.

Three levels: an error is wrong for every reader; a warning is most often a mistake; a note is a choice whose cost
should be known. Every finding carries a witness, the case that proves it. One pass collects everything.

A rule about the order of credits is not here: the language gives every credit a place (date, event, rule, level,
payee) and no plan can leave that open.
"""

from __future__ import annotations

from attain.kernel.errors import Finding
from attain.plans.linter import cliffs, pay, policies, reach, scales, settling, tables, timing
from attain.plans.linter.rules import PlanRule, Reading, WhereOf, in_the_plan
from attain.plans.model import Plan

RULES: tuple[type[PlanRule], ...] = (
    *tables.RULES,
    *cliffs.RULES,
    *reach.RULES,
    *pay.RULES,
    *policies.RULES,
    *timing.RULES,
    *scales.RULES,
    *settling.RULES,
)
_ORDER = {"error": 0, "warning": 1, "note": 2}


def check(plan: Plan, where_of: WhereOf = in_the_plan) -> tuple[Finding, ...]:
    """Every finding about a plan whose fragments are merged in: errors first, then by place in the document.

    `where_of` gives the place of a path, as `Document.where` does.
    """
    reading = Reading(plan, where_of)
    found = [finding for rule in RULES for finding in rule().check(reading)]
    unique = {(finding.code, finding.where, finding.message): finding for finding in found}
    return tuple(sorted(unique.values(), key=lambda finding: (_ORDER[finding.level], finding.where.line or 0)))


__all__ = ["RULES", "PlanRule", "Reading", "check"]
