"""The kinds of scalars that a document holds, and what all its parts have in common."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict

from attain.plans.expressions import Expr
from attain.plans.scalars import (
    Delay,
    Over,
    Per,
    as_date,
    as_delay,
    as_expression,
    as_integer,
    as_list,
    as_name,
    as_over,
    as_per,
    as_text,
    as_truth,
    as_words,
)

Formula = Annotated[Expr, BeforeValidator(as_expression)]
Formulas = Annotated[tuple[Formula, ...], BeforeValidator(as_list)]
Integer = Annotated[int, BeforeValidator(as_integer)]
YesNo = Annotated[bool, BeforeValidator(as_truth)]
Date = Annotated[date, BeforeValidator(as_date)]
Words = Annotated[dict[str, str], BeforeValidator(as_words)]
Plain = Annotated[str, BeforeValidator(as_text)]
Identifier = Annotated[str, BeforeValidator(as_name)]
Grain = Annotated[Per, BeforeValidator(as_per)]
Window = Annotated[Over, BeforeValidator(as_over)]
Wait = Annotated[Delay, BeforeValidator(as_delay)]
Kind = Literal["week", "month", "quarter", "half", "year"]


class PlanPart(BaseModel):
    """Anything in a document. Unknown keys are refused: a misspelt key would silently pay something else."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
