"""A file becomes facts or decisions, once.

The order is what makes a kill harmless: the file is read in a limited child process, its rows are written to a folder
named after their content, the folder is flushed and renamed, and only then does one short transaction make the batch
known. Until that commit nothing is visible; after it, everything is. The same file again finds its batch and changes
nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow.compute as pc
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attain.facts import batches
from attain.facts.decisions import IMPORTABLE
from attain.facts.importing import Import, import_id, read_source
from attain.facts.mapping import Control
from attain.facts.mapping import Mapping as SourceMapping
from attain.facts.readers.sql import read_query
from attain.facts.schema import ROW, FactType, TableType
from attain.facts.validate import ACTION
from attain.kernel.errors import AttainError, Finding, Findings, NotFound, Refused, Where, suggest
from attain.kernel.hashing import canonical_json, sha256_bytes, sha256_file
from attain.web.apps.audit.services import Act, acting, moment
from attain.web.apps.org import services as org
from attain.web.apps.org.models import Person, Position
from attain.web.sources import connection_of
from attain.web.sweeping import sweep
from attain.web.workspace import Workspace

from .models import Batch
from .names import impossible, names_of, unheard
from .selectors import believed_keys, current_batches, replaced_since, require_fit, same_source

SHOWN = 20
REPLACED = "imports.replaced-since"
"""The file is known, and what it says of some rows no longer counts."""
NOT_THERE = "imports.delete-unknown"
Within = Callable[[Act, Batch], None]
ATTEMPTS = 5
"""How often a change is worked out anew because somebody else changed the tables meanwhile."""


@dataclass(frozen=True)
class Imported:
    """What became of a file."""

    batch: Batch
    is_new: bool
    changed_rows: int = 0
    findings: tuple[Finding, ...] = field(default_factory=tuple)

    @property
    def message(self) -> str:
        batch = self.batch
        if not self.is_new:
            said = _("Already imported on %(at)s by %(who)s; nothing was changed.")
            return said % {"at": moment(batch.imported_at)[:16], "who": batch.imported_by}
        if batch.quarantined:
            said = ngettext(
                "%(n)s row of %(into)s taken from %(source)s, %(aside)s kept aside.",
                "%(n)s rows of %(into)s taken from %(source)s, %(aside)s kept aside.", batch.rows,
            )  # fmt: skip
        else:
            said = ngettext("%(n)s row of %(into)s taken from %(source)s.",
                            "%(n)s rows of %(into)s taken from %(source)s.", batch.rows)  # fmt: skip
        return said % {"n": batch.rows, "into": batch.into, "source": batch.source, "aside": batch.quarantined}


def import_file(
    workspace: Workspace,
    source: Path | bytes,
    *,
    actor: str,
    into: str | None = None,
    mapping: str | SourceMapping | None = None,
    control: Control | None = None,
    source_name: str | None = None,
    trusted: bool = False,
    again: bool = False,
    within: Within | None = None,
    versions: Mapping[str, int] | None = None,
) -> Imported:
    """Take in a file by a mapping of the workspace, or by its own column names into a fact type or decision table.

    Bytes of which later batches replaced rows change nothing, however they are read now, unless they are to count
    `again`.

    `trusted` reads in this process instead of a limited child: for content that this program made itself. `within` is
    done in the transaction that makes the batch known. Decisions are taken only while their tables have the `versions`
    with which the file was compared.
    """
    chosen = _mapping(workspace, into, mapping, control)
    table = _table(workspace, chosen.into)
    require_fit(workspace, table)
    name = source_name or (source.name if isinstance(source, Path) else f"{chosen.into}.{chosen.format}")
    source_hash = sha256_file(source) if isinstance(source, Path) else sha256_bytes(source)
    earlier = _earlier(workspace, table, chosen, source_hash)
    stays = earlier is not None and earlier.stays(again)
    if earlier is not None and stays and chosen.control == Control():
        return _again(earlier)
    sweep(workspace)
    try:
        read = read_source(source, table, chosen, trusted=trusted)
    except AttainError as fault:
        raise _in_file(fault, name) from None
    if earlier is not None and stays:  # it was read again for the totals of the sender alone
        return _again(earlier)
    return _take(workspace, actor, read, name, earlier, within, versions)


def import_query(workspace: Workspace, mapping: str, *, actor: str, control: Control | None = None) -> Imported:
    """Take in what the query of a mapping finds, judged like a file; the same rows a second time change nothing.

    What the database says now counts: an answer that comes back after another one is taken as a later batch.
    """
    chosen = _mapping(workspace, None, mapping, control)
    table, name = _table(workspace, chosen.into), f"query of {mapping}"
    require_fit(workspace, table)
    sweep(workspace)
    try:
        read = read_query(connection_of(chosen, workspace.path), chosen.query or "", table, chosen)
    except AttainError as fault:
        raise _in_file(fault, name) from None
    earlier = _earlier(workspace, table, chosen, read.source_hash)
    if earlier is not None and earlier.is_same and not earlier.replaced:
        return _again(earlier)
    return _take(workspace, actor, read, name, earlier)


@dataclass(frozen=True)
class Earlier:
    """The last batch that the same bytes brought into the same table."""

    batch: Batch
    is_same: bool
    """It was read in the same way, too."""
    replaced: list[tuple[Batch, int]]

    def stays(self, again: bool) -> bool:
        """Whether the bytes change nothing: what is known and counts, or what counts no more and is not meant to."""
        return (self.is_same and not self.replaced) or (bool(self.replaced) and not again)


def _earlier(workspace: Workspace, table: TableType, mapping: SourceMapping, source_hash: str) -> Earlier | None:
    found = same_source(workspace, table.name, source_hash)
    if not found:
        return None
    identity = import_id(table, mapping, source_hash)
    alike = [batch for batch, read_as in found if read_as == identity]
    batch = (alike or [found[0][0]])[0]
    return Earlier(batch, bool(alike), replaced_since(workspace, batch))


def _take(
    workspace: Workspace, actor: str, read: Import, name: str, earlier: Earlier | None, within: Within | None = None,
    versions: Mapping[str, int] | None = None,
) -> Imported:  # fmt: skip
    """If the same was read in the same way before, this is another batch, named after the one that it follows."""
    if earlier is not None and earlier.is_same:
        last = current_batches(read.table.name).order_by("-sequence")[0]
        read = replace(read, after=last.pk)
    instead = [other.pk for other, _ in earlier.replaced] if earlier is not None else []
    if isinstance(read.table, FactType):
        return _take_facts(workspace, actor, read, read.table, name, instead, within)
    return _take_decisions(workspace, actor, read, name, instead, versions)


def _again(known: Earlier) -> Imported:
    """Nothing changes. If later batches took the place of its rows, the file does not say what counts: that is said."""
    found = []
    for other, count in known.replaced:
        named = {"n": count, "source": other.source, "batch": other.pk[:12]}
        said = ngettext("%(n)s row of it counts as %(source)s said later, batch %(batch)s.",
                        "%(n)s rows of it count as %(source)s said later, batch %(batch)s.", count)  # fmt: skip
        hint = _("If that is wrong: attain undo %(batch)s --reason … or import a file that corrects these rows; this "
                 "one counts once more with --again.")  # fmt: skip
        found.append(Finding("warning", REPLACED, said % named, Where(known.batch.source), hint % named))
    return Imported(known.batch, False, findings=tuple(found))


def _in_file(fault: AttainError, name: str) -> AttainError:
    """The same refusal with the name of the file: readers know lines and columns, and not what they read from."""
    if isinstance(fault, Findings):
        named = [replace(one, where=replace(one.where, file=one.where.file or name)) for one in fault.findings]
        return Findings(named, message=fault.message)
    fault.where = replace(fault.where, file=fault.where.file or name)
    return fault


def _mapping(
    workspace: Workspace, into: str | None, mapping: str | SourceMapping | None, control: Control | None
) -> SourceMapping:
    if isinstance(mapping, str):
        mapping = workspace.mapping(mapping)
    if mapping is None:
        if into is None:
            known = [*workspace.fact_types, *IMPORTABLE]
            raise Refused(
                _("Nothing says what the file fills."),
                code="imports.into",
                hint=_("Name a table with --into, or a mapping with --mapping. Tables: %(tables)s.")
                % {"tables": ", ".join(known)},
            )
        mapping = SourceMapping(into)
    elif into is not None and into != mapping.into:
        raise Refused(
            _("The mapping fills %(into)s, not %(asked)s.") % {"into": mapping.into, "asked": into},
            code="imports.into", hint=_("Leave one of the two out."),
        )  # fmt: skip
    return mapping.with_control(control) if control is not None else mapping


def _table(workspace: Workspace, name: str) -> TableType:
    known = {**IMPORTABLE, **workspace.fact_types}
    if name in known:
        return known[name]
    near = suggest(name, known)
    raise NotFound(
        _("There is no fact type and no table `%(name)s`.") % {"name": name},
        code="imports.no-table",
        hint=_("Did you mean `%(near)s`?") % {"near": near}
        if near
        else _("Known are %(known)s.") % {"known": ", ".join(sorted(known))},
    )


def _take_facts(
    workspace: Workspace, actor: str, read: Import, fact: FactType, name: str, instead: Sequence[str],
    within: Within | None,
) -> Imported:  # fmt: skip
    published = batches.publish_batch(read, workspace.batches, workspace.ports.files, source_name=name)[0]
    findings = (*read.findings, *_unknown_payees(read, fact), *_unknown_deletions(workspace, read, fact, name))
    with acting(workspace, actor, "import facts") as act:
        known = Batch.objects.filter(pk=published.id).first()
        if known is not None and known.state == Batch.State.CURRENT:
            return Imported(known, False)
        if not published.folder.exists():
            said = _("The folder of %(name)s was swept away meanwhile.") % {"name": name}
            raise Refused(said, code="imports.swept", hint=_("Import again."))
        described = _described(read, name, published.id, is_fact=True, manifest_hash=published.manifest_hash)
        batch = _enter(act, described, known, read, instead)
        if within is not None:
            within(act, batch)
    return Imported(batch, True, findings=findings)


def _take_decisions(
    workspace: Workspace, actor: str, read: Import, name: str, instead: Sequence[str],
    versions: Mapping[str, int] | None,
) -> Imported:  # fmt: skip
    nothing = _("Nothing was taken from %(name)s.") % {"name": name}
    if read.quarantine.num_rows:
        raise Findings(list(_refused_rows(read, name)), message=nothing)
    rows = read.good.to_pylist()  # with the number that each has in the file, so that findings can name it
    names = names_of(workspace)
    if refused := list(impossible(workspace, read.table.name, rows, name, names)):
        raise Findings(_first_of(refused, name), message=nothing)
    warnings = tuple(unheard(read.table.name, rows, name, names))
    identity = read.content_id[: batches.ID_LENGTH]
    for _attempt in range(ATTEMPTS):
        plan = org.plan_import(read.table.name, rows, name)
        if versions is not None and plan.versions != versions:
            raise org.moved()
        ready = org.made_ready(plan, identity)
        with acting(workspace, actor, "import decisions") as act:
            known = Batch.objects.filter(pk=identity).first()
            if known is not None and known.state == Batch.State.CURRENT:
                return Imported(known, False)
            if not org.is_current(plan):
                continue
            batch = _enter(act, _described(read, name, identity, is_fact=False), known, read, instead, plan)
            org.write_changes(ready)
            return Imported(batch, True, plan.changed_rows, (*read.findings, *warnings))
    raise Refused(
        _("Others kept changing the records while %(name)s was read.") % {"name": name},
        code="store.busy", hint=_("Import it again later."),
    )  # fmt: skip


def _described(read: Import, name: str, identity: str, *, is_fact: bool, manifest_hash: str = "") -> Batch:
    totals = {column: {code: f"{sum_:f}" for code, sum_ in sums.items()} for column, sums in read.totals.items()}
    return Batch(
        pk=identity,
        into=read.table.name,
        is_fact=is_fact,
        source=name,
        rows=read.good.num_rows,
        quarantined=read.quarantine.num_rows,
        totals=canonical_json(totals).decode(),
        manifest_hash=manifest_hash,
    )


def _enter(
    act: Act, batch: Batch, known: Batch | None, read: Import, instead: Sequence[str], plan: org.Plan | None = None
) -> Batch:
    """Within the transaction: the batch is last in the order. One that was undone comes back as a later one."""
    batch.sequence = (Batch.objects.aggregate(last=Max("sequence"))["last"] or 0) + 1
    batch.imported_at, batch.imported_by = act.at, act.actor
    batch.version = known.version + 1 if known else 1
    batch.save(force_insert=known is None, force_update=known is not None)
    after: dict[str, object] = {"into": batch.into, "rows": batch.rows, "sequence": batch.sequence}
    after |= {"source": batch.source, "totals": batch.totals, "quarantined": batch.quarantined}
    after["read_as"] = {read.source_hash: import_id(read.table, read.mapping, read.source_hash)}
    if instead:
        after["again_instead_of"] = list(instead)
    if plan is not None:
        after["changed"] = {c.table.name: [len(c.new), len(c.replaced)] for c in plan.changes if not c.is_empty}
    act.record("imports.taken", "batch", batch.pk, after=after)
    return batch


def _refused_rows(read: Import, name: str) -> Iterator[Finding]:
    """Decisions refer to each other, so half a file of them would be another decision: nothing is taken."""
    for row in read.quarantine.slice(0, SHOWN).to_pylist():
        yield Finding("error", row["code"], row["reason"], Where(name, row["row"], row["column"]))
    if read.quarantine.num_rows > SHOWN:
        yield _more(read.quarantine.num_rows - SHOWN, name)


def _first_of(findings: list[Finding], name: str) -> Iterator[Finding]:
    yield from findings[:SHOWN]
    if len(findings) > SHOWN:
        yield _more(len(findings) - SHOWN, name)


def _more(rest: int, name: str) -> Finding:
    said = ngettext("%(n)s more row cannot be taken.", "%(n)s more rows cannot be taken.", rest)
    return Finding("error", "imports.more", said % {"n": rest}, Where(name))


def _unknown_payees(read: Import, fact: FactType) -> Iterator[Finding]:
    """Owners that nobody has heard of yet: their deals are taken, but credit nobody until they are imported."""
    columns = [column.name for column in fact.columns.values() if column.type == "payee"]
    if not columns:
        return
    known = {*Person.objects.values_list("person", flat=True), *Position.objects.values_list("position", flat=True)}
    for column in columns:
        named = {value for value in pc.unique(read.good[column]).to_pylist() if value is not None}
        if unknown := sorted(named - known):
            listed = ", ".join(unknown[:SHOWN])
            if len(unknown) > SHOWN:
                listed = _("%(listed)s and %(n)s more") % {"listed": listed, "n": len(unknown) - SHOWN}
            yield Finding(
                "warning",
                "imports.unknown-payee",
                _("`%(column)s` names %(listed)s: neither a person nor a position.")
                % {"column": column, "listed": listed},
                Where(field=column),
                _("Import these people or positions, or correct the ids at the source."),
            )


def _unknown_deletions(workspace: Workspace, read: Import, fact: FactType, name: str) -> Iterator[Finding]:
    """Rows that delete what nobody believes: they change nothing, and most likely mean another key."""
    deletes = read.good.filter(pc.equal(read.good[ACTION], batches.DELETE))
    if deletes.num_rows:
        unknown = deletes.filter(pc.invert(pc.is_in(deletes[fact.key], value_set=believed_keys(workspace, fact))))
        for row in unknown.slice(0, SHOWN).to_pylist():
            said = _("%(row)s is to be deleted, but no %(fact)s of that %(key)s counts: nothing was deleted.")
            hint = _("Correct the key at the source, or leave the row out.")
            named = {"row": row[fact.key], "fact": fact.name, "key": fact.key}
            yield Finding("warning", NOT_THERE, said % named, Where(name, row[ROW], fact.key), hint)
        if (rest := unknown.num_rows - SHOWN) > 0:
            said = ngettext("%(n)s more row deletes what does not count.",
                            "%(n)s more rows delete what does not count.", rest)  # fmt: skip
            yield Finding("warning", NOT_THERE, said % {"n": rest}, Where(name))


def undo_batch(workspace: Workspace, batch_id: str, *, actor: str, reason: str) -> Batch:
    """Take a batch back, as long as no closed period was calculated from it. Its folder stays."""
    from attain.web.apps.pay.selectors import closed_periods_using

    if not reason.strip():
        raise Refused(_("A reason is needed to undo an import."), code="imports.reason", hint=_("Say why."))
    with acting(workspace, actor, "undo import") as act:
        found = list(Batch.objects.filter(pk__startswith=batch_id))
        if len(found) != 1:
            said = _("There is no single batch %(batch)s.") % {"batch": batch_id}
            raise NotFound(said, code="batch.unknown", hint=_("Give its whole id."))
        batch = found[0]
        if batch.state == Batch.State.UNDONE:
            raise Refused(_("%(source)s was already undone.") % {"source": batch.source}, code="imports.undone")
        if used := closed_periods_using(batch.pk):
            raise Refused(
                _("%(source)s was used for %(period)s, which is closed.") % {"source": batch.source, "period": used[0]},
                code="imports.closed-period",
                hint=_("Import a file that corrects it; the difference is paid in the open period."),
            )
        if not batch.is_fact:
            org.undo_rows(batch)
        Batch.objects.filter(pk=batch.pk).update(state=Batch.State.UNDONE, version=batch.version + 1)
        act.record("imports.undone", "batch", batch.pk, before={"state": batch.state}, reason=reason)
        batch.refresh_from_db()
    return batch


__all__ = ["Control", "Imported", "import_file", "import_query", "undo_batch"]
