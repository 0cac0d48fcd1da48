"""The simulated CRM of the sample company: its won opportunities are the real orders, and all of it says what it is."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from attain.examples import adventureworks
from attain.examples.adventureworks.crm import Crm
from attain.examples.adventureworks.prepare import orders
from attain.facts.importing import read_source
from attain.facts.mapping import load_mapping
from attain.facts.schema import load_fact_types
from attain.kernel.files import Files

HERE = Path(adventureworks.__file__).parent


@cache
def made() -> Crm:
    return Crm()


def test_every_order_of_a_sales_person_is_a_won_opportunity() -> None:
    """On its day, with its amount and its owner."""
    sold = {
        row["id"]: (row["order_date"], row["sub_total"], row["sales_person"])
        for row in orders() if row["sales_person"] is not None
    }  # fmt: skip
    rows = made().opportunities().to_pylist()
    won = {row["order_number"]: (row["closed_on"], row["amount"], row["owner"]) for row in rows if row["order_number"]}
    assert won == sold
    assert {row["outcome"] for row in rows} == {"won", "lost", "open"}
    assert all((row["outcome"] == "won") == (row["order_number"] is not None) for row in rows)
    assert all((row["outcome"] == "open") == (row["closed_on"] is None) for row in rows)
    assert all(row["amount"] > 0 and row["created_on"] < (row["closed_on"] or row["created_on"].max) for row in rows)


def test_stages_follow_each_other_from_creation_to_the_end() -> None:
    for one in made().opportunities().to_pylist()[:500]:
        path = _stages()[one["id"]]
        assert path[0][0] == one["created_on"]
        assert [day for day, _ in path] == sorted(day for day, _ in path)
        assert path[-1][1] == one["stage"]
        assert one["closed_on"] in (None, path[-1][0])


@cache
def _stages() -> dict[str, list[tuple[object, str]]]:
    found: dict[str, list[tuple[object, str]]] = {}
    for row in made().stages().to_pylist():
        found.setdefault(row["opportunity"], []).append((row["entered_on"], row["stage"]))
    return found


def test_it_is_the_same_from_its_seed_and_comes_in_by_mappings_that_say_simulated(tmp_path: Path) -> None:
    from attain.examples.adventureworks import crm

    first, again = (crm.write(tmp_path / name, Files()) for name in ("a", "b"))
    types = load_fact_types(HERE / "facts")
    for name, path in first.items():
        assert path.read_bytes() == again[name].read_bytes()
        assert path.stem.endswith("-simulated")
        mapping = load_mapping(HERE / "mappings" / f"{path.stem}.yaml", types)
        taken = read_source(path, types[name], mapping, trusted=True)
        assert (taken.quarantine.num_rows, taken.good["source"].unique().to_pylist()) == (0, ["simulated CRM"])
