"""How a command ends: the status that a script reads, and what a person reads instead of a stack trace.

| Status | Meaning |
|---|---|
| 0 | done, and nothing was found |
| 1 | refused by a rule, or errors, failed tests or differences were found |
| 2 | wrong use: an option, a name or a period that does not exist |
| 3 | the workspace is damaged or unsafe: restore or repair it before going on |
| 70 | a fault of Attain itself |

With `--json` the error is one JSON document on standard output, so a script always gets exactly one. ATTAIN_DEBUG=1
shows the stack trace of a fault.
"""

from __future__ import annotations

import json
import os
import sys

from attain.kernel.errors import AttainError, Findings, NotFound, NumberError, PeriodError, SetupError

DONE, FOUND, WRONG_USE, DAMAGED, OUR_FAULT = 0, 1, 2, 3, 70
_DAMAGE = ("audit.", "batch.damaged", "ledger.damaged", "backup.damaged", "seal.", "store.", "run.damaged")
_BUSY = ("store.busy",)
_USE = ("run.unknown", "imports.into", "setup.workspace-exists", "backup.none", "plan.no-folder", "yaml.unreadable")


def status_of(fault: AttainError) -> int:
    codes = [finding.code for finding in fault.findings] if isinstance(fault, Findings) else [fault.code]
    if any(code.startswith(_DAMAGE) and code not in _BUSY for code in codes):
        return DAMAGED
    if isinstance(fault, SetupError):
        return DAMAGED
    if isinstance(fault, NotFound | PeriodError | NumberError) or fault.code in _USE:
        return WRONG_USE
    return FOUND


def report(fault: Exception, *, as_json: bool) -> int:
    """Say what went wrong and return the exit status."""
    if os.environ.get("ATTAIN_DEBUG") == "1":
        raise fault
    if not isinstance(fault, AttainError):
        return _our_fault(fault, as_json=as_json)
    if as_json:
        print(json.dumps({"error": fault.as_dict()}, ensure_ascii=False, indent=2))
    else:
        print(str(fault), file=sys.stderr)
    return status_of(fault)


def _our_fault(fault: Exception, *, as_json: bool) -> int:
    import attain

    message = f"This is a fault of ours: {type(fault).__name__}: {fault}"
    hint = (
        "Nothing that was being written is visible. Please report it with the command and the version"
        f" ({attain.__version__}); ATTAIN_DEBUG=1 shows where it happened."
    )
    if as_json:
        error = {"code": "fault", "message": message, "where": {}, "hint": hint}
        print(json.dumps({"error": error}, ensure_ascii=False, indent=2))
    else:
        print(f"{message}  [fault]\n  {hint}", file=sys.stderr)
    return OUR_FAULT
