"""Numbers that people decided: which row of parameters or inputs was read, and why that one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from sqlglot import exp

from attain.engine.scopes import PlaceScope
from attain.engine.trace.arithmetic import Figure, Scalar
from attain.engine.trace.derivation import Derivation
from attain.engine.trace.explanation import Name, Source, Step, Term, Word
from attain.engine.trace.reading import read
from attain.engine.trace.spots import Spot
from attain.plans.expressions import Number


def parameter_step(derivation: Derivation, spot: Spot, name: str, shown: Figure) -> Step:
    """The nearest level that has a value on the day; else what the document says."""
    plan, compilation = spot.plan, spot.compilation
    where = derivation.where(plan, "parameters", name)
    levels = compilation.parameter_levels(plan, name)
    if levels:
        day, *keys = spot.ask(
            lambda scope: [scope.day(), scope.key_of_person(), scope.key_of_position(), scope.key_of_title()]
        )
        by_level = dict(zip(("person", "position", "title"), keys, strict=True))
        for level, own in levels:
            rows = compilation._parameter_rows(plan, name)[level, own]
            row = next(
                (row for row in rows if (level == "plan" or row["key"] == by_level[level]) and holds(row, day)), None
            )
            if row is not None:
                key = "" if level == "plan" else str(row["key"])
                words: dict[str, Word] = {
                    "name": Name(name),
                    "level": Term(f"level.{level}"),
                    "key": key,
                    **since(row, day),
                }
                return Step(
                    "parameter.decided" if key else "parameter.planned",
                    words,
                    None,
                    shown,
                    where,
                    Source("parameters", f"{name}/{level}{'/' + key if key else ''}"),
                )
    said = plan.parameters[name].value
    if said is None:
        return Step("parameter.unset", {"name": Name(name)}, None, shown, where)
    if isinstance(said, Number):
        return Step("parameter", {"name": Name(name)}, None, shown, where)
    found = read(derivation, spot, said, shown.unit)
    return found.as_step("parameter", where, name=Name(name))


def input_step(derivation: Derivation, spot: Spot, name: str, shown: Figure) -> Step:
    """The row of the period; the person's own before that of the position."""
    said = spot.plan.inputs[name]
    where = derivation.where(spot.plan, "inputs", name)

    def question(scope: PlaceScope) -> list[exp.Expr | None]:
        kind = said.per.kind
        return [scope.period_of(kind), scope.last_day_of(kind), *subjects(scope, said.per.subject)]  # type: ignore[attr-defined]

    period, last, *found = spot.ask(question)
    words: dict[str, Word] = {"name": Name(name), "period": str(period)}
    for subject in found:
        for row in spot.compilation.snapshot.rows("inputs"):
            if row["input"] == name and row["subject"] == subject and holds(row, last):
                read_as_given = shown.unit == "truth" or shown.value == Fraction(row["value"])
                source = Source("inputs", f"{name}/{subject}")
                words |= {"subject": str(subject), "given": Figure(Fraction(row["value"]), shown.unit)}
                return Step("input" if read_as_given else "input.refused", words, None, shown, where, source)
    return Step("input.missing", words, None, shown, where)


def subjects(scope: PlaceScope, subject: str) -> Sequence[exp.Expr]:
    """Whose inputs or quotas are read, nearest first."""
    if subject == "company":
        return [exp.Literal.string("company")]
    return [scope.team()] if subject == "team" else scope.subjects()  # type: ignore[attr-defined]


def holds(row: Mapping[str, Any], day: Scalar) -> bool:
    return isinstance(day, date) and row["valid_from"] <= day and (row["valid_to"] is None or day < row["valid_to"])


def since(row: Mapping[str, Any], day: Scalar) -> dict[str, Word]:
    return {"since": Figure(row["valid_from"], "day"), "day": Figure(day, "day")}


def rows_of(spot: Spot, table: str, **equal: object) -> Iterator[dict[str, Any]]:
    for row in spot.compilation.snapshot.rows(table):
        if all(row[name] == value for name, value in equal.items()):
            yield row


__all__ = ["holds", "input_step", "parameter_step", "rows_of", "since", "subjects"]
