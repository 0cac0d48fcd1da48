"""Where in its plan document a refusal belongs: the part that was being computed when it was raised.

Formulas know nothing of documents. The stages that compute a named part note it on a refusal that passes by; the
innermost part wins. Who knows the file turns it into a line: see `attain.plans.loader.located`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from attain.engine.compilation import Compilation
from attain.kernel.errors import PlanError
from attain.plans.model import Plan

Rest = ParamSpec("Rest")
Result = TypeVar("Result")
Stage = Callable[Concatenate[Compilation, Plan, str, Rest], Result]


def computes(section: str) -> Callable[[Stage[Rest, Result]], Stage[Rest, Result]]:
    """For a function that computes the part of that name in a section of the plan."""

    def decorate(stage: Stage[Rest, Result]) -> Stage[Rest, Result]:
        @wraps(stage)
        def placed(
            compilation: Compilation, plan: Plan, name: str, /, *rest: Rest.args, **named: Rest.kwargs
        ) -> Result:
            try:
                return stage(compilation, plan, name, *rest, **named)
            except PlanError as error:
                error.note_part(f"{plan.plan}@{plan.version}", (section, name))
                raise

        return placed

    return decorate
