"""A curve at one row: the segment that was taken and the arithmetic of its slope."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from attain.engine import tables
from attain.engine.formulas import Scope
from attain.engine.fractions import Num
from attain.engine.trace.arithmetic import Figure, Formula, Operation, Unit
from attain.engine.trace.derivation import Derivation
from attain.engine.trace.explanation import Step, Word
from attain.engine.trace.spots import Spot
from attain.plans import expressions as tree
from attain.plans.model import Curve

Path = tuple[str | int, ...]


def curve_step(
    derivation: Derivation,
    spot: Spot,
    curve: Curve,
    path: Path,
    value: Callable[[Scope], Num],
    shown: Figure,
    steps: Sequence[Step] = (),
) -> Step:
    exact, result = spot.ask(lambda scope: [value(scope), tables.curve(curve, scope.pin(value(scope)), scope)])
    units = derivation.units(spot)
    at = units.common([*(segment.from_ for segment in curve.segments), *(point.at for point in curve.points)])
    looked_up = Figure(exact, at if shown.unit == "number" else shown.unit)
    paid = units.of_table(curve)
    if not isinstance(exact, Fraction) or not isinstance(result, Fraction):
        return Step(
            "curve.missing",
            {"value": looked_up},
            None,
            Figure(None),
            derivation.where(spot.plan, *path),
            inside=tuple(steps),
        )
    kind, words, formula, last = (_segment if curve.segments else _line)(spot, curve, exact, looked_up.unit, paid)
    where = derivation.where(spot.plan, *path, *last)
    return Step(kind, {"value": looked_up, **words}, formula, Figure(result, paid), where, inside=tuple(steps))


_Found = tuple[str, dict[str, Word], Formula | None, Path]


def _segment(spot: Spot, curve: Curve, value: Fraction, at: Unit, paid: Unit) -> _Found:
    """`pays` at the segment's mark, and `slope` for each unit beyond it."""
    for place, segment in reversed(list(enumerate(curve.segments))):
        start, pays = spot.number(segment.from_), spot.number(segment.pays)
        if start is None or value < start:
            continue
        words: dict[str, Word] = {"number": str(place + 1), "start": Figure(start, at)}
        formula: Formula = Figure(pays, paid)
        if segment.slope is not None:
            beyond = Operation("-", Figure(value, at), Figure(start, at))
            formula = Operation("+", formula, Operation("*", Figure(spot.number(segment.slope)), beyond))
        return "curve.segment", words, formula, ("segments", place)
    return _outside(spot, curve, "below", paid)


def _line(spot: Spot, curve: Curve, value: Fraction, at: Unit, paid: Unit) -> _Found:
    """On the straight line between two points, or outside of them."""
    marks = [(spot.number(point.at), spot.number(point.pays)) for point in curve.points]
    known = [(x or Fraction(0), y or Fraction(0)) for x, y in marks]
    if value < known[0][0]:
        if curve.below != "extend":
            return _outside(spot, curve, "below", paid, known[0][1])
        place = 0
    elif value > known[-1][0]:
        if curve.above != "extend":
            return _outside(spot, curve, "above", paid, known[-1][1])
        place = len(known) - 2
    else:
        place = next(place for place in range(len(known) - 1) if value <= known[place + 1][0])
    (x1, y1), (x2, y2) = known[place], known[place + 1]
    words: dict[str, Word] = {"low": Figure(x1, at), "high": Figure(x2, at)}
    rise = Operation("-", Figure(y2, paid), Figure(y1, paid))
    run = Operation("-", Figure(x2, at), Figure(x1, at))
    beyond = Operation("-", Figure(value, at), Figure(x1, at))
    formula = Operation("+", Figure(y1, paid), Operation("/", Operation("*", beyond, rise), run))
    return "curve.line", words, formula, ("points", place)


def _outside(spot: Spot, curve: Curve, side: str, paid: Unit, flat: Fraction | None = None) -> _Found:
    said = curve.below if side == "below" else curve.above
    worth = spot.number(said) if isinstance(said, tree.Expr) else flat
    return f"curve.{side}", {}, Figure(worth, paid), (side,)
