"""The one look of all charts, from the tokens of the design: light, dark, and print."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

Mode = Literal["light", "dark", "print"]
LIGHT = {
    "card": "#ffffff", "ink": "#16201d", "muted": "#5c6864", "line": "#e4e5e0", "soft-line": "#efefeb",
    "accent": "#0b6b58", "accent-mid": "#8cc3b3", "warning": "#a35a00", "warning-fill": "#b8740f", "bad": "#b3261e",
    "comparison": "#84908c",
}  # fmt: skip
DARK = {
    "card": "#191c1b", "ink": "#ecefed", "muted": "#9aa6a2", "line": "#2a2f2d", "soft-line": "#222625",
    "accent": "#3fc4a3", "accent-mid": "#22705d", "warning": "#f0b04f", "warning-fill": "#e2a647", "bad": "#ff8b80",
    "comparison": "#8b9692",
}  # fmt: skip
TOKENS: Mapping[Mode, Mapping[str, str]] = {"light": LIGHT, "dark": DARK, "print": LIGHT}
CATEGORIES: Mapping[Mode, tuple[str, ...]] = {
    "light": ("#0b6b58", "#278ff8", "#bb7401", "#7c2381", "#8c0010", "#8a9461"),
    "dark": ("#3fc4a3", "#5c7e9c", "#e59f02", "#aa6de6", "#d74847", "#c2e68e"),
    "print": ("#0b6b58", "#278ff8", "#bb7401", "#7c2381", "#8c0010", "#8a9461"),
}
"""Teal, blue, ochre, plum, wine, olive: told apart also by who does not see all colours."""
FONT, SIZE = "Inter, system-ui, sans-serif", 11.5


def theme(mode: Mode) -> dict[str, Any]:
    """The configuration of Vega: no ground, no frame, a soft grid across, labels instead of a legend."""
    token = TOKENS[mode]
    words = {"font": FONT, "fontSize": SIZE}
    axis = {
        "labelFont": FONT, "labelFontSize": SIZE, "labelColor": token["muted"], "labelAngle": 0, "title": None,
        "ticks": False, "labelPadding": 8, "labelOverlap": False, "gridColor": token["soft-line"],
        "domainColor": token["line"],
    }  # fmt: skip
    return {
        "background": None,
        "aria": False,  # the drawing is one picture, and says so in one sentence
        "view": {"stroke": None},
        "font": FONT,
        "axis": axis,
        "axisX": {"grid": False},
        "axisY": {"domain": False},
        "legend": {"disable": True},
        "range": {"category": list(CATEGORIES[mode])},
        "line": {"strokeWidth": 2.25, "stroke": token["accent"], "strokeJoin": "round"},
        "area": {"fill": token["accent"], "fillOpacity": 0.14},
        "bar": {"cornerRadiusEnd": 2, "fill": token["accent"]},
        "text": {**words, "fill": token["ink"]},
    }
