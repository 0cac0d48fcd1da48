"""Why a line, or a payment, is what it is: its own plan is calculated once more, from exactly what the run read."""

from __future__ import annotations

from typing import Any

from attain.engine.trace import Explanation, Step, explain, explain_payment
from attain.engine.trace.wording import Voice
from attain.kernel.errors import NotFound
from attain.plans.prose.formats import Language
from attain.web.workspace import Workspace

from .calculating import stored
from .keeping import kept
from .models import Run
from .recalculated import recalculated


def of_line(workspace: Workspace, run: Run, line: str) -> Explanation:
    """The derivation of a line, for its payee alone where the plan shares nothing among payees."""
    return kept("why", run, [line], lambda: _explained(workspace, run, line))


def _explained(workspace: Workspace, run: Run, line: str) -> Explanation:
    payees = stored(workspace, run).table("lines", ["payee"], line=line)["payee"].to_pylist()
    if not payees:
        hint = "List the lines of a payee with `attain explain PAYEE --lines`."
        raise NotFound(f"{run} has no line {line}.", code="pay.no-line", hint=hint)
    with recalculated(workspace, run, line.partition("/")[0], payees[0]) as found:
        return explain(found.calculation, found.plans, line)


def of_payment(workspace: Workspace, run: Run, plan: str, payee: str, period: str) -> Explanation:
    """How what a plan pays a payee in a period comes from what was earned."""
    with recalculated(workspace, run, plan, payee) as found:
        return explain_payment(found.calculation, found.plans, plan, payee, period)


def steps_in_words(explanation: Explanation, language: Language) -> list[dict[str, Any]]:
    """The steps of a derivation, each with what it is made of."""
    voice = Voice(explanation.plan, language)
    return [_step(step, voice, explanation) for step in explanation.steps]


def _step(step: Step, voice: Voice, explanation: Explanation) -> dict[str, Any]:
    formula = voice.formula(step.formula) if step.formula is not None else ""
    result = voice.figure(step.result) if step.result is not None else ""
    return {
        "label": voice.label(step).strip(),
        "formula": "" if formula == result else formula,
        "result": result,
        "place": voice.place(step),
        "inside": [_step(inner, voice, explanation) for inner in step.inside],
        "is_result": step is explanation.result,
    }
