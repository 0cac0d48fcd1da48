"""Files that mean harm, through the pages: refused with a reason, in bounded time, and nothing is left behind."""

from __future__ import annotations

import csv
import io
import time
import zipfile
from collections.abc import Callable

import pytest

from tests.web.conftest import Site
from tests.web.test_import_pages import asked_to_repair, repair
from tests.web.test_mapping_pages import begun
from tests.web.test_other_pages import bomb, last_batch, last_job, left_in_uploads, upload
from tests.web.test_pay_pages import words

SECONDS = 30
"""Many times what each of them takes on a machine that has nothing else to do."""
HEADER = "id,close_date,amount,owner\n"


def lying_workbook() -> bytes:
    """A small sheet whose row claims to lie in the last column that a name can have."""
    content = io.BytesIO()
    cell = '<c r="ZZZ1" t="inlineStr"><is><t>id</t></is></c>'
    sheet = f'<worksheet><sheetData><row r="1">{cell}</row></sheetData></worksheet>'
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr(
            "xl/workbook.xml", '<workbook><sheets><sheet name="a" r:id="r1" xmlns:r="r"/></sheets></workbook>'
        )
        packed.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships><Relationship Id="r1" Target="worksheets/a.xml"/></Relationships>',
        )
        packed.writestr("xl/worksheets/a.xml", sheet)
    return content.getvalue()


FILES: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "bomb": ("a.xlsx", bomb, "unpack"),
    "lying workbook": ("a.xlsx", lying_workbook, ""),
    "no workbook": ("a.xlsx", lambda: b"PK\x03\x04" + b"\x00" * 4000, "damaged"),
    "entities": ("a.csv", lambda: b"PK\x03\x04" + b"x" * 99, "ZIP archive"),
    "huge cell": ("a.csv", lambda: f"{HEADER}A,2026-03-01,1.00,{'x' * (40 << 20)}\n".encode(), "A line of"),
    "huge quoted cell": (
        "a.csv",
        lambda: (HEADER + 'A,2026-03-01,1.00,"' + "xxxxxxxxx\n" * 10**6).encode(),
        "never closed",
    ),
    "ten million columns": ("a.csv", lambda: (",".join(["x"] * 10**7) + "\n").encode(), "A line of"),
    "many columns": (
        "a.csv",
        lambda: (",".join(f"c{n}" for n in range(50_000)) + "\n1\n").encode(),
        "columns; at most",
    ),
    "another encoding": ("a.csv", lambda: f"{HEADER}Ä,2026-03-01,1.00,Jürgen\n".encode("cp1252"), "is no utf-8"),
    "utf-16": ("a.csv", lambda: f"{HEADER}A,2026-03-01,1.00,ron\n".encode("utf-16"), "looks like UTF-16"),
    "bytes": ("a.csv", lambda: bytes(range(1, 256)) * 4000, ""),
    "zeros": ("a.csv", lambda: b"\x00" * 10**6, "looks like UTF-16"),
    "empty": ("a.csv", lambda: b"", "is empty"),
    "only a header": ("a.csv", HEADER.encode, "no rows"),
    "half a table": ("a.parquet", lambda: b"PAR1" + b"\x15\x04" * 2000 + b"PAR1", ""),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_hostile_upload_is_refused_with_a_reason(fresh: Site, kind: str) -> None:
    """Q.5: by its own column names, as a job."""
    name, made, said = FILES[kind]
    before, content = last_batch().pk, made()
    begun_at = time.monotonic()
    upload(fresh, content, name)
    assert time.monotonic() - begun_at < SECONDS
    assert last_job().state == "failed" and said in last_job().failure
    assert "fault of ours" not in last_job().failure
    assert last_job().failure[:30] in words(fresh.as_("admin").get(f"/jobs/{last_job().pk}/")).replace("&#x27;", "'")
    assert (last_batch().pk, left_in_uploads(fresh)) == (before, [])


@pytest.mark.parametrize("kind", FILES)
def test_a_hostile_file_is_looked_at_without_harm(fresh: Site, kind: str) -> None:
    """The page on which a file is described answers, whatever the file is; so it does while one types."""
    name, made, _ = FILES[kind]
    begun_at = time.monotonic()
    page = fresh.as_("admin").get(begun(fresh, made(), name))
    assert time.monotonic() - begun_at < SECONDS
    assert page.status_code == 200
    assert len(page.content) < 2 << 20


def test_formulas_stay_texts_on_their_way_through_repair(fresh: Site) -> None:
    """What a sheet would calculate is repaired and given out as it came: quoted in the page, a text in the file."""
    cell = '=cmd|"/c calc"!A1'
    content = io.StringIO()
    csv.writer(content).writerows([HEADER.strip().split(","), [cell, "2026-03-40", "1.00", "ron"]])
    upload(fresh, content.getvalue().encode(), "formulas.csv")
    batch = last_batch()
    page = fresh.as_("admin").get(f"/imports/{batch.pk}/").content.decode()
    assert 'value="=cmd|&quot;/c calc&quot;!A1"' in page and cell not in page
    given = fresh.as_("admin").get(f"/imports/{batch.pk}/aside.csv")
    assert given["Content-Type"].startswith("text/csv") and "attachment" in given["Content-Disposition"]
    assert given["X-Content-Type-Options"] == "nosniff"
    fields = asked_to_repair(fresh, batch)
    assert "1 row is repaired" in repair(fresh, batch, {**fields, "cell-2-0": cell, "cell-2-1": "2026-03-31"})


@pytest.mark.parametrize("name", ["../../x.csv", "/etc/x.csv", "..\\x.csv", "a\x00.csv", "<b>.csv", "x" * 300 + ".csv"])
def test_the_name_of_a_file_that_is_described_is_never_a_path(fresh: Site, name: str) -> None:
    before = {path for path in fresh.workspace.path.rglob("*") if "data" not in path.parts}
    page = fresh.as_("admin").get(begun(fresh, f"{HEADER}A,2026-03-01,1.00,ron\n".encode(), name))
    assert page.status_code == 200 and "<b>.csv" not in page.content.decode()
    assert {path for path in fresh.workspace.path.rglob("*") if "data" not in path.parts} == before


@pytest.mark.parametrize(("who", "kept"), [("rep", 0), ("admin", 3)])
def test_files_are_taken_from_whoever_may_import_and_bounded_together(
    fresh: Site, monkeypatch: pytest.MonkeyPatch, who: str, kept: int
) -> None:
    """Q.5: a hundred files in one request would fill the disk a hundred times over."""
    from attain.web.apps.imports import uploads

    monkeypatch.setattr(uploads, "LARGEST", 300_000)
    taken = []
    receive = uploads.TemporaryFileUploadHandler.receive_data_chunk
    monkeypatch.setattr(
        uploads.TemporaryFileUploadHandler, "receive_data_chunk",
        lambda self, data, start: taken.append(len(data)) or receive(self, data, start),
    )  # fmt: skip
    files = {f"file{number}": io.BytesIO(b"x" * 100_000) for number in range(30)}
    fresh.as_(who).post("/me/", files)
    assert sum(taken) <= kept * 100_000
