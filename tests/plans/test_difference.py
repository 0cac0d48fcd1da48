"""Two versions of a plan side by side: what changed, and whether it can move money. Capabilities A.14 and Q.3."""

from __future__ import annotations

from attain.plans.difference import Change, difference
from attain.plans.loader import load_plan
from attain.plans.model import Plan
from attain.plans.prose import describe
from attain.plans.prose.changes import change_rows, change_sentences
from tests.plans.described_plans import SELLER, TEAM, rich


def plan_of(text: str) -> Plan:
    return load_plan(text, file="plan.yaml").plan


def between(text: str, *replaced: tuple[str, str]) -> tuple[Plan, Plan, list[Change]]:
    changed = text
    for old, new in replaced:
        assert old in changed
        changed = changed.replace(old, new)
    before, after = plan_of(text), plan_of(changed)
    return before, after, difference(before, after)


def test_a_rate_that_changes_is_one_change_with_its_place() -> None:
    """Q.3."""
    before, after, changes = between(SELLER, ("rate: 6%", "rate: 6.5%"))
    assert [(change.label, change.kind, change.moves_money) for change in changes] == [
        ("component commission, tier 2, rate", "changed", True)
    ]
    assert change_sentences(changes, before, after) == ["Component “commission”, tier 2, rate: 6.5% instead of 6%."]
    assert change_sentences(changes, before, after, "de") == [
        "Bestandteil „commission“, Stufe 2, Satz: 6,5\N{NO-BREAK SPACE}% statt 6\N{NO-BREAK SPACE}%."
    ]


def test_spacing_order_and_spelling_are_no_change() -> None:
    before, after, changes = between(
        SELLER,
        ("rate: 6%", "rate: 0.06"),
        (
            "deal_type in ('new', 'expansion') and not cancelled",
            "deal_type in ('new','expansion')  and (not cancelled)",
        ),
        ("currency: EUR\nperiod: month", "period: month\ncurrency: EUR   # the order of keys says nothing"),
        ("amount: 250.00", "amount: 250"),
    )
    assert changes == []
    assert change_sentences(changes, before, after) == ["Both versions say the same."]
    assert change_sentences(changes, before, after, "de") == ["Beide Fassungen sagen dasselbe."]


def test_a_default_that_is_written_out_is_no_change() -> None:
    _, _, changes = between(
        SELLER,
        ("amount: acv", "amount: acv\n    to: [{who: owner, share: 100%}]"),
        ("by: booked.attainment", "by: booked.attainment\n    border: upper"),
        ("against: full", "for: payee"),
    )
    assert changes == []


def test_a_component_that_says_what_it_was_is_the_same_component() -> None:
    before, after, changes = between(
        SELLER, ("  launch:\n", "  nova_launch:\n    was: launch\n"), ("amount: 250.00", "amount: 300.00")
    )
    assert [(change.path, change.kind, change.moves_money) for change in changes] == [
        (("components", "nova_launch"), "changed", False),
        (("components", "nova_launch", "amount"), "changed", True),
    ]
    assert change_sentences(changes, before, after)[1] == "Component “nova launch”, amount: €300.00 instead of €250.00."


def test_a_component_without_was_is_another_one() -> None:
    _, _, changes = between(SELLER, ("  launch:\n", "  nova_launch:\n"))
    assert [(change.path[1], change.kind, change.moves_money) for change in changes] == [
        ("launch", "removed", True),
        ("nova_launch", "added", True),
    ]


def test_tiers_are_compared_place_by_place() -> None:
    before, after, changes = between(SELLER, ("{rate: 9%}", "{to: 150%, rate: 9%}, {rate: 12%}"))
    assert [(change.label, change.kind) for change in changes] == [
        ("component commission, tier 3, to", "added"),
        ("component commission, tier 4", "added"),
    ]
    assert change_sentences(changes, before, after) == [
        "New: component “commission”, tier 3, end: 150%.",
        "New: component “commission”, tier 4: rate: 12%.",
    ]


def test_words_and_tests_move_no_money() -> None:
    _, _, changes = between(
        SELLER,
        ('version: "2026-1"', 'version: "2026-2"'),
        ("{en: Commission, de: Provision}", "{en: Sales commission, de: Provision}"),
        ("    each: bookings\n    pays: marginal", "    clause: 4.2\n    each: bookings\n    pays: marginal"),
    )
    assert [change.path for change in changes] == [
        ("version",),
        ("components", "commission", "title", "en"),
        ("components", "commission", "clause"),
    ]
    assert not any(change.moves_money for change in changes)


def test_a_policy_says_which_tables_it_moves() -> None:
    _, _, changes = between(SELLER, ("border: upper", "border: lower"))
    assert {change.path for change in changes} == {("policies", "border"), ("components", "commission", "border")}


def test_what_was_taken_away_is_said() -> None:
    before, after, changes = between(TEAM, ("    once_per: payee\n", ""), ("limit: 50000", "limit: 60000"))
    assert change_sentences(changes, before, after, "de") == [
        "Anrechnungen „sold“, Grenze: 60.000,00\N{NO-BREAK SPACE}CHF statt 50.000,00\N{NO-BREAK SPACE}CHF.",
        "Nicht mehr: Anrechnungen „sold“, einmal je: payee.",
    ]


def test_rows_show_before_and_after() -> None:
    before, after, changes = between(
        SELLER, ("after: 6 months", "after: 9 months"), ("through: 2026-12-31", "through: 2026-06-30")
    )
    rows = change_rows(changes, before, after)
    assert rows.head == ("Place", "Before", "After", "Moves money")
    assert rows.rows == (
        ("validity, last day", "31 December 2026", "30 June 2026", "yes"),
        ("part of the release 2, delay", "6 months", "9 months", "yes"),
    )


def test_a_whole_plan_can_come_and_go_in_words() -> None:
    """Every part of the model has words when it is new, in both languages."""
    small, large = plan_of(SELLER), Plan.model_validate(rich())
    for first, second in ((small, large), (large, small)):
        changes = difference(first, second)
        for language in ("en", "de"):
            sentences = change_sentences(changes, first, second, language)
            assert len(sentences) == len(changes)
            assert not any("Fraction(" in sentence or "=(" in sentence or "None" in sentence for sentence in sentences)


def test_equal_versions_read_alike() -> None:
    before, after, changes = between(SELLER, ("rate: 6%", "rate: 0.06"))
    assert changes == [] and describe(before).text() == describe(after).text()
