"""What a payee gets, as tables in English or German: the sums of each period, or each line."""

from __future__ import annotations

from typing import Any

from attain.cli.tables import amount, say, table, title
from attain.engine.trace.wording import CATALOGUES

MOVED = ("guarantee", "draw_paid", "draw_recovered", "carried_in", "carried_out")
"""Columns of payments that are shown only where something stands in them."""
WORDS = {
    "en": {
        "line": "Line", "kind": "kind", "credited_on": "credited on", "paid_in": "paid in", "amount": "amount",
        "note": "note", "Paid in": "Paid in", "plan": "plan", "component": "component", "lines": "lines",
        "earned": "earned", "guarantee": "guarantee", "draw_paid": "draw paid", "draw_recovered": "draw recovered",
        "carried_in": "carried in", "carried_out": "carried out", "payable": "payable",
        "next": "Each line: add --lines. One of them step by step: attain explain {line}",
    },
    "de": {
        "line": "Zeile", "kind": "Art", "credited_on": "Anrechnungsdatum", "paid_in": "gezahlt in", "amount": "Betrag",
        "note": "Bemerkung", "Paid in": "Gezahlt in", "plan": "Plan", "component": "Bestandteil", "lines": "Zeilen",
        "earned": "verdient", "guarantee": "Garantie", "draw_paid": "Vorschuss", "draw_recovered": "verrechnet",
        "carried_in": "Übertrag davor", "carried_out": "Übertrag danach", "payable": "zahlbar",
        "next": "Jede Zeile: mit --lines. Eine davon Schritt für Schritt: attain explain {line}",
    },
}  # fmt: skip


def show_payee(document: dict[str, Any], mine: list[Any], paid: list[Any], lines: bool, language: str) -> None:
    title(f"{document['name'] or document['payee']} ({document['payee']}), {document['run']}")
    if lines:
        _lines(mine, language)
    else:
        _sums(mine, paid, language)


def _lines(mine: list[Any], language: str) -> None:
    words, sentences = WORDS[language], CATALOGUES[language]
    rows = [
        (
            row["line"],
            sentences[f"kind.{row['kind']}"],
            row["credited_on"],
            row["pay_period"],
            amount(row["amount"], row["currency"], language),
            row["currency"],
            row["note"] or "",
        )
        for row in mine
    ]
    named = [words[name] for name in ("line", "kind", "credited_on", "paid_in")]
    table((*named, f">{words['amount']}", "", words["note"]), rows)


def _sums(mine: list[Any], paid: list[Any], language: str) -> None:
    words = WORDS[language]
    earned: dict[tuple[str, str, str, str], list[int]] = {}
    for row in mine:
        key = (row["pay_period"], row["plan"], row["component"], row["currency"])
        sums = earned.setdefault(key, [0, 0])
        sums[0], sums[1] = sums[0] + 1, sums[1] + int(row["amount"])
    rows_of_lines = [
        (*key[:3], f"{count:,}", amount(minor, key[3], language), key[3])
        for key, (count, minor) in sorted(earned.items())
    ]
    named = [words[name] for name in ("Paid in", "plan", "component")]
    table((*named, f">{words['lines']}", f">{words['amount']}", ""), rows_of_lines)
    moved = [name for name in MOVED if any(row[name] for row in paid)]
    shown = ("earned", *moved, "payable")
    rows = [
        (
            row["pay_period"],
            row["plan"],
            *(amount(row[name], row["currency"], language) for name in shown),
            row["currency"],
        )
        for row in sorted(paid, key=lambda row: (row["pay_period"], row["plan"]))
    ]
    table((words["Paid in"], words["plan"], *(f">{words[name]}" for name in shown), ""), rows)
    largest = max(mine, key=lambda row: row["amount"], default=None)
    if largest is not None:
        say(words["next"].format(line=largest["line"]))
