"""Text from files and people is text, whatever stands in it; and a plan cannot speak to the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

import pytest
import yaml

from attain.checker import compare, recompute
from attain.engine import calculate
from attain.engine.run import write
from attain.engine.stored import StoredRun
from attain.facts.schema import parse_fact_type
from attain.facts.snapshot import Snapshot
from attain.kernel.calendar_settings import calendar_of
from attain.kernel.errors import AttainError, CalculationError, Findings, SetupError
from attain.kernel.files import Files
from attain.kernel.periods import GREGORIAN
from attain.plans.loader import Document, load_plan
from attain.plans.scope import bind
from tests.engine.worked import months

DEALS = parse_fact_type("""
fact: deals
key: id
date: close_date
columns:
  id: text
  close_date: date
  owner: payee
  amount: {type: money, currency: EUR}
  product: {type: text, required: no}
  reverses: {type: text, required: no}
reverses: reverses
""")
RECEIPTS = parse_fact_type("""
fact: receipts
key: id
date: paid_on
columns: {id: text, paid_on: date, deal: text, kind: text, received: {type: money, currency: EUR}}
relations: {deal: deals}
""")
TYPES = {fact.name: fact for fact in (DEALS, RECEIPTS)}

HOSTILE = {
    "a quote": "O'Neil",
    "a quote that ends a text": "'; DROP TABLE lines; --",
    "two quotes": "''",
    "a backslash before a quote": "\\'",
    "a name in quotes": '"lines"',
    "a union": "x' UNION ALL SELECT * FROM payments --",
    "a comment": "/* x */ -- y",
    "a condition": "' OR '1'='1",
    "a placeholder": "$1 ? :name {payee} %s %(x)s {0}",
    "a wildcard": "%_*?[a-z]",
    "an emoji of several": "👩‍👩‍👧🪑",
    "two ways to write a letter": "e\u0301 é",
    "a formula of a spreadsheet": '=HYPERLINK("x")+1',
    "what separates the parts of ids": "a/b~1.0/c:d#e",
    "words that mean nothing": "NULL",
    "a long text": "'\"ß🙂;" * 180,
}
ONLY_IN_FACTS = {
    "ends of lines and tabs": "a\nb\r\nc\td",
    "nothing wide": "\u200b",
}
"""What a plan refuses, because nobody could read it."""
REFUSED = {
    "marks that turn the writing round": "\u202eevil\u202c \u200fabc",
    "control characters": "a\x01b",
    "a separator": "a\x1fb",
    "nothing": "a\x00b",
    "far too long": "'" * 20_000,
}


def quoted(text: str) -> str:
    """The text as a literal of the plan language."""
    return "'" + text.replace("'", "''") + "'"


def plan_of(hostile: str, **more: Any) -> dict[str, Any]:
    plan = {
        "plan": "hostile",
        "version": "1",
        "title": {"en": hostile},
        "currency": "EUR",
        "period": "month",
        "effective": {"from": "2026-01-01"},
        "participants": f"position.title = {quoted(hostile)}",
        "parameters": {"best": {"type": "text"}, "word": {"type": "text", "value": quoted(hostile)}},
        "credits": {"sold": {"from": "deals", "amount": "amount", "to": [{"who": "owner", "share": "100%"}]}},
        "measures": {
            "own": {"sum": "sold", "over": "year", "where": f"coalesce(product, '') <> {quoted(hostile + 'x')}"},
            "by_product": {"sum": "sold", "over": "product"},
        },
        "values": {"seen": {"each": "sold", "within": "product", "start": "0", "formula": "previous(seen) + 1"}},
        "tables": {
            "rates": {"keys": ["product"], "match": "unique", "otherwise": "1%",
                      "rows": [{"product": hostile, "value": "10%"}]},
        },
        "components": {
            "looked_up": {"each": "sold", "pays": "percent", "rate": "lookup(rates, product)"},
            "literal": {"each": "sold", "pays": "fixed", "amount": 1, "when": f"product = {quoted(hostile)}"},
            "chosen": {"each": "sold", "pays": "fixed", "amount": 2, "when": "product = best"},
            "spoken": {"each": "sold", "pays": "fixed", "amount": 4, "when": "lower(product) = lower(word)"},
            "counted": {"each": "sold", "pays": "formula", "formula": "seen + 0.001 * by_product.after"},
            "monthly": {"per": "payee month", "pays": "percent", "rate": "1%", "of": "own.period",
                        "limit": {"per": "year", "amount": "50", "excess": "lost"},
                        "release": [{"share": "100%"}]},
        },
        "settlement": {
            "clawback": {"within": "90 days", "takes": "full", "attainment": "reversed"},
            "triggers": {"cash": {"from": "receipts", "match": "deal", "where": f"kind = {quoted(hostile)}",
                                  "part": "received", "of": "amount"}},
            "release": [{"share": "50%"}, {"share": "rest", "when": "cash"}],
            "draw": {"amount": "100", "pays": "top_up", "recover": {"from": 2, "share": "50%"}},
        },
        "policies": {
            "rounding": {"mode": "half_up", "scope": "line"}, "split": "cents", "border": "upper", "missing": "hold",
            "follows": "person", "negative_pay": "carry", "late_facts": "difference", "position": "after",
        },
    }  # fmt: skip
    return {**plan, **more}


def document_of(plan: Mapping[str, Any]) -> Document:
    document = load_plan(yaml.safe_dump(plan, sort_keys=False, allow_unicode=True), file="hostile.yaml")
    bind(document, TYPES)
    return document


def snapshot_of(hostile: str, plan: str = "hostile") -> Snapshot:
    """Everything that is text is hostile: ids of people, positions, deals and decisions, titles, products, reasons."""
    ann, seat, deal = f"Ann {hostile}", f"P {hostile}", f"D {hostile}"
    since = {"valid_from": "2026-01-01"}
    facts = {
        "deals": [
            {"id": deal, "close_date": "2026-01-10", "owner": seat, "amount": "1000.00", "product": hostile},
            {"id": f"{deal}2", "close_date": "2026-01-20", "owner": ann, "amount": "500.00", "product": f"{hostile}x"},
            {"id": f"{deal}3", "close_date": "2026-02-20", "owner": ann, "amount": "-200.00", "product": hostile,
             "reverses": deal},
            {"id": f"{deal}4", "close_date": "2026-02-21", "owner": hostile, "amount": "70.00"},
        ],
        "receipts": [{"id": hostile, "paid_on": "2026-02-01", "deal": deal, "kind": hostile, "received": "250.00"}],
    }  # fmt: skip
    decisions: dict[str, Sequence[Mapping[str, Any]]] = {
        "people": [{"person": ann, "name": hostile, "country": hostile}],
        "positions": [{"position": seat, "title": hostile, "territory": hostile, "unit": hostile, **since}],
        "assignments": [{"person": ann, "position": seat, **since}],
        "parameters": [
            {"parameter": "best", "plan": plan, "level": "person", "key": ann, "value": hostile, **since},
            {"parameter": "word", "plan": None, "level": "title", "key": hostile, "value": hostile, **since},
        ],
        "holds": [{"hold": hostile, "plan": plan, "payee": ann, "component": "literal", "source": deal,
                   "reason": hostile, "valid_from": "2026-01-01", "valid_to": "2026-02-01"}],
        "overrides": [{"override": hostile, "plan": plan, "component": "looked_up", "payee": ann,
                       "source": f"{deal}2", "earning_period": "2026-01", "amount": "9.99", "reason": hostile}],
        "adjustments": [{"adjustment": hostile, "plan": plan, "payee": ann, "pay_period": "2026-02",
                         "component": "literal", "amount": "0.07", "currency": "EUR", "reason": hostile}],
        "relationships": [{"kind": "specialist", "subject": hostile, "payee": seat, **since}],
        "teams": [{"team": hostile, "member": seat, "weight": "1", **since}],
    }  # fmt: skip
    return Snapshot.from_rows(TYPES.values(), facts, decisions)


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_pay_is_right_whatever_stands_in_a_text(hostile: str, tmp_path: Any) -> None:
    """Q.1: engine and checker agree to the cent, and the figures are those of a company with plain names."""
    document, given = document_of(plan_of(hostile)), snapshot_of(hostile)
    span = months("2026-01", "2026-03")
    calculation = calculate([document.plan], given, span, threads=1)
    assert compare(recompute([document.plan], given, span), calculation) == []
    paid = {}
    for row in calculation.rows("lines"):
        source = row["source"].removeprefix(f"D {hostile}").removeprefix(f"adjustment:{hostile}")
        paid[row["component"], source, row["pay_period"]] = (row["amount"], row["computed"])
    assert paid["looked_up", "", "2026-01"] == (10000, 10000)
    assert paid["looked_up", "2", "2026-01"] == (999, 500)  # the override beside one per cent
    assert paid["looked_up", "3", "2026-02"] == (-2000, -2000)  # a fifth taken back
    assert paid["literal", "", "2026-02"] == (7, 7)  # the adjustment
    assert paid["literal", "", "2026-01"] == (100, 100)
    assert paid["chosen", "", "2026-01"] == (200, 200)
    assert paid["spoken", "", "2026-01"] == (400, 400)
    assert ("literal", "2", "2026-01") not in paid
    assert [row["event"] for row in calculation.rows("uncredited")] == [f"D {hostile}4"]
    write(calculation, given, {document.id: document.hash}, tmp_path, Files())
    assert StoredRun(tmp_path).verify() == []
    assert sorted(map(str, StoredRun(tmp_path).rows("lines"))) == sorted(map(str, calculation.rows("lines")))
    calculation.close()


@pytest.mark.parametrize("hostile", ONLY_IN_FACTS.values(), ids=ONLY_IN_FACTS)
def test_what_nobody_can_read_is_only_text_in_facts_and_refused_in_plans(hostile: str) -> None:
    """Q.1: ids, names and reasons hold it; a plan that holds it is refused."""
    if "\n" not in hostile:  # a line may end within a text of a plan
        with pytest.raises(AttainError):
            document_of(plan_of(hostile))
    document, given = document_of(plan_of("Seller")), snapshot_of(hostile)
    titled = Snapshot.from_rows(
        TYPES.values(),
        {name: list(given.rows(name)) for name in TYPES},
        {
            **{name: list(given.rows(name)) for name in given.decisions},
            "positions": [{**row, "title": "Seller"} for row in given.rows("positions")],
        },
    )
    span = months("2026-01", "2026-03")
    calculation = calculate([document.plan], titled, span, threads=1)
    assert compare(recompute([document.plan], titled, span), calculation) == []
    lines = {(row["component"], row["source"]): row["amount"] for row in calculation.rows("lines")}
    assert lines["looked_up", f"D {hostile}"] == 1000  # one per cent: the word of the table is another one
    assert lines["looked_up", f"D {hostile}2"] == 999
    calculation.close()


@pytest.mark.parametrize("hostile", REFUSED.values(), ids=REFUSED)
def test_signs_without_a_shape_and_endless_texts_are_refused_at_the_door(hostile: str) -> None:
    """Q.1: in facts, decisions and plans alike."""
    with pytest.raises(AttainError):
        snapshot_of(hostile)
    with pytest.raises(AttainError):
        Snapshot.from_rows(TYPES.values(), {}, {"people": [{"person": "Ann", "name": hostile}]})
    with pytest.raises(AttainError):
        document_of(plan_of(hostile))


SQL = [
    "amount; DROP TABLE lines",
    "amount) UNION SELECT 1 --",
    "(select 1)",
    "(select max(amount) from deals)",
    "read_csv('/etc/passwd')",
    "getenv('HOME')",
    "current_setting('temp_directory')",
    "cast(amount as double)",
    "amount::double",
    "1e3",
    "0x1F",
    "sum(amount) over ()",
    "amount /* x */",
    "amount -- x",
    "amount ** 2",
    "amount || 'x'",
    "amount in (select 1)",
    "exists (select 1)",
    "$1",
    "?",
    "case amount when 1 then 2 end",
    '"amount"',
    "`amount`",
    "[1, 2]",
    "{'a': 1}",
    "deals.amount",
    "random()",
    "now()",
    "amount collate nocase",
    "e'\\x41'",
    "U&'\\0041'",
    "amount\x00",
    "ａmount",
]
FORMULAS: list[tuple[str | int, ...]] = [
    ("participants",),
    ("credits", "sold", "when"),
    ("credits", "sold", "date"),
    ("credits", "sold", "amount"),
    ("credits", "sold", "to", 0, "share"),
    ("measures", "own", "where"),
    ("measures", "own", "of"),
    ("values", "seen", "formula"),
    ("values", "seen", "start"),
    ("tables", "rates", "otherwise"),
    ("tables", "rates", "rows", 0, "value"),
    ("components", "looked_up", "rate"),
    ("components", "looked_up", "of"),
    ("components", "looked_up", "when"),
    ("components", "looked_up", "gate"),
    ("components", "looked_up", "limit"),
    ("components", "looked_up", "times"),
    ("components", "monthly", "limit", "amount"),
    ("settlement", "triggers", "cash", "where"),
    ("settlement", "triggers", "cash", "part"),
    ("settlement", "release", 0, "share"),
    ("settlement", "draw", "amount"),
    ("settlement", "draw", "while"),
]


def altered(plan: Mapping[str, Any], path: Sequence[str | int], value: Any) -> dict[str, Any]:
    changed = deepcopy(dict(plan))
    inner: Any = changed
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return changed


@pytest.mark.parametrize("path", FORMULAS, ids=lambda path: ".".join(map(str, path)))
def test_sql_in_a_formula_is_refused_with_its_place(path: Sequence[str | int]) -> None:
    """A.16: the language has its own words; nothing else reaches the database."""
    for text in SQL:
        with pytest.raises(AttainError) as refused:
            document_of(altered(plan_of("Seller"), path, text))
        assert refused.value.message, text


NAMES: list[tuple[str | int, ...]] = [
    ("plan",),
    ("currency",),
    ("period",),
    ("calendar",),
    ("credits", "sold", "from"),
    ("credits", "sold", "to", 0, "who"),
    ("measures", "own", "sum"),
    ("measures", "own", "over"),
    ("measures", "own", "quota"),
    ("values", "seen", "each"),
    ("values", "seen", "within"),
    ("components", "looked_up", "each"),
    ("components", "looked_up", "table"),
    ("settlement", "triggers", "cash", "from"),
    ("settlement", "triggers", "cash", "match"),
    ("settlement", "release", 1, "when"),
    ("settlement", "pay_in"),
    ("policies", "rounding", "mode"),
]


@pytest.mark.parametrize("path", NAMES, ids=lambda path: ".".join(map(str, path)))
@pytest.mark.parametrize(
    "text", ["lines'; DROP TABLE lines; --", 'x" UNION SELECT 1 --', "sold, payments", "../x", "so ld"]
)
def test_sql_in_the_place_of_a_name_is_refused(path: Sequence[str | int], text: str) -> None:
    """A.16: a name is a name of the plan, of a fact type, or one of a list. A calendar is looked up at the run."""
    with pytest.raises(AttainError):
        document = document_of(altered(plan_of("Seller"), path, text))
        calculate([document.plan], snapshot_of("Seller"), months("2026-01", "2026-01"), threads=1)


@pytest.mark.parametrize("section", ["credits", "measures", "values", "tables", "components", "parameters"])
@pytest.mark.parametrize("name", ["x'; DROP TABLE lines; --", 'a"b', "a b", "a.b", "A", "1a", "payee$1", "ä"])
def test_a_name_of_ones_own_is_lower_case_letters_digits_and_underscores(section: str, name: str) -> None:
    """A.16."""
    plan = plan_of("Seller")
    plan[section][name] = deepcopy(next(iter(plan[section].values())))
    with pytest.raises(Findings):
        document_of(plan)


def test_a_version_may_be_any_text_and_stays_one(tmp_path: Any) -> None:
    """A.14: what people call a version is theirs, or it is refused; it is never read as SQL."""
    for version in ("2026'1", "'; DROP TABLE lines; --", '"', "1 -- x"):
        try:
            document = document_of(plan_of("Seller", version=version))
        except Findings:
            continue
        given, span = snapshot_of("Seller"), months("2026-01", "2026-02")
        calculation = calculate([document.plan], given, span, threads=1)
        assert {row["version"] for row in calculation.rows("lines")} == {version}
        assert compare(recompute([document.plan], given, span), calculation) == []
        calculation.close()


def test_a_calendar_has_a_plain_name() -> None:
    """A.22: refused where calendars are set up, and again where tables get their names."""
    name = 'fiscal\'s "year"; --'
    with pytest.raises(SetupError):
        calendar_of(name, {"type": "gregorian"})
    given = snapshot_of("Seller")
    renamed = Snapshot(given.facts, given.decisions, {name: GREGORIAN}, name)
    with pytest.raises(CalculationError):
        calculate([document_of(plan_of("Seller")).plan], renamed, months("2026-01", "2026-02"), threads=1)
