"""Splitting in whole minor units: the direct parts of an event sum to it, the largest remainder first.

Most events have one direct part, which is the rounded whole. Only those with several need each other's remainders;
they are worked out in a table of their own, so that no window runs over all credits.
Writes `<plan>:<version>:split:<set>`, key (@event, @rule, @ref, @via, @position), a column for each amount.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import gcd

from sqlglot import exp

from attain.engine import fractions as frac
from attain.engine.compilation import Compilation
from attain.engine.fractions import Num
from attain.engine.frame import Frame, col, named, table
from attain.engine.sql import case, cast

_KEY = ("event", "rule", "ref", "via", "position")


def split(compilation: Compilation, place: int, name: str, amounts: dict[str, int], shares: int) -> str:
    """The parts of events with several direct recipients. `amounts` has the scale of each amount that is split."""
    frame = Frame(exp.select(exp.Star()).from_(table(compilation.name(place, "direct", name)), copy=False))
    frame.join(table(compilation.name(place, "several", name)), {"@event": col("@event")}, {"several": "@event"})
    frame.keep(exp.Not(this=frac.is_null(col("several"))))
    events = table(compilation.name(place, "events", name))
    frame.join(events, {"@event": col("@event")}, {f"@amount:{amount}": f"@amount:{amount}" for amount in amounts})
    found = {}
    for amount, scale in amounts.items():
        whole = Num(cast(col(f"@amount:{amount}"), frac.WIDE), scale)
        found[amount] = _by_largest_remainder(compilation, frame, whole, shares)
    columns = [col(f"@{key}") for key in _KEY] + [named(value, f"@amount:{amount}") for amount, value in found.items()]
    inner = exp.Subquery(this=frame.query(), alias=exp.TableAlias(this=exp.to_identifier("s")))
    target = compilation.name(place, "split", name)
    compilation.database.create(
        target, exp.select(*columns).from_(inner, copy=False), f"parts of {name} that share an event"
    )
    return target


def together(amount: str) -> exp.Column:
    """The column of a recipient's part of an amount: missing where the event has no other direct part."""
    return col(f"split:{amount}")


def join(frame: Frame, source: str, amounts: Iterable[str]) -> None:
    """Adds the parts to a frame of direct recipients."""
    on = {f"@{key}": col(f"@{key}") for key in _KEY}
    frame.join(table(source), on, {together(amount).name: f"@amount:{amount}" for amount in amounts})


def part(compilation: Compilation, frame: Frame, amount: Num, share: Num, shares: int, together: exp.Expr) -> Num:
    """A credit in minor units: its part of the event where several share it, else the share of the amount, half up."""
    size, scale = _size(compilation, amount, shares)
    exact = frame.add(frame.fresh("part"), exp.Mul(this=frac.group(size), expression=exp.Paren(this=share.numerator)))
    alone = exp.Mul(this=exp.Paren(this=frac.rounded(Num(exact, scale), 0)), expression=_sign(amount))
    return frame.pin(Num(exp.Coalesce(this=together, expressions=[alone]), 10**compilation.places))


def _size(compilation: Compilation, amount: Num, shares: int) -> tuple[exp.Expr, int]:
    """The amount without its sign, in units in which times a share it is in minor units over the second number."""
    scale = amount.denominator * shares
    shared = gcd(scale, 10**compilation.places)
    return frac.times_int(exp.Abs(this=amount.numerator), 10**compilation.places // shared), scale // shared


def _sign(amount: Num) -> exp.Expr:
    below = exp.LT(this=amount.numerator, expression=frac.integer(0))
    return case().when(below, frac.integer(-1), copy=False).else_(frac.integer(1), copy=False)


def _by_largest_remainder(compilation: Compilation, frame: Frame, amount: Num, shares: int) -> exp.Expr:
    """Parts in the direction of their sum, down to whole units; those that are left over one each. A part may point
    the other way: a share below zero, or a `rest` of more than the whole."""
    size, scale = _size(compilation, amount, shares)
    own = frame.add(frame.fresh("own"), exp.Mul(this=frac.group(size), expression=col("@share")))
    total = frame.add(frame.fresh("total"), exp.Window(this=exp.Sum(this=own), partition_by=[col("@event")]))
    direction = frame.add(frame.fresh("direction"), _sign(Num(total)))
    exact = frame.add(frame.fresh("part"), exp.Mul(this=own, expression=direction))
    over = frac.integer(scale)
    within = exp.Add(this=exp.Paren(this=exp.Mod(this=exact, expression=over)), expression=over.copy())
    rest = frame.add(frame.fresh("rest"), exp.Mod(this=exp.Paren(this=within), expression=over.copy()))
    down = exp.Paren(this=exp.Sub(this=exact, expression=rest))
    whole = frame.add(frame.fresh("whole"), exp.IntDiv(this=down, expression=over.copy()))
    known = exp.Window(this=exp.Sum(this=whole), partition_by=[col("@event")])
    wanted = frac.rounded(Num(exp.Paren(this=exp.Mul(this=total, expression=direction)), scale), 0)
    missing = frame.add(frame.fresh("missing"), exp.Sub(this=exp.Paren(this=wanted), expression=exp.Paren(this=known)))
    # Somebody unknown keeps a part too, so that nobody else gets it.
    unknown = exp.Concat(expressions=[exp.Literal.string("?"), col("@ref")])
    who = exp.Coalesce(this=col("@payee"), expressions=[unknown])
    in_turn = [exp.Ordered(this=rest, desc=True), *[exp.Ordered(this=key) for key in (col("@rule"), who, col("@via"))]]
    turn = exp.Window(this=exp.RowNumber(), partition_by=[col("@event")], order=exp.Order(expressions=in_turn))
    gets_one = exp.LTE(this=frame.add(frame.fresh("turn"), turn), expression=missing)
    one = case().when(gets_one, frac.integer(1), copy=False).else_(frac.integer(0), copy=False)
    sum_ = exp.Paren(this=exp.Add(this=whole, expression=exp.Paren(this=one)))
    return exp.Mul(this=exp.Mul(this=sum_, expression=direction), expression=_sign(amount))
