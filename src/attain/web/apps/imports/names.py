"""Words in a file of decisions that nothing would ever read: a slip of the pen there is silent for ever.

What can only be wrong is refused row by row: a `per` that is no span and no kind of period, a negative quota, a level
without its key. A name that no plan knows is a warning with the name that was probably meant, because the plan may
still be written. Where no plan is known at all, nothing is said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from attain.facts.schema import ROW
from attain.kernel.errors import AttainError, Finding, Where, suggest
from attain.plans.loader import Document, readable_in
from attain.plans.model import Plan
from attain.web.apps.org.models import Person, Position
from attain.web.apps.plans.selectors import published_plans
from attain.web.workspace import Workspace

Row = Mapping[str, Any]
SPAN = "span"
LISTED = 20


@dataclass
class Names:
    """What plans read from decisions: published ones, and those that lie in plans/."""

    plans: set[str] = field(default_factory=set)
    quotas: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Quota -> the kinds of window over which it is measured."""
    inputs: set[str] = field(default_factory=set)
    parameters: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Plan -> its parameters."""
    relationships: set[str] = field(default_factory=set)

    def add(self, plan: Plan) -> None:
        self.plans.add(plan.plan)
        self.inputs |= set(plan.inputs)
        self.parameters[plan.plan] |= set(plan.parameters)
        for measure in plan.measures.values():
            if measure.quota is not None and measure.quota not in {*plan.values, *plan.parameters}:
                self.quotas[measure.quota].add(str(plan.period) if measure.over is None else str(measure.over.kind))
        for credits in plan.credits.values():
            self.relationships |= {rule.relationship for rule in credits.to or () if rule.relationship is not None}


def names_of(workspace: Workspace) -> Names:
    names = Names()
    for document in [*published_plans(), *_drafts(workspace)]:
        names.add(document.plan)
    return names


def _drafts(workspace: Workspace) -> list[Document]:
    """As far as they can be read: `attain check` says what is wrong with them."""
    try:
        return readable_in(workspace.path / "plans")[0]
    except AttainError:
        return []


def impossible(workspace: Workspace, table: str, rows: Sequence[Row], source: str, names: Names) -> Iterator[Finding]:
    """Rows that cannot be meant as they are, each with its place, its value and the word that was probably meant."""
    if table == "quotas":
        kinds = {kind for calendar in workspace.calendars.values() for kind in calendar.kinds}
        kinds |= {SPAN, *(kind for over in names.quotas.values() for kind in over)}
        for row in rows:
            if row["per"] not in kinds:
                near = suggest(row["per"], kinds)
                known = f"Known are {', '.join(sorted(kinds))}."
                hint = f"Did you mean {near}?" if near else known
                said = f"`per` is {row['per']!r}: neither {SPAN} nor a kind of period."
                yield _finding("error", "org.per", said, source, row, "per", hint)
            if row["amount"] < 0:
                said = f"The quota {row['quota']} of {row['subject']} is {row['amount'].normalize():f}, below zero."
                yield _finding("error", "org.negative-quota", said, source, row, "amount", "Correct the amount.")
    if table == "parameters":
        for row in rows:
            if row["level"] != "plan" and row["key"] is None:
                said = f"The parameter {row['parameter']} is for a {row['level']}, but `key` does not say for which."
                yield _finding("error", "org.no-key", said, source, row, "key", f"Write the {row['level']} into `key`.")


def unheard(table: str, rows: Sequence[Row], source: str, names: Names) -> Iterator[Finding]:
    """Names that no plan reads, each once, with its first row."""
    if not names.plans:
        return
    if table == "quotas":
        yield from _unknown(rows, "quota", "quota", names.quotas, source)
        yield from _other_window(rows, names, source)
    elif table == "inputs":
        yield from _unknown(rows, "input", "input", names.inputs, source)
    elif table == "relationships":
        yield from _unknown(rows, "kind", "kind of relationship", names.relationships, source)
    elif table == "parameters":
        yield from _unknown([row for row in rows if row["plan"] is not None], "plan", "plan", names.plans, source)
        everywhere = {name for known in names.parameters.values() for name in known}
        for plan in sorted({row["plan"] or "" for row in rows}):
            known = names.parameters.get(plan, everywhere) if plan else everywhere
            mine = [row for row in rows if (row["plan"] or "") == plan]
            yield from _unknown(mine, "parameter", f"parameter of {plan}" if plan else "parameter", known, source)
        yield from _keys(rows, source)


def _other_window(rows: Sequence[Row], names: Names, source: str) -> Iterator[Finding]:
    """A run that measures over years and finds a quota per month says so only when it is calculated."""
    seen = set()
    for row in rows:
        over, per = names.quotas.get(row["quota"], set()), row["per"]
        if over and per != SPAN and per not in over and (row["quota"], per) not in seen:
            seen.add((row["quota"], per))
            said = f"The quota {row['quota']} is given per {per}, but plans measure it over {', '.join(sorted(over))}."
            hint = f"Give it per {min(over)}, or per {SPAN} with the amount for the row's own dates."
            yield _finding("warning", "imports.other-window", said, source, row, "per", hint)


def _keys(rows: Sequence[Row], source: str) -> Iterator[Finding]:
    """For whom a parameter is: a title, a position or a person that nobody has reads it never."""
    known = {
        "title": set(Position.objects.exclude(title=None).values_list("title", flat=True)),
        "position": set(Position.objects.values_list("position", flat=True)),
        "person": set(Person.objects.values_list("person", flat=True)),
    }
    for level, keys in known.items():
        if keys:
            yield from _unknown([row for row in rows if row["level"] == level], "key", level, keys, source)


def _unknown(rows: Sequence[Row], column: str, what: str, known: Iterable[str], source: str) -> Iterator[Finding]:
    known = set(known)
    first: dict[str, Row] = {}
    uses: defaultdict[str, int] = defaultdict(int)
    for row in rows:
        if row[column] not in known:
            first.setdefault(row[column], row)
            uses[row[column]] += 1
    listed = ", ".join(sorted(known)[:LISTED]) or "none"
    for name, row in list(first.items())[:LISTED]:
        count = f" ({uses[name]} rows)" if uses[name] > 1 else ""
        near = suggest(name, known)
        hint = f"Did you mean {near}?" if near else f"Known are {listed}."
        said = f"{name}{count} is no {what} that anything reads."
        yield _finding("warning", "imports.unknown-name", said, source, row, column, hint)


def _finding(level: Any, code: str, said: str, source: str, row: Row, column: str, hint: str) -> Finding:
    return Finding(level, code, said, Where(source, row.get(ROW), column), hint)
