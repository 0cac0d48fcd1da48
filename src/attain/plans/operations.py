"""Which types an operation takes and gives: money and numbers, dates, conditions.

Money plus money is money, money times a number is money, money by money is a number; money times money and money plus a
number have no meaning. A plain number, such as a bare literal, fits either side.
"""

from __future__ import annotations

from attain.plans.names import Refusal
from attain.plans.references import DATE, MISSING, NUMBER, PLAIN, TEXT, UNKNOWN, YES_NO, Type, common

_DATES = {"year", "month", "quarter", "day"}
_SPANS = {"days_between", "months_between", "months_touched"}


def calculated(operator: str, left: Type, right: Type) -> Type:
    words = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}[operator]
    if UNKNOWN in (left, right):
        return UNKNOWN
    if not (left.is_numeric and right.is_numeric):
        dates = DATE in (left, right) and operator in "+-"
        hint = "Use days_between(a, b), add_days(d, n) or add_months(d, n)." if dates else None
        raise Refusal("plan.type-mismatch", _sentence(f"{left} {words} {right} has no meaning."), hint)
    if left.kind == right.kind == "money" and operator != "*" and common(left, right) is None:
        message = _sentence(f"{left} {words} {right} has no meaning.")
        raise Refusal("plan.type-mismatch", message, towards(left, right))
    result = {"*": _product, "/": _ratio}.get(operator, common)(left, right)
    if result is None:
        hint = {
            "+": "Money and numbers do not add up; multiply the number by an amount first.",
            "-": "Money and numbers do not add up; multiply the number by an amount first.",
            "*": "Divide one of them by money to get a rate.",
            "/": "Divide money by money, or by a number.",
        }[operator]
        raise Refusal("plan.type-mismatch", _sentence(f"{left} {words} {right} has no meaning."), hint)
    return result


def compared(operator: str, left: Type, right: Type) -> None:
    if UNKNOWN in (left, right):
        return
    if MISSING in (left, right):
        raise Refusal(
            "plan.type-mismatch", "A comparison with null is never true.", "Write `is null` or `is not null`."
        )
    both = common(left, right)
    if both is None:
        message = _sentence(f"{left} cannot be compared with {right}.")
        raise Refusal("plan.type-mismatch", message, towards(left, right))
    if operator not in ("=", "<>") and both.kind in ("text", "yes_no"):
        raise Refusal("plan.type-mismatch", _sentence(f"{both} has no order; use = or <>."))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _product(left: Type, right: Type) -> Type | None:
    if left.kind == "money" and right.kind == "money":
        return None
    for side in (left, right):
        if side.kind == "money":
            return side
    if PLAIN in (left, right):
        return PLAIN
    return MISSING if left == right == MISSING else NUMBER


def _ratio(left: Type, right: Type) -> Type | None:
    if right.kind == "money":
        return NUMBER if common(left, right) is not None and left != NUMBER else None
    if left.kind in ("money", "plain"):
        return left
    return NUMBER


def signature(name: str) -> tuple[tuple[Type, ...], Type]:
    if name in _DATES:
        return (DATE,), NUMBER
    if name in _SPANS:
        return (DATE, DATE), NUMBER
    return {
        "add_days": ((DATE, NUMBER), DATE),
        "add_months": ((DATE, NUMBER), DATE),
        "lower": ((TEXT,), TEXT),
        "starts_with": ((TEXT, TEXT), YES_NO),
    }[name]


def towards(found: Type, wanted: Type) -> str | None:
    if found.kind == "number" and wanted.kind == "money":
        return "Multiply it by an amount, or give the parameter `type: money`."
    if found.kind == "money" and wanted.kind == "number":
        return "Divide it by money to get a rate or an attainment."
    if found.kind == "money" and wanted.kind == "money":
        return "Read `credit.amount`, which `convert` has turned into the plan's currency."
    if "text" in (found.kind, wanted.kind):
        return "Text stands in single quotes, numbers and dates do not."
    if wanted.kind == "yes_no":
        return "Write a comparison, such as x > 0 or x = 'text'."
    return None
