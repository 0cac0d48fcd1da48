"""One function for each kind of chart: from its values to a specification. Colours are those of the theme."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import singledispatch
from typing import Any

import altair as alt

from .theme import TOKENS, Mode, theme
from .values import Bars, Curve, Dots

CROWD = 400
"""From so many payees on, dots would lie on each other: then each column is a bar."""
SPOT = 10
"""The width of a dot with its gap, in pixels."""


def spec_of(values: Bars | Dots | Curve, width: int, mode: Mode) -> dict[str, Any]:
    made: dict[str, Any] = chart_of(values, width, TOKENS[mode]).to_dict()
    return made | {"config": theme(mode)}


@singledispatch
def chart_of(values: Any, width: int, token: Mapping[str, str]) -> Any:
    raise TypeError(f"There is no chart of {type(values).__name__}.")


@chart_of.register
def bars(values: Bars, width: int, token: Mapping[str, str]) -> Any:
    """A bar for each period with its amount above; this one is solid, the others are paler."""
    kept = values.points[-max(1, width // 52) :]  # as many as have room for their words
    rows = [{"place": place, "label": one.label, "value": one.value, "said": one.said, "this": one.label == values.this}
            for place, one in enumerate(kept)]  # fmt: skip
    # A bar is as wide as in a row of twelve; few of them stand at the left.
    step = min(72, width // max(len(kept), 1))
    across = alt.X("place:O", axis=alt.Axis(labelExpr=_words(dict(enumerate(one.label for one in kept)))),
                   scale=alt.Scale(paddingInner=0.36, paddingOuter=0.18))  # fmt: skip
    up = alt.Y("value:Q", axis=_axis(values.ticks), scale=_scale(values.ticks))
    base = alt.Chart(_data(rows), width=step * len(kept), height=150)
    colour = alt.when(alt.datum.this).then(alt.value(token["accent"])).otherwise(alt.value(token["accent-mid"]))
    above = base.transform_filter("datum.value >= 0").mark_text(dy=-8, fontWeight=600)
    below = base.transform_filter("datum.value < 0").mark_text(dy=10, fontWeight=600)
    words = [one.encode(x=across, y=up, text="said:N") for one in (above, below)]
    return alt.layer(base.mark_bar().encode(x=across, y=up, fill=colour), *words)


@chart_of.register
def dots(values: Dots, width: int, token: Mapping[str, str]) -> Any:
    """A dot for everybody; those on one spot lie above each other. The middle is dotted, who is far off is named."""
    least, most = min(values.ticks), max(values.ticks)
    axis = alt.Axis(values=list(values.ticks), labelExpr=_words(values.ticks), grid=True, domain=False)
    across = alt.X("value:Q", axis=axis, scale=_scale(values.ticks))
    spot = max(1, (most - least) * SPOT // width)
    stacks: Counter[int] = Counter()
    rows = []
    for one in sorted(values.points, key=lambda one: one.value):
        place = (one.value - least) // spot
        rows.append({"value": least + place * spot + spot // 2, "level": stacks[place], "amount": one.value,
                     "said": one.said, "flagged": one.label in values.flagged})  # fmt: skip
        stacks[place] += 1
    highest = max(stacks.values(), default=1)
    up = alt.Y("level:Q", axis=None, scale=alt.Scale(domain=[-0.6, max(highest + 1, 6)]))
    height = min(220, max(90, (highest + 2) * SPOT + 20))
    base = alt.Chart(_data(rows), width=width, height=height)
    colour = (
        alt.when(alt.datum.flagged).then(alt.value(token["warning-fill"])).otherwise(alt.value(token["accent-mid"]))
    )
    if len(rows) > CROWD:
        marks = [base.mark_bar(size=SPOT - 2, fill=token["accent-mid"]).encode(x=across, y=alt.Y("count()", axis=None))]
    else:
        marks = [base.mark_circle(size=64, opacity=1).encode(x=across, y=up, color=colour)]
        marks += _named(rows, width, across, up)
    middle = alt.Chart(_data([{"value": values.middle, "said": values.middle_said}]))
    rule = middle.mark_rule(strokeDash=[2, 3], stroke=token["ink"]).encode(x=across)
    word = middle.mark_text(align="left", dx=5, fontWeight=600).encode(x=across, y=alt.value(6), text="said:N")
    return alt.layer(rule, *marks, word)


def _named(rows: list[dict[str, Any]], width: int, across: Any, up: Any) -> list[Any]:
    """The farthest of those who are flagged, with name and amount above it."""
    far = [row for row in rows if row["flagged"]][-1:]
    named = alt.Chart(_data(far)).mark_text(align="right", dx=4, dy=-13, fontWeight=600)
    return [named.encode(x=across, y=up, text="said:N")] if far and width > 400 else []


@chart_of.register
def curve(values: Curve, width: int, token: Mapping[str, str]) -> Any:
    """What is paid over attainment: now solid, earlier grey, borders of tiers dotted, jumps with their amount."""
    end = max(values.marks)
    axis = alt.Axis(values=list(values.marks), labelExpr=_words(values.marks), domain=False, labelOverlap=True)
    across = alt.X("at:Q", axis=axis, scale=alt.Scale(domain=[0, end], nice=False))
    up = alt.Y("pay:Q", axis=_axis(values.ticks), scale=_scale(values.ticks))
    height = round(min(width * 0.7, 330))
    layers = [
        alt.Chart(_data([{"at": at} for at in values.borders])).mark_rule(strokeDash=[2, 3], stroke=token["line"])
        .encode(x=across)
    ]  # fmt: skip
    for points, stroke in ((values.earlier, token["comparison"]), (values.now, token["accent"])):
        rows = [{"at": at, "pay": pay, "place": place} for place, (at, pay) in enumerate(points)]
        if rows:
            layers.append(alt.Chart(_data(rows)).mark_line(stroke=stroke).encode(x=across, y=up, order="place:Q"))
    layers += _jumps(values, across, end, token)
    full = alt.Chart(_data([{"at": values.full[0], "pay": values.full[1], "said": values.full_said}]))
    layers.append(full.mark_circle(size=60, opacity=1, color=token["accent"]).encode(x=across, y=up))
    layers.append(full.mark_text(align="right", dx=-8, dy=-10, fontWeight=600).encode(x=across, y=up, text="said:N"))
    return alt.layer(*layers).properties(width=width, height=height)


def _jumps(values: Curve, across: Any, end: int, token: Mapping[str, str]) -> Iterable[Any]:
    for place, one in enumerate(values.jumps):
        at = alt.Chart(_data([{"at": one.at, "said": one.said}]))
        colour = token["bad"] if one.falls else token["warning"]
        yield at.mark_rule(strokeDash=[2, 3], stroke=token["warning-fill"]).encode(x=across)
        is_right = one.at * 2 > end
        word = at.mark_text(
            align="right" if is_right else "left", dx=-6 if is_right else 6, fill=colour, fontWeight=600
        )
        yield word.encode(x=across, y=alt.value(10 + 16 * (place % 3)), text="said:N")


def _data(rows: list[dict[str, Any]]) -> Any:
    return alt.InlineData(values=rows)


def _axis(ticks: Mapping[int, str]) -> Any:
    return alt.Axis(values=list(ticks), labelExpr=_words(ticks), grid=True)


def _scale(ticks: Mapping[int, str]) -> Any:
    """From the first mark to the last: bars start at 0, which is one of them."""
    return alt.Scale(domain=[min(ticks), max(ticks)], nice=False)


def _words(said: Mapping[int, str]) -> str:
    """An expression of Vega that gives each mark of an axis the words that were chosen for it."""
    quoted = ", ".join(f"'{value}': '{_escaped(word)}'" for value, word in said.items())
    return f"({{{quoted}}})[datum.value]"


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("'", "\\'").replace("\n", " ")
