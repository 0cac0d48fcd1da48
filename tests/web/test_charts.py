"""Charts on pages: the drawing, its table and its files say the same, in colours that are told apart."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from attain.charts import drawing
from attain.charts.theme import CATEGORIES, DARK, LIGHT, theme
from attain.charts.values import Bars, Curve, Dots, Jump, Point, round_steps
from tests.web.conftest import Site
from tests.web.test_pay_pages import words

TICKS = {0: "0", 200_000: "€2K", 400_000: "€4K", 600_000: "€6K"}
MONTHS = (("Jan ’26", 520_012), ("Feb ’26", 300_000), ("Mar ’26", -50_099))
BARS = Bars(
    tuple(Point(month, amount, f"said {amount}", "") for month, amount in MONTHS),
    "Mar ’26",
    {-200_000: "−€2K", **TICKS},
)
PEOPLE = tuple(Point(f"n{n}", n * 7919 % 600_000, f"Name {n}", "") for n in range(40))
DOTS = Dots(PEOPLE, frozenset({"n7"}), 250_000, "Middle", TICKS)
CURVE = Curve(
    now=((0, 0), (8000, 100_000), (8000, 150_000), (14_000, 500_000)),
    earlier=((0, 0), (14_000, 400_000)),
    borders=(8000, 10_000),
    marks={0: "0%", 8000: "80%", 10_000: "100%", 14_000: "140%"},
    ticks=TICKS,
    jumps=(Jump(8000, "Jump: +€500", False),),
    full=(10_000, 266_666),
    full_said="€2,666.66 at 100%",
)
ALL = {"bars": BARS, "dots": DOTS, "curve": CURVE}
CSS = Path("src/attain/web/kit/static/attain/attain.css").read_text(encoding="utf-8")


def data_of(spec: Any, name: str) -> list[Any]:
    """Every value of a field that a specification draws."""
    layers = spec.get("layer", [spec])
    sets = [layer.get("data", spec.get("data", {})) for layer in layers]
    rows = [row for one in sets for row in (one.get("values") or spec.get("datasets", {}).get(one.get("name"), []))]
    return [row[name] for row in rows if name in row]


def test_a_specification_draws_the_amounts_that_it_was_given() -> None:
    from attain.charts.kinds import spec_of

    assert set(data_of(spec_of(BARS, 760, "light"), "value")) == {one.value for one in BARS.points}
    assert sorted(set(data_of(spec_of(DOTS, 760, "light"), "amount"))) == sorted({one.value for one in DOTS.points})
    assert set(data_of(spec_of(CURVE, 520, "dark"), "pay")) == {0, 100_000, 150_000, 500_000, 400_000, 266_666}


@pytest.mark.parametrize("name", ALL)
def test_a_drawing_for_a_page_needs_no_style_and_no_colour_of_its_own(name: str) -> None:
    """E2: the policy of content forbids styles in a page; the tokens of its style sheet know light and dark."""
    drawn = drawing.for_page(ALL[name], 760)
    assert "style=" not in drawn and "<style" not in drawn and "<script" not in drawn and "role=" not in drawn
    assert not re.search(r'(?:fill|stroke)="#(?!000)', drawn)
    assert set(re.findall(r"var\(--([a-z-]+)\)", drawn)) <= set(LIGHT)
    assert "var(--" not in drawing.for_file(ALL[name], 760)
    assert drawing.for_page(ALL[name], 760) is drawing.kept(ALL[name], 760)


def test_a_name_in_a_drawing_runs_nothing() -> None:
    evil = Point("n", 590_000, "<img src=x onerror=alert(1)> ' \\ \"", "")
    drawn = drawing.for_page(Dots((*DOTS.points, evil), frozenset({"n"}), 1, "'; alert(1)", TICKS), 760)
    assert "<img" not in drawn and "&lt;img" in drawn


def test_a_slow_drawing_keeps_nobody_from_those_that_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    ready, begun, may_end = drawing.for_page(DOTS, 760), Event(), Event()

    def slow(*of: Any) -> str:
        begun.set()
        assert may_end.wait(20)
        return "<svg/>"

    monkeypatch.setattr(drawing, "_drawn", slow)
    with ThreadPoolExecutor(2) as several:
        drawn = several.submit(drawing.for_page, Bars((Point("slow", 1, "1", ""),), "", TICKS), 340)
        try:
            assert begun.wait(20)
            assert several.submit(drawing.kept, DOTS, 760).result(5) is ready
        finally:
            may_end.set()
        assert drawn.result(20) == "<svg/>"


def test_two_drawings_at_once_are_each_their_own() -> None:
    def draw(number: int) -> str:
        return drawing.for_page(Bars((Point(f"P{number}", 100 * number + 1, f"said {number}", ""),), "", TICKS), 340)

    with ThreadPoolExecutor(4) as pool:
        for number, drawn in enumerate(pool.map(draw, range(8))):
            assert f"said {number}" in drawn


def test_the_theme_has_the_tokens_of_the_style_sheet() -> None:
    for name in LIGHT:
        assert f"--{name}: light-dark({LIGHT[name]}, {DARK[name]})" in CSS
    assert theme("print") == theme("light") != theme("dark")


def channels(colour: str) -> list[float]:
    """Linear light of red, green and blue."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]


def luminance(colour: str) -> float:
    return sum(weight * one for weight, one in zip((0.2126, 0.7152, 0.0722), channels(colour), strict=True))


def contrast(one: str, other: str) -> float:
    least, most = sorted((luminance(one), luminance(other)))
    return (most + 0.05) / (least + 0.05)


SIGHT = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
"""Machado and others 2009, severity 1, on linear light."""


def lab(linear: list[float]) -> tuple[float, float, float]:
    red, green, blue = (min(1.0, max(0.0, one)) for one in linear)
    x = (0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047
    y = 0.2126729 * red + 0.7151522 * green + 0.0721750 * blue
    z = (0.0193339 * red + 0.1191920 * green + 0.9503041 * blue) / 1.08883
    a, b, c = (one ** (1 / 3) if one > 216 / 24389 else (24389 / 27 * one + 16) / 116 for one in (x, y, z))
    return 116 * b - 16, 500 * (a - b), 200 * (b - c)


def seen(colour: str, sight: str) -> tuple[float, float, float]:
    light = channels(colour)
    return lab([sum(part * one for part, one in zip(row, light, strict=True)) for row in SIGHT[sight]])


@pytest.mark.parametrize(
    ("mode", "card", "least", "apart"), [("light", LIGHT["card"], 3.2, 24), ("dark", DARK["card"], 4.0, 29)]
)
def test_categories_stand_out_and_are_told_apart_by_everybody(mode: Any, card: str, least: float, apart: float) -> None:
    """A changed colour fails loudly."""
    assert min(contrast(one, card) for one in CATEGORIES[mode]) >= least - 0.05
    for sight in SIGHT:
        for one, other in combinations(CATEGORIES[mode], 2):
            distance = sum((a - b) ** 2 for a, b in zip(seen(one, sight), seen(other, sight), strict=True)) ** 0.5
            assert distance >= apart, (sight, one, other, distance)


@pytest.mark.parametrize("token", [LIGHT, DARK])
def test_what_is_written_in_a_chart_is_read(token: dict[str, str]) -> None:
    assert all(contrast(token[name], token["card"]) >= 4.5 for name in ("ink", "muted", "accent", "warning", "bad"))


@pytest.mark.parametrize(("least", "most"), [(0, 1), (0, 845_000), (-3, 12), (-120_000, 5_000), (0, 999_999_999_99)])
def test_an_axis_is_marked_by_few_round_amounts_around_all(least: int, most: int) -> None:
    marks = round_steps(least, most, 2)
    assert marks[0] <= least and marks[-1] >= most and 0 in marks and 2 <= len(marks) <= 8


def rows_of(answer: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.content.decode())))


def test_a_chart_of_a_run_its_table_and_its_file_say_the_same(site: Site) -> None:
    """E2, K.13: to the cent, for everybody once."""
    admin = site.as_("admin")
    page = admin.get("/runs/run-000001/")
    assert 'role="img" aria-label=' in page.content.decode()
    lines = rows_of(admin.get("/runs/run-000001/?chart=payees&take=csv"))[1:]
    assert {name for name, _ in lines} >= {"Ron Rabe", "Rita Reh", "Sven Star"}
    said = words(page)
    assert all(f"€{float(amount):,.2f}" in said for _, amount in lines)
    svg = admin.get("/runs/run-000001/?chart=payees&take=svg")
    assert svg["Content-Type"] == "image/svg+xml" and svg.content.startswith(b"<svg")
    assert b"<svg" in admin.get("/runs/run-000001/?chart=payees&take=drawing").content
    assert admin.get("/runs/run-000001/?chart=nothing").status_code == 404
    assert site.as_("rep").get("/runs/run-000001/?chart=payees&take=csv").status_code == 404


def test_a_payee_sees_pay_by_period_and_nobody_elses(site: Site) -> None:
    rep = site.as_("rep")
    lines = rows_of(rep.get("/?chart=pay&take=csv"))
    assert [row[0] for row in lines[1:]] == ["January 2026"]
    assert rep.get("/statements/ron/2026-01/?chart=pay").status_code == 200
    assert rep.get("/statements/sven/2026-01/?chart=pay").status_code == 404
    both = rows_of(site.as_("admin").get("/statements/sven/2026-02/?chart=pay&take=csv"))
    assert [row[0] for row in both[1:]] == ["January 2026", "February 2026"]
    assert lines[0] == ["Pay period", "Payable", "EUR"]


def test_a_plan_draws_what_it_pays(site: Site) -> None:
    admin = site.as_("admin")
    page = admin.get("/plans/account-executive/2026-1/").content.decode()
    name = re.search(r"chart=(curve-[\w-]+)", page)
    assert name is not None
    lines = rows_of(admin.get(f"/plans/account-executive/2026-1/?chart={name[1]}&take=csv"))
    assert lines[0][0] == "Attainment" and lines[1][0] == "0%"
    assert len({row[-1] for row in lines[1:]}) > 2


@pytest.mark.parametrize("statement", ["import attain.cli.main", "import attain.web.home"])
def test_who_shows_no_chart_does_not_load_what_draws_them(statement: str, tmp_path: Path) -> None:
    """It takes a second, which commands and other pages would pay."""
    prepare = (
        "from pathlib import Path; from attain.web import settings; from attain.web.workspace import Workspace;"
        f"settings.configure(Workspace.create(Path({str(tmp_path / 'w')!r}), name='w'));"
    )
    code = f"import sys; {prepare} {statement}; print(sorted({{'altair', 'vl_convert'}} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
