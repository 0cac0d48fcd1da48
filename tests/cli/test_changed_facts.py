"""A fact type grows with the company: what came before it is still read, and what does not fit says what to do."""

from __future__ import annotations

from pathlib import Path

from tests.cli import company
from tests.cli.conftest import Attain

OWNER = "  owner: {type: payee, required: no}\n"


def describe(column: str) -> None:
    Path("facts/deals.yaml").write_text(company.DEALS_TYPE.replace(OWNER, f"{column}\n{OWNER}"))


def test_an_optional_column_is_missing_from_earlier_batches(paid: Path, attain: Attain) -> None:
    """A closed month and its run stay what they were; new files may have the column, or not."""
    attain("close", "2026-01")
    describe("  region: {type: text, required: no}\n  tier: {type: number, default: 2}")
    assert attain("doctor").status == 0
    attain("verify", "1")
    (paid / "march.csv").write_text("id,close_date,amount,owner,region\nM1,2026-03-02,1000,bob,north\n")
    attain("import", "march.csv", "--into", "deals")
    attain("calculate", "2026-02..2026-03")
    attain("verify")
    attain("import", "in/deals.csv", "--into", "deals")  # the same file is another batch, and says the same
    attain("calculate", "2026-02..2026-03")
    attain("diff", "2", "3")
    assert attain("verify", "1", "--json").json["confirmed"]


def test_other_changes_are_refused_with_the_way_out(paid: Path, attain: Attain) -> None:
    for column, said, hint in (
        ("  region: text", "it has no `region`, which is required now", "Let `region` be `required: no`"),
        ("  region: {type: text, required: no}", "`amount` was a number with 2 places and is a number with 3",
         "Describe `amount` as it was"),
    ):  # fmt: skip
        describe(column)
        if "3" in said:
            file = Path("facts/deals.yaml")
            file.write_text(file.read_text().replace("places: 2", "places: 3"))
        refused = attain("calculate", "2026-02", status=1).err
        assert said in refused and hint in refused and "facts/deals.yaml" in refused
        found = attain("doctor", "--json", status=3).json["findings"]
        assert [one["code"] for one in found] == ["batch.schema-changed"] and said in found[0]["message"]
        attain("verify", "1")


def test_a_column_that_batches_have_stays_described(nordwind: Path, attain: Attain) -> None:
    describe("  region: {type: text, required: no}")
    (nordwind / "march.csv").write_text("id,close_date,amount,owner,region\nM1,2026-03-02,1000,bob,north\n")
    attain("import", "march.csv", "--into", "deals")
    attain("calculate", "2026-03")
    Path("facts/deals.yaml").write_text(company.DEALS_TYPE)
    refused = attain("calculate", "2026-03", status=1).err
    assert "it has `region`, which is described no more" in refused and "Describe `region` again" in refused
    attain("verify", "1")


def test_facts_that_nothing_describes_are_found_by_the_doctor(nordwind: Path, attain: Attain) -> None:
    Path("facts/deals.yaml").rename("facts/deals.away")
    assert "holds `deals`, which nothing in facts/ describes" in attain("doctor").out


def test_nothing_is_imported_that_no_run_could_read(paid: Path, attain: Attain) -> None:
    """The batches that are there must fit the description before another one comes, or none fits them all."""
    file = Path("facts/deals.yaml")
    file.write_text(company.DEALS_TYPE.replace("places: 2", "places: 3"))
    (paid / "march.csv").write_text("id,close_date,amount,owner\nM1,2026-03-02,1000.005,bob\n")
    before = attain("imports", "--json").json
    refused = attain("import", "march.csv", "--into", "deals", status=1).err
    assert "`amount` was a number with 2 places and is a number with 3 places now" in refused
    assert "Describe `amount` as it was" in refused and "facts/deals.yaml" in refused
    assert attain("imports", "--json").json == before
    file.write_text(company.DEALS_TYPE)
    attain("calculate", "2026-02")
