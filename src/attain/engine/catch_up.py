"""The slices of whole-amount tiers: a credit's own part at the rates it passed, and the catch-up of every earlier
credit that it lifted.

Needed for explanations only, so it is computed in Python from the running sums of one component.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from sqlglot import exp

from attain.engine import fractions as frac
from attain.engine import tables
from attain.engine.compilation import Compilation
from attain.engine.formulas import numeric
from attain.engine.fractions import Num
from attain.engine.frame import col, named
from attain.engine.scopes_measured import CreditScope, PeriodScope
from attain.engine.stages import worth
from attain.engine.stages.credit import ORDER
from attain.kernel.errors import NotFound
from attain.plans.model import Plan, TierTable
from attain.plans.outcome import NamedValue, Slice

Tiers = list[tuple[Fraction | None, Fraction]]


def catch_up_slices(
    compilation: Compilation, plan: Plan, name: str, scope: CreditScope | PeriodScope
) -> Iterator[NamedValue]:
    said = plan.components[name]
    running = worth.running_measure(plan, said)
    table = worth.table_of(plan, said)
    if not (running and said.retroactive and isinstance(scope, CreditScope) and isinstance(table, TierTable)):
        raise NotFound(f"The component `{name}` has no slices.", code="plan.unknown-name")
    measure, is_attainment = running
    unit = scope.checked_quota(measure, plan.measures[measure]) if is_attainment else None
    before = scope.pin(scope.name((measure, "before")))  # type: ignore[arg-type]
    after = scope.pin(scope.name((measure, "after")))  # type: ignore[arg-type]
    numbers: dict[str, Num] = {"before": before, "after": after}
    for place, (tier, border) in enumerate(zip(table.tiers, tables.borders(table.tiers, unit, scope), strict=True)):
        numbers[f"rate{place}"] = scope.pin(numeric(tier.result, scope))
        if border is not None:
            numbers[f"border{place}"] = scope.pin(border)
    columns: list[exp.Expr] = [
        col("@payee"),
        col("@credit"),
        named(col(f"{measure}.s"), "s"),
        named(col(f"{measure}.w"), "w"),
        col("@version"),
        *[col(item) for item in ORDER],
    ]
    for label, value in numbers.items():
        over = frac.over(value)
        columns += [named(value.numerator, label), named(over, f"{label}/")]
    inner = exp.Subquery(this=scope.frame.query(), alias=exp.TableAlias(this=exp.to_identifier("f")))
    query = (
        exp.select(*dict.fromkeys(columns))
        .from_(inner, copy=False)
        .order_by(*[col(item) for item in ("s", "w", *ORDER)], copy=False)
    )
    earlier: list[tuple[object, Fraction, Fraction]] = []
    for row in compilation.database.rows(query):
        values = {
            label: None if row[label] is None else Fraction(int(row[label]), int(row[f"{label}/"])) for label in numbers
        }
        window = (row["s"], row["w"])
        earlier = [item for item in earlier if item[0] == window]
        low, high = values["before"], values["after"]
        if low is None or high is None or any(value is None for value in values.values()):
            continue
        ends = [end for place in range(len(table.tiers)) if (end := values.get(f"border{place}")) is not None]
        if any(upper <= lower for lower, upper in pairwise([Fraction(0), *ends])):
            continue
        tiers: Tiers = [
            (values.get(f"border{place}"), values[f"rate{place}"] or Fraction(0)) for place in range(len(table.tiers))
        ]
        policy = table.border or plan.policies.border or "upper"
        found = _slices(low, high, tiers, policy, [(start, end) for _, start, end in earlier])
        earlier.append((window, low, high))
        if row["@version"] == compilation.index(plan):
            yield NamedValue(row["@payee"], row["@credit"], tuple(found))


def _slices(
    low: Fraction, high: Fraction, tiers: Tiers, border: str, earlier: list[tuple[Fraction, Fraction]]
) -> list[Slice]:
    """The credit's own amount cut at the borders, each at its tier's rate; then what lies below, lifted to the rate
    that is reached."""
    reached = _rate(high, tiers, border)
    own = [Slice("own", end - start, rate, (end - start) * rate) for start, end, rate in _cut(low, high, tiers)]
    lifted = []
    for start, end in [*earlier, (low, high)]:
        for first, last, marginal in _cut(start, end, tiers):
            paid = marginal if (start, end) == (low, high) else _rate(low, tiers, border)
            difference = reached - paid
            if difference and last > first:
                lifted.append(Slice("catch-up", last - first, difference, (last - first) * difference))
    return own + lifted


def _rate(value: Fraction, tiers: Tiers, border: str) -> Fraction:
    for upper, rate in tiers:
        if upper is None or value < upper or (value == upper and border == "lower"):
            return rate
    return Fraction(0)


def _cut(start: Fraction, end: Fraction, tiers: Tiers) -> Iterator[tuple[Fraction, Fraction, Fraction]]:
    lower = Fraction(0)
    for upper, rate in tiers:
        first = start if lower == 0 else max(start, lower)
        last = end if upper is None else min(end, upper)
        if last > first:
            yield first, last, rate
        lower = upper if upper is not None else lower
