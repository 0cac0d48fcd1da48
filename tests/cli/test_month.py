"""A month of the person who runs pay, from an empty folder to closed and proven periods."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli import company
from tests.cli.conftest import Attain


def test_from_an_empty_folder_to_a_closed_month(attain: Attain, tmp_path: Path, monkeypatch) -> None:
    """A.1, B.1: init, check, test, import, publish, calculate, verify, explain, close, status."""
    said = attain("init", "nordwind", "--name", "Nordwind GmbH", "--currency", "EUR")
    assert said.out.startswith("Nordwind GmbH is ready in nordwind.")
    monkeypatch.chdir(tmp_path / "nordwind")
    company.write(tmp_path / "nordwind")
    assert "1 plan: " in attain("check").out
    assert attain("test").out.endswith("1 test: all pass by engine and checker.\n")
    imported = attain("import", "--all", "in").out
    assert "deals.csv" in imported and "taken" in imported
    assert "account-executive@2026-1" in attain("publish").out
    calculated = attain("calculate", "2026-01..2026-02")
    assert "run-000001: 2026-01..2026-02" in calculated.out
    assert "Calculating 2026-01..2026-02: writing" in calculated.err
    assert attain("verify").out == "run-000001: 4 lines, 4 payments: every cent confirmed.\n"
    assert "Bob Bär (bob)" in attain("explain", "Bob Bär").out
    closed = attain("close", "2026-01").out
    assert "2026-01" in closed and "650.00 EUR" in closed and "ada" in closed
    status = attain("status").out
    assert "Closed: 2026-01." in status
    assert "Doctor: nothing to worry about" in status


def test_what_each_plan_pays_is_exact_text_in_json(nordwind: Path, attain: Attain) -> None:
    """8,000 × 5 % + 2,000 × 5 % + 2,000 × 8 % + 5,000 × 5 % + 100.10 × 5 % (5.005, half up)."""
    document = attain("calculate", "2026-01..2026-02", "--json").json
    assert document["run"] == "run-000001"
    assert document["plans"] == [
        {"plan": "account-executive", "currency": "EUR", "payees": 2, "lines": 4, "earned": "915.01",
         "payable": "915.01", "exceptions": 0}
    ]  # fmt: skip
    assert document["uncredited"] == [
        {"event_type": "deals", "reason": "no recipient named", "currency": "EUR", "events": 1, "amount": "700.00"}
    ]


def test_a_calculation_says_where_its_time_goes(nordwind: Path, attain: Attain) -> None:
    """Every query of the engine with what it is for, and what surrounds them; together they are the whole."""
    parts = attain("calculate", "2026-01", "--profile", "--json").json["profile"]
    assert parts[0]["what"] == "reading facts, decisions and plans" and parts[-1]["what"] == "publishing"
    tables = [part["table"] for part in parts if part["table"]]
    assert "account-executive:0:component:commission" in tables and len(tables) > 20
    assert all(part["seconds"] >= 0 and part["processor"] >= 0 for part in parts)
    said = attain("calculate", "2026-01..2026-02", "--profile").out
    assert "writing and hashing results" in said and "others" in said and "together" in said and "100%" in said
    assert "--what-if makes none" in attain("calculate", "2026-01", "--what-if", "x.yaml", "--profile", status=2).err


def test_a_run_is_proven_line_by_line(paid: Path, attain: Attain) -> None:
    proof = attain("verify", "1", "--json").json
    assert (proof["run"], proof["confirmed"], proof["lines"], proof["differences"]) == ("run-000001", True, 4, [])


def test_a_changed_file_of_a_run_is_damage(paid: Path, attain: Attain) -> None:
    """Q: whoever pays by it must stop: exit status 3."""
    file = paid / "data" / "runs" / "run-000001" / "lines.parquet"
    file.write_bytes((paid / "data" / "runs" / "run-000001" / "payments.parquet").read_bytes())
    said = attain("verify", status=3).out
    assert "lines.parquet of run-000001 is not what was published." in said
    assert "Do not pay by it." in said
    assert "lines.parquet" in attain("doctor", status=3).out


def test_a_claim_that_was_sealed_wrong_is_found_by_the_checker(paid: Path, attain: Attain, monkeypatch) -> None:
    """The proof can fail: the engine's answer with one cent more is named line by line."""
    from attain.engine.stored import StoredRun

    honest = StoredRun.rows

    def one_cent_more(self, table):
        for row in honest(self, table):
            if table == "lines" and row["source"] == "D1":
                row = {**row, "amount": row["amount"] + 1}
            yield row

    monkeypatch.setattr(StoredRun, "rows", one_cent_more)
    said = attain("verify", status=1).out
    assert "payee bob" in said and "source D1" in said and "is 40001, recomputed 40000" in said
    refused = attain("close", "2026-01", status=1).err
    assert "The checker contradicts run-000001" in refused and "[pay.contradicted]" in refused
    found = attain("verify", "--json", status=1).json["differences"]
    assert [one["run"] for one in found] == ["40001"]


def test_a_run_that_nobody_verified_is_verified_before_it_is_closed(paid: Path, attain: Attain, monkeypatch) -> None:
    """The log says what the checker found; a run that it contradicts closes nothing, whoever asks."""
    from attain.engine.stored import StoredRun

    honest = StoredRun.rows
    with monkeypatch.context() as planted:
        planted.setattr(StoredRun, "rows", lambda self, table: (
            {**row, "amount": row["amount"] + 1} if table == "lines" else row for row in honest(self, table)
        ))  # fmt: skip
        assert "[pay.contradicted]" in attain("close", "2026-01", status=1).err
    assert "[pay.contradicted]" in attain("close", "2026-01", status=1).err
    attain("verify")
    attain("close", "2026-01")
    done = [event["action"] for event in attain("audit", "list", "--json").json["events"]]
    assert [one for one in done if one.startswith(("run.", "pay."))][-3:] == [
        "run.contradicted", "run.proved", "pay.closed",
    ]  # fmt: skip


def test_only_a_period_that_a_plan_pays_by_is_closed(nordwind: Path, attain: Attain) -> None:
    """Closing the year of a monthly plan would book nothing."""
    assert "attain close 2026-01..2026-12\n" in attain("calculate", "2026").out
    refused = attain("close", "2026", status=1).err
    assert "No plan of run-000001 pays by year" in refused and "[pay.kind]" in refused
    assert "2026-01, 2026-02, 2026-03, ..., 2026-12" in refused
    attain("close", "2026-01")
    assert attain("status", "--json").json["closed_periods"] == ["2026-01"]


def test_periods_are_closed_in_order_and_reopened_from_the_end(paid: Path, attain: Attain) -> None:
    refused = attain("close", "2026-02", status=1)
    assert refused.out == "" and "2026-01 is the next period to close, not 2026-02.  [pay.order]" in refused.err
    attain("close", "2026-01..2026-02")
    again = attain("close", "2026-02", "--json", status=1)
    assert again.json["error"]["code"] == "pay.already-closed"
    assert "reason is needed" in attain("reopen", "2026-02", status=1).err
    assert attain("reopen", "2026-02", "--reason", "an invoice was missing").out == "2026-02 is open again.\n"
    assert attain("status", "--json").json["closed_periods"] == ["2026-01"]


def test_a_late_deal_is_paid_as_a_difference(paid: Path, attain: Attain) -> None:
    attain("close", "2026-01..2026-02")
    (paid / "late.csv").write_text("id,close_date,amount,owner\nD9,2026-01-31,1000.00,eve\n")
    attain("import", "late.csv", "--into", "deals")
    stale = attain("close", "2026-03", status=1)
    assert "run-000001 calculated 2026-01-01 to 2026-03-01 (excluded), not the whole of 2026-03." in stale.err
    attain("calculate", "2026-03")
    lines = attain("explain", "eve", "--json").json["lines"]
    assert [(line["kind"], line["earning_period"], line["amount"]) for line in lines] == [
        ("difference", "2026-01", "50.00")
    ]
    attain("verify")
    attain("close", "2026-03")


def test_the_same_inputs_give_the_same_results(paid: Path, attain: Attain) -> None:
    attain("calculate", "2026-01..2026-02")
    assert attain("diff", "run-000001", "2").out == "run-000001 and run-000002 have the same results.\n"


def test_two_runs_differ_by_payee_and_line(paid: Path, attain: Attain) -> None:
    (paid / "more.csv").write_text("id,close_date,amount,owner\nD2,2026-01-20,6000.00,eve\n")
    attain("import", "more.csv", "--into", "deals")
    attain("calculate", "2026-01..2026-02")
    said = attain("diff", "1", "2", "--json", status=1).json
    assert "lines" in said["tables"]
    assert [(one["payee"], one["earned_change"]) for one in said["effect"]] == [("eve", "50.00")]
    assert [(one["line"].split("/")[3], one["before"], one["after"]) for one in said["lines"]] == [
        ("D2", "250.00", "300.00")
    ]
    assert "+50.00" in attain("diff", "1", "2", status=1).out


def test_runs_are_listed_with_what_was_closed_with_them(paid: Path, attain: Attain) -> None:
    attain("close", "2026-01")
    (run,) = attain("runs", "--json").json["runs"]
    assert (run["run"], run["state"], run["by"], run["closed"]) == ("run-000001", "published", "ada", ["2026-01"])


def test_a_span_without_a_whole_pay_period_is_wrong_use(nordwind: Path, attain: Attain) -> None:
    """A week of monthly plans in which none of their months ends, for a run and for a what-if."""
    for more in ((), ("--what-if", "none.yaml")):
        (nordwind / "none.yaml").write_text("facts: {}\n")
        said = attain("calculate", "2026-W01", *more, status=2).err
        assert "No pay period ends within" in said and "[run.no-pay-period]" in said
    assert attain("runs", "--json").json["runs"] == []


def test_a_long_calculation_renews_its_lease_between_its_stages(nordwind: Path, attain: Attain, monkeypatch) -> None:
    from attain.web.apps.pay import leases

    renewed = []
    honest = leases.renew
    monkeypatch.setattr(leases, "renew", lambda act, name, fence: (renewed.append(fence), honest(act, name, fence)))
    attain("calculate", "2026-01")
    assert renewed == [1, 1]


def test_an_unknown_period_is_not_explained_as_an_empty_one(paid: Path, attain: Attain) -> None:
    assert "is no period" in attain("explain", "bob", "--period", "2026-99", status=2).err
    other = attain("explain", "bob", "--period", "2026-07", status=2).err
    assert "run-000001 pays nothing in 2026-07" in other and "2026-01, 2026-02" in other


def test_a_decision_names_a_component_and_an_amount_of_its_plan(paid: Path, attain: Attain) -> None:
    """A slip of the pen is answered with the name that was meant; no amount is too large for the columns of pay."""
    why = ("--reason", "x")
    adjusted = attain("adjust", "account-executive", "bob", "2026-02", "comission", "1.00", *why, status=2).err
    line = "account-executive/comission/bob/D1/2026-01"
    overridden = attain("override", line, "1.00", *why, status=2).err
    held = attain("hold", "place", "account-executive", "bob", "--component", "comission", *why, status=2).err
    for said in (adjusted, overridden, held):
        assert "account-executive has no component comission" in said and "Did you mean commission?" in said
    for much in ("99999999999999999999", "-100000000000000"):
        said = attain("adjust", "account-executive", "bob", "2026-02", "commission", much, *why, status=1).err
        assert "[pay.amount]" in said
    attain("adjust", "account-executive", "bob", "2026-02", "commission", "99999999999999.99", *why)


def test_exceptions_are_shown_with_code_number_and_money(nordwind: Path, attain: Attain) -> None:
    """A deal in dollars without a rate of exchange is not paid in silence, and neither is it left out in silence."""
    (nordwind / "usd.csv").write_text(
        "id,close_date,amount,owner,currency\nU1,2026-01-11,100.00,bob,USD\nU2,2026-01-12,50.50,bob,USD\n"
    )
    attain("import", "usd.csv", "--into", "deals")
    said = attain("calculate", "2026-01").out
    assert "Exception rate_missing: 2 (150.50 USD): no rate of exchange or no conversion." in said
    assert "attain export run-000001 --table exceptions --to exceptions.csv" in said
    (one,) = attain("calculate", "2026-01", "--json").json["exceptions"]
    assert (one["code"], one["rows"], one["amount"], one["currency"]) == ("rate_missing", 2, "150.50", "USD")
    attain("export", "run-000001", "--table", "exceptions", "--to", "exceptions.csv")
    assert (nordwind / "exceptions.csv").read_text().count("rate_missing") == 2


def test_what_credits_nobody_is_a_list_of_questions(paid: Path, attain: Attain) -> None:
    """B: uncredited transactions are listed with count and money by reason."""
    assert "no recipient named" in attain("uncredited").out
    (event,) = attain("uncredited", "--events", "--json").json["events"]
    assert (event["event"], event["amount"]) == ("D4", "700.00")


def test_a_failed_calculation_leaves_nothing_and_gives_the_lease_back(
    nordwind: Path, attain: Attain, monkeypatch
) -> None:
    import attain.engine.run as folder

    def broken(*_: object) -> None:
        raise ZeroDivisionError("planted")

    with monkeypatch.context() as planted:
        planted.setattr(folder, "write", broken)
        said = attain("calculate", "2026-01", status=70)
    assert "This is a fault of ours: ZeroDivisionError: planted" in said.err and "Traceback" not in said.err
    assert [run["state"] for run in attain("runs", "--json").json["runs"]] == ["failed"]
    assert not list((nordwind / "data" / "runs").iterdir())
    attain("calculate", "2026-01")


def test_holds_overrides_and_adjustments_need_a_reason_and_are_paid_by(paid: Path, attain: Attain) -> None:
    """Decisions of people, each an event of the log."""
    assert attain("hold", "place", "account-executive", "eve", status=1).err.startswith("A reason is needed")
    held = attain(
        "hold", "place", "account-executive", "eve", "--from", "2026-01-01", "--reason", "invoice disputed", "--json"
    ).json
    assert held["payee"] == "eve"
    assert "invoice disputed" in attain("hold", "list").out
    line = "account-executive/commission/bob/D1/2026-01"
    attain("override", line, "500.00", "--reason", "agreed on 3 March")
    attain("adjust", "account-executive", "bob", "2026-02", "commission", "-10.00", "--reason", "paid twice")
    attain("calculate", "2026-01..2026-02")
    lines = attain("explain", "bob", "--json").json["lines"]
    amounts = {(one["source"], one["kind"]): (one["amount"], one["computed"]) for one in lines}
    assert amounts["D1", "line"] == ("500.00", "400.00")
    assert "-10.00" in [amount for amount, _ in amounts.values()]
    assert {one["payable"] for one in attain("explain", "eve", "--json").json["payments"]} == {"0.00"}
    attain("verify")
    attain("hold", "lift", held["hold"][:8], "--on", "2026-03-01", "--reason", "paid in full")
    done = [event["action"] for event in attain("audit", "list", "--json").json["events"]]
    assert [action for action in done if action.startswith("pay.")] == [
        "pay.hold-placed", "pay.overridden", "pay.adjusted", "pay.hold-lifted",
    ]  # fmt: skip


def test_a_decision_about_nobody_is_wrong_use(paid: Path, attain: Attain) -> None:
    said = attain("hold", "place", "account-executive", "evee", "--reason", "x", status=2)
    assert "There is no payee evee." in said.err and "Did you mean eve?" in said.err
    assert "There is no plan account." in attain("hold", "place", "account", "eve", "--reason", "x", status=2).err
    assert "is no amount" in attain("adjust", "account-executive", "bob", "2026-02", "x", "1,5", status=2).err


def test_the_log_is_proven_against_a_kept_head(paid: Path, attain: Attain) -> None:
    head = attain("audit", "verify", "--json").json["head"]
    kept = f"{head['sequence']}:{head['hash']}"
    attain("audit", "verify", "--head", kept)
    wrong = attain("audit", "verify", "--head", f"{head['sequence']}:{'0' * 64}", status=3)
    assert "is not the one that the head that was given knows" in wrong.out


def test_a_backup_is_restored_and_says_the_same(paid: Path, attain: Attain, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    assert json.loads(attain("backup", str(copy), "--json").out)["files"] > 10
    assert "a backup gets a folder of its own" in attain("backup", str(copy), status=2).err
    attain("restore", str(copy), str(tmp_path / "again"))
    attain("verify", "--workspace", str(tmp_path / "again"))
    (copy / "facts" / "deals.yaml").write_text("fact: other\n")
    damaged = attain("restore", str(copy), str(tmp_path / "third"), status=3)
    assert "facts/deals.yaml is not what was backed up." in damaged.err


def test_a_line_is_explained_from_the_deal_to_the_cent_in_two_languages(paid: Path, attain: Attain) -> None:
    """G: D3 crosses Bob's quota: 2,000 at 5 % and 2,000 at 8 %."""
    line = "account-executive/commission/bob/D3/2026-02"
    english = attain("explain", line).out
    assert "260.00" in english and "D3" in english and "account-executive@2026-1.yaml:" in english
    german = attain("explain", line, "--language", "de").out
    assert "Provision" in german and "260,00" in german
    document = attain("explain", line, "--json").json
    assert document["proves"] is True and document["amount"]["exact"] == "260"
    assert "has no line" in attain("explain", line.replace("D3", "D4"), status=2).err


def test_a_payment_is_explained_step_by_step(paid: Path, attain: Attain) -> None:
    said = attain("explain", "bob", "--period", "2026-01", "--steps").out
    assert "bob" in said and "400.00" in said
    assert "--steps needs --period" in attain("explain", "bob", "--steps", status=2).err


def test_the_queries_of_a_plan_are_shown_with_their_meaning(paid: Path, attain: Attain) -> None:
    queries = attain("explain", "account-executive", "--sql", "--json").json["queries"]
    assert len(queries) > 10 and all(query["meaning"] and "SELECT" in query["sql"] for query in queries)
    assert "-- " in attain("explain", "account-executive", "--sql").out
    assert "did not use the plan other" in attain("explain", "other", "--sql", status=2).err


def test_a_payee_is_told_in_german_words_and_numbers(paid: Path, attain: Attain) -> None:
    """G: the words of the plan letter are those of the explanation: Anrechnung, Zielvorgabe, Höchstbetrag."""
    line = "account-executive/commission/bob/D3/2026-02"
    told = attain("explain", line, "--language", "de").out + attain("describe", "account-executive", "--language",
                                                                  "de").out  # fmt: skip
    assert "Anrechnung" in told and "Zielvorgabe" in told
    assert not [word for word in ("Gutschrift", "Quote", "Ereignis", "Obergrenze für") if word in told]
    listed = attain("explain", "bob", "--lines", "--language", "de").out
    assert "Anrechnungsdatum" in listed and "400,00" in listed and "Zeile " in listed
    assert "verdient" in attain("explain", "bob", "--language", "de").out
    steps = attain("explain", "bob", "--period", "2026-02", "--steps", "--language", "de").out
    assert "- D3: 260,00" in steps and "(Zeile)" not in steps


def test_a_run_before_any_plan_says_which_plan_is_the_first(nordwind: Path, attain: Attain) -> None:
    said = attain("calculate", "1999-01", status=1).err
    assert "account-executive@2026-1, the first one, starts on 2026-01-01" in said and "publish a version" in said
    attain("retire", "account-executive", "--reason", "x")
    assert "No plan is published that could pay." in attain("calculate", "2026-01", status=1).err


def test_money_has_the_places_of_its_currency_everywhere(nordwind: Path, attain: Attain) -> None:
    (nordwind / "march.csv").write_text("id,close_date,amount,owner\nM1,2026-02-02,10.5,zoe\n")
    attain("import", "march.csv", "--into", "deals")
    said = attain("calculate", "2026-01..2026-02").out
    assert "deals 1, no recipient named (700.00 EUR)" in said
    assert "700.00" in attain("uncredited", "--events").out
    for table in ("uncredited", "credits"):
        rows = attain("export", "1", "--table", table, "--to", "-").out.splitlines()
        amounts = [row.split(",")[rows[0].split(",").index("amount")] for row in rows[1:]]
        assert amounts and all(len(amount.partition(".")[2]) >= 2 for amount in amounts), amounts


def test_closed_periods_are_said_by_their_kind(paid: Path, attain: Attain) -> None:
    attain("close", "2026-01..2026-02")
    assert "Closed: 2026-01 to 2026-02 (2 months)." in attain("status").out
    assert attain("status", "--json").json["closed_by_kind"] == {"month": ["2026-01", "2026-02"]}


def test_large_work_is_calculated_in_parts_and_says_the_same(
    paid: Path, attain: Attain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Q.11: the lease is renewed before each part; the checker confirms every line, and the results are the same."""
    from attain.engine import groups
    from attain.web.apps.pay import leases

    renewed = []
    honest = leases.renew
    monkeypatch.setattr(leases, "renew", lambda act, name, fence: (renewed.append(fence), honest(act, name, fence)))
    monkeypatch.setattr(groups, "EVENTS_AT_ONCE", 1)
    said = attain("calculate", "2026-01..2026-02", "--profile").out
    assert "handing facts over, writing and hashing" in said and len(renewed) > 4
    assert attain("diff", "1", "2").out == "run-000001 and run-000002 have the same results.\n"
    assert attain("verify", "--json").json["confirmed"]
    attain("close", "2026-01..2026-02")
