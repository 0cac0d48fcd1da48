"""Components: what each way of paying needs, and whether what comes out is money."""

from __future__ import annotations

from attain.plans import expressions as tree
from attain.plans.expressions import Expr
from attain.plans.inference import Inference, Node
from attain.plans.mistakes import Path
from attain.plans.model import BudgetLimit, Component, Curve, Grid, LookupTable, Table, TierTable, WindowLimit
from attain.plans.names import Refusal
from attain.plans.operations import calculated, towards
from attain.plans.references import LITERAL, NUMBER, UNKNOWN, YES_NO, MeasureField, Place, Type, fits
from attain.plans.tabling import result_columns
from attain.plans.vantage import component_place, place_of_period, pool_place, running_of

PAID_COLUMNS = ("rate", "factor", "value", "amount")
"""Result columns of a lookup that `pays: lookup` uses; `amount` stands alone, the others are multiplied by `of`."""


class Paying:
    def __init__(self, inference: Inference) -> None:
        self.plan = inference.plan
        self.inference = inference
        self.money = inference.money

    def check(self, name: str, component: Component) -> None:
        path: Path = ("components", name)
        node: Node = ("components", name)
        place = component_place(self.plan, component)
        one = _One(self, path, node, component, place)
        one.typed("when", YES_NO)
        with self.inference.at(path, node):
            try:
                result = one.pay()
            except Refusal as refusal:
                self.inference.tell(refusal.code, refusal.message, refusal.hint)
                result = UNKNOWN
        one.each("times", component.times, NUMBER)
        one.typed("gate", YES_NO)
        if component.round is None and not fits(result, self.money):
            message = f"Component {name} would pay {result}, not {self.money}."
            hint = "Multiply by an amount; or give it `round:` when it is not paid out as money."
            if result.kind == "money":
                hint = towards(result, self.money) or hint
            self.inference.tell("plan.type-mismatch", message, hint, path)
        kind = result if component.round is not None else self.money
        window = place_of_period("payee", self.plan.period)
        if isinstance(component.limit, WindowLimit):
            one.at(("limit", "amount"), component.limit.amount, kind, seen=window)
        elif isinstance(component.limit, BudgetLimit):
            self.inference.check((*path, "limit", "budget"), LITERAL, component.limit.budget, kind, node=node)
        else:
            one.at(("limit",), component.limit, kind)
        if component.floor is not None:
            one.at(("floor", "amount"), component.floor.amount, kind, seen=window)


class _One:
    """One component, with the place of its expressions."""

    def __init__(self, paying: Paying, path: Path, node: Node, component: Component, place: Place) -> None:
        self.inference = paying.inference
        self.plan = paying.plan
        self.money = paying.money
        self.path = path
        self.node = node
        self.component = component
        self.place = place

    def at(self, keys: Path, expression: Expr | None, *kinds: Type, seen: Place | None = None) -> Type:
        return self.inference.check((*self.path, *keys), seen or self.place, expression, *kinds, node=self.node)

    def typed(self, key: str, *kinds: Type, seen: Place | None = None) -> Type:
        return self.at((key,), getattr(self.component, key), *kinds, seen=seen)

    def each(self, key: str, expressions: tuple[Expr, ...], *kinds: Type) -> list[Type]:
        return [self.at((key, number), expression, *kinds) for number, expression in enumerate(expressions)]

    def pay(self) -> Type:
        """The type of a line before factors, limits and rounding."""
        component = self.component
        match component.pays:
            case "percent":
                return calculated("*", self.typed("rate", NUMBER), self.base())
            case "per_unit":
                self.base(NUMBER)
                return self.typed("amount", self.money, NUMBER)
            case "fixed":
                return self.typed("amount", self.money, NUMBER)
            case "formula":
                return self.typed("formula")
            case "pool":
                return self.pool()
            case "prizes":
                self.each("by", component.by or (), self.money, NUMBER)
                prizes = self.each("prizes", component.prizes, self.money, NUMBER)
                return self.inference.joined(prizes, "the prizes")
            case "marginal":
                return self.marginal()
            case "whole":
                return self.whole()
            case "curve":
                return self.curve()
            case _:
                return self.lookup()

    def pool(self) -> Type:
        if self.component.per is None:
            message = "A pool is shared out once a period, not for each credit."
            raise Refusal("plan.component-grain", message, "Use `per: payee …`.")
        self.typed("weight", NUMBER, self.money)
        return self.typed("amount", self.money, NUMBER, seen=pool_place(self.component))

    def base(self, *kinds: Type) -> Type:
        """The type of `of`: the credit's amount when an `each` component leaves it out."""
        wanted = kinds or (self.money, NUMBER)
        if self.component.of is not None:
            return self.typed("of", *wanted)
        if self.component.each is None:
            hint = "Add `of:`, such as a measure or a parameter."
            raise Refusal("plan.missing-key", "`of` is missing: of what is it paid?", hint)
        self.inference.read(("credits", self.component.each))
        found = self.inference.amount_type(self.component.each)
        if not any(fits(found, kind) for kind in wanted):
            raise Refusal(
                "plan.type-mismatch",
                f"`of` is the credit's amount when it is left out; that is {found}, not {wanted[0]}.",
                "Add `of:` with a quantity.",
            )
        return found

    # By a table.

    def table(self) -> tuple[Table, Path]:
        inline = self.component.inline_table
        if inline is not None:
            return inline, self.path
        name = self.component.table or ""
        if name not in self.plan.tables:
            raise _Told
        self.inference.read(("tables", name))
        return self.plan.tables[name], ("tables", name)

    def by(self) -> list[tuple[Type, MeasureField | None]]:
        """The type of each `by`, and the measure whose running value it is."""
        return [self._by(number, by) for number, by in enumerate(self.component.by or ())]

    def _by(self, number: int, by: Expr) -> tuple[Type, MeasureField | None]:
        running = running_of(self.plan, by)
        if running is None or self.component.each is None:
            return self.at(("by", number), by), running
        measure = self.plan.measures[running.measure]
        with self.inference.at((*self.path, "by", number), self.node):
            if measure.credits != self.component.each:
                raise Refusal(
                    "plan.ambiguous-measure",
                    f"`{running.measure}` counts credits of {measure.credits}; "
                    f"at a credit of {self.component.each} it has no order.",
                    f"Write {running.measure}.{'attainment_' if running.field == 'attainment' else ''}total.",
                )
            part = "after" if running.field == "value" else "attainment_after"
            return self.inference.type_of(tree.Name((running.measure, part)), self.place), running

    def keyed(self, table: Table, path: Path, by: list[Type], column: str | None = None) -> Type:
        return self.inference.tables.used(table, path, by, self.place, column=column)

    def marginal(self) -> Type:
        table, path = self.table()
        if not isinstance(table, TierTable):
            raise _Told
        [(by, running)] = self.by()[:1]
        self.inference.tables.require_closed(table)
        if by == UNKNOWN:
            return UNKNOWN
        self.keyed(table, path, [by])
        total = self.inference.tables.used(table, path, [by], self.place, marginal=True)
        attainment = running is not None and running.field == "attainment"
        if attainment and running is not None and table.column in ("rate", "per_unit"):
            kind = self.inference.measure_type(running.measure)
            if table.column == "rate":
                return calculated("*", NUMBER, kind)
            if not fits(kind, NUMBER):
                raise Refusal(
                    "plan.type-mismatch",
                    f"`per_unit` pays for units; measure {running.measure} counts money.",
                    "Use `rate` for money.",
                )
            return total
        if self.component.of is not None:
            return calculated("*", total, self.base())
        if attainment and table.column == "factor":
            raise Refusal(
                "plan.missing-key", "`of` is missing: what does a factor of 100% pay?", "Add `of:`, such as a target."
            )
        return total

    def whole(self) -> Type:
        table, path = self.table()
        if not isinstance(table, TierTable):
            raise _Told
        result = self.keyed(table, path, [kind for kind, _ in self.by()[:1]])
        if table.column == "amount":
            return result
        if table.column == "per_unit":
            self.base(NUMBER)
            return result
        return calculated("*", result, self.base())

    def curve(self) -> Type:
        table, path = self.table()
        if not isinstance(table, Curve):
            raise _Told
        result = self.keyed(table, path, [kind for kind, _ in self.by()[:1]])
        if result.kind == "money" and self.component.of is None:
            return result
        return calculated("*", result, self.base())

    def lookup(self) -> Type:
        table, path = self.table()
        by = [kind for kind, _ in self.by()]
        if isinstance(table, Grid):
            return calculated("*", self.keyed(table, path, by), self.base())
        if not isinstance(table, LookupTable):
            raise _Told
        columns = [column for column in result_columns(table) if column in PAID_COLUMNS]
        if not columns:
            raise Refusal(
                "plan.table-column",
                f"`{self.component.table}` has none of the columns {', '.join(PAID_COLUMNS)}.",
                "Name its result column so, or use `pays: formula` with lookup(table.column, …).",
            )
        results = []
        for column in columns:
            result = self.keyed(table, path, by, column)
            alone = column == "amount" or (result.kind == "money" and self.component.of is None)
            results.append(result if alone else calculated("*", result, self.base()))
        return self.inference.joined(results, "the columns of the table")


class _AlreadyTold(Refusal):
    """The fault was told with the structure of the plan."""


_Told = _AlreadyTold("", "")
