"""Large work in parts, so that memory holds one part at a time: credit by slices of events, pay by groups of payees.

Slices: an event is credited by itself, with the facts that belong to it. The credits of each group of payees are kept
in files until all slices are done. Groups: from measures to payments a payee's figures need nobody else's, except in
plans that share money or sums among payees; those are calculated in one piece, after the others. The result tables are
the same as those of `calculate`, and so are their hashes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from attain.engine import answers, soundness
from attain.engine.adapters.duckdb import DuckDB, Query
from attain.engine.calculation import calendars_of, compiled, days_of, pay
from attain.engine.compilation import Compilation
from attain.engine.load import load
from attain.engine.narrowing import decided_for, facts_credited, read_at_release, slices, waits
from attain.engine.run import Manifest, ResultTables, portable, write_manifest, write_queries
from attain.engine.stages.credit import Credits, credits, united
from attain.engine.stored import OF_PAYEES
from attain.engine.uncredited import write_uncredited
from attain.facts.snapshot import Snapshot
from attain.kernel.files import Files
from attain.kernel.intervals import Interval
from attain.plans.model import BudgetLimit, Plan
from attain.plans.versions import in_order

EVENTS_AT_ONCE = 1_000_000
"""Up to so many facts of a type one piece is enough; a slice has half as many, and a group what three slices in two
have credited."""
MOST_GROUPS = 200
"""Each has an open file while credits are put into groups, and some systems allow no more than 256."""
CREDITS_AT_ONCE = 250_000
"""So many credits are put into groups at a time: memory holds them twice."""
_OF_CREDITS = re.compile(r"(credits|credits by version|(share|stated|amount) scales? \d+) ")
"""What a compilation knows of credits. Names of its tables begin with the plan's name and a colon."""


@dataclass(frozen=True)
class Parts:
    """How many slices the facts of the largest type are cut into, and how many groups the payees."""

    slices: int
    groups: int
    largest: int = 1
    """How many facts there are of that type; of smaller ones there are fewer slices."""

    def slices_of(self, facts: int) -> int:
        return max(1, min(self.slices, -(-facts * self.slices // self.largest)))


def parts_for(plans: Sequence[Plan], snapshot: Snapshot) -> Parts | None:
    """None if one piece is enough, or the plans cannot be cut."""
    most = max((len(snapshot.facts[name]) for name in facts_credited(plans) if name in snapshot.facts), default=0)
    if most <= EVENTS_AT_ONCE or not all(_one_fact_a_set(plans, plan) for plan in plans):
        return None
    slices = -(-2 * most // EVENTS_AT_ONCE)
    return Parts(slices, min(slices * 3 // 2, MOST_GROUPS), most)


def _one_fact_a_set(plans: Sequence[Plan], plan: Plan) -> bool:
    """Whether every version of a plan reads the same facts in a credit set of the same name."""
    others = [other for other in plans if other.plan == plan.plan]
    return all(other.credits[name].from_ == rule.from_ for other in others for name, rule in plan.credits.items()
               if name in other.credits)  # fmt: skip


def is_separable(versions: Iterable[Plan]) -> bool:
    """Whether a payee's figures need nobody else's."""
    return not any(
        plan.policies.follows == "position"
        or any(measure.for_ != "payee" for measure in plan.measures.values())
        or any(value.per is not None and value.per.subject != "payee" for value in plan.values.values())
        or any(said.pays in ("pool", "prizes") or isinstance(said.limit, BudgetLimit)
               for said in plan.components.values())
        for plan in versions
    )  # fmt: skip


def calculate_in_parts(
    plans: Sequence[Plan],
    snapshot: Snapshot,
    span: Interval,
    parts: Parts,
    hashes: Mapping[str, str],
    folder: Path,
    files: Files,
    *,
    threads: int | None = None,
    before: Callable[[], None] | None = None,
) -> tuple[Manifest, list[Query]]:
    """Calculates and writes a run folder as `run.write` does; answers the manifest and the queries of all parts.

    `before` is called before each part.
    """
    kept = files.temporary_folder(folder)
    work = _Work(plans, snapshot, span, parts, kept, files, threads, before, days_of(plans, snapshot, span))
    with ResultTables(folder, files) as tables:
        given = _credit(work, tables)
        _pay(work, tables, given)
        _add_exceptions(work, tables)
    files.discard(kept)
    write_queries(work.shown, folder, files)
    manifest = write_manifest(span, snapshot, hashes, tables.sums, tables.columns, folder, files)
    return manifest, work.queries


class _Work:
    """What every part needs, and what the parts leave behind."""

    def __init__(
        self,
        plans: Sequence[Plan],
        snapshot: Snapshot,
        span: Interval,
        parts: Parts,
        folder: Path,
        files: Files,
        threads: int | None,
        before: Callable[[], None] | None,
        days: Interval,
    ) -> None:
        self.plans, self.snapshot, self.span, self.parts = plans, snapshot, span, parts
        self._folder, self.files, self.threads, self._before, self.days = folder, files, threads, before, days
        self.queries: list[Query] = []
        self.shown: list[Query] = []
        """Those of the first slice of each fact type and of the first group: the others repeat them."""
        self.exceptions: list[pa.Table] = []

    def separable(self) -> list[Plan]:
        return [plan for plan in self.plans if is_separable(self.versions(plan))]

    def shared(self) -> list[Plan]:
        return [plan for plan in self.plans if not is_separable(self.versions(plan))]

    def versions(self, plan: Plan) -> list[Plan]:
        return [other for other in self.plans if other.plan == plan.plan]

    @contextmanager
    def database(self, part: Snapshot, *, shown: bool = False) -> Iterator[DuckDB]:
        """A database that holds a part of the snapshot."""
        if self._before is not None:
            self._before()
        pa.default_memory_pool().release_unused()  # what the part before has left
        database = DuckDB(threads=self.threads, readable=self._folder)
        try:
            load(database, part, calendars_of(self.plans, self.snapshot), self.days)
            yield database
            self.queries += database.queries
            self.shown += database.queries if shown else []
        finally:
            database.close()

    def keep(self, rows: pa.Table, what: tuple[object, ...], slice_: int) -> None:
        folder = self._folder_of(what)
        self.files.make_folder(folder)
        with self.files.create(folder / f"{slice_}.parquet") as file:
            pq.write_table(rows, file, compression="lz4", write_statistics=False)

    def keep_in_groups(
        self, schema: pa.Schema, batches: Iterable[pa.RecordBatch], what: tuple[object, ...], slice_: int
    ) -> None:
        """Keeps rows apart by their last column, `@group`, without this column."""
        with ExitStack() as open_:
            writers = []
            for group in range(self.parts.groups):
                folder = self._folder_of((*what, group))
                self.files.make_folder(folder)
                file = open_.enter_context(self.files.create(folder / f"{slice_}.parquet"))
                own = schema.remove(len(schema) - 1)
                writer = pq.ParquetWriter(file, own, compression="lz4", write_statistics=False)
                writers.append(open_.enter_context(writer))
            for batch in batches:
                groups = batch.column("@group").to_numpy()
                turn = np.argsort(groups, kind="stable")
                rows = batch.drop_columns(["@group"]).take(pa.array(turn))
                borders = np.searchsorted(groups[turn], np.arange(self.parts.groups + 1))
                for writer, first, end in zip(writers, borders, borders[1:], strict=False):
                    if first < end:
                        writer.write_batch(rows.slice(first, end - first))

    def kept(self, what: tuple[object, ...]) -> list[Path]:
        """The files in which all slices have left of it."""
        return sorted(self._folder_of(what).iterdir())

    def _folder_of(self, what: tuple[object, ...]) -> Path:
        return self._folder / ".".join(map(str, what))

    def except_for(self, database: DuckDB, compilations: Sequence[Compilation], queries: Sequence[str]) -> None:
        """Keeps the exceptions of a part."""
        answers.write_exceptions(compilations, queries)
        columns = portable(database.columns("exceptions"))
        self.exceptions.append(database.arrow(f"SELECT {columns} FROM exceptions"))


# -- slices of events ----------------------------------------------------------------------------------------------


def _credit(work: _Work, tables: ResultTables) -> dict[str, dict[str, object]]:
    """Credits every event; answers what is known of the credits of each plan: scales and columns, no rows."""
    given: dict[str, dict[str, object]] = {}
    for fact in sorted(facts_credited(work.plans)) or [""]:
        for place, part in enumerate(slices(work.snapshot, fact, _count(work, fact))):
            with work.database(part, shown=place == 0) as database:
                if not given:
                    soundness.check(database)
                compilations = compiled(database, work.plans, work.snapshot, work.span)
                for compilation in compilations.values():
                    for name in compilation.credit_sets(fact):
                        credits(compilation, name)
                    _keep_credits(work, database, compilation, fact, place)
                    known = compilation.known.items()
                    made = {key: value for key, value in known if _OF_CREDITS.match(key)}
                    given.setdefault(compilation.id, {}).update(made)
                every = list(compilations.values())
                write_uncredited(every, fact)
                tables.add(database, ["uncredited"])
                found = [query for item in every for query in answers.exceptions_of_events(item, fact)]
                if found:
                    work.except_for(database, every, found)
    return given


def _count(work: _Work, fact: str) -> int:
    return work.parts.slices_of(len(work.snapshot.facts[fact])) if fact in work.snapshot.facts else 1


def _keep_credits(work: _Work, database: DuckDB, compilation: Compilation, fact: str, slice_: int) -> None:
    """The credits of each version, in a file for each group of payees; and what its reversals state."""
    groups = work.parts.groups if is_separable(compilation.versions) else None
    for name in compilation.credit_sets(fact):
        parts: Mapping[int, Credits] = compilation.known[f"credits by version {name}"]  # type: ignore[assignment]
        for place, part in parts.items():
            what = (compilation.id, place, name)
            columns = portable(database.columns(part.table))
            if groups is None:
                work.keep(database.arrow(f'SELECT {columns} FROM "{part.table}"'), (*what, None), slice_)
            else:
                own = _group('"@payee"', groups)
                query = f'SELECT {columns}, {own} AS "@group" FROM "{part.table}"'
                rows = database.stream(query, CREDITS_AT_ONCE)
                work.keep_in_groups(database.schema(query), rows, what, slice_)
            taken_back = compilation.fact(fact).schema.reverses
            if taken_back is not None:
                every = compilation.name(place, "all", name)
                stated = portable({"@event": "VARCHAR", "@stated": database.columns(every)["@stated"]})
                back = database.arrow(f'SELECT {stated} FROM "{every}" WHERE "{taken_back}" IS NOT NULL')
                work.keep(back, (*what, "stated"), slice_)


# -- groups of payees ----------------------------------------------------------------------------------------------


def _only(payee: str, parts: Parts, group: int | None) -> str | None:
    """The condition that a payee is of the group: every text is of exactly one, known or not. No group is all."""
    return None if group is None else f"{_group(payee, parts.groups)} = {group}"


def _group(payee: str, groups: int) -> str:
    return f"hash({payee}) % {groups}"


def _pay(work: _Work, tables: ResultTables, given: Mapping[str, Mapping[str, object]]) -> None:
    pieces: list[tuple[Sequence[Plan], int | None]] = []
    if work.separable():
        pieces += [(work.separable(), group) for group in range(work.parts.groups)]
    if work.shared():
        pieces.append((work.shared(), None))
    for plans, group in pieces:
        events, only = _events(work, plans, group), _only("payee", work.parts, group)
        part = replace(
            work.snapshot,
            facts={name: read_at_release(fact, plans, events) for name, fact in work.snapshot.facts.items()},
            decisions=decided_for(work.snapshot, only),
        )
        with work.database(part, shown=group in (0, None)) as database:
            compilations = compiled(database, plans, work.snapshot, work.span, only)
            for compilation in compilations.values():
                _restore(work, database, compilation, group, given[compilation.id])
                pay(compilation)
            every = list(compilations.values())
            answers.write_pay(every)
            tables.add(database, OF_PAYEES)
            work.except_for(database, every, [query for item in every for query in answers.exceptions_of_payees(item)])


def _events(work: _Work, plans: Sequence[Plan], group: int | None) -> dict[str, pa.Array]:
    """The events of the credits of a group, by fact type, with those that are taken back."""
    found: dict[str, list[pa.ChunkedArray]] = {}
    for plan in plans:
        if not waits(plan):
            continue
        place = in_order(work.versions(plan)).index(plan)
        for name, rule in plan.credits.items():
            files = work.kept((plan.plan, place, name, group))
            rows = pq.read_table(files, columns=["@event", "@reverses"], partitioning=None)
            found.setdefault(rule.from_, []).extend([rows["@event"], rows["@reverses"].drop_null()])
    return {name: pc.unique(pa.chunked_array([chunk for each in parts for chunk in each.chunks], pa.string()))
            for name, parts in found.items()}  # fmt: skip


def _restore(
    work: _Work, database: DuckDB, compilation: Compilation, group: int | None, given: Mapping[str, object]
) -> None:
    """Puts the credits of the group where the credit stage would have left them."""
    compilation.given = dict(given)
    compilation.known.update(given)
    for name in compilation.credit_sets():
        parts: Mapping[int, Credits] = given[f"credits by version {name}"]  # type: ignore[assignment]
        for place, part in parts.items():
            database.read(part.table, work.kept((compilation.id, place, name, group)))
            if compilation.fact(part.fact).schema.reverses is not None:
                database.read(compilation.name(place, "all", name), work.kept((compilation.id, place, name, "stated")))
        united(compilation, name, parts)


def _add_exceptions(work: _Work, tables: ResultTables) -> None:
    """A quota that no group can use is found by each of them, and listed once."""
    database = DuckDB(threads=work.threads)
    database.register("parts of exceptions", pa.concat_tables(work.exceptions))
    database.create("exceptions", 'SELECT DISTINCT * FROM "parts of exceptions"', "what was left out, and why")
    tables.add(database, ["exceptions"])
    database.close()
