"""Making accounts, granting and ending roles, and looking as somebody else: audited like every other write."""

from __future__ import annotations

from datetime import date

from allauth.account.models import EmailAddress
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db.models import F
from django.utils.translation import gettext as _

from attain.kernel.errors import NotFound, Refused, Where
from attain.web.apps.audit.services import Act, acting
from attain.web.apps.org.models import Person
from attain.web.workspace import Workspace

from .models import Account, Grant, Role
from .policy import NEEDS_TWO, Right
from .viewer import Viewer, viewer_of


def make_account(
    workspace: Workspace,
    email: str,
    *,
    actor: str,
    name: str,
    password: str,
    roles: tuple[str, ...] = (),
    person: str | None = None,
    language: str | None = None,
) -> Account:
    """An account with its roles from today on. Only the command line calls it: who can read the folder is its owner."""
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    email = email.strip().casefold()
    for role in roles:
        if role not in Role.values:
            raise Refused(f"There is no role {role}.", code="access.role", hint=f"Known are {', '.join(Role.values)}.")
    account = Account(email=email, name=name, person=person, language=language or workspace.locale)
    try:
        validate_password(password, account)
    except ValidationError as error:
        raise Refused(
            " ".join(error.messages), code="access.password", where=Where(field="password"), hint="Choose another one."
        ) from error
    account.set_password(password)  # slow on purpose, so it is done before anybody has to wait
    with acting(workspace, actor, "make account") as act:
        if Account.objects.filter(email=email).exists():
            raise Refused(f"{email} has an account.", code="access.account", hint="Grant it the role instead.")
        _require_person(person)
        account.created_at = act.at
        account.save(force_insert=True)
        EmailAddress.objects.create(user=account, email=email, verified=True, primary=True)
        act.record("access.account-made", "account", email, after={"name": name, "person": person})
        for role in roles:
            _grant(act, account, role, workspace.business_date)
    return account


def grant(workspace: Workspace, account: Account, role: str, *, viewer: Viewer, valid_from: date, reason: str) -> Grant:
    """Nobody grants a role to themselves. One that opens everybody's pay, or accounts, waits for a second person."""
    viewer.require(Right.GRANT)
    if account == viewer.account:
        raise Refused(
            _("Nobody grants a role to themselves."), code="access.own-role", hint=_("Ask another administrator.")
        )
    with acting(workspace, viewer.actor, "grant role") as act:
        held = Grant.objects.filter(account=account, role=role, valid_to__isnull=True).first()
        if held is not None:
            raise Refused(
                _("%(who)s has had this role since %(day)s.") % {"who": account, "day": held.valid_from},
                code="access.granted",
                hint=_("Nothing to do."),
            )
        if Grant.objects.filter(account=account, role=role, valid_from=valid_from).exists():
            raise Refused(
                _("%(who)s had this role from %(day)s on, until it was ended.") % {"who": account, "day": valid_from},
                code="access.granted",
                hint=_("Grant it from a later day on."),
            )  # fmt: skip
        return _grant(act, account, role, valid_from, reason, waits=role in NEEDS_TWO)


def why_not_confirm(held: Grant, viewer: Viewer) -> str:
    """Empty where the viewer may confirm a grant that waits; else the reason in words."""
    if not held.waits:
        return _("This role does not wait for anybody.")
    if viewer.actor == held.granted_by:
        return _("You granted it; another administrator confirms it.")
    if viewer.account.pk == held.account_id:
        return _("Nobody confirms a role of their own.")
    return ""


def confirm_grant(workspace: Workspace, held: Grant, *, viewer: Viewer) -> Grant:
    """The second person: from now on the role holds."""
    viewer.require(Right.GRANT)
    with acting(workspace, viewer.actor, "confirm role") as act:
        kept = _as_seen(held)
        if reason := why_not_confirm(kept, viewer):
            raise Refused(reason, code="access.second", hint=_("Nothing was changed."))
        kept.waits, kept.confirmed_by, kept.version = False, viewer.actor, kept.version + 1
        kept.save(force_update=True)
        after = {"role": kept.role, "valid_from": str(kept.valid_from), "granted_by": kept.granted_by}
        act.record("access.role-confirmed", "account", kept.account.email, after=after)
        return kept


def set_active(
    workspace: Workspace, account: Account, *, viewer: Viewer, active: bool, seen: int, reason: str
) -> Account:
    """Whoever is put out is signed out, and so are their programs; what they did and were granted stays. When the
    account is opened again, roles that need two people are confirmed anew.
    """
    viewer.require(Right.GRANT)
    if not reason.strip():
        raise Refused(_("A reason is needed."), code="access.reason", hint=_("Say why."))
    if account == viewer.account:
        raise Refused(_("Nobody puts themselves out."), code="access.own", hint=_("Ask another administrator."))
    with acting(workspace, viewer.actor, "set account active") as act:
        kept = Account.objects.get(pk=account.pk)
        if kept.version != seen or kept.is_active == active:
            raise Refused(
                _("Somebody else changed this account just now."), code="access.changed", hint=_("Look at it again.")
            )
        kept.is_active, kept.version = active, kept.version + 1
        kept.save(force_update=True)
        if active:
            waiting = kept.grants.filter(role__in=NEEDS_TWO, valid_to__isnull=True)
            waiting.update(waits=True, granted_by=viewer.actor, confirmed_by="", version=F("version") + 1)
        else:
            kept.tokens.filter(revoked_at__isnull=True).update(revoked_at=act.at, revoked_by=viewer.actor)
            _sign_out(kept)
        done = "access.account-opened" if active else "access.account-put-out"
        act.record(done, "account", kept.email, before={"active": not active}, after={"active": active}, reason=reason)
        return kept


def _sign_out(account: Account) -> None:
    """Everywhere. A session says only inside whose it is."""
    theirs = [one.pk for one in Session.objects.all() if one.get_decoded().get(SESSION_KEY) == str(account.pk)]
    Session.objects.filter(pk__in=theirs).delete()


def end_grant(workspace: Workspace, held: Grant, *, viewer: Viewer, valid_to: date, reason: str) -> Grant:
    """The role holds no more from this day on."""
    viewer.require(Right.GRANT)
    with acting(workspace, viewer.actor, "end role") as act:
        kept = _as_seen(held)
        before = {"role": kept.role, "valid_from": str(kept.valid_from), "valid_to": None}
        after = before | {"valid_to": str(max(valid_to, kept.valid_from))}
        if valid_to > kept.valid_from and not kept.waits:
            kept.valid_to, kept.version = valid_to, kept.version + 1
            kept.save(force_update=True)
        else:
            kept.delete()  # it would hold on no day; the log keeps that it was granted
        act.record("access.role-ended", "account", kept.account.email, before=before, after=after, reason=reason)
        return kept


def _as_seen(held: Grant) -> Grant:
    kept = Grant.objects.filter(pk=held.pk).first()
    if kept is None or kept.version != held.version or kept.valid_to is not None:
        raise Refused(
            _("Somebody else changed this role just now."), code="access.changed", hint=_("Look at it again.")
        )
    return kept


def change_settings(workspace: Workspace, account: Account, *, language: str, theme: str) -> None:
    """One's own language and appearance."""
    with acting(workspace, account.email, "change settings") as act:
        before = {"language": account.language, "theme": account.theme}
        after = {"language": language, "theme": theme}
        if before != after:
            Account.objects.filter(pk=account.pk).update(**after)
            act.record("access.settings-changed", "account", account.email, before=before, after=after)


def end_seeing_as(workspace: Workspace, viewer: Viewer) -> None:
    """Back to oneself; the log has both ends."""
    if viewer.behind is not None:
        with acting(workspace, viewer.actor, "end see as") as act:
            act.record("access.seen-as-ended", "account", viewer.account.email)


def begin_seeing_as(workspace: Workspace, viewer: Viewer, email: str, *, reason: str) -> Account:
    """An admin looks at pages as somebody else sees them; the log keeps who and why, and nothing can be changed."""
    viewer.require(Right.SEE_AS)
    if not reason.strip():
        raise Refused(_("A reason is needed to see as somebody else."), code="access.reason", hint=_("Say why."))
    account = Account.objects.filter(email=email, is_active=True).first()
    if account is None:
        raise NotFound(_("There is no account %(who)s.") % {"who": email}, code="access.unknown")
    if not viewer_of(account, viewer.as_of).rights <= viewer.rights:
        raise Refused(
            _("%(who)s may see more than you.") % {"who": email},
            code="access.more",
            hint=_("Ask an administrator for a role."),
        )
    with acting(workspace, viewer.actor, "see as") as act:
        act.record("access.seen-as", "account", account.email, reason=reason)
    return account


def _grant(act: Act, account: Account, role: str, valid_from: date, reason: str = "", *, waits: bool = False) -> Grant:
    made = Grant.objects.create(account=account, role=role, valid_from=valid_from, granted_by=act.actor, waits=waits)
    after = {"role": role, "valid_from": str(valid_from), **({"waits": True} if waits else {})}
    act.record("access.role-granted", "account", account.email, after=after, reason=reason)
    return made


def _require_person(person: str | None) -> None:
    if person is None:
        return
    if not Person.objects.filter(person=person).exists():
        raise NotFound(f"There is no person {person}.", code="access.person", hint="Import people first.")
    if Account.objects.filter(person=person).exists():
        raise Refused(f"{person} has an account.", code="access.person-taken", hint="One account a person.")
