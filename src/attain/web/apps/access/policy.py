"""What roles may do, and which right each route needs. What is not said here is refused.

A view says it with `@needs(Right.SEE_RUNS)`, `@signed_in` or `@anybody`. Views of libraries stand in `FOREIGN`, by the
name of their route.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Any, TypeVar

from .models import Role

View = TypeVar("View", bound=Callable[..., Any])


class Right(Enum):
    """A thing that a role lets one do. Whose pay is seen is a question of the viewer, not of a right."""

    SEE_PAY = "see statements of those whom one may see"
    SEE_TOTALS = "see what closed periods come to, and nobody's part of it"
    SEE_RUNS = "see runs, their checks and totals"
    CALCULATE = "start runs"
    APPROVE = "approve what a run pays"
    RELEASE = "release and close a period"
    SEE_PEOPLE = "see people and positions"
    CHANGE_PEOPLE = "change people, positions, teams and territories"
    SEE_IMPORTS = "see batches"
    IMPORT = "import files and undo batches"
    SEE_PLANS = "see plans and their findings"
    EDIT_PLANS = "edit and submit drafts of plans"
    APPROVE_PLANS = "approve drafts of plans"
    PUBLISH_PLANS = "publish and retire plans"
    SEE_AUDIT = "read the log"
    SEE_ACCOUNTS = "see accounts and roles"
    GRANT = "make accounts and grant roles"
    SEE_AS = "see pages as somebody else does"


_READ = {Right.SEE_PAY, Right.SEE_RUNS, Right.SEE_PEOPLE, Right.SEE_IMPORTS, Right.SEE_PLANS}
RIGHTS: Mapping[str, frozenset[Right]] = {
    Role.REP: frozenset({Right.SEE_PAY}),
    Role.MANAGER: frozenset({Right.SEE_PAY}),
    Role.COMPENSATION_ADMIN: frozenset(
        {
            *_READ,
            *(Right.CALCULATE, Right.APPROVE, Right.RELEASE, Right.IMPORT, Right.SEE_AS, Right.CHANGE_PEOPLE),
            *(Right.EDIT_PLANS, Right.APPROVE_PLANS, Right.PUBLISH_PLANS),
        }
    ),
    Role.FINANCE: frozenset({*_READ, Right.APPROVE, Right.RELEASE, Right.APPROVE_PLANS}),
    Role.EXECUTIVE: frozenset({Right.SEE_PAY, Right.SEE_TOTALS}),
    Role.AUDITOR: frozenset({*_READ, Right.SEE_AUDIT, Right.SEE_ACCOUNTS}),
    Role.ADMINISTRATOR: frozenset({Right.SEE_ACCOUNTS, Right.GRANT}),
}
SEES_EVERYBODY = frozenset({Role.COMPENSATION_ADMIN, Role.FINANCE, Role.AUDITOR})
NEEDS_TWO = SEES_EVERYBODY | {Role.ADMINISTRATOR}
"""Roles that open everybody's pay or the accounts: one administrator grants them, another one confirms."""

OF_PEOPLE = frozenset({Right.SEE_AS, Right.SEE_ACCOUNTS, Right.GRANT})
"""What no program is given: who may what is decided by people on pages."""
OF_TOKENS = tuple(right for right in Right if right not in OF_PEOPLE)
READING = frozenset(right for right in OF_TOKENS if right.name.startswith("SEE_"))

ANYBODY, SIGNED_IN = "anybody", "signed in"
Policy = Right | str
FOREIGN: Mapping[str, str] = {
    "account_login": ANYBODY,
    "account_logout": SIGNED_IN,
    "account_reauthenticate": SIGNED_IN,
    "account_change_password": SIGNED_IN,
    "mfa_authenticate": ANYBODY,  # the second half of signing in
    "mfa_index": SIGNED_IN,
    "mfa_reauthenticate": SIGNED_IN,
    "mfa_activate_totp": SIGNED_IN,
    "mfa_deactivate_totp": SIGNED_IN,
    "mfa_generate_recovery_codes": SIGNED_IN,
    "mfa_view_recovery_codes": SIGNED_IN,
    "mfa_download_recovery_codes": SIGNED_IN,
    "openid_connect_login": ANYBODY,
    "openid_connect_callback": ANYBODY,
    "saml_finish_acs": ANYBODY,
    "saml_metadata": ANYBODY,
    "saml_login": ANYBODY,
    "socialaccount_login_cancelled": ANYBODY,
    "socialaccount_login_error": ANYBODY,
    "socialaccount_signup": ANYBODY,  # says that there is no account
}


def needs(right: Right) -> Callable[[View], View]:
    return _declared(right)


def anybody(view: View) -> View:
    """Reached without an account: sign-in, health."""
    return _declared(ANYBODY)(view)


def signed_in(view: View) -> View:
    """Reached by every account: home, own settings."""
    return _declared(SIGNED_IN)(view)


def policy_of(view: object, name: str | None, method: str = "GET") -> Policy | None:
    """What a route needs; None where nobody said so. A route for programs says it of each method."""
    declared: Policy | Mapping[str, Policy] | None = getattr(view, "policy", None)
    if isinstance(declared, Mapping):
        return declared.get(method)
    return declared if declared is not None else FOREIGN.get(name or "")


def rights_named(names: Iterable[str]) -> frozenset[Right]:
    """Those that a token was given, of the ones that there still are."""
    return frozenset(right for right in OF_TOKENS if right.name in set(names))


def _declared(policy: Policy) -> Callable[[View], View]:
    def declare(view: View) -> View:
        view.policy = policy  # type: ignore[attr-defined]
        return view

    return declare
