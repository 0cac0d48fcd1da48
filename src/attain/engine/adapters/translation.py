"""Canonical SQL, which is DuckDB's, written for another engine.

Only what stands in the lists here passes. A function, clause or option that is not known is refused with its name, as
nobody knows what another engine would make of it. Every part has its type: `-` between days is not `-` between
numbers, and what a column of the result must be is known before it is computed.

This half writes queries: names, joins, columns; `expressions` writes what stands in them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import sqlglot
from sqlglot import exp

from attain.engine.adapters.dialects import DATE, HUGEINT, INTEGER, NULL, TIMESTAMP, WHOLE, Dialect
from attain.kernel.errors import CalculationError

Columns = Mapping[str, str]
"""Name to type, in order."""


class Typed(NamedTuple):
    text: str
    kind: str


@dataclass(frozen=True)
class Written:
    """A query for another engine, and the columns that it has."""

    text: str
    columns: Columns


@dataclass(frozen=True)
class Source:
    """What stands in FROM, by the name under which columns are asked of it."""

    name: str
    columns: Columns

    def find(self, name: str) -> str | None:
        """The column as it is really written: the canonical dialect does not mind capitals."""
        if name in self.columns:
            return name
        return next((each for each in self.columns if each.lower() == name.lower()), None)


@dataclass
class Scope:
    """Where names are looked up: the sources of a query, its own aliases, then the query around it."""

    outer: Scope | None = None
    sources: list[Source] = field(default_factory=list)
    tables: dict[str, Columns] = field(default_factory=dict)
    """What WITH has named, here and around."""
    aliases: dict[str, exp.Expr] = field(default_factory=dict)

    def source(self, name: str) -> Source:
        for each in self.sources:
            if each.name.lower() == name.lower():
                return each
        raise refused(f"the table {name}, which is not in FROM")


@dataclass
class Item:
    """A column of a result, or all columns of some sources (`*`)."""

    columns: list[tuple[str, Typed]]
    star: str | None = None


def refused(what: str) -> CalculationError:
    return CalculationError(
        f"This calculation needs {what}; that is not translated.",
        code="engine.untranslated",
        hint='Calculate with DuckDB (`engine = "duckdb"`), and report the plan.',
    )


def only(node: exp.Expr, *allowed: str) -> None:
    """Refuses what else is said of a node than the arguments that are understood."""
    for name, value in node.args.items():
        if name not in allowed and value not in (None, False) and value != []:
            raise refused(f"`{name.strip('_')}` of {type(node).__name__} in `{node.sql(dialect='duckdb')[:120]}`")


class Translation:
    """Writes for one dialect. `columns` tells those of a table, `place` under which name the engine knows it."""

    def __init__(
        self, dialect: Dialect, columns: Callable[[str], Columns], place: Callable[[str], str] | None = None
    ) -> None:
        self.dialect = dialect
        self.columns = columns
        self.place = place or dialect.quoted
        self.read: set[str] = set()
        """The tables that were asked for."""

    def translate(self, text: str, wanted: Columns | None = None) -> Written:
        """A query with columns of these names and types; without them, as it says itself."""
        tree = sqlglot.parse_one(text, dialect="duckdb")
        if not isinstance(tree, exp.Query):
            raise refused(f"a statement that is no query: {type(tree).__name__}")
        return self.query(tree, Scope(), list(wanted.items()) if wanted is not None else None)

    # -- queries --

    def query(self, node: exp.Expr, outer: Scope, wanted: Sequence[tuple[str, str]] | None = None) -> Written:
        scope = Scope(outer, tables=dict(outer.tables))
        before = self._with(node, scope)
        if isinstance(node, exp.Subquery):
            only(node, "this", "with_", "alias")
            written = self.query(node.this, scope, wanted)
        elif isinstance(node, exp.Union):
            written = self._union(node, scope, wanted)
        elif isinstance(node, exp.Select):
            written = self._select(node, scope, wanted)
        else:
            raise refused(f"{type(node).__name__} as a query")
        return Written(before + written.text, written.columns)

    def _with(self, node: exp.Expr, scope: Scope) -> str:
        said = node.args.get("with_")
        if said is None:
            return ""
        only(said, "expressions", "recursive")
        parts = []
        for cte in said.expressions:
            only(cte, "this", "alias", "materialized")
            only(cte.args["alias"], "this")
            name = cte.alias
            if said.args.get("recursive") and isinstance(cte.this, exp.Union):
                first = self.query(cte.this.this, scope)
                scope.tables[name.lower()] = dict(first.columns)
                written = self.query(cte.this, scope, list(first.columns.items()))
            else:
                written = self.query(cte.this, scope)
            scope.tables[name.lower()] = written.columns
            parts.append(f"{self.dialect.quoted(name)} AS ({written.text})")
        return (self.dialect.recursive if said.args.get("recursive") else "WITH ") + ", ".join(parts) + " "

    def _union(self, node: exp.Union, scope: Scope, wanted: Sequence[tuple[str, str]] | None) -> Written:
        only(node, "this", "expression", "distinct", "with_", "order", "limit")
        parts: list[exp.Expr] = []
        words: list[str] = []
        left: exp.Expr = node
        while isinstance(left, exp.Union) and (left is node or not self._has_own(left)):
            parts.append(left.expression)
            words.append(f" {self.dialect.union} " if left.args.get("distinct") else " UNION ALL ")
            left = left.this
        parts.append(left)
        parts.reverse()
        words.reverse()
        if wanted is None:
            found = [list(self.query(part, scope).columns.items()) for part in parts]
            if len({len(columns) for columns in found}) > 1:
                raise refused("a union of queries with different numbers of columns")
            wanted = [(columns[0][0], together([kind for _, kind in columns])) for columns in zip(*found, strict=True)]
        texts = []
        for part in parts:
            text = self.query(part, scope, wanted).text
            plain = isinstance(part, exp.Select) and not (part.args.get("with_") or self._has_own(part))
            texts.append(text if plain else f"({text})")
        text = texts[0] + "".join(word + text for word, text in zip(words, texts[1:], strict=True))
        ordered = Scope(scope, [Source("", dict(wanted))], scope.tables)
        return Written(text + self._order(node, ordered, len(wanted)) + self._limit(node), dict(wanted))

    def _has_own(self, node: exp.Expr) -> bool:
        """Whether the query is cut or ordered by itself, so that it needs parentheses inside of another one."""
        return any(node.args.get(name) for name in ("with_", "order", "limit"))

    def _select(self, node: exp.Select, scope: Scope, wanted: Sequence[tuple[str, str]] | None) -> Written:
        only(node, "expressions", "from_", "joins", "where", "group", "having", "order", "limit", "distinct", "with_")
        tail = self._from(node, scope)
        scope.aliases = {each.alias.lower(): each.this for each in node.expressions if isinstance(each, exp.Alias)}
        items = [self._item(each, scope, place) for place, each in enumerate(node.expressions)]
        if node.args.get("where"):
            tail += f" WHERE {self.expression(node.args['where'].this, scope).text}"
        tail += self._group(node, scope, items)
        if node.args.get("having"):
            tail += f" HAVING {self.expression(node.args['having'].this, scope).text}"
        columns = [column for item in items for column in item.columns]
        tail += self._order(node, scope, len(columns)) + self._limit(node)
        start = "SELECT "
        if node.args.get("distinct"):
            only(node.args["distinct"])
            start = "SELECT DISTINCT "
        listed = self._listed(items, columns, wanted)
        kinds = [(name, typed.kind) for name, typed in columns] if wanted is None else list(wanted)
        if len({name.lower() for name, _ in kinds}) < len(kinds):
            raise refused(f"two columns of one name in `{node.sql(dialect='duckdb')[:120]}`")
        return Written(start + listed + tail, dict(kinds))

    def _listed(
        self, items: Sequence[Item], columns: Sequence[tuple[str, Typed]], wanted: Sequence[tuple[str, str]] | None
    ) -> str:
        quoted = self.dialect.quoted
        if wanted is None:
            return ", ".join(
                item.star or ", ".join(f"{typed.text} AS {quoted(name)}" for name, typed in item.columns)
                for item in items
            )
        if len(wanted) != len(columns):
            raise refused(f"{len(wanted)} columns where the query has {len(columns)}")
        return ", ".join(
            f"{self._as(typed, kind)} AS {quoted(name)}"
            for (_, typed), (name, kind) in zip(columns, wanted, strict=True)
        )

    def _as(self, typed: Typed, kind: str) -> str:
        if typed.kind == NULL:
            return self.dialect.nothing(kind)
        if typed.kind == kind and kind not in WHOLE:
            return typed.text
        return self.dialect.cast(typed.text, typed.kind, kind)

    def _item(self, node: exp.Expr, scope: Scope, place: int) -> Item:
        star = node.this if isinstance(node, exp.Column) and isinstance(node.this, exp.Star) else node
        if isinstance(star, exp.Star):
            return self._star(star, node, scope)
        if isinstance(node, exp.Alias):
            only(node, "this", "alias")
            return Item([(node.alias, self.expression(node.this, scope))])
        name = node.name if isinstance(node, exp.Column) else f"column {place}"
        if isinstance(node, exp.Column):
            name = self.found(node.name, node.table, scope)[1]
        return Item([(name, self.expression(node, scope))])

    def _star(self, star: exp.Star, node: exp.Expr, scope: Scope) -> Item:
        only(star, "except_", "replace")
        of = node.table if isinstance(node, exp.Column) else ""
        sources = [scope.source(of)] if of else scope.sources
        without = {each.name.lower() for each in star.args.get("except_") or []}
        instead = {each.alias.lower(): each.this for each in star.args.get("replace") or []}
        quoted = self.dialect.quoted
        columns: list[tuple[str, Typed]] = []
        for source in sources:
            for name, kind in source.columns.items():
                if name.lower() in instead:
                    columns.append((name, self.expression(instead[name.lower()], scope)))
                elif name.lower() not in without:
                    text = f"{quoted(source.name)}.{quoted(name)}" if source.name else quoted(name)
                    columns.append((name, Typed("NULL" if kind == NULL else text, kind)))
        plain = not without and not instead
        return Item(columns, (f"{quoted(of)}.*" if of else "*") if plain else None)

    def _from(self, node: exp.Select, scope: Scope) -> str:
        said = node.args.get("from_")
        if said is None:
            return ""
        only(said, "this")
        text = " FROM " + self._source(said.this, scope)
        for join in node.args.get("joins") or []:
            only(join, "this", "on", "side", "kind")
            side, kind = (join.args.get("side") or "").upper(), (join.args.get("kind") or "").upper()
            if side not in ("", "LEFT", "FULL") or kind not in ("", "CROSS", "INNER", "OUTER"):
                raise refused(f"a {side} {kind} join".replace("  ", " "))
            found = self._source(join.this, scope)
            on = join.args.get("on")
            if on is None:
                text += f" CROSS JOIN {found}"
            else:
                text += f" {side or 'INNER'} JOIN {found} ON {self.expression(on, scope).text}"
        return text

    def _source(self, node: exp.Expr, scope: Scope) -> str:
        """A table or a query in FROM, which is noted in the scope."""
        quoted = self.dialect.quoted
        if isinstance(node, exp.Table):
            only(node, "this", "alias")
            if not isinstance(node.this, exp.Identifier):
                raise refused(f"{type(node.this).__name__} in FROM")
            if node.args.get("alias"):
                only(node.args["alias"], "this")
            name, alias = node.name, node.alias or node.name
            known = scope.tables.get(name.lower())
            if known is None:
                self.read.add(name)
            scope.sources.append(Source(alias, known if known is not None else self.columns(name)))
            return f"{quoted(name) if known is not None else self.place(name)} AS {quoted(alias)}"
        if isinstance(node, exp.Subquery):
            only(node, "this", "alias")
            if node.args.get("alias"):
                only(node.args["alias"], "this")
            inner = self.query(node.this, Scope(scope.outer, tables=scope.tables))
            alias = node.alias or f"unnamed {len(scope.sources)}"
            scope.sources.append(Source(alias, inner.columns))
            return f"({inner.text}) AS {quoted(alias)}"
        raise refused(f"{type(node).__name__} in FROM")

    def _group(self, node: exp.Select, scope: Scope, items: Sequence[Item]) -> str:
        group = node.args.get("group")
        if group is None:
            return ""
        only(group, "expressions", "all")
        if not group.args.get("all"):
            return " GROUP BY " + ", ".join(self.expression(each, scope).text for each in group.expressions)
        if any(len(item.columns) != 1 or item.star for item in items):
            raise refused("GROUP BY ALL beside `*`")
        places = [str(place) for place, each in enumerate(node.expressions, 1) if not aggregates(each)]
        return " GROUP BY " + ", ".join(places) if places else ""

    def _order(self, node: exp.Expr, scope: Scope, width: int) -> str:
        order = node.args.get("order")
        if order is None:
            return ""
        first = order.expressions[0]
        if isinstance(first.this, exp.Var) and first.this.name.upper() == "ALL":
            return " ORDER BY " + ", ".join(f"{place} NULLS LAST" for place in range(1, width + 1))
        return f" ORDER BY {self.ordered(order, scope)}"

    def ordered(self, order: exp.Order, scope: Scope) -> str:
        only(order, "expressions")
        parts = []
        for each in order.expressions:
            only(each, "this", "desc", "nulls_first")
            nulls = " NULLS FIRST" if each.args.get("nulls_first") else " NULLS LAST"
            parts.append(self.expression(each.this, scope).text + (" DESC" if each.args.get("desc") else "") + nulls)
        return ", ".join(parts)

    def _limit(self, node: exp.Expr) -> str:
        limit = node.args.get("limit")
        if limit is None:
            return ""
        only(limit, "expression")
        if not isinstance(limit.expression, exp.Literal) or limit.expression.is_string:
            raise refused("LIMIT with something else than a number")
        return f" LIMIT {int(limit.expression.this)}"

    # -- names and expressions --

    def found(self, column: str, table: str, scope: Scope) -> tuple[Source | None, str, Scope]:
        """The source and the true name of a column: of this query, else of one around it. Without a source, the
        alias of a query."""
        here: Scope | None = scope
        while here is not None:
            for source in here.sources:
                if not table or source.name.lower() == table.lower():
                    name = source.find(column)
                    if name is not None:
                        return source, name, here
            if not table and column.lower() in here.aliases:
                return None, column, here
            here = here.outer
        raise refused(f"the column {column}, which no table has")

    def expression(self, node: exp.Expr, scope: Scope) -> Typed:
        from attain.engine.adapters import expressions

        return expressions.written(self, node, scope)


def together(kinds: Sequence[str]) -> str:
    """The type that holds values of all these."""
    known = list(dict.fromkeys(kind for kind in kinds if kind != NULL))
    if not known:
        return NULL
    if len(known) == 1:
        return known[0]
    if all(kind in WHOLE for kind in known):
        return max(known, key=WHOLE.index)
    if set(known) == {DATE, TIMESTAMP}:
        return TIMESTAMP
    raise refused(f"values of the types {' and '.join(known)} in one column")


def aggregates(node: exp.Expr) -> bool:
    """Whether rows are put together in it; what a query inside does, or a window, is no matter."""
    if isinstance(node, exp.Query):
        return False
    if isinstance(node, exp.Window):
        return any(aggregates(child) for child in node.this.iter_expressions())
    return isinstance(node, exp.AggFunc) or any(aggregates(child) for child in node.iter_expressions())


__all__ = ["HUGEINT", "INTEGER", "Translation", "Typed", "Written", "aggregates", "only", "refused", "together"]
