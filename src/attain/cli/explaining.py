"""Why a payee, or one line, gets what it gets; and the queries that computed it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from attain.cli.options import Folder, Json, Language, examples, language_of, opened, wrong_use

if TYPE_CHECKING:
    from attain.engine.stored import StoredRun
    from attain.engine.trace import Explanation
    from attain.web.apps.pay.models import Run
    from attain.web.workspace import Workspace

EXCEPTION = ("plan", "component", "event_type", "event", "period", "reason", "code")


def add_to(app: typer.Typer) -> None:
    app.command(
        short_help="Say why a payee or a line gets what it gets.",
        epilog=examples(
            "explain anna",
            "explain anna --period 2026-03 --lines",
            "explain anna --period 2026-03 --steps",
            "explain account-executive/commission/anna/D-17/2026-03 --language de",
            "explain account-executive --sql",
        ),
    )(explain)


def explain(
    what: Annotated[str, typer.Argument(help="A payee, a line, or with --sql a plan.")],
    run: Annotated[str | None, typer.Option(help="run-000001 or 1; else the last run.")] = None,
    period: Annotated[str | None, typer.Option(help="Only what is paid in this period.")] = None,
    lines: Annotated[bool, typer.Option("--lines", help="Each line of the payee instead of the sums.")] = False,
    steps: Annotated[bool, typer.Option("--steps", help="With --period: each payment step by step.")] = False,
    sql: Annotated[bool, typer.Option("--sql", help="The queries of the run, each with its meaning.")] = False,
    language: Language = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Say why: a payee period by period, or one line step by step, from the deal to the cent.

    A line is named as plan/component/payee/source/earning-period; `explain PAYEE --lines` lists them.
    """
    workspace = opened(folder)
    from attain.web.apps.pay.calculating import run_named, stored

    spoken = language_of(language, workspace)
    found = run_named(run)
    outcome = stored(workspace, found)
    if sql:
        _queries(outcome, what, as_json)
    elif what.count("/") >= 4:
        _line(workspace, found, what, spoken, as_json)
    else:
        if steps and period is None:
            raise wrong_use("--steps needs --period: the payments of which period?")
        _payee(workspace, found, outcome, what, period, lines, steps, spoken, as_json)


def _queries(outcome: StoredRun, plan: str, as_json: bool) -> None:
    """Each query stands in the run's folder behind a comment that says what it means."""
    from attain.cli.tables import answer, say
    from attain.kernel.errors import NotFound

    plans = {name.partition("@")[0] for name in outcome.manifest["plans"]}
    if plan.partition("@")[0] not in plans:
        hint = f"It used {', '.join(sorted(plans))}."
        raise NotFound(f"{outcome.folder.name} did not use the plan {plan}.", code="plans.unknown", hint=hint)
    text = (outcome.folder / "sql" / "queries.sql").read_text(encoding="utf-8")
    queries = list(_queries_in(text, plan.partition("@")[0]))

    def show() -> None:
        for query in queries:
            say(f"-- {query['meaning']}\n{query['sql']}\n")

    answer(as_json, {"run": outcome.folder.name, "plan": plan, "queries": queries}, show)


def _queries_in(text: str, plan: str) -> Iterator[dict[str, str]]:
    """Queries that make a table of this plan, or one of all plans."""
    import re

    for part in re.split(r"^(?=-- )", text, flags=re.MULTILINE):
        meaning, _, query = part.partition("\n")
        made = re.match(r'CREATE OR REPLACE TABLE "([^"]*)"', query)
        if made is None:
            continue
        name = made.group(1)
        if plan in re.split(r"[:/ .@]", name) or not re.search(r"[:/]", name):
            yield {"meaning": meaning.removeprefix("-- "), "table": name, "sql": query.strip()}


def _line(workspace: Workspace, run: Run, line: str, language: str, as_json: bool) -> None:
    from attain.cli.tables import answer, say

    explanation = explained(workspace, run, line)
    document = {"run": run.pk, "line": line, **explanation.as_dict()}
    answer(as_json, document, lambda: say(_said(explanation, language)))


def explained(workspace: Workspace, run: Run, line: str) -> Explanation:
    from attain.cli.tables import working
    from attain.web.apps.pay.derivations import of_line

    with working("Explaining", 1) as step:
        step(f"calculating {line.partition('/')[0]} again from what {run.pk} read")
        return of_line(workspace, run, line)


def _said(explanation: Explanation, language: str) -> str:
    from typing import cast

    from attain.plans.prose import Language as Spoken

    return explanation.text(cast(Spoken, language)).rstrip("\n")


def line_text(workspace: Workspace, run: Run, line: str, language: str) -> str:
    return _said(explained(workspace, run, line), language)


def _payments(workspace: Workspace, run: Run, payee: str, plans: Sequence[str], period: str) -> list[Explanation]:
    """How each plan comes from what was earned to what is paid in a period."""
    from attain.cli.tables import working
    from attain.web.apps.pay.derivations import of_payment

    found = []
    with working("Explaining", len(plans)) as step:
        for plan in plans:
            step(f"calculating {plan} again from what {run.pk} read")
            found.append(of_payment(workspace, run, plan, payee, period))
    return found


def _payee(
    workspace: Workspace,
    run: Run,
    outcome: StoredRun,
    name: str,
    period: str | None,
    lines: bool,
    steps: bool,
    language: str,
    as_json: bool,
) -> None:
    from attain.cli.payee import show_payee
    from attain.cli.tables import answer, say
    from attain.web.apps.pay.statements import names_in

    names = names_in(workspace, run.pk)
    payee = payee_named(outcome, names, name)
    if period is not None:
        _require_paid_period(workspace, outcome, period)

    asked = {"payee": payee} | ({} if period is None else {"pay_period": period})
    mine, paid = sorted(outcome.found("lines", **asked), key=_place), outcome.found("payments", **asked)
    derived = _payments(workspace, run, payee, [row["plan"] for row in paid], period) if steps and period else []
    waiting = [row for row in outcome.rows("exceptions") if row["payee"] == payee and period in (None, row["period"])]
    document = {
        "run": run.pk,
        "payee": payee,
        "name": names.get(payee, ""),
        "payments": [_payment(row) for row in paid],
        "lines": [_pay_line(row) for row in mine],
        "derivations": [one.as_dict() for one in derived],
        "exceptions": [{name: row[name] for name in EXCEPTION} for row in waiting],
    }

    def show() -> None:
        if derived:
            say("\n\n".join(_said(one, language) for one in derived))
        else:
            show_payee(document, mine, paid, lines, language)
        for row in waiting:
            what = " ".join(filter(None, (row["event_type"], row["event"])))
            place = ", ".join(filter(None, (row["plan"], row["component"], what, row["period"])))
            say(f"Not paid: {place}: {row['reason']}  [{row['code']}]")

    answer(as_json, document, show)


def _place(line: Mapping[str, Any]) -> tuple[str, ...]:
    """Lines in the order of their credits; what has no day, such as a payment of a whole period, stands after them."""
    credited = line["credited_on"]
    day = "9999-12-31" if credited is None else str(credited)
    return day, line["component"], line["source"] or "", line["earning_period"] or "", line["line"]


def _require_paid_period(workspace: Workspace, outcome: StoredRun, period: str) -> None:
    """An empty answer to a slip of the pen would read as: nothing was earned."""
    from attain.cli.options import span_of
    from attain.kernel.errors import NotFound

    paid = sorted(outcome.distinct("payments", "pay_period") | outcome.distinct("lines", "pay_period"))
    if period in paid:
        return
    span_of(workspace, period)
    raise NotFound(
        f"{outcome.folder.name} pays nothing in {period}.",
        code="pay.no-period",
        hint=f"Its pay periods: {', '.join(paid) or 'none'}.",
    )


def payee_named(outcome: StoredRun, names: Mapping[str, str], said: str) -> str:
    """A payee by id, or by a name that only one person has."""
    from attain.kernel.errors import NotFound, suggest

    known = outcome.distinct("payments", "payee") | outcome.distinct("lines", "payee")
    if said in known:
        return said
    alike = [id_ for id_, name in names.items() if name.casefold() == said.casefold()]
    if len(alike) == 1:
        return alike[0]
    if len(alike) > 1:
        raise wrong_use(f"{said} is the name of {', '.join(sorted(alike))}; give the id.")
    near = suggest(said, [*known, *names.values()])
    raise NotFound(
        f"{outcome.folder.name} pays nobody called {said}.",
        code="pay.no-payee",
        hint=f"Did you mean {near}?"
        if near
        else "Give the id of a person, or a line such as plan/component/payee/source/period.",
    )


def _payment(row: Mapping[str, Any]) -> dict[str, Any]:
    from attain.cli.tables import exact

    code, other = row["currency"], row["pay_currency"] or row["currency"]
    amounts = (
        "earned",
        "released",
        "guarantee",
        "draw_paid",
        "draw_recovered",
        "draw_balance",
        "carried_in",
        "carried_out",
        "payable",
    )
    shown = {name: None if row[name] is None else exact(row[name], code) for name in amounts}
    return {
        "plan": row["plan"],
        "pay_period": row["pay_period"],
        "currency": code,
        **shown,
        "pay_currency": other,
        "paid": None if row["paid"] is None else exact(row["paid"], other),
    }


def _pay_line(row: Mapping[str, Any]) -> dict[str, Any]:
    from attain.cli.tables import exact

    names = ("line", "plan", "version", "component", "kind", "source", "credited_on", "earning_period", "pay_period")
    amounts = {
        name: None if row[name] is None else exact(row[name], row["currency"]) for name in ("amount", "computed")
    }
    return {**{name: row[name] for name in names}, **amounts, "currency": row["currency"], "note": row["note"]}
