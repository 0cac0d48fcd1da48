"""A small company that has everything that pages show: two teams, somebody who moved, somebody who left, an empty seat,
a closed period, one that only those see who see runs, rows kept aside, and an account for every role.

Everybody has signs of their own: a name, numbers of deals, a reason, amounts. Where one of them stands, that person's
pay can be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

from attain.plans.loader import load_plan
from attain.web.workspace import SETTINGS, Workspace
from tests.cli.company import PLAN
from tests.records.company import DEALS

BUSINESS_DATE = "2026-04-15"
PASSWORD = "a long password 1"
SECRET = "what_only-programs_know"

PEOPLE = """\
person,name,title,manager,hired_on,left_on,valid_from,valid_to
dana,Dana Dachs,Director,,2024-01-01,,,
mia,Mia Marder,Manager,dana,2024-01-01,,,
max,Max Molch,Manager,dana,2024-01-01,,,
nora,Nora Natter,Manager,dana,2024-01-01,,,
ron,Ron Rabe,Account Executive,mia,2024-02-01,,,
rita,Rita Reh,Account Executive,max,2024-02-01,,2024-02-01,2026-03-01
rita,Rita Reh,Account Executive,mia,2024-02-01,,2026-03-01,
sven,Sven Star,Account Executive,nora,2024-02-01,,,
ole,"Ole <img src=x onerror=alert(1)> & ""Otter"" 'n",Account Executive,nora,2024-02-01,,,
"""

POSITIONS = """\
position,title,territory,unit,manager,valid_from,valid_to
east-2,Account Executive,East,,mia,2024-01-01,
"""

QUOTAS = """\
quota,subject,amount,currency,per,valid_from
new_business,ron,100000.00,EUR,year,2026-01-01
new_business,rita,100000.00,EUR,year,2026-01-01
new_business,sven,80000.00,EUR,year,2026-01-01
new_business,ole,100000.00,EUR,year,2026-01-01
new_business,east-2,100000.00,EUR,year,2026-01-01
"""
"""Sven's is crossed by his second deal of January."""

OWNERS = ("ron", "rita", "sven", "ole")
AMOUNTS = {
    "2026-01": {"ron": "11111.40", "rita": "22244.60", "sven": "61738.20", "ole": "15437.80", "east-2": "9999.80"},
    "2026-02": {"ron": "13579.40", "rita": "24680.20", "sven": "31415.80", "ole": "27182.60", "east-2": "8888.60"},
}
"""Of the second deal of each month; the first one is of 1,000."""

ADJUSTED = {"2026-01": "123.45", "2026-02": "678.90"}
ADJUSTMENT = "A secret reason of Sven's"
NAMES: Mapping[str, str] = MappingProxyType({
    "dana": "Dana Dachs", "mia": "Mia Marder", "max": "Max Molch", "nora": "Nora Natter", "ron": "Ron Rabe",
    "rita": "Rita Reh", "sven": "Sven Star", "ole": "Ole <img",
})  # fmt: skip

# Who signs in: role(s), and the person that they are in the records.
ACCOUNTS: Mapping[str, tuple[tuple[str, ...], str | None]] = MappingProxyType({
    "rep": (("rep",), "ron"),
    "stranger": (("rep",), "sven"),
    "manager": (("manager",), "mia"),
    "other-manager": (("manager",), "nora"),
    "moved-manager": (("manager",), "max"),
    "admin": (("compensation-admin",), None),
    "finance": (("finance",), None),
    "executive": (("executive",), "dana"),
    "auditor": (("auditor",), None),
    "administrator": (("administrator",), None),
    "nobody": ((), None),
    "all-seeing": (("compensation-admin", "auditor", "administrator"), None),
})  # fmt: skip

EVERYBODY = frozenset({"ron", "rita", "sven", "ole", "vacant:east-2"})
SEEN: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "rep": frozenset({"ron"}),
        "stranger": frozenset({"sven"}),
        "manager": frozenset({"ron", "rita", "vacant:east-2"}),
        "other-manager": frozenset({"sven", "ole"}),
        "moved-manager": frozenset(),
        "admin": EVERYBODY,
        "finance": EVERYBODY,
        "executive": frozenset(),
        "auditor": EVERYBODY,
        "administrator": frozenset(),
        "nobody": frozenset(),
    }
)
"""Whose pay an account may read on the business date, written down by hand."""
SEES_RUNS = ("admin", "finance", "auditor")
"""They also read what is not released."""


def email(who: str) -> str:
    return f"{who}@nordwind.example"


def month_of_deals(month: str) -> str:
    rows = ["id,close_date,amount,owner"]
    for owner, amount in AMOUNTS[month].items():
        rows += [f"{owner.upper()}-{month}-1,{month}-10,1000.00,{owner}"]
        rows += [f"{owner.upper()}-{month}-2,{month}-20,{amount},{owner}"]
    return "\n".join(rows) + "\n"


CRM = """\
# Exports of the sales team, with German numbers and days.
into: deals
delimiter: ";"
decimal_mark: ","
group_mark: "."
date_format: dd.mm.yyyy
columns: {id: Nr, close_date: Datum, amount: Betrag, owner: Rep}
"""

BAD_DEALS = """\
id,close_date,amount,owner
GOOD-1,2026-03-02,500.00,ron
=BAD-1,2026-03-32,600.00,ron
BAD-2,2026-03-04,much,rita
"""


def build(path: Path) -> Workspace:
    """The company as every test of pages finds it."""
    made = Workspace.create(path, name="Nordwind GmbH", zone="Europe/Berlin")
    settings = (path / SETTINGS).read_text(encoding="utf-8")
    (path / SETTINGS).write_text(f"business_date = {BUSINESS_DATE}\n{settings}", encoding="utf-8")
    (path / "facts" / "deals.yaml").write_text(DEALS, encoding="utf-8")
    (path / "mappings" / "crm.yaml").write_text(CRM, encoding="utf-8")
    made.prepare()
    workspace = Workspace.open(path)
    workspace.connect()
    _fill(workspace)
    _pay(workspace)
    return workspace


def _fill(workspace: Workspace) -> None:
    from attain.web.apps.access.services import make_account
    from attain.web.apps.imports.services import import_file
    from attain.web.apps.plans.services import publish_plan

    for into, text in (("people", PEOPLE), ("positions", POSITIONS), ("quotas", QUOTAS),
                       ("deals", month_of_deals("2026-01")), ("deals", month_of_deals("2026-02")),
                       ("deals", BAD_DEALS)):  # fmt: skip
        import_file(workspace, text.encode(), actor="setup", into=into, source_name=f"{into}.csv")
    publish_plan(workspace, load_plan(PLAN, "account-executive.yaml"), actor="setup")
    for who, (roles, person) in ACCOUNTS.items():
        make_account(
            workspace, email(who), actor="setup", name=NAMES.get(person or "", who.title()), password=PASSWORD,
            roles=roles, person=person,
        )  # fmt: skip
        if roles:
            _give_token(workspace, who)


def _give_token(workspace: Workspace, who: str) -> None:
    """One with all that its account may, under a secret that tests know."""
    from attain.kernel.hashing import sha256_bytes
    from attain.web.apps.access.models import Account, Token
    from attain.web.apps.access.policy import OF_TOKENS

    now = workspace.ports.clock.now()
    Token.objects.create(
        account=Account.objects.get(email=email(who)), name=f"program of {who}", prefix=prefix_of(who),
        hash=sha256_bytes(SECRET.encode()), rights=[right.name for right in OF_TOKENS], made_at=now,
        expires_at=now + timedelta(days=30),
    )  # fmt: skip


def prefix_of(who: str) -> str:
    return sha256(who.encode()).hexdigest()[:10]


def token_of(who: str) -> str:
    return f"attain_{prefix_of(who)}_{SECRET}"


def _pay(workspace: Workspace) -> None:
    """January is closed; February is calculated and not released."""
    from attain.web.apps.access.models import Account
    from attain.web.apps.access.viewer import Viewer, viewer_of
    from attain.web.apps.jobs.services import do, start_job
    from attain.web.apps.pay.approving import approve, release
    from attain.web.apps.pay.calculating import run_pay
    from attain.web.apps.pay.decisions import adjust
    from attain.web.apps.pay.services import close_with_all

    def viewer(who: str) -> Viewer:
        return viewer_of(Account.objects.get(email=email(who)), workspace.business_date)

    for month, amount in ADJUSTED.items():
        adjust(
            workspace, actor=email("admin"), plan="account-executive", payee="sven", pay_period=month,
            component="commission", amount=Decimal(amount), currency="EUR", reason=f"{ADJUSTMENT} in {month}",
        )  # fmt: skip
    first = run_pay(workspace, workspace.span_of("2026-01"), actor=email("admin"), step=lambda name: None)
    approve(workspace, first, viewer("admin"), seen=first.manifest_hash, remark="Looked at every payee")
    approve(workspace, first, viewer("finance"), seen=first.manifest_hash, remark="")
    release(workspace, first, viewer("finance"))
    close_with_all(workspace, "2026-01", first.pk, actor=email("finance"))
    do(workspace, start_job(workspace, "calculate", {"period": "2026-02"}, actor=email("admin")))
