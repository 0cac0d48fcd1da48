"""The folder in which other systems put their files: each is taken once, put aside, and told on a page."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from attain.kernel.errors import SetupError
from attain.web.workspace import SETTINGS, Workspace
from tests.web.conftest import Site
from tests.web.test_import_pages import killed_process
from tests.web.test_other_pages import DEALS_OF_MARCH, last_batch, last_job
from tests.web.test_pay_pages import words

WATCHED = """
[watch]
folder = "incoming"

[watch.files]
"crm-*.csv" = "crm"
"deals*.csv" = "deals"
"""


@pytest.fixture
def watching(fresh: Site) -> Any:
    from attain.web.apps.imports import watching as module

    return module


@pytest.fixture
def folder(fresh: Site, watching: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The watched folder of a company whose files are whole at the second look."""
    monkeypatch.setattr(watching, "STILL", timedelta(0))
    settings = fresh.workspace.path / SETTINGS
    settings.write_text(settings.read_text(encoding="utf-8") + WATCHED, encoding="utf-8")
    made = fresh.workspace.path / "incoming"
    made.mkdir()
    yield made


def look(site: Site, *, times: int = 2) -> None:
    from attain.web.apps.imports.watching import Watch

    watch = Watch()
    for _ in range(times):
        watch.look(site.workspace.anew())
    site.work()


def names(folder: Path) -> list[str]:
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())


def test_a_file_that_arrives_is_imported_and_put_aside(fresh: Site, folder: Path) -> None:
    """M.4: by the mapping of its name; the page says what became of it."""
    (folder / "CRM-march.csv").write_text("Nr;Datum;Betrag;Rep\nC1;04.03.2026;2.100,00;ron\n", encoding="utf-8")
    look(fresh)
    assert (last_batch().source, last_batch().rows, last_batch().imported_by) == ("CRM-march.csv", 1, "watched folder")
    assert names(folder) == ["done/CRM-march.csv"]
    said = words(fresh.as_("admin").get("/imports/watched/"))
    assert "crm-*.csv" in said and "CRM-march.csv" in said and "Taken" in said


def test_the_same_bytes_are_never_taken_twice(fresh: Site, folder: Path) -> None:
    for name in ("deals-a.csv", "deals-b.csv", "deals-a.csv"):
        (folder / name).write_text(DEALS_OF_MARCH, encoding="utf-8")
        look(fresh)
    from attain.web.apps.imports.models import Batch

    assert Batch.objects.filter(source__startswith="deals-").count() == 1
    assert names(folder) == ["done/deals-a (2).csv", "done/deals-a.csv", "done/deals-b.csv"]
    assert "nothing was changed" in last_job().result["message"]


def test_a_file_that_still_grows_waits(fresh: Site, folder: Path, watching: Any) -> None:
    watch, file = watching.Watch(), folder / "deals.csv"
    for part in ("id,close_date", ",amount,owner\n", "M1,2026-03-02,100.00,ron\n"):
        with file.open("a", encoding="utf-8") as opened:
            opened.write(part)
        assert watch.look(fresh.workspace.anew()) == []
    for name in (".hidden.csv", "deals.csv.part", "deals.tmp"):
        (folder / name).write_text("id", encoding="utf-8")
    (folder / "deals-link.csv").symlink_to("/etc/passwd")
    assert [job.arguments["name"] for job in watch.look(fresh.workspace.anew())] == ["deals.csv"]
    assert watch.look(fresh.workspace.anew()) == []  # one job at a time for a file


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("unknown.csv", DEALS_OF_MARCH, "Nothing says what unknown.csv is."),
        ("deals.csv", "", "The file is empty."),
        ("crm-a.csv", "a,b\n1,2\n", "There is no column"),
    ],
)
def test_what_is_refused_lies_beside_its_reason(fresh: Site, folder: Path, name: str, content: str, said: str) -> None:
    (folder / name).write_text(content, encoding="utf-8")
    look(fresh)
    assert names(folder) == [f"refused/{name}", f"refused/{name}.txt"]
    assert said in (folder / "refused" / f"{name}.txt").read_text(encoding="utf-8")
    page = words(fresh.as_("admin").get("/imports/watched/"))
    assert "Refused" in page and said in page


def test_a_name_that_is_no_utf_8_stops_nothing(fresh: Site, folder: Path) -> None:
    """It is shown with its odd bytes written out, and put aside with a note; what lies beside it is taken."""
    odd = Path(os.fsdecode(os.fsencode(folder) + b"/deals-M\xe4rz.csv"))
    for file in (odd, folder / "deals-new.csv"):
        file.write_text(DEALS_OF_MARCH, encoding="utf-8")
    assert r"deals-M\xe4rz.csv" in words(fresh.as_("admin").get("/imports/watched/"))
    look(fresh)
    assert last_batch().source == "deals-new.csv"
    assert names(folder) == ["done/deals-new.csv", f"refused/{odd.name}", f"refused/{odd.name}.txt"]
    note = (folder / "refused" / f"{odd.name}.txt").read_text(encoding="utf-8")
    assert r"deals-M\xe4rz.csv is no UTF-8. Give the file another name" in note


def test_the_worker_survives_a_round_that_goes_wrong_and_tells_it(
    fresh: Site, folder: Path, watching: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def wrong(*_: object) -> None:
        raise ValueError("nobody thought of this")

    monkeypatch.setattr(watching, "waiting_in", wrong)
    fresh.work()
    assert "The watched folder was not looked at: nobody thought of this" in caplog.text


def test_a_kill_after_the_import_and_before_the_move_imports_nothing_twice(
    fresh: Site, folder: Path, watching: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "deals.csv").write_text(DEALS_OF_MARCH, encoding="utf-8")

    def killed(*_: object) -> Path:
        raise SystemExit(1)

    with monkeypatch.context() as patched:
        patched.setattr(watching, "put_aside", killed)
        look(fresh)
    assert last_job().state == "failed" and names(folder) == ["deals.csv"]
    sequence = last_batch().sequence
    look(fresh)
    assert last_batch().sequence == sequence and names(folder) == ["done/deals.csv"]


def test_a_file_with_which_workers_end_is_put_aside_at_last(fresh: Site, folder: Path, watching: Any) -> None:
    from attain.web.apps.jobs.models import Job

    file = folder / "deals.csv"
    file.write_text(DEALS_OF_MARCH, encoding="utf-8")
    now = fresh.workspace.ports.clock.now()
    arguments = {"name": file.name, "stamp": list(watching._stamp(file))}
    process = killed_process().as_text()
    for _ in range(watching.ATTEMPTS):
        Job.objects.create(kind=watching.KIND, arguments=arguments, asked_by="watched folder", asked_at=now,
                           state="running", process=process)  # fmt: skip
    fresh.work()  # a new worker finds them ended
    look(fresh)
    assert names(folder) == ["refused/deals.csv", "refused/deals.csv.txt"]


def test_the_worker_looks_by_itself(fresh: Site, folder: Path) -> None:
    from attain.web.apps.imports.rounds import Rounds

    file = folder / "deals.csv"
    file.write_text(DEALS_OF_MARCH, encoding="utf-8")
    os.utime(file, (0, 0))
    rounds = Rounds()
    rounds.go(fresh.workspace)
    rounds.go(fresh.workspace)
    fresh.work()
    assert last_batch().source == "deals.csv"


@pytest.mark.parametrize(
    "said", ['folder = "x"', 'folder = ""\nfiles = {}', 'folder = "x"\nfiles = {a = 1}', "fold = 1"]
)
def test_a_setting_that_cannot_be_meant_is_refused(tmp_path: Path, said: str) -> None:
    made = Workspace.create(tmp_path / "w", name="W")
    file = made.path / SETTINGS
    file.write_text(file.read_text(encoding="utf-8") + f"\n[watch]\n{said}\n", encoding="utf-8")
    with pytest.raises(SetupError, match="watch"):
        Workspace.open(made.path)


def test_the_setting_is_written_as_it_is_read(tmp_path: Path) -> None:
    made = Workspace.create(tmp_path / "w", name="W")
    file = made.path / SETTINGS
    file.write_text(file.read_text(encoding="utf-8") + WATCHED, encoding="utf-8")
    opened = Workspace.open(made.path)
    file.write_text(opened.as_toml(), encoding="utf-8")
    assert Workspace.open(made.path).watch == opened.watch == {
        "folder": "incoming", "files": {"crm-*.csv": "crm", "deals*.csv": "deals"},
    }  # fmt: skip


def test_without_a_folder_the_page_says_how_to_name_one(site: Site) -> None:
    assert "No folder is watched" in words(site.as_("admin").get("/imports/watched/"))
