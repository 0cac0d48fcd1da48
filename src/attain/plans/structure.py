"""Whether the parts of a plan fit together before any formula is read: names, what they refer to, periods, policies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attain.facts.schema import FactType
from attain.facts.values import places_of_currency
from attain.kernel.errors import suggest
from attain.plans.constants import Constants
from attain.plans.inference import Inference
from attain.plans.mistakes import Path
from attain.plans.model import (
    BudgetLimit,
    Component,
    CreditRule,
    CreditSet,
    Curve,
    Grid,
    LookupTable,
    Measure,
    Release,
    Table,
    TierTable,
    Value,
    WindowLimit,
)
from attain.plans.needs import needed_policies
from attain.plans.nesting import fits
from attain.plans.references import RESERVED
from attain.plans.scalars import KINDS, Over
from attain.plans.vantage import running_by

_NAMED = ("parameters", "inputs", "credits", "measures", "values", "tables", "components")
_WORDS = frozenset("and or not between in is null case when then else end true false of date if".split())
_TABLES: dict[str, tuple[tuple[type, ...], str]] = {
    "marginal": ((TierTable,), "`tiers`"),
    "whole": ((TierTable,), "`tiers`"),
    "curve": ((Curve,), "`segments` or `points`"),
    "lookup": ((LookupTable, Grid), "`keys` and `rows`, or a grid"),
}


class Structure:
    """Tells through the inference, which knows lines."""

    def __init__(self, inference: Inference) -> None:
        self.plan = inference.plan
        self.names = inference.names
        self.fact_types = inference.names.fact_types
        self.inference = inference
        self._constants = Constants.of(inference.plan, defaults=False)

    def check(self) -> None:
        self._head()
        self._unique_names()
        for name, credits in self.plan.credits.items():
            self._credits(("credits", name), credits)
        for name, measure in self.plan.measures.items():
            self._measure(("measures", name), measure)
        for name, value in self.plan.values.items():
            self._value(("values", name), value)
        for name, component in self.plan.components.items():
            self._component(("components", name), component)
        self._settlement()
        for need in needed_policies(self.plan):
            message = f"The policy `{need.policy}` is not stated, and {need.why}."
            hint = f"Add `policies: {{{need.policy}: …}}` with {need.choices}."
            self.tell("plan.policy-missing", message, hint, need.path or ("policies",))

    def tell(self, code: str, message: str, hint: str | None, path: Path) -> None:
        self.inference.tell(code, message, hint, path)

    def exists(self, what: str, name: str, known: Iterable[str], path: Path) -> bool:
        """Whether a name is among the known ones; told when it is not."""
        choices = list(known)
        if name in choices:
            return True
        near = suggest(name, choices)
        hint = f"Did you mean `{near}`?" if near else f"Known are {', '.join(choices) or 'none'}."
        code = f"plan.unknown-{what.replace(' ', '-')}"
        self.tell(code, f"There is no {what} `{name}`.", hint, path)
        return False

    def _head(self) -> None:
        plan = self.plan
        if places_of_currency(plan.currency) is None:
            message = f"{plan.currency} is no currency code of ISO 4217."
            self.tell("plan.currency", message, "Such as EUR.", ("currency",))
        through = plan.effective.through
        if through is not None and through < plan.effective.start:
            message = f"The plan ends on {through}, before it starts on {plan.effective.start}."
            self.tell("plan.effective", message, "Both days belong to it.", ("effective", "through"))
        self.kind(plan.period, ("period",))

    def kind(self, kind: str, path: Path) -> bool:
        calendar = self.names.calendar
        if kind in calendar.kinds or kind not in KINDS:
            return True
        message = f"Calendar {calendar.name} has no {kind}."
        self.tell("plan.period", message, f"It has {', '.join(calendar.kinds)}.", path)
        return False

    def made_of_pay_periods(self, kind: str, path: Path) -> None:
        """Lines are held against the most of a window by pay period: each must lie in one window."""
        calendar, pay = self.names.calendar, self.plan.period
        if self.kind(kind, path) and not fits(calendar, kind, pay, whole=True):
            message = f"A {kind} of calendar {calendar.name} does not consist of whole {pay}s, the pay periods."
            self.tell("plan.periods-do-not-nest", message, "Take a kind that fits, or a 4-4-5 calendar.", path)

    def fits_pay_period(self, kind: str, path: Path) -> None:
        """Whole pay periods, or pay periods made of whole ones: otherwise a window ends in the middle of a period."""
        pay = self.plan.period
        fits = self.names.nests(pay, kind) or self.names.nests(kind, pay)
        if kind in KINDS and self.kind(kind, path) and not fits:
            self.not_nested(kind, pay, path)

    def not_nested(self, kind: str, inner: str, path: Path) -> None:
        calendar = self.names.calendar.name
        message = f"A {kind} of calendar {calendar} does not consist of whole {inner}s, nor the other way round."
        self.tell("plan.periods-do-not-nest", message, "Take a kind that fits, or a 4-4-5 calendar.", path)

    def _unique_names(self) -> None:
        first: dict[str, str] = {}
        columns = {column: fact for fact in self._facts_read() for column in fact.columns}
        for section in _NAMED:
            for name in getattr(self.plan, section):
                path = (section, name)
                if name in first:
                    message = f"`{name}` is already a name under `{first[name]}`."
                    self.tell("plan.name-twice", message, "Names are unique within a plan: rename one.", path)
                elif name in RESERVED or name in _WORDS:
                    message = f"`{name}` is a word of the language."
                    self.tell("plan.reserved-name", message, "Choose another name.", path)
                elif name in columns:
                    message = f"`{name}` is also a column of fact type {columns[name].name}."
                    self.tell("plan.shadowed-name", message, "Choose another name.", path)
                first.setdefault(name, section)

    def _facts_read(self) -> Iterator[FactType]:
        wanted = [credits.from_ for credits in self.plan.credits.values()]
        wanted += [rule.related[0] for credits in self.plan.credits.values() for rule in credits.to if rule.related]
        wanted += [trigger.from_ for trigger in self.plan.settlement.triggers.values()]
        for name in dict.fromkeys(wanted):
            if name in self.fact_types:
                yield self.fact_types[name]

    # Credits and measures.

    def _credits(self, path: Path, credits: CreditSet) -> None:
        if not self.exists("fact type", credits.from_, self.fact_types, (*path, "from")):
            return
        fact = self.fact_types[credits.from_]
        for name in credits.amounts:
            if name in ("share", "role", "level", "date", "payee"):
                message = f"`credit.{name}` means something else."
                self.tell("plan.reserved-name", message, "Rename it.", (*path, "amounts"))
        for number, rule in enumerate(credits.to):
            self._rule((*path, "to", number), rule, fact)

    def _rule(self, path: Path, rule: CreditRule, fact: FactType) -> None:
        who = (*path, "who")
        if rule.related is not None:
            related, column = rule.related
            if self.exists("fact type", related, self.fact_types, who):
                other = self.fact_types[related]
                self._payee_column(column, other, who)
                if fact.name not in other.relations.values():
                    message = f"Fact type {related} has no relation to {fact.name}."
                    self.tell(
                        "plan.relation", message, f"Add `relations: {{<column>: {fact.name}}}` to {related}.", who
                    )
        elif rule.is_direct:
            self._payee_column(rule.who, fact, who)
        if rule.of is not None and rule.relationship is None:
            message = f"`of` names the subject of a relationship; `who: {rule.who}` has none."
            self.tell("plan.credit-rule", message, "Remove `of`, or write `who: relationship.<kind>`.", (*path, "of"))
        if rule.levels > 1 and rule.who != "manager":
            self.tell("plan.credit-rule", "`levels` goes with `who: manager` only.", "Remove it.", (*path, "levels"))
        if isinstance(rule.share, tuple) and len(rule.share) > 1 and rule.who != "manager":
            message = "A list of shares gives one to each level of managers."
            self.tell("plan.credit-rule", message, "Write one share.", (*path, "share"))
        if rule.share == "rest" and not rule.is_direct:
            message = "`rest` is what the other direct shares leave; this rule is not direct."
            self.tell("plan.credit-rule", message, "Write a share.", (*path, "share"))

    def _payee_column(self, name: str, fact: FactType, path: Path) -> None:
        payees = [column.name for column in fact.columns.values() if column.type == "payee"]
        if name in fact.columns and name not in payees:
            message = f"Column {name} of {fact.name} is no payee."
            hint = f"Columns of type payee: {', '.join(payees) or 'none'}."
            self.tell("plan.credit-rule", message, hint, path)
        elif name not in fact.columns:
            self.exists("payee column", name, payees, path)

    def _measure(self, path: Path, measure: Measure) -> None:
        counted = (*path, "sum" if measure.sum else "count")
        if not self.exists("credit set", measure.credits, self.plan.credits, counted):
            return
        credits = self.plan.credits[measure.credits]
        if measure.amount is not None and measure.amount != "amount":
            self.exists("amount", measure.amount, credits.named_amounts, (*path, "sum"))
        if measure.over is not None:
            self._window(measure.over, (*path, "over"), credits)
        quota = self.plan.values.get(measure.quota or "")
        over = measure.over.kind if measure.over else self.plan.period
        if quota is not None and quota.per is None:
            message = f"Value `{measure.quota}` has no `per`; a quota is a number for each period."
            self.tell("plan.quota", message, f"Add `per: {measure.for_} {over}` to it.", (*path, "quota"))
        elif quota is not None and quota.per is not None and over in KINDS and quota.per.kind != over:
            message = f"`{measure.quota}` is a quota per {quota.per.kind}; the measure runs over a {over}."
            self.tell("plan.quota", message, f"Give it `per: {quota.per.subject} {over}`.", (*path, "quota"))
        coarseness = ("payee", "team", "company")
        if quota is not None and quota.per is not None:
            if coarseness.index(quota.per.subject) < coarseness.index(measure.for_):
                message = f"`{measure.quota}` is a quota per {quota.per.subject}; the measure is for a {measure.for_}."
                self.tell("plan.quota", message, f"Give it `per: {measure.for_} {over}`.", (*path, "quota"))
        for section in ("inputs", "measures", "components", "tables", "credits"):
            if measure.quota is not None and measure.quota in getattr(self.plan, section):
                message = f"`{measure.quota}` is under `{section}`; it cannot be a quota."
                hint = "Name a quota of the decisions, a parameter, or a value with `per`."
                self.tell("plan.quota", message, hint, (*path, "quota"))
        if measure.quota is None:
            for key in ("prorate", "relief"):
                if getattr(measure, key) is not None:
                    message = f"`{key}` changes a quota; this measure has none."
                    self.tell("plan.quota", message, "Add `quota:`.", (*path, key))

    def _window(self, over: Over, path: Path, credits: CreditSet | None) -> None:
        if over.kind == "column":
            columns = self.fact_types[credits.from_].columns if credits and credits.from_ in self.fact_types else None
            if credits is None:
                self.exists("window", str(over.column), [*KINDS, "plan"], path)
            elif columns is not None:
                self.exists("window", str(over.column), [*KINDS, "plan", *columns], path)
        elif over.kind in KINDS:
            self.kind(over.kind, path)

    def _value(self, path: Path, value: Value) -> None:
        if value.per is not None and value.each is not None:
            self.tell("plan.value-grain", "A value has either `per` or `each`.", "Remove one of the two.", path)
        if value.each is not None and self.exists("credit set", value.each, self.plan.credits, (*path, "each")):
            credits = self.plan.credits[value.each]
            if value.within is not None and credits.from_ in self.fact_types:
                self.exists("column", value.within, self.fact_types[credits.from_].columns, (*path, "within"))
        if value.within is not None and value.each is None:
            self.tell("plan.value-grain", "`within` goes with `each`.", "Add `each: <credit set>`.", (*path, "within"))
        if value.per is not None:
            self.fits_pay_period(value.per.kind, (*path, "per"))
        recursive = value.each is not None or (value.per is not None and value.per.subject == "payee")
        for key in ("start", "over"):
            if getattr(value, key) is not None and not recursive:
                message = f"`{key}` belongs to a recursion, with `per: payee …` or `each`."
                self.tell("plan.value-grain", message, "Add `per` or `each`, or remove it.", (*path, key))
        if value.over is not None and value.over.kind not in (*KINDS, "plan"):
            self.tell("plan.window", "A recursion starts again with a period of the calendar.", None, (*path, "over"))
        elif value.over is not None and value.per is not None and not self._within_window(value.per.kind, value.over):
            self.not_nested(value.over.kind, value.per.kind, (*path, "over"))

    # Components and settlement.

    def _component(self, path: Path, component: Component) -> None:
        if component.each is not None:
            self.exists("credit set", component.each, self.plan.credits, (*path, "each"))
        if component.per is not None:
            self._per_component(path, component)
        elif component.over is not None:
            message = "`over` is the window of a `per` component."
            self.tell("plan.window", message, "Give the measure `over`.", (*path, "over"))
        self._component_table(path, component)
        running = running_by(self.plan, component)
        if component.retroactive and running is not None:
            self._lifts_earlier_credits((*path, "retroactive"), running.measure)
        if component.by is not None and component.pays != "lookup" and len(component.by) != 1:
            self.tell("plan.argument", f"`pays: {component.pays}` goes by one value.", "Write one.", (*path, "by"))
        if isinstance(component.limit, WindowLimit):
            self._limit_window(component.limit.per, (*path, "limit", "per"), component)
        if isinstance(component.limit, BudgetLimit) and component.each is None:
            message = "A budget is used up in the order of credits: it needs `each`."
            self.tell("plan.window", message, "Use `pays: pool`, or a limit.", (*path, "limit"))
        if component.floor is not None:
            self._limit_window(component.floor.per, (*path, "floor", "per"), component)
        self._releases((*path, "release"), component.release, [component])

    def _lifts_earlier_credits(self, path: Path, name: str) -> None:
        measure = self.plan.measures[name]
        if measure.for_ != "payee":
            message = f"`{name}` is not measured for a payee: whose earlier credits would be lifted?"
            hint = "Use a measure of the payee, or `retroactive: no`."
            self.tell("plan.retroactive-group", message, hint, path)
        if measure.over is not None and measure.over.kind == "rolling":
            message = f"The window of `{name}` rolls: a credit that a tier has lifted would be lifted once more."
            hint = "Measure over a period that starts anew (month to year, or plan), or say `retroactive: no`."
            self.tell("plan.retroactive-rolling", message, hint, path)

    def _component_table(self, path: Path, component: Component) -> None:
        written = path
        table: Table | None = component.inline_table
        if component.table is not None and self.exists("table", component.table, self.plan.tables, (*path, "table")):
            table, written = self.plan.tables[component.table], (*path, "table")
        if table is not None and not isinstance(table, _TABLES[component.pays][0]):
            message = f"`pays: {component.pays}` needs a table with {_TABLES[component.pays][1]}; this has none."
            self.tell("plan.table-kind", message, None, written)

    def _per_component(self, path: Path, component: Component) -> None:
        if component.per is None:
            return
        if component.per.subject != "payee":
            message = (
                f"A component pays payees; `per: {component.per.subject} {component.per.kind}` is a common amount."
            )
            hint = f"Write `per: payee {component.per.kind}`, and put the common amount under `values`."
            self.tell("plan.component-grain", message, hint, (*path, "per"))
        self.fits_pay_period(component.per.kind, (*path, "per"))
        if component.over is not None and not self._within_window(component.per.kind, component.over):
            self.not_nested(component.over.kind, component.per.kind, (*path, "over"))
        if component.over is not None and component.over.kind in ("rolling", "column"):
            message = "An entitlement is for a period of the calendar."
            self.tell("plan.window", message, f"Write one of {', '.join(KINDS)}.", (*path, "over"))
        if component.retroactive is not None:
            message = "`retroactive` goes with `each`: a `per` component is computed as a whole."
            self.tell("plan.component-grain", message, "Remove it.", (*path, "retroactive"))

    def _within_window(self, kind: str, over: Over) -> bool:
        return over.kind not in KINDS or self.names.nests(kind, over.kind)

    def _limit_window(self, over: Over, path: Path, component: Component) -> None:
        if over.kind in KINDS:
            self.made_of_pay_periods(over.kind, path)
        else:
            self._window(over, path, self.plan.credits.get(component.each or ""))

    def _settlement(self) -> None:
        settlement = self.plan.settlement
        if settlement.cap is not None and settlement.cap.over.kind in KINDS:
            self.made_of_pay_periods(settlement.cap.over.kind, ("settlement", "cap", "over"))
        elif settlement.cap is not None:
            self._window(settlement.cap.over, ("settlement", "cap", "over"), None)
        for name, trigger in settlement.triggers.items():
            path: Path = ("settlement", "triggers", name)
            if self.exists("fact type", trigger.from_, self.fact_types, (*path, "from")):
                self.exists("column", trigger.match, self.fact_types[trigger.from_].columns, (*path, "match"))
            if (trigger.part is None) != (trigger.of is None):
                absent = "of" if trigger.of is None else "part"
                self.tell("plan.trigger", f"`{absent}` is missing: the share released is `part` ÷ `of`.",
                          f"Add `{absent}:`, or remove the other one.", path)  # fmt: skip
        others = [component for component in self.plan.components.values() if component.release is None]
        self._releases(("settlement", "release"), settlement.release, others)
        self._clawback()
        pay_in = settlement.pay_in
        if pay_in is not None and pay_in.currency != "payee" and places_of_currency(pay_in.currency) is None:
            message = f"{pay_in.currency} is no currency code of ISO 4217."
            here = ("settlement", "pay_in", "currency")
            self.tell("plan.currency", message, "Write `payee` or a code such as USD.", here)

    def _clawback(self) -> None:
        clawback = self.plan.settlement.clawback
        path: Path = ("settlement", "clawback")
        if clawback is None:
            return
        if clawback.takes == "pro_rata" and clawback.within is None:
            self.tell("plan.clawback", "`takes: pro_rata` needs `within`: the time over which it falls.",
                      "Add `within: 180 days`.", (*path, "takes"))  # fmt: skip
        named = [credits.from_ for credits in self.plan.credits.values()]
        read = [self.fact_types[name] for name in dict.fromkeys(named) if name in self.fact_types]
        if read and not any(fact.reverses for fact in read):
            message = f"None of the fact types {', '.join(fact.name for fact in read)} says what a fact reverses."
            self.tell("plan.clawback", message, "Add `reverses: <column>` to the fact type.", path)

    def _releases(self, path: Path, parts: tuple[Release, ...] | None, components: list[Component]) -> None:
        for number, part in enumerate(parts or ()):
            here = (*path, number)
            if part.share != "rest" and self._constants.number(part.share) is None:
                message = "The share of a release is a constant: this one reads what may be given or may differ."
                hint = "Write a number such as 50%, or `rest` for what the other parts leave."
                self.tell("plan.release-share", message, hint, (*here, "share"))
            if part.when is None:
                continue
            if not self.exists("trigger", part.when, self.plan.settlement.triggers, (*here, "when")):
                continue
            per_period = [component for component in components if component.per]
            names = [name for name, component in self.plan.components.items() if component in per_period]
            if names:
                message = (
                    f"`{part.when}` waits for a fact that belongs to an event; component {names[0]} is per period."
                )
                self.tell("plan.trigger", message, f"Give component {names[0]} its own `release`.", (*here, "when"))
