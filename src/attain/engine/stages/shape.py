"""What is shaped over many lines: overrides, caps and floors of a window, for a component or the whole plan.

Writes `<plan>:entitled`, key (component, payee, source): everything that the plan says is due, by earning period,
before the
book decides in which pay period it is paid.
"""

from __future__ import annotations

from sqlglot import exp

from attain.engine import fractions as frac
from attain.engine.compilation import Compilation
from attain.engine.formulas import numeric
from attain.engine.frame import Frame, col, table
from attain.engine.load import FAR
from attain.engine.scopes_measured import PeriodScope
from attain.engine.sql import case, text
from attain.engine.stages.lines import NO_PART, VACANT, mode_of
from attain.engine.stages.overrides import overrides
from attain.engine.stages.reward import component
from attain.engine.stages.rows import pay_rows
from attain.plans.expressions import Expr
from attain.plans.model import Plan, WindowLimit

COLUMNS = (
    "version, component, kind, payee, position, event_type, event, source, credited_on, period, amount, computed, note"
)


def create(compilation: Compilation, name: str, query: str, meaning: str) -> None:
    """Makes a table of a query that is written out in the canonical dialect."""
    compilation.database.create(name, query, meaning)


def view(compilation: Compilation, name: str, query: str, meaning: str) -> None:
    """Names a query that only puts rows together: they are not stored once more."""
    compilation.database.view(name, query, meaning)


def entitled(compilation: Compilation) -> str:
    target = compilation.name("entitled")
    parts = [_component(compilation, plan, name) for plan in compilation.versions for name in plan.components]
    view(compilation, compilation.name("raw"), " UNION ALL ".join(parts), "lines of all components")
    _with_overrides(compilation)
    capped = [f'SELECT {COLUMNS} FROM "{compilation.name("lines")}" WHERE amount IS NOT NULL']
    floors = []
    names = dict.fromkeys(name for plan in compilation.versions for name in plan.components)
    for name in names:
        for place, plan in enumerate(compilation.versions):
            said = plan.components.get(name)
            if said is not None and isinstance(said.limit, WindowLimit):
                capped.append(
                    _cap(
                        compilation,
                        plan,
                        place,
                        name,
                        [name],
                        said.limit.amount,
                        said.limit.per.kind,
                        said.limit.excess,
                    )
                )
            if said is not None and said.floor is not None:
                floors.append((plan, place, name, said.floor))
    view(compilation, f"{target}:capped", " UNION ALL ".join(capped), "lines with the caps of components")
    shaped = [f'SELECT {COLUMNS} FROM "{target}:capped"']
    for plan, place, name, floor in floors:
        shaped.append(_floor(compilation, plan, place, name, floor.amount, floor.per.kind, f"{target}:capped"))
    view(compilation, f"{target}:components", " UNION ALL ".join(shaped), "lines with caps and floors of components")
    source = f"{target}:components"
    caps = [
        _cap(
            compilation,
            plan,
            place,
            "settlement.cap",
            None,
            plan.settlement.cap.amount,
            plan.settlement.cap.over.kind,
            plan.settlement.cap.excess,
            source,
        )
        for place, plan in enumerate(compilation.versions)
        if plan.settlement.cap is not None
    ]
    view(
        compilation,
        target,
        " UNION ALL ".join([f'SELECT {COLUMNS} FROM "{source}"', *caps]),
        "everything that is due, by earning period",
    )
    return target


def _component(compilation: Compilation, plan: Plan, name: str) -> str:
    source = component(compilation, plan, name)
    return f"""
    SELECT {text(plan.version)} AS version, '{name}' AS component, kind, payee, position, event_type, event, source,
           credited_on, period, amount, amount AS computed, note, exact, "exact/" FROM "{source}"
    WHERE credited_on < DATE '{compilation.end}'
    """


def _with_overrides(compilation: Compilation) -> None:
    replaced = overrides(compilation)
    if compilation.database.value(f'SELECT COUNT(*) FROM "{replaced}"'):
        query = _OVERRIDDEN.format(raw=compilation.name("raw"), overrides=replaced, no_part=NO_PART)
        create(compilation, compilation.name("lines"), query, "lines with overrides in place")
        return
    every = f"SELECT * FROM \"{compilation.name('raw')}\" WHERE kind <> '{NO_PART}'"
    view(compilation, compilation.name("lines"), every, "lines; nobody has overridden any")


_OVERRIDDEN = """
    SELECT r.* REPLACE (COALESCE(o.amount, r.amount) AS amount,
                        CASE WHEN r.kind = '{no_part}' THEN 'line' ELSE r.kind END AS kind,
                        CASE WHEN o.override IS NULL THEN r.note ELSE 'override: ' || o.reason END AS note)
    FROM "{raw}" r LEFT JOIN "{overrides}" o
      ON o.component = r.component AND o.payee = r.payee AND o.source = r.source AND o.earning_period = r.period
    WHERE r.kind <> '{no_part}' OR o.override IS NOT NULL
    """


def _operand(
    compilation: Compilation, plan: Plan, place: int, component_name: str, amount: Expr, over: str, what: str
) -> str:
    """For each payee and pay period of this version: the amount of a cap or floor in minor units, and the window."""
    target = compilation.name(place, what, component_name)
    frame = Frame(exp.select(exp.Star()).from_(table(pay_rows(compilation)), copy=False))
    scope = PeriodScope(compilation, plan, frame, plan.period)
    limit = frac.rounded(scope.pin(numeric(amount, scope)), compilation.places, mode_of(plan))
    least = frame.add("least", limit)
    below = exp.LT(this=least, expression=frac.integer(0))
    frame.add("limit", case().when(below, frac.integer(0), copy=False).else_(least, copy=False))
    frame.add("window", exp.Literal.string("plan") if over in ("plan", "column") else col(f"in_{over}"))
    query = exp.select(
        *[col(name) for name in ("payee", "period", "position", "start", "end", "window", "limit", "present")]
    )
    compilation.database.create(
        target,
        query.from_(exp.Subquery(this=frame.query(), alias=exp.TableAlias(this=exp.to_identifier("f")))),
        f"the {what} of {component_name}",
    )
    return target


_SUMS = """
SELECT o.*, COALESCE(x.amount, 0::HUGEINT) AS x, x.payee IS NOT NULL AS has_lines, SUM(COALESCE(x.amount, 0::HUGEINT))
    OVER (PARTITION BY o.payee,
    o."window" ORDER BY o.start ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS so_far
FROM "{operand}" o LEFT JOIN (SELECT payee, period, SUM(amount) AS amount FROM "{lines}" WHERE {which} AND
    amount IS NOT NULL GROUP BY payee, period) x ON x.payee = o.payee AND x.period = o.period
"""

_LINE = """
SELECT {version} AS version, '{component}' AS component, '{kind}' AS kind, payee, position, '' AS event_type,
    NULL::VARCHAR AS event, '{kind}:' || period AS source,
       CAST(w."end" - 1 AS DATE) AS credited_on, period, amount, amount AS computed, '' AS note
FROM ({rows}) w WHERE amount <> 0 AND {bounds}
"""

_MISSING = """
SELECT '{component}' AS component, payee, period, '{what}' AS what
FROM ({sums}) w WHERE "limit" IS NULL AND {there} AND {bounds}
"""
_BEFORE = 'SELECT payee, period, amount, waits FROM "{walked}"'
_NOTHING_BEFORE = "SELECT NULL::VARCHAR AS payee, NULL::VARCHAR AS period, 0::HUGEINT AS amount, 0::HUGEINT AS waits"

# The pay periods of one version (`own`). `taken` is what earlier versions have cut in the same window, `waited` what
# they left waiting; what waits at a window's end is never below nothing, so it is a running sum with a floor.
_WALKED = """
WITH sums AS ({sums}), before AS ({before}),
walked AS (
    SELECT s.*, {bounds} AS own, COALESCE(SUM(b.amount) OVER (PARTITION BY s.payee, s."window"), 0::HUGEINT) AS taken,
           COALESCE(LAST_VALUE(b.waits IGNORE NULLS) OVER (PARTITION BY s.payee ORDER BY s.start ROWS BETWEEN
               UNBOUNDED PRECEDING AND 1 PRECEDING), 0::HUGEINT) AS waited
    FROM sums s LEFT JOIN before b ON b.payee = s.payee AND b.period = s.period
), windows AS (
    SELECT payee, "window", MIN(start) AS start, MIN_BY(waited, start) AS waited,
           SUM(x) - MAX_BY(COALESCE("limit", {unlimited}), start) FILTER (own) AS above
    FROM walked GROUP BY payee, "window" HAVING BOOL_OR(own)
), opened AS (
    SELECT *, FIRST_VALUE(waited) OVER (PARTITION BY payee ORDER BY start) AS at_first FROM windows
), running AS (
    SELECT *, at_first + SUM(above) OVER (PARTITION BY payee ORDER BY start ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT
        ROW) AS s FROM opened
), lowest AS (
    SELECT *, LEAST(0::HUGEINT, MIN(s) OVER (PARTITION BY payee ORDER BY start ROWS BETWEEN UNBOUNDED PRECEDING AND
        CURRENT ROW)) AS low FROM running
), carried AS (
    SELECT payee, "window", COALESCE({chained}, at_first) AS brought FROM lowest
), asked AS (
    SELECT w.*, c.brought, w.so_far + c.brought AS asked,
           LEAST(w.so_far + c.brought, COALESCE(w."limit", w.so_far + c.brought)) AS paid
    FROM walked w JOIN carried c ON c.payee = w.payee AND c."window" = w."window" WHERE w.own
), cut AS (
    SELECT *, COALESCE(LAG(paid - so_far) OVER (PARTITION BY payee, "window" ORDER BY start), taken) AS cut_before
    FROM asked
)
SELECT *, paid - so_far - cut_before AS amount, {waits} AS waits FROM cut
"""
_CHAINED = "LAG(s - low) OVER (PARTITION BY payee ORDER BY start)"
_ALONE = "CASE WHEN LAG(start) OVER (PARTITION BY payee ORDER BY start) IS NOT NULL THEN 0::HUGEINT END"


def _cap(
    compilation: Compilation,
    plan: Plan,
    place: int,
    name: str,
    components: list[str] | None,
    amount: Expr,
    over: str,
    excess: str,
    lines: str | None = None,
) -> str:
    """Lines that bring a window down to its cap; what is above is lost, or brought into the next window.

    The window counts the lines and the cap lines of all versions; in force is the amount of the pay period's version.
    """
    operand = _operand(compilation, plan, place, name, amount, over, "cap")
    which = "TRUE" if components is None else "component IN (" + ", ".join(f"'{item}'" for item in components) + ")"
    sums = _SUMS.format(operand=operand, lines=lines or compilation.name("lines"), which=which)
    bounds = compilation.governs(plan).sql(dialect="duckdb")
    _list_missing(compilation, sums, name, "most", "has_lines", bounds)
    passed = [compilation.name(earlier, "walked", name) for earlier in range(place)]
    before = [_BEFORE.format(walked=walked) for walked in passed if walked in compilation.known]
    walked = compilation.name(place, "walked", name)
    carried = excess == "carried"
    rows = _WALKED.format(
        sums=sums,
        before=" UNION ALL ".join(before or [_NOTHING_BEFORE]),
        bounds=bounds,
        unlimited=f"{10**24}::HUGEINT",
        chained=_CHAINED if carried else _ALONE,
        waits="asked - paid" if carried else "0::HUGEINT",
    )
    create(compilation, walked, rows, f"the windows of {name} against their cap")
    compilation.known[walked] = True
    return _LINE.format(
        version=text(plan.version), component=name, kind="cap", rows=f'SELECT * FROM "{walked}"', bounds="TRUE"
    )


_UP_TO = """
SELECT *, GREATEST("limit" - so_far, 0::HUGEINT) AS amount FROM (
    SELECT s.*, {window_end} AS window_end FROM ({sums}) s {join}
) d WHERE present AND "end" >= window_end AND NOT starts_with(payee, '{vacant}')
"""


def _floor(compilation: Compilation, plan: Plan, place: int, name: str, amount: Expr, over: str, lines: str) -> str:
    """A line in the window's last pay period that brings the window up to its floor."""
    operand = _operand(compilation, plan, place, name, amount, over, "floor")
    sums = _SUMS.format(operand=operand, lines=lines, which=f"component = '{name}'")
    if over == "plan":
        end = compilation.plan.effective.end or FAR
        rows = _UP_TO.format(sums=sums, window_end=f"DATE '{end}'", join="", vacant=VACANT)
    else:
        join = f'JOIN "{compilation.periods(over)}" p ON p.period = s."window"'
        rows = _UP_TO.format(sums=sums, window_end='p."end"', join=join, vacant=VACANT)
    bounds = compilation.governs(plan).sql(dialect="duckdb")
    _list_missing(compilation, rows, name, "least", "TRUE", bounds)
    lifted = compilation.name(place, "lifted", name)
    said = _LINE.format(version=text(plan.version), component=name, kind="floor", rows=rows, bounds=bounds)
    create(compilation, lifted, said, f"what {name} lacks to its floor")
    return f'SELECT * FROM "{lifted}"'


def _list_missing(compilation: Compilation, rows: str, name: str, what: str, there: str, bounds: str) -> None:
    """Remembers where the most or the least of a window is missing: nothing is cut then, and nothing is added. A pay
    period that ends after the span is not paid, and lists nothing."""
    within = f"{bounds} AND \"end\" <= DATE '{compilation.end}'"
    missing = _MISSING.format(sums=rows, component=name, what=what, there=there, bounds=within)
    compilation.known["missing amounts"] = [*compilation.known.get("missing amounts", []), missing]  # type: ignore[misc]
