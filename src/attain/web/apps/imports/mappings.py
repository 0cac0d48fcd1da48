"""The mappings of a workspace as pages need them: listed also when one cannot be read, and written by one way only.

A mapping is the text in `mappings/<name>.yaml`, the same that people write by hand: whoever saves one has it read by
the same loader first, and names the text that they began with, so that the second of two editors is told.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from attain.facts.mapping import Mapping as SourceMapping
from attain.facts.mapping import load_mapping, parse_mapping
from attain.kernel.errors import AttainError, NotFound, Refused
from attain.kernel.hashing import sha256_bytes
from attain.web.apps.audit.models import Event
from attain.web.apps.audit.services import acting
from attain.web.workspace import Workspace

TAKEN = "imports.mapping-changed"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


@dataclass(frozen=True)
class Saved:
    """A mapping as it lies in the workspace; `fault` where it cannot be read."""

    name: str
    mapping: SourceMapping | None
    fault: AttainError | None = None


def saved_mappings(workspace: Workspace) -> list[Saved]:
    found = []
    for file in sorted((workspace.path / "mappings").glob("*.yaml")):
        try:
            found.append(Saved(file.stem, load_mapping(file, workspace.fact_types)))
        except AttainError as fault:
            found.append(Saved(file.stem, None, fault))
    return found


def text_of(workspace: Workspace, name: str) -> str:
    try:
        return _file(workspace, name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise NotFound(_("There is no mapping `%(name)s`.") % {"name": name}, code="setup.no-mapping") from None


def version_of(text: str) -> str:
    """What an editor names as the text that they began with."""
    return sha256_bytes(text.encode())[:16]


def saved_by(*names: str) -> dict[str, Event]:
    """Who saved each of them last on a page; nobody knows of files that were written by hand."""
    events = Event.objects.filter(object_type="mapping", object_id__in=names).order_by("sequence")
    return {event.object_id: event for event in events}


def save_mapping(workspace: Workspace, name: str, text: str, *, actor: str, seen: str = "") -> SourceMapping:
    """Write a mapping that can be read. Without `seen` it is a new one."""
    text = text.replace("\r\n", "\n").rstrip("\n") + "\n"
    file = _file(workspace, name)
    mapping = parse_mapping(text, workspace.fact_types, f"mappings/{name}.yaml")
    with acting(workspace, actor, "save mapping") as act:
        before = text_of(workspace, name) if file.exists() else None
        if before == text:
            return mapping
        if (version_of(before) if before is not None else "") != seen:
            raise _taken(name, is_new=not seen)
        if mapping.query is not None and _asks(mapping) != _asks(_read(workspace, before)):
            raise Refused(
                _("What is asked of a database is not written here."), code="imports.mapping-query",
                hint=_("Whoever runs the server writes database and query into mappings/%(name)s.yaml.")
                % {"name": name},
            )  # fmt: skip
        act.record("mapping.saved", "mapping", name, before={"text": before} if before else None, after={"text": text})
        workspace.ports.files.make_folder(file.parent)
        workspace.ports.files.write_bytes_durably(file, text.encode())
    return mapping


def _asks(mapping: SourceMapping | None) -> tuple[str | None, str | None]:
    """The database is read as whoever runs the import may, so nobody else says what is asked of it."""
    return (mapping.database, mapping.query) if mapping else (None, None)


def _read(workspace: Workspace, text: str | None) -> SourceMapping | None:
    """What the text said that is replaced, if it said anything."""
    with suppress(AttainError):
        return parse_mapping(text, workspace.fact_types) if text is not None else None
    return None


def _taken(name: str, *, is_new: bool) -> Refused:
    last = saved_by(name).get(name)
    by = " " + _("%(who)s saved it last.") % {"who": last.actor} if last else ""
    if is_new:
        said = _("There is a mapping `%(name)s` already.") % {"name": name}
        return Refused(said + by, code=TAKEN, hint=_("Choose another name, or edit that one."))
    return Refused(
        _("The mapping `%(name)s` was changed meanwhile.") % {"name": name} + by, code=TAKEN,
        hint=_("Your text stands in the editor and is not saved. Save again to put it in the place of the other one."),
    )  # fmt: skip


def _file(workspace: Workspace, name: str) -> Path:
    if _NAME.fullmatch(name) is None:
        raise Refused(
            _("%(name)r is no name of a mapping.") % {"name": name[:80]}, code="imports.mapping-name",
            hint=_("Use small letters, digits, - and _, such as crm-deals."),
        )  # fmt: skip
    return workspace.path / "mappings" / f"{name}.yaml"
