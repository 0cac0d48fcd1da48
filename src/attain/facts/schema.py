"""What a fact looks like: the columns of a fact type, their exact types, and which one is the key.

A company describes its facts once, in `facts/<name>.yaml`; the tables of decisions use the same description
(`decisions.py`), so both are read, checked and quarantined by the same code. A column is required unless it says
`required: no` or has a default: missing is an answer only where somebody said that it may be.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Literal, cast, get_args

import pyarrow as pa

from attain.kernel.errors import SetupError, Where

from .strict_yaml import Document, Map, Node, load_yaml, parse_yaml, shortened
from .values import Value, ValueRefused, places_of_currency, typed

Type = Literal["text", "payee", "date", "yes_no", "number", "rate", "money", "integer", "currency"]
WRITABLE_TYPES = tuple(name for name in get_args(Type) if name not in ("integer", "currency"))
DECIMAL_TYPES = frozenset({"number", "rate", "money"})

BATCH, ROW = "_batch", "_row"
ORIGIN = (pa.field(BATCH, pa.string()), pa.field(ROW, pa.int64()))
"""Where a fact came from. Names of columns never begin with an underscore, so these cannot be taken."""

_name = re.compile(r"[a-z][a-z0-9_]{0,62}")


@dataclass(frozen=True)
class Column:
    name: str
    type: Type
    places: int = 0
    currency: str | None = None
    """Of an amount: another column that names its currency, or the code itself."""
    required: bool = True
    default: Value = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    choices: tuple[str, ...] = ()
    precision: int = 18
    places_said: bool = True
    """False when the places follow from the currency: then each amount may have only those of its own currency."""

    @property
    def is_decimal(self) -> bool:
        return self.type in DECIMAL_TYPES

    @property
    def arrow_type(self) -> pa.DataType:
        if self.is_decimal:
            return pa.decimal128(self.precision, self.places)
        simple = {"date": pa.date32(), "yes_no": pa.bool_(), "integer": pa.int64()}
        return simple.get(self.type, pa.string())


@dataclass(frozen=True)
class TableType:
    """The columns of a table and those that identify a row."""

    name: str
    keys: tuple[str, ...]
    columns: Mapping[str, Column]

    @cached_property
    def arrow(self) -> pa.Schema:
        return pa.schema([pa.field(column.name, column.arrow_type) for column in self.columns.values()])

    def arrow_schema(self) -> pa.Schema:
        """The exact types of the columns as described, without the origin."""
        return self.arrow

    @property
    def stored_schema(self) -> pa.Schema:
        """What a snapshot and a batch hold: for decisions the columns alone."""
        return self.arrow

    @property
    def money_columns(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns.values() if column.type == "money")

    def schema_hash(self) -> str:
        """Changes when, and only when, the same file could be read differently."""
        return sha256(repr((self.name, self.keys, list(self.columns.values()))).encode()).hexdigest()


@dataclass(frozen=True)
class FactType(TableType):
    date: str = ""
    reverses: str | None = None
    """The column that names the transaction which this one takes back."""
    relations: Mapping[str, str] = field(default_factory=dict)
    """Column -> the fact type whose key it holds."""
    file: str | None = None

    @property
    def key(self) -> str:
        return self.keys[0]

    @cached_property
    def stored(self) -> pa.Schema:
        return pa.schema([*self.arrow, *ORIGIN])

    @property
    def stored_schema(self) -> pa.Schema:
        return self.stored

    def schema_hash(self) -> str:
        more = repr((super().schema_hash(), self.date, self.reverses, sorted(self.relations.items())))
        return sha256(more.encode()).hexdigest()


def load_fact_type(path: Path) -> FactType:
    return _FactDocument(str(path)).read(load_yaml(path))


def parse_fact_type(text: str | bytes, file: str = "fact.yaml") -> FactType:
    return _FactDocument(file).read(parse_yaml(text, file))


def load_fact_types(folder: Path) -> dict[str, FactType]:
    """All fact types of a workspace, with relations checked between them."""
    types: dict[str, FactType] = {}
    for path in sorted(folder.glob("*.yaml")):
        fact = load_fact_type(path)
        if fact.name in types:
            raise SetupError(
                f"Fact type `{fact.name}` is described twice, here and in {types[fact.name].file}.",
                code="schema.twice",
                where=Where(str(path)),
                hint="Rename one of them or remove a file.",
            )
        types[fact.name] = fact
    check_relations(types)
    return types


def check_relations(types: Mapping[str, FactType]) -> None:
    for fact in types.values():
        for column, target in fact.relations.items():
            if target not in types:
                raise SetupError(
                    f"`{column}` of `{fact.name}` is said to hold a key of `{target}`, which is no fact type.",
                    code="schema.relation",
                    where=Where(fact.file, field=f"relations.{column}"),
                    hint=f"Known are {', '.join(sorted(types))}.",
                )


class _FactDocument(Document):
    """Reads `facts/<name>.yaml`."""

    def __init__(self, file: str) -> None:
        super().__init__(file, SetupError, "schema")

    def read(self, tree: Node) -> FactType:
        top = self.map(tree, "fact type", ("fact", "key", "date", "columns", "reverses", "relations", "note"))
        name = self._named(self._needed(top, "fact"), "fact")
        self._require_free(name, top)
        entries = self.map(self._needed(top, "columns"), "columns")
        if len(entries) == 0:
            self.refuse(entries, "A fact type needs at least its key and its date as columns.", field="columns")
        columns = self._columns(entries)
        key = self._column_of(top, "key", columns, ("text",))
        date = self._column_of(top, "date", columns, ("date",))
        for needed, what in ((key, "key"), (date, "date")):
            if not columns[needed].required or columns[needed].default is not None:
                self.refuse(
                    top.line_of(what), f"`{needed}` is the {what}: it must be required and have no default.", field=what
                )
        reverses = self._column_of(top, "reverses", columns, ("text",)) if "reverses" in top else None
        return FactType(name, (key,), columns, date, reverses, self._relations(top, columns), self.file)

    def _require_free(self, name: str, top: Map) -> None:
        from .decisions import IMPORTABLE, TABLES  # described by the classes of this module

        if name in TABLES or name in IMPORTABLE:
            self.refuse(
                top.line_of("fact"),
                f"`{name}` is a table of decisions; a fact type needs another name.",
                field="fact",
                hint=f"Call it `{name}_facts`, or what happens there.",
            )

    def _needed(self, top: Map, key: str) -> Node:
        node = top.get(key)
        if node is None:
            self.refuse(top, f"`{key}` is missing.", field=key)
        return node

    def _named(self, node: Node, field: str) -> str:
        name = self.text(node, field)
        if _name.fullmatch(name) is None:
            self.refuse(
                node,
                f"{shortened(name)!r} is no name.",
                field=field,
                hint="Use small letters, digits and underscores, with a letter first and at most 63 characters.",
            )
        return name

    def _column_of(self, top: Map, field: str, columns: Mapping[str, Column], types: tuple[str, ...]) -> str:
        node = self._needed(top, field)
        name = self.text(node, field)
        if name not in columns:
            self.refuse(node, f"`{field}` names {shortened(name)!r}, which is no column.", field=field)
        if columns[name].type not in types:
            self.refuse(node, f"`{field}` names `{name}`, which is {columns[name].type}, not {types[0]}.", field=field)
        return name

    def _columns(self, entries: Map) -> dict[str, Column]:
        types: dict[str, Type] = {}
        for name, node in entries.items():
            if _name.fullmatch(name) is None:
                self.refuse(
                    entries.line_of(name),
                    f"{shortened(name)!r} is no name of a column.",
                    field="columns",
                    hint="Use small letters, digits and underscores, with a letter first.",
                )
            types[name] = self._type(node, name)
        # Amounts come last because their places may follow from the default of their currency's column.
        order = sorted(entries, key=lambda name: types[name] == "money")
        read: dict[str, Column] = {}
        for name in order:
            read[name] = self._column(name, types[name], entries.entries[name][1], types, read)
        return {name: read[name] for name in entries}

    def _type(self, node: Node, name: str) -> Type:
        if isinstance(node, Map):
            said = node.get("type")
            if said is None:
                self.refuse(node, f"Column `{name}` has no type.", field=name)
            return cast(Type, self.one_of(said, f"{name}.type", WRITABLE_TYPES))
        return cast(Type, self.one_of(node, name, WRITABLE_TYPES))

    def _column(
        self, name: str, kind: Type, node: Node, types: Mapping[str, Type], read: Mapping[str, Column]
    ) -> Column:
        if not isinstance(node, Map):
            node = Map({}, node.line, node.column)
        allowed = {"type", "required", "default", "note"}
        allowed |= {"number": {"places", "minimum", "maximum"}, "rate": {"minimum", "maximum"}}.get(kind, set())
        allowed |= {"places", "currency", "minimum", "maximum"} if kind == "money" else set()
        allowed |= {"choices"} if kind == "text" else set()
        self.map(node, name, sorted(allowed))
        currency = self._currency(name, node, types) if kind == "money" else None
        places, places_said = self._places(name, kind, node, currency, read)
        required = node.get("required")
        default = node.get("default")
        bare = Column(name, kind, places, currency, places_said=places_said, choices=self._choices(name, node))
        said_required = self.yes_no(required, f"{name}.required") if required else default is None
        if default is not None and said_required:
            self.refuse(node, f"Column `{name}` is required and has a default; say one of them.", field=name)
        return Column(
            name,
            kind,
            places,
            currency,
            said_required,
            self._value(default, f"{name}.default", bare) if default else None,
            cast(Decimal | None, self._value(node.get("minimum"), f"{name}.minimum", bare)),
            cast(Decimal | None, self._value(node.get("maximum"), f"{name}.maximum", bare)),
            bare.choices,
            places_said=places_said,
        )

    def _currency(self, name: str, node: Map, types: Mapping[str, Type]) -> str:
        said = node.get("currency")
        if said is None:
            self.refuse(
                node,
                f"Column `{name}` is money without a currency.",
                field=name,
                hint="Say `currency: EUR`, or name the text column that holds the code.",
            )
        text = self.text(said, f"{name}.currency")
        if text in types:
            if types[text] != "text":
                self.refuse(said, f"`{text}`, the currency of `{name}`, is {types[text]}, not text.", field=name)
        elif places_of_currency(text) is None:
            self.refuse(said, f"{shortened(text)!r} is neither a column nor a currency code.", field=f"{name}.currency")
        return text

    def _places(
        self, name: str, kind: Type, node: Map, currency: str | None, read: Mapping[str, Column]
    ) -> tuple[int, bool]:
        said = node.get("places")
        if said is not None:
            return self.whole(said, f"{name}.places", 0, 4 if kind == "money" else 6), True
        if kind == "rate":
            return 6, True
        if kind == "number":
            return 2, True
        if kind != "money" or currency is None:
            return 0, True
        code = currency
        if currency in read:
            named = read[currency].default
            code = named if isinstance(named, str) else "EUR"
        places = places_of_currency(code)
        return (2 if places is None else places), False

    def _choices(self, name: str, node: Map) -> tuple[str, ...]:
        said = node.get("choices")
        if said is None:
            return ()
        words = tuple(self.text(item, f"{name}.choices") for item in self.seq(said, f"{name}.choices"))
        if not words or len(set(words)) < len(words):
            self.refuse(said, f"`{name}.choices` must list different words.", field=name)
        return words

    def _value(self, node: Node | None, field: str, column: Column) -> Value:
        if node is None:
            return None
        try:
            return typed(self.text(node, field), column)
        except ValueRefused as fault:
            self.refuse(node, f"`{field}` is {shortened(self.text(node, field))!r}: {fault.reason}", field=field)

    def _relations(self, top: Map, columns: Mapping[str, Column]) -> dict[str, str]:
        node = top.get("relations")
        if node is None:
            return {}
        relations = {}
        entries = self.map(node, "relations")
        for column, target in entries.items():
            if column not in columns or columns[column].type != "text":
                self.refuse(entries.line_of(column), f"{shortened(column)!r} is no text column.", field="relations")
            relations[column] = self._named(target, f"relations.{column}")
        return relations
