"""What `attain demo` shows in the end: who was paid what, how each run was proven, and what to try next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

    from attain.cli.demo import Done
    from attain.engine.stored import StoredRun
    from attain.plans.outcome import NamedValue
    from attain.web.apps.pay.models import Run

PERIOD = "2011-05..2014-06"
CURRENCY = "USD"
"""Of every plan of the sample company."""


class Everything:
    """All runs as one outcome: lines and payments of each, and what the last one, which saw all, could not pay."""

    def __init__(self, outcomes: list[StoredRun]) -> None:
        self.outcomes = outcomes
        self.folder = outcomes[-1].folder

    def table(self, name: str, columns: Sequence[str]) -> pa.Table:
        import pyarrow as pa

        return pa.concat_tables([outcome.table(name, columns) for outcome in self.outcomes])

    def rows(self, table: str) -> Iterable[Mapping[str, Any]]:
        asked = self.outcomes if table in ("lines", "payments") else self.outcomes[-1:]
        return chain.from_iterable(one.rows(table) for one in asked)

    def values(self, plan: str, name: str) -> Iterable[NamedValue]:
        return self.outcomes[-1].values(plan, name)


def booked(outcome: StoredRun) -> dict[str, Any]:
    """What a run booked, and how much of it belongs to months that were closed before."""
    from attain.cli.tables import exact

    kinds = outcome.table("lines").group_by("kind").aggregate([("amount", "sum"), ("amount", "count")]).to_pylist()
    late = [row for row in kinds if row["kind"] == "difference"]
    return {
        "booked": exact(sum(row["amount_sum"] for row in kinds), CURRENCY),
        "late_lines": sum(row["amount_count"] for row in late),
        "late_booked": exact(sum(row["amount_sum"] for row in late), CURRENCY),
        "currency": CURRENCY,
    }


def sales_year(outcome: StoredRun) -> dict[str, Any]:
    """The publisher states what each of the 17 sold from 30 May 2013 to 1 May 2014; our credits must say the same."""
    from datetime import date
    from fractions import Fraction

    from attain.examples.adventureworks.prepare import raw

    stated = {str(row["BusinessEntityID"]): Fraction(row["SalesYTD"]) for row in raw("sales_person")}
    own = dict.fromkeys(stated, Fraction(0))
    columns = ["credit_set", "level", "credited_on", "payee", "amount", "amount_over"]
    for row in outcome.table("credits").select(columns).to_pylist():
        is_own = row["credit_set"] in ("own_orders", "region_orders") and row["level"] == 0
        if is_own and date(2013, 5, 30) <= row["credited_on"] <= date(2014, 5, 1):
            own[row["payee"]] += Fraction(int(row["amount"]), int(row["amount_over"]))
    return {"people": len(stated), "equal": sum(own[person] == stated[person] for person in stated)}


def by_year(done: Done) -> list[dict[str, Any]]:
    """What each payee is paid in each civil year, over all plans and runs."""
    from attain.cli.tables import exact
    from attain.web.apps.pay.statements import names_in

    names = names_in(done.workspace, done.runs[-1].pk)
    found: dict[tuple[str, str], dict[str, int]] = {}
    for row in Everything(done.outcomes).rows("payments"):
        years = found.setdefault((row["payee"], row["currency"]), {})
        year = row["pay_period"][:4]
        years[year] = years.get(year, 0) + int(row["payable"] or 0)
    return [
        {
            "payee": payee,
            "name": names.get(payee, ""),
            "currency": code,
            "years": {year: exact(minor, code) for year, minor in sorted(years.items())},
            "payable": exact(sum(years.values()), code),
        }
        for (payee, code), years in sorted(found.items())
        if any(years.values())  # a seat that was vacant for a while earned nothing
    ]


def show(done: Done, document: dict[str, Any], folder: Path) -> None:
    from attain.cli import summary
    from attain.cli.explaining import line_text
    from attain.cli.tables import say

    _show_people(document["payees"])
    summary.show(Everything(done.outcomes), f"What each plan paid, {PERIOD}")
    _show_proofs(document)
    if not done.confirmed:
        for said in [*done.proofs[-1]["damaged"], *done.proofs[-1]["differences"]][:20]:
            say(said)
        say("The checker does not confirm the last run; nothing was closed with it.")
    explained = _line_to_explain(done)
    if explained is not None:
        run, line = explained
        say("\nOne line that the late file changed, from the order to the cent:\n")
        say(line_text(done.workspace, run, line, "en"))
    _say_next(folder, done, explained)


def _show_people(people: list[dict[str, Any]]) -> None:
    from decimal import Decimal

    from attain.cli.tables import table

    def money(text: str | None) -> str:
        return f"{Decimal(text):,f}" if text is not None else ""

    years = sorted({year for one in people for year in one["years"]})
    rows = [
        (one["name"] or one["payee"], *(money(one["years"].get(year)) for year in years), money(one["payable"]))
        for one in people
    ]
    sums = [sum((Decimal(one["years"].get(year, "0")) for one in people), Decimal(0)) for year in years]
    columns = ("Payee", *(f">{year}" for year in years), ">all")
    total = ("All", *(f"{one:,f}" for one in sums), f"{sum(sums, Decimal(0)):,f}")
    code = people[0]["currency"] if people else ""
    table(columns, rows, heading=f"Paid to each person a year, {code}", total=total)


def _show_proofs(document: dict[str, Any]) -> None:
    """A row a run: what was booked, what of it came late, and what the checker found when it computed all again."""
    from decimal import Decimal

    from attain.cli.tables import say, table

    rows = [
        (
            one["run"],
            one["period"],
            f"{one['lines']:,}",
            f"{one['payments']:,}",
            f"{Decimal(one['booked']):,f}",
            f"{one['late_lines']:,}" if one["late_lines"] else "",
            f"{Decimal(one['late_booked']):,f}" if one["late_lines"] else "",
            len(one["differences"]),
            "yes" if one["closed"] else "no",
        )
        for one in document["runs"]
    ]
    columns = ("Run", "months", ">lines", ">payments", ">booked", ">of it late", ">USD", ">checker differs", "closed")
    say("")
    table(columns, rows, heading="Each run was proven and closed before the next; the last one is left open")
    late, runs = document["late"], document["runs"]
    if late:
        brought = f"{late['source']} brought {late['rows']} orders of a closed month"
        say(f"{brought}: the difference is paid in {late['before']}.")
    if document["confirmed"]:
        counted = " and ".join(f"{sum(one[name] for one in runs):,} {name}" for name in ("lines", "payments"))
        say(f"The checker computed {counted} a second time: every cent confirmed.")
    year = document["sales_year"]
    say(
        f"The credits of {year['equal']} of {year['people']} sellers from 2013-05-30 through 2014-05-01 are, "
        "to the last place, what Microsoft states."
    )


def _line_to_explain(done: Done) -> tuple[Run, str] | None:
    """The largest difference that the late file made, and the run that booked it."""
    lines = [
        (row["amount"], row["line"], run)
        for run, outcome in zip(done.runs, done.outcomes, strict=True)
        for row in outcome.table("lines").select(["kind", "amount", "line"]).to_pylist()
        if row["kind"] == "difference"
    ]
    if not lines:
        return None
    _, line, run = max(lines, key=lambda found: found[:2])
    return run, str(line)


def _say_next(folder: Path, done: Done, explained: tuple[Run, str] | None) -> None:
    from attain.cli.tables import say

    tries = [
        ("status", "how the workspace stands"),
        ("explain 277", "one person, period by period"),
        *(
            [(f"explain {explained[1]} --run {explained[0].number} --language de", "the same line in German")]
            if explained
            else []
        ),
        ("describe sales-rep", "the plan as a letter"),
        ("uncredited", "what was sold and credits nobody"),
        (
            "diff sales-rep@fy2013 sales-rep@fy2014 --over 2013-07..2013-12",
            "what a new version would change, by person",
        ),
        (f"export {done.runs[-1].number} --table payments --format xlsx", "for a spreadsheet"),
        ("audit verify", "nobody changed the log"),
    ]
    say("\nIn the browser, with an account of each role: attain demo --serve")
    say(f"\nNext, in {folder}:")
    width = max(len(words) for words, _ in tries)
    for words, why in tries:
        say(f"  attain {words.ljust(width)}   # {why}")
