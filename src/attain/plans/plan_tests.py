"""Runs the tests that stand in plan documents: given, expected, and periods that close in between.

Who calculates is passed in, so the engine and the checker are held against the same expectations, and against each
other: a test names only what matters to it, and two answers may differ in what it does not name. A fault in a test
itself, such as an unknown name under `given`, is a difference like any other: it names the test and what to mend.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from attain.facts.schema import FactType
from attain.facts.snapshot import Snapshot
from attain.kernel.errors import AttainError, Findings, PlanError, Where
from attain.kernel.intervals import Interval
from attain.kernel.periods import Calendar, Period
from attain.plans.expected import Difference, Expected
from attain.plans.given import Given
from attain.plans.ledger import closed
from attain.plans.loader import Document
from attain.plans.model import Plan, PlanTest, Step
from attain.plans.outcome import Outcome

Calculate = Callable[[Sequence[Plan], Snapshot, Interval], Outcome]
FirstDifference = Callable[[Mapping[str, Outcome]], Difference | None]
"""Of the answers to one step, by who gave them: the first place where they differ."""
BOTH = "both"
LEDGER = ("ledger_lines", "ledger_releases", "ledger_balances", "closed_periods")


@dataclass(frozen=True)
class TestResult:
    __test__ = False  # the name is of the trade, not of pytest

    plan: str
    name: str
    differences: tuple[Difference, ...]
    where: Where

    @property
    def passed(self) -> bool:
        return not self.differences

    def __str__(self) -> str:
        if self.passed:
            return f"passed  {self.plan}: {self.name}"
        return "\n".join(
            [f"FAILED  {self.where}  {self.name}", *(f"  {difference}" for difference in self.differences)]
        )


def run_tests(
    documents: Sequence[Document],
    fact_types: Mapping[str, FactType],
    calendars: Mapping[str, Calendar],
    calculate: Calculate,
    only: str | None = None,
) -> list[TestResult]:
    """Every test of the documents, in their order. `only` names a plan, a test, or `plan: test`."""
    results = []
    for document, number, test in chosen(documents, only):
        run = _Run(documents, document, fact_types, calendars, calculate)
        results.append(_result(document, number, run.differences(test)))
    return results


def run_tests_by_all(
    documents: Sequence[Document],
    fact_types: Mapping[str, FactType],
    calendars: Mapping[str, Calendar],
    calculations: Mapping[str, Calculate],
    first_difference: FirstDifference,
    only: str | None = None,
) -> dict[str, list[TestResult]]:
    """As `run_tests`, for each of the calculations; under `both` the tests at whose steps their answers differ."""
    results: dict[str, list[TestResult]] = {by: [] for by in calculations}
    for document, number, test in chosen(documents, only):
        runs = {by: _Run(documents, document, fact_types, calendars, one) for by, one in calculations.items()}
        for by, run in runs.items():
            results[by].append(_result(document, number, run.differences(test)))
        if apart := list(_apart(runs, first_difference)):
            results.setdefault(BOTH, []).append(_result(document, number, apart))
    return results


def chosen(documents: Sequence[Document], only: str | None = None) -> Iterator[tuple[Document, int, PlanTest]]:
    """The tests that `only` names, with their number in their document."""
    for document in documents:
        for number, test in enumerate(document.plan.tests):
            if only in (None, document.plan.plan, document.id, test.name, f"{document.plan.plan}: {test.name}"):
                yield document, number, test


def _result(document: Document, number: int, differences: Iterable[Difference]) -> TestResult:
    name = document.plan.tests[number].name
    return TestResult(document.plan.plan, name, tuple(differences), document.where("tests", number))


def _apart(runs: Mapping[str, _Run], first_difference: FirstDifference) -> Iterator[Difference]:
    """Only the first step where answers differ: what is closed apart stays apart."""
    for answers in zip(*(run.answers for run in runs.values()), strict=False):  # who fails gives fewer; that is told
        found = first_difference({by: outcome for by, (_, outcome) in zip(runs, answers, strict=True)})
        if found is not None:
            before = answers[0][0]
            yield found._replace(what=f"{before}{found.what}")
            return


class _Run:
    """One test: its world grows step by step, and its ledger with every period that closes."""

    def __init__(
        self,
        documents: Sequence[Document],
        document: Document,
        fact_types: Mapping[str, FactType],
        calendars: Mapping[str, Calendar],
        calculate: Calculate,
    ) -> None:
        self.plan = document.plan
        self.calculate = calculate
        versions = [other.plan for other in documents if other.plan.plan == self.plan.plan]
        self.given = Given(versions, self.plan, fact_types, calendars)
        self.answers: list[tuple[str, Outcome]] = []
        """What came out of each close and of each expectation, after the words that name its step."""
        self.ledger: dict[str, list[dict[str, Any]]] = {}
        self.last_closed: Period | None = None

    def differences(self, test: PlanTest) -> Iterator[Difference]:
        steps = test.steps or (Step(given=test.given, expect=test.expect),)
        for number, step in enumerate(steps, start=1):
            before = f"step {number}: " if test.steps else ""
            try:
                yield from self._step(step, before)
            except Findings as problem:
                for finding in problem.findings:
                    yield Difference(f"{before}the test", "a result", finding.message)
                return
            except AttainError as problem:
                yield Difference(f"{before}the test", "a result", f"{problem.message} {problem.hint or ''}".strip())
                return

    def _step(self, step: Step, before: str) -> Iterator[Difference]:
        self.given.add(step.given)
        if step.close is not None:
            self._close(self.given.period(step.close), before)
        if step.expect:
            _, outcome = self._outcome(self.given.span(self.last_closed, self._days_in(step.expect)), before)
            yield from Expected(self.plan, outcome, before).compare(step.expect)

    def _outcome(self, span: Interval, before: str) -> tuple[Snapshot, Outcome]:
        snapshot = self.given.snapshot()
        for name, rows in self.ledger.items():
            snapshot = snapshot.with_decisions(name, rows)
        outcome = self.calculate(self.given.plans, snapshot, span)
        self.answers.append((before, outcome))
        return snapshot, outcome

    def _close(self, through: Period, before: str) -> None:
        if through.kind != self.plan.period:
            message = f"`close: {through.id}` is a {through.kind}; the plan pays by the {self.plan.period}."
            raise PlanError(message, code="plan.test-close")
        span = self.given.span(self.last_closed)
        if through.end <= span.start:
            raise PlanError(f"{through.id} is closed already.", code="plan.test-close")
        snapshot, outcome = self._outcome(Interval(span.start, through.end), before)
        after = closed(snapshot, outcome, through, self.given.plans)
        self.ledger = {name: list(after.rows(name)) for name in LEDGER}
        self.last_closed = through

    def _days_in(self, expect: Any) -> Iterator[date]:
        """The days that an expectation names, as keys that are periods and as dates in lists."""
        if isinstance(expect, dict):
            for name, inner in expect.items():
                period = None if name in self.given.fact_keys else self.given.find_period(name)
                if period is not None:
                    yield period.last
                yield from self._days_in(inner)
        elif isinstance(expect, list):
            for item in expect:
                yield from self._days_in(item)
        elif isinstance(expect, str) and len(expect) == 10 and expect.count("-") == 2:
            try:
                yield date.fromisoformat(expect)
            except ValueError:
                return
