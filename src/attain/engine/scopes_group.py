"""Names at a period of a team or of the company, where the values of its payees can be added up."""

from __future__ import annotations

from sqlglot import exp

from attain.engine import fractions as frac
from attain.engine.compilation import Compilation
from attain.engine.formulas import Sql, numeric
from attain.engine.fractions import Num
from attain.engine.frame import Frame, col, named, table
from attain.engine.scopes_measured import PeriodScope
from attain.engine.sql import cast
from attain.engine.stages.rows import payee_rows
from attain.kernel.errors import PlanError
from attain.plans import expressions as tree
from attain.plans.model import Measure, Plan


class GroupScope(PeriodScope):
    """A row is a period of a team or of the company."""

    def __init__(self, compilation: Compilation, plan: Plan, frame: Frame, kind: str, subject: str) -> None:
        super().__init__(compilation, plan, frame, kind)
        self.subject = subject

    def key_of_person(self) -> None:  # type: ignore[override]
        return None

    key_of_position = key_of_title = key_of_person  # type: ignore[assignment]

    def subjects(self) -> list[exp.Expr]:
        return [col("subject")]

    def payee(self) -> exp.Expr:
        return col("subject")

    def team(self) -> exp.Expr:
        return col("subject")

    def measure_subject(self, measure: Measure) -> exp.Expr:
        if measure.for_ == "payee":
            raise PlanError("The measure of a payee is finer than this place: use sum(…).", code="plan.wrong-place")
        return exp.Literal.string("company") if measure.for_ == "company" else col("subject")

    def special(self, call: tree.Call) -> Sql:
        """sum, count, min and max over the payees."""
        rows = payee_rows(self.compilation, self.kind)
        inner = Frame(exp.select(exp.Star()).from_(table(rows), copy=False).where(col("present"), copy=False))
        scope = PeriodScope(self.compilation, self.plan, inner, self.kind)
        value = numeric(call.arguments[0], scope) if call.arguments else frac.ONE
        if value.divisor is not None:
            raise PlanError(
                "What is added up divides by data.", code="plan.inexact-measure", hint="Write round(…, 6) around it."
            )
        inner.add("x", value.numerator)
        inner.add("subject", exp.Literal.string("company") if self.subject == "company" else scope.team())
        function = {"sum": exp.Sum, "count": exp.Count, "min": exp.Min, "max": exp.Max}[call.function]
        aggregate = cast(function(this=col("x")), frac.WIDE)
        query = exp.select(col("subject"), col("period"), named(aggregate, "x")).from_(
            exp.Subquery(this=inner.query(), alias=exp.TableAlias(this=exp.to_identifier("i"))), copy=False
        )
        grouped = query.group_by(col("subject"), col("period"))
        taken = self.frame.fresh("g")
        self.frame.join(
            exp.Subquery(this=grouped, alias=exp.TableAlias(this=exp.to_identifier("g"))),
            {"subject": col("subject"), "period": col("period")},
            {taken: "x"},
        )
        numerator = (
            exp.Coalesce(this=col(taken), expressions=[frac.integer(0)])
            if call.function in ("sum", "count")
            else col(taken)
        )
        return Num(numerator, 1 if call.function == "count" else value.denominator)
