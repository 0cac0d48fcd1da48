"""Documents are read strictly: every fault is told with file, line, field, reason and remedy. Capability A.16."""

from __future__ import annotations

from pathlib import Path

import pytest

from attain.kernel.errors import Finding, Findings, PlanError
from attain.plans.loader import load_documents, load_folder, load_fragment, load_plan
from tests.plans.sound_plan import SOUND, changed, line_with

FRAGMENT = """\
fragment: house-policies
version: "3"
parameters: {own_rate: 2%}
policies: {missing: hold, negative_pay: carry}
"""
SMALL = """\
plan: seller
version: "1"
currency: EUR
period: month
effective: {from: 2026-01-01}
participants: "true"
uses: [house-policies@3]
credits: {bookings: {from: deals, amount: acv}}
components: {commission: {each: bookings, pays: percent, rate: own_rate}}
"""


def refused(text: str, file: str = "plans/ae.yaml") -> list[Finding]:
    with pytest.raises((Findings, PlanError)) as caught:
        load_plan(text, file)
    if isinstance(caught.value, Findings):
        return list(caught.value.findings)
    fault = caught.value
    return [Finding("error", fault.code, fault.message, fault.where, fault.hint)]


def test_the_sound_plan_is_read_and_knows_the_line_of_each_part() -> None:
    document = load_plan(SOUND, "plans/ae.yaml")
    assert document.id == "account-executive@2026-1"
    place = document.where("components", "commission", "tiers", 2, "rate")
    line = SOUND.splitlines().index("  commission:") + 5
    assert str(place) == f"plans/ae.yaml:{line}  component commission, tier 3, rate"
    assert document.line_of("components", "bonus", "by") == line_with(SOUND, "  bonus:")
    assert document.line_of("components", "bonus", "gate") == line_with(SOUND, "  bonus:")


MISTAKES = [
    # what is changed, into what, code, what the field says, what message and hint mention
    ("by: margins, prizes: [1000, 500]", "by: margins, prises: [1000, 500]",
     "plan.unknown-key", "rank, prises", "`prizes`"),
    ("prizes: [1000, 500]", "prizes: [1000, 500], gate: round(x, 2)", "plan.unknown-key", "rank", "quotes"),
    ("period: month\n", "", "plan.missing-key", "", "`period` is missing"),
    ("pays: prizes", "pays: prices", "plan.choice", "rank, pays", "prizes"),
    ("negative_pay: carry", "negative_pay: cary", "plan.choice", "policy negative_pay", "carry"),
    ("mode: half_up", "mode: half", "plan.choice", "policy rounding, mode", "half_up"),
    ("effective: {from: 2026-01-01,", "effective: {from: 2026-02-30,", "plan.value", "effective, from", "2026-02-30"),
    ("from: 2026-01-01, through", "from: 1/1/26, through", "plan.value", "effective, from", "2026-01-31"),
    ("per: payee quarter, pays: fixed", "per: quarter, pays: fixed", "plan.value", "base_pay, per", "payee quarter"),
    ("over: rolling 12 months", "over: last 12 months", "plan.value", "trailing, over", "rolling 12 months"),
    ("within: 180 days", "within: half a year", "plan.value", "clawback, within", "90 days"),
    ("levels: 2,", "levels: two,", "plan.value", "recipient 4, levels", "whole number"),
    ("levels: 2,", "levels: 99,", "plan.range", "recipient 4, levels", "12"),
    ("retroactive: yes", "retroactive: always", "plan.value", "by_reach, retroactive", "'always'"),
    ("by: reach, table: rates", "table: rates", "plan.value", "by_reach", "needs `by`"),
    ("pays: fixed, amount: 500", "pays: fixed, amount: 500, rate: 5%", "plan.value", "base_pay", "`rate`"),
    ("each: bookings, pays: whole", "pays: whole", "plan.value", "by_reach", "each"),
    ("{to: 50%, rate: 4%}, {to: 100%, rate: 6%}, {rate: 12%}], border", "{rate: 4%}, {to: 100%, rate: 6%}], border",
     "plan.value", "table rates", "last tier"),
    ("{to: 100%, rate: 6%}, {rate: 12%}], border", "{to: 100%, amount: 6}, {rate: 12%}], border", "plan.value",
     "table rates", "same result column"),
    ("[3%, 4%, 5%]]", "[3%, 4%]]", "plan.value", "table grid", "3 rows of 3"),
    ("points: [{at: 80%, pays: 0%}, {at: 100%, pays: 100%}], below: 0%",
     "points: [{at: 80%, pays: 0%}, {at: 100%, pays: 100%}]",
     "plan.value", "table bends", "below"),
    ("amounts: {net: acv, margin: acv - cost, units: pieces}", "when: acv > 0",
     "yaml.duplicate-key", "", "second time"),
    ("    amounts: {net: acv, margin: acv - cost, units: pieces}\n", "", "plan.value", "bookings", "amount"),
    ("role: partner}", "role: partner, share: rest}", "yaml.duplicate-key", "", "`share`"),
    ("share: partners.percent, role", "share: rest, role", "plan.value", "bookings", "share `rest`"),
    ("{who: owner, share: rest}", "{who: Owner, share: rest}", "plan.value", "recipient 1, who", "relationship"),
    ("    pays: marginal\n", "    pays: marginal\n    gate:\n", "plan.empty", "commission, gate", "no value"),
    ("  rank: {per: payee quarter, pays: prizes, by: margins, prizes: [1000, 500]}", "  rank: 500",
     "plan.shape", "rank", "map"),
    ("prizes: [1000, 500]", "prizes: 1000", "plan.shape", "rank, prizes", "list"),
    ("title = 'Account Executive'\"", 'title = \\"AE\\""', "plan.value", "participants", "single quotes"),
    ("formula: mbo * target", "formula: mbo * target target", "plan.value", "mbo_pay, formula", "operator"),
    ("formula: mbo * target", "formula: mbo % target", "plan.value", "mbo_pay, formula", "percent"),
    ("formula: mbo * target", "formula: lokup(rates)", "plan.value", "mbo_pay, formula", "`lookup`"),
    ("formula: mbo * target", "formula: 1e6", "plan.value", "mbo_pay, formula", "digits"),
    ("formula: mbo * target", "formula: mbo --5", "plan.value", "mbo_pay, formula", "Comments"),
    ("formula: mbo * target", 'formula: "1 < 2 < 3"', "plan.value", "mbo_pay, formula", "`and`"),
    ("formula: mbo * target", 'formula: "date \'2026-02-30\' > x"', "plan.value", "mbo_pay, formula", "not a date"),
    ("currency: EUR\nperiod", "currency: Euro\nperiod", "plan.value", "currency", "capital letters"),
    ("plan: account-executive", "plan: Account Executive", "plan.value", "plan", "hyphens"),
    ("  booked: {sum: bookings", "  Booked: {sum: bookings", "plan.value", "measure Booked", "lower case"),
    ("from: deals", "from_: deals", "plan.unknown-key", "bookings, from_", "`from`"),
    ('period: month\n', 'period: "mo\\u202enth"\n', "plan.character", "", "U+202E"),
    ('period: month\n', 'period: "\\ud83d"\n', "plan.character", "", "U+D83D"),
    ("position: after", "position: &place after", "yaml.anchor", "", "anchor"),
    ("currency: EUR\nperiod", "currency: !!str EUR\nperiod", "yaml.tag", "", "tag"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "code", "field", "mention"), MISTAKES, ids=[mistake[1][:40] for mistake in MISTAKES]
)
def test_each_mistake_is_told_with_its_place_and_what_to_write(
    old: str, new: str, code: str, field: str, mention: str
) -> None:
    text = changed((old, new))
    finding = next((finding for finding in refused(text) if finding.code == code), None)
    assert finding is not None, refused(text)
    assert finding.where.file == "plans/ae.yaml"
    assert finding.where.line is not None
    assert field in (finding.where.field or "")
    assert mention in f"{finding.message} {finding.hint}"
    assert "Input should" not in str(finding) and "pydantic" not in str(finding)


def test_the_line_is_that_of_the_fault() -> None:
    text = changed(("prizes: [1000, 500]", "prises: [1000, 500]"))
    lines = {finding.where.line for finding in refused(text)}
    assert lines == {line_with(text, "prises")}


def test_all_mistakes_of_a_document_are_told_at_once() -> None:
    text = changed(("pays: prizes", "pays: prices"), ("mode: half_up", "mode: half"), ("levels: 2,", "levels: two,"))
    assert len(refused(text)) == 3


def test_a_document_that_is_a_list_or_a_word_is_told_so() -> None:
    assert "map" in refused("[1, 2]")[0].message
    assert refused("")[0].code == "yaml.empty"


def test_the_hash_depends_on_what_is_said_not_on_how() -> None:
    """Comments, layout, the order of sections and what is a default anyway leave the fingerprint as it is."""
    same = load_plan(SOUND).hash
    commented = "# the plan of 2026\n" + changed(("formula: mbo * target", "formula: 'mbo   *  target'  # score"))
    assert load_plan(commented).hash == same
    assert (
        load_plan(changed(("over: year, quota: new_business, against: full", "over: year, quota: new_business"))).hash
        == same
    )
    assert load_plan(changed(("base_rate: 4%", "base_rate: 0.04"))).hash == same
    assert load_plan(changed(("base_rate: 4%", "base_rate: 4.5%"))).hash != same
    assert load_plan(SOUND + "tests: [{name: nothing, expect: {payable: 0}}]\n").hash != same


def test_the_order_of_amounts_is_part_of_what_is_said() -> None:
    turned = changed(("{net: acv, margin: acv - cost, units: pieces}", "{margin: acv - cost, net: acv, units: pieces}"))
    assert load_plan(turned).hash != load_plan(SOUND).hash


def test_a_fragment_is_put_in_place_and_told_with_its_own_file() -> None:
    fragment = load_fragment(FRAGMENT, "plans/house.yaml")
    document = load_plan(SMALL, "plans/seller.yaml", {fragment.id: fragment})
    assert document.plan.policies.missing == "hold"
    assert str(document.where("parameters", "own_rate")) == "plans/house.yaml:3  parameter own_rate"
    assert document.where("components").file == "plans/seller.yaml"
    other = load_fragment(FRAGMENT.replace("2%", "3%"), "plans/house.yaml")
    assert load_plan(SMALL, "plans/seller.yaml", {other.id: other}).hash != document.hash


def test_a_name_that_a_fragment_defines_too_is_told_with_both_places() -> None:
    fragment = load_fragment(FRAGMENT, "plans/house.yaml")
    with pytest.raises(Findings) as caught:
        load_plan(SMALL + "parameters: {own_rate: 3%}\n", "plans/seller.yaml", {fragment.id: fragment})
    [finding] = caught.value.findings
    assert finding.code == "plan.twice"
    assert "`own_rate`" in finding.message and "line 10" in finding.message


@pytest.mark.parametrize(
    ("uses", "mention"),
    [("house-policies@4", "house-policies@3"), ("house-policies", "@<version>"), ("x@1", "Known are")],
)
def test_a_fragment_that_is_not_there_is_told_with_what_is(uses: str, mention: str) -> None:
    fragment = load_fragment(FRAGMENT, "plans/house.yaml")
    with pytest.raises(Findings) as caught:
        load_plan(SMALL.replace("house-policies@3", uses), "plans/seller.yaml", {fragment.id: fragment})
    assert mention in (caught.value.findings[0].hint or "")
    assert caught.value.findings[0].where.line == 7


def test_a_folder_may_hold_several_documents_a_file_with_lines_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "all.yaml").write_text(SMALL + "---\n" + FRAGMENT, encoding="utf-8")
    [document] = load_folder(tmp_path)
    assert document.plan.parameters["own_rate"].value is not None
    assert document.where("parameters", "own_rate").line == len(SMALL.splitlines()) + 4


def test_a_version_that_stands_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Findings) as caught:
        load_documents([("a.yaml", SMALL + "---\n" + FRAGMENT), ("b.yaml", SMALL)])
    [finding] = caught.value.findings
    assert finding.code == "plan.twice" and "a.yaml" in finding.message and finding.where.file == "b.yaml"


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="no folder"):
        load_folder(tmp_path / "absent")
    with pytest.raises(PlanError, match="cannot be read"):
        load_plan(tmp_path / "absent.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"plan: seller\ntitle: \xfc\n")
    with pytest.raises(PlanError, match="UTF-8"):
        load_plan(tmp_path / "latin.yaml")
