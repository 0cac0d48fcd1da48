"""A run over what has changed since another one: the tables are those of a whole run, and so are their hashes.

`changes` says which events and which decisions differ. The events are credited anew; whoever was credited for them, or
is now, and whomever a decision is about, is paid anew, from all events that are credited to them. The rows of everybody
else stay where they are: the folder of the new run keeps the files of the old one and puts a layer above them
(`stored`). Plans in which payees share money or sums are calculated whole as soon as a change touches them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from attain.engine import answers, soundness
from attain.engine.adapters.duckdb import DuckDB, Query
from attain.engine.adapters.port import Database
from attain.engine.calculation import Calculation, calculate, calendars_of, compiled, days_of, paid
from attain.engine.changes import Change, change, differing
from attain.engine.compilation import Compilation
from attain.engine.groups import is_separable, parts_for
from attain.engine.load import load, load_rows
from attain.engine.narrowing import credited, facts_credited, for_payees, is_in
from attain.engine.run import Manifest, ResultTables, engine_code, portable, write_manifest, write_queries
from attain.engine.sql import in_types, text
from attain.engine.stored import LINKS, OF_PAYEES, REPLACED, SUMS, WHO, StoredRun, file_of
from attain.engine.sums import sums_of
from attain.engine.uncredited import write_uncredited
from attain.facts.snapshot import Snapshot
from attain.kernel.files import Files
from attain.kernel.intervals import Interval
from attain.plans.model import Plan

WORTHWHILE = 50_000
"""With fewer facts to credit a whole run takes seconds, and is the simpler thing to look at."""
MOST = 4
"""Where more than one payee in so many is touched, a whole run costs little more."""
LAYERS = 30
"""So many runs may stand upon each other; then one is calculated whole."""
FEW = 50_000
"""So many facts are calculated by one processor: more of them would only wait for each other."""
WHOLE = ("uncredited", "exceptions")
"""Short tables, which are written as a whole."""
EVENTS = pa.schema([pa.field(name, pa.string()) for name in ("event_type", "event")])


@dataclass(frozen=True)
class Base:
    """A published run, and what it read. Where it is known which facts may differ now, `keys` has theirs by fact type,
    and the snapshot need hold no others."""

    run: StoredRun
    plans: Sequence[Plan]
    snapshot: Snapshot
    keys: Mapping[str, pa.Array] | None = None


@dataclass(frozen=True)
class _Seen:
    """What the credit stage says of the events that are looked at."""

    every: bool
    """Whether it was all of them."""
    changed: pa.Table
    """The events that changed facts are about."""
    links: pa.Table
    """Who is credited for which event, by plan."""
    sums: pa.Table
    uncredited: pa.Table
    exceptions: pa.Table


@dataclass(frozen=True)
class _Reach:
    """Who is paid anew."""

    payees: frozenset[str]
    plans: frozenset[str]
    """Of which these payees are paid anew."""
    whole: frozenset[str]
    """Plans that are calculated whole."""
    gone: frozenset[str]
    """Plans that pay nobody any more."""
    events: Mapping[str, pa.Array]
    """All events that are credited to the payees, by fact type."""

    @property
    def condition(self) -> str:
        return f"payee IN ({', '.join(map(text, sorted(self.payees)))})" if self.payees else "FALSE"

    def replaced(self) -> pa.Table:
        rows: list[dict[str, str | None]] = [
            {"plan": plan, "payee": payee} for plan in sorted(self.plans) for payee in sorted(self.payees)
        ]
        rows += [{"plan": plan, "payee": None} for plan in sorted(self.whole | self.gone)]
        return pa.Table.from_pylist(rows, REPLACED)

    def stays(self, rows: pa.Table) -> pa.ChunkedArray:
        """Which rows of plans and payees stay as they are."""
        anew = pc.and_(is_in(rows["plan"], self.plans), is_in(rows["payee"], self.payees))
        return pc.invert(pc.or_(is_in(rows["plan"], self.whole | self.gone), anew))


def is_worthwhile(plans: Sequence[Plan], snapshot: Snapshot) -> bool:
    """Whether there is so much to credit that a run should rather go on with the last one."""
    return sum(len(snapshot.facts[name]) for name in facts_credited(plans) & snapshot.facts.keys()) >= WORTHWHILE


def recalculate(
    base: Base,
    plans: Sequence[Plan],
    snapshot: Snapshot,
    span: Interval,
    hashes: Mapping[str, str],
    folder: Path,
    files: Files,
    *,
    threads: int | None = None,
) -> tuple[Manifest, list[Query]] | None:
    """Writes a run folder as `run.write` does; answers the manifest and the queries. None, and nothing written, if
    everybody may be touched, or so many that a whole run is the shorter way."""
    if not continues(base.run, span):
        return None
    found = change(base.snapshot, snapshot, base.plans, plans, base.keys)
    large = parts_for(plans, snapshot) is not None
    if found is None or (found.every_event and (large or _several_amounts([*base.plans, *plans]))):
        return None
    with ExitStack() as open_:
        desk = _Desk(plans, snapshot, span, threads=1)
        open_.enter_context(closing(desk.database))
        work = _Work(base, plans, snapshot, span, found, threads, desk)
        seen = work.credit()
        reach = work.reach(seen)
        if reach is None or (large and reach.whole):
            return None
        done = [open_.enter_context(closing(each)) for each in work.calculations(reach)]
        if any(each.database.columns(name) != base.run.manifest["tables"][name]["columns"]
               for each in done for name in OF_PAYEES):  # fmt: skip
            return None
        databases = dict.fromkeys([desk.database, *(each.database for each in done)])
        queries = [*work.queries, *(query for database in databases for query in database.queries)]
        sums = _write_layer(base.run, reach, done, folder, files)
        sums = pa.concat_tables([sums, _write_whole(base.run, seen, reach, done, desk.database, folder, files)])
    write_queries(queries, folder, files, pretty=False)
    columns = {name: about["columns"] for name, about in base.run.manifest["tables"].items()}
    layers = base.run.layers + bool(done)
    return write_manifest(span, snapshot, hashes, sums, columns, folder, files, layers), queries


def continues(run: StoredRun, span: Interval) -> bool:
    """Whether a run can be put upon another one: it was made by the same engine, for the same days."""
    days = {"from": span.start.isoformat(), "to": span.end.isoformat() if span.end else None}
    fits = run.manifest.get("engine_code") == engine_code() and run.manifest["span"] == days
    return fits and run.layers < LAYERS and (run.folder / SUMS).is_file()


def _several_amounts(plans: Sequence[Plan]) -> bool:
    """Whether a credit has amounts that the table of credits does not show: it cannot tell whether they differ."""
    return any(len(rule.named_amounts) > 1 for plan in plans for rule in plan.credits.values())


class _Desk:
    """A database on which parts of the snapshot are looked at one after another: seats and calendars are made once."""

    def __init__(self, plans: Sequence[Plan], snapshot: Snapshot, span: Interval, threads: int | None) -> None:
        self._plans, self._snapshot, self._span = plans, snapshot, span
        self._holds: Snapshot | None = None
        self.database = DuckDB(threads=threads)

    def compile(self, plans: Sequence[Plan], part: Snapshot, only: str | None = None) -> dict[str, Compilation]:
        """Some of the plans over a part of the facts, which takes the place of the one before."""
        found = compiled(self.database, plans, part, self._span, only)
        if self._holds is None:
            days = days_of(self._plans, self._snapshot, self._span)
            load(self.database, part, calendars_of(self._plans, part), days)
            soundness.check(self.database)
        else:
            load_rows(self.database, part, self._holds)
        self._holds = part
        return found


@dataclass(frozen=True)
class _Work:
    base: Base
    plans: Sequence[Plan]
    snapshot: Snapshot
    span: Interval
    change: Change
    threads: int | None
    desk: _Desk
    """For what is little."""
    queries: list[Query] = field(default_factory=list)
    """Those that ran elsewhere."""

    # -- events --

    def credit(self) -> _Seen | None:
        """Credits the events that are looked at; None if there are none."""
        every, changed = self.change.every_event, self.change.events
        chosen = sorted(facts_credited(self.plans) & self.snapshot.facts.keys() if every else changed)
        if not chosen:
            return None
        found = [self._credit(fact) for fact in chosen]
        events = pa.concat_tables([EVENTS.empty_table(), *(_named(fact, changed[fact]) for fact in changed)])
        return _Seen(every, events, *(pa.concat_tables(parts) for parts in zip(*found, strict=True)))

    def _credit(self, fact: str) -> tuple[pa.Table, pa.Table, pa.Table, pa.Table]:
        """Of the events of a fact type: who is credited, the sums of credits, who credits nobody, what is missing."""
        part = self.snapshot if self.change.every_event else credited(self.snapshot, fact, self.change.events[fact])
        if _is_little(part):
            return self._credited(fact, part, self.desk)
        desk = _Desk(self.plans, self.snapshot, self.span, self.threads)
        with closing(desk.database) as database:
            found = self._credited(fact, part, desk)
            self.queries.extend(database.queries)
            return found

    def _credited(self, fact: str, part: Snapshot, desk: _Desk) -> tuple[pa.Table, pa.Table, pa.Table, pa.Table]:
        compilations, database = list(desk.compile(self.plans, part).values()), desk.database
        answers.write_credits(compilations, fact)
        write_uncredited(compilations, fact)
        answers.write_exceptions(
            compilations, [query for each in compilations for query in answers.exceptions_of_events(each, fact)]
        )
        links = database.arrow(f'SELECT DISTINCT {", ".join(LINKS.names)} FROM "credits"')
        return links, sums_of(database, "credits"), *(_rows(database, name) for name in WHOLE)

    # -- payees --

    def reach(self, seen: _Seen | None) -> _Reach | None:
        """Who is paid anew; None if that is nearly everybody."""
        names = {plan.plan for plan in self.plans}
        before = self._links_before(seen)
        touched = {name: set(self.change.payees) for name in names}
        for plan, payee in self._credited_otherwise(seen, before):
            touched.setdefault(plan, set()).add(payee)
        shared = {name for name in names if not is_separable([plan for plan in self.plans if plan.plan == name])}
        whole = frozenset(name for name in names if name in self.change.plans or (name in shared and touched[name]))
        plans = frozenset(name for name in names - whole if touched[name])
        payees = frozenset(payee for name in plans for payee in touched[name])
        everybody = len(pc.unique(self.base.run.sums["payee"]))
        if len(payees) * MOST > everybody or (not plans and (whole or self.change.plans)):
            return None
        links = [_of(links.filter(is_in(links["payee"], payees)), plans).cast(LINKS)
                 for links in ([before] if seen is None else [before, seen.links])]  # fmt: skip
        if seen is not None:
            links[0] = _others(links[0], seen)
        mine = pa.concat_tables(links)
        events = {fact: mine["event"].filter(pc.equal(mine["event_type"], fact)).unique()
                  for fact in mine["event_type"].unique().to_pylist()}  # fmt: skip
        return _Reach(payees, plans, whole, self.change.plans - names, events)

    def _links_before(self, seen: _Seen | None) -> pa.Table:
        """Who was credited for which event: not asked where all events are looked at, and none has changed itself."""
        if seen is not None and seen.every and not len(seen.changed):
            return LINKS.empty_table()
        return self.base.run.links()

    def _credited_otherwise(self, seen: _Seen | None, before: pa.Table) -> list[tuple[str, str]]:
        """Plan and payee of credits that may be others than before."""
        if seen is None:
            return []
        rows = [_among(links, seen.changed).cast(LINKS).select(WHO) for links in (before, seen.links)]
        if seen.every:
            sums = self.base.run.sums
            rows.append(differing(sums.filter(pc.equal(sums["table"], "credits")), seen.sums).select(WHO))
        return list({(row["plan"], row["payee"]) for row in pa.concat_tables(rows).to_pylist()})

    def calculations(self, reach: _Reach) -> Iterator[Calculation]:
        """Of some payees, and of plans that are calculated whole."""
        mine = [plan for plan in self.plans if plan.plan in reach.plans]
        if mine:
            part = for_payees(self.snapshot, mine, reach.payees, reach.events)
            if _is_little(part):
                yield paid(self.desk.database, self.desk.compile(mine, part, reach.condition), self.span)
            else:
                yield calculate(mine, part, self.span, threads=self.threads, only=reach.condition)
        whole = [plan for plan in self.plans if plan.plan in reach.whole]
        if whole:
            yield calculate(whole, self.snapshot, self.span, threads=self.threads)


def _is_little(part: Snapshot) -> bool:
    return sum(map(len, part.facts.values())) <= FEW


# -- the folder --------------------------------------------------------------------------------------------------------


def _write_layer(run: StoredRun, reach: _Reach, done: Sequence[Calculation], folder: Path, files: Files) -> pa.Table:
    """Keeps the files of the base and puts a layer above them; answers the sums of all layers."""
    names = [file_of(name, layer) for layer in range(run.layers + 1) for name in OF_PAYEES]
    for name in [*names, *(file_of("replaced", layer) for layer in range(1, run.layers + 1))]:
        files.link(run.folder / name, folder / name)
    sums = run.sums.filter(is_in(run.sums["table"], OF_PAYEES))
    if not done:
        return sums
    layer = run.layers + 1
    with files.create(folder / file_of("replaced", layer)) as file:
        pq.write_table(reach.replaced(), file, compression="zstd")
    with ResultTables(folder, files) as tables:
        for each in done:
            mine = reach.plans >= each.compilations.keys()
            tables.add(cast(DuckDB, each.database), OF_PAYEES, reach.condition if mine else "TRUE", layer)
        return pa.concat_tables([sums.filter(reach.stays(sums)), tables.sums])


def _write_whole(
    run: StoredRun,
    seen: _Seen | None,
    reach: _Reach,
    done: Sequence[Calculation],
    database: DuckDB,
    folder: Path,
    files: Files,
) -> pa.Table:
    """Writes the short tables: what stays of the base, and what was found anew. Answers their sums."""
    uncredited, exceptions = (run.table(name) for name in WHOLE)
    found = [_rows(each.database, "exceptions") for each in done]
    anew = [rows.filter(pc.and_(pc.is_valid(rows["payee"]), pc.invert(reach.stays(rows)))) for rows in found]
    of_payees = exceptions.filter(pc.is_valid(exceptions["payee"]))
    of_events = exceptions.filter(pc.is_null(exceptions["payee"]))
    rest = of_payees.filter(reach.stays(of_payees))
    if seen is not None:
        uncredited = pa.concat_tables([_others(uncredited, seen), seen.uncredited])
        of_events = pa.concat_tables([_others(of_events, seen), seen.exceptions])
    rows = {"uncredited": uncredited, "exceptions": pa.concat_tables([of_events, rest, *anew])}
    with ResultTables(folder, files) as tables:
        for name in WHOLE:
            kinds = run.manifest["tables"][name]["columns"]
            columns = in_types({column: kinds[column] for column in rows[name].column_names})
            database.register("found", rows[name])
            database.create(name, f'SELECT DISTINCT {columns} FROM "found"', "what stays, and what was found anew")
            tables.add(database, [name])
        return tables.sums


# -- rows --------------------------------------------------------------------------------------------------------------


def _rows(database: Database, name: str) -> pa.Table:
    return database.arrow(f'SELECT {portable(database.columns(name))} FROM "{name}"')


def _named(fact: str, events: pa.Array) -> pa.Table:
    return pa.table({"event_type": pa.repeat(pa.scalar(fact), len(events)), "event": events})


def _of(rows: pa.Table, plans: Iterable[str]) -> pa.Table:
    return rows.filter(is_in(rows["plan"], plans))


def _among(rows: pa.Table, events: pa.Table) -> pa.Table:
    """The rows that are about one of the events."""
    some = rows.filter(is_in(rows["event"], events["event"].combine_chunks()))  # of millions only a few are left
    return some.filter(_about(some, events))


def _others(rows: pa.Table, seen: _Seen) -> pa.Table:
    """The rows that are about none of the events that were looked at."""
    return rows.slice(0, 0) if seen.every else rows.filter(pc.invert(_about(rows, seen.changed)))


def _about(rows: pa.Table, events: pa.Table) -> pa.ChunkedArray:
    about = pa.chunked_array([pa.repeat(pa.scalar(False), len(rows))])
    for fact in events["event_type"].unique().to_pylist():
        keys = events["event"].filter(pc.equal(events["event_type"], fact)).combine_chunks()
        about = pc.or_(about, pc.and_(is_in(rows["event_type"], [fact]), is_in(rows["event"], keys)))
    return about
