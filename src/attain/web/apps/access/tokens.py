"""Tokens: what a program signs in with, in the name of an account and never with more than the account may itself.

A token is shown once. What is kept is a hash, and ten signs by which people tell tokens apart; a reader of the
database can do nothing with either. It is checked anew with every request, so what is revoked, expired, or taken from
its account ends at once.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from attain.kernel.errors import NotFound, Refused, Where
from attain.kernel.hashing import sha256_bytes
from attain.web.apps.audit.services import acting, moment
from attain.web.workspace import Workspace

from .models import Account, Token
from .policy import OF_TOKENS, READING, Right
from .viewer import Viewer, viewer_of

SIGN = "attain"
LONGEST = timedelta(days=366)
SECONDS_BETWEEN_USES = 60
"""Of the last use it is enough to know the minute: a write with every request would be one too many."""


def make_token(
    workspace: Workspace, viewer: Viewer, *, name: str, rights: Iterable[Right], days: int
) -> tuple[Token, str]:
    """A token of one's own, and its text, which nobody can read again."""
    wanted, name = list(rights), name.strip()
    if viewer.behind is not None or viewer.token is not None:
        raise Refused(_("Only an account itself makes its tokens."), code="token.own", hint=_("Sign in on the pages."))
    _require(viewer, name, wanted, days)
    return _make(workspace, viewer, name, wanted, days, viewer.actor)


def make_token_of(
    workspace: Workspace, email: str, *, name: str, may: Iterable[str] | None, days: int, actor: str
) -> tuple[Token, str]:
    """For somebody's account. Only the command line calls it: who can read the folder is its owner."""
    account = Account.objects.filter(email=email.strip().casefold(), is_active=True).first()
    if account is None:
        raise NotFound(f"There is no account {email}.", code="access.unknown", hint="Make it with `attain account`.")
    viewer = viewer_of(account, workspace.business_date)
    known = {right.name.lower().replace("_", "-"): right for right in OF_TOKENS if viewer.may(right)}
    if unknown := [one for one in may or () if one not in known]:
        raise Refused(
            f"{account} has no right {unknown[0]} that a program could be given.", code="token.rights",
            where=Where(field="--may"), hint=f"It has {', '.join(known) or 'none'}.",
        )  # fmt: skip
    wanted = [known[one] for one in may] if may else [right for right in known.values() if right in READING]
    _require(viewer, name.strip(), wanted, days)
    return _make(workspace, viewer, name.strip(), wanted, days, actor)


def _require(viewer: Viewer, name: str, wanted: Collection[Right], days: int) -> None:
    if not name:
        raise Refused(
            _("A token needs a name."), code="token.name", where=Where(field="name"), hint=_("Say what it is for.")
        )
    if not 1 <= days <= LONGEST.days:
        raise Refused(
            _("A token works for 1 to %(days)s days.") % {"days": LONGEST.days}, code="token.days",
            where=Where(field="days"), hint=_("Make a new one when it ends."),
        )  # fmt: skip
    if not wanted or not set(wanted) <= (viewer.rights & set(OF_TOKENS)):
        raise Refused(
            _("A token is given at least one right, and none that its account does not have."), code="token.rights",
            where=Where(field="rights"), hint=_("Choose among your own."),
        )  # fmt: skip


def _make(
    workspace: Workspace, viewer: Viewer, name: str, wanted: Iterable[Right], days: int, actor: str
) -> tuple[Token, str]:
    secret = workspace.ports.randomness.token()
    prefix = sha256_bytes(workspace.ports.randomness.token().encode())[:10]
    with acting(workspace, actor, "make token") as act:
        made = Token.objects.create(
            account=viewer.account, name=name, prefix=prefix, hash=sha256_bytes(secret.encode()),
            rights=[right.name for right in OF_TOKENS if right in set(wanted)], made_at=act.at,
            expires_at=act.at + timedelta(days=days),
        )  # fmt: skip
        after = {"account": viewer.actor, "name": name, "rights": made.rights, "expires_at": moment(made.expires_at)}
        act.record("access.token-made", "token", prefix, after=after)
    return made, f"{SIGN}_{prefix}_{secret}"


def revoke_token(workspace: Workspace, viewer: Viewer, prefix: str) -> Token:
    """One's own; an administrator ends anybody's. Revoking a second time changes nothing."""
    mine = Q(account=viewer.account)
    found = Token.objects.filter(Q(prefix=prefix) & (Q() if viewer.may(Right.GRANT) else mine)).first()
    if found is None or viewer.behind is not None:
        raise NotFound(_("There is no such token."), code="token.unknown", hint=_("Look at the list of tokens."))
    with acting(workspace, viewer.actor, "revoke token") as act:
        kept = Token.objects.get(pk=found.pk)
        if kept.revoked_at is None:
            kept.revoked_at, kept.revoked_by = act.at, viewer.actor
            kept.save(force_update=True)
            after = {"account": kept.account.email, "name": kept.name}
            act.record("access.token-revoked", "token", kept.prefix, after=after)
    return kept


def viewer_with(workspace: Workspace, text: str) -> Viewer | None:
    """Who comes with a token, as of today; None if it is none, or works no more."""
    sign, prefix, secret = (*text.split("_", 2), "", "")[:3]
    found = Token.objects.select_related("account").filter(prefix=prefix).first() if sign == SIGN else None
    kept = found.hash if found is not None else sha256_bytes(b"")
    is_it = hmac.compare_digest(kept, sha256_bytes(secret.encode("utf-8", "replace")))
    now = workspace.ports.clock.now()
    if found is None or not is_it or not found.works_at(now):
        return None
    _note_use(found, now)
    account: Account = found.account
    return Viewer(account, viewer_of(account, workspace.business_date).roles, workspace.business_date, token=found)


def _note_use(token: Token, now: datetime) -> None:
    last = token.last_used_at
    if last is None or (now - last).total_seconds() >= SECONDS_BETWEEN_USES:
        Token.objects.filter(pk=token.pk).update(last_used_at=now)
