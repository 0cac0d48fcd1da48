"""How a command ends: the status that a script reads, and what a person reads instead of a stack trace.

| Status | Meaning |
|---|---|
| 0 | done, and nothing was found |
| 1 | refused by a rule, or errors, failed tests or differences were found |
| 2 | wrong use: an option, a name or a period that does not exist |
| 3 | the workspace is damaged or unsafe: restore or repair it before going on |
| 70 | a fault of Attain itself |

With `--json` the error is one JSON document on standard output, so a script always gets exactly one: of wrong use too,
and with the status. ATTAIN_DEBUG=1 shows the stack trace of a fault.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import typer

from attain.kernel.errors import AttainError, Findings, NotFound, NumberError, PeriodError, SetupError

DONE, FOUND, WRONG_USE, DAMAGED, OUR_FAULT = 0, 1, 2, 3, 70
_DAMAGE = ("audit.", "batch.damaged", "ledger.damaged", "backup.damaged", "seal.", "store.", "run.damaged")
_BUSY = ("store.busy",)
_USE = (
    "run.unknown",
    "imports.into",
    "setup.workspace-exists",
    "backup.none",
    "plan.no-folder",
    "yaml.unreadable",
    "money.unknown-currency",
)
ClickException = next(base for base in typer.BadParameter.__mro__ if base.__name__ == "ClickException")
"""What all wrong use is raised as: of click, or of the copy that typer carries."""
_WRONG = {
    "NoSuchOption": "use.no-option",
    "NoSuchCommand": "use.no-command",
    "NoArgsIsHelpError": "use.no-command",
    "MissingParameter": "use.missing",
    "BadParameter": "use.value",
}


def status_of(fault: AttainError) -> int:
    codes = [finding.code for finding in fault.findings] if isinstance(fault, Findings) else [fault.code]
    if any(code.startswith(_DAMAGE) and code not in _BUSY for code in codes):
        return DAMAGED
    if isinstance(fault, SetupError):
        # A setting that stands in no file was given on the command line.
        given = fault.where.file is None and fault.code in ("setup.setting", "setup.calendar")
        return WRONG_USE if given else DAMAGED
    if isinstance(fault, NotFound | PeriodError | NumberError) or fault.code in _USE:
        return WRONG_USE
    return FOUND


def report(fault: Exception, *, as_json: bool) -> int:
    """Say what went wrong and return the exit status."""
    if os.environ.get("ATTAIN_DEBUG") == "1":
        raise fault
    if isinstance(fault, ClickException):
        return _wrong_use(fault, as_json=as_json)
    if not isinstance(fault, AttainError):
        return _our_fault(fault, as_json=as_json)
    if as_json:
        _print(fault.as_dict(), status_of(fault))
    else:
        print(str(fault), file=sys.stderr)
    return status_of(fault)


def _print(error: dict[str, Any], status: int) -> None:
    print(json.dumps({"error": error, "status": status}, ensure_ascii=False, indent=2))


def _wrong_use(fault: Any, *, as_json: bool) -> int:
    if not as_json:
        fault.show()
        return WRONG_USE
    command = fault.ctx.command_path if getattr(fault, "ctx", None) is not None else "attain"
    name = "NoSuchCommand" if str(fault.message).startswith("No such command") else type(fault).__name__
    parameter = getattr(fault, "param", None)
    said = (getattr(fault, "option_name", None), getattr(fault, "param_hint", None), parameter and parameter.opts[0])
    field = next((one for one in said if one), None)
    message = "Name a command." if name == "NoArgsIsHelpError" else fault.format_message()
    where = {} if field is None else {"field": field}
    code = _WRONG.get(name, "use.wrong")
    _print({"code": code, "message": message, "where": where, "hint": f"See `{command} --help`."}, WRONG_USE)
    return WRONG_USE


def _our_fault(fault: Exception, *, as_json: bool) -> int:
    import attain

    message = f"This is a fault of ours: {type(fault).__name__}: {fault}"
    hint = (
        "Nothing that was being written is visible. Please report it with the command and the version"
        f" ({attain.__version__}); ATTAIN_DEBUG=1 shows where it happened."
    )
    if as_json:
        _print({"code": "fault", "message": message, "where": {}, "hint": hint}, OUR_FAULT)
    else:
        print(f"{message}  [fault]\n  {hint}", file=sys.stderr)
    return OUR_FAULT
