"""Where the time of a calculation went, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from attain.web.apps.pay.profile import Part, Profile

SHOWN = 15


def show_profile(profile: Profile) -> None:
    """The longest parts first; queries that only give a name to others take no time of their own."""
    from attain.cli.tables import table
    from attain.web.apps.pay.profile import Part

    whole = sum(part.seconds for part in profile.parts)
    longest = sorted(profile.parts, key=lambda part: -part.seconds)
    rows: list[tuple[str, ...]] = [_row(part, whole) for part in longest[:SHOWN]]
    rest = longest[SHOWN:]
    if rest:
        others = Part(f"{len(rest)} others", "", sum(p.seconds for p in rest), sum(p.processor for p in rest))
        rows.append(_row(others, whole))
    total = Part("together", "", whole, sum(part.processor for part in profile.parts))
    table(("What", "Table", ">s", ">s of processors", ">share"), rows, total=_row(total, whole))


def _row(part: Part, whole: float) -> tuple[str, ...]:
    share = f"{part.seconds / whole:.0%}" if whole else ""
    return part.what, part.table, f"{part.seconds:.2f}", f"{part.processor:.2f}", share
