"""What all parts of an explanation share: the plan, its documents, and what has been explained already.

Names that are read twice are explained once, where they are met first.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from attain.engine.compilation import Compilation
from attain.engine.trace.arithmetic import Figure, Scalar, Unit
from attain.engine.trace.explanation import Name, Source, Term, Word
from attain.engine.trace.spots import CreditSpot, EventSpot, Spot, rows
from attain.engine.trace.units import Units
from attain.facts.schema import BATCH, ROW
from attain.kernel.errors import Where
from attain.kernel.rounding import Rounding
from attain.plans.loader import Document
from attain.plans.mistakes import in_words
from attain.plans.model import Component, Plan

if TYPE_CHECKING:
    from attain.engine.calculation import Calculation


class Derivation:
    """One explanation in the making."""

    def __init__(self, calculation: Calculation, documents: Sequence[Document], plan: str) -> None:
        self.calculation = calculation
        self.compilation: Compilation = calculation.compilations[plan]
        self.documents = {(document.plan.plan, document.plan.version): document for document in documents}
        self.seen: set[tuple[object, ...]] = set()

    @property
    def places(self) -> int:
        return self.compilation.places

    def first(self, *key: object) -> bool:
        """Whether this is met for the first time."""
        if key in self.seen:
            return False
        self.seen.add(key)
        return True

    def again(self) -> Derivation:
        """The same, with nothing explained yet."""
        return Derivation(self.calculation, list(self.documents.values()), self.compilation.id)

    def under(self, pay_period: str) -> Derivation:
        """The same under the overrides that hold in a pay period, when others have expired by then."""
        whole = self.compilation
        starts = {period.id: period.start for period in whole.pay_periods}
        begun = [state for state in whole.later if state.as_of and state.as_of <= starts.get(pay_period, date.min)]
        if not begun:
            return self
        found = copy(self)
        found.compilation = begun[-1]
        return found

    # -- plan --

    def version(self, text: str) -> Plan:
        return next((plan for plan in self.compilation.versions if plan.version == text), self.compilation.plan)

    def where(self, plan: Plan, *path: str | int) -> Where:
        document = self.documents.get((plan.plan, plan.version))
        if document is not None and path[:1] == ("components",) and path[1] not in document.plan.components:
            renamed = plan.components.get(str(path[1]))  # the document calls it by the name that it had then
            path = ("components", renamed.was or path[1], *path[2:]) if renamed is not None else path
        return document.where(*path) if document is not None else Where(field=in_words(path) or None)

    def mode(self, plan: Plan) -> Rounding:
        return plan.policies.rounding.mode if plan.policies.rounding is not None else Rounding.HALF_UP

    def units(self, spot: Spot) -> Units:
        match spot:
            case CreditSpot(credit_set=credit_set):
                return Units(self.compilation, spot.plan, credit_set)
            case EventSpot(fact=fact):
                return Units(self.compilation, spot.plan, fact=fact)
        return Units(self.compilation, spot.plan)

    # -- words and figures --

    def component(self, name: str) -> Word:
        if name == "settlement.cap":
            return Term("plan_cap")
        said: Component | None = next(
            (plan.components[name] for plan in reversed(self.compilation.versions) if name in plan.components), None
        )
        return Name(name, said.title if said is not None else {})

    def minor(self, amount: int | Fraction | None) -> Figure:
        """Whole minor units as money."""
        return Figure(None if amount is None else Fraction(amount) / 10**self.places, "money")

    # -- rows --

    def rows(self, table: str, equal: dict[str, object]) -> list[dict[str, Any]]:
        return rows(self.compilation, table, equal)

    def fact_source(self, fact: str, key: str) -> Source:
        schema = self.compilation.fact(fact).schema
        found = self.rows(f"f:{fact}", {schema.key: key})
        return Source(fact, key, found[0][BATCH], int(found[0][ROW])) if found else Source(fact, key)


def figure(value: Scalar, unit: Unit) -> Figure:
    """A value with the unit that fits what it is."""
    if isinstance(value, bool):
        return Figure(value, "truth")
    if isinstance(value, str):
        return Figure(value, "text")
    if value is not None and not isinstance(value, Fraction):
        return Figure(value, "day")
    return Figure(value, unit)
