"""Choices that a plan must state because two readers would make them differently."""

from __future__ import annotations

from collections.abc import Iterator

from attain.kernel.errors import Finding
from attain.plans.linter.rules import PlanRule, Reading
from attain.plans.needs import needed_policies


class MissingPolicy(PlanRule):
    """Every choice that the plan's constructs touch is stated under `policies`: rounding, borders, splits and the
    others. Without it two readers would pay different amounts."""

    code = "plan.policy-missing"
    level = "error"

    def check(self, reading: Reading) -> Iterator[Finding]:
        for need in needed_policies(reading.plan):
            yield self.finding(
                reading,
                need.path or ("policies",),
                f"The policy `{need.policy}` is not stated, and {need.why}.",
                witness=need.witness,
                hint=f"Add `policies: {{{need.policy}: …}}` with {need.choices}.",
            )


RULES = (MissingPolicy,)
