"""Imports in the hands of their users: repair in place, jobs of killed workers, documents that change meanwhile."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

from attain.kernel.processes import Process, this_process
from tests.web import company
from tests.web.conftest import Site
from tests.web.test_other_pages import DEALS_OF_MARCH, last_batch, last_job, left_in_uploads, upload
from tests.web.test_pay_pages import words

TWO_WRONG = DEALS_OF_MARCH + "M3,2026-03-04,much,rita\n"


def asked_to_repair(site: Site, batch: Any, **cells: str) -> dict[str, str]:
    """What the form of a batch's page sends if nothing is typed but these cells, such as `cell_3_1`."""
    import re

    page = site.as_("admin").get(f"/imports/{batch.pk}/").content.decode()
    fields = dict(re.findall(r'name="((?:seen|cell)-[^"]+)" value="([^"]*)"', page))
    return {**fields, **{name.replace("_", "-"): value for name, value in cells.items()}}


def repair(site: Site, batch: Any, fields: dict[str, str]) -> str:
    """The words of the page after these fields were sent."""
    answer = site.as_("admin").post(f"/imports/{batch.pk}/repair/", fields, follow=True)
    assert answer.status_code == 200
    return words(answer)


def test_rows_are_repaired_in_place_and_leave_the_quarantine(fresh: Site) -> None:
    """M.6, A.11: what is right now counts, as a batch that says whose rows it repairs; the rest stays with a reason."""
    upload(fresh, TWO_WRONG.encode(), "march.csv")
    batch = last_batch()
    said = repair(fresh, batch, asked_to_repair(fresh, batch, cell_3_1="2026-03-31", cell_4_2="a lot"))
    assert "1 row is repaired and counts now." in said and "1 row is still wrong." in said
    assert 'aria-invalid="true"' in fresh.as_("admin").get(f"/imports/{batch.pk}/").content.decode()
    assert 'value="a lot"' in fresh.as_("admin").get(f"/imports/{batch.pk}/").content.decode()
    mended = last_batch()
    assert (mended.source, mended.rows, mended.quarantined) == ("Repair of march.csv", 1, 0)
    assert "Repairs 1 row of march.csv" in words(fresh.as_("admin").get(f"/imports/{mended.pk}/"))
    said = repair(fresh, batch, asked_to_repair(fresh, batch, cell_4_2="300.00"))
    assert "Every row that was kept aside is repaired." in said
    assert last_batch().pk != mended.pk
    by = {
        event.action for event in fresh.log() if event.object_id == batch.pk and event.actor == company.email("admin")
    }
    assert {"imports.repaired", "imports.repair-tried"} <= by


def test_the_second_of_two_who_repair_a_row_is_told(fresh: Site) -> None:
    """M.6: nothing that somebody else wrote is overwritten silently."""
    upload(fresh, TWO_WRONG.encode(), "march.csv")
    batch = last_batch()
    first = asked_to_repair(fresh, batch, cell_3_1="2026-03-30")
    second = asked_to_repair(fresh, batch, cell_3_1="2026-03-31", cell_4_2="300.00")
    repair(fresh, batch, first)
    said = repair(fresh, batch, second)
    assert f"{company.email('admin')} repaired row 3 meanwhile" in said and "2026-03-31" in said
    assert "1 row is repaired and counts now." in said
    tried = asked_to_repair(fresh, batch)
    assert not tried


def test_a_row_waits_again_when_its_repair_is_undone(fresh: Site) -> None:
    upload(fresh, DEALS_OF_MARCH.encode(), "march.csv")
    batch = last_batch()
    repair(fresh, batch, asked_to_repair(fresh, batch, cell_3_1="2026-03-31"))
    fresh.as_("admin").post(f"/imports/{last_batch().pk}/undo/", {"reason": "No"})
    fields = asked_to_repair(fresh, batch)
    assert fields["cell-3-1"] == "2026-03-31"
    assert "counts now" in repair(fresh, batch, {**fields, "cell-3-1": "2026-03-30"})


def test_what_was_not_touched_is_not_tried(fresh: Site) -> None:
    upload(fresh, TWO_WRONG.encode(), "march.csv")
    batch = last_batch()
    assert "Nothing was changed." in repair(fresh, batch, asked_to_repair(fresh, batch))
    assert repair(fresh, batch, {"seen-99": "0", "cell-99-0": "x", "seen-x": "0"})
    assert last_batch().pk == batch.pk


def test_numbers_that_no_page_sends_are_passed_over(fresh: Site) -> None:
    upload(fresh, TWO_WRONG.encode(), "march.csv")
    assert "Nothing was changed." in repair(fresh, last_batch(), {"seen-3": "1" * 5000, "seen-" + "1" * 500: "0"})


IN_GERMAN = "into: deals\ndecimal_mark: ','\ngroup_mark: '.'\n"
TWO_GERMAN = "id,close_date,amount,owner\nQ1,2026-03-32,1.250,ron\nQ2,2026-03-02,1.250,ron\n"


def test_rows_are_repaired_by_the_mapping_that_read_them_though_it_was_edited_since(fresh: Site) -> None:
    """A.11: the log keeps the text that was replaced on a page."""
    from attain.web.apps.imports.mappings import version_of

    file = fresh.workspace.path / "mappings" / "de.yaml"
    file.write_text(IN_GERMAN, encoding="utf-8")
    upload(fresh, TWO_GERMAN.encode(), "march.csv", how="mapping:de")
    batch = last_batch()
    sent = {"text": IN_GERMAN + "extra: ignore\n", "seen": version_of(IN_GERMAN)}
    assert fresh.as_("admin").post("/imports/mappings/of/de/save/", sent).status_code == 302
    assert "1 row is repaired" in repair(fresh, batch, asked_to_repair(fresh, batch, cell_2_1="2026-03-31"))
    assert last_batch().totals == '{"amount":{"EUR":"1250.00"}}'


def test_rows_whose_mapping_nobody_knows_any_more_are_not_guessed(fresh: Site) -> None:
    file = fresh.workspace.path / "mappings" / "de.yaml"
    file.write_text(IN_GERMAN, encoding="utf-8")
    upload(fresh, TWO_GERMAN.encode(), "march.csv", how="mapping:de")
    batch, admin = last_batch(), fresh.as_("admin")
    shown = words(admin.get(f"/imports/{batch.pk}/"))
    file.write_text(IN_GERMAN + "extra: ignore\n", encoding="utf-8")
    sent = asked_to_repair(fresh, batch, cell_2_1="2026-03-31")
    answer = admin.post(f"/imports/{batch.pk}/repair/", sent)
    assert answer.status_code == 409
    assert "The mapping by which march.csv was read was changed since." in words(answer)
    assert words(admin.get(f"/imports/{batch.pk}/")) == shown
    upload(fresh, TWO_GERMAN.encode(), "mended.csv", how=f"repairs:{batch.pk}")
    assert "was changed since" in last_job().failure
    file.write_text(IN_GERMAN, encoding="utf-8")
    assert "1 row is repaired" in repair(fresh, batch, sent)


def test_the_file_for_repair_holds_no_formula_and_comes_back_as_it_was(fresh: Site) -> None:
    """M.4: what a spreadsheet would calculate is written behind an apostrophe, which counts for nothing again."""
    header = "id,close_date,amount,owner\n"
    rows = ["=BAD-1,2026-03-40,-5.00,ron", "'=BAD-2,2026-03-40,+6.00,ron", "@3,2026-03-40,7.00,ron"]
    upload(fresh, (header + "\n".join(rows)).encode(), "march.csv")
    batch, address = last_batch(), f"/imports/{last_batch().pk}/aside.csv"
    file = fresh.as_("admin").get(address).content.decode()
    assert "'=BAD-1,2026-03-40,'-5.00" in file and "''=BAD-2,2026-03-40,'+6.00" in file and "'@3," in file
    upload(fresh, file.encode(), "untouched.csv", how=f"repairs:{batch.pk}")
    assert last_job().result["message"].startswith("0 rows")
    right = file.replace("2026-03-40", "2026-03-31").replace("'+6.00", "6.00")
    upload(fresh, right.encode(), "mended.csv", how=f"repairs:{batch.pk}")
    assert (last_batch().source, last_batch().rows, last_batch().totals) == (
        "mended.csv",
        3,
        '{"amount":{"EUR":"8.00"}}',
    )
    from attain.web.apps.imports.selectors import facts_of

    deals = facts_of(fresh.workspace, fresh.workspace.fact_types["deals"], [last_batch().pk]).table
    assert deals["id"].to_pylist() == ["=BAD-1", "'=BAD-2", "@3"]
    upload(fresh, right.replace("7.00", "8.00").encode(), "as-any-file.csv")
    assert last_batch().totals == '{"amount":{"EUR":"9.00"}}'


def test_a_line_with_too_many_fields_is_repaired_in_its_cells(fresh: Site) -> None:
    upload(fresh, (DEALS_OF_MARCH + "M4,2026-03-05,1,500.00,ron\n").encode(), "march.csv")
    batch = last_batch()
    fields = asked_to_repair(fresh, batch)
    assert (fields["cell-4-2"], fields["cell-4-3"]) == ("1", "500.00,ron")
    said = repair(fresh, batch, {**fields, "cell-4-2": "1500.00", "cell-4-3": "ron"})
    assert "1 row is repaired" in said


def test_who_only_reads_does_not_repair(fresh: Site) -> None:
    upload(fresh, DEALS_OF_MARCH.encode(), "march.csv")
    page = fresh.as_("auditor").get(f"/imports/{last_batch().pk}/")
    assert (
        "2026-03-40" in words(page)
        and "<form" not in page.content.decode().partition('id="aside"')[2].split("</section>")[0]
    )
    assert fresh.as_("auditor").post(f"/imports/{last_batch().pk}/repair/", {}).status_code == 404


def test_pages_and_worker_read_documents_as_they_stand_now(fresh: Site) -> None:
    """A fact type or a mapping that was written while the application runs is there on the next page and in a job."""
    text = (fresh.workspace.path / "facts" / "deals.yaml").read_text(encoding="utf-8")
    assert "into:calls" not in fresh.as_("admin").get("/imports/").content.decode()
    (fresh.workspace.path / "facts" / "calls.yaml").write_text(text.replace("deals", "calls"), encoding="utf-8")
    assert "into:calls" in fresh.as_("admin").get("/imports/").content.decode()
    upload(fresh, DEALS_OF_MARCH.encode(), "calls.csv", how="into:calls")
    assert (last_batch().into, last_job().failure) == ("calls", "")


def test_a_batch_whose_fact_type_is_described_no_more_is_shown(fresh: Site) -> None:
    text = (fresh.workspace.path / "facts" / "deals.yaml").read_text(encoding="utf-8")
    (fresh.workspace.path / "facts" / "calls.yaml").write_text(text.replace("deals", "calls"), encoding="utf-8")
    upload(fresh, DEALS_OF_MARCH.encode(), "calls.csv", how="into:calls")
    (fresh.workspace.path / "facts" / "calls.yaml").unlink()
    assert "calls is described no more" in words(fresh.as_("admin").get(f"/imports/{last_batch().pk}/"))


def running_job(site: Site, process: Process | None, **arguments: Any) -> Any:
    from attain.web.apps.jobs.models import Job

    now = site.workspace.ports.clock.now()
    return Job.objects.create(
        kind="import", arguments={"name": "march.csv", **arguments}, asked_by=company.email("admin"), asked_at=now,
        state="running", started_at=now, process=process.as_text() if process else "",
    )  # fmt: skip


def killed_process() -> Process:
    """One that has certainly ended."""
    child = subprocess.Popen(
        [sys.executable, "-c", "from attain.kernel.processes import this_process as p; print(p().as_text())"],
        stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    made = Process.of_text(child.communicate()[0].strip())
    assert made is not None
    return made


def test_a_job_whose_worker_was_killed_ends_as_failed(fresh: Site) -> None:
    """Asked for its page, or when a worker starts: nobody waits for what nobody does."""
    killed = killed_process()
    job, other = running_job(fresh, killed), running_job(fresh, killed)
    living = running_job(fresh, this_process())
    said = words(fresh.as_("admin").get(f"/jobs/{job.pk}/"))
    assert "The worker ended before this was done. Start it again" in said
    fresh.work()
    other.refresh_from_db()
    living.refresh_from_db()
    assert (other.state, living.state) == ("failed", "running")


def test_uploads_that_nobody_needs_are_swept(fresh: Site) -> None:
    folder = fresh.workspace.data / "uploads"
    folder.mkdir(exist_ok=True)
    names = {name: folder / f"{name * 8}.csv" for name in "abcd"}
    for file in names.values():
        file.write_text("id\n")
    os.utime(names["a"], (0, 0))
    os.utime(names["c"], (0, 0))
    running_job(fresh, killed_process(), upload=names["b"].name)
    running_job(fresh, this_process(), upload=names["c"].name)
    fresh.work()
    assert sorted(left_in_uploads(fresh)) == [names["c"], names["d"]]


def test_the_file_for_repair_comes_back_to_its_batch(fresh: Site) -> None:
    """M.4: downloaded, corrected and uploaded on the page of its batch, it ends as repairs in place do."""
    upload(fresh, TWO_WRONG.encode(), "march.csv")
    batch = last_batch()
    file = fresh.as_("admin").get(f"/imports/{batch.pk}/aside.csv").content.decode()
    upload(fresh, file.replace("2026-03-40", "2026-03-31").encode(), "mended.csv", how=f"repairs:{batch.pk}")
    assert last_job().failure == ""
    assert (last_batch().source, last_batch().rows) == ("mended.csv", 1)
    assert set(asked_to_repair(fresh, batch)) >= {"seen-4"} and "seen-3" not in asked_to_repair(fresh, batch)
    upload(fresh, DEALS_OF_MARCH.encode(), "other.csv", how=f"repairs:{batch.pk}")
    assert "kept_aside_row is not among the columns" in last_job().failure
    assert left_in_uploads(fresh) == []


def test_what_a_job_says_is_counted_as_one_speaks(fresh: Site) -> None:
    upload(fresh, b"id,close_date,amount,owner\nN1,2026-03-02,1.00,ron\n", "one.csv")
    assert last_job().result["message"] == "1 row of deals taken from one.csv."
    upload(fresh, DEALS_OF_MARCH.encode(), "march.csv")
    assert (
        last_job().result["message"] == f"1 row of deals taken from march.csv, {last_batch().quarantined} kept aside."
    )
