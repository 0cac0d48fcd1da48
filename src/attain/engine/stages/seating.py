"""Where the payee of a credit sits: as a participant of the plan on the recipient date, and on the credit date."""

from __future__ import annotations

from sqlglot import exp

from attain.engine.compilation import Compilation
from attain.engine.frame import Frame, col, table
from attain.engine.sql import all_of, case
from attain.engine.stages.lines import is_vacant

_SEAT = ("title", "territory", "unit")


def join_member(compilation: Compilation, frame: Frame) -> None:
    """The payee as a participant on the recipient date: `@person_on_plan` is missing for everybody else."""
    members = compilation.members()
    since, until = "@member_from", "@member_to"
    fields = {"@person": "person", **{f"member.{name}": name for name in _SEAT}}
    frame.join(
        table(members),
        {"payee": col("@payee"), "position": col("@position")},
        {since: "valid_from", until: "valid_to", "@person_on_plan": "payee", **fields},
        also=all_of(
            exp.LTE(this=col(since), expression=col("@recipient")),
            exp.LT(this=col("@recipient"), expression=col(until)),
        ),
    )


def join_seat(frame: Frame, *, reversal: bool) -> None:
    """The position that the payee holds on the credit date (`@seated`). A reversal is credited to the seat of its
    original, and its payee may hold another one by then; who holds none is seen in the seat that was credited
    (`@held`), though no longer as one of its team."""
    if not reversal:
        frame.add("@seated", col("@position"))
        frame.add("@held", col("@position"))
        for name in _SEAT:
            frame.add(f"@{name}", col(f"member.{name}"))
        return
    since, until = "held.from", "held.to"
    on_the_date = all_of(
        exp.LTE(this=col(since), expression=col("@date")), exp.LT(this=col("@date"), expression=col(until))
    )
    taken = {"held.position": "position", since: "valid_from", until: "valid_to"}
    frame.join(table("seats"), {"payee": col("@payee")}, taken, also=on_the_date)
    seated = case().when(is_vacant("@payee"), col("@position"), copy=False).else_(col("held.position"), copy=False)
    frame.add("@seated", seated)
    frame.add("@held", exp.Coalesce(this=col("@seated"), expressions=[col("@position")]))
    since, until = "seat.from", "seat.to"
    on_the_date = all_of(
        exp.LTE(this=col(since), expression=col("@date")), exp.LT(this=col("@date"), expression=col(until))
    )
    fields = {f"@{name}": name for name in _SEAT}
    frame.join(
        table("positions"),
        {"position": col("@held")},
        {since: "valid_from", until: "valid_to", **fields},
        also=on_the_date,
    )
