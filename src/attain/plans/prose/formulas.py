"""Formulas and conditions in words.

`least(2% of booked, 5000)` is "the smaller of (2% of “booked”) and 5,000".

Conditions are main clauses in both languages, so that they can stand behind a colon or "if". Parentheses remain where
words alone would be read in two ways.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from attain.plans import expressions as tree
from attain.plans.expressions import Expr
from attain.plans.prose import formats

if TYPE_CHECKING:
    from attain.plans.prose.speaker import Speaker

Kind = Literal["money", "rate", "number", "plain"]

_SIGNS = {"+": "plus", "-": "minus", "*": "times", "/": "divided"}
_COMPARE = {"=": "is", "<>": "is_not", "<": "below", "<=": "at_most", ">": "above", ">=": "at_least"}
_MEASURE_FIELDS = {
    "before",
    "after",
    "total",
    "period",
    "quota",
    "attainment",
    "attainment_before",
    "attainment_after",
    "attainment_total",
}
_FIRST_LEVEL = ("person", "position", "period", "payee", "credit")


def in_words(formula: Expr, speaker: Speaker, kind: Kind = "plain") -> str:
    return _Words(speaker).of(formula, kind)


def condition_in_words(test: Expr, speaker: Speaker) -> str:
    return _Words(speaker).of_condition(test)


class _Words:
    def __init__(self, speaker: Speaker) -> None:
        self.speaker = speaker
        self.say = speaker.say

    def of(self, formula: Expr, kind: Kind = "plain") -> str:
        match formula:
            case tree.Number():
                return self.number(formula, kind)
            case tree.Text(value=text):
                return formats.quoted(text, self.speaker.language)
            case tree.Day(value=day):
                return formats.day(day, self.speaker.language)
            case tree.Truth(value=truth):
                return self.say("yes" if truth else "no")
            case tree.Missing():
                return self.say("formula.missing")
            case tree.Name():
                return self.name(formula)
            case tree.Negative(value=inner):
                return self.negative(inner, kind)
            case tree.Calculation():
                return self.calculation(formula, kind)
            case tree.Case(branches=branches, otherwise=otherwise):
                return self.cases(branches, otherwise, kind)
            case tree.Call():
                return self.call(formula, kind)
        return self.condition(formula)

    def number(self, formula: tree.Number, kind: Kind) -> str:
        if kind == "plain":
            kind = "rate" if formula.text.endswith("%") else "number"
        return self.speaker.number(formula.value, kind)

    def negative(self, inner: Expr, kind: Kind) -> str:
        if isinstance(inner, tree.Number):
            return self.number(tree.Number(-inner.value, inner.text), kind)
        return self.say("formula.negative", value=self.inside(inner, kind))

    def name(self, name: tree.Name) -> str:
        first, *rest = name.parts
        if rest and first in self.speaker.plan.measures and rest[0] in _MEASURE_FIELDS:
            return self.say(f"measure_field.{rest[0]}", name=self.speaker.name(first))
        if rest and first in _FIRST_LEVEL:
            key = f"field.{name.text}"
            if self.speaker.has(key):
                return self.say(key)
            return self.say(f"field.{first}.other", name=self.speaker.name(rest[0]))
        if rest:
            return self.say("field.related", column=self.speaker.name(rest[0]), fact=self.speaker.name(first))
        return self.speaker.name(first)

    def calculation(self, formula: tree.Calculation, kind: Kind) -> str:
        if formula.operator == "*" and isinstance(formula.left, tree.Number) and formula.left.text.endswith("%"):
            return self.share(self.number(formula.left, "rate"), formula.right)
        sums = formula.operator in ("+", "-")
        left = (
            self.of(formula.left, kind if sums else "plain")
            if self._binds(formula.left, formula)
            else self.inside(formula.left)
        )
        right = self.inside(formula.right, kind if sums else "plain")
        return self.say(f"formula.{_SIGNS[formula.operator]}", left=left, right=right)

    def share(self, share: str, whole: Expr) -> str:
        """`4% of the credited amount`: a percentage of something."""
        if isinstance(whole, tree.Name) and whole.text == "credit.amount":
            return self.say("formula.share_of_credit", share=share)
        return self.say("formula.share", share=share, whole=self.speaker.after_of(self.inside(whole)))

    def _binds(self, part: Expr, around: tree.Calculation) -> bool:
        """Whether the left part may stand without parentheses: a chain of the same kind, or anything simple."""
        if not isinstance(part, tree.Calculation):
            return not isinstance(part, tree.Case)
        return (part.operator in "+-") == (around.operator in "+-") or around.operator in "+-"

    def inside(self, formula: Expr, kind: Kind = "plain") -> str:
        """In parentheses when the part has parts of its own."""
        words = self.of(formula, kind)
        return f"({words})" if isinstance(formula, tree.Calculation | tree.Case | tree.Logic) else words

    def cases(self, branches: tuple[tuple[Expr, Expr], ...], otherwise: Expr | None, kind: Kind) -> str:
        parts = [
            self.say("formula.case", value=self.of(value, kind), condition=self.of_condition(test))
            for test, value in branches
        ]
        last = self.say("formula.nothing") if otherwise is None else self.of(otherwise, kind)
        return self.say("formula.cases", cases="; ".join(parts), otherwise=last)

    def call(self, call: tree.Call, kind: Kind) -> str:
        function, arguments = call.function, call.arguments
        if function in ("least", "greatest"):
            several = "two" if len(arguments) == 2 else "many"
            return self.say(
                f"formula.{function}.{several}",
                items=self.speaker.listed([self.inside(part, kind) for part in arguments]),
            )
        if function == "coalesce":
            first, *others = [self.inside(part, kind) for part in arguments]
            return first if not others else self.say("formula.coalesce", first=first, others=self.or_else(others))
        if function in ("lookup", "whole", "marginal", "curve"):
            return self.table_call(function, arguments)
        if function == "starts_with":
            return self.condition(call)
        given = {
            f"part{place}": self.inside(part, kind if place == 0 else "plain") for place, part in enumerate(arguments)
        }
        return self.say(f"formula.{function}", **given)

    def or_else(self, others: list[str]) -> str:
        return self.say("formula.or_else").join(others)

    def table_call(self, function: str, arguments: tuple[Expr, ...]) -> str:
        table, *keys = arguments
        parts = table.parts if isinstance(table, tree.Name) else ("",)
        words = [self.inside(key) for key in keys]
        named = self.speaker.name(parts[0])
        if function == "lookup":
            listed = self.speaker.listed(words)
            if len(parts) > 1:
                return self.say("formula.lookup.column", column=self.speaker.name(parts[1]), table=named, keys=listed)
            return self.say("formula.lookup", table=named, keys=listed)
        if function == "marginal":
            return self.say("formula.marginal", table=named, low=words[0], high=words[1])
        return self.say(f"formula.{function}", table=named, at=words[0])

    # Conditions

    def of_condition(self, test: Expr) -> str:
        """A value that stands as a condition is asked for `yes`."""
        return (
            self.say("condition.is", left=self.of(test), right=self.say("yes"))
            if isinstance(test, tree.Name)
            else self.of(test)
        )

    def condition(self, test: Expr) -> str:
        match test:
            case tree.Not(value=tree.Name() as name):
                return self.say("condition.is", left=self.of(name), right=self.say("no"))
            case tree.Not(value=inner):
                return self.say("condition.not", condition=self.of_condition(inner))
            case tree.Logic(operator=operator, left=left, right=right):
                return self.say(
                    f"condition.{operator}", left=self.joined(left, operator), right=self.joined(right, operator)
                )
            case tree.Compare(operator=operator, left=left, right=right):
                return self.compare(operator, left, right)
            case tree.Between(value=inner, low=low, high=high, negated=negated):
                kind = self.kind(inner)
                return self.say(
                    "condition.not_between" if negated else "condition.between",
                    value=self.of(inner),
                    low=self.of(low, kind),
                    high=self.of(high, kind),
                )
            case tree.Within(value=inner, options=options, negated=negated):
                words = self.speaker.listed([self.of(option) for option in options], either=True)
                return self.say("condition.is_not" if negated else "condition.is", left=self.of(inner), right=words)
            case tree.IsMissing(value=inner, negated=negated):
                return self.say("condition.given" if negated else "condition.missing", value=self.of(inner))
            case tree.Call(function="starts_with", arguments=(text, start)):
                return self.say("condition.starts_with", text=self.of(text), start=self.of(start))
        raise TypeError(f"{test!r} has no words.")

    def compare(self, operator: str, left: Expr, right: Expr) -> str:
        kind = self.kind(left)
        return self.say(f"condition.{_COMPARE[operator]}", left=self.of(left), right=self.of(right, kind))

    def kind(self, left: Expr) -> Kind:
        kind = self.speaker.kind_of(left)
        return kind if kind in ("rate", "money") else "plain"

    def joined(self, part: Expr, around: str) -> str:
        words = self.of_condition(part)
        return f"({words})" if isinstance(part, tree.Logic) and part.operator != around else words
