"""Every name stands for something and every expression has a type, or the document says why not. Capability A.16."""

from __future__ import annotations

import pytest

from attain.kernel.errors import Finding, Findings
from attain.kernel.periods import GREGORIAN, RetailCalendar
from attain.plans.expressions import Name
from attain.plans.inference import Inference
from attain.plans.loader import load_plan
from attain.plans.names import Refusal
from attain.plans.parser import parse
from attain.plans.references import (
    PARTICIPANTS,
    CreditField,
    FactColumn,
    InputRef,
    MeasureField,
    ParameterRef,
    PayeeField,
    PeriodField,
    PersonField,
    Place,
    PositionField,
    Reference,
    RelatedColumn,
    ValueRef,
)
from attain.plans.scope import bind, looked_through
from attain.plans.vantage import running_by
from tests.plans.sound_plan import FACT_TYPES, SOUND, changed, line_with


def bound(text: str = SOUND) -> Inference:
    return bind(load_plan(text, "plans/ae.yaml"), FACT_TYPES)


def found(text: str) -> list[Finding]:
    return looked_through(load_plan(text, "plans/ae.yaml"), FACT_TYPES)[1]


def test_the_sound_plan_has_nothing_to_say() -> None:
    assert found(SOUND) == []


FREE = 'formula: "credit.amount * base_rate"'
UNIT = 'when: "booked.after > 1000"'
BASE = "{per: payee quarter, pays: fixed, amount: 500}"
MISTAKES = [
    # what is changed, into what, code, what message and hint mention
    (FREE, 'formula: "bonsu * 2"', "plan.unknown-name", "`bonus`"),
    ("by: booked.attainment\n", "by: boked.attainment\n", "plan.unknown-name", "`booked.attainment`"),
    ("share: partners.percent", "share: partners.percnt", "plan.unknown-name", "`partners.percent`"),
    ("\"position.title =", "\"positon.title =", "plan.unknown-name", "`position.title`"),
    ("position.title = 'Account Executive'", "booked > 5", "plan.unknown-name", "person.id"),
    ("\"kind = 'receipt'\"", "\"kind = receipt\"", "plan.unknown-name", "single quotes"),
    ("payee.id <> owner", "person.id <> owner", "plan.name-not-here", "participants"),
    (UNIT, 'when: "payee.id = owner"', "plan.name-not-here", "`when` of an item of `to`"),
    (FREE, 'formula: "rates * 2"', "plan.name-not-here", "lookup(rates"),
    ("date: close_date\n", "date: booked\n", "plan.name-not-here", "Columns of the fact"),
    (FREE, 'formula: "booked * base_rate"', "plan.ambiguous-measure", "booked.before"),
    (FREE, 'formula: "credit.amount * booked.attainment"', "plan.ambiguous-measure", "booked.attainment_after"),
    ("reach: booked.attainment", "reach: booked.attainment + 0%",
     "plan.ambiguous-measure", "read so by component by_reach"),
    (UNIT, 'when: "margins.attainment_after > 1"', "plan.no-quota", "measure margins"),
    ("formula: mbo * target", "formula: mbo * booked.after", "plan.name-not-here", "Write booked here"),
    ("formula: mbo * target", "formula: mbo * of_the_policy", "plan.finer-grain", "Read it at a credit"),
    ("formula: mbo * target", "formula: mbo * target + commission", "plan.finer-grain", "Component commission"),
    ("formula: mbo * target", "formula: mbo * target + left", "plan.finer-grain", "Value left"),
    ("formula: mbo * target", "formula: mbo * target + owed", "plan.finer-grain", "per month"),
    ("2% of company_booked.period", "2% of booked.period", "plan.finer-grain", "for: company"),
    ("5% of sum(base_pay)", "5% of mbo * sum(base_pay)", "plan.finer-grain", "Input `mbo`"),
    (FREE, 'formula: "credit.amount * credit.amount"', "plan.type-mismatch", "rate"),
    (FREE, 'formula: "credit.amount + base_rate"', "plan.type-mismatch", "plus a number"),
    (FREE, 'formula: "base_rate"', "plan.type-mismatch", "would pay a number"),
    (FREE, 'formula: "fee * 2"', "plan.type-mismatch", "money in USD"),
    (FREE, 'formula: "fee + target"', "plan.type-mismatch", "`convert`"),
    (FREE, 'formula: "close_date + 3"', "plan.type-mismatch", "add_days"),
    (FREE, 'formula: "if(cancelled, target, 5%)"', "plan.type-mismatch", "one type"),
    (FREE, 'formula: "if(acv, target, target)"', "plan.type-mismatch", "condition"),
    (FREE, 'formula: "target * year(acv)"', "plan.type-mismatch", "Argument 1 of `year`"),
    (FREE, 'formula: "target * curve(payout, target)"', "plan.type-mismatch", "payout"),
    (FREE, 'formula: "round(target, pieces)"', "plan.argument", "literal"),
    (FREE, 'formula: "round(target, -2)"', "plan.argument", "from 0 to 6"),
    (UNIT, 'when: "booked.after"', "plan.type-mismatch", "comparison"),
    (UNIT, 'when: "deal_type > 5"', "plan.type-mismatch", "single quotes"),
    (UNIT, "when: \"deal_type > 'a'\"", "plan.type-mismatch", "no order"),
    (UNIT, 'when: "item = null"', "plan.type-mismatch", "is null"),
    (UNIT, "when: \"deal_type in ('new', 5)\"", "plan.type-mismatch", "plain number"),
    ("times: [company_income, 1.5]", "times: [company_income, target]", "plan.type-mismatch", "money in EUR"),
    ("min: 0%, max: 150%", "min: 0%, max: target", "plan.type-mismatch", "`max`"),
    ("base_rate: 4%", "base_rate: {type: money, value: 4%}", "plan.type-mismatch", "money"),
    ("base_rate: 4%", "base_rate: target * 2", "plan.parameter", "values"),
    ("of: pieces, when", "when", "plan.type-mismatch", "`of` is the credit's amount"),
    ("of: target, by: reach, table: payout", "by: reach, table: payout", "plan.missing-key", "`of` is missing"),
    ("tiers: [{to: 50%, rate: 4%}, {to: 100%, rate: 6%}, {rate: 12%}]\n", "tiers: [{rate: target}]\n",
     "plan.type-mismatch", "`rate`"),
    (FREE, 'formula: "target * whole(phasing, 3)"', "plan.table-kind", "lookup(t, k)"),
    (FREE, 'formula: "target * whole(rate, 3)"', "plan.unknown-table", "`rates`"),
    (FREE, 'formula: "target * lookup(grid, 3)"', "plan.argument", "2 values"),
    (FREE, 'formula: "target * lookup(cards, item, item)"', "plan.table-column", "amount, rate"),
    (FREE, 'formula: "target * lookup(cards.rte, item, item)"', "plan.table-column", "`rate`"),
    ("table: payout", "table: rates", "plan.table-kind", "segments"),
    ("table: payout", "table: pay", "plan.unknown-table", "payout"),
    (FREE, 'formula: "previous(owed)"', "plan.previous", "per: payee"),
    ("previous(left) - credit.amount", "previous(owed) - credit.amount", "plan.previous", "another grain"),
    ("least(previous(owed), 50)", "least(previous(50), 50)", "plan.previous", "previous(repaid)"),
    (FREE, 'formula: "sum(owed)"', "plan.over-all", "per: company"),
    (FREE, 'formula: "min(target)"', "plan.over-all", "least"),
    (FREE, 'formula: "free * 2"', "plan.cycle", "component free"),
    ("reach: booked.attainment", "reach: wish\n  wish: reach", "plan.cycle", "Value reach reads value wish"),
    ("\"previous(owed) + 100 - repaid\"", "owed - repaid", "plan.cycle", "previous(x)"),
    ("limit: 5000\n", "limit: booked.before\n", "plan.name-not-here", "it is made of them"),
    ('formula: "annual * lookup(phasing, period.quarter)"', "formula: annual * street.attainment",
     "plan.cycle", "quota of measure street"),
    ("from: deals", "from: deal", "plan.unknown-fact-type", "`deals`"),
    ("each: bookings, pays: whole", "each: bokings, pays: whole", "plan.unknown-credit-set", "`bookings`"),
    ("sum: bookings.margin", "sum: bookings.margn", "plan.unknown-amount", "`margin`"),
    ("over: policy_number", "over: policy_numbr", "plan.unknown-window", "`policy_number`"),
    ("within: policy_number, start", "within: policy, start", "plan.unknown-column", "`policy_number`"),
    ("when: cash}", "when: cahs}", "plan.unknown-trigger", "`cash`"),
    ("match: deal", "match: dael", "plan.unknown-column", "`deal`"),
    ("of: acv}", "of: pieces}", "plan.type-mismatch", "no share"),
    ("part: amount, of: acv", "part: amount", "plan.trigger", "`of` is missing"),
    ("  cap: {amount", "  release: [{share: base_rate, after: 1 month}, {share: rest}]\n  cap: {amount",
     "plan.release-share", "`rest`"),
    ("  cap: {amount", "  release: [{share: 100%, when: cash}]\n  cap: {amount", "plan.trigger", "own `release`"),
    ("{who: owner, share: rest}", "{who: region, share: rest}", "plan.credit-rule", "owner"),
    ("who: partners.payee", "who: payments.kind", "plan.credit-rule", "no payee"),
    ("{who: owner, share: rest}", "{who: owner, share: rest, levels: 2}", "plan.credit-rule", "manager"),
    ("role: overlay", "role: overlay, levels: 2", "plan.credit-rule", "`levels`"),
    ("{who: owner, share: rest}", "{who: owner, share: [50%, 50%]}", "plan.credit-rule", "list of shares"),
    ("over: year, quota: new_business", "over: year, quota: reach", "plan.quota", "per: payee year"),
    ("over: year, quota: new_business", "over: year, quota: street_quota", "plan.quota", "per quarter"),
    ("over: year, quota: new_business", "over: year, quota: mbo", "plan.quota", "inputs"),
    ("for: team, over: quarter, quota: team_quota", "for: team, over: quarter, quota: street_quota",
     "plan.quota", "for a team"),
    ("over: quarter, quota: unit_quota", "over: quarter, quota: annual", "plan.type-mismatch", "money in EUR"),
    ("count: bookings, over: quarter", "count: bookings, over: quarter, prorate: days", "plan.quota", "prorate"),
    ("target: {type: money, value: 2500.00}", "owner: {type: money, value: 2500.00}", "plan.shadowed-name", "deals"),
    ("product_group: {type: text, value: Desks}", "booked: 5%", "plan.name-twice", "`parameters`"),
    ("product_group: {type: text, value: Desks}", "credit: 5%", "plan.reserved-name", "word of the language"),
    ("product_group: {type: text, value: Desks}", "end: 5%", "plan.reserved-name", "word of the language"),
    ("rows: [{q: 4, value: 40%}]", "rows: [{q: last, value: 40%}]", "plan.type-mismatch", "'last' is none"),
    ("rows: [{q: 4, value: 40%}]", "rows: [{q: 4, value: 40% 5}]", "plan.expression", "operator"),
    ("rows: [{q: 4, value: 40%}]", "rows: [{q: 4, value: many}]", "plan.type-mismatch", "one type"),
    ("  split: cents\n", "", "plan.policy-missing", "exact or cents"),
    ("  missing: hold\n", "", "plan.policy-missing", "hold or zero"),
    ("  quota_change: on_event\n", "", "plan.policy-missing", "reset"),
    ("currency: EUR\nperiod", "currency: EUX\nperiod", "plan.currency", "ISO 4217"),
    ("    convert: {rate: month_end, at: close_date, within: 7}\n    to", "    to", "", ""),
    ("through: 2026-12-31", "through: 2025-12-31", "plan.effective", "before it starts"),
    ("period: month\n", "period: month\ncalendar: fiscal\n", "plan.calendar", "`fiscal`"),
    (BASE, "{per: payee week, pays: fixed, amount: 500}", "plan.periods-do-not-nest", "4-4-5"),
    (BASE, "{per: company quarter, pays: fixed, amount: 500}", "plan.component-grain", "per: payee quarter"),
    ("limit: {per: year, amount: 3 * target}", "limit: {per: week, amount: 3 * target}",
     "plan.periods-do-not-nest", "week"),
    ("limit: {per: year, amount: 3 * target}", "limit: {budget: 500, crossing: part}", "plan.window", "`each`"),
    ("amount: 15% of booked.quota, over: year", "amount: 15% of booked.quota, over: week",
     "plan.periods-do-not-nest", "week"),
    ("each: bookings, within: policy_number", "within: policy_number, per: payee month", "plan.value-grain", "`each`"),
    ("by: reach, table: rates", "by: trailing, table: rates", "plan.retroactive-rolling", "starts anew"),
    ("takes: full", "takes: pro_rata", "", ""),
    ("within: 180 days, takes: full", "takes: pro_rata", "plan.clawback", "within"),
    ("currency: payee, rate", "currency: dollars, rate", "plan.currency", "USD"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "code", "mention"), MISTAKES, ids=[f"{code}: {new[:40]}" for _, new, code, _ in MISTAKES]
)
def test_each_mistake_is_told_with_code_line_and_remedy(old: str, new: str, code: str, mention: str) -> None:
    findings = found(changed((old, new)))
    if not code:  # a change that is sound as well: the rule next to it does not refuse too much
        assert findings == []
        return
    told = [finding for finding in findings if finding.code == code]
    assert told, [str(finding) for finding in findings]
    assert any(mention in f"{finding.message} {finding.hint}" for finding in told), [str(finding) for finding in told]
    for finding in findings:
        assert finding.where.file == "plans/ae.yaml" and finding.where.line


@pytest.mark.parametrize("cell", ["2026-02-30", "13.13.2026", "Desks"])
def test_a_key_that_is_no_date_is_refused_where_a_date_is_looked_up(cell: str) -> None:
    text = changed(
        ("annual * lookup(phasing, period.quarter)", "annual * lookup(phasing, period.start)"),
        ("rows: [{q: 4, value: 40%}]", f"rows: [{{q: '{cell}', value: 40%}}]"),
    )
    told = [finding for finding in found(text) if finding.code == "plan.type-mismatch"]
    assert [f"'{cell}' is none" in finding.message and finding.where.line is not None for finding in told] == [True]


def test_the_line_is_that_of_the_fault_also_when_another_part_reads_it() -> None:
    text = changed(("reach: booked.attainment", "reach: booked.attainment + 0%"))
    [finding] = found(text)
    assert finding.where.line == line_with(text, "reach: booked.attainment + 0%")


def test_everything_is_told_in_one_pass_in_the_order_of_the_document() -> None:
    text = changed((FREE, "formula: bonsu"), ("from: deals", "from: deals\n    limit: x"), ("limit: 5000\n", "\n"))
    with pytest.raises(Findings) as caught:
        bound(text)
    lines = [finding.where.line or 0 for finding in caught.value.findings]
    assert len(lines) == 2 and lines == sorted(lines)


def test_weeks_nest_in_months_of_a_retail_calendar() -> None:
    text = changed((BASE, "{per: payee week, pays: fixed, amount: 500}"), ("5% of sum(base_pay)", "0"),
                   ("period: month\n", "period: month\ncalendar: 4-4-5\n"))  # fmt: skip
    calendars = {"gregorian": GREGORIAN, "4-4-5": RetailCalendar()}
    assert looked_through(load_plan(text), FACT_TYPES, calendars)[1] == []


def test_a_fact_in_another_currency_needs_a_conversion() -> None:
    text = changed(("{net: acv, margin: acv - cost, units: pieces}", "{net: fee, margin: acv, units: pieces}"),
                   ("    convert: {rate: month_end, at: close_date, within: 7}\n", ""))  # fmt: skip
    [finding] = [finding for finding in found(text) if finding.code == "plan.currency"]
    assert "USD" in finding.message and "convert" in (finding.hint or "")


CREDIT = Place("credit", credit_set="bookings", fact="deals")
QUARTER = Place("payee period", per="quarter")
RULE = Place("credit rule", credit_set="bookings", fact="deals", related="partners", knows_payee=True)
REFERENCES: list[tuple[str, Place, Reference]] = [
    ("acv", CREDIT, FactColumn("deals", "acv")),
    ("partners.percent", RULE, RelatedColumn("partners", "percent")),
    ("payee.id", RULE, PayeeField("id")),
    ("credit.margin", CREDIT, CreditField("margin")),
    ("person.country", PARTICIPANTS, PersonField("country")),
    ("position.unit", QUARTER, PositionField("unit")),
    ("period.active_days", QUARTER, PeriodField("active_days")),
    ("booked", QUARTER, MeasureField("booked", "value")),
    ("booked.attainment", QUARTER, MeasureField("booked", "attainment")),
    ("booked.attainment_after", CREDIT, MeasureField("booked", "attainment_after")),
    ("base_rate", RULE, ParameterRef("base_rate")),
    ("mbo", CREDIT, InputRef("mbo")),
    ("reach", QUARTER, ValueRef("reach")),
]


@pytest.mark.parametrize(("name", "place", "reference"), REFERENCES, ids=[name for name, _, _ in REFERENCES])
def test_a_name_stands_for_one_thing_at_its_place(name: str, place: Place, reference: Reference) -> None:
    assert bound().names.resolve(Name(tuple(name.split("."))), place) == reference


def test_a_name_that_cannot_be_read_is_refused_with_its_code() -> None:
    with pytest.raises(Refusal) as caught:
        bound().names.resolve(Name(("booked",)), CREDIT)
    assert caught.value.code == "plan.ambiguous-measure"


@pytest.mark.parametrize(
    ("formula", "place", "shown"),
    [
        ("credit.amount", CREDIT, "money in EUR"),
        ("acv - cost", CREDIT, "money"),
        ("fee", CREDIT, "money in USD"),
        ("credit.amount / target", CREDIT, "a number"),
        ("15% of booked.quota", QUARTER, "money in EUR"),
        ("12", QUARTER, "a plain number"),
        ("12 * 3%", QUARTER, "a plain number"),
        ("4% + 12", QUARTER, "a number"),
        ("add_days(close_date, 3)", CREDIT, "a date"),
        ("item is null or pieces > 3", CREDIT, "yes or no"),
        ("coalesce(null, item)", CREDIT, "text"),
        ("units_sold.attainment", QUARTER, "a number"),
        ("lookup(phasing, period.quarter) * annual", QUARTER, "money in EUR"),
        ("marginal(bands, 0, booked)", QUARTER, "money in EUR"),
    ],
)
def test_an_expression_has_a_type(formula: str, place: Place, shown: str) -> None:
    text = changed(("tables:\n", "tables:\n  bands: {tiers: [{to: 1000, rate: 4%}, {rate: 5%}], border: upper}\n"))
    assert str(bound(text).type_of(parse(formula), place)) == shown


def test_the_running_value_that_a_component_goes_by_is_found_through_names() -> None:
    plan = bound().plan
    assert running_by(plan, plan.components["by_reach"]) == MeasureField("booked", "attainment")
    assert running_by(plan, plan.components["grid_pay"]) is None
    assert running_by(plan, plan.components["free"]) is None
