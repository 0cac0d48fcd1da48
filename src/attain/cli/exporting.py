"""Tables of a run for other programs: exact numbers, and text that no spreadsheet takes for a formula."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from attain.cli.options import Folder, Json, examples, opened, wrong_use

if TYPE_CHECKING:
    from attain.engine.stored import StoredRun
    from attain.web.workspace import Workspace

TABLES = ("lines", "payments", "credits", "releases", "uncredited", "exceptions")
FORMATS = ("csv", "xlsx", "parquet")
KEPT = ("data", "facts", "plans", "mappings")
"""Folders of a workspace that an export stays out of."""
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
"""A cell of text that starts like this is a formula to a spreadsheet program."""
MOST_DIGITS = 15
"""A number of a spreadsheet is a binary one: beyond fifteen digits it would be another number."""
MONEY = frozenset(
    "amount computed earned released guarantee draw_paid draw_recovered draw_balance carried_in carried_out"
    " payable".split()
)
"""Columns in whole minor units of `currency`, in lines, releases and payments."""


def add_to(app: typer.Typer) -> None:
    app.command(
        short_help="Write a table of a run as CSV, XLSX, Parquet.",
        epilog=examples(
            "export run-000012 --table payments --format xlsx",
            "export 12 --table lines --to march.csv",
            "export 12 --format csv --to -",
        ),
    )(export)


def export(
    run: Annotated[str, typer.Argument(help="run-000001 or 1.")],
    table: Annotated[str, typer.Option(help=f"One of {', '.join(TABLES)}.")] = "lines",
    format_: Annotated[
        str | None, typer.Option("--format", help="csv, xlsx or parquet; else as the file is called.")
    ] = None,
    to: Annotated[Path | None, typer.Option(help="The file; - is standard output, for CSV.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that is there.")] = False,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Write a table of a run to a file: CSV, XLSX or Parquet.

    Amounts are decimals with the places of their currency. A text that a spreadsheet would run as a formula gets an
    apostrophe in CSV and stays text in XLSX; there, a number of more than fifteen digits is text, so that none changes.
    """
    from attain.cli.tables import answer, say
    from attain.kernel.errors import Refused

    to_screen = to is not None and str(to) == "-"
    chosen = format_ or (to.suffix.lower().removeprefix(".") if to is not None and not to_screen else "csv")
    if table not in TABLES or chosen not in FORMATS:
        wrong, known = (table, TABLES) if table not in TABLES else (chosen, FORMATS)
        raise wrong_use(f"{wrong!r} cannot be exported; known are {', '.join(known)}.")
    if to_screen and (chosen != "csv" or as_json):
        raise wrong_use("Only CSV goes to standard output, and no JSON beside it.")
    workspace = opened(folder)
    from attain.web.apps.pay.calculating import run_named, stored

    found = run_named(run)
    outcome = stored(workspace, found)
    columns, rows = content_of(outcome, table)
    if to_screen:
        print(as_csv(columns, rows).decode(), end="")
        return
    target = to or Path(f"{found.pk}-{table}.{chosen}")
    require_own(workspace, target, chosen)
    if target.exists() and not overwrite:
        raise Refused(
            f"{target} is there already.", code="export.exists", hint="Name another file, or add --overwrite."
        )
    if not target.resolve().parent.is_dir():
        raise wrong_use(f"There is no folder {target.parent}.")
    written = {"csv": as_csv, "xlsx": as_xlsx, "parquet": as_parquet}[chosen](columns, rows)
    workspace.ports.files.write_bytes_durably(target.resolve(), written)
    document = {"run": found.pk, "table": table, "format": chosen, "file": str(target), "rows": len(rows)}
    answer(as_json, document, lambda: say(f"{len(rows):,} rows of {table} of {found.pk} in {target}."))


def require_own(workspace: Workspace, target: Path, chosen: str) -> None:
    """An export never takes the place of records or documents, and replaces only what looks like an export."""
    from attain.kernel.errors import Refused

    root, place = workspace.path.resolve(), target.resolve()
    kept = [root / name for name in KEPT] + [(root / name).resolve() for name in KEPT]
    is_record = place.parent == root and place.name.casefold().startswith("attain.")
    if is_record or any(place == folder or folder in place.parents for folder in kept):
        raise Refused(
            f"{target} is a place of the workspace itself; an export would damage it.",
            code="export.workspace",
            hint="Name a file in another folder.",
        )
    if target.exists() and (not target.is_file() or place.suffix.lower() != f".{chosen}"):
        raise Refused(
            f"{target} is there already and is no .{chosen} file.",
            code="export.exists",
            hint=f"--overwrite replaces only a file that ends in .{chosen}; name another one.",
        )


def content_of(outcome: StoredRun, name: str) -> tuple[list[str], list[dict[str, Any]]]:
    """Columns, and rows whose amounts are decimals. A column that needs no change is taken as it is."""
    found = outcome.table(name)
    columns = [column for column in found.schema.names if not column.endswith("_over")]
    cells = {column: found[column].to_pylist() for column in columns}
    if name in ("lines", "releases", "payments"):
        for column in MONEY & cells.keys():
            cells[column] = _amounts(cells[column], cells["currency"])
        if "paid" in cells:
            codes = zip(cells["pay_currency"], cells["currency"], strict=True)
            cells["paid"] = _amounts(cells["paid"], [paid_in or own for paid_in, own in codes])
    for column in (one.removesuffix("_over") for one in found.schema.names if one.endswith("_over")):
        over = found[f"{column}_over"].to_pylist()
        said_in: list[str | None] = cells["currency"] if column in MONEY else [None] * len(over)
        cells[column] = [_exact(*cell) for cell in zip(cells[column], over, said_in, strict=True)]
    return columns, [dict(zip(columns, row, strict=True)) for row in zip(*cells.values(), strict=True)]


def _amounts(minor: Sequence[Any], codes: Sequence[str]) -> list[Decimal | None]:
    """Whole minor units of these currencies as decimals with their places."""
    from attain.kernel.money import currency

    places = {code: -currency(code).places for code in set(codes)}
    return [
        None if value is None else Decimal(int(value)).scaleb(places[code])
        for value, code in zip(minor, codes, strict=True)
    ]


def _exact(top: Any, below: Any, code: str | None) -> Decimal | str | None:
    """An exact decimal, money with the places of its currency; a third has none and stays the text 1/3."""
    from attain.cli.tables import number, placed

    if top is None:
        return None
    value = Fraction(int(top), int(below))
    said = number(value) if code is None else placed(value, code)
    return said if "/" in said else Decimal(said)


def guarded(text: str) -> str:
    """
    >>> guarded("=1+1"), guarded("Nova"), guarded("@SUM(A1)")
    ("'=1+1", 'Nova', "'@SUM(A1)")
    """
    return f"'{text}" if text.startswith(DANGEROUS) else text


def as_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    import csv
    import io

    text = io.StringIO()
    # With lines that end in CR LF, a lone CR within a text is quoted too; with LF alone it would end a row.
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_in_csv(row[column]) for column in columns])
    return text.getvalue().encode()


def _in_csv(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return guarded(value) if isinstance(value, str) else str(value)


def as_xlsx(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    import io
    from datetime import date

    import xlsxwriter

    made = io.BytesIO()
    safe = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(made, safe)
    sheet = book.add_worksheet("Attain")
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    decimals = {
        places: book.add_format({"num_format": f"#,##0.{'0' * places}" if places else "#,##0"}) for places in range(13)
    }
    for place, column in enumerate(columns):
        sheet.write_string(0, place, column, bold)
    for line, row in enumerate(rows, start=1):
        for place, column in enumerate(columns):
            value = row[column]
            if isinstance(value, Decimal) and len(value.as_tuple().digits) <= MOST_DIGITS:
                sheet.write_number(line, place, value, decimals[_places(value)])
            elif isinstance(value, int) and not isinstance(value, bool) and len(str(abs(value))) <= MOST_DIGITS:
                sheet.write_number(line, place, value)
            elif isinstance(value, date):
                sheet.write_datetime(line, place, value, day)
            elif value is not None:
                sheet.write_string(line, place, value if isinstance(value, str) else _in_csv(value))
    sheet.freeze_panes(1, 0)
    book.close()
    return made.getvalue()


def _places(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def as_parquet(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Exact decimals of one scale a column; a column that holds a fraction without a decimal form is text."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrays = []
    for column in columns:
        values = [row[column] for row in rows]
        given = [value for value in values if value is not None]
        if any(isinstance(value, Decimal) for value in given):
            if all(isinstance(value, Decimal) for value in given):
                scale = max(_places(value) for value in given)
                arrays.append(pa.array(values, pa.decimal128(38, scale)))
            else:
                arrays.append(pa.array([None if value is None else str(value) for value in values], pa.string()))
        else:
            arrays.append(pa.array(values) if given else pa.array(values, pa.string()))
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(arrays, names=list(columns)), sink, compression="zstd")
    content: bytes = sink.getvalue().to_pybytes()
    return content
