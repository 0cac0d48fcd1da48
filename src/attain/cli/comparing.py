"""What differs between two plans or two runs, and what that means in money for each payee."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from attain.cli.options import Folder, Json, Language, examples, language_of, opened, span_of, wrong_use

if TYPE_CHECKING:
    from attain.engine.stored import StoredRun
    from attain.plans.loader import Document
    from attain.web.workspace import Workspace

Payees = Mapping[tuple[str, str], Mapping[str, Any]]
SHOWN = 40


def add_to(app: typer.Typer) -> None:
    app.command(
        short_help="Compare plans, with their money, or runs.",
        epilog=examples(
            "diff account-executive@2026-1 account-executive@2026-2 --over 2026-01..2026-06",
            "diff account-executive@2026-1 plans/draft.yaml --language de",
            "diff run-000011 run-000012",
        ),
    )(diff)


def diff(
    one: Annotated[str, typer.Argument(help="A plan@version as published, a file, or a run.")],
    other: Annotated[str, typer.Argument(help="What it is compared with.")],
    over: Annotated[str | None, typer.Option(help="Periods of real data; else those of the last run.")] = None,
    structure: Annotated[bool, typer.Option("--structure", help="Only what the plans say, not what it costs.")] = False,
    language: Language = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Compare two plans, by meaning and in money on real data, or two runs. Exit status 1 if they differ.

    For plans, both are applied to the same periods as if nothing had been paid yet, and the effect on each payee is
    shown. For runs, the tables that differ and the amounts by payee and line.
    """
    if _is_run(one) != _is_run(other):
        raise wrong_use("Compare two plans or two runs, not one of each.")
    if _is_run(one):
        _runs(folder, one, other, as_json)
    else:
        _plans(folder, one, other, over, structure, language, as_json)


def _is_run(name: str) -> bool:
    return name.startswith("run-") or name.isdecimal()


def _plans(
    folder: Any, one: str, other: str, over: str | None, structure: bool, language: str | None, as_json: bool
) -> None:
    from typing import cast

    from attain.cli.documents import document_named
    from attain.cli.tables import answer, say, table
    from attain.plans.difference import difference
    from attain.plans.prose import Language as Spoken
    from attain.plans.prose.changes import change_rows, change_sentences

    workspace = opened(folder, records=not structure)
    old, new = document_named(workspace, one), document_named(workspace, other)
    named = (old.id, new.id) if old.id != new.id else (one, other)
    changes = difference(old.plan, new.plan)
    spoken = cast(Spoken, language_of(language, workspace))
    effect = [] if structure or not changes else _effect(workspace, old, new, over)
    document = {
        "old": old.id,
        "new": new.id,
        "changes": [
            {"place": change.label, "kind": change.kind, "moves_money": change.moves_money, "sentence": sentence}
            for change, sentence in zip(changes, change_sentences(changes, old.plan, new.plan, spoken), strict=False)
        ],
        "effect": effect,
    }

    def show() -> None:
        if not changes:
            say(f"{named[0]} and {named[1]} mean the same.")
            return
        said = [change for change in changes if change.path[0] != "tests"]
        made = change_rows(said, old.plan, new.plan, spoken)
        table(made.head, made.rows, heading=f"{named[0]} → {named[1]}")
        if len(said) < len(changes):
            say(f"And {len(changes) - len(said)} changes of their tests; --json gives all.")
        if not structure:
            show_effect(effect, *named)

    answer(as_json, document, show)
    if changes:
        raise typer.Exit(1)


def _effect(workspace: Workspace, old: Document, new: Document, over: str | None) -> list[dict[str, Any]]:
    """What each payee earns by either plan in the same periods, as if nothing had been paid before."""
    from attain.cli.tables import working
    from attain.kernel.intervals import Interval
    from attain.web.apps.pay.calculating import run_named
    from attain.web.apps.plans.effects import STEPS, sums_by_either

    if over is None:
        last = run_named(None)
        span = Interval(last.starts_on, last.ends_on)
    else:
        span = span_of(workspace, over)
    with working("Comparing", STEPS) as step:
        before, after, names = sums_by_either(workspace, old, new, span, step)
    sides = [{("", payee): sums for payee, sums in side.items()} for side in (before, after)]
    return effect_of(sides[0], sides[1], names)


def effect_of(before: Payees, after: Payees, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each payee whose earned or payable amount is another one, the largest change first."""
    from decimal import Decimal

    from attain.cli.tables import exact

    found = []
    for key in sorted({*before, *after}):
        known = before.get(key) or after[key]
        pairs = {
            name: [int(side[key][name]) if key in side else 0 for side in (before, after)]
            for name in ("earned", "payable")
        }
        if any(one != other for one, other in pairs.values()):
            code = str(known["currency"])
            found.append(
                {
                    "plan": key[0],
                    "payee": key[1],
                    "name": names.get(key[1], ""),
                    "currency": code,
                    **{f"{name}_before": exact(pair[0], code) for name, pair in pairs.items()},
                    **{f"{name}_after": exact(pair[1], code) for name, pair in pairs.items()},
                    **{f"{name}_change": exact(pair[1] - pair[0], code) for name, pair in pairs.items()},
                }
            )
    return sorted(found, key=lambda one: (-abs(Decimal(one["earned_change"])), one["plan"], one["payee"]))


def show_effect(effect: Sequence[Mapping[str, Any]], before: str, after: str) -> None:
    from decimal import Decimal

    from attain.cli.tables import say, table

    if not effect:
        say("No payee earns or is paid another amount.")
        return
    with_plan = any(one["plan"] for one in effect)
    rows = [
        (
            *([one["plan"]] if with_plan else []),
            f"{one['name']} ({one['payee']})" if one["name"] else one["payee"],
            *(f"{Decimal(one[name]):,f}" for name in ("earned_before", "earned_after")),
            *(f"{Decimal(one[name]):+,f}" for name in ("earned_change", "payable_change")),
            one["currency"],
        )
        for one in effect[:SHOWN]
    ]
    total: tuple[object, ...] = ()
    codes = {one["currency"] for one in effect}
    if len(codes) == 1 and len(effect) > 1:
        sums = {
            name: sum((Decimal(one[name]) for one in effect), Decimal(0))
            for name in effect[0]
            if name.startswith(("earned", "payable"))
        }
        total = (
            f"{len(effect)} payees",
            *([""] if with_plan else []),
            f"{sums['earned_before']:,f}",
            f"{sums['earned_after']:,f}",
            f"{sums['earned_change']:+,f}",
            f"{sums['payable_change']:+,f}",
            codes.pop(),
        )
    columns = ("Payee", f">earned: {before}", f">{after}", ">change", ">payable", "")
    table((*(["Plan"] if with_plan else []), *columns), rows, total=total)


def _runs(folder: Any, one: str, other: str, as_json: bool) -> None:
    from attain.cli.tables import amount, answer, say, table
    from attain.documents.comparison import by_payee
    from attain.engine.run import changed_tables

    workspace = opened(folder)
    from attain.web.apps.pay.calculating import run_named, stored
    from attain.web.apps.pay.statements import names_in

    runs = [run_named(name) for name in (one, other)]
    old, new = (stored(workspace, run) for run in runs)
    tables = list(changed_tables(old.manifest, new.manifest))
    names = names_in(workspace, runs[1].pk)
    effect = effect_of(by_payee(old, "earned", "payable"), by_payee(new, "earned", "payable"), names)
    lines = _line_changes(old, new) if "lines" in tables else []
    document = {
        "old": runs[0].pk,
        "new": runs[1].pk,
        "tables": tables,
        "effect": effect,
        "lines": [_exactly(row) for row in lines],
    }

    def show() -> None:
        if not tables:
            say(f"{runs[0].pk} and {runs[1].pk} have the same results.")
            return
        say(f"Other content: {', '.join(tables)}.")
        show_effect(effect, runs[0].pk, runs[1].pk)
        if lines:
            rows = [
                (
                    row["line"],
                    row["pay_period"],
                    *(amount(row[side], row["currency"]) for side in ("before", "after")),
                    row["currency"],
                )
                for row in lines[:SHOWN]
            ]
            table(("Line", "paid in", f">{runs[0].pk}", f">{runs[1].pk}", ""), rows)
            if len(lines) > SHOWN:
                say(f"And {len(lines) - SHOWN} more lines; --json gives all.")

    answer(as_json, document, show)
    if tables:
        raise typer.Exit(1)


def _line_changes(old: StoredRun, new: StoredRun) -> list[dict[str, Any]]:
    """Lines with another amount; None where a run has no such line. Only those that differ become rows here."""
    import pyarrow.compute as pc

    keys = ["line", "pay_period", "currency"]
    before, after = (
        run.table("lines", [*keys, "amount"]).group_by(keys).aggregate([("amount", "sum")]) for run in (old, new)
    )
    both = before.rename_columns([*keys, "before"]).join(
        after.rename_columns([*keys, "after"]), keys, join_type="full outer"
    )
    same = pc.fill_null(pc.equal(both["before"], both["after"]), False)
    changed = both.filter(pc.invert(same)).sort_by([(key, "ascending") for key in keys])
    rows: list[dict[str, Any]] = changed.to_pylist()
    return rows


def _exactly(row: Mapping[str, Any]) -> dict[str, Any]:
    from attain.cli.tables import exact

    amounts = {side: None if row[side] is None else exact(row[side], row["currency"]) for side in ("before", "after")}
    return {**row, **amounts}
