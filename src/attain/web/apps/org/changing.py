"""A change that is asked for on a page: looked at first, then written as a batch of decisions like a file's.

Because it is a batch, it is merged, checked, kept and undone as every file is. Whoever saves says what they saw of the
subject and of the rows that the change touches; where somebody else has changed one since, nothing is written and the
difference is told.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core import signing
from django.db.models import Max
from django.utils.translation import gettext as _

from attain.facts import batches
from attain.facts.decisions import TABLES
from attain.kernel.errors import Finding, Findings, Refused, Where
from attain.kernel.hashing import hash_of
from attain.web.apps.access.policy import Right
from attain.web.apps.access.viewer import Viewer
from attain.web.apps.audit.services import Act, acting
from attain.web.apps.imports.models import Batch
from attain.web.apps.imports.names import impossible, names_of, unheard
from attain.web.workspace import Workspace

from . import services
from .book import SEATED, Book
from .merging import described
from .tables import ORG_TABLES, Row, as_text, key_text
from .wanted import Rows
from .words import COLUMNS, shown

TABLES_READ = (*SEATED, "quotas")
SALT = "org.seen"
LONGEST_REASON = 400
Watched = tuple[str, tuple[str, ...], tuple[Any, ...]]
"""The rows of a table that have these values in these columns."""


@dataclass(frozen=True)
class Wish:
    """What somebody wants of whom: `kind` names it in the log, `make` says it in rows."""

    kind: str
    about: str
    """person, position, team, territory or unit"""
    subject: str
    name: str
    make: Callable[[Book], Rows]
    watched: str | None = None
    """Whose rows must be as they were seen, where that is not the subject: a group that is only being made has none."""


@dataclass(frozen=True)
class Difference:
    """What somebody else changed since one looked."""

    what: str
    before: str
    after: str
    by: str
    at: datetime | None


class Moved(Refused):
    def __init__(self, name: str, differences: Sequence[Difference]) -> None:
        who = ", ".join(sorted({one.by for one in differences if one.by})) or _("Somebody else")
        super().__init__(
            _("%(who)s changed %(name)s since you opened this page; nothing was overwritten.")
            % {"who": who, "name": name},
            code="org.moved",
            hint=_("Look at the difference, and at what your change would do now. Then save it, or leave it."),
        )
        self.differences = tuple(differences)


def planned(workspace: Workspace, wish: Wish) -> tuple[services.Plan, tuple[Finding, ...]]:
    """What a wish changes, judged like a file, and what is odd about it."""
    plan = services.plan_rows(
        lambda state: {name: rows for name, rows in wish.make(Book(state)).items() if rows}, TABLES_READ
    )
    if not plan.changed_rows:
        raise Refused(_("Nothing would change."), code="org.nothing", hint=_("It is recorded like this already."))
    warnings: list[Finding] = []
    names = names_of(workspace)
    for change in plan.changes:
        rows = [*change.new, *(new for _old, new in change.replaced)]
        if faults := list(impossible(workspace, change.table.name, rows, "", names)):
            raise Findings(
                [Finding(one.level, one.code, one.message, Where(field=one.where.field), one.hint) for one in faults]
            )
        warnings += unheard(change.table.name, change.new, "", names)
    return plan, tuple(warnings)


def save(workspace: Workspace, viewer: Viewer, wish: Wish, *, reason: str, seen: str) -> Batch:
    """Write it, if the subject is still what was seen. One batch, one event of it and one of the subject."""
    viewer.require(Right.CHANGE_PEOPLE)
    if not reason.strip():
        raise Refused(_("A reason is needed."), code="org.reason", where=Where(field="reason"), hint=_("Say why."))
    for _attempt in range(5):
        plan, _warnings = planned(workspace, wish)
        if differences := differences_since(plan, wish, seen, saving=True):
            raise Moved(wish.name, differences)
        identity = hash_of(["page", workspace.ports.ids.new()])[: batches.ID_LENGTH]
        ready = services.made_ready(plan, identity)
        with acting(workspace, viewer.actor, "change organisation") as act:
            if not services.is_current(plan):
                continue
            batch = _enter(act, wish, plan, identity, reason.strip())
            services.write_changes(ready)
            return batch
    raise Refused(_("Others kept changing the records."), code="store.busy", hint=_("Try again in a moment."))


def _enter(act: Act, wish: Wish, plan: services.Plan, identity: str, reason: str) -> Batch:
    changes = [change for change in plan.changes if not change.is_empty]
    batch = Batch.objects.create(
        pk=identity, into=changes[0].table.name, is_fact=False, source=f"{wish.subject}: {wish.kind}",
        rows=plan.changed_rows, sequence=(Batch.objects.aggregate(last=Max("sequence"))["last"] or 0) + 1,
        imported_at=act.at, imported_by=act.actor,
    )  # fmt: skip
    counts = {change.table.name: [len(change.new), len(change.replaced)] for change in changes}
    after = {
        "into": batch.into,
        "rows": batch.rows,
        "sequence": batch.sequence,
        "source": batch.source,
        "changed": counts,
    }
    act.record("imports.taken", "batch", identity, after=after, reason=reason)
    rows_before = {c.table.name: [_plain(c.table.name, old) for old, _new in c.replaced] for c in changes if c.replaced}
    rows_after = {c.table.name: [_plain(c.table.name, row) for row in (*c.new, *(new for _old, new in c.replaced))]
                  for c in changes}  # fmt: skip
    act.record(
        "org.changed", wish.about, wish.subject, before=rows_before,
        after={"batch": identity, "what": wish.kind, **rows_after}, reason=reason,
    )  # fmt: skip
    return batch


def _plain(table: str, row: Row) -> Any:
    return json.loads(as_text({name: row[name] for name in ORG_TABLES[table].columns}))


# What was seen


def seen_of(book: Book, about: str, subject: str, plan: services.Plan | None = None) -> str:
    """A signed list of the subject's rows, and of those that the plan touches, for the form."""
    watched = _of_subject(book, about, subject) | (set() if plan is None else _touched(plan))
    said = {key: _plain(table, row) for key, (table, row) in _rows_of(book, watched).items()}
    return signing.dumps({"watched": sorted(watched, key=str), "rows": said}, salt=SALT, compress=True)


def differences_since(plan: services.Plan, wish: Wish, seen: str, *, saving: bool) -> list[Difference]:
    """Against what is there now: of the subject, of what was watched, and on saving of all that would be touched."""
    book = Book(plan.before)
    try:
        signed: dict[str, Any] = signing.loads(seen, salt=SALT)
    except signing.BadSignature:
        raise Refused(
            _("It is not known what you saw."), code="org.seen", hint=_("Open the page again and say it once more.")
        ) from None
    watched = _of_subject(book, wish.about, wish.subject if wish.watched is None else wish.watched)
    watched |= {(table, tuple(names), tuple(values)) for table, names, values in signed["watched"]}
    now = _rows_of(book, watched | (_touched(plan) if saving else set()))
    then: dict[str, Any] = signed["rows"]
    found = []
    for key in sorted({*then, *now}):
        table, row = now.get(key, (key.partition(" ")[0], None))
        before, after = then.get(key), None if row is None else _plain(table, row)
        if before != after:
            found += _differing(table, before, after, row)
    return found


def _differing(table: str, before: Any, after: Any, row: Row | None) -> list[Difference]:
    batch = Batch.objects.filter(pk=row["batch_id"]).first() if row is not None and row["batch_id"] else None
    by, at = (batch.imported_by, batch.imported_at) if batch is not None else ("", None)
    columns = [name for name in TABLES[table].columns if before is None or after is None or before[name] != after[name]]
    name = described(ORG_TABLES[table], after or before)
    keys = ORG_TABLES[table].keys
    if before is not None and after is not None:
        return [Difference(f"{name}: {COLUMNS[one]}", shown(before[one]), shown(after[one]), by, at) for one in columns]
    said = ", ".join(f"{COLUMNS[one]} {shown((after or before)[one])}" for one in columns
                     if one == "valid_from" or (one not in keys and (after or before)[one] is not None))  # fmt: skip
    return [Difference(name, said if after is None else "–", "–" if after is None else said, by, at)]


def _of_subject(book: Book, about: str, subject: str) -> set[Watched]:
    """All that a page says of a subject."""
    if about == "person":
        held = {row["position"] for row in book.of("assignments", person=subject)}
        wanted = {(table, column, subject) for table, column in _OF_PERSON}
        wanted |= {(table, column, one) for table, column in _OF_HELD for one in held}
    elif about == "position":
        wanted = {(table, "position", subject) for table in ("positions", "assignments")}
    else:
        wanted = {("teams" if about == "team" else "positions", about, subject)}
    return {(table, (column,), (value,)) for table, column, value in wanted}


_OF_PERSON = (
    ("people", "person"), ("assignments", "person"), ("teams", "member"), ("leaves", "person"), ("quotas", "subject"),
)  # fmt: skip
_OF_HELD = (("positions", "position"), ("quotas", "subject"))


def _touched(plan: services.Plan) -> set[Watched]:
    """The timelines into which a plan writes, and the positions that it gives to somebody."""
    found: set[Watched] = set()
    for change in plan.changes:
        for row in (*change.new, *(new for _old, new in change.replaced)):
            for names in change.table.timelines or (change.table.keys,):
                found.add((change.table.name, names, tuple(row[name] for name in names)))
            if change.table.name == "assignments":
                found.add(("positions", ("position",), (row["position"],)))
    return found


def _rows_of(book: Book, watched: set[Watched]) -> dict[str, tuple[str, Row]]:
    """By table and key."""
    found = {}
    for table, names in {(table, names) for table, names, _values in watched}:
        for row in book.tables.get(table, ()):
            if (table, names, tuple(row[name] for name in names)) in watched:
                found[f"{table} {key_text(ORG_TABLES[table].key_of(row))}"] = (table, row)
    return found
