"""Why a line, or a payment, is what it is: its own plan is calculated once more, from exactly what the run read."""

from __future__ import annotations

from attain.engine.trace import Explanation, explain, explain_payment
from attain.kernel.errors import NotFound
from attain.web.workspace import Workspace

from .calculating import again, stored
from .models import Run


def of_line(workspace: Workspace, run: Run, line: str) -> Explanation:
    """The derivation of a line, for its payee alone where the plan shares nothing among payees."""
    payees = stored(workspace, run).table("lines", ["payee"], line=line)["payee"].to_pylist()
    if not payees:
        hint = "List the lines of a payee with `attain explain PAYEE --lines`."
        raise NotFound(f"{run} has no line {line}.", code="pay.no-line", hint=hint)
    frozen, calculation = again(workspace, run, line.partition("/")[0], payees[0])
    try:
        return explain(calculation, frozen.plans, line)
    finally:
        calculation.close()


def of_payment(workspace: Workspace, run: Run, plan: str, payee: str, period: str) -> Explanation:
    """How what a plan pays a payee in a period comes from what was earned."""
    frozen, calculation = again(workspace, run, plan, payee)
    try:
        return explain_payment(calculation, frozen.plans, plan, payee, period)
    finally:
        calculation.close()
