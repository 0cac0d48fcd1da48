"""Reads the text of an expression into its tree.

A precedence-climbing parser over a small token list, so that whatever is not in the language is refused where it
stands, with a reason: comments, aliases, double quotes, exponents, chained comparisons, dates that do not exist.
"""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from attain.kernel.errors import PlanError, Where, suggest
from attain.plans import expressions as tree
from attain.plans.expressions import Expr

LONGEST = 4_000
DEEPEST = 40
LONGEST_CHAIN = 100
SHOWN = 60
_NAME_PARTS = "Give parts of it names under `values`."
FUNCTIONS: dict[str, tuple[int, int | None]] = {
    "coalesce": (1, None),
    "least": (1, None),
    "greatest": (1, None),
    "abs": (1, 1),
    "round": (2, 2),
    "days_between": (2, 2),
    "months_between": (2, 2),
    "months_touched": (2, 2),
    "add_days": (2, 2),
    "add_months": (2, 2),
    "year": (1, 1),
    "month": (1, 1),
    "quarter": (1, 1),
    "day": (1, 1),
    "lower": (1, 1),
    "starts_with": (2, 2),
    "lookup": (2, None),
    "whole": (2, 2),
    "marginal": (3, 3),
    "curve": (2, 2),
    "previous": (1, 1),
    "sum": (1, 1),
    "count": (0, 0),
    "min": (1, 1),
    "max": (1, 1),
}
"""Name and the least and most number of arguments."""

_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<number>[0-9]+(?:\.[0-9]+)?%?)
      | (?P<text>'(?:[^']|'')*')
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)
      | (?P<sign><>|<=|>=|!=|[-+*/=<>(),])""",
    re.VERBOSE,
)
_WORDS = frozenset("and or not between in is null case when then else end true false of date".split())
_COMPARISONS = {"=", "<>", "<", "<=", ">", ">="}


class Token(NamedTuple):
    kind: str
    text: str
    at: int


def parse(text: str, where: Where = Where()) -> Expr:
    """The tree of an expression; a `PlanError` at the first place that is not in the language."""
    if len(text) > LONGEST:
        raise PlanError(
            f"The expression has {len(text)} characters; at most {LONGEST} are read.",
            code="plan.expression-size",
            where=where,
            hint=_NAME_PARTS,
        )
    return _Parser(text, where).whole()


class _Parser:
    def __init__(self, text: str, where: Where) -> None:
        self.text = text
        self.where = where
        self.depth = 0
        self.place = 0
        self.tokens = self._tokens()

    def refuse(self, message: str, at: int, hint: str | None = None) -> PlanError:
        before, here, after = self.text[:at][-SHOWN:], self.text[at : at + 12], self.text[at + 12 :][:SHOWN]
        marked = f"{'…' * (at > SHOWN)}{before}⟨{here or 'end'}⟩{after}{'…' * (len(self.text) > at + 12 + SHOWN)}"
        return PlanError(f"{message} In: {marked}", code="plan.expression", where=self.where, hint=hint)

    def _tokens(self) -> list[Token]:
        tokens, at = [], 0
        while at < len(self.text):
            found = _TOKEN.match(self.text, at)
            if self.text.startswith("--", at) or self.text.startswith("/*", at):
                raise self.refuse("Comments are not part of an expression.", at, "For a double minus write a - (-b).")
            if not found:
                raise self.refuse(f"'{self.text[at]}' has no meaning here.", at, _hint_for(self.text[at]))
            kind = str(found.lastgroup)
            word = found.group()
            if kind == "number" and found.end() < len(self.text) and re.match(r"[A-Za-z_.0-9]", self.text[found.end()]):
                raise self.refuse("A number has digits, at most one point, and perhaps a percent sign.", at)
            if kind == "name" and word.lower() in _WORDS:
                kind, word = "word", word.lower()
            if kind != "space":
                tokens.append(Token(kind, "<>" if word == "!=" else word, at))
            at = found.end()
        tokens.append(Token("end", "", len(self.text)))
        return tokens

    @property
    def now(self) -> Token:
        return self.tokens[self.place]

    def take(self, *texts: str) -> Token | None:
        """The present token if it is one of these signs or words; then the next one is present."""
        token = self.now
        if token.kind in ("sign", "word") and token.text in texts:
            self.place += 1
            return token
        return None

    def need(self, text: str) -> Token:
        token = self.take(text)
        if token is None:
            raise self.refuse(f"'{text}' was expected, not '{self.now.text or 'the end'}'.", self.now.at)
        return token

    def whole(self) -> Expr:
        if self.now.kind == "end":
            raise self.refuse("The expression is empty.", 0)
        result = self.either()
        if self.now.kind != "end":
            hint = "Is an operator missing before it, or a quote around text?"
            raise self.refuse(f"'{self.now.text}' was not expected here.", self.now.at, hint)
        if _depth(result) > LONGEST_CHAIN:
            raise self.refuse(f"More than {LONGEST_CHAIN} operations hang on one another.", 0, _NAME_PARTS)
        return result

    def either(self) -> Expr:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.refuse(f"More than {DEEPEST} levels of parentheses.", self.now.at, _NAME_PARTS)
        left = self.both()
        while token := self.take("or"):
            left = tree.Logic("or", left, self.both(), at=token.at)
        self.depth -= 1
        return left

    def both(self) -> Expr:
        left = self.negation()
        while token := self.take("and"):
            left = tree.Logic("and", left, self.negation(), at=token.at)
        return left

    def negation(self) -> Expr:
        negations = []
        while token := self.take("not"):
            negations.append(token)
            if len(negations) > DEEPEST:
                raise self.refuse("Too many `not`.", token.at)
        result = self.comparison()
        for token in reversed(negations):
            result = tree.Not(result, at=token.at)
        return result

    def comparison(self) -> Expr:
        left = self.total()
        token = self.now
        if token.kind == "sign" and token.text in _COMPARISONS:
            self.place += 1
            result: Expr = tree.Compare(token.text, left, self.total(), at=token.at)  # type: ignore[arg-type]
        elif self.take("is"):
            negated = self.take("not") is not None
            self.need("null")
            result = tree.IsMissing(left, negated, at=token.at)
        else:
            negated = False
            if token.kind == "word" and token.text == "not" and self.tokens[self.place + 1].text in ("in", "between"):
                self.place += 1
                negated = True
            if self.take("between"):
                low = self.total()
                self.need("and")
                result = tree.Between(left, low, self.total(), negated, at=token.at)
            elif self.take("in"):
                result = tree.Within(left, self.listed(), negated, at=token.at)
            else:
                return left
        if self.now.text in _COMPARISONS or self.now.text in ("is", "between", "in"):
            raise self.refuse("Comparisons cannot be chained.", self.now.at, "Join two comparisons with `and`.")
        return result

    def total(self) -> Expr:
        left = self.product()
        while token := self.take("+", "-"):
            left = tree.Calculation(token.text, left, self.product(), at=token.at)  # type: ignore[arg-type]
        return left

    def product(self) -> Expr:
        left = self.signed()
        while token := self.take("*", "/", "of"):
            left = tree.Calculation("/" if token.text == "/" else "*", left, self.signed(), at=token.at)
        return left

    def signed(self) -> Expr:
        if token := self.take("-"):
            return tree.Negative(self.atom(), at=token.at)
        return self.atom()

    def atom(self) -> Expr:
        token = self.now
        self.place += 1
        if token.kind == "number":
            return _number(token)
        if token.kind == "text":
            return tree.Text(token.text[1:-1].replace("''", "'"), at=token.at)
        if token.kind == "name":
            return self.name_or_call(token)
        if token.text == "(":
            inner = self.either()
            self.need(")")
            return inner
        if token.kind == "word":
            return self.word(token)
        self.place -= 1
        raise self.refuse(f"A value was expected, not '{token.text or 'the end'}'.", token.at)

    def word(self, token: Token) -> Expr:
        if token.text in ("true", "false"):
            return tree.Truth(token.text == "true", at=token.at)
        if token.text == "null":
            return tree.Missing(at=token.at)
        if token.text == "case":
            return self.cases(token)
        if token.text == "date" and self.now.kind == "text":
            return self.day(token)
        if token.text == "date":  # a column may have this name
            return tree.Name(("date",), at=token.at)
        self.place -= 1
        raise self.refuse(f"A value was expected, not '{token.text}'.", token.at)

    def day(self, token: Token) -> Expr:
        text = self.now.text[1:-1]
        self.place += 1
        try:
            if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
                raise ValueError
            return tree.Day(date.fromisoformat(text), at=token.at)
        except ValueError:
            hint = "Write year-month-day, as in date '2026-01-31'."
            raise self.refuse(f"'{text}' is not a date.", token.at, hint) from None

    def cases(self, token: Token) -> Expr:
        branches = []
        while self.take("when"):
            condition = self.either()
            self.need("then")
            branches.append((condition, self.either()))
        if not branches:
            raise self.refuse("`case` needs `when … then …`.", self.now.at)
        otherwise = self.either() if self.take("else") else None
        self.need("end")
        return tree.Case(tuple(branches), otherwise, at=token.at)

    def name_or_call(self, token: Token) -> Expr:
        if not (self.now.kind == "sign" and self.now.text == "("):
            return tree.Name(tuple(token.text.split(".")), at=token.at)
        arguments = self.listed()
        if token.text == "if":
            if len(arguments) != 3:
                raise self.refuse("`if` takes a condition and two values.", token.at)
            return tree.Case(((arguments[0], arguments[1]),), arguments[2], at=token.at)
        if token.text not in FUNCTIONS:
            near = suggest(token.text, [*FUNCTIONS, "if"])
            hint = f"Did you mean `{near}`?" if near else None
            raise self.refuse(f"There is no function '{token.text}'.", token.at, hint)
        least, most = FUNCTIONS[token.text]
        if len(arguments) < least or (most is not None and len(arguments) > most):
            wanted = f"{least}" if least == most else f"{least} or more"
            raise self.refuse(f"`{token.text}` takes {wanted} arguments, not {len(arguments)}.", token.at)
        return tree.Call(token.text, arguments, at=token.at)

    def listed(self) -> tuple[Expr, ...]:
        self.need("(")
        if self.take(")"):
            return ()
        items = [self.either()]
        while self.take(","):
            items.append(self.either())
        self.need(")")
        return tuple(items)


def _number(token: Token) -> tree.Number:
    text = token.text
    if len(text) > 40:
        raise PlanError(f"The number {text[:20]}… has more than 40 digits.", code="plan.expression")
    value = Fraction(text.rstrip("%")) / (100 if text.endswith("%") else 1)
    return tree.Number(value, text, at=token.at)


def _depth(expression: Expr) -> int:
    """How many levels the tree has; without recursion, because its depth is what is in doubt."""
    deepest, waiting = 0, [(expression, 1)]
    while waiting:
        part, depth = waiting.pop()
        deepest = max(deepest, depth)
        waiting.extend((inner, depth + 1) for inner in tree.inside(part))
    return deepest


def _hint_for(sign: str) -> str | None:
    return {
        '"': "Text stands in single quotes.",
        "%": "A percentage is a number with the sign right behind it: 5%. There is no modulo.",
        ";": "One expression only.",
        ".": "Write 0.5, not .5.",
        "|": "Text cannot be joined.",
    }.get(sign)
