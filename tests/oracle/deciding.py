"""Random decisions about one plan: inputs, parameters of people, holds, overrides, adjustments."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from attain.kernel.periods import GREGORIAN

from .companies import DAYS, FIRST, World, references


def decide(rnd: Random, world: World, plan: dict[str, Any]) -> None:
    _inputs(rnd, world, plan)
    _parameters(rnd, world, plan)
    people = world.column("people", "person")
    payees = [*people, *people, "vacant:P1"]
    components = list(plan["components"])
    for number in range(rnd.choice((0, 0, 0, 1, 2))):
        start = rnd.choice(DAYS)
        world.add(
            "holds",
            hold=f"H{number}",
            plan=plan["plan"],
            payee=rnd.choice(payees),
            reason="dispute",
            component=rnd.choice((None, *components)),
            source=rnd.choice((None, None, "D1", "2026-Q1")),
            valid_from=start,
            valid_to=rnd.choice((None, start + timedelta(40))),
        )
    for number in range(rnd.choice((0, 0, 0, 1, 3))):
        component = rnd.choice(components)
        kind = plan["components"][component].get("per", "each month").split()[1]
        month = GREGORIAN.parse(f"2026-{rnd.randint(1, 6):02d}")
        period = GREGORIAN.period(plan["period"], month.start).id
        each = "each" in plan["components"][component]
        source = rnd.choice(("D1", "D2", "D3")) if each else GREGORIAN.period(kind, month.start).id
        if not each:
            period = GREGORIAN.period(plan["period"], GREGORIAN.period(kind, month.start).last).id
        elif world.facts.get("deals"):
            deal = rnd.choice(world.facts["deals"])
            source, period = deal["id"], GREGORIAN.period(plan["period"], deal["close_date"]).id
        row = {
            "plan": plan["plan"],
            "component": component,
            "payee": rnd.choice(people),
            "source": source,
            "earning_period": period,
        }
        if all(any(other[name] != row[name] for name in row) for other in world.decisions.get("overrides", ())):
            world.add(
                "overrides",
                override=f"O{number}",
                amount=rnd.choice(("0", "123.45", "-10.00")),
                reason="agreed",
                expires_on=rnd.choice((None, None, date(2026, 5, 1))),
                **row,
            )
    for number in range(rnd.choice((0, 0, 1, 2))):
        period = GREGORIAN.period(plan["period"], date(2026, rnd.randint(1, 6), 1)).id
        world.add(
            "adjustments",
            adjustment=f"A{number}",
            plan=plan["plan"],
            payee=rnd.choice(people),
            pay_period=period,
            component=rnd.choice((*components, "goodwill")),
            amount=rnd.choice(("100.00", "-55.55")),
            currency=plan["currency"],
            reason="agreed",
        )


def _inputs(rnd: Random, world: World, plan: dict[str, Any]) -> None:
    for name, said in plan.get("inputs", {}).items():
        subject, kind = said["per"].split()
        for who in references(world) if subject == "payee" else ["company"]:
            for period in GREGORIAN.periods(kind, FIRST, date(2026, 10, 1)):
                if rnd.random() < 0.7:
                    value = (
                        rnd.choice(("0", "0.5", "1", "1.2"))
                        if said["type"] == "number"
                        else rnd.choice(("0", "999.99"))
                    )
                    world.add(
                        "inputs", input=name, subject=who, value=value, valid_from=period.start, valid_to=period.end
                    )


def _parameters(rnd: Random, world: World, plan: dict[str, Any]) -> None:
    used: set[tuple[Any, ...]] = set()
    for name, values in (("base_rate", ("0.03", "0.1")), ("target", ("1000", "4321.09"))):
        for _ in range(rnd.choice((0, 1, 2, 4))):
            level = rnd.choice(("plan", "title", "position", "person"))
            key = {
                "plan": None,
                "title": rnd.choice(("AE", "SDR")),
                "position": rnd.choice(world.column("positions", "position")),
                "person": rnd.choice(world.column("people", "person")),
            }[level]
            of = rnd.choice((None, plan["plan"]))
            if (name, level, key) in used:
                continue
            used.add((name, level, key))
            start = rnd.choice((FIRST - timedelta(10), *DAYS[:10]))
            world.add(
                "parameters",
                parameter=name,
                plan=of,
                level=level,
                key=key,
                value=rnd.choice(values),
                valid_from=start,
                valid_to=rnd.choice((None, start + timedelta(70))),
            )
