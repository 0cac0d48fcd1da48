"""A frame is the table of one grain while it is being built: its rows are the keys, its columns the named values.

Columns are added in layers. A new column may read those of earlier layers; when it reads one that is still waiting,
the waiting
ones become a layer first. So every value is computed once, and the query reads from top to bottom like the plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count

from sqlglot import exp

from attain.engine import fractions as frac
from attain.engine.fractions import Num
from attain.engine.sql import all_of


def col(name: str, table: str | None = None) -> exp.Column:
    return exp.column(name, table=table, quoted=True)


def table(name: str, alias: str | None = None) -> exp.Table:
    return exp.Table(
        this=exp.to_identifier(name, quoted=True),
        alias=exp.TableAlias(this=exp.to_identifier(alias)) if alias else None,
    )


def named(expression: exp.Expr, name: str) -> exp.Alias:
    return exp.Alias(this=expression, alias=exp.to_identifier(name, quoted=True))


def select(*columns: exp.Expr) -> exp.Select:
    """A query of these columns; of all of them, where none is named."""
    return exp.Select(expressions=list(columns) or [exp.Star()])


def num(name: str, places: int = 0, divisor: str | None = None, denominator: int | None = None) -> Num:
    """A stored number: an integer column in units of 10**-places (or 1/denominator)."""
    return Num(col(name), denominator if denominator is not None else 10**places, col(divisor) if divisor else None)


class Frame:
    """Layers of columns over a base query."""

    def __init__(self, base: exp.Query, mark: str = "") -> None:
        """`mark` makes the names of helper columns differ from those of frames that are built on this one's table."""
        self._layers: list[exp.Query] = [base]
        self._waiting: dict[str, exp.Expr] = {}
        self._known: dict[str, Num] = {}
        self._numbers = count(1)
        self._mark = mark

    def add(self, name: str, expression: exp.Expr) -> exp.Column:
        """A column of this name."""
        if any(found.name in self._waiting for found in expression.find_all(exp.Column)):
            self._flush()
        self._waiting[name] = expression
        return col(name)

    def fresh(self, stem: str = "v") -> str:
        return f"{stem}{self._mark}${next(self._numbers)}"

    def pin(self, value: Num, name: str | None = None) -> Num:
        """The number as columns, computed once."""
        if value.constant is not None or _is_plain(value):
            return value
        divisor_text = value.divisor.sql() if value.divisor is not None else ""
        text = f"{value.numerator.sql()} / {value.denominator} / {divisor_text}"
        if text in self._known:
            return self._known[text]
        stem = name or self.fresh()
        numerator = self.add(stem, value.numerator)
        divisor = self.add(stem + "/", value.divisor) if value.divisor is not None else None
        pinned = Num(numerator, value.denominator, divisor)
        self._known[text] = pinned
        return pinned

    def join(
        self,
        source: exp.Expr,
        on: Mapping[str, exp.Expr],
        take: Mapping[str, str],
        also: exp.Expr | None = None,
    ) -> None:
        """A left join: rows of `source` whose columns equal the expressions; `take` maps new names to its columns.

        `also` may compare columns of the frame with the taken columns by their new names.
        """
        self._flush()
        prefix = self.fresh("j")
        keys = {f"{prefix}.{name}": name for name in on}
        inner = select(*[named(col(name), new) for new, name in {**keys, **take}.items()]).from_(source, copy=False)
        right = exp.Subquery(this=inner, alias=exp.TableAlias(this=exp.to_identifier("r")))
        equal = [
            exp.EQ(this=exp.Paren(this=value), expression=col(key))
            for key, value in zip(keys, on.values(), strict=True)
        ]
        conditions = [*equal, *([also] if also is not None else [])]
        joined = select(exp.Column(this=exp.Star(), table=exp.to_identifier("p")), *[col(new, "r") for new in take])
        joined = joined.from_(self._previous(), copy=False).join(
            right, on=all_of(*conditions) if conditions else exp.true(), join_type="LEFT", copy=False
        )
        self._layers.append(joined)

    def keep(self, condition: exp.Expr) -> None:
        """Drops the rows for which the condition is not true."""
        self._flush()
        self._layers.append(select().from_(self._previous(), copy=False).where(condition, copy=False))

    def rename(self, new: str, old: str) -> None:
        """Puts a column in the place of an older one."""
        self._flush()
        without = exp.Star(**{"except_": [exp.to_identifier(new, quoted=True), exp.to_identifier(old, quoted=True)]})
        self._layers.append(select(without, named(col(new), old)).from_(self._previous(), copy=False))

    def _previous(self) -> exp.Table:
        return table(f"layer{len(self._layers)}", "p")

    def _flush(self) -> None:
        if self._waiting:
            extra = [named(expression, name) for name, expression in self._waiting.items()]
            self._layers.append(select(exp.Star(), *extra).from_(self._previous(), copy=False))
            self._waiting = {}

    def query(self) -> exp.Select:
        """The whole frame as one query."""
        self._flush()
        result = select().from_(self._previous(), copy=False)
        for place, layer in enumerate(self._layers, start=1):
            result = result.with_(exp.to_identifier(f"layer{place}", quoted=True), as_=layer, copy=False)
        return result


def _is_plain(value: Num) -> bool:
    simple = isinstance(value.numerator, exp.Column)
    return simple and (value.divisor is None or isinstance(value.divisor, exp.Column))


def stored(value: Num) -> tuple[exp.Expr, exp.Expr]:
    """Numerator and denominator as two columns for a table that holds numbers of any scale."""
    over = frac.over(value)
    return value.numerator, over
