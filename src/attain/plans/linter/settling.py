"""Releases and clawbacks: parts that do not add up, steps that nobody reaches."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from attain.kernel.errors import Finding
from attain.kernel.numbers import rate_as_text
from attain.plans.linter.rules import PlanRule, Reading
from attain.plans.mistakes import Path
from attain.plans.model import Release
from attain.plans.scalars import Delay


def releases(reading: Reading) -> Iterator[tuple[Path, tuple[Release, ...]]]:
    if reading.plan.settlement.release:
        yield ("settlement", "release"), reading.plan.settlement.release
    for name, component in reading.plan.components.items():
        if component.release:
            yield ("components", name, "release"), component.release


class ReleaseShares(PlanRule):
    """The parts of a line sum to 100 %. Less is never paid, more is paid without having been earned; `rest` closes
    the sum."""

    code = "plan.release-shares"
    level = "error"

    def check(self, reading: Reading) -> Iterator[Finding]:
        for path, parts in releases(reading):
            rests = [number for number, part in enumerate(parts) if part.share == "rest"]
            shares = [None if part.share == "rest" else reading.constants.number(part.share) for part in parts]
            known = sum((share for share in shares if share is not None), Fraction(0))
            unknown = len([share for share in shares if share is None]) > len(rests)
            if len(rests) > 1:
                yield self._found(
                    reading, (*path, rests[1]), "Two parts have the share `rest`; only one can close the sum.", known
                )
            elif rests and known >= 1:
                yield self._found(
                    reading,
                    (*path, rests[0]),
                    f"The other parts have {rate_as_text(known)} already; nothing is left for `rest`.",
                    known,
                )
            elif not rests and not unknown and known != 1:
                yield self._found(reading, path, f"The parts sum to {rate_as_text(known)}, not to 100%.", known)

    def _found(self, reading: Reading, path: Path, message: str, known: Fraction) -> Finding:
        return self.finding(
            reading,
            path,
            message,
            witness=f"a line of 1000.00 releases {reading.money(known * 1000)} in named parts",
            hint="Give the last part `share: rest`.",
        )


class ReleaseSteps(PlanRule):
    """Several equal parts need their distance: `in: 3` goes with `every: month`, and `day` with a delay in months."""

    code = "plan.release-steps"
    level = "error"

    def check(self, reading: Reading) -> Iterator[Finding]:
        for path, parts in releases(reading):
            for number, part in enumerate(parts):
                if part.in_ > 1 and part.every is None:
                    yield self.finding(
                        reading,
                        (*path, number),
                        f"{part.in_} parts have no distance from each other.",
                        witness=f"all {part.in_} parts of 1000.00 would be due on the same day",
                        hint="Add `every: month`.",
                    )


class ClawbackSteps(PlanRule):
    """The steps of a clawback rise and end within its time; a step that does not is never used."""

    code = "plan.clawback-steps"

    def check(self, reading: Reading) -> Iterator[Finding]:
        clawback = reading.plan.settlement.clawback
        if clawback is None:
            return
        path: Path = ("settlement", "clawback", "takes")
        if clawback.takes == "pro_rata" and clawback.within is None:
            yield self.finding(
                reading,
                ("settlement", "clawback"),
                "`takes: pro_rata` needs the time over which the part shrinks.",
                level="error",
                witness="a return after 90 days takes back an unknown part",
                hint="Add `within: 180 days`.",
            )
        if isinstance(clawback.takes, str):
            return
        reached = 0
        for number, step in enumerate(clawback.takes):
            days, most = _days(step.to), None if clawback.within is None else _days(clawback.within)
            earlier = reached
            reached = max(reached, days)
            if days <= earlier or (most is not None and earlier >= most):
                yield self.finding(
                    reading,
                    (*path, number),
                    f"Step {number + 1} of the clawback is never reached.",
                    witness=f"a return after {earlier + 1} days "
                    + ("finds a later step" if days <= earlier else "is not taken back at all"),
                    hint="Let the steps rise, and end within the time of `within`.",
                )


def _days(delay: Delay) -> int:
    return delay.count * (30 if delay.unit == "months" else 1)


class CarriedForEver(PlanRule):
    """A draw that is recovered with a share of nothing, or a limit that carries without end, leaves a balance for
    ever."""

    code = "plan.never-recovered"

    def check(self, reading: Reading) -> Iterator[Finding]:
        draw = reading.plan.settlement.draw
        if draw is None or draw.recover is None:
            return
        share = reading.constants.number(draw.recover.share)
        if share is not None and share <= 0:
            yield self.finding(
                reading,
                ("settlement", "draw", "recover", "share"),
                "The draw is recoverable, but nothing of it is ever recovered.",
                witness="a balance of 1000.00 stays 1000.00 however much is earned",
                hint="Give a share above 0, or leave out `recover` for a draw that need not be paid back.",
            )


RULES = (ReleaseShares, ReleaseSteps, ClawbackSteps, CarriedForEver)
