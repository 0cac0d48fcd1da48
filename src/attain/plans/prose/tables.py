"""Rate tables as tables, and a worked example that is computed from the table itself."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from attain.kernel.errors import PlanError
from attain.plans.expressions import Expr, Number
from attain.plans.model import Component, Curve, Grid, LookupTable, Table, TierTable
from attain.plans.parser import parse
from attain.plans.prose.formulas import Kind
from attain.plans.prose.speaker import Speaker
from attain.plans.prose.structure import Block, Paragraph, Rows
from attain.plans.shapes import Bends, Step, adds_up, bends_of, slices_of, steps_of, tier_at

QUOTA = Fraction(100_000)
_RESULT: dict[str, Kind] = {"rate": "rate", "factor": "rate", "per_unit": "money", "amount": "money", "value": "plain"}


def written_as(table: Table, by: Kind) -> Kind:
    """How borders are written: as what is looked up; where that is unknown, as percentages if the document writes
    them so."""
    borders: list[Expr | None] = []
    if isinstance(table, TierTable):
        borders = [tier.to for tier in table.tiers]
    elif isinstance(table, Curve):
        borders = [*(segment.from_ for segment in table.segments), *(point.at for point in table.points)]
    percent = any(isinstance(border, Number) and border.text.endswith("%") for border in borders)
    return "rate" if by == "plain" and percent else by


def table_blocks(speaker: Speaker, table: Table, by: Kind = "plain") -> Iterator[Block]:
    """`by` says how a value that is looked up is written: as a percentage, as money or as it stands."""
    by = written_as(table, by)
    match table:
        case TierTable():
            yield _tiers(speaker, table, by)
            if table.border is not None and len(table.tiers) > 1:
                yield Paragraph(speaker.say(f"table.border.{table.border}"))
        case LookupTable():
            yield _lookup(speaker, table)
            yield Paragraph(" ".join(_lookup_rules(speaker, table)))
        case Grid():
            yield _grid(speaker, table)
            if table.border is not None:
                yield Paragraph(speaker.say(f"table.border.{table.border}"))
        case Curve():
            yield _marks(speaker, table, by)
            yield Paragraph(" ".join(_curve_rules(speaker, table)))


def _tiers(speaker: Speaker, table: TierTable, by: Kind) -> Rows:
    say = speaker.say
    lower, rows = speaker.words(parse("0"), by), []
    for tier in table.tiers:
        upper = say("table.above") if tier.to is None else speaker.words(tier.to, by)
        rows.append((lower, upper, speaker.words(tier.result, _RESULT[table.column])))
        lower = upper
    return Rows((say("table.from"), say("table.to"), say(f"table.{table.column}")), tuple(rows))


def _cell(speaker: Speaker, text: str, kind: Kind) -> str:
    """A result of a lookup row: a formula where it is one, otherwise its text."""
    try:
        return speaker.words(parse(text), kind)
    except PlanError:
        return text


def _lookup(speaker: Speaker, table: LookupTable) -> Rows:
    columns = list(dict.fromkeys(column for row in table.rows for column in row if column not in table.keys))
    head = [key.replace("_", " ") for key in table.keys]
    head += [speaker.say(f"table.{column}") if column in _RESULT else column.replace("_", " ") for column in columns]
    rows = []
    for row in table.rows:
        keys = [row.get(key, speaker.say("any")) for key in table.keys]
        results = [
            _cell(speaker, row[column], _RESULT.get(column, "plain")) if column in row else "–" for column in columns
        ]
        rows.append((*keys, *results))
    return Rows(tuple(head), tuple(rows))


def _lookup_rules(speaker: Speaker, table: LookupTable) -> Iterator[str]:
    yield speaker.say(f"table.match.{table.match}")
    if table.otherwise is None:
        yield speaker.say("table.unmatched")
    else:
        columns = {column for row in table.rows for column in row if column not in table.keys}
        kind = _RESULT[columns.pop()] if len(columns) == 1 and columns <= set(_RESULT) else "plain"
        yield speaker.say("table.otherwise", value=speaker.words(table.otherwise, kind))


def _grid(speaker: Speaker, grid: Grid) -> Rows:
    (row_key, row_borders), (column_key, column_borders) = grid.by.items()
    corner = speaker.say("table.by_row", row=row_key.replace("_", " "), column=column_key.replace("_", " "))
    head = (corner, *_bands(speaker, column_borders))
    rows = [
        (band, *(speaker.words(value) for value in values))
        for band, values in zip(_bands(speaker, row_borders), grid.values, strict=True)
    ]
    return Rows(head, tuple(rows))


def _bands(speaker: Speaker, borders: tuple[Expr, ...]) -> list[str]:
    shown = [speaker.words(border) for border in borders]
    between = [f"{low} – {high}" for low, high in pairwise(shown)]
    return [speaker.say("table.up_to", border=shown[0]), *between, speaker.say("table.beyond", border=shown[-1])]


def _marks(speaker: Speaker, curve: Curve, by: Kind) -> Rows:
    say = speaker.say
    if curve.points:
        rows = [(speaker.words(point.at, by), speaker.words(point.pays)) for point in curve.points]
        return Rows((say("table.at"), say("table.pays")), tuple(rows))
    slopes = ["–" if segment.slope is None else speaker.words(segment.slope) for segment in curve.segments]
    marks = [(speaker.words(segment.from_, by), speaker.words(segment.pays)) for segment in curve.segments]
    rows_with_slope = tuple((*mark, slope) for mark, slope in zip(marks, slopes, strict=True))
    return Rows((say("table.from"), say("table.pays"), say("table.slope")), rows_with_slope)


def _curve_rules(speaker: Speaker, curve: Curve) -> Iterator[str]:
    for key, end in (("below", curve.below), ("above", curve.above)):
        if isinstance(end, str):
            yield speaker.say(f"curve.{key}.{end}")
        elif end is not None:
            yield speaker.say(f"curve.{key}", value=speaker.words(end))
    if curve.points:
        yield speaker.say("curve.between")


def example(speaker: Speaker, component: Component, table: Table, by: Kind) -> str | None:
    """A case worked out from the table; None when a number of it needs data."""
    by = written_as(table, by)
    if isinstance(table, Curve):
        bends = bends_of(table, speaker.constants)
        return None if bends is None else _curve_example(speaker, bends, by)
    steps = steps_of(table, speaker.constants) if isinstance(table, TierTable) else None
    if steps is None or len(steps) < 2 or not isinstance(table, TierTable):
        return None
    at = _good_value(steps)
    if component.pays == "marginal":
        return _marginal_example(speaker, component, table, steps, at, by)
    return _whole_example(speaker, component, table, steps, at, by)


def _good_value(steps: tuple[Step, ...]) -> Fraction:
    """A value in the last tier: a fifth beyond its lower border, or half of a closed one."""
    last = steps[-1]
    return last.lower * Fraction(6, 5) if last.upper is None else (last.lower + last.upper) / 2


def _marginal_example(
    speaker: Speaker, component: Component, table: TierTable, steps: tuple[Step, ...], at: Fraction, by: Kind
) -> str | None:
    attained, of = (
        speaker.kind_of(component.by[0]) == "rate" if component.by else False,
        None if component.of is None else speaker.constants.number(component.of),
    )
    column = table.column
    if column == "amount":
        scale = of if of is not None else Fraction(1) if component.of is None else None
    elif column == "factor":
        scale = of
    else:
        scale = QUOTA if attained else Fraction(1)
    if scale is None:
        return None
    parts = [_slice(speaker, column, width, step, scale, by) for width, step in slices_of(steps, at)]
    total = speaker.money(adds_up(steps, at, column=column) * scale)
    shown, listed = speaker.number(at, by if by != "plain" else "number"), speaker.listed(parts)
    if attained and column in ("rate", "per_unit"):
        return speaker.say("example.marginal.quota", quota=speaker.money(QUOTA), at=shown, parts=listed, total=total)
    return speaker.say("example.marginal", at=shown, parts=listed, total=total)


def _slice(speaker: Speaker, column: str, width: Fraction, step: Step, scale: Fraction, by: Kind) -> str:
    if column == "amount":
        share = width / (step.upper - step.lower) if step.upper is not None else Fraction(0)
        amount = step.result * scale
        return speaker.say(
            "example.slice.part",
            share=speaker.percent(share),
            rate=speaker.money(amount),
            pay=speaker.money(amount * share),
        )
    pay = speaker.money(width * step.result * scale)
    if column == "per_unit":
        units = speaker.number(width * scale, "number")
        return speaker.say("example.slice.per_unit", rate=speaker.money(step.result), width=units, pay=pay)
    if column == "factor":
        whole = speaker.money(width * scale) if by == "rate" else speaker.number(width * scale)
        return speaker.say("example.slice", rate=speaker.percent(step.result), width=whole, pay=pay)
    return speaker.say("example.slice", rate=speaker.percent(step.result), width=speaker.money(width * scale), pay=pay)


def _whole_example(
    speaker: Speaker, component: Component, table: TierTable, steps: tuple[Step, ...], at: Fraction, by: Kind
) -> str | None:
    step = tier_at(steps, at, table.border or speaker.plan.policies.border or "upper")
    if step is None:
        return None
    shown, rate = (
        speaker.number(at, by if by != "plain" else "number"),
        speaker.number(step.result, _RESULT[table.column]),
    )
    own = component.of is None or speaker.kind_of(component.of, component.each) == "money"
    attained = component.by is not None and speaker.kind_of(component.by[0]) == "rate"
    if table.column == "rate" and attained and own:
        amount = at * QUOTA
        return speaker.say(
            "example.whole.quota",
            quota=speaker.money(QUOTA),
            at=shown,
            rate=rate,
            amount=speaker.money(amount),
            total=speaker.money(amount * step.result),
        )
    if table.column == "rate" and by == "money" and own:
        return speaker.say("example.whole.amount", at=shown, rate=rate, total=speaker.money(at * step.result))
    return speaker.say("example.whole", at=shown, rate=rate)


def _curve_example(speaker: Speaker, bends: Bends, by: Kind) -> str | None:
    """Half-way along the first stretch that rises."""
    for place, mark in enumerate(bends.marks):
        if mark.slope and place + 1 < len(bends.marks):
            at = (mark.at + bends.marks[place + 1].at) / 2
            shown = speaker.number(at, by if by != "plain" else "number")
            return speaker.say("example.curve", at=shown, pays=speaker.percent(bends.at(at)))
    return None
