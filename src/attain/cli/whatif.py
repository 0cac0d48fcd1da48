"""The same calculation with changed facts, decisions or plans; nothing of it is kept.

    facts:
      deals:
        put: [{id: D17, amount: 90000}]       # added, or these columns changed where the key is known
        remove: [D18]
    decisions:
      quotas:
        put: [{quota: new_business, subject: anna, amount: 400000, currency: EUR, per: year, valid_from: 2026-01-01}]
        remove: [{quota: new_business, subject: eve}]
    plans: [plans/draft.yaml]   # takes the place of its version, or of what holds from its first day on

What is not said stays as it is. A decision to remove is named by any of its columns; a row that matches nothing is a
mistake, so nobody believes in a change that was never made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attain.kernel.errors import AttainError, Refused, Where, suggest

if TYPE_CHECKING:
    from attain.cli.comparing import Payees
    from attain.facts.snapshot import Snapshot
    from attain.kernel.intervals import Interval
    from attain.plans.loader import Document
    from attain.plans.model import Plan
    from attain.web.workspace import Workspace

EXCEPTION = ("code", "plan", "component", "payee", "event", "period", "reason")
SHOWN = 20


@dataclass(frozen=True)
class Case:
    """The document of a what-if, and the line of each place in it, such as `facts.deals.put.0`."""

    file: Path
    lines: Mapping[str, int]

    def where(self, place: str) -> Where:
        """The place, or what it would stand in."""
        near = place
        while near and near not in self.lines:
            near = near.rpartition(".")[0]
        return Where(str(self.file), self.lines.get(near, 1), place or None)


def what_if(workspace: Workspace, span: Interval, file: Path, period: str, as_json: bool) -> None:
    from attain.cli import summary
    from attain.cli.comparing import effect_of, show_effect
    from attain.cli.tables import answer, say, table, working
    from attain.documents.comparison import by_payee
    from attain.engine import calculate
    from attain.web.apps.pay.runs import pays_again, require_pay_period
    from attain.web.apps.pay.selectors import freeze
    from attain.web.apps.plans.effects import unpaid

    supposed, case = read(file)
    with working(f"What if, {period}", 3) as step:
        step("reading")
        real = freeze(workspace, span=span)
        published = [document.plan for document in real.plans]
        plans = _in_force(changed_plans(workspace, published, supposed, case), published, span)
        require_pay_period(real.snapshot, [*published, *plans], span)
        base = real.snapshot
        if pays_again(real, span, plans) is not None:
            base = unpaid(base)  # months that are closed can be supposed again, as if nothing had been paid
        changed = changed_snapshot(base, supposed, case)
        payees: list[Payees] = []
        held: list[Counter[tuple[str, ...]]] = []
        for words, snapshot, by in (("as it is", base, published), ("as supposed", changed, plans)):
            step(f"calculating {words}")
            if not by:  # nobody is paid
                payees.append({})
                held.append(Counter())
                continue
            calculation = calculate(by, snapshot, span)
            payees.append(by_payee(calculation, "earned", "payable"))
            held.append(Counter(_exception(row) for row in calculation.rows("exceptions")))
            calculation.close()
    brought = [dict(zip(EXCEPTION, row, strict=True)) for row in (held[1] - held[0]).elements()]
    effect = effect_of(payees[0], payees[1], summary.names_in(changed.rows("people")))

    def show() -> None:
        say(f"If {file.name} were true in {period} (nothing was published):")
        show_effect(effect, "as it is", "what if")
        if brought:
            rows = [tuple(one.values()) for one in brought[:SHOWN]]
            table(EXCEPTION, rows, heading="Exceptions that this case brings")
            if len(brought) > SHOWN:
                say(f"And {len(brought) - SHOWN:,} more; --json gives all.")

    document = {"what_if": str(file), "period": period, "published": False, "effect": effect, "exceptions": brought}
    answer(as_json, document, show)


def _in_force(plans: list[Plan], published: list[Plan], span: Interval) -> list[Plan]:
    """The plans that begin before the end of the span; without any, and none published, nothing could be paid."""
    from attain.web.apps.pay.calculating import nothing_pays

    assert span.end is not None  # noqa: S101  for the type checker: periods have an end
    found = [plan for plan in plans if plan.effective.start < span.end]
    if found or published:
        return found
    first = min(plans, key=lambda plan: plan.effective.start, default=None)
    if first is None:
        raise nothing_pays(span)
    raise Refused(
        f"No plan is in force before {span.end}: {first.plan}@{first.version} starts on {first.effective.start}.",
        code="run.no-plans",
        hint="Calculate a later period, or let a plan of the case begin earlier.",
    )


def _exception(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple("" if row[name] is None else str(row[name]) for name in EXCEPTION)


def read(file: Path) -> tuple[dict[str, Any], Case]:
    """The document as maps, lists and text; numbers stay text until the schema says what they are."""
    from attain.cli.options import wrong_use
    from attain.facts.strict_yaml import load_yaml

    if not file.exists():
        raise wrong_use(f"There is no file {file}.")
    tree = load_yaml(file, error=Refused)
    content, case = _plain(tree), Case(file, dict(_lines(tree, "")))
    _known(content, ("facts", "decisions", "plans"), case, "")
    for section in ("facts", "decisions"):
        for name, changes in _map(content.get(section, {}), case, section).items():
            _known(changes, ("put", "remove"), case, f"{section}.{name}")
    return dict(content), case


def _lines(node: Any, place: str) -> Iterator[tuple[str, int]]:
    from attain.facts.strict_yaml import Map, Seq

    before = f"{place}." if place else ""
    if isinstance(node, Map):
        for key, inner in node.items():
            yield f"{before}{key}", node.line_of(key)
            yield from _lines(inner, f"{before}{key}")
    elif isinstance(node, Seq):
        for number, inner in enumerate(node):
            yield f"{before}{number}", inner.line
            yield from _lines(inner, f"{before}{number}")


def _plain(node: Any) -> Any:
    from attain.facts.strict_yaml import Map, Scalar

    if isinstance(node, Map):
        return {key: _plain(value) for key, value in node.items()}
    if isinstance(node, Scalar):
        return None if node.is_empty else node.text
    return [_plain(item) for item in node]


def _map(given: Any, case: Case, place: str) -> Mapping[str, Any]:
    if not isinstance(given, dict):
        raise _wrong(f"`{place or 'The document'}` is not a map.", case, place)
    return given


def _list(given: Any, case: Case, place: str) -> list[Any]:
    if given is None:
        return []
    if not isinstance(given, list):
        raise _wrong(f"`{place}` is not a list.", case, place)
    return given


def _known(given: Any, keys: tuple[str, ...], case: Case, place: str) -> None:
    for key in _map(given, case, place):
        if key not in keys:
            near = suggest(key, keys)
            hint = f"Did you mean `{near}`?" if near else f"Known are {', '.join(keys)}."
            said = f"`{key}` is not known in {place or 'the document'}."
            raise _wrong(said, case, f"{place}.{key}" if place else key, hint)


def _wrong(message: str, case: Case, field: str, hint: str | None = None) -> Refused:
    return Refused(message, code="what-if.document", where=case.where(field), hint=hint)


def changed_snapshot(snapshot: Snapshot, supposed: Mapping[str, Any], case: Case) -> Snapshot:
    for name, changes in supposed.get("facts", {}).items():
        with _placed(case, f"facts.{name}"):
            snapshot.table(name)
        removed = [str(key) for key in _list(changes.get("remove"), case, f"facts.{name}.remove")]
        snapshot = _facts(snapshot, name, _list(changes.get("put"), case, f"facts.{name}.put"), removed, case)
    for name, changes in supposed.get("decisions", {}).items():
        removed_rows = _list(changes.get("remove"), case, f"decisions.{name}.remove")
        if removed_rows:
            with _placed(case, f"decisions.{name}"):
                snapshot.table(name)
            snapshot = _without(snapshot, name, removed_rows, case)
        put = _list(changes.get("put"), case, f"decisions.{name}.put")
        if put:
            with _placed(case, f"decisions.{name}", f"decisions.{name}.put"):
                snapshot = snapshot.with_decisions(name, put)
    return snapshot


@contextmanager
def _placed(case: Case, place: str, rows: str = "") -> Iterator[None]:
    """A refusal of the schema gets the file and the line of the row that it is about."""
    try:
        yield
    except AttainError as fault:
        number = fault.where.line
        at = case.where(f"{rows}.{number - 1}" if rows and number else place)
        fault.where = Where(at.file, at.line, fault.where.field or place)
        raise


def _facts(snapshot: Snapshot, name: str, put: list[Any], removed: list[str], case: Case) -> Snapshot:
    """Rows put are merged over those with the same key, so a case says only what is different."""
    if name not in snapshot.facts:
        raise _wrong(
            f"There is no fact type `{name}`.", case, f"facts.{name}", f"Known are {', '.join(snapshot.facts)}."
        )
    schema = snapshot.facts[name].schema
    wanted = {str(row.get(schema.key)) for row in put if isinstance(row, dict)} | set(removed)
    known = {str(row[schema.key]): row for row in snapshot.rows(name) if str(row[schema.key]) in wanted}
    if missing := [key for key in removed if key not in known]:
        raise _wrong(f"`{name}` has no {missing[0]} to remove.", case, f"facts.{name}.remove")
    if removed:
        snapshot = snapshot.without_facts(name, removed)
    if put:
        merged = [
            {**_content(known.get(str(_map(row, case, f"facts.{name}.put").get(schema.key)), {})), **row} for row in put
        ]
        with _placed(case, f"facts.{name}", f"facts.{name}.put"):
            snapshot = snapshot.with_facts(name, merged)
    return snapshot


def _content(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if not name.startswith("_")}


def _without(snapshot: Snapshot, name: str, removed: list[Any], case: Case) -> Snapshot:
    rows = list(snapshot.rows(name))
    for wanted in removed:
        named = _map(wanted, case, f"decisions.{name}.remove")
        kept = [
            row for row in rows if not all(_text(row.get(column)) == _text(value) for column, value in named.items())
        ]
        if len(kept) == len(rows) or not named:
            said = ", ".join(f"{column} {value}" for column, value in named.items())
            raise _wrong(f"No row of `{name}` has {said or 'nothing'}.", case, f"decisions.{name}.remove")
        rows = kept
    return snapshot.with_decisions(name, rows, instead=True)


def _text(value: object) -> str:
    return "" if value is None else str(value)


def changed_plans(workspace: Workspace, real: list[Plan], supposed: Mapping[str, Any], case: Case) -> list[Plan]:
    plans = list(real)
    for document in _documents(workspace, supposed, case):
        plans = list(_replaced(plans, document.plan))
    return plans


def _documents(workspace: Workspace, supposed: Mapping[str, Any], case: Case) -> list[Document]:
    """Named beside the file, or in the workspace; names and types are checked as for any other plan."""
    from attain.cli.documents import documents_of
    from attain.plans.scope import bind

    found = []
    for name in _list(supposed.get("plans"), case, "plans"):
        places = [case.file.parent / str(name), workspace.path / str(name)]
        path = next((place for place in places if place.is_file()), None)
        if path is None:
            raise _wrong(f"There is no plan document {name}.", case, "plans", "Name it from the folder of this file.")
        found += documents_of(workspace, [path])
    for document in found:
        bind(document, workspace.fact_types, workspace.calendars)
    return found


def _replaced(plans: list[Plan], new: Plan) -> Iterator[Plan]:
    """The same version is replaced; other versions of the plan end where the new one begins."""
    from datetime import timedelta

    for old in plans:
        start, end = old.effective.start, old.effective.end
        if old.plan != new.plan:
            yield old
        elif old.version == new.version or (start >= new.effective.start and _is_before(start, new.effective.end)):
            continue
        elif start < new.effective.start and not _is_over(end, new):
            day = new.effective.start - timedelta(days=1)
            yield old.model_copy(update={"effective": old.effective.model_copy(update={"through": day})})
        else:
            yield old
    yield new


def _is_before(day: Any, end: Any) -> bool:
    return end is None or day < end


def _is_over(end: Any, new: Plan) -> bool:
    return end is not None and end <= new.effective.start
