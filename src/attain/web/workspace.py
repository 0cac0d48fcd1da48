"""One company's folder: its settings in `attain.toml`, its documents, its data, and the ports it works through.

The folder can be copied, backed up and restored whole. `Workspace.open` finds it from any folder below, as git does.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from attain.facts.mapping import Mapping as SourceMapping
from attain.facts.mapping import load_mapping
from attain.facts.schema import FactType, load_fact_types
from attain.kernel.calendar_settings import calendar_of, settings_of
from attain.kernel.errors import AttainError, NotFound, PeriodError, Refused, SetupError, Where, suggest
from attain.kernel.intervals import Interval
from attain.kernel.money import currency
from attain.kernel.periods import GREGORIAN, Calendar
from attain.kernel.ports import Ports, real_ports

SETTINGS = "attain.toml"
DATABASE_VARIABLE = "ATTAIN_DATABASE_URL"
DEFAULT_DATABASE = "sqlite:///attain.db"
LOCALES = ("en", "de")
_KNOWN = ("name", "base_currency", "locale", "zone", "business_date", "calendar", "calendars", "database", "engine",
          "serve", "sign_on", "access", "watch")  # fmt: skip
SIGN_ON = (("name", "issuer", "client_id"), ("name", "metadata"))
"""By OpenID Connect, or by SAML with a file of the workspace."""
SIGN_ON_SECRET = "ATTAIN_SIGN_ON_SECRET"  # noqa: S105  the name of a variable
ROLES = ("rep", "manager", "compensation-admin", "finance", "executive", "auditor", "administrator")
_ENGINES = ("duckdb", "postgres", "spark")


@dataclass(frozen=True)
class Workspace:
    path: Path
    name: str
    base_currency: str
    locale: str = "en"
    zone: str = "UTC"
    calendars: Mapping[str, Calendar] = field(default_factory=lambda: {GREGORIAN.name: GREGORIAN})
    calendar: str = GREGORIAN.name
    database: str = DEFAULT_DATABASE
    engine: Mapping[str, str] = field(default_factory=dict)
    """`use`, the engine that calculates, and the addresses of engines by their names."""
    fixed_date: date | None = None
    """The day that pages take for today: a company whose data ends in 2014 looks alive in June 2014."""
    address: str = ""
    """Where browsers reach it, such as https://pay.example.com; empty where only this machine does."""
    sign_on: Mapping[str, str] = field(default_factory=dict)
    """The company's own sign-on: by OpenID Connect `name`, `issuer`, `client_id`, its secret being in the environment;
    by SAML `name` and `metadata`, a file of the workspace."""
    second_factor: tuple[str, ...] = ()
    """Roles that open nothing before their account has a second factor."""
    watch: Mapping[str, Any] = field(default_factory=dict)
    """`folder`, in which files arrive, and `files`: pattern of a name -> the mapping, fact type or table it is for."""
    ports: Ports = field(default_factory=real_ports, compare=False)

    @classmethod
    def create(
        cls,
        path: Path,
        *,
        name: str,
        base_currency: str = "EUR",
        locale: str = "en",
        zone: str = "UTC",
        calendars: Mapping[str, Calendar] | None = None,
        calendar: str | None = None,
        database: str = DEFAULT_DATABASE,
        ports: Ports | None = None,
    ) -> Workspace:
        """A new workspace in a folder that has none yet; its database is made by `prepare`."""
        path = path.resolve()
        if (path / SETTINGS).exists():
            raise Refused(
                f"{path.name} is already a workspace.",
                code="setup.workspace-exists",
                where=Where(str(path / SETTINGS)),
                hint="Choose another folder, or work in this one.",
            )
        known = dict(calendars or {GREGORIAN.name: GREGORIAN})
        chosen = calendar or next(iter(known))
        made = cls(path, name, base_currency, locale, zone, known, chosen, database, {}, ports=ports or real_ports())
        made._check()
        for folder in ("facts", "mappings", "plans", "data"):
            made.ports.files.make_folder(path / folder)
        made.ports.files.write_bytes_durably(path / SETTINGS, made.as_toml().encode())
        return made

    @classmethod
    def open(cls, path: Path | None = None, *, ports: Ports | None = None) -> Workspace:
        """The workspace of a folder or of the nearest folder above it."""
        start = (path or Path.cwd()).resolve()
        for folder in (start, *start.parents):
            if (folder / SETTINGS).is_file():
                return cls._read(folder, ports or real_ports())
        raise NotFound(
            f"There is no workspace in {start} or above it.",
            code="setup.no-workspace",
            hint=f"Go to a folder with {SETTINGS}, or make one with `attain init`.",
        )

    @classmethod
    def _read(cls, folder: Path, ports: Ports) -> Workspace:
        file = folder / SETTINGS
        try:
            given = tomllib.loads(file.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SetupError(
                f"{SETTINGS} cannot be read: {error}.",
                code="setup.toml",
                where=Where(str(file)),
                hint="Correct this line.",
            ) from error
        try:
            made = cls(folder, *_settings(given), ports=ports)  # type: ignore[misc]
            made._check()
        except AttainError as error:
            error.where = Where(str(file), field=error.where.field)
            raise
        return made

    def _check(self) -> None:
        currency(self.base_currency)
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise _wrong("zone", self.zone, "Name it like Europe/Berlin or America/New_York.") from error
        if self.locale not in LOCALES:
            raise _wrong("locale", self.locale, f"Attain speaks {' and '.join(LOCALES)}.")
        if self.calendar not in self.calendars:
            raise _wrong("calendar", self.calendar, f"Known are {', '.join(self.calendars)}.")
        for key, value in self.engine.items():
            if key not in ("use", *_ENGINES[1:]) or not isinstance(value, str):
                raise _wrong(f"engine.{key}", value, "Known are use, postgres and spark; each is a text in quotes.")
        if self.engine.get("use", "duckdb") not in _ENGINES:
            raise _wrong("engine.use", self.engine["use"], f"Known are {', '.join(_ENGINES)}.")
        if not self.name.strip():
            raise _wrong("name", self.name, "Say whose workspace it is.")

    def as_toml(self) -> str:
        lines = [
            f"name = {_quoted(self.name)}",
            f"base_currency = {_quoted(self.base_currency)}",
            f"locale = {_quoted(self.locale)}",
            f"zone = {_quoted(self.zone)}                # days end at midnight here",
            *([f"business_date = {self.fixed_date}        # what pages take for today"] if self.fixed_date else []),
            f"calendar = {_quoted(self.calendar)}        # of plans that name none",
            "",
            "[database]",
            f"url = {_quoted(self.database)}",
        ]
        if self.engine:
            lines += ["", "[engine]", *(f"{name} = {_quoted(value)}" for name, value in self.engine.items())]
        if self.address:
            lines += ["", "[serve]", f"address = {_quoted(self.address)}"]
        if self.sign_on:
            lines += ["", "[sign_on]", *(f"{name} = {_quoted(said)}" for name, said in self.sign_on.items())]
        if self.second_factor:
            lines += ["", "[access]", f"second_factor = [{', '.join(_quoted(role) for role in self.second_factor)}]"]
        if self.watch:
            lines += ["", "[watch]", f"folder = {_quoted(self.watch['folder'])}", "", "[watch.files]"]
            lines += [f"{_quoted(pattern)} = {_quoted(name)}" for pattern, name in self.watch["files"].items()]
        for name, calendar in self.calendars.items():
            lines += ["", f"[calendars.{_quoted(name)}]"]
            lines += [
                f"{setting} = {value if isinstance(value, int) else _quoted(value)}"
                for setting, value in settings_of(calendar).items()
            ]
        return "\n".join(lines) + "\n"

    @property
    def database_url(self) -> str:
        """Of the environment, where it is set: there a password is at a better place than in a file."""
        return os.environ.get(DATABASE_VARIABLE) or self.database

    @property
    def database_file(self) -> Path:
        """Of an embedded database; with PostgreSQL there is none."""
        from . import store

        return Path(store.database_settings(self.database_url, self.path)["NAME"])

    @property
    def data(self) -> Path:
        return self.path / "data"

    @property
    def batches(self) -> Path:
        return self.data / "batches"

    @property
    def runs(self) -> Path:
        return self.data / "runs"

    @property
    def ledger(self) -> Path:
        return self.data / "ledger"

    @property
    def audit_head(self) -> Path:
        return self.data / "audit-head.json"

    @cached_property
    def fact_types(self) -> dict[str, FactType]:
        return load_fact_types(self.path / "facts")

    @cached_property
    def mappings(self) -> dict[str, SourceMapping]:
        files = sorted((self.path / "mappings").glob("*.yaml"))
        return {file.stem: load_mapping(file, self.fact_types) for file in files}

    def anew(self) -> Workspace:
        """As its documents stand now: each of them is read at most once by a workspace that was opened."""
        return self._read(self.path, self.ports)

    def stamp(self) -> frozenset[tuple[str, int, int, int]]:
        """Of its settings, fact types and mappings, without reading any: another one says that something changed."""
        folders = [entry for name in ("facts", "mappings") if (self.path / name).is_dir()
                   for entry in os.scandir(self.path / name)]  # fmt: skip
        seen = [(entry.path, entry.stat()) for entry in folders if entry.name.endswith(".yaml")]
        seen.append((SETTINGS, (self.path / SETTINGS).stat()))
        return frozenset((name, stat.st_ino, stat.st_mtime_ns, stat.st_size) for name, stat in seen)

    def mapping(self, name: str) -> SourceMapping:
        if name in self.mappings:
            return self.mappings[name]
        near = suggest(name, self.mappings)
        raise NotFound(
            f"There is no mapping `{name}`.",
            code="setup.no-mapping",
            where=Where(str(self.path / "mappings")),
            hint=f"Did you mean `{near}`?" if near else f"Describe the file in mappings/{name}.yaml.",
        )

    def span_of(self, text: str, calendar: str | None = None) -> Interval:
        """Days of a period such as 2026-03 or of a range such as 2026-01..2026-03, in one of the calendars."""
        periods = self.calendars[self.calendar_of(text, calendar)].parse_range(text)
        return Interval(periods[0].start, periods[-1].end)

    def calendar_of(self, text: str, calendar: str | None = None) -> str:
        """The calendar of a period or a range: the one that is named, the default one, or the first that knows it."""
        faults = []
        for name in [calendar] if calendar else [self.calendar, *self.calendars]:
            try:
                self.calendars[name].parse_range(text)
            except PeriodError as fault:
                faults.append(fault)
            else:
                return name
        raise faults[0]

    def today(self) -> date:
        return self.ports.clock.today(self.zone)

    @property
    def business_date(self) -> date:
        return self.fixed_date or self.today()

    @property
    def secret_key(self) -> Path:
        return self.data / "secret-key"

    def connect(self) -> None:
        """Let this process work on this workspace's records; tables must have been made by `prepare`."""
        from . import settings, store

        settings.configure(self)
        if self.database_url.startswith("sqlite") and not self.database_file.exists():
            raise SetupError(
                f"{self.name} has no database yet.", code="setup.no-database", where=Where(str(self.database_file)),
                hint="Make an empty one with `attain upgrade`, or restore a backup.",
            )
        with store.in_plain_words("open"):
            is_current = store.is_current()
        if not is_current:
            raise SetupError(
                "The database has the form of another version of Attain.", code="setup.migrate",
                hint="Copy its folder (and dump a PostgreSQL database), then run `attain upgrade`.",
            )

    def prepare(self) -> None:
        """Make the tables of a new workspace, or bring those of an older version to today's form."""
        from . import safety, settings, store

        settings.configure(self)
        self.ports.files.make_folder(self.data)
        with store.in_plain_words("prepare"):
            if findings := [finding for finding in safety.check() if finding.is_error]:
                raise SetupError(findings[0].message, code=findings[0].code, hint=findings[0].hint)
            store.migrate()


def _settings(given: dict[str, Any]) -> tuple[Any, ...]:
    for key in given:
        if key not in _KNOWN:
            near = suggest(key, _KNOWN)
            raise _wrong(key, given[key], f"Did you mean {near}?" if near else f"Known are {', '.join(_KNOWN)}.")
    for key in ("name", "base_currency"):
        if key not in given:
            raise SetupError(f"`{key}` is missing.", code="setup.missing", where=Where(field=key), hint=f"Add `{key}`.")
    for key in ("name", "base_currency", "locale", "zone", "calendar"):
        if not isinstance(given.get(key, ""), str):
            raise _wrong(key, given[key], "Write it as a text in quotes.")
    tables = given.get("calendars", {})
    calendars = {name: calendar_of(name, settings) for name, settings in tables.items()} or {GREGORIAN.name: GREGORIAN}
    database = given.get("database", {}).get("url", DEFAULT_DATABASE)
    return (
        given["name"],
        given["base_currency"],
        given.get("locale", "en"),
        given.get("zone", "UTC"),
        calendars,
        given.get("calendar", next(iter(calendars))),
        database,
        given.get("engine", {}),
        _business_date(given.get("business_date")),
        _address(given.get("serve", {})),
        _sign_on(given.get("sign_on", {})),
        _second_factor(given.get("access", {})),
        _watch(given.get("watch", {})),
    )


def _business_date(given: object) -> date | None:
    if given is not None and type(given) is not date:
        raise _wrong("business_date", given, "Write it without quotes, as 2014-06-30, or leave it out for today.")
    return given


def _address(given: object) -> str:
    said = given.get("address", "") if isinstance(given, dict) else given
    parts = urlsplit(said) if isinstance(said, str) else None
    if parts is None or (said and (parts.scheme not in ("http", "https") or not parts.netloc or parts.path not in "/")):
        raise _wrong("serve.address", said, "Write where browsers reach it, such as https://pay.example.com.")
    return str(said).rstrip("/")


def _sign_on(given: object) -> dict[str, str]:
    if given == {}:
        return {}
    whole = isinstance(given, dict) and any(given.keys() == set(known) for known in SIGN_ON)
    if not isinstance(given, dict) or not whole or not all(isinstance(said, str) for said in given.values()):
        ways = ", or ".join(", ".join(known) for known in SIGN_ON)
        raise _wrong("sign_on", given, f"It has {ways}; each a text in quotes.")
    return given


def _second_factor(given: object) -> tuple[str, ...]:
    said = given.get("second_factor", []) if isinstance(given, dict) and set(given) <= {"second_factor"} else given
    if not isinstance(said, list) or not all(role in ROLES for role in said):
        raise _wrong("access.second_factor", said, f"Write a list of roles: {', '.join(ROLES)}.")
    return tuple(said)


def _watch(given: object) -> dict[str, Any]:
    if given == {}:
        return {}
    files = given.get("files") if isinstance(given, dict) else None
    if not isinstance(given, dict) or given.keys() != {"folder", "files"} or not isinstance(given["folder"], str):
        raise _wrong("watch", given, "It has `folder`, a text in quotes, and the table `files`.")
    if not given["folder"] or not isinstance(files, dict) or not all(isinstance(name, str) for name in files.values()):
        raise _wrong("watch.files", files, 'Write a line for each kind of file, such as "crm-*.csv" = "crm".')
    return given


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _wrong(key: str, value: object, hint: str) -> SetupError:
    return SetupError(f"`{key}` is {value!r}.", code="setup.setting", where=Where(field=key), hint=hint)
