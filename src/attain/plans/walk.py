"""Goes through every expression of a plan: each is typed where it stands, and must be of the type that its place needs.

At the end it looks for circles: what reads itself, directly or through others, without `previous`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from attain.plans import expressions as tree
from attain.plans.circles import tell_circles
from attain.plans.expressions import Expr
from attain.plans.inference import Inference
from attain.plans.mistakes import Path
from attain.plans.model import CreditSet, LookupTable, Release
from attain.plans.names import Refusal
from attain.plans.paying import Paying
from attain.plans.places import formulas_of
from attain.plans.references import DATE, LITERAL, NUMBER, PARTICIPANTS, TEXT, UNKNOWN, YES_NO, Place, Type, fits
from attain.plans.tabling import result_columns
from attain.plans.vantage import component_place, rule_place


class Walk:
    def __init__(self, inference: Inference) -> None:
        self.plan = inference.plan
        self.names = inference.names
        self.inference = inference
        self.check_type = inference.check
        self.money = inference.money
        self._formulas = list(formulas_of(self.plan))

    def check(self) -> None:
        self.check_type(("participants",), PARTICIPANTS, self.plan.participants, YES_NO)
        self._parameters_and_inputs()
        for name, credits in self.plan.credits.items():
            self._credits(name, credits)
        self._measures()
        self._values()
        paying = Paying(self.inference)
        for name, component in self.plan.components.items():
            if component.each is None or self.inference.place_at_credit(component.each) is not None:
                paying.check(name, component)
        self._settlement()
        self._tables_without_reader()
        tell_circles(self.inference)

    def _parameters_and_inputs(self) -> None:
        for name, parameter in self.plan.parameters.items():
            if parameter.value is None:
                continue
            wanted = self.inference.parameter_type(parameter)
            path: Path = ("parameters", name, "value")
            if any(isinstance(part, tree.Name | tree.Call) for part in tree.parts_of(parameter.value)):
                message = f"Parameter `{name}` holds a formula; people could not override it."
                hint = "Write a literal here, and the formula under `values`."
                self.inference.tell("plan.parameter", message, hint, path)
            elif parameter.type != "plain":
                self.check_type(path, LITERAL, parameter.value, wanted)
        for name, asked in self.plan.inputs.items():
            wanted = {"money": self.money, "number": NUMBER, "yes_no": YES_NO}[asked.type]
            self.names_kind(asked.per.kind, ("inputs", name, "per"))
            for key in ("min", "max", "missing"):
                given = getattr(asked, key)
                if isinstance(given, Expr):
                    self.check_type(("inputs", name, key), LITERAL, given, wanted)

    def names_kind(self, kind: str, path: Path) -> None:
        if kind not in self.names.calendar.kinds:
            message = f"Calendar {self.names.calendar.name} has no {kind}."
            self.inference.tell("plan.period", message, f"It has {', '.join(self.names.calendar.kinds)}.", path)

    def _credits(self, name: str, credits: CreditSet) -> None:
        path: Path = ("credits", name)
        place = self.inference.place_of_credits(name)
        at_credit = self.inference.place_before_measures(name)
        if place is None or at_credit is None:
            return
        node = ("credits", name)
        self.check_type((*path, "when"), place, credits.when, YES_NO, node=node)
        self.check_type((*path, "date"), place, credits.date, DATE, node=node)
        for key, amount in credits.named_amounts.items():
            here = (*path, "amount") if credits.amount is not None else (*path, "amounts", key)
            self._amount(here, place, amount, credits)
        if credits.convert is not None:
            self.check_type((*path, "convert", "at"), place, credits.convert.at, DATE)
        for number, rule in enumerate(credits.to):
            here = (*path, "to", number)
            if rule.related is not None and rule.related[0] not in self.names.fact_types:
                continue
            seen = rule_place(self.plan, name, number)
            self.check_type((*here, "of"), seen, rule.of, TEXT)
            for level, share in enumerate(rule.share if isinstance(rule.share, tuple) else ()):
                self.check_type((*here, "share", level), seen, share, NUMBER)
            self.check_type((*here, "when"), rule_place(self.plan, name, number, of_when=True), rule.when, YES_NO)
        if credits.limit is not None:
            kind = self.inference.amount_type(name)
            self.check_type((*path, "limit"), at_credit, credits.limit, kind, node=("credit limits", name))
            self.inference.reads.setdefault(node, set()).add(("credit limits", name))
            self.inference.reads.get(("credit limits", name), set()).discard(node)

    def _amount(self, path: Path, place: Place, amount: Expr, credits: CreditSet) -> None:
        found = self.check_type(path, place, amount, self.money, NUMBER, Type("money"))
        other = found.currency if found.kind == "money" else None
        if other is not None and other != self.plan.currency and credits.convert is None:
            message = f"The amount is in {other} and the plan in {self.plan.currency}: no credit could be given."
            self.inference.tell("plan.currency", message, "Add `convert: {rate: <kind>, at: <date>}`.", path)

    def _measures(self) -> None:
        for name, measure in self.plan.measures.items():
            place = self.inference.place_before_measures(measure.credits)
            if place is None:
                continue
            node = ("measures", name)
            self.inference.reads.setdefault(node, set()).add(("credits", measure.credits))
            self.check_type(("measures", name, "of"), place, measure.of, self.money, NUMBER, node=node)
            self.check_type(("measures", name, "where"), place, measure.where, YES_NO, node=node)
            kind = self.inference.measure_type(name)
            quota = measure.quota or ""
            if quota in self.plan.values and self.plan.values[quota].per is not None:
                self.inference.reads.setdefault(("quotas", name), set()).add(("values", quota))
                own = self.inference.place_of_value(quota, self.plan.values[quota])
                given = self.inference.value_type(quota, own) if own else UNKNOWN
            elif quota in self.plan.parameters:
                given = self.inference.parameter_type(self.plan.parameters[quota])
            else:
                continue
            if not fits(given, kind):
                message = f"The quota `{quota}` is {given}; the measure is {kind}."
                self.inference.tell("plan.type-mismatch", message, None, ("measures", name, "quota"))

    def _values(self) -> None:
        for name, value in self.plan.values.items():
            place = self.inference.place_of_value(name, value)
            path: Path = ("values", name)
            if place is None and (value.per or value.each):
                continue
            if place is not None:
                with self.inference.apart((*path, "formula"), ("values", name)):
                    kind = self.inference.value_type(name, place)
                self.check_type((*path, "start"), place, value.start, kind)
        self._values_without_reader()

    def _values_without_reader(self) -> None:
        for name, value in self.plan.values.items():
            if not value.per and not value.each and not self._is_read("values", name):
                self._from_anywhere(("values", name, "formula"), partial(self.inference.value_type, name))

    def _tables_without_reader(self) -> None:
        for name, table in self.plan.tables.items():
            if not self._is_read("tables", name):
                columns: list[str | None] = [*result_columns(table)] if isinstance(table, LookupTable) else []
                for column in columns or [None]:
                    look = partial(self.inference.tables.types, table, ("tables", name), column=column)
                    self._from_anywhere(("tables", name), look)

    def _from_anywhere(self, path: Path, look: Callable[[Place], object]) -> None:
        """What nobody reads is read from a payee's pay period, or else from any credit where it can be."""
        places = [Place("payee period", per=self.plan.period)]
        places += [seen for seen in map(self.inference.place_at_credit, self.plan.credits) if seen is not None]
        before = list(self.inference.findings)
        for place in places:
            self.inference.findings[:] = before
            with self.inference.apart(path, (str(path[0]), str(path[1]))):
                try:
                    look(place)
                except Refusal as refusal:
                    self.inference.tell(refusal.code, refusal.message, refusal.hint)
            if len(self.inference.findings) == len(before):
                break

    def _is_read(self, section: str, name: str) -> bool:
        others = ((path, expression) for path, expression in self._formulas if path[:2] != (section, name))
        components = self.plan.components.values()
        return (
            any(found.parts[0] == name for _, expression in others for found in tree.names_in(expression))
            or any(name == component.table for component in components)
            or any(name == measure.quota for measure in self.plan.measures.values())
        )

    # Settlement.

    def _settlement(self) -> None:
        settlement = self.plan.settlement
        place = Place("payee period", per=self.plan.period)
        here: Path = ("settlement",)
        if settlement.cap is not None:
            self.check_type((*here, "cap", "amount"), place, settlement.cap.amount, self.money)
        guarantee, draw = settlement.guarantee, settlement.draw
        if guarantee is not None:
            self.check_type((*here, "guarantee", "amount"), place, guarantee.amount, self.money)
            self.check_type((*here, "guarantee", "while"), place, guarantee.while_, YES_NO)
        if draw is not None:
            self.check_type((*here, "draw", "amount"), place, draw.amount, self.money)
            self.check_type((*here, "draw", "while"), place, draw.while_, YES_NO)
            if draw.recover is not None:
                self.check_type((*here, "draw", "recover", "share"), place, draw.recover.share, NUMBER)
                self.check_type((*here, "draw", "recover", "keeps"), place, draw.recover.keeps, self.money)
        if settlement.pay_in is not None:
            self.check_type((*here, "pay_in", "at"), place, settlement.pay_in.at, DATE)
        if settlement.clawback is not None and isinstance(settlement.clawback.takes, tuple):
            for number, step in enumerate(settlement.clawback.takes):
                self.check_type((*here, "clawback", "takes", number, "share"), LITERAL, step.share, NUMBER)
        self._releases()

    def _releases(self) -> None:
        settlement = self.plan.settlement
        parts: dict[str, Type] = {}
        for name, trigger in settlement.triggers.items():
            if trigger.from_ in self.names.fact_types:
                seen = Place("trigger", fact=trigger.from_)
                path: Path = ("settlement", "triggers", name)
                self.check_type((*path, "where"), seen, trigger.where, YES_NO)
                parts[name] = self.check_type((*path, "part"), seen, trigger.part, self.money, NUMBER, Type("money"))
        for name, component in self.plan.components.items():
            if component.each is not None and self.inference.place_at_credit(component.each) is None:
                continue
            place = component_place(self.plan, component)
            own = component.release is not None
            path = ("components", name, "release") if own else ("settlement", "release")
            for number, part in enumerate(component.release or settlement.release or ()):
                self._release((*path, number), part, place, parts)

    def _release(self, path: Path, part: Release, place: Place, parts: dict[str, Type]) -> None:
        if isinstance(part.share, Expr):
            self.check_type((*path, "share"), place, part.share, NUMBER)
        self.check_type((*path, "at"), place, part.at, DATE)
        trigger = self.plan.settlement.triggers.get(part.when or "")
        if trigger is not None and trigger.of is not None and place.kind == "credit":
            here: Path = ("settlement", "triggers", str(part.when), "of")
            whole = self.check_type(here, place, trigger.of, self.money, NUMBER, Type("money"))
            if not fits(whole, parts.get(str(part.when), UNKNOWN)):
                message = f"`part` is {parts[str(part.when)]} and `of` is {whole}: their quotient is no share."
                self.inference.tell("plan.type-mismatch", message, None, here)
