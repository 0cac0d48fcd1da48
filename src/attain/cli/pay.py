"""Paying: calculate a period, prove it, close it; and what runs there were."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from attain.cli.options import Actor, Folder, Json, Reason, actor_of, calendar_of, examples, opened, span_of, wrong_use

if TYPE_CHECKING:
    from attain.checker.compare import Difference
    from attain.kernel.periods import Period
    from attain.web.apps.pay.models import Run
    from attain.web.workspace import Workspace

RunName = Annotated[str | None, typer.Argument(metavar="[RUN]", help="run-000001 or 1; else the last run.")]
SHOWN = 20


def add_to(app: typer.Typer) -> None:
    app.command(
        short_help="Calculate periods, or a what-if.",
        epilog=examples(
            "calculate 2026-03", "calculate 2026-01..2026-06", "calculate 2026-03 --what-if lower-quota.yaml --json"
        ),
    )(calculate)
    app.command(
        short_help="Prove a run: every cent computed again.", epilog=examples("verify", "verify run-000012 --json")
    )(verify)
    app.command(
        short_help="Freeze a period with the result of a run.",
        epilog=examples("close 2026-03", 'close 2026-03 --run 12 --accept "the late deal is paid in May"'),
    )(close)
    app.command(
        short_help="Open a closed period again.",
        epilog=examples('reopen 2026-03 --reason "one invoice was missing"'),
    )(reopen)
    app.command(short_help="List the runs.", epilog=examples("runs", "runs --json"))(runs)
    app.command(
        short_help="What was sold and credits nobody.", epilog=examples("uncredited", "uncredited run-000012 --events")
    )(uncredited)


def calculate(
    period: Annotated[str, typer.Argument(help="2026-03, 2026-Q1, or a range such as 2026-01..2026-06.")],
    what_if: Annotated[
        Path | None,
        typer.Option("--what-if", help="YAML with changed facts, decisions or plans; nothing is published."),
    ] = None,
    calendar: Annotated[str | None, typer.Option(help="Calendar of the period, if not the default one.")] = None,
    profile: Annotated[bool, typer.Option("--profile", help="Show where the time went, the longest first.")] = False,
    engine: Annotated[
        str | None, typer.Option(help="What calculates: duckdb, postgres or spark, if not what attain.toml says.")
    ] = None,
    whole: Annotated[
        bool, typer.Option("--whole", help="Calculate everybody, also where little has changed since the last run.")
    ] = False,
    folder: Folder = None,
    actor: Actor = None,
    as_json: Json = False,
) -> None:
    """Calculate what a period or a range of periods pays: a run that can be verified, explained and closed.

    With many facts, a second run of the same period calculates only whom a change since the last run touches; the
    result is that of a whole run.

    With --what-if nothing is published: the same calculation is made with the changes of a file, and the difference
    of each payee is shown.
    """
    from attain.cli import summary
    from attain.cli.tables import answer, say, working

    workspace = opened(folder)
    from attain.cli.profiling import show_profile
    from attain.web.apps.pay.calculating import STEPS, run_pay, stored
    from attain.web.apps.pay.profile import Profile

    span = span_of(workspace, period, calendar)
    if what_if is not None and profile:
        raise wrong_use("--profile times a run; --what-if makes none.")
    if what_if is not None and engine is not None:
        raise wrong_use("--engine chooses what calculates a run; --what-if makes none.")
    if what_if is not None:
        from attain.cli.whatif import what_if as suppose

        suppose(workspace, span, what_if, period, as_json)
        return
    with working(f"Calculating {period}", STEPS) as step:
        took = Profile()
        run = run_pay(workspace, span, actor=actor_of(actor), step=step, profile=took, engine=engine, whole=whole)
    from attain.web.apps.pay.order import left_open_notes, to_close

    outcome, notes = stored(workspace, run), left_open_notes(workspace, run)

    def show() -> None:
        summary.show(outcome, f"{run.pk}: {period}")
        for note in notes:
            say(note)
        if profile:
            show_profile(took)
        say(f"Next: attain verify; attain explain PAYEE{_closing(to_close(workspace, run), workspace.calendar)}")

    document = {"run": run.pk, "period": period, "from": run.starts_on, "to": run.ends_on, "notes": notes}
    document |= summary.documents(outcome)
    if profile:
        document["profile"] = took.document()
    answer(as_json, document, show)


def _closing(due: tuple[Period, Period] | None, calendar: str) -> str:
    if due is None:
        return ""
    first, last = due
    named = last.id if first == last else f"{first.id}..{last.id}"
    return f"; attain close {named}{'' if last.calendar == calendar else f' --calendar {last.calendar}'}"


def verify(
    run: RunName = None,
    folder: Folder = None,
    actor: Actor = None,
    as_json: Json = False,
) -> None:
    """Prove a run: every table against its hash, and every cent computed a second time by the checker.

    The checker works one payee at a time in plain fractions and shares no calculation with the engine. Exit status 1
    if an amount differs, 3 if a file of the run was changed. The log keeps what was found; a run that is contradicted
    cannot be closed with.
    """
    from attain.cli.tables import answer, say, working

    workspace = opened(folder)
    from attain.web.apps.pay.calculating import run_named

    found = run_named(run)
    with working(f"Verifying {found.pk}", 4) as step:
        proof = proved(workspace, found, actor_of(actor), step)
    differences: list[Difference] = proof.pop("found")

    def show() -> None:
        for said in proof["damaged"]:
            say(said)
        for one in differences[:SHOWN]:
            say(str(one))
        if len(differences) > SHOWN:
            say(f"And {len(differences) - SHOWN} more differences.")
        if proof["confirmed"]:
            say(f"{found.pk}: {proof['lines']:,} lines, {proof['payments']:,} payments: every cent confirmed.")
        else:
            say(f"{found.pk} is not confirmed. Do not pay by it.")

    shown = [
        {
            "table": one.table,
            "key": list(one.key),
            "column": one.column,
            "recomputed": one.recomputed,
            "run": one.claimed,
        }
        for one in differences
    ]
    answer(as_json, {**proof, "differences": shown}, show)
    if proof["damaged"]:
        raise typer.Exit(3)
    if differences:
        raise typer.Exit(1)


def proved(workspace: Workspace, run: Run, actor: str, step: Any) -> dict[str, Any]:
    """The proof of a run, and its event in the log: how much was computed again, and how much of it differed."""
    from attain.web.apps.pay.services import record_proof

    proof = proof_of(workspace, run, step)
    found = {name: proof[name] for name in ("lines", "releases", "payments")}
    found |= {"differences": len(proof["found"]), "damaged": len(proof["damaged"])}
    record_proof(workspace, run.pk, actor=actor, confirmed=proof["confirmed"], found=found)
    return proof


def proof_of(workspace: Workspace, run: Run, step: Any) -> dict[str, Any]:
    from attain.checker.compare import compare
    from attain.checker.recompute import recompute
    from attain.kernel.intervals import Interval
    from attain.web.apps.pay.calculating import stored
    from attain.web.apps.pay.selectors import frozen_of
    from attain.web.sealing import faults

    outcome = stored(workspace, run)
    step("hashes of its files")
    damaged = [finding.message for finding in faults(outcome.folder, run.manifest_hash)]
    damaged += [f"The content of `{name}` is not what the manifest says." for name in outcome.verify()]
    proof: dict[str, Any] = {"run": run.pk, "confirmed": False, "damaged": damaged, "found": []}
    proof |= {name: int(outcome.manifest["tables"][name]["rows"]) for name in ("lines", "releases", "payments")}
    if damaged:
        return proof
    step("reading what it read")
    frozen = frozen_of(workspace, run.pk)
    step("computing every line again")
    span = Interval(run.starts_on, run.ends_on)
    recomputed = recompute([document.plan for document in frozen.plans], frozen.snapshot, span)
    step("comparing")
    proof["found"] = compare(recomputed, outcome)
    proof["confirmed"] = not proof["found"]
    return proof


def close(
    period: Annotated[str, typer.Argument(help="The next period to close, or a range, closed in order.")],
    run: Annotated[str | None, typer.Option(help="The run to close with; else the last one.")] = None,
    accept: Annotated[str, typer.Option(help="Why the run is right although facts or decisions changed.")] = "",
    calendar: Annotated[str | None, typer.Option(help="Calendar of the period, if not the default one.")] = None,
    folder: Folder = None,
    actor: Actor = None,
    as_json: Json = False,
) -> None:
    """Freeze a period with the result of a run. What comes later is paid as a difference in an open period.

    Where plans of the run pay by other periods too, those that end by then are closed with it: with March the quarter.
    A run that nobody has verified is verified first; with one that the checker contradicts, nothing is closed.
    """
    import json

    from attain.cli.tables import amount, answer, exact, table, working

    workspace = opened(folder)
    from attain.web.apps.pay.calculating import run_named
    from attain.web.apps.pay.services import close_with_all, proof_said

    found = run_named(run)
    calendar = calendar_of(workspace, period, calendar)
    periods = workspace.calendars[calendar].parse_range(period)
    done: list[dict[str, Any]] = []
    if found.state == found.State.PUBLISHED and proof_said(found) is None:
        with working(f"Verifying {found.pk}", 4) as step:
            proved(workspace, found, actor_of(actor), step)
    with working("Closing", len(periods)) as step:
        for each in periods:
            step(each.id)
            for closed in close_with_all(
                workspace, each.id, found.pk, actor=actor_of(actor), calendar=calendar, accept_changes=accept
            ):
                paid = json.loads(closed.totals)["ledger_lines"]
                of = {"period": closed.period, "kind": closed.kind, "calendar": closed.calendar}
                done.append({**of, "run": found.pk, "booked": paid, "by": closed.closed_by})
    shown = [
        (
            one["period"] + ("" if one["calendar"] == workspace.calendar else f" ({one['calendar']})"),
            one["run"],
            ", ".join(f"{amount(minor, code)} {code}" for code, minor in one["booked"].items()) or "nothing",
            one["by"],
        )
        for one in done
    ]
    for one in done:
        one["booked"] = {code: exact(minor, code) for code, minor in one["booked"].items()}
    answer(as_json, {"closed": done}, lambda: table(("Closed", "with", ">booked", "by"), shown))


def reopen(
    period: Annotated[str, typer.Argument(help="The closed period.")],
    reason: Reason = "",
    calendar: Annotated[str | None, typer.Option(help="Calendar of the period, if not the default one.")] = None,
    folder: Folder = None,
    actor: Actor = None,
    as_json: Json = False,
) -> None:
    """Open a closed period again, and with it all that its run closed from there on; what another run closed later
    has to be reopened before. The ledger is kept as evidence and no longer counts.
    """
    from attain.cli.tables import answer, say

    workspace = opened(folder)
    from attain.web.apps.pay.services import reopen_with_all

    calendar = calendar_of(workspace, period, calendar)
    rows = reopen_with_all(workspace, period, actor=actor_of(actor), reason=reason, calendar=calendar)
    document = {"period": period, "state": str(rows[0].state), "with": [row.period for row in rows[1:]]}
    named = [row.period if row.calendar == workspace.calendar else f"{row.period} ({row.calendar})" for row in rows]
    said = " and ".join(filter(None, (", ".join(named[:-1]), named[-1])))
    answer(as_json, document, lambda: say(f"{said} {'is' if len(rows) == 1 else 'are'} open again."))


def runs(folder: Folder = None, as_json: Json = False) -> None:
    """Every run: what it calculated, when, by whom, and the periods that were closed with it."""
    from attain.cli.tables import answer, say, table

    opened(folder)
    from attain.web.apps.pay.models import Run
    from attain.web.apps.pay.selectors import periods

    closed: dict[str, list[str]] = {}
    for period in periods():
        if period.run is not None:
            closed.setdefault(period.run.pk, []).append(period.period)
    found = [
        {
            "run": run.pk,
            "state": str(run.state),
            "from": run.starts_on,
            "to": run.ends_on,
            "at": run.started_at.isoformat(timespec="seconds"),
            "by": run.started_by,
            "closed": closed.get(run.pk, []),
            "failure": run.failure,
        }
        for run in Run.objects.all()
    ]

    def show() -> None:
        if not found:
            say("There is no run yet: attain calculate 2026-03")
            return
        rows = [
            (
                one["run"],
                one["state"],
                one["from"],
                one["to"],
                one["at"][:16],
                one["by"],
                _range(one["closed"]) or one["failure"],
            )
            for one in found
        ]
        table(("Run", "state", "from", "to (excluded)", "at", "by", "closed"), rows)

    answer(as_json, {"runs": found}, show)


def _range(periods: list[str]) -> str:
    return "" if not periods else periods[0] if len(periods) == 1 else f"{periods[0]} … {periods[-1]}"


def uncredited(
    run: RunName = None,
    events: Annotated[bool, typer.Option("--events", help="Each event instead of the sums.")] = False,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """What was sold and credits nobody, by reason, with its money: each of them is a question to ask."""
    from attain.cli import summary
    from attain.cli.tables import answer, placed, say, table

    workspace = opened(folder)
    from attain.web.apps.pay.calculating import run_named, stored

    found = run_named(run)
    outcome = stored(workspace, found)
    left = summary.uncredited(outcome)
    document: dict[str, Any] = {"run": found.pk, "uncredited": left}
    if events:
        document["events"] = [
            {**row, "amount": placed(row["amount"], row["currency"])} for row in outcome.rows("uncredited")
        ]

    def show() -> None:
        if not left:
            say(f"{found.pk}: everything is credited to somebody.")
        elif events:
            rows = [
                (one["event_type"], one["event"], one["date"], one["amount"], one["currency"], one["reason"])
                for one in document["events"]
            ]
            table(("Fact", "key", "date", ">money", "", "reason"), rows, heading=found.pk)
        else:
            summary.show_uncredited(left)

    answer(as_json, document, show)
