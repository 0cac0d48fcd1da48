"""The type of every expression of a plan, at the place where it is read; and what is wrong with those that have none.

A value without a grain of its own and the cells of a table are read as if they stood where they are used, so they are
checked once for each such place. Faults are collected, not raised: `unknown` takes the place of a type that could not
be found, so that one mistake is told once. What each named part reads is kept in `reads`, where circles are found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeAlias

from attain.kernel.errors import Finding, Where
from attain.plans import expressions as tree
from attain.plans.expressions import Expr
from attain.plans.mistakes import Path, in_words
from attain.plans.model import CreditSet, Parameter, Value
from attain.plans.names import Names, Refusal, column_type
from attain.plans.operations import calculated, compared, signature, towards
from attain.plans.references import (
    CREDIT,
    DATE,
    LITERAL,
    MISSING,
    NUMBER,
    PAYEE,
    PERIOD,
    PERSON,
    PLAIN,
    POSITION,
    TEXT,
    UNKNOWN,
    YES_NO,
    ComponentRef,
    CreditField,
    FactColumn,
    InputRef,
    MeasureField,
    ParameterRef,
    PayeeField,
    PeriodField,
    PersonField,
    Place,
    PositionField,
    Reference,
    RelatedColumn,
    Type,
    ValueRef,
    common,
    fits,
)
from attain.plans.tabling import Tables
from attain.plans.vantage import place_of_period

Node: TypeAlias = tuple[str, str]
"""A section and a name of the plan: what reads and is read."""


class Inference:
    """Types and findings of one plan."""

    def __init__(self, names: Names, locate: Callable[[Path], Where]) -> None:
        self.names = names
        self.plan = names.plan
        self.money = Type("money", self.plan.currency)
        self.findings: list[Finding] = []
        self.reads: dict[Node, set[Node]] = {}
        self.tables = Tables(self)
        self._locate = locate
        self._told: set[tuple[str, str, Where]] = set()
        self._stack: list[tuple[Path, Node | None]] = []
        self._values: dict[tuple[str, Place], Type] = {}
        self._measures: dict[str, Type] = {}

    # Telling.

    def tell(self, code: str, message: str, hint: str | None = None, path: Path | None = None) -> None:
        if not message:
            return  # a refusal whose cause was told already
        where = self._locate(self._stack[-1][0] if path is None and self._stack else path or ())
        if (code, message, where) in self._told:
            return
        self._told.add((code, message, where))
        if path is None and self._stack and self._stack[0][0][:2] != self._stack[-1][0][:2]:
            message += f" It is read so by {in_words(self._stack[0][0])}."
        self.findings.append(Finding("error", code, message, where, hint))

    @contextmanager
    def at(self, path: Path, node: Node | None = None) -> Iterator[None]:
        """What is told inside stands at this path; what is read inside is read by this node."""
        owner = node or (self._stack[-1][1] if self._stack else None)
        self._stack.append((path, owner))
        try:
            yield
        finally:
            self._stack.pop()

    @contextmanager
    def apart(self, path: Path, node: Node | None = None) -> Iterator[None]:
        """As `at`, for a part that means the same wherever it is read: its reader is not named."""
        before, self._stack = self._stack, []
        try:
            with self.at(path, node):
                yield
        finally:
            self._stack = before

    def read(self, node: Node) -> None:
        owner = self._stack[-1][1] if self._stack else None
        if owner is not None:
            self.reads.setdefault(owner, set()).add(node)

    # Checking.

    def check(self, path: Path, place: Place, expression: Expr | None, *kinds: Type, node: Node | None = None) -> Type:
        """The type of an expression that stands at a path; told when it is none of the kinds that can be used there."""
        if expression is None:
            return UNKNOWN
        with self.at(path, node):
            found = self.type_of(expression, place)
            if kinds and not any(fits(found, kind) for kind in kinds):
                key = next((str(part) for part in reversed(path) if isinstance(part, str)), "this")
                wanted = " or ".join(dict.fromkeys(str(kind) for kind in kinds))
                self.tell("plan.type-mismatch", f"`{key}` must be {wanted}; this is {found}.", towards(found, kinds[0]))
                return UNKNOWN
            return found

    # Types of expressions.

    def type_of(self, expression: Expr, place: Place) -> Type:
        try:
            return self._type(expression, place)
        except Refusal as refusal:
            self.tell(refusal.code, refusal.message, refusal.hint)
            return UNKNOWN

    def _type(self, expression: Expr, place: Place) -> Type:
        match expression:
            case tree.Number():
                return NUMBER if expression.text.endswith("%") else PLAIN
            case tree.Text():
                return TEXT
            case tree.Day():
                return DATE
            case tree.Truth():
                return YES_NO
            case tree.Missing():
                return MISSING
            case tree.Name():
                return self.type_of_name(expression, place)
            case tree.Negative(value):
                return self._numeric(self.type_of(value, place), "A minus sign")
            case tree.Not(value):
                return self._condition(value, place, "not")
            case tree.Logic(operator, left, right):
                self._condition(left, place, operator)
                return self._condition(right, place, operator)
            case tree.Calculation(operator, left, right):
                return calculated(operator, self.type_of(left, place), self.type_of(right, place))
            case tree.Compare(operator, left, right):
                compared(operator, self.type_of(left, place), self.type_of(right, place))
                return YES_NO
            case tree.Between(value, low, high):
                compared("<=", self.type_of(low, place), self.type_of(value, place))
                compared("<=", self.type_of(value, place), self.type_of(high, place))
                return YES_NO
            case tree.Within(value, options):
                for option in options:
                    compared("=", self.type_of(value, place), self.type_of(option, place))
                return YES_NO
            case tree.IsMissing(value):
                self.type_of(value, place)
                return YES_NO
            case tree.Case(branches, otherwise):
                for condition, _ in branches:
                    self._condition(condition, place, "when")
                results = [result for _, result in branches] + ([otherwise] if otherwise is not None else [])
                return self.joined([self.type_of(result, place) for result in results], "the branches of a choice")
            case tree.Call():
                return self._called(expression, place)
        raise AssertionError(f"unknown expression {expression!r}")

    def joined(self, types: list[Type], what: str) -> Type:
        """The one type of several alternatives."""
        result = MISSING
        for found in types:
            both = common(result, found)
            if both is None:
                raise Refusal(
                    "plan.type-mismatch", f"{what[:1].upper()}{what[1:]} must be of one type, not {result} and {found}."
                )
            result = both
        return result

    def _numeric(self, found: Type, what: str) -> Type:
        if not found.is_numeric:
            raise Refusal("plan.type-mismatch", f"{what} needs money or a number; this is {found}.")
        return found

    def _condition(self, expression: Expr, place: Place, operator: str) -> Type:
        found = self.type_of(expression, place)
        if not fits(found, YES_NO):
            raise Refusal(
                "plan.type-mismatch", f"`{operator}` needs a condition; this is {found}.", "Compare it, as in x > 0."
            )
        return YES_NO

    # Functions.

    def _called(self, call: tree.Call, place: Place) -> Type:
        name, arguments = call.function, call.arguments
        if name in ("lookup", "whole", "marginal", "curve"):
            return self.tables.called(call, place)
        if name == "previous":
            return self._previous(arguments[0], place)
        if name in ("sum", "count", "min", "max"):
            return self._over_all(call, place)
        types = [self.type_of(argument, place) for argument in arguments]
        if name in ("coalesce", "least", "greatest"):
            result = self.joined(types, f"the arguments of {name}")
            if name != "coalesce" and result.kind in ("text", "yes_no"):
                raise Refusal("plan.type-mismatch", f"`{name}` needs numbers, money or dates; this is {result}.")
            return result
        if name == "abs":
            return self._numeric(types[0], "`abs`")
        if name == "round":
            places = arguments[1]
            if not (isinstance(places, tree.Number) and places.value.denominator == 1 and places.value <= 6):
                raise Refusal("plan.argument", "The second argument of `round` is a literal from 0 to 6.")
            return self._numeric(types[0], "`round`")
        wanted, result = signature(name)
        for found, kind, number in zip(types, wanted, range(1, 9), strict=False):
            if not fits(found, kind):
                raise Refusal("plan.type-mismatch", f"Argument {number} of `{name}` must be {kind}; this is {found}.")
        if name == "starts_with" and not isinstance(arguments[1], tree.Text):
            raise Refusal("plan.argument", "The second argument of `starts_with` is a literal text in quotes.")
        return result

    def _previous(self, argument: Expr, place: Place) -> Type:
        own = self.plan.values.get(place.recursion or "")
        if own is None:
            raise Refusal(
                "plan.previous",
                "`previous` has no row before it here.",
                "It stands in the formula of a value with `per: payee …` or `each: …`.",
            )
        if not isinstance(argument, tree.Name) or argument.text not in self.plan.values:
            hint = f"Write previous({place.recursion})."
            raise Refusal("plan.previous", "`previous` takes the name of a value.", hint)
        read = self.plan.values[argument.text]
        if (read.per, read.each, read.within) != (own.per, own.each, own.within):
            raise Refusal(
                "plan.previous",
                f"`previous({argument.text})` reads another grain than {place.recursion} has.",
                f"Give {argument.text} the same `per`, `each` and `within` as {place.recursion}.",
            )
        return self.value_type(argument.text, place)

    def _over_all(self, call: tree.Call, place: Place) -> Type:
        name = call.function
        if place.kind not in ("company period", "team period"):
            smallest = {"min": "Use least(a, b).", "max": "Use greatest(a, b)."}
            hint = smallest.get(name, "Use a measure with `sum:` or `count:`, or a value with `per: company …`.")
            raise Refusal("plan.over-all", f"`{name}` runs over all payees; that has no meaning {place}.", hint)
        if name == "count":
            return NUMBER
        return self._numeric(self.type_of(call.arguments[0], Place("payee period", per=place.per)), f"`{name}`")

    # Types of names.

    def type_of_name(self, name: tree.Name, place: Place) -> Type:
        return self.type_of_reference(self.names.resolve(name, place), place)

    def type_of_reference(self, reference: Reference, place: Place) -> Type:
        match reference:
            case FactColumn(fact, column) | RelatedColumn(fact, column):
                schema = self.names.fact_types[fact]
                return column_type(schema, schema.columns[column])
            case CreditField(field):
                return self._credit_field(field, self.plan.credits[place.credit_set or ""], place.credit_set or "")
            case PersonField(field):
                return PERSON[field]
            case PositionField(field):
                return POSITION[field]
            case PayeeField(field):
                return PAYEE[field]
            case PeriodField(field):
                return PERIOD[field]
            case MeasureField(measure, part):
                self.read(("measures", measure))
                if part == "quota" or part.startswith("attainment"):
                    self.read(("quotas", measure))
                return NUMBER if part.startswith("attainment") else self.measure_type(measure)
            case ParameterRef(parameter):
                return self.parameter_type(self.plan.parameters[parameter])
            case InputRef(asked):
                kinds = {"money": self.money, "number": NUMBER, "yes_no": YES_NO}
                return kinds[self.plan.inputs[asked].type]
            case ValueRef(value):
                self.read(("values", value))
                return self.value_type(value, place)
            case ComponentRef(component):
                self.read(("components", component))
                return self.money if self.plan.components[component].round is None else PLAIN

    def _credit_field(self, field: str, credits: CreditSet, name: str) -> Type:
        self.read(("credits", name))
        named = credits.named_amounts
        if field in named or field == "amount":
            return self.amount_type(name, field)
        return CREDIT[field]

    def amount_type(self, credit_set: str, field: str = "amount") -> Type:
        """The type of an amount of a credit, after conversion."""
        credits = self.plan.credits[credit_set]
        named = credits.named_amounts
        amount = named.get(field) or next(iter(named.values()))
        place = self.place_of_credits(credit_set)
        if place is None:
            return UNKNOWN
        written = field if field in named else next(iter(named))
        path: Path = ("amount",) if credits.amount is not None else ("amounts", written)
        with self.apart(("credits", credit_set, *path), ("credits", credit_set)):
            found = self.type_of(amount, place)
        return self.money if found.kind == "money" else found

    def place_of_credits(self, name: str) -> Place | None:
        credits = self.plan.credits.get(name)
        if credits is None or credits.from_ not in self.names.fact_types:
            return None
        return Place("credit rule", credit_set=name, fact=credits.from_)

    def place_before_measures(self, name: str) -> Place | None:
        """At a credit of a set, where it is limited or counted."""
        place = self.place_at_credit(name)
        return None if place is None else replace(place, before_measures=True)

    def place_at_credit(self, name: str, recursion: str | None = None) -> Place | None:
        credits = self.plan.credits.get(name)
        if credits is None or credits.from_ not in self.names.fact_types:
            return None
        return Place("credit", credit_set=name, fact=credits.from_, recursion=recursion)

    def measure_type(self, name: str) -> Type:
        measure = self.plan.measures[name]
        if measure.count is not None:
            return NUMBER
        if name not in self._measures:
            self._measures[name] = UNKNOWN  # while it is being found: a circle is told elsewhere
            place = self.place_before_measures(measure.credits)
            if place is None:
                return UNKNOWN
            if measure.of is not None:
                with self.apart(("measures", name, "of"), ("measures", name)):
                    found = self.type_of(measure.of, place)
            else:
                found = self.amount_type(measure.credits, measure.amount or "amount")
            self._measures[name] = self.money if found.kind == "money" else NUMBER if found == PLAIN else found
        return self._measures[name]

    def parameter_type(self, parameter: Parameter) -> Type:
        said = {"money": self.money, "number": NUMBER, "text": TEXT, "date": DATE, "yes_no": YES_NO}
        if parameter.type in said:
            return said[parameter.type]
        if parameter.value is None:
            return PLAIN
        name = next((name for name, known in self.plan.parameters.items() if known is parameter), "")
        with self.apart(("parameters", name)):
            return self.type_of(parameter.value, LITERAL)

    def value_type(self, name: str, place: Place) -> Type:
        """The type of a value: at its own grain, or where it is read when it has none."""
        value = self.plan.values[name]
        own = self.place_of_value(name, value) if value.per or value.each else place
        if own is None:
            return UNKNOWN
        if (name, own) not in self._values:
            self._values[name, own] = UNKNOWN
            stand = self.apart if value.per or value.each else self.at
            with stand(("values", name, "formula"), ("values", name)):
                self._values[name, own] = self.type_of(value.formula, own)
        return self._values[name, own]

    def place_of_value(self, name: str, value: Value) -> Place | None:
        if value.each is not None:
            return self.place_at_credit(value.each, recursion=name)
        if value.per is None:
            return None
        recursion = name if value.per.subject == "payee" else None
        return place_of_period(value.per.subject, value.per.kind, recursion)
