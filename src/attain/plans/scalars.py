"""From the text of a document to typed scalars. Each reader refuses with a ValueError that says what was expected.

The strict loader hands over nested dicts, lists and text only; nothing here guesses a type from the look of a text,
except for the short form of a parameter, whose type the language takes from its form.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from attain.kernel.errors import PlanError
from attain.plans.expressions import Expr
from attain.plans.parser import parse

KINDS = ("week", "month", "quarter", "half", "year")
NAME = re.compile(r"[a-z][a-z0-9_]*\Z")


class Unreadable(ValueError):
    """A text that is not in the language, with what to write instead."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class Per(BaseModel):
    """The grain of a value: `payee quarter`."""

    model_config = ConfigDict(frozen=True)
    subject: Literal["payee", "team", "company"]
    kind: str


class Over(BaseModel):
    """A window: a period kind, `plan`, `rolling` with a number of months, or a `column` of the fact."""

    model_config = ConfigDict(frozen=True)
    kind: str
    months: int | None = None
    column: str | None = None


class Delay(BaseModel):
    """`6 months`, `90 days`."""

    model_config = ConfigDict(frozen=True)
    count: int
    unit: Literal["days", "months"]


def as_text(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError("a single text was expected here, not a list or a map")
    return value


def as_expression(value: Any) -> Expr:
    if isinstance(value, Expr):
        return value
    try:
        return parse(as_text(value))
    except PlanError as problem:
        raise Unreadable(problem.message, problem.hint) from None


def as_list(value: Any) -> Any:
    """One item may stand without the brackets of a list."""
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def as_integer(value: Any) -> int:
    if isinstance(value, int):
        return value
    if not re.fullmatch(r"-?[0-9]{1,9}", as_text(value)):
        raise ValueError(f"a whole number was expected, not '{value}'")
    return int(value)


def as_truth(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value not in ("yes", "no", "true", "false"):
        raise ValueError(f"yes or no was expected, not '{value}'")
    return value in ("yes", "true")


def as_date(value: Any) -> date:
    if isinstance(value, date):
        return value
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", as_text(value)):
            raise ValueError
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"a date such as 2026-01-31 was expected, not '{value}'") from None


def as_words(value: Any) -> dict[str, str]:
    """A title: one text for every language, or a map of languages."""
    return {"en": value} if isinstance(value, str) else value


def as_name(value: Any) -> str:
    if not NAME.match(as_text(value)):
        raise ValueError(f"'{value}' is no name: lower case letters, digits and underscores, a letter first")
    return str(value)


def as_parameter(text: str, said: object) -> str:
    """The value of a parameter as an expression: dates and words stand in a document without quotes.

    >>> as_parameter("Desks", None), as_parameter("2026-01-31", "date"), as_parameter("yes", "yes_no")
    ("'Desks'", "date '2026-01-31'", 'true')
    """
    if said == "yes_no" and text in ("yes", "no"):
        return "true" if text == "yes" else "false"
    if said in ("date", "plain", None) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return f"date '{text}'"
    is_word = re.fullmatch(r"[^\W\d_][\w.]*(?:[ -][\w.]+)*", text) and text not in ("true", "false", "null")
    if not text.startswith(("'", "date '")) and (said == "text" or (said in ("plain", None) and is_word)):
        return "'" + text.replace("'", "''") + "'"
    return text


def as_per(value: Any) -> Any:
    if isinstance(value, Per):
        return value
    words = as_text(value).split()
    if len(words) != 2 or words[0] not in ("payee", "team", "company") or words[1] not in KINDS:
        how = f"payee, team or company, then {', '.join(KINDS)}"
        raise ValueError(f"a grain such as 'payee quarter' was expected, not '{value}': {how}")
    return Per(subject=words[0], kind=words[1])


def as_over(value: Any) -> Any:
    if isinstance(value, Over):
        return value
    text = as_text(value)
    rolling = re.fullmatch(r"rolling ([0-9]{1,3}) months", text)
    if rolling:
        return Over(kind="rolling", months=int(rolling.group(1)))
    if text in KINDS or text == "plan":
        return Over(kind=text)
    if text == "payee":
        return Over(kind="plan")
    if NAME.match(text):
        return Over(kind="column", column=text)
    how = f"{', '.join(KINDS)}, plan, 'rolling 12 months' or a column of the fact"
    raise ValueError(f"a window was expected, not '{value}': {how}")


def as_delay(value: Any) -> Any:
    if isinstance(value, Delay):
        return value
    found = re.fullmatch(r"([0-9]{1,4}) (day|month)s?", as_text(value))
    if not found:
        raise ValueError(f"a time such as '6 months' or '90 days' was expected, not '{value}'")
    return Delay(count=int(found.group(1)), unit=found.group(2) + "s")  # type: ignore[arg-type]
