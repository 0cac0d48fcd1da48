"""Errors that a payroll clerk can act on: where it happened, what it means, what to do next.

    AttainError
    ├── PlanError          a plan document says something that cannot be computed
    ├── FactError          a row of an imported file cannot be believed
    ├── SetupError         the workspace or its configuration is not usable
    ├── Refused            a guard said no: closed period, missing right, four eyes
    ├── NotFound           the named thing does not exist
    ├── MoneyError         amounts
    │   ├── CurrencyMismatch   two currencies in one sum
    │   └── Overflow           more digits than an amount may have
    ├── NumberError        a text that is not the number it should be
    ├── PeriodError        a period or calendar that does not exist
    ├── DatingError        dated rows that overlap, leave a gap, or form a circle
    ├── CalculationError   a run met a case that it must not guess about
    └── Findings           several findings at once, so that nobody has to fix a file one message at a time

A code such as `plan.tier-gap` never changes its meaning; the sentences around it may improve.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

Level = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Where:
    """A place in a document or file, as exact as it is known.

    >>> str(Where("plans/ae.yaml", 23, "component commission, tier 3"))
    'plans/ae.yaml:23  component commission, tier 3'
    >>> str(Where(field="quota", line=7))
    'line 7  quota'
    """

    file: str | None = None
    line: int | None = None
    field: str | None = None
    column: int | None = None

    def __str__(self) -> str:
        numbers = [str(number) for number in (self.line, self.column) if number is not None]
        if self.file is not None:
            place = ":".join([self.file, *numbers])
        elif self.line is not None:
            place = "line " + ":".join(numbers)
        else:
            place = ""
        return "  ".join(part for part in (place, self.field) if part)

    @property
    def is_known(self) -> bool:
        return self != Where()

    def as_dict(self) -> dict[str, Any]:
        known = {"file": self.file, "line": self.line, "column": self.column, "field": self.field}
        return {name: value for name, value in known.items() if value is not None}


NOWHERE = Where()


def house_form(code: str, message: str, where: Where, hint: str | None) -> str:
    """The one way in which errors and findings look on a terminal, in a log and in a test."""
    lines = [f"{where}  [{code}]", message] if where.is_known else [f"{message}  [{code}]"]
    if hint:
        lines.append(hint)
    first, *rest = [line for part in lines for line in part.splitlines()]
    return "\n".join([first, *(f"  {line}" for line in rest)])


class AttainError(Exception):
    """Something that a user can understand and mend. Anything else that is raised is a fault of ours."""

    default_code: ClassVar[str] = "attain.error"

    def __init__(
        self, message: str, *, code: str | None = None, where: Where = NOWHERE, hint: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        return house_form(self.code, self.message, self.where, self.hint)

    def as_dict(self) -> dict[str, Any]:
        """For `--json` and the API: always the same four keys."""
        return {"code": self.code, "message": self.message, "where": self.where.as_dict(), "hint": self.hint}


class PlanError(AttainError):
    """`part` is the path of the named part of a plan that was being computed, for whoever knows the plan's file."""

    default_code = "plan.invalid"
    plan: str | None = None
    part: tuple[str, ...] = ()

    def note_part(self, plan: str, part: tuple[str, ...]) -> None:
        """Keeps what was noted first: the innermost part."""
        if self.plan is None:
            self.plan, self.part = plan, part
            if not self.where.is_known:
                self.where = Where(field=", ".join([f"plan {plan}", *part]))


class FactError(AttainError):
    default_code = "fact.invalid"


class SetupError(AttainError):
    default_code = "setup.invalid"


class Refused(AttainError):
    default_code = "refused"


class NotFound(AttainError):
    default_code = "not-found"


class MoneyError(AttainError):
    default_code = "money.invalid"


class CurrencyMismatch(MoneyError):
    default_code = "money.currency-mismatch"


class Overflow(MoneyError):
    default_code = "money.overflow"


class NumberError(AttainError):
    default_code = "number.invalid"


class PeriodError(AttainError):
    default_code = "period.invalid"


class DatingError(AttainError):
    default_code = "dating.invalid"


class CalculationError(AttainError):
    default_code = "calculation.failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check has to say. `witness` is the case that proves it, such as an attainment of 95%."""

    level: Level
    code: str
    message: str
    where: Where = NOWHERE
    hint: str | None = None
    witness: str | None = None

    def __str__(self) -> str:
        return house_form(self.code, self.message, self.where, self.hint)

    @property
    def is_error(self) -> bool:
        return self.level == "error"

    def as_dict(self) -> dict[str, Any]:
        return {
            "level": self.level,
            "code": self.code,
            "message": self.message,
            "where": self.where.as_dict(),
            "hint": self.hint,
            "witness": self.witness,
        }


class Findings(AttainError):
    """All findings of one pass, raised together when at least one of them stops the work."""

    default_code = "findings"

    def __init__(self, findings: Iterable[Finding], *, message: str | None = None) -> None:
        self.findings = tuple(findings)
        if not self.findings:
            raise ValueError("Findings needs at least one finding: nothing found is no error.")
        super().__init__(message or count_in_words(self.findings))

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions are rebuilt from their args; ours are the findings. Needed when a child process reports back.
        return _rebuilt_findings, (self.findings, self.message)

    def __str__(self) -> str:
        return "\n\n".join(str(finding) for finding in self.findings)

    def as_dict(self) -> dict[str, Any]:
        return {**super().as_dict(), "findings": [finding.as_dict() for finding in self.findings]}


def _rebuilt_findings(findings: tuple[Finding, ...], message: str) -> Findings:
    return Findings(findings, message=message)


def count_in_words(findings: Iterable[Finding]) -> str:
    """
    >>> count_in_words([Finding("error", "a", "x"), Finding("note", "b", "y"), Finding("error", "c", "z")])
    '2 errors, 1 note'
    """
    counts = Counter(finding.level for finding in findings)
    levels: tuple[Level, ...] = ("error", "warning", "note")
    return ", ".join(f"{counts[level]} {level}{'s' * (counts[level] != 1)}" for level in levels if counts[level])


def suggest(word: str, choices: Iterable[str]) -> str | None:
    """The choice that was probably meant, for "did you mean"; None when nothing is near.

    >>> suggest("comission", ["commission", "bonus"])
    'commission'
    >>> suggest("EURO", ["EUR", "USD"])
    'EUR'
    >>> suggest("xyz", ["commission", "bonus"]) is None
    True
    """
    by_folded = {choice.casefold(): choice for choice in choices}
    nearest = difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[nearest[0]] if nearest else None
