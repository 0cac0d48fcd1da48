"""The documents of the company: settings, fact types, mappings and plans, with the dates of the simulated time."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from .size import EPOCH, Size

HERE = Path(__file__).resolve().parent / "documents"
CRM = ("opportunities", "stage_changes", "activities")
DECISIONS = (
    *("people", "positions", "assignments", "teams", "relationships", "leaves"),
    *("quotas", "parameters", "rates"),
)
SETTINGS = """# A company that never was, made by `attain simulate`: seed {seed}, {payees:,} payees.
name = "Simulated {seed}"
base_currency = "EUR"
locale = "en"
zone = "Europe/Berlin"
calendar = "gregorian"

[calendars.gregorian]
type = "gregorian"
"""
BUDGET_A_PAYEE = 60


def documents(size: Size, nova_launch: int) -> dict[str, str]:
    """Place in the workspace -> text."""
    made = {"attain.toml": SETTINGS.format(seed=size.seed, payees=size.payees)}
    words = _words(size, nova_launch)
    for path in sorted(HERE.rglob("*.yaml")):
        if path.parent.name == "facts" and path.stem in CRM and not size.crm:
            continue
        text = path.read_text(encoding="utf-8")
        for word, meant in words.items():
            text = text.replace(f"@{word}@", meant)
        made[path.relative_to(HERE).as_posix()] = text
    facts = [Path(place).stem for place in made if place.startswith("facts/")]
    for name in (*DECISIONS, *facts):
        made[f"mappings/{name}.yaml"] = f"into: {name}\nformat: {size.form}\nspare_zeros: yes\n"
    return made


def _words(size: Size, nova_launch: int) -> dict[str, str]:
    last = size.end - timedelta(days=1)
    launch = EPOCH + timedelta(days=nova_launch)
    months = launch.year * 12 + launch.month - 1 + 6
    half_year = date(months // 12, months % 12 + 1, 1)
    return {
        "FIRST": f"{size.first}",
        "LAST": f"{last}",
        "DAY": f"{size.first + timedelta(days=9)}",
        "NEXT": f"{size.first + timedelta(days=14)}",
        "MONTH": size.months[0],
        "NOVA": f"{launch}",
        "NOVA_LAST": f"{min(half_year, size.end) - timedelta(days=1)}",
        "BUDGET": f"{size.payees * BUDGET_A_PAYEE}.00",
        "OPPORTUNITY": ", opportunity: opportunities" if size.crm else "",
    }
