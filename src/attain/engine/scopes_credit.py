"""Names at a credit that need no measures: the fact's columns, the credit's own fields, people and parameters.

`measure` builds on this; `scopes_measured` adds what measures and values mean at a credit.
"""

from __future__ import annotations

from sqlglot import exp

from attain.engine import fractions as frac
from attain.engine.compilation import Compilation
from attain.engine.formulas import Plain, Sql
from attain.engine.fractions import Num
from attain.engine.frame import Frame, col, table
from attain.engine.scopes import PERSON_FIELDS, POSITION_FIELDS, PlaceScope
from attain.engine.sql import cast
from attain.engine.stages.credit import Credits, credits
from attain.kernel.errors import PlanError
from attain.plans.model import Plan


def period_field(scope: PlaceScope, field: str, prefix: str) -> Sql:
    if field == "start":
        return Plain("date", col(f"{prefix}start"))
    if field == "end":
        return Plain(
            "date", cast(exp.Paren(this=exp.Sub(this=col(f"{prefix}end"), expression=exp.Literal.number(1))), "DATE")
        )
    if field in (*PERIOD_FIELDS, "active_days"):
        return Num(cast(col(f"{prefix}{field}"), frac.WIDE))
    raise PlanError(f"A period has no `{field}`.", code="plan.unknown-name")


PERIOD_FIELDS = ("number", "month", "quarter", "year", "days")


class CreditBase(PlaceScope):
    """A row is a credit of one set."""

    def __init__(self, compilation: Compilation, plan: Plan, frame: Frame, credit_set: str) -> None:
        super().__init__(compilation, plan, frame)
        self.credit_set = credit_set
        self.credits = credits(compilation, credit_set)
        self._person = False

    def day(self) -> exp.Expr:
        return col("@date")

    def key_of_person(self) -> exp.Expr:
        return col("@person")

    def key_of_position(self) -> exp.Expr:
        return col("@held")

    def key_of_title(self) -> exp.Expr:
        return col("@title")

    def amount(self, name: str | None = None) -> Num:
        name = name or self.credits.main
        return Num(cast(col(f"@amount:{name}"), frac.WIDE), self.credits.amounts[name])

    def resolve(self, parts: tuple[str, ...]) -> Sql:
        if len(parts) == 1 and parts[0] in self.credits.columns:
            return self.compilation.fact_column(self.credits.fact, parts[0], col(parts[0]))
        if len(parts) == 2 and parts[0] == "credit":
            found = self._field(parts[1])
            if found is not None:
                return found
        if len(parts) == 2 and parts[0] == "position" and parts[1] in (*POSITION_FIELDS, "id"):
            return Plain("text", col("@held" if parts[1] == "id" else f"@{parts[1]}"))
        if len(parts) == 2 and parts[0] == "person" and (parts[1] in PERSON_FIELDS or parts[1] == "id"):
            return self._of_person(parts[1])
        if len(parts) == 2 and parts[0] == "period" and parts[1] in ("start", "end", *PERIOD_FIELDS):
            return period_field(self, parts[1], self.period_prefix())
        return super().resolve(parts)

    def period_prefix(self) -> str:
        """What stands before the columns of the credit's pay period, which are joined when the first one is read."""
        if not hasattr(self, "_joined_period"):
            self._joined_period = f"{self.frame.fresh('period')}."
            kind = self.plan.period
            day = self.frame.fresh("day")
            self.frame.join(table(self.compilation.days), {"day": self.day()}, {day: kind})
            fields = {f"{self._joined_period}{field}": field for field in ("start", "end", *PERIOD_FIELDS)}
            self.frame.join(table(self.compilation.periods(kind)), {"period": col(day)}, fields)
        return self._joined_period

    def _field(self, name: str) -> Sql | None:
        if name == "amount":
            return self.amount()
        if name in self.credits.amounts:
            return self.amount(name)
        if name == "share":
            return Num(cast(col("@share"), frac.WIDE), 1, cast(col("@share_over"), frac.WIDE))
        if name == "level":
            return Num(cast(col("@level"), frac.WIDE))
        if name in ("role", "payee"):
            return Plain("text", col(f"@{name}"))
        return Plain("date", col("@date")) if name == "date" else None

    def _of_person(self, field: str) -> Sql:
        if field == "id":
            return Plain("text", col("@person"))
        if not self._person:
            self.frame.join(
                table("people"), {"person": col("@person")}, {f"person.{name}": name for name in PERSON_FIELDS}
            )
            self._person = True
        return Plain(PERSON_FIELDS[field], col(f"person.{field}"))


class LimitScope(CreditBase):
    """A credit while its table is being made: where `limit` of a credit set stands."""

    def __init__(self, compilation: Compilation, plan: Plan, frame: Frame, found: Credits) -> None:
        PlaceScope.__init__(self, compilation, plan, frame)
        self.credits = found
        self._person = False
