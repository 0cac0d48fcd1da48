"""The benchmark runs whole on a small company, and prints no time unless the cents are the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from benchmarks import __main__, company, race
from benchmarks.cents import SHAPES, Answer
from benchmarks.company import Size
from benchmarks.contests import CONTESTS

DEALS = 2_000
PAY, LATE, IMPORT = CONTESTS


def test_everyone_pays_the_same_cents_and_the_page_says_what_it_took(tmp_path: Path) -> None:
    """Floor in SQL, the same in groups, engine and checker agree on every line and payment; so do both imports."""
    page = tmp_path / "page.md"
    ended = __main__.main(["--sizes", str(DEALS), "--threads", "2", "--folder", str(tmp_path), "--page", str(page)])
    assert ended == 0
    text = page.read_text(encoding="utf-8")
    assert f"## Pay: {DEALS:,} deals" in text and f"## Import: {DEALS:,} deals" in text
    for contest in CONTESTS:
        for one in contest.contestants:
            (row,) = [line for line in text.splitlines() if line.startswith(f"| {one.title} |")]
            *_, cents, _ = (cell.strip() for cell in row.split("|"))
            assert (cents == "identical") is one.is_exact
            assert one.is_exact or cents.startswith("differ in ")
    assert "| duckdb |" in text and "| Machine |" in text
    assert [path.name for path in (tmp_path / str(DEALS)).iterdir()] == ["input"]


def test_the_company_meets_every_clause_of_the_plan() -> None:
    """Splits, deals taken back in time and too late, quotas and managers that change; owners come from everywhere."""
    size = Size(DEALS)
    deals, decided = company.deals(size), company.decisions(size)
    with duckdb.connect() as database:
        database.register("deals", deals)
        for name, table in decided.items():
            database.register(name, table)

        def count(query: str) -> int:
            (found,) = database.execute(f"SELECT COUNT(*) FROM {query}").fetchall()[0]
            return int(found)

        assert count("deals WHERE reverses IS NULL") == DEALS
        assert count("deals WHERE second = owner") == 0 < count("deals WHERE second IS NOT NULL")
        assert count("deals WHERE (second IS NULL) <> (second_share IS NULL)") == 0
        taken_back = "deals r JOIN deals o ON o.id = r.reverses AND o.amount = -r.amount WHERE r.close_date"
        assert count(f"{taken_back} BETWEEN o.close_date AND o.close_date + 180") > 0
        assert count(f"{taken_back} > o.close_date + 180") > 0
        assert count("quotas WHERE valid_to IS NOT NULL") > 0 < count("positions WHERE valid_to IS NOT NULL")
        assert count("(SELECT DISTINCT owner FROM deals)") == size.reps


def test_the_same_seed_gives_the_same_company_and_another_another() -> None:
    size = Size(DEALS)
    assert company.deals(size).equals(company.deals(size))
    assert not company.deals(size).equals(company.deals(size, seed=1))


def test_a_million_deals_are_those_of_ten_thousand_payees() -> None:
    size = Size(1_000_000)
    assert (size.reps, size.managers, size.directors, size.quota) == (9000, 900, 90, 500_000)


def _lines(*rows: tuple[str, int]) -> Answer:
    values = ", ".join(f"('ada', '{deal}', 2, 0, '', {cents})" for deal, cents in rows)
    return Answer({"lines": f"SELECT * FROM (VALUES {values}) t({', '.join(SHAPES['lines'].key)}, cents)"})


def test_a_cent_that_moved_to_another_line_is_seen() -> None:
    right, moved = _lines(("T1", 500), ("T2", 700)), _lines(("T1", 501), ("T2", 699))
    assert right.sums() == _lines(("T2", 700), ("T1", 500)).sums()
    assert {name for name, total in right.sums().items() if total != moved.sums()[name]} == {"lines: cents, weighted"}
    assert right.differing(moved, "lines") == 2 and right.differing(right, "lines") == 0


def test_a_line_that_stands_on_one_side_alone_differs() -> None:
    both, one = _lines(("T1", 500), ("T2", 700)), _lines(("T1", 500))
    assert both.differing(one, "lines") == one.differing(both, "lines") == 1


def _paying(wrong: str, cents: int) -> Callable[..., str]:
    """Contestants that answer at once and take 1, 5 and 2 seconds; one of them pays other cents."""
    everybody = [one for contest in CONTESTS for one in (*contest.contestants, contest.before) if one is not None]
    seconds = {one.name: iter((1, 5, 2)) for one in everybody}

    def run(module: str, *arguments: str) -> str:
        if module == "company":
            return ""
        name = arguments[arguments.index("--name") + 1]
        (Path(arguments[0]) / name).mkdir(parents=True, exist_ok=True)
        shape = "facts" if name.startswith("csv") else "lines"
        paid = _lines(("T1", cents if name == wrong else 500)).sums()
        sums = {said.replace("lines", shape): total for said, total in paid.items()}
        took = {"cpu_seconds": float(next(seconds[name])), "wall_seconds": 1.0, "peak_mib": 64.0}
        return json.dumps({**took, "queries": _lines(("T1", 500)).queries if shape == "lines" else {}, "sums": sums})

    return run


def test_other_cents_end_the_benchmark_without_a_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(race, "run", _paying("engine", 501))
    page = tmp_path / "page.md"
    assert __main__.main(["--sizes", "10", "--folder", str(tmp_path), "--page", str(page)]) == 1
    said = capsys.readouterr()
    assert "paid different cents" in said.err and "500 and 501" in said.err
    assert "CPU" not in said.out and not page.exists()


def test_medians_are_shown_and_the_slow_are_left_out_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(race, "run", _paying("nobody", 500))
    found, *_ = race.race(200_000, tmp_path, race.Conditions(threads=1, repeats=3), lambda step: None)
    assert [one.name for one in found.left_out] == ["checker"]
    assert {result.cpu_seconds for result in found.results} == {2.0}
    monkeypatch.setattr(race, "run", _paying("nobody", 500))
    everyone = race.Conditions(threads=1, repeats=1, everyone=True)
    assert not race.race(200_000, tmp_path, everyone, lambda step: None)[0].left_out


def test_who_is_named_runs_with_the_first_of_the_contest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(race, "run", _paying("nobody", 500))
    (found,) = race.race(10, tmp_path, race.Conditions(threads=1, repeats=1, only=("engine",)), lambda step: None)
    assert [result.contestant.name for result in found.results] == ["floor", "engine"]
    assert [one.name for one in found.left_out] == ["floor_in_groups", "floor_proof", "checker", "floats"]


def test_a_contestant_that_fails_ends_the_benchmark(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(race.Broken, match=r"benchmarks\.floor ended with status 1"):
        race.run("floor", str(tmp_path), "--name", "floor")
    assert "positions.parquet" in capfd.readouterr().err


def test_a_contest_is_not_held_where_it_says_little(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Q.11: at ten million deals everybody pays the year, and nobody imports."""
    monkeypatch.setattr(race, "run", _paying("nobody", 500))
    (found,) = race.race(10_000_000, tmp_path, race.Conditions(threads=1, repeats=1), lambda step: None)
    assert found.contest.title == "Pay" and "engine" in {result.contestant.name for result in found.results}
