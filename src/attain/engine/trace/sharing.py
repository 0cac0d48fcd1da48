"""What a payee gets of money that several share: a pool by weight, a prize by place."""

from __future__ import annotations

from fractions import Fraction

from sqlglot import exp

from attain.engine.formulas import condition, numeric
from attain.engine.frame import Frame, col
from attain.engine.stages import reward, shared
from attain.engine.trace.arithmetic import Figure, Operation, Shared
from attain.engine.trace.derivation import Derivation, figure
from attain.engine.trace.explanation import Step, Word
from attain.engine.trace.reading import operand, read
from attain.engine.trace.spots import GroupSpot, PayeeSpot, answers
from attain.plans.expressions import Expr


def steps(derivation: Derivation, spot: PayeeSpot, name: str) -> list[Step]:
    return (
        _pool(derivation, spot, name) if spot.plan.components[name].pays == "pool" else _prize(derivation, spot, name)
    )


def _asked(spot: PayeeSpot, name: str, columns: tuple[str, ...]) -> list[object]:
    """Columns of the frame in which all payees share, on this payee's row."""
    said = spot.plan.components[name]
    frame, scope = reward.per_frame(spot.compilation, spot.plan, said)
    if said.when is not None:
        frame.keep(condition(said.when, scope))
    (shared.pool if said.pays == "pool" else shared.prizes)(spot.compilation, spot.plan, said, scope)
    keep = exp.and_(
        exp.EQ(this=col("payee"), expression=exp.Literal.string(spot.payee)),
        exp.EQ(this=col("period"), expression=exp.Literal.string(spot.period)),
    )
    return list(answers(spot.compilation, frame, [col(column) for column in columns], keep))


def _pool(derivation: Derivation, spot: PayeeSpot, name: str) -> list[Step]:
    said, plan = spot.plan.components[name], spot.plan
    cents, weight, weights, part, group, there = _asked(
        spot, name, ("@cents", "@weight", "@weights", "@part", "@group", "there_at_end")
    )
    place = derivation.where(plan, "components", name)
    pool_spot = GroupSpot(
        spot.compilation, plan, "company" if said.among == "plan" else "team", str(group), spot.kind, spot.period
    )
    inside: list[Step] = []
    pool = derivation.minor(_number(cents))
    if said.amount is not None:
        found = read(derivation, pool_spot, said.amount, "money")
        inside.append(found.as_step("pool.amount", derivation.where(plan, "components", name, "amount")))
    own = _weight(derivation, spot, name, said.weight, inside)
    total = Figure(_number(weights) / _denominator(spot, said.weight), own.unit)
    shown = own if weight else Figure(Fraction(0), own.unit)
    share = Operation("/", Operation("*", pool, shown), total)
    result = derivation.minor(_number(part))
    words: dict[str, Word] = {"group": str(group)}
    found_steps = [
        Step(
            "pool",
            words,
            Shared(share, derivation.places, _number(result.value)),
            result,
            place,
            inside=tuple(inside),
        )
    ]
    if said.leavers == "lost" and there is not True:
        where = derivation.where(plan, "components", name, "leavers")
        found_steps.append(Step("pool.lost", {"period": spot.period}, None, Figure(Fraction(0), "money"), where))
    return found_steps


def _weight(derivation: Derivation, spot: PayeeSpot, name: str, weight: Expr | None, inside: list[Step]) -> Figure:
    if weight is None:
        return Figure(Fraction(0))
    own, steps = operand(derivation, spot, weight, "weight", derivation.where(spot.plan, "components", name, "weight"))
    inside += steps
    return own


def _denominator(spot: PayeeSpot, weight: Expr | None) -> int:
    """Weights are whole numbers over this."""
    if weight is None:
        return 1
    return numeric(weight, spot.scope(Frame(spot.base()))).denominator


def _prize(derivation: Derivation, spot: PayeeSpot, name: str) -> list[Step]:
    said, plan = spot.plan.components[name], spot.plan
    columns = ("@place", "@tied", "@prize", "@won", "@score", *(("@together",) if said.ties == "share" else ()))
    place, tied, prize, won, score, *together = _asked(spot, name, columns)
    where = derivation.where(plan, "components", name, "prizes")
    by = (said.by or (None,))[0]
    value, inside = (
        operand(derivation, spot, by, "by", derivation.where(plan, "components", name, "by"))
        if by is not None
        else (figure(None, "number"), ())
    )
    result = derivation.minor(_number(won))
    words: dict[str, Word] = {"value": value, "place": str(int(_number(place))), "tied": str(int(_number(tied)))}
    if score is None:
        return [Step("prize.none", {"value": value}, None, result, where, inside=inside)]
    if _number(tied) > 1 and said.ties == "share":
        all_of_them = derivation.minor(_number(together[0]))
        share = Operation("/", all_of_them, Figure(_number(tied)))
        return [
            Step(
                "prize.shared",
                words,
                Shared(share, derivation.places, _number(result.value)),
                result,
                where,
                inside=inside,
            )
        ]
    kind = "prize.tied" if _number(tied) > 1 else "prize"
    return [Step(kind, words, None, derivation.minor(_number(prize)), where, inside=inside)]


def _number(value: object) -> Fraction:
    return value if isinstance(value, Fraction) else Fraction(0)
