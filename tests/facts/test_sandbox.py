"""A child process reads what strangers send: it gives the same answer, and when it dies only the file is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from attain.facts.importing import read_source
from attain.facts.mapping import Mapping, parse_mapping
from attain.facts.sandbox import LIMITS, read_in_child
from attain.facts.schema import FactType
from attain.kernel.errors import FactError

from .test_bad_input import BAD_ROWS, HEADER, file_of, planted
from .test_xlsx import BOMBS
from .workbooks import raw_book

XLSX = Mapping("deals", format="xlsx")


def test_the_child_and_this_process_judge_alike(deals: FactType, tmp_path: Path) -> None:
    kinds = [row for row, code, *_ in BAD_ROWS.values() if "\n" not in row]
    content = file_of(*kinds, planted(id="D9", discount="12")).encode()
    path = tmp_path / "deals.csv"
    path.write_bytes(content)
    here = read_source(content, deals, trusted=True)
    for source in (content, path):
        there = read_source(source, deals)
        assert there.good.equals(here.good)
        assert there.quarantine.equals(here.quarantine)
        assert (there.findings, there.totals, there.content_id) == (here.findings, here.totals, here.content_id)


def test_a_refusal_comes_back_with_code_line_and_advice(deals: FactType) -> None:
    mapping = parse_mapping("into: deals\ncontrol: {rows: 9}\n", {"deals": deals})
    with pytest.raises(FactError) as caught:
        read_source(file_of().encode(), deals, mapping)
    assert (caught.value.code, caught.value.where.line) == ("file.control-rows", 4)
    assert caught.value.hint


def test_a_file_over_the_memory_limit_is_refused_and_says_so(deals: FactType) -> None:
    wide = "\n".join([HEADER, *(planted(id=f"D{number}") for number in range(400_000))]).encode()
    with pytest.raises(FactError) as caught:
        read_in_child(wide, deals, Mapping("deals"), replace(LIMITS, memory_bytes=150 << 20))
    assert (caught.value.code, caught.value.where.line) == ("file.limit", 1)
    assert "memory limit of 150 MB" in caught.value.message


def test_a_file_over_the_time_limit_is_refused_and_says_so(deals: FactType) -> None:
    content = "\n".join([HEADER, *(planted(id=f"D{number}") for number in range(200_000))]).encode()
    with pytest.raises(FactError, match=r"longer than 0\.2 seconds"):
        read_in_child(content, deals, Mapping("deals"), replace(LIMITS, wall_seconds=0.2))


def test_more_bytes_than_allowed_are_not_even_sent(deals: FactType) -> None:
    with pytest.raises(FactError) as caught:
        read_in_child(b"x" * (3 << 20), deals, Mapping("deals"), replace(LIMITS, source_bytes=1 << 20))
    assert caught.value.code == "file.too-large"


@pytest.mark.parametrize("kind", ["a zip bomb", "entities", "half an archive"])
def test_a_bomb_is_refused_by_the_child(kind: str, deals: FactType) -> None:
    content, code = BOMBS[kind]
    with pytest.raises(FactError) as caught:
        read_in_child(content, deals, XLSX)
    assert caught.value.code == code


def test_a_workbook_that_blows_up_in_memory_ends_the_child_alone(deals: FactType) -> None:
    """Within every limit of the archive, but each element costs a hundred times its text."""
    cells = "<x/>" * 1_500_000
    noise = "".join(f"<y a='{number}'/>" for number in range(100_000))
    with pytest.raises(FactError) as caught:
        read_in_child(
            raw_book("", **{"xl__styles.xml": f"<s>{cells}{noise}</s>"}),
            deals,
            XLSX,
            replace(LIMITS, memory_bytes=250 << 20),
        )
    assert caught.value.code == "file.limit"


def test_a_file_that_is_not_there_is_an_error_and_not_a_crash(deals: FactType, tmp_path: Path) -> None:
    with pytest.raises(FactError, match="cannot be read"):
        read_source(tmp_path / "missing.csv", deals)
