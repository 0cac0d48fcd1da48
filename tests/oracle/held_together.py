"""One case run twice, by the engine and by the checker, and everything in which the two answers differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from attain.checker import compare, recompute
from attain.engine import calculate
from attain.engine.calculation import Calculation
from attain.facts.snapshot import Snapshot
from attain.kernel.errors import AttainError
from attain.kernel.intervals import Interval
from attain.plans.model import Plan

from .companies import World, company
from .deciding import decide
from .plans import Text, document_of, random_plan

SPAN = Interval(date(2026, 1, 1), date(2026, 7, 1))
CREDIT = (
    "plan",
    "version",
    "credit_set",
    "event",
    "rule",
    "role",
    "level",
    "payee",
    "position",
    "credited_on",
    "share",
    "amount",
    "currency",
    "via",
    "credit",
)
UNCREDITED = ("event_type", "event", "date", "reason")
EXCEPTION = ("plan", "component", "event_type", "event", "payee", "period", "code")


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
    rnd = Random(seed)
    world = company(rnd)
    plan = random_plan(rnd)
    decide(rnd, world, plan)
    return Case(world, [plan])


def differences(plans: Sequence[Plan], snapshot: Snapshot, span: Interval = SPAN) -> list[str]:
    """Every difference in words; a refusal that only one side makes is one too."""
    engine = _answered(lambda: calculate(plans, snapshot, span, threads=1))
    checker = _answered(lambda: recompute(plans, snapshot, span))
    if isinstance(engine, AttainError) and engine.code in REFUSED:
        return []
    if isinstance(engine, AttainError) or isinstance(checker, AttainError):
        codes = [each.code if isinstance(each, AttainError) else "an answer" for each in (engine, checker)]
        return (
            []
            if codes[0] == codes[1]
            else [f"engine {codes[0]}, checker {codes[1]}: {engine if isinstance(engine, AttainError) else checker}"]
        )
    try:
        found = [str(difference) for difference in compare(checker, engine)]
        for table, columns in (("credits", CREDIT), ("uncredited", UNCREDITED), ("exceptions", EXCEPTION)):
            found += _of_rows(table, columns, engine.rows(table), checker.rows(table))
        return found
    finally:
        engine.close()


def _answered(ask: Any) -> Any:
    try:
        return ask()
    except AttainError as refused:
        return refused


def _of_rows(
    table: str, columns: Sequence[str], engine: Iterable[Mapping[str, Any]], checker: Iterable[Mapping[str, Any]]
) -> Iterator[str]:
    ours, theirs = (
        Counter(tuple(row.get(name) or None for name in columns) for row in rows) for rows in (engine, checker)
    )
    if table == "exceptions":  # the same event may be left out twice, once for each of its credits
        ours, theirs = Counter(set(ours)), Counter(set(theirs))
    for side, more in (("engine", ours - theirs), ("checker", theirs - ours)):
        for row in sorted(more, key=str):
            yield f"{table}: only by the {side}: " + ", ".join(
                f"{name} {value}" for name, value in zip(columns, row, strict=True)
            )


__all__ = ["Calculation", "Case", "differences", "random_case"]
