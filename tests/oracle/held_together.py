"""One case run twice, by the engine and by the checker, and everything in which the two answers differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from attain.checker import compare, recompute
from attain.engine import calculate
from attain.facts.snapshot import Snapshot
from attain.kernel.errors import AttainError
from attain.kernel.intervals import Interval
from attain.plans.model import Plan
from attain.plans.outcome import Outcome

from .calendars import in_weeks
from .companies import World, company
from .deciding import decide
from .plans import Text, document_of, random_plan
from .versions import with_versions

SPAN = Interval(date(2026, 1, 1), date(2026, 7, 1))
REFUSED = ("plan.inexact-measure", "plan.inexact-credit", "plan.running-rounding", "calculation.overflow")
"""What the engine may refuse and the checker need not: sums of quotients of data, numbers of more than 38 digits."""


@dataclass
class Case:
    world: World
    plans: list[Text]

    @property
    def models(self) -> list[Plan]:
        return [document_of(plan).plan for plan in self.plans]


def random_case(seed: int) -> Case:
    """A company with one plan; the same on every machine. One in which little is paid is drawn a second time."""
    rnd = Random(seed)
    case = drawn(rnd)
    return case if _is_lively(case) else drawn(rnd)


def drawn(rnd: Random) -> Case:
    """A company with one plan, in which little or nothing may be paid."""
    world = company(rnd)
    plan = random_plan(rnd)
    decide(rnd, world, plan)
    return Case(world, [plan])


def _is_lively(case: Case) -> bool:
    answer = _answered(lambda: recompute(case.models, case.world.snapshot(), SPAN))
    return isinstance(answer, AttainError) or sum(1 for _ in answer.rows("lines")) > 10


def case_in_weeks(seed: int) -> Case:
    """A company whose plan pays by a 4-5-4 calendar, and whose quotas are not all in its currency."""
    case = random_case(seed)
    world, plan = in_weeks(Random(seed), case.world, case.plans[0])
    return Case(world, [plan])


def case_with_versions(seed: int) -> Case:
    """A company whose plan has a second version, and often a third, from the first of a month or the middle of one."""
    case = random_case(seed)
    rnd = Random(-1 - seed)
    return Case(case.world, with_versions(rnd, case.plans[0]))


def answers(plans: Sequence[Plan], snapshot: Snapshot, span: Interval = SPAN) -> tuple[Any, Any]:
    """What engine and checker say: an answer, or the error that was raised."""
    return (
        _answered(lambda: calculate(plans, snapshot, span, threads=1)),
        _answered(lambda: recompute(plans, snapshot, span)),
    )


def _answered(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except AttainError as refused:
        return refused


def differences(plans: Sequence[Plan], snapshot: Snapshot, span: Interval = SPAN) -> list[str]:
    """Every difference in words; a refusal that only one side makes is one too."""
    engine, checker = answers(plans, snapshot, span)
    if isinstance(engine, AttainError) or isinstance(checker, AttainError):
        return _refusals(engine, checker)
    try:
        return between(engine, checker)
    finally:
        engine.close()


def _refusals(engine: Any, checker: Any) -> list[str]:
    if isinstance(engine, AttainError) and engine.code in REFUSED:
        return []
    codes = [each.code if isinstance(each, AttainError) else "an answer" for each in (engine, checker)]
    refusal = engine if isinstance(engine, AttainError) else checker
    return [] if codes[0] == codes[1] else [f"engine {codes[0]}, checker {codes[1]}: {refusal}"]


def between(engine: Outcome, checker: Outcome) -> list[str]:
    """Every amount, credit, uncredited event and exception that is not the same in both answers."""
    return [str(difference) for difference in compare(checker, engine)]
