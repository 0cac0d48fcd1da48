"""A seeded mutator of plan documents: what a careless editor, a broken export or a spiteful user could hand in.

Everything follows from the seed, so a case that fails is told by its number and can be played again.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

from attain.facts.strict_yaml import Map, Node, Scalar, parse_yaml
from tests.plans.sound_plan import SOUND

SMALL = """\
plan: seller
version: "1"
currency: EUR
period: month
effective: {from: 2026-01-01}
participants: "position.title = 'Seller'"
parameters: {target: {type: money, value: 2500}, own_rate: 4%}
credits: {bookings: {from: deals, amount: acv, to: [{who: owner, share: 100%}, {who: manager, levels: 2}]}}
measures: {booked: {sum: bookings, over: quarter, quota: target}}
values: {reach: booked.attainment, owed: {per: payee month, formula: "previous(owed) + target"}}
tables: {phasing: {keys: [quarter], rows: [{quarter: 4, value: 40%}], otherwise: 20%}}
components:
  commission: {each: bookings, pays: marginal, by: booked.attainment, tiers: [{to: 100%, rate: own_rate}, {rate: 8%}]}
  bonus: {per: payee quarter, pays: formula, formula: "if(reach >= 100%, target, 0) * lookup(phasing, period.quarter)"}
policies: {rounding: {mode: half_up, scope: line}, split: cents, border: upper, missing: hold, follows: person,
  negative_pay: carry, late_facts: difference}
"""
TOKENS = (
    "booked", "booked.after", "booked.attainment", "credit.amount", "credit.nothing", "acv", "owner", "target", "reach",
    "owed", "period.quarter", "person.country", "position.title", "payee.id",
    "phasing", "rates", "5%", "100", "0.05", "1e9",
    "0x1F", "'text'", "'it''s'", '"double"', "date '2026-02-29'",
    "date '2028-02-29'", "date", "null", "true", "and", "or",
    "not", "in", "between", "is", "case", "when", "then", "else", "end",
    "of", "+", "-", "*", "/", "=", "<>", "<", "<=", "(",
    ")", ",", ";", "--", "/*", "%", "lookup(",
    "whole(", "marginal(", "curve(", "previous(", "sum(", "count()", "round(",
    "if(", "coalesce(", "days_between(", "٣", "９", "½", "é", "🙂", "\u200b", "9" * 50, "x" * 300,
)  # fmt: skip
SCALARS = (
    "", " ", "null", "~", "yes", "no", "true", "0",
    "-1", "1.5", "1e6", "010", "12:30", "2026-13-45", "2026-01-01", "9" * 400,
    "0." + "0" * 50 + "1", "'", "{}", "[]", "*alias", "&anchor",
    "!tag", "<<", "rest", "payee quarter", "company week", "week",
    "rolling 999 months", "rolling 0 months", "180 days", "9999 months", "../../etc",
    "a: b", "# no", "\u202e", "\x00", "\x85",
    "\ufeff", "İ", "ß", "𝟙𝟚", "a" * 5000, "bookings", "commission", "booked.attainment", "house@1",
)  # fmt: skip


def mutated(seed: int) -> str:
    """The document of this number."""
    chance = random.Random(seed)
    base = SOUND if chance.random() < 0.25 else SMALL
    if chance.random() < 0.5:
        return _text_changed(base, chance)
    return _tree_changed(base, chance)


# Changes of the text: lines and characters.


def _text_changed(text: str, chance: random.Random) -> str:
    for _ in range(chance.randint(1, 4)):
        lines = text.split("\n")
        here, there = chance.randrange(len(lines)), chance.randrange(len(lines))
        line = lines[here]
        match chance.randrange(8):
            case 0:
                del lines[here]
            case 1:
                lines.insert(there, line)
            case 2:
                lines[here], lines[there] = lines[there], line
            case 3:
                lines[here] = " " * chance.randint(0, 9) + line.strip()
            case 4:
                place = chance.randint(0, len(line))
                lines[here] = line[:place] + chance.choice(SCALARS) + line[place:]
            case 5:
                words = line.split(" ")
                words[chance.randrange(len(words))] = chance.choice(TOKENS)
                lines[here] = " ".join(words)
            case 6:
                place = chance.randint(0, len(line))
                lines[here] = (
                    line[:place]
                    + chr(chance.choice((9, 34, 39, 58, 91, 123, 125, 0xA0, 0x2028, 0xD7FF)))
                    + line[place:]
                )
            case _:
                lines[here] = line[: chance.randint(0, len(line))]
        text = "\n".join(lines)
    return text


# Changes of the tree: keys and values, written as JSON, which is YAML.


def _tree_changed(text: str, chance: random.Random) -> str:
    tree = _plain(parse_yaml(text, "base.yaml"))
    for _ in range(chance.randint(1, 3)):
        places = list(_places(tree))
        holder, key = chance.choice(places)
        chance.choice(_CHANGES)(holder, key, chance)
    return json.dumps(tree, ensure_ascii=chance.random() < 0.2, indent=1)


def _plain(node: Node) -> Any:
    if isinstance(node, Map):
        return {key: _plain(value) for key, value in node.items()}
    return node.text if isinstance(node, Scalar) else [_plain(item) for item in node]


def _places(tree: Any) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ():
        found.append((tree, key))
        found += _places(value)
    return found


def _delete(holder: Any, key: Any, chance: random.Random) -> None:
    del holder[key]


def _rename(holder: Any, key: Any, chance: random.Random) -> None:
    if isinstance(holder, dict):
        other = chance.choice(
            (str(key)[:-1], f"{key}x", str(key).upper(), "when", "formula", "owner", "credit", "end", "Ω")
        )
        holder[other] = holder.pop(key)


def _scalar(holder: Any, key: Any, chance: random.Random) -> None:
    holder[key] = chance.choice(SCALARS)


def _expression(holder: Any, key: Any, chance: random.Random) -> None:
    holder[key] = " ".join(chance.choice(TOKENS) for _ in range(chance.randint(1, 12)))


def _long_expression(holder: Any, key: Any, chance: random.Random) -> None:
    start, repeated, end = chance.choice(
        (("", "target + ", "target"), ("", "not ", "true"), ("", "(", "1"), ("", "-", "1"), ("", "if(true, ", "1"),
         ("case ", "when true then target ", "end"), ("abs(", "1, ", "1)"))
    )  # fmt: skip
    holder[key] = start + repeated * chance.choice((3, 30, 60, 150, 1000)) + end


def _nested(holder: Any, key: Any, chance: random.Random) -> None:
    deep: Any = holder[key]
    for _ in range(chance.choice((1, 3, 15, 25, 60))):
        deep = [deep] if chance.random() < 0.5 else {"of": deep}
    holder[key] = deep


def _moved(holder: Any, key: Any, chance: random.Random) -> None:
    holder[key] = chance.choice(([], {}, [""], {"": ""}, [{"to": "1"}], {"per": "month", "amount": "1"}))


def _many(holder: Any, key: Any, chance: random.Random) -> None:
    holder[key] = [holder[key]] * chance.choice((2, 40, 400))


_CHANGES: tuple[Callable[[Any, Any, random.Random], None], ...] = (
    _delete, _rename, _scalar, _scalar, _expression, _expression, _long_expression, _nested, _moved, _many,
)  # fmt: skip
